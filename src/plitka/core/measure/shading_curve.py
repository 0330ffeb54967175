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
STEPS_PER_LIGHTNESS = 2
"""Rows of the table of a curve for each unit of L*."""
_N_STEPS = 100 * STEPS_PER_LIGHTNESS
_LIGHTNESS, _LOG_BRIGHTNESS = np.linspace(0, 100, _N_STEPS + 1), np.log(_BRIGHTNESS)
LEAST_CHROMA = 8.0
"""Lab units, added to the chroma that a direction is divided by: of a grey no direction is known."""


@dataclass(frozen=True, slots=True)
class Residuals:
    """How points differ from n colours: (..., n) each; memory holds one colour after the other."""

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
    step = np.clip(lab[..., 0] * STEPS_PER_LIGHTNESS + 0.5, 0, _N_STEPS).astype(np.intp)
    a, b = np.ascontiguousarray(lab[..., 1]), np.ascontiguousarray(lab[..., 2])
    planes = np.empty((4, len(lit), *step.shape), np.float32)
    for colour, table in enumerate(curve_tables(lit)):
        expected_a, expected_b, chroma, brightness = (column[step] for column in table)
        off_a, off_b = a - expected_a, b - expected_b
        planes[0, colour] = np.sqrt(off_a * off_a + off_b * off_b)
        planes[1, colour] = (off_a * expected_a + off_b * expected_b) / (chroma + LEAST_CHROMA)
        planes[2, colour], planes[3, colour] = chroma, brightness
    return Residuals(*(np.moveaxis(part, 0, -1) for part in planes))


def shaded(lit: FloatArray, brightness: FloatArray) -> FloatArray:
    """(m, 3) linear light of one colour, (3,) when lit, at m brightnesses."""
    level = brightness[:, None]
    curve: FloatArray = lit * level + _BOUNCE * lit * lit * np.clip(1 - level, 0, None)
    return curve


def curve_tables(lit: FloatArray) -> FloatArray:
    """(n, 4, 201) a*, b*, chroma and log brightness that are expected of each colour at L* 0, 0.5 ... 100."""
    tables = np.empty((len(lit), 4, _N_STEPS + 1), np.float32)
    for table, lab in zip(
        tables, linear_to_lab(np.stack([shaded(colour, _BRIGHTNESS) for colour in lit])), strict=True
    ):
        for row, values in ((0, lab[:, 1]), (1, lab[:, 2]), (3, _LOG_BRIGHTNESS)):
            table[row] = np.interp(_LIGHTNESS, lab[:, 0], values)
        table[2] = np.hypot(table[0], table[1])
    return tables


def nearest_gap(lab: FloatArray) -> FloatArray:
    """(n,) Lab distance from each of n colours to the nearest other; `FARTHEST` if there is none."""
    apart = np.linalg.norm(lab[:, None] - lab, axis=-1) + FARTHEST * np.eye(len(lab))
    nearest: FloatArray = np.minimum(apart.min(axis=1), FARTHEST)
    return nearest
