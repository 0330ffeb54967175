"""How granules of any colour look in the lights that a tile is seen in, for colours that nobody has named.

A look gives each colour its lit facets: a gain, an exponent (water deepens a colour) and a veil (what a flat face
mirrors). Around the curve from there into shadow, points are spread as renders of that look spread them: tables of
log likelihood by brightness, by how much chroma a point lacks, and by how far beside the curve it lies.

The tables were counted on renders (`recipes/measure/looks.py`). Renders have no grain, and pictures of a model have:
the grainy looks are those of dry scenes with some. The looks of photographs are those of the studio, blurred: cameras
and batches of granules differ more than renders do.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import linear_to_lab
from plitka.core.measure.facets import usual_facets
from plitka.core.measure.shading_curve import shaded

FloatArray = npt.NDArray[np.floating[Any]]

LOG_BRIGHTNESS = np.linspace(-4.2, 2.4, 67)
"""Supports of a colour's curve: glints on black are many times as bright as its lit facets."""
LIGHT_EDGES = np.linspace(-4.0, 2.4, 33)
"""Of the bins of log brightness."""
CHROMA_EDGES = np.linspace(-1.3, 0.9, 45)
"""Of the bins of how much more chroma a point has than its colour there, over what is expected."""
BESIDE_EDGES = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 11, 15, 20, 30, 60, 200.0])
"""Of the bins of distance beside the curve, in Lab units."""
_NEUTRAL_CHROMA = 10.0
"""Lab units; what has less is neutral: of one hue in light and shade, where a coloured chip varies."""
_NEUTRAL_EDGES, _COLOURED_EDGES = np.array([0.06, 0.11, 0.27, 0.45]), np.array([0.2, 0.35, 0.5])
"""Mean linear light. Glints change dark colours more than light ones, so each class has its tables. Classes are of
colours themselves, not of their lit facets: under a veil black and gray are equally light, and yet glint otherwise."""
_LIT_EDGES = np.array([0.1, 0.3])
"""In photographs neutral granules vary as others do, and less is known: classes are of how light facets are there."""
N_CLASSES = len(_NEUTRAL_EDGES) + 1 + len(_COLOURED_EDGES) + 1
_LEAST_CHROMA = 8.0
"""Lab units, added to the chroma that another is divided by."""
_L_STEPS = 2
_FREE_LIGHTNESS = 1.0
"""L* that a point may lie beyond the ends of the curve before that counts as distance."""


@dataclass(frozen=True, slots=True)
class Look:
    """One light on one kind of face, dry or wet."""

    gain: FloatArray
    """(3,) natural logarithm."""
    exponent: float
    veil: FloatArray
    """(3,) linear light."""
    light_table: FloatArray
    """(9, 32, 44) log likelihood by class of colour, brightness and chroma; (3, 32, 44) in photographs."""
    beside_table: FloatArray
    """(9, 32, 14) log likelihood of the distance beside the curve, by class and brightness; or (3, 32, 14)."""
    is_photograph: bool

    def lit(self, palette: FloatArray) -> FloatArray:
        """(n, 3) linear light of lit facets, of (n, 3) by the palette.

        Those of photographs were chosen on photographs, without regard to how renders differ by colour.
        """
        usual = palette if self.is_photograph else usual_facets().lift(palette)
        facets: FloatArray = np.exp(self.gain) * usual**self.exponent + self.veil
        return facets.astype(np.float32)

    def log_likelihood(self, lab: FloatArray, palette: FloatArray) -> FloatArray:
        """(m, n) natural logarithm, per area of a*b* and bin of brightness, of (m, 3) points in n colours."""
        lit = self.lit(palette)
        of_class = lit_class(lit) if self.is_photograph else class_of(palette)
        places = place_points(lab, lit)
        of_light = self.light_table[of_class, places.light, places.chroma]
        of_distance = self.beside_table[of_class, places.light, places.beside]
        log_likelihood: FloatArray = of_light + of_distance - np.log(places.expected_chroma + _LEAST_CHROMA)
        return log_likelihood


@dataclass(frozen=True, slots=True)
class Places:
    """Which bins points fall into, were they of each colour: (m, n) each."""

    light: npt.NDArray[np.intp]
    chroma: npt.NDArray[np.intp]
    beside: npt.NDArray[np.intp]
    expected_chroma: FloatArray
    """Lab units."""


