"""Numbers that are said behind their colour, after a comma: `grey with white fleck, 15%`."""

from collections.abc import Sequence
from itertools import pairwise

from plitka.core.recipes.amounts import Amount, Mention


def with_late_amounts(segments: Sequence[list[Amount | Mention]]) -> list[list[Amount | Mention]]:
    """Segments in which a number alone is of the colour alone before it; of what lies on it where that is a ground.

    The 15 of `red fleck on black, 15%` is not of the black.
    """
    given = list(segments)
    for at in range(1, len(given)):
        owner = at - 1
        if owner > 0 and _is_ground(given[owner]) and _is_bare(given[owner - 1]) and not _is_ground(given[owner - 1]):
            owner -= 1
        if _is_amount(given[at]) and _is_bare(given[owner]):
            given[owner], given[at] = [*given[owner], *given[at]], []
    return [segment for segment in given if segment]


def alternates(items: Sequence[Amount | Mention]) -> bool:
    """Whether a number and a colour follow each other throughout."""
    return all(isinstance(a, Amount) != isinstance(b, Amount) for a, b in pairwise(items))


def is_base(item: Amount | Mention) -> bool:
    """Whether it is a ground for others."""
    return isinstance(item, Mention) and item.is_base


def _is_ground(segment: Sequence[Amount | Mention]) -> bool:
    return _is_bare(segment) and is_base(segment[0])


def _is_bare(segment: Sequence[Amount | Mention]) -> bool:
    return len(segment) == 1 and isinstance(segment[0], Mention) and segment[0].amount is None


def _is_amount(segment: Sequence[Amount | Mention]) -> bool:
    return len(segment) == 1 and isinstance(segment[0], Amount)
