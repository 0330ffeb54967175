"""How much of a floor each zone of its tiles covers."""

from fractions import Fraction

import numpy as np

from plitka.core.scene import Scene
from plitka.core.tile.masks import zone_labels

LONGER_CELLS = 1024
"""Masks are counted on so many cells along the longer side."""


def zone_areas(scene: Scene) -> tuple[Fraction, ...]:
    """Part of the tile that each zone covers, 0..1, the ground first; they sum to exactly 1.

    Raises:
        InputError: masks that cannot be used.
    """
    if len(scene.zones) == 1:
        return (Fraction(1),)
    width, height = (1, 1) if scene.size is None else (scene.size.width_px, scene.size.height_px)
    scale = Fraction(LONGER_CELLS, max(width, height))
    labels = zone_labels(scene, max(1, int(width * scale)), max(1, int(height * scale)))
    counts = np.bincount(labels.ravel(), minlength=len(scene.zones)).tolist()
    return tuple(Fraction(count, labels.size) for count in counts)
