"""Masks of single stripes, each from and to so much of the width of the tile: `stripes:20-30+70-80%`."""

from collections.abc import Sequence
from fractions import Fraction

from plitka.core.recipes.part_names import STRIPES

MOST_BANDS = 16
"""Of one mask."""
_LEAST = Fraction(1, 10)
"""Percent of the width; what is less at the edge is no stripe."""
_WHOLE = 100
"""Percent of the width."""


def bands_mask(bands: Sequence[tuple[Fraction, Fraction]]) -> str:
    """The mask of single stripes, from and to so much of the width in percent."""
    told = (f"{_bound(start)}-{_bound(end)}" for start, end in bands)
    return f"{STRIPES}:{'+'.join(told)}%"


def bands_by_turns(n: int) -> str:
    """The mask of the second, fourth and so on of some stripes side by side."""
    return bands_mask([(Fraction(_WHOLE * at, n), Fraction(_WHOLE * (at + 1), n)) for at in range(1, n, 2)])


def bands_apart(n: int, wide: Fraction) -> str:
    """The mask of some stripes on a ground, each in the middle of its part of the width.

    Args:
        n: how many.
        wide: each, in percent of the width; all of them have less than the whole.
    """
    middles = [Fraction(_WHOLE * (2 * at + 1), 2 * n) for at in range(n)]
    return bands_mask([(middle - wide / 2, middle + wide / 2) for middle in middles])


def bands_of_each(names: Sequence[str], step: Fraction) -> dict[str, list[tuple[Fraction, Fraction]]]:
    """Where the stripes of each colour lie, of which some follow each other again and again across the tile.

    Args:
        names: of the colours in their order, one of which may come several times.
        step: how wide a stripe is, in percent of the width; the last is cut by the edge.
    """
    bands: dict[str, list[tuple[Fraction, Fraction]]] = {}
    for at in range(-(-Fraction(_WHOLE) // step)):
        end = min((at + 1) * step, Fraction(_WHOLE))
        if end - at * step < _LEAST:
            continue
        bands.setdefault(names[at % len(names)], []).append((at * step, end))
    return bands


def bands_of_widths(
    items: Sequence[tuple[str, Fraction]],
) -> dict[str, list[tuple[Fraction, Fraction]]]:
    """Where the stripes of each colour lie, which follow each other again and again, each with its own width.

    Args:
        items: names of colours with how wide their stripes are, in percent of the width; the last is cut by the edge.
    """
    bands: dict[str, list[tuple[Fraction, Fraction]]] = {}
    at, start = 0, Fraction(0)
    while start < _WHOLE - _LEAST and at < MOST_BANDS * len(items):
        name, wide = items[at % len(items)]
        end = min(start + wide, Fraction(_WHOLE))
        bands.setdefault(name, []).append((start, end))
        at, start = at + 1, end
    return bands


def _bound(percent: Fraction) -> str:
    return f"{float(percent):.2f}".rstrip("0").rstrip(".")
