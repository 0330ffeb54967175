"""Requests, what completes them, and results."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cli.patch_engine import PatchEngine

from plitka.core.generation import (
    MAX_SEED,
    Accuracy,
    CompleteRequest,
    Defaults,
    GuidedDefaults,
    Mode,
    Outcome,
    Request,
    Result,
    ZoneShares,
    generate_one,
)
from plitka.core.quality import Quality
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene, Size, Zone
from plitka.core.watch import Watch
from plitka.errors import InputError

RED = parse_recipe("60% red, 40% black").recipe
WHITE = parse_recipe("100% white").recipe
PLAIN = Request(scene=Scene.of(RED), seed=7)

choices = st.fixed_dictionaries(
    {},
    optional={
        "steps": st.integers(1, 150),
        "guidance": st.floats(1, 30),
        "negative_prompt": st.text(max_size=5),
        "strength": st.floats(0.05, 1),
        "tolerance": st.floats(0, 100),
        "seed": st.integers(0, MAX_SEED),
        "quality": st.sampled_from(Quality),
    },
)
defaults = st.builds(
    Defaults,
    steps=st.integers(1, 150),
    guidance=st.floats(1, 30),
    px_per_mm=st.floats(3.5, 7),
    guided=st.builds(GuidedDefaults, steps=st.none() | st.integers(1, 150), guidance=st.none() | st.floats(1, 30)),
)


@given(choices, defaults)
def test_a_choice_that_was_made_stays(chosen: dict[str, Any], usual: Defaults) -> None:
    """What was left open is the engine's for guided mode, else its own."""
    complete = usual.complete(replace(PLAIN, **chosen))
    for name, value in chosen.items():
        assert getattr(complete, name) == value
    if "steps" not in chosen:
        assert complete.steps == (usual.guided.steps or usual.steps)
    assert (complete.size.width_px, complete.size.height_px) == (usual.width_px, usual.height_px)
    assert complete.field_mm == pytest.approx(usual.width_px / usual.px_per_mm)


@given(choices, defaults)
def test_completing_twice_changes_nothing(chosen: dict[str, Any], usual: Defaults) -> None:
    """A complete request that is asked for again is the same."""
    complete = usual.complete(replace(PLAIN, **chosen))
    again = Request(
        scene=complete.scene,
        seed=complete.seed,
        mode=complete.mode,
        steps=complete.steps,
        guidance=complete.guidance,
        negative_prompt=complete.negative_prompt,
        strength=complete.strength,
        tolerance=complete.tolerance,
        quality=complete.quality,
    )
    assert usual.complete(again) == complete


def test_text_mode_starts_from_noise() -> None:
    """By the defaults of text mode, not of guided."""
    usual = Defaults(steps=9, guided=GuidedDefaults(steps=5, guidance=2))
    complete = usual.complete(replace(PLAIN, mode=Mode.TEXT))
    assert (complete.strength, complete.steps, complete.guidance) == (1.0, 9, usual.guidance)


def test_a_field_of_ones_own_wins() -> None:
    """Over the engine's scale."""
    scene = replace(Scene.of(RED, Size(width_px=512, height_px=256)), field_mm=40)
    assert Defaults().complete(replace(PLAIN, scene=scene)).field_mm == 40


def test_a_field_needs_no_size() -> None:
    """The picture is as large as usual and shows that length."""
    complete = Defaults(width_px=512, height_px=256).complete(replace(PLAIN, scene=replace(Scene.of(RED), field_mm=40)))
    assert (complete.size, complete.field_mm) == (Size(width_px=512, height_px=256), 40)


def test_words_that_no_file_can_hold_are_refused() -> None:
    """Half a character, as bytes on a command line that are not UTF-8 give it."""
    with pytest.raises(InputError, match="the negative prompt: character 5"):
        replace(PLAIN, negative_prompt="bad \udcff")
    assert replace(PLAIN, negative_prompt="плохо 😀").negative_prompt


