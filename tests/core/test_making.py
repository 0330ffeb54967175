"""One picture from its request to its result, in either mode."""

from dataclasses import replace

import numpy as np
import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter
from tests.core.flat_painter import SMALL, FlatPainter, Follower, RgbImage, as_it_is, ask, maker_of, result_of

from plitka.core.generation import GuidedDefaults, Mode, Request, generate_one
from plitka.core.measure.shares import measure
from plitka.core.painter import Canvas
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene, Size, Zone
from plitka.errors import BadOutput, Cancelled, InputError

SWATCH_SEED = 0


def test_a_guided_picture_is_corrected_until_it_is_true() -> None:
    """A painter that turns part of the red black is given more red, attempt by attempt."""

    def darken(canvas: Canvas) -> RgbImage:
        assert canvas.start is not None
        pixels = canvas.start.copy()
        pixels[:12] = pixels.min(axis=(0, 1))
        return pixels

    maker, follower = maker_of(FlatPainter(paint_one=darken)), Follower()
    (outcome,) = maker.generate([maker.complete(ask())], follower)
    result = result_of(outcome)
    assert 1 < result.attempts <= 4
    assert result.max_error < 3
    assert [progress.attempt for progress in follower.heard[0]] == sorted(
        attempt for attempt in range(1, result.attempts + 1) for _ in range(2)
    )


def test_a_result_tells_zones_and_what_was_laid() -> None:
    """Each zone has its shares, its area and its number of granules; the map says which zone and colour lies where."""
    ground, frame = parse_recipe("60% red, 40% black").recipe, parse_recipe("50% blue, 50% white").recipe
    scene = Scene(zones=(Zone(ground), Zone(frame, "border:20%")), size=Size(width_px=256, height_px=256))
    maker = maker_of(FlatPainter())
    result = generate_one(maker, maker.complete(Request(scene=scene, seed=3)))
    assert [list(zone.measured) for zone in result.zones] == [["RED", "BLACK"], ["BLUE", "WHITE"]]
    assert sum(zone.area for zone in result.zones) == pytest.approx(1)
    assert sum(result.measured.values()) == pytest.approx(100)
    assert result.max_error == max(zone.max_error for zone in result.zones)
    assert result.laid is not None
    assert result.zone_index is not None
    assert set(np.unique(result.laid[result.zone_index == 0])) == {0, 1}
    assert set(np.unique(result.laid[result.zone_index == 1])) == {2, 3}
    assert "blue" in result.prompt
    assert "red" in result.prompt


@pytest.mark.parametrize("wet", [False, True])
def test_how_far_the_measure_may_be_off_is_told_of_wet_tiles(wet: bool) -> None:
    """Of all their zones; the dry are within the tolerance that is promised."""
    zones = Zone(parse_recipe("60% red, 40% black").recipe), Zone(parse_recipe("100% white").recipe, "circle")
    scene = Scene(zones=zones, size=Size(width_px=256, height_px=256), wet=wet)
    maker = maker_of(FlatPainter())
    result = generate_one(maker, maker.complete(Request(scene=scene, seed=3)))
    assert [zone.uncertainty is not None for zone in result.zones] == [wet, wet]


@pytest.mark.parametrize(
    ("detail_px", "strength", "is_restored"), [(2.0, None, True), (None, None, False), (2.0, 0.9, False)]
)
def test_a_model_may_leave_the_finest_to_the_map(
    detail_px: float | None, strength: float | None, is_restored: bool
) -> None:
    """Of a painter that blurs all: what is measured and given out is sharp, unless more than usual was to change."""
    canvases: list[Canvas] = []

    def blur(canvas: Canvas) -> RgbImage:
        assert canvas.start is not None
        canvases.append(canvas)
        return np.asarray(Image.fromarray(canvas.start).filter(ImageFilter.GaussianBlur(2)))

    painter = FlatPainter(paint_one=blur)
    painter.defaults = replace(painter.defaults, guided=GuidedDefaults(detail_px=detail_px))
    maker = maker_of(painter)
    result = generate_one(maker, maker.complete(replace(ask("red"), strength=strength)))
    start = canvases[-1].start
    assert start is not None
    left, lost = (np.abs(pixels.astype(int) - start).mean() for pixels in (result.pixels, blur(canvases[-1])))
    assert left < 0.6 * lost if is_restored else left == lost


def test_a_map_from_outside_has_no_detail_to_give() -> None:
    """Where only outlines are known, the picture is the painter's own."""
    painter = FlatPainter(paint_one=lambda canvas: np.roll(as_it_is(canvas), 1, 0))
    painter.defaults = replace(painter.defaults, guided=GuidedDefaults(detail_px=2.0))
    maker = maker_of(painter)
    guide = np.arange(32 * 32, dtype=np.int32).reshape(32, 32)
    result = generate_one(maker, maker.complete(replace(ask(), guide=guide)))
    painted = [np.roll(as_it_is(canvas), 1, 0) for batch in painter.batches for canvas in batch]
    assert any(np.array_equal(result.pixels, pixels) for pixels in painted)


def test_a_plain_tile_has_one_zone_that_is_all_of_it() -> None:
    """And no map of zones."""
    maker = maker_of(FlatPainter())
    result = generate_one(maker, maker.complete(ask()))
    assert (len(result.zones), result.zones[0].area, result.zone_index) == (1, 1.0, None)
    assert result.measured == result.zones[0].measured


