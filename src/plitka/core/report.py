"""A result as a machine reads it: the command line, HTTP and the service's jobs tell it in the same words."""

from collections.abc import Callable
from typing import Any

from plitka.core.generation import CompleteRequest, Mode, Result, ZoneShares
from plitka.core.recipes.mixes import Reading
from plitka.core.recipes.recipe import Notice, to_hundredths
from plitka.core.scene_json import to_json


def report(result: Result, tell: Callable[[Notice], str] = str) -> dict[str, Any]:
    """What was asked, what is there, and what it took.

    Percents are 0..100 to a hundredth and sum to 100; `max_error` is in points; lengths are in mm. `mode` stands only
    where a model painted, the look not in text mode, `zones` only where there are several, `exact` and `uncertainty`
    (points within which `measured` is expected to be right) only where they are known, `warnings` only where the
    picture cannot show what was asked for or cannot be measured well, `scene` (as `scene_json.to_json`) only where the
    look is not the usual one.

    Args:
        result: it.
        tell: the words of a warning, in the reader's language.
    """
    request = result.request
    told: dict[str, Any] = {
        "seed": request.seed,
        "requested": to_hundredths(result.asked),
        "measured": to_hundredths(result.measured),
        "max_error": round(result.max_error, 2),
        **({"mode": request.mode.value} if request.is_painted else {}),
        "attempts": result.attempts,
        "seconds": round(result.seconds, 3),
        "stage_seconds": {stage: round(seconds, 3) for stage, seconds in result.stage_seconds.items()},
        "width_px": result.pixels.shape[1],
        "height_px": result.pixels.shape[0],
        "prompt": result.prompt,
        "model": result.engine,
    }
    if result.pixels.shape[1] != request.size.width_px:
        told["measured_at_px"] = request.size.longer_px
    if result.exact is not None:
        told["exact"] = to_hundredths(result.exact)
    if result.uncertainty is not None:
        told["uncertainty"] = round(result.uncertainty, 2)
    if result.notices:
        told["warnings"] = [tell(notice) for notice in result.notices]
    if request.mode is Mode.GUIDED:
        told |= _look(request)
    return told | _scene(result)


def report_reading(reading: Reading) -> dict[str, Any]:
    """What a recipe is read as, and what was said beside it.

    `requested` is percent of the visible area to a hundredth, `by_mass` of the mass to a tenth; `look` is as a scene's
    JSON has it; `words` are for a prompt, `sizes` as they were typed; `zones` stand only where the text tells of some.
    """
    told = {
        "requested": to_hundredths(reading.recipe.percents),
        "by_mass": dict(reading.percents_by_mass),
        "look": dict(reading.look),
        "words": list(reading.words),
        "sizes": list(reading.sizes),
    }
    if reading.zones:
        told["zones"] = [
            {"mask": mask, "requested": to_hundredths(zone.recipe.percents), "by_mass": dict(zone.percents_by_mass)}
            for mask, zone in reading.zones
        ]
    return told


def report_zone(shares: ZoneShares) -> dict[str, Any]:
    """What was asked of one zone, and what is there; percents are of the zone, `area_percent` is of the tile."""
    told: dict[str, Any] = {
        "area_percent": round(100 * shares.area, 2),
        "requested": to_hundredths(shares.asked),
        "measured": to_hundredths(shares.measured),
        "max_error": round(shares.max_error, 2),
    }
    if shares.exact is not None:
        told["exact"] = to_hundredths(shares.exact)
    if shares.uncertainty is not None:
        told["uncertainty"] = round(shares.uncertainty, 2)
    if shares.n_granules is not None:
        told["granules"] = shares.n_granules
    return told


def _look(request: CompleteRequest) -> dict[str, Any]:
    """How the granules are, and how they are lit."""
    scene = request.scene
    return {
        "granule_mm": list(scene.granules.size_mm),
        "coarse": list(scene.granules.coarse),
        "fine": list(scene.granules.fine),
        "surface": scene.surface.value,
        "light": scene.light.value,
        "wet": scene.wet,
        "field_mm": round(request.field_mm, 3),
    }


def _scene(result: Result) -> dict[str, Any]:
    """The zones where there are several, and what is unusual about the scene."""
    scene, told = result.request.scene, {}
    if len(result.zones) > 1:
        zones = zip(scene.zones, result.zones, strict=True)
        told["zones"] = [{"mask": zone.mask} | report_zone(shares) for zone, shares in zones]
    unusual = to_json(scene)
    return told | ({"scene": unusual} if unusual else {})
