"""The renderer as an engine."""

from dataclasses import replace

import numpy as np
import pytest
from tests.core.laid_once import laid_once

from plitka.core.generation import CompleteRequest, Request, generate_one
from plitka.core.recipes.reading import parse_recipe
from plitka.core.render_engine import RenderEngine
from plitka.core.scene import Granules, Lighting, Scene, Size, Surface, Zone
from plitka.core.tile import renderer
from plitka.core.tile.granules import USUAL_PX_PER_MM
from plitka.core.tile.renderer import render
from plitka.core.watch import Progress
from plitka.errors import Cancelled, InputError

SIZE = Size(width_px=192, height_px=192)


def ask(text: str, *zones: tuple[str, str], coarse: tuple[str, ...] = (), seed: int = 5) -> CompleteRequest:
    """A complete request for a small picture."""
    inner = (Zone(parse_recipe(words).recipe, mask) for mask, words in zones)
    scene = Scene(zones=(Zone(parse_recipe(text).recipe), *inner), granules=Granules(coarse=coarse), size=SIZE)
    return RenderEngine().complete(Request(scene=scene, seed=seed))


def test_it_answers_with_exact_and_measured_shares() -> None:
    """Exact by construction, and measured on the picture as everywhere else."""
    result = generate_one(RenderEngine(), ask("60% red, 40% black"))
    assert result.pixels.shape == (192, 192, 3)
    assert result.exact == pytest.approx({"RED": 60, "BLACK": 40}, abs=0.1)
    assert result.max_error < 6
    assert result.zone_index is None
    assert result.prompt == "60% red, 40% black"