def class_of(palette: FloatArray) -> npt.NDArray[np.intp]:
    """(n,) 0..8 of (n, 3) linear light by the palette: neutral ones from dark to light, then coloured ones."""
    is_neutral = np.linalg.norm(linear_to_lab(palette)[:, 1:], axis=-1) < _NEUTRAL_CHROMA
    luminance = palette.mean(-1)
    coloured = len(_NEUTRAL_EDGES) + 1 + np.searchsorted(_COLOURED_EDGES, luminance)
    classes: npt.NDArray[np.intp] = np.where(is_neutral, np.searchsorted(_NEUTRAL_EDGES, luminance), coloured)
    return classes


def lit_class(lit: FloatArray) -> npt.NDArray[np.intp]:
    """(n,) 0..2 of (n, 3) linear light of lit facets in photographs: dark, medium, light."""
    classes: npt.NDArray[np.intp] = np.searchsorted(_LIT_EDGES, lit.mean(-1))
    return classes


def place_points(lab: FloatArray, lit: FloatArray) -> Places:
    """Where (m, 3) points in CIE Lab lie around the curves of n colours, (n, 3) linear light when lit.

    What lies beyond the ends of a curve, or has more chroma than the last bin, lies beside it by as much.
    """
    expected = _curves(lit)[:, np.clip(lab[:, 0] * _L_STEPS + 0.5, 0, 100 * _L_STEPS).astype(np.intp)].transpose(
        1, 0, 2
    )
    off = lab[:, None, 1:] - expected[..., :2]
    chroma = np.hypot(expected[..., 0], expected[..., 1])
    unit = expected[..., :2] / np.maximum(chroma, 1e-3)[..., None]
    along = (off * unit).sum(-1)
    beside = np.abs(off[..., 0] * unit[..., 1] - off[..., 1] * unit[..., 0])
    beside += np.maximum(np.abs(lab[:, None, 0] - expected[..., 3]) - _FREE_LIGHTNESS, 0)
    beside += np.maximum(along - CHROMA_EDGES[-1] * (chroma + _LEAST_CHROMA), 0)
    return Places(
        _bins(expected[..., 2], LIGHT_EDGES),
        _bins(along / (chroma + _LEAST_CHROMA), CHROMA_EDGES),
        np.clip(np.searchsorted(BESIDE_EDGES, beside, side="right") - 1, 0, len(BESIDE_EDGES) - 2),
        chroma,
    )


def _bins(values: FloatArray, edges: FloatArray) -> npt.NDArray[np.intp]:
    """The bin of each value among even ones; what lies beyond is in the first or last."""
    step = (edges[-1] - edges[0]) / (len(edges) - 1)
    bins: npt.NDArray[np.intp] = np.clip(((values - edges[0]) * (1 / step)).astype(np.intp), 0, len(edges) - 2)
    return bins


def _curves(lit: FloatArray) -> FloatArray:
    """(n, 201, 4) a*, b*, log brightness and L* that are expected of each colour at L* 0, 0.5 ... 100."""
    lightness = np.linspace(0, 100, 100 * _L_STEPS + 1)
    level = np.exp(LOG_BRIGHTNESS).astype(np.float32)
    curves = []
    for colour in lit:
        lab = linear_to_lab(shaded(colour, level))
        values = (lab[:, 1], lab[:, 2], LOG_BRIGHTNESS, lab[:, 0])
        curves.append(np.stack([np.interp(lightness, lab[:, 0], each) for each in values], -1))
    return np.asarray(curves, np.float32)


@cache
def usual_looks() -> tuple[Look, ...]:
    """Those of the scenes that plitka renders, those of dry scenes with grain, then those of photographs."""
    with resources.files("plitka.core.measure").joinpath("data", "looks.npz").open("rb") as file, np.load(file) as data:
        parts = {name: data[name].astype(np.float32) for name in data.files}
    light_tables, beside_tables = (
        [*parts[name], parts[f"photograph_{name}"]] for name in ("light_table", "beside_table")
    )
    return tuple(
        Look(
            parts["gain"][index],
            float(parts["exponent"][index]),
            parts["veil"][index],
            light_tables[int(parts["table"][index])],
            beside_tables[int(parts["table"][index])],
            bool(parts["is_photograph"][index]),
        )
        for index in range(len(parts["gain"]))
    )
