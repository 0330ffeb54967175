"""How closely a picture keeps to the network that paints it."""

from enum import StrEnum


class Quality(StrEnum):
    """What a painter may leave out; what a picture shows is measured on it in either case."""

    EXACT = "exact"
    """Up to rounding what the network gives module by module."""
    FAST = "fast"
    """Quicker, by what changes little: `docs/benchmarks.md` has each of it with its cost."""


USUAL_QUALITY = Quality.EXACT
"""Where nothing else is asked for."""
