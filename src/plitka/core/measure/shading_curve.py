"""What a granule of one colour looks like, from its lit facets into its shadow: a curve in CIE Lab.

A point of a picture is compared with the curve of each asked colour at the point's own lightness. So light and shade
alone take it no further from its colour; they are told apart as the brightness that the colour would have there.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import linear_to_lab

FloatArray = npt.NDArray[np.floating[Any]]

DARKEST = 0.004
"""Linear light; what is below is noise of the camera or of 8 bits, so it counts as this."""
FARTHEST = 200.0
"""Lab units; more than any two colours are apart."""
_BOUNCE = 0.45
"""Light that chips of one colour throw into each other's full shadow, as a fraction of the lamp's; tinted twice."""
_BRIGHTNESS = np.exp(np.linspace(np.log(0.015), np.log(2.6), 40)).astype(np.float32)
"""Supports of the curve: from deep shadow to glare, 1 being a lit facet."""
_STEPS_PER_LIGHTNESS = 2
"""Rows of the table of a curve for each unit of L*."""
_N_STEPS = 100 * _STEPS_PER_LIGHTNESS
_LEAST_CHROMA = 8.0
"""Lab units, added to the chroma that a direction is divided by: of a grey no direction is known."""


@dataclass(frozen=True, slots=True)
class Residuals:
    """How points differ from n colours: (..., n) each."""

    distance: FloatArray
    """From the colour's curve at the point's lightness, in Lab units."""
    along: FloatArray
    """The part of it along the chroma that is expected there, in Lab units: positive is more saturated."""
    chroma: FloatArray
    """The chroma that is expected there, in Lab units."""
    brightness: FloatArray
    """Log brightness at which the colour has the point's lightness; 0 is a lit facet."""


def residuals_of(lab: FloatArray, lit: FloatArray) -> Residuals:
    """Compare points with colours.

    Args:
        lab: (..., 3) CIE Lab of the points.
        lit: (n, 3) linear light of the colours' lit facets.
    """
    step = np.clip(lab[..., 0] * _STEPS_PER_LIGHTNESS + 0.5, 0, _N_STEPS).astype(np.int32)
    expected = np.stack([table[step] for table in _curve_tables(lit)], -2)
    off = lab[..., None, 1:] - expected[..., :2]
    chroma = np.hypot(expected[..., 0], expected[..., 1])
    along = (off[..., 0] * expected[..., 0] + off[..., 1] * expected[..., 1]) / (chroma + _LEAST_CHROMA)
    return Residuals(np.hypot(off[..., 0], off[..., 1]), along, chroma, expected[..., 2])


def shaded(lit: FloatArray, brightness: FloatArray) -> FloatArray:
    """(m, 3) linear light of one colour, (3,) when lit, at m brightnesses."""
    level = brightness[:, None]
    curve: FloatArray = lit * level + _BOUNCE * lit * lit * np.clip(1 - level, 0, None)
    return curve


def _curve_tables(lit: FloatArray) -> FloatArray:
    """(n, 201, 3) a*, b* and log brightness that are expected of each colour at L* 0, 0.5 ... 100."""
    lightness = np.linspace(0, 100, _N_STEPS + 1)
    tables = []
    for colour in lit:
        lab = linear_to_lab(shaded(colour, _BRIGHTNESS))
        expected = (lab[:, 1], lab[:, 2], np.log(_BRIGHTNESS))
        tables.append(np.stack([np.interp(lightness, lab[:, 0], values) for values in expected], -1))
    return np.asarray(tables, np.float32)


def nearest_gap(lab: FloatArray) -> FloatArray:
    """(n,) Lab distance from each of n colours to the nearest other; `FARTHEST` if there is none."""
    apart = np.linalg.norm(lab[:, None] - lab, axis=-1) + FARTHEST * np.eye(len(lab))
    nearest: FloatArray = np.minimum(apart.min(axis=1), FARTHEST)
    return nearest