@pytest.mark.parametrize("light", Lighting)
def test_a_wet_tile_is_measured_by_what_was_laid(light: Lighting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gloss is not taken for white, nor shade for black."""
    monkeypatch.setattr(renderer, "lay_geometry", laid_once)
    scene = Scene.of(parse_recipe("80% black, 20% white").recipe, Size(width_px=384, height_px=384))
    engine = RenderEngine()
    result = generate_one(engine, engine.complete(Request(scene=replace(scene, wet=True, light=light), seed=5)))
    assert result.zones[0].measure_error is not None
    assert result.zones[0].measure_error < 3
    assert result.remarks == ()


def test_shares_that_the_light_hides_are_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exact ones beside them are to be trusted."""
    monkeypatch.setattr(renderer, "lay_geometry", laid_once)
    scene = Scene.of(parse_recipe("50% red, 30% black, 20% white").recipe, Size(width_px=512, height_px=512))
    engine = RenderEngine()
    wet = replace(scene, wet=True, surface=Surface.CUT)
    result = generate_one(engine, engine.complete(Request(scene=wet, seed=7)))
    [remark] = result.remarks
    assert "the exact shares are to be trusted" in str(remark)
    assert result.notices == (*result.request.notices, remark)


def test_a_request_is_completed_for_146_mm_at_1024_px() -> None:
    """Every size has that scale, and what belongs to networks is passed over."""
    scene = Scene.of(parse_recipe("red").recipe)
    complete = RenderEngine().complete(Request(scene=scene, seed=1, steps=30, strength=0.4))
    assert (complete.size.width_px, complete.field_mm) == (1024, 146)
    assert (complete.steps, complete.guidance, complete.strength) == (1, 1, 0)


def test_a_layer_is_kept_for_all_that_it_serves() -> None:
    """Other recipes, coarse colours and zones by one engine have the bytes of fresh renders."""
    engine = RenderEngine()
    requests = [
        ask("60% red, 40% black"),
        ask("60% blue, 40% black"),
        ask("60% red, 40% black", coarse=("RED",)),
        ask("30% red, 70% black", ("circle", "white"), coarse=("RED",)),
        ask("30% red, 70% black", ("circle", "white")),
    ]
    for outcome in engine.generate(requests):
        assert outcome.result is not None
        assert outcome.result.pixels.tobytes() == render(requests[outcome.index]).pixels.tobytes()


@pytest.mark.parametrize("whole_tile", [False, True])
def test_zones_are_told_one_by_one(whole_tile: bool) -> None:
    """Asked, exact and measured shares, the area and the number of granules of each."""
    request = ask("60% red, 40% black", ("border:25%", "50% blue, 50% white"))
    result, rendering = RenderEngine().render(request, whole_tile=whole_tile)
    ground, frame = result.zones
    assert ground.exact == pytest.approx({"RED": 60, "BLACK": 40}, abs=1)
    assert frame.exact == pytest.approx({"BLUE": 50, "WHITE": 50}, abs=1)
    assert ground.max_error < 8
    assert frame.max_error < 8
    assert ground.area + frame.area == pytest.approx(1)
    assert (ground.n_granules, frame.n_granules) == rendering.n_granules
    assert result.zone_index is not None
    assert sum(result.exact.values() if result.exact else ()) == pytest.approx(100)
    assert result.prompt == "60% red, 40% black; border:25% = 50% blue, 50% white"


def test_what_goes_wrong_with_one_picture_leaves_the_others() -> None:
    """A zone without a granule is its own outcome."""
    requests = [ask("red", ("circle:1%", "white")), ask("red")]
    outcomes = list(RenderEngine().generate(requests))
    assert isinstance(outcomes[0].error, InputError)
    assert outcomes[1].result is not None


def test_masks_are_checked_before_anything_is_laid() -> None:
    """By number and name; what will hardly be seen is remarked."""
    with pytest.raises(InputError, match=r"zone 1 \(circle\) is wholly covered"):
        ask("red", ("circle", "white"), ("circle", "blue"))
    [notice] = ask("red", ("stripes:32", "white"), ("border:25%", "blue")).notices
    assert str(notice).startswith("zone 1 (stripes:32) is finer than its granules of about 2.5 mm")


@pytest.mark.parametrize("side_px", [128, 256])
def test_a_small_whole_tile_is_measured_without_its_paper(side_px: int) -> None:
    """A frame of few pixels is too narrow for the measure to find it; the renderer knows where it lies."""
    scene = Scene.of(parse_recipe("50% red, 50% black").recipe, Size(width_px=side_px, height_px=side_px))
    engine = RenderEngine()
    result, _ = engine.render(engine.complete(Request(scene=scene, seed=7)), whole_tile=True)
    assert result.max_error < 4


def test_a_watch_can_stop_a_picture() -> None:
    """What it raises is the outcome."""

    def stop(progress: Progress) -> None:
        assert (progress.step, progress.n_steps) == (1, 1)
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        generate_one(RenderEngine(), ask("red"), stop)


def test_its_own_granules_only() -> None:
    """Granules from outside are refused."""
    scene = Scene.of(parse_recipe("red").recipe, SIZE)
    guide = np.arange(4, dtype=np.int32).reshape(2, 2)
    with pytest.raises(InputError, match="guide"):
        RenderEngine().complete(Request(scene=scene, seed=1, guide=guide))


@pytest.mark.parametrize("sides_px", [(320, 128), (128, 320)])
@pytest.mark.parametrize("whole_tile", [False, True])
def test_a_picture_that_is_no_square_is_measured_as_one_is(sides_px: tuple[int, int], whole_tile: bool) -> None:
    """The scale is that of its longer side."""
    size = Size(width_px=sides_px[0], height_px=sides_px[1])
    scene = Scene.of(parse_recipe("60% red, 40% black").recipe, size)
    engine = RenderEngine()
    result, rendering = engine.render(engine.complete(Request(scene=scene, seed=7)), whole_tile=whole_tile)
    assert result.pixels.shape == (size.height_px, size.width_px, 3)
    assert result.request.field_mm == pytest.approx(320 / USUAL_PX_PER_MM)
    assert result.exact == pytest.approx({"RED": 60, "BLACK": 40}, abs=0.5)
    assert result.max_error < 4
    assert rendering.geometry.config.cells_per_mm / 2 == pytest.approx(USUAL_PX_PER_MM)


def test_granules_must_fit_into_the_shorter_side() -> None:
    """Else they would meet themselves across the edges; what is needed is told."""
    size = Size(width_px=512, height_px=64)
    scene = Scene(zones=Scene.of(parse_recipe("red").recipe).zones, size=size, field_mm=60)
    with pytest.raises(InputError, match="at least 64 for a picture of 512x64 px, not 60: two of the largest"):
        RenderEngine().complete(Request(scene=scene, seed=1))
    assert RenderEngine().complete(Request(scene=replace(scene, field_mm=64), seed=1)).field_mm == 64