@pytest.mark.parametrize(
    "chosen",
    [{"seed": -1}, {"seed": MAX_SEED + 1}, {"steps": 0}, {"steps": 151}, {"guidance": 0.9}, {"guidance": float("nan")},
     {"strength": 0.04}, {"strength": 1.1}, {"tolerance": -1}, {"tolerance": 101}],
    ids=str,
)  # fmt: skip
def test_a_value_outside_its_range_is_refused(chosen: dict[str, Any]) -> None:
    """Before any engine sees it."""
    with pytest.raises(InputError, match="must lie in"):
        replace(PLAIN, **chosen)


@pytest.mark.parametrize(
    "chosen",
    [{"strength": 0.5}, {"tolerance": 2.0}, {"guide": np.zeros((2, 2), np.int32)},
     {"scene": Scene(zones=(Zone(RED), Zone(WHITE, "circle")))}, {"scene": replace(Scene.of(RED), wet=True)}],
    ids=list,
)  # fmt: skip
def test_text_mode_has_words_alone(chosen: dict[str, Any]) -> None:
    """What belongs to guided mode is refused."""
    with pytest.raises(InputError, match="belong"):
        replace(PLAIN, mode=Mode.TEXT, **chosen)


def test_granules_that_cannot_be_seen_are_refused_when_the_size_is_known() -> None:
    """A request without a size has no scale yet."""
    scene = replace(Scene.of(RED, Size(width_px=64, height_px=64)), field_mm=40)
    with pytest.raises(InputError, match="below 3 px"):
        Defaults().complete(replace(PLAIN, scene=scene))


def test_the_aim_is_no_wider_than_the_tolerance() -> None:
    """A small tolerance is aimed at itself."""
    assert Accuracy(tolerance=1.0).aim == 1.0
    assert Accuracy(tolerance=5.0).aim == Accuracy().aim


percents = st.floats(0, 100).map(lambda red: {"RED": red, "BLACK": 100 - red})


@given(st.lists(st.tuples(percents, percents, st.integers(1, 100)), min_size=1, max_size=4))
def test_a_tile_is_the_sum_of_its_zones(zones: list[tuple[dict[str, float], dict[str, float], int]]) -> None:
    """Shares by area, which sum to 100; the error is that of the worst zone."""
    whole = sum(weight for _, _, weight in zones)
    shares = [ZoneShares(asked=asked, measured=found, area=weight / whole) for asked, found, weight in zones]
    result = a_result(shares)
    assert sum(result.asked.values()) == pytest.approx(100)
    expected = sum(zone.area * zone.measured["RED"] for zone in shares)
    assert result.measured["RED"] == pytest.approx(expected)
    worst = max(abs(zone.asked["RED"] - zone.measured["RED"]) for zone in shares)
    assert result.max_error == pytest.approx(worst)
    assert result.exact is None


def test_a_colour_of_one_zone_counts_by_that_zones_area() -> None:
    """And what is exact of every zone is exact of the tile."""
    ground = ZoneShares(asked={"RED": 100.0}, measured={"RED": 100.0}, exact={"RED": 100.0}, area=0.75)
    disc = ZoneShares(asked={"WHITE": 100.0}, measured={"WHITE": 100.0}, exact={"WHITE": 100.0}, area=0.25)
    result = a_result([ground, disc])
    assert result.asked == result.measured == result.exact == {"RED": 75.0, "WHITE": 25.0}
    assert a_result([ground, replace(disc, exact=None)]).exact is None


def a_result(zones: Sequence[ZoneShares]) -> Result:
    """A picture of these zones."""
    return Result(
        pixels=np.zeros((64, 64, 3), np.uint8),
        request=Defaults().complete(PLAIN),
        prompt="",
        engine="patches",
        zones=tuple(zones),
    )


def test_an_engines_error_reaches_the_caller() -> None:
    """As it is."""

    class Broken(PatchEngine):
        """Fails always."""

        def generate(self, requests: Sequence[CompleteRequest], watch: Watch | None = None) -> Iterator[Outcome]:
            """One failure."""
            del requests, watch
            yield Outcome(index=0, error=InputError("no"))

    engine = Broken()
    with pytest.raises(InputError, match="no"):
        generate_one(engine, engine.complete(PLAIN))
