"""How brightly lit the points of a tile are: histograms of log brightness, 0 being a lit facet of the point's colour.

Brightness is distributed about alike over the granules of any colour. So the usual distribution can be taken from
renders, and a picture's own, beside it, shows its exposure.
"""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.measure.facets import usual_facets

FloatArray = npt.NDArray[np.floating[Any]]

N_BINS = 52
BIN_WIDTH, LOWEST_BIN = 0.1, -4.0
"""Natural logarithm; the lowest bin also holds everything below it, the highest everything above."""
_BIN_CENTRES = LOWEST_BIN + BIN_WIDTH * (np.arange(N_BINS) + 0.5)
_FLOOR = 0.0003
"""Share, added to each bin, so that no brightness is impossible."""
_SMOOTHING_TAPS = (0.25, 0.5, 0.25)
_LIT_QUANTILE = 0.75
"""Lit facets begin here; exposure is read from where this quantile lies."""
_LIT_QUANTILES = (0.6, 0.7, 0.8, 0.9)
"""The same for points of one colour alone; lower ones depend on how many edges of chips are among the points."""
_LOWEST_MEANT, _HIGHEST_MEANT = -1.2, 0.5
"""Deep shadow and glare are clipped to these before brightness is averaged."""


def bins_of(log_brightness: FloatArray) -> npt.NDArray[np.int32]:
    """The bin of each log brightness, 0..51."""
    bins: npt.NDArray[np.int32] = ((log_brightness - LOWEST_BIN) * (1 / BIN_WIDTH)).astype(np.int32)
    return np.clip(bins, 0, N_BINS - 1)


@cache
def usual_histogram() -> FloatArray:
    """(52,) what is usual; sums to 1."""
    smoothed = smooth(usual_facets().histogram.astype(np.float64)) + _FLOOR
    usual: FloatArray = smoothed / smoothed.sum()
    usual.flags.writeable = False
    return usual


def smooth(histogram: FloatArray) -> FloatArray:
    """A histogram under a binomial filter of three taps."""
    return np.convolve(histogram, _SMOOTHING_TAPS, "same")


def exposure_of(histogram: FloatArray) -> float:
    """Log brightness at which the lit part of a histogram begins, less where it usually does."""
    return _lit_level(histogram) - _lit_level(usual_histogram())


def _lit_level(histogram: FloatArray) -> float:
    return float(np.interp(_LIT_QUANTILE, np.cumsum(histogram / histogram.sum()), _BIN_CENTRES + BIN_WIDTH / 2))


def mean_lift(log_brightness: FloatArray, weights: FloatArray, histogram: FloatArray) -> float:
    """How much brighter points are on the mean than a histogram says, in log brightness.

    Args:
        log_brightness: (m,) of the points.
        weights: (m,) of the points, above 0 in sum.
        histogram: (52,) of any sum.
    """
    clipped = np.clip(_BIN_CENTRES, _LOWEST_MEANT, _HIGHEST_MEANT)
    expected = float((clipped * histogram).sum() / histogram.sum())
    return float(np.average(np.clip(log_brightness, _LOWEST_MEANT, _HIGHEST_MEANT), weights=weights)) - expected


def lit_lift(log_brightness: FloatArray) -> float:
    """How much brighter the brighter ones of (m,) points are than usual, in log brightness."""
    usual = np.interp(_LIT_QUANTILES, np.cumsum(usual_histogram()), _BIN_CENTRES + BIN_WIDTH / 2)
    return float((np.quantile(log_brightness, _LIT_QUANTILES) - usual).mean())
