"""How lit facets of each colour look in pictures: lighter or darker than the palette says, and of another tint.

Black granules mirror the lamp, white ones are creamy beside dark ones. Renders have that from photographs
(`plitka.core.tile.finishes`), and it was counted on renders (`recipes/measure/facets.py`), together with how brightly
points of any colour are lit. A colour that is not of the catalogue looks as its nearest one does or, as far off as it
is, as all do on the mean.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import encode_srgb8
from plitka.core.tile.finishes import weigh_nearest

FloatArray = npt.NDArray[np.floating[Any]]

DARKEST, BRIGHTEST = 0.002, 1.3
"""Linear light; lit facets are nowhere darker or lighter."""


@dataclass(frozen=True, slots=True)
class Facets:
    """What was counted."""

    levels: FloatArray
    """(n, 3) sRGB levels, 0..255, of the lit colours of the catalogue."""
    log_lift: FloatArray
    """(n, 3) natural logarithm of how much more linear light their facets send."""
    histogram: FloatArray
    """(52,) share of points by log brightness, 0 being such a facet, in bins of `plitka.core.measure.brightness`."""

    def lift(self, lit: FloatArray) -> FloatArray:
        """(n, 3) linear light of facets as they look, of (n, 3) lit colours by the palette."""
        levels = encode_srgb8(np.clip(lit, 0, 1)).astype(np.float32)
        log_lift = weigh_nearest(levels, self.levels, self.log_lift, self.log_lift.mean(0))
        lifted: FloatArray = np.clip(lit * np.exp(log_lift), DARKEST, BRIGHTEST).astype(lit.dtype)
        return lifted


@cache
def usual_facets() -> Facets:
    """What the package has."""
    with (
        resources.files("plitka.core.measure").joinpath("data", "facets.npz").open("rb") as file,
        np.load(file) as data,
    ):
        return Facets(*(data[name].astype(np.float32) for name in ("levels", "log_lift", "histogram")))
