"""Whether granules, and zones whose edges are made of whole ones, are large enough to be seen in a picture."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from plitka.core.recipes.recipe import Notice
from plitka.core.scene import MIN_GRANULE_PX, SIZE_PX_RANGE, Size
from plitka.core.tile.masks import Mask, zone_labels

if TYPE_CHECKING:
    from plitka.core.generation import CompleteRequest
    from plitka.core.scene import Scene, Zone

_CELLS_PER_GRANULE = 6
"""How finely it is looked at."""
_LEAST_WIDE = 0.5
"""Part of a zone that must be as wide as a granule; of strokes that are narrower only shreds are left. By eye."""


def remark_fine_zones(request: "CompleteRequest") -> tuple[Notice, ...]:
    """A remark for each zone whose mask is finer than its granules for the most part.

    Raises:
        InputError: masks that cannot be used on a picture of this size.
    """
    scene, size = request.scene, request.size
    if len(scene.zones) == 1:
        return ()
    labels = zone_labels(scene, size.width_px, size.height_px)
    px_per_mm = size.longer_px / request.field_mm
    found = []
    for number, zone in enumerate(scene.zones[1:], 1):
        granule_mm = _granule_mm(scene, zone)
        if _wide_part(labels == number, granule_mm * px_per_mm) < _LEAST_WIDE:
            found.append(
                Notice(
                    "zone {number} ({mask}) is finer than its granules of about {granule:g} mm: its shape will be "
                    "ragged or lost; make the picture or the zone larger, or the granules smaller",
                    {"number": number, "mask": zone.title, "granule": round(granule_mm, 1)},
                )
            )
    return tuple(found)


def drawing_size(scene: "Scene", size: Size) -> Size:
    """The size, or the first of its doubles at which the scene's smallest granule can be drawn, if there is one."""
    if scene.field_mm is None:
        return size
    least_px = MIN_GRANULE_PX * scene.field_mm / scene.granule_range_mm[0]
    times = next((2**power for power in range(6) if size.longer_px * 2**power >= least_px), 1)
    if size.longer_px * times > SIZE_PX_RANGE[1]:
        return size
    return Size(width_px=size.width_px * times, height_px=size.height_px * times)


def _granule_mm(scene: "Scene", zone: "Zone") -> float:
    """Diameter of a middling granule of a zone."""
    scales = [coarseness.scale for coarseness in scene.coarseness_of(zone.recipe)]
    return float(np.mean(scene.granules.size_mm) * np.mean(scales))


def _wide_part(inside: Mask, granule_px: float) -> float:
    """Part of a mask, 0..1, that squares as wide as a granule cover without leaving it."""
    step = max(1, int(granule_px / _CELLS_PER_GRANULE))
    cells = inside[step // 2 :: step, step // 2 :: step]
    side = max(1, round(granule_px / step))
    if not cells.any() or side > min(cells.shape):
        return 0.0
    whole = _sums(cells, side) == side * side
    covered = _sums(np.pad(whole, side - 1), side) > 0
    return float(covered.sum() / cells.sum())


def _sums(mask: Mask, side: int) -> npt.NDArray[np.int64]:
    """(h - side + 1, w - side + 1) how many are true in each square of that side."""
    total = np.pad(mask.astype(np.int64).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    sums: npt.NDArray[np.int64] = (
        total[side:, side:] - total[:-side, side:] - total[side:, :-side] + total[:-side, :-side]
    )
    return sums
