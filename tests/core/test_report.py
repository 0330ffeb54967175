"""A result as JSON."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from tests.core.scenes import scenes

from plitka.core.generation import Defaults, Mode, Request, Result, ZoneShares
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import Notice
from plitka.core.report import report, report_zone
from plitka.core.scene import Scene, Size
from plitka.core.scene_json import from_json
from plitka.errors import InputError

RED = parse_recipe("60% red, 40% black").recipe
LOOK = {"granule_mm", "coarse", "fine", "surface", "light", "wet", "field_mm"}


def test_what_a_picture_will_not_show_is_told() -> None:
    """As warnings, and only then."""
    result = a_result(Scene.of(RED))
    assert "warnings" not in report(result)
    told = replace(result, request=replace(result.request, notices=(Notice("{n} too fine", {"n": 1}),)))
    assert report(told)["warnings"] == ["1 too fine"]
    assert report(told, lambda notice: str(notice).upper())["warnings"] == ["1 TOO FINE"]


def test_a_measure_that_cannot_be_compared_is_told() -> None:
    """Beside exact shares, and in the wet where only the measure's own doubt is known."""
    result = a_result(Scene.of(RED), is_exact=True)
    off = replace(result.zones[0], measured={"RED": 52.0, "BLACK": 48.0}, uncertainty=4.25)
    told = report(replace(result, zones=(off,)))
    [warning] = told["warnings"]
    assert warning.startswith("the measured shares are up to 8 points from the exact ones")
    assert warning.endswith("the exact shares are to be trusted")
    assert told["uncertainty"] == 4.25
    wet = a_result(replace(Scene.of(RED), wet=True))
    told = report(replace(wet, zones=(replace(off, exact=None, uncertainty=7.6),)))
    [warning] = told["warnings"]
    assert "its shares may be 8 points off" in warning
    assert "uncertainty" not in report(result)


def a_result(scene: Scene, mode: Mode = Mode.GUIDED, *, is_exact: bool = False) -> Result:
    """A picture in which each zone has what was asked of it."""
    zones = [
        ZoneShares(
            asked=zone.recipe.percents,
            measured=zone.recipe.percents,
            exact=zone.recipe.percents if is_exact else None,
            area=1 / len(scene.zones),
            n_granules=100 if is_exact else None,
        )
        for zone in scene.zones
    ]
    request = Defaults().complete(Request(scene=scene, seed=7, mode=mode))
    return Result(
        pixels=np.zeros((request.size.height_px, request.size.width_px, 3), np.uint8),
        request=request,
        prompt="a tile",
        engine="mini@0123456789ab",
        zones=tuple(zones),
        seconds=1.23456,
        stage_seconds={"denoise": 1.00049},
    )


def test_a_plain_picture_is_told_shortly() -> None:
    """Neither zones nor scene; numbers are rounded."""
    told = report(a_result(Scene.of(RED)))
    assert {"zones", "scene", "exact"}.isdisjoint(told)
    assert set(told) > LOOK
    assert (told["seconds"], told["stage_seconds"]) == (1.235, {"denoise": 1.0})
    assert (told["width_px"], told["height_px"], told["field_mm"]) == (1024, 1024, 146.286)


def test_text_mode_has_no_look() -> None:
    """The words alone said how it looks."""
    assert LOOK.isdisjoint(report(a_result(Scene.of(RED), Mode.TEXT)))


def test_what_no_model_painted_has_no_mode() -> None:
    """A mode is how a model's words became a picture."""
    result = a_result(Scene.of(RED))
    assert report(result)["mode"] == "guided"
    rendered = replace(result, request=replace(result.request, strength=0.0))
    assert "mode" not in report(rendered)
    assert set(report(rendered)) > LOOK


def test_what_is_exact_is_told() -> None:
    """Of the tile and of its only zone, which is not told twice."""
    told = report(a_result(Scene.of(RED), is_exact=True))
    assert told["exact"] == told["requested"] == {"RED": 60.0, "BLACK": 40.0}
    assert "zones" not in told


@given(scenes())
def test_a_report_tells_the_scene(scene: Scene) -> None:
    """It is JSON, its scene can be read back, and every zone is told with shares that sum to 100."""
    try:
        result = a_result(scene, is_exact=True)
    except InputError:  # granules that cannot be laid or seen at that size
        return
    told = json.loads(json.dumps(report(result)))
    size = Size(width_px=told["width_px"], height_px=told["height_px"])
    assert from_json(scene.recipe, told.get("scene", {}), size) == scene
    assert sum(told["requested"].values()) == pytest.approx(100)
    assert [zone["mask"] for zone in told.get("zones", [{"mask": None}])] == [zone.mask for zone in scene.zones]
    for zone in told.get("zones", []):
        assert sum(zone["measured"].values()) == pytest.approx(100)
        assert zone["granules"] == 100


def test_a_zone_tells_only_what_is_known() -> None:
    """A painted one has no exact shares."""
    shares = ZoneShares(asked={"RED": 100.0}, measured={"RED": 100.0}, area=0.333333)
    assert report_zone(shares) == {
        "area_percent": 33.33,
        "requested": {"RED": 100.0},
        "measured": {"RED": 100.0},
        "max_error": 0.0,
    }
