"""What a chamfer takes away."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from plitka.core.sheet.edges import EDGE_WASTE_PERCENT, Edge, chamfer_mm3

TILE = (Fraction(500), Fraction(400))
lengths = st.fractions(0, 20, max_denominator=10)


def test_every_edge_has_its_waste() -> None:
    """Puzzle edges alone cost more."""
    assert set(EDGE_WASTE_PERCENT) == set(Edge)
    assert [edge for edge, percent in EDGE_WASTE_PERCENT.items() if percent] == [Edge.PUZZLE]


@given(bevel=lengths, depth=lengths)
def test_layers_lack_together_what_the_tile_lacks(bevel: Fraction, depth: Fraction) -> None:
    """However deep the upper one ends."""
    end = Fraction(40)
    parts = chamfer_mm3(TILE, bevel, Fraction(0), depth) + chamfer_mm3(TILE, bevel, depth, end)
    assert parts == chamfer_mm3(TILE, bevel, Fraction(0), end)


def test_a_chamfer_is_the_frustum_that_is_left() -> None:
    """Of a tile that it turns into a pyramid's stump: height times the mean of the two faces and their middle one."""
    wide, long, b = 500, 400, 10
    stump = Fraction(b, 6) * (wide * long + 4 * (wide - b) * (long - b) + (wide - 2 * b) * (long - 2 * b))
    assert chamfer_mm3(TILE, Fraction(b), Fraction(0), Fraction(30)) == wide * long * b - stump
