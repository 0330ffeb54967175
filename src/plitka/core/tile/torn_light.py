"""Light on torn chips: a soft box with its shadows, the sky, and what a thin wrinkled coat mirrors of the box.

Bodies are lit by their own slopes and are smoother than the coat, so a face that mirrors the box does so in small
glints.
"""

from collections.abc import Iterator

import numpy as np

from plitka.core.tile.granules import FloatMap, Geometry
from plitka.core.tile.horizons import direction, lamp_visibility, sky_visibility
from plitka.core.tile.lighting import TornLight
from plitka.core.tile.surfaces import SURFACES
from plitka.core.tile.torn import tear

_FLAT_SKY = 0.45
"""Of the sky's light, what reaches a facet whatever its slope; the rest goes with how far it faces upwards. By eye:
an even sky lights a steep facet more than its cosine says, for its neighbours give light back."""
_OVERHANG = 1.5
"""How much deeper gaps are than heights say: torn chips hang over, which heights cannot."""
_SHADOW_STEPS = (1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36)
"""Cells at which is looked for what hides the lamp."""
_N_RAYS, _PENUMBRA_MM = 8, 0.14
"""Points of the lamp, and the depth in which the shadow of an edge fades: thin edges let some light through."""
_LOWEST_DEG = 5.0
"""Of a lamp's points: lower shadows are endless."""
_N_SKY_DIRECTIONS = 10
_MIRRORED, _MIRRORED_EDGE, _LEAST_MIRRORED = 0.63, 0.18, 0.1
"""The bright middle of the lamp, which the coat mirrors, of its half width; how soft its outline is, and how narrow it
may be, as tangents."""
_USUAL_GLARE = 0.289
"""Inverse of a lamp's light over the square in which it is mirrored, of the usual lamp."""


def light_torn(geometry: Geometry, config: TornLight) -> tuple[FloatMap, FloatMap, FloatMap]:
    """The maps of lamp, sky and sheen of `shading.LightMaps`: soft shadow, occlusion, and what the coat mirrors."""
    faces = tear(geometry)
    upward = 1 / np.sqrt(1 + np.square(faces.body).sum(-1))
    to_lamp = direction(config.azimuth_deg, config.elevation_deg)
    cosine = np.clip((to_lamp[2] - faces.body @ to_lamp[:2]) * upward, 0, None) / to_lamp[2]
    deep = np.float32(_OVERHANG) * faces.height
    penumbra = _PENUMBRA_MM * geometry.config.cells_per_mm * geometry.config.coarser
    visible = lamp_visibility(deep, list(_lamp_points(config)), _SHADOW_STEPS, penumbra)
    sky = sky_visibility(deep, _N_SKY_DIRECTIONS) ** config.occlusion * (_FLAT_SKY + (1 - _FLAT_SKY) * upward)
    sheen = _mirrored(faces.coat + np.float32(config.wrinkle) * faces.wrinkles, config) * visible * faces.gloss
    sheen *= SURFACES[geometry.config.surface].gloss
    lamp = cosine * visible
    return lamp.astype(np.float32), sky.astype(np.float32), sheen.astype(np.float32)


def _lamp_points(config: TornLight) -> Iterator[FloatMap]:
    """Directions to points spread evenly over the lamp."""
    towards, side, up = _lamp_axes(config)
    half = np.tan(np.deg2rad(config.softness_deg))
    for index in range(_N_RAYS):
        across = 2 * (index + 0.5) / _N_RAYS - 1
        along = 2 * (index * 0.618034 % 1) - 1  # of the golden ratio: as far apart as can be
        point = towards + half * (across * side + along * up)
        point /= np.linalg.norm(point)
        lowest = np.sin(np.deg2rad(_LOWEST_DEG))
        yield np.array([*point[:2], max(point[2], lowest)], np.float32)


def _lamp_axes(config: TornLight) -> tuple[FloatMap, FloatMap, FloatMap]:
    """Unit vectors: to the middle of the lamp, to its side, and to its upper edge."""
    return (
        direction(config.azimuth_deg, config.elevation_deg),
        direction(config.azimuth_deg + 90, 0),
        direction(config.azimuth_deg + 180, 90 - config.elevation_deg),
    )


def _mirrored(slopes: FloatMap, config: TornLight) -> FloatMap:
    """(N, N) what a coat of these slopes (N, N, 2) mirrors to the eye, 1 where it is the usual lamp's middle.

    A lamp that is as strong and smaller is as much brighter.
    """
    half = max(_MIRRORED * float(np.tan(np.deg2rad(config.softness_deg))), _LEAST_MIRRORED)
    glare = config.lamp * _USUAL_GLARE / (half + _MIRRORED_EDGE / 2) ** 2
    towards, side, up = _lamp_axes(config)
    # The mirrored ray of the eye at a normal (-r, -d, 1): 2 n_z n - z, here times the square of the normal's length.
    right, down = slopes[..., 0], slopes[..., 1]
    square = right * right + down * down
    ray = -2 * right, -2 * down, 1 - square
    ahead, across, along = (sum(part * axis for part, axis in zip(ray, to, strict=True)) for to in (towards, side, up))
    inside = [
        np.clip((half - np.abs(part) / np.maximum(ahead, 1e-3)) / _MIRRORED_EDGE + 0.5, 0, 1)
        for part in (across, along)
    ]
    return np.where(ahead > 0, glare * inside[0] * inside[1], 0)
