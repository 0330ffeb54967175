"""How the tiles of a floor meet, and what of their material a chamfer takes away."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from plitka.core.scene import Described


class Edge(Described):
    """The edges of a tile."""

    STRAIGHT = "straight", "cut square, tiles butted"
    PUZZLE = "puzzle", "interlocking, as the pieces of a puzzle"
    BEVELLED = "bevelled", "square, with a chamfer of 45 degrees around the top"


EDGE_WASTE_PERCENT: Mapping[Edge, Fraction] = MappingProxyType(
    {Edge.STRAIGHT: Fraction(0), Edge.PUZZLE: Fraction(5), Edge.BEVELLED: Fraction(0)}
)
"""Material that such an edge costs beside the waste of all tiles: the tongues at the rim of a floor are cut off."""


def chamfer_mm3(tile_mm: tuple[Fraction, Fraction], bevel_mm: Fraction, from_mm: Fraction, to_mm: Fraction) -> Fraction:
    """What a chamfer of 45 degrees takes of one tile between two depths.

    At depth d each side of the tile has moved in by x = b - d, so the face lacks 2 (w + l) x - 4 x^2.

    Args:
        tile_mm: the two sides.
        bevel_mm: depth of the chamfer, which is its width too.
        from_mm: the upper depth, counted from the face.
        to_mm: the lower one.
    """
    return _lacking(tile_mm, max(bevel_mm - from_mm, Fraction(0))) - _lacking(
        tile_mm, max(bevel_mm - to_mm, Fraction(0))
    )


def _lacking(tile_mm: tuple[Fraction, Fraction], x_mm: Fraction) -> Fraction:
    return sum(tile_mm) * x_mm**2 - Fraction(4, 3) * x_mm**3