def test_a_tile_of_several_zones_can_be_measured_again() -> None:
    """What the result carries is all that a measure of each zone needs."""
    ground, frame = parse_recipe("60% red, 40% black").recipe, parse_recipe("50% blue, 50% white").recipe
    scene = Scene(zones=(Zone(ground), Zone(frame, "stripes:2")), size=Size(width_px=256, height_px=256))
    maker = maker_of(FlatPainter())
    result = generate_one(maker, maker.complete(Request(scene=scene, seed=4)))
    assert result.laid is not None
    assert result.zone_index is not None
    laid = np.where(result.zone_index == 1, result.laid - 2, 0).astype(np.uint8)
    found = measure(result.pixels, frame.colours, laid=laid, where=result.zone_index == 1)
    assert found.percents == pytest.approx(result.zones[1].measured, abs=1)


def test_a_zone_of_too_few_granules_is_refused_with_how_far_off_it_would_be() -> None:
    """Its shares cannot be dealt within the tolerance; a looser one takes it."""
    ground, rare = parse_recipe("100% red").recipe, parse_recipe("99.5% blue, 0.5% white").recipe
    scene = Scene(zones=(Zone(ground), Zone(rare, "border:4%")), size=Size(width_px=64, height_px=64))
    maker = maker_of(FlatPainter())
    request = maker.complete(Request(scene=scene, seed=4, tolerance=0.01))
    with pytest.raises(InputError, match=r"zone 1 \(border:4%\): its"):
        generate_one(maker, request)
    assert generate_one(maker, replace(request, tolerance=100.0)).pixels.any()


def test_a_guide_from_outside_is_what_is_painted_over() -> None:
    """Its granules, stretched over the picture; one too coarse for the recipe is refused."""
    maker = maker_of(FlatPainter())
    guide = np.arange(32 * 32, dtype=np.int32).reshape(32, 32)
    result = generate_one(maker, maker.complete(replace(ask(), guide=guide)))
    assert result.laid is not None
    laid = result.laid.reshape(32, 4, 32, 4)
    assert (laid == laid[:, :1, :, :1]).all()
    red_light = result.pixels.reshape(32, 4, 32, 4, 3)[:, 1:3, :, 1:3, 0].mean((1, 3))
    is_red = laid[:, 0, :, 0] == 0
    assert red_light[is_red].min() > 3 * red_light[~is_red].max()
    with pytest.raises(InputError, match="the 2 granules of the guide"):
        generate_one(maker, maker.complete(replace(ask(), guide=np.array([[0, 1]], np.int32))))


def text(words: str = "60% red, 40% black", seed: int = 5) -> Request:
    """A request for the words alone."""
    return ask(words, seed=seed, mode=Mode.TEXT)


def test_a_swatch_is_painted_after_the_picture_and_kept() -> None:
    """Over a map with as much of each colour; the next picture of the recipe is measured by the same."""
    painter = FlatPainter()
    maker = maker_of(painter)
    first, second = (generate_one(maker, maker.complete(text(seed=seed))) for seed in (5, 6))
    assert [canvas.start is None for batch in painter.batches for canvas in batch] == [True, False, True]
    assert first.swatch is not None
    assert second.swatch is first.swatch
    assert np.bincount(first.swatch.laid.ravel()).tolist() == pytest.approx([8192, 8192], abs=600)
    assert "swatch" in first.stage_seconds
    assert "swatch" not in second.stage_seconds
    assert (first.laid, first.attempts) == (None, 1)
    found = measure(second.pixels, second.request.scene.recipe.colours, swatch=second.swatch)
    assert found.percents == pytest.approx(second.measured)


def test_one_colour_needs_no_swatch() -> None:
    """There is nothing to tell apart."""
    painter = FlatPainter()
    maker = maker_of(painter)
    result = generate_one(maker, maker.complete(text("100% red")))
    assert result.swatch is None
    assert len(painter.batches) == 1
    assert result.measured == pytest.approx({"RED": 100})


@given(st.lists(st.sampled_from(("60% red, 40% black", "70% white, 30% red", "100% red")), max_size=4))
@settings(max_examples=10, deadline=None)
def test_what_a_picture_measures_does_not_depend_on_those_before(before: list[str]) -> None:
    """Another recipe gets a swatch of its own."""
    used, fresh = maker_of(FlatPainter()), maker_of(FlatPainter())
    for words in before:
        generate_one(used, used.complete(text(words)))
    request = used.complete(text("50% blue, 50% white"))
    measured = generate_one(used, request).measured
    assert measured == pytest.approx(generate_one(fresh, request).measured, abs=1e-9)  # sums differ in a last digit


def test_a_swatch_that_fails_costs_no_picture() -> None:
    """It is measured without, and the log says why."""
    maker = maker_of(FlatPainter(failing={SWATCH_SEED: BadOutput("NaN")}))
    with structlog.testing.capture_logs() as events:
        result = generate_one(maker, maker.complete(text()))
    assert result.swatch is None
    alone = measure(result.pixels, result.request.scene.recipe.colours).percents
    assert result.measured == pytest.approx(alone, abs=1e-9)  # sums differ in a last digit
    assert [event["reason"] for event in events if event["event"] == "swatch_failed"] == ["NaN"]


def test_a_picture_can_be_cancelled_while_its_swatch_is_painted() -> None:
    """Whoever follows is told the last step again."""
    maker, follower = maker_of(FlatPainter()), Follower({0: 5}, looks=True)
    (outcome,) = maker.generate([maker.complete(text())], follower)
    assert isinstance(outcome.error, Cancelled)
    assert [progress.step for progress in follower.heard[0]] == [1, 2, 3, 4, 4]
    assert follower.heard[0][-1].preview is None


def test_stages_are_timed_within_the_whole() -> None:
    """Each stage once, however many attempts."""
    maker = maker_of(FlatPainter())
    result = generate_one(maker, maker.complete(ask(size=SMALL)))
    assert result.stage_seconds.keys() == {"map", "denoise", "measure"}
    assert result_of(next(iter(maker.generate([result.request])))).pixels.tobytes() == result.pixels.tobytes()
