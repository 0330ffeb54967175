"""Which colours stand out from another."""

from collections.abc import Iterable

from plitka.core.colour.palette import Colour
from plitka.core.colour.spaces import ciede2000


def contrasting(colour: Colour, among: Iterable[Colour], n: int) -> tuple[Colour, ...]:
    """The `n` colours that look least like another by CIEDE2000, the farthest first."""
    lab_d65 = colour.lab_d65
    return tuple(sorted(among, key=lambda other: -ciede2000(lab_d65, other.lab_d65))[:n])
