"""Many pictures at once: each has one outcome, and what happens to one changes nothing for the others."""

import multiprocessing
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.flat_painter import (
    FEW_SHAPES,
    SMALL,
    FlatPainter,
    Follower,
    RgbImage,
    as_it_is,
    ask,
    maker_of,
    result_of,
)

from plitka.core.generation import (
    CompleteRequest,
    Mode,
    Outcome,
    Request,
    Result,
    generate_one,
)
from plitka.core.maker import Maker
from plitka.core.measure.shares import measure_shares
from plitka.core.painter import Canvas
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Granules, Scene, Size, Surface, Zone
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.map_pool import MapPool
from plitka.errors import BadOutput, Cancelled, EngineError, InputError, PlitkaError, PromptTooLong

RECIPES = ("60% red, 40% black", "100% white", "50% blue, 30% yellow, 20% black")
WIDE = Size(width_px=192, height_px=64)


def outcomes_of(
    maker: Maker[FlatPainter], requests: Sequence[CompleteRequest], follower: Follower | None = None
) -> dict[int, Outcome]:
    """The outcome of each request, of which there is exactly one."""
    found = list(maker.generate(requests, follower))
    assert sorted(outcome.index for outcome in found) == list(range(len(requests)))
    assert all((outcome.result is None) != (outcome.error is None) for outcome in found)
    return {outcome.index: outcome for outcome in found}


@cache
def alone(request: CompleteRequest) -> Result:
    """What a painter that has nothing else to do makes of it."""
    return generate_one(maker_of(FlatPainter()), request)


SEEDS = st.sets(st.integers(0, 5), max_size=2)
LONG = "terracotta, salmon, dark green, grass green, dark blue, light gray, pearl, yellow"
EMPTY_BORDER = Zone(parse_recipe("100% blue").recipe, "border:0%")
REQUESTS = st.lists(
    st.builds(
        ask,
        st.sampled_from(RECIPES),
        st.integers(0, 5),
        st.sampled_from(Mode),
        st.sampled_from((SMALL, WIDE)),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def maps() -> Iterator[MapPool]:
    """Lays maps for many makers: two processes stay, where a single one would end when idle."""
    pool = MapPool(FEW_SHAPES, n_processes=2)
    yield pool
    pool.close()


@given(
    requests=REQUESTS,
    max_batch=st.integers(1, 4),
    failing=st.sets(st.integers(0, 5), max_size=2),
    stops=st.dictionaries(st.integers(0, 5), st.integers(1, 5)),
    is_pipelined=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_whatever_fails_or_is_stopped_the_others_are_as_if_alone(
    maps: MapPool,
    *,
    requests: list[Request],
    max_batch: int,
    failing: set[int],
    stops: dict[int, int],
    is_pipelined: bool,
) -> None:
    """In any batch and any order: an error and a stop are their own picture's end, and no byte of another changes."""
    errors: dict[int, PlitkaError] = {seed: BadOutput("NaN") for seed in failing}
    maker = maker_of(FlatPainter(max_batch, failing=errors), maps, is_pipelined=is_pipelined)
    complete = [maker.complete(request) for request in requests]
    outcomes = outcomes_of(maker, complete, Follower(stops))
    for index, request in enumerate(complete):
        error = outcomes[index].error
        if request.seed in failing or index in stops:
            assert error is None or isinstance(error, BadOutput | Cancelled)
        else:
            assert error is None
        if error is None:
            expected = alone(request)
            assert result_of(outcomes[index]).pixels.tobytes() == expected.pixels.tobytes()
            assert result_of(outcomes[index]).attempts == expected.attempts


@given(requests=REQUESTS, max_batch=st.integers(1, 4), is_pipelined=st.booleans())
@settings(max_examples=20, deadline=None)
def test_a_batch_is_of_one_kind_and_no_larger_than_the_painter_takes(
    maps: MapPool, *, requests: list[Request], max_batch: int, is_pipelined: bool
) -> None:
    """Size, steps, guidance, strength, and whether there is a start picture."""
    painter = FlatPainter(max_batch)
    maker = maker_of(painter, maps, is_pipelined=is_pipelined)
    outcomes_of(maker, [maker.complete(request) for request in requests])
    assert maker.max_batch == max_batch * (3 if is_pipelined else 1)
    for batch in painter.batches:
        assert 1 <= len(batch) <= max_batch
        assert len({(one.width_px, one.height_px, one.steps, one.strength, one.start is None) for one in batch}) == 1


def test_pictures_of_one_kind_share_a_batch() -> None:
    """Four of a size are painted four at once, and one of another size by itself."""
    painter = FlatPainter(max_batch=4)
    maker = maker_of(painter)
    # Of one colour, so that none is painted once more to correct its shares.
    requests = [ask("red", seed=seed) for seed in range(4)] + [ask("red", size=WIDE)]
    outcomes_of(maker, [maker.complete(request) for request in requests])
    assert [len(batch) for batch in painter.batches] == [4, 1]


def test_a_device_that_fails_ends_its_batch_and_no_other() -> None:
    """The pictures of the batch have the error, those after it are made."""
    maker = maker_of(FlatPainter(max_batch=2, breaking={1}))
    outcomes = outcomes_of(maker, [maker.complete(ask(seed=seed)) for seed in (0, 1, 2, 3)])
    assert [isinstance(outcomes[index].error, EngineError) for index in range(4)] == [True, True, False, False]


def test_an_error_that_nobody_expects_is_not_swallowed() -> None:
    """It is a fault of ours, and ends the engine."""

    def break_down(_canvas: Canvas) -> RgbImage:
        raise ZeroDivisionError

    maker = maker_of(FlatPainter(paint_one=break_down))
    with pytest.raises(ZeroDivisionError):
        list(maker.generate([maker.complete(ask())]))


@pytest.mark.parametrize("is_pipelined", [False, True])
def test_what_nobody_expects_while_it_is_measured_ends_the_engine_too(*, is_pipelined: bool) -> None:
    """On whichever thread it is raised."""

    def break_down(*_: object, **_others: object) -> dict[str, float]:
        raise ZeroDivisionError

    maker = maker_of(FlatPainter(), is_pipelined=is_pipelined)
    maker._workshop.measure_shares = break_down
    with pytest.raises(ZeroDivisionError):
        list(maker.generate([maker.complete(ask(seed=seed)) for seed in (1, 2)]))


def test_one_picture_is_measured_while_the_next_is_painted() -> None:
    """The second and the third canvas are painted before the first one's measure is over."""
    is_painted, seen = threading.Event(), []

    def paint(canvas: Canvas) -> RgbImage:
        if canvas.seed == 3:
            is_painted.set()
        return as_it_is(canvas)

    def measure(*arguments: Any, **choices: Any) -> dict[str, float]:  # noqa: ANN401
        seen.append(is_painted.wait(timeout=60))
        return measure_shares(*arguments, **choices)

    maker = maker_of(FlatPainter(paint_one=paint), is_pipelined=True)
    maker._workshop.measure_shares = measure
    outcomes = outcomes_of(maker, [maker.complete(ask(seed=seed)) for seed in (1, 2, 3)])
    assert all(outcome.error is None for outcome in outcomes.values())
    assert seen[0]


def test_a_preview_comes_only_where_somebody_looks() -> None:
    """As pixels, on the steps that were wanted."""
    for looks in (False, True):
        follower, maker = Follower(looks=looks), maker_of(FlatPainter())
        outcomes_of(maker, [maker.complete(ask())], follower)
        assert all((progress.preview is not None) == looks for progress in follower.heard[0])


@pytest.mark.parametrize(
    ("scene_choices", "guide", "message"),
    [
        ({"granules": Granules(size_mm=(1.0, 3.0))}, True, "a guide brings its own granules"),
        ({"surface": Surface.CUT}, True, "a guide brings its own granules"),
        (
            {"zones": (Zone(parse_recipe("100% red").recipe), Zone(parse_recipe("100% blue").recipe, "border:0%"))},
            False,
            "border",
        ),
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_is_painted(
    scene_choices: dict[str, object], guide: bool, message: str
) -> None:
    """By `complete`, which is quick."""
    choices: dict[str, object] = {"zones": (Zone(parse_recipe("100% red").recipe),), "size": SMALL} | scene_choices
    ids = np.arange(64 * 64, dtype=np.int32).reshape(64, 64) if guide else None
    maker = maker_of(FlatPainter())
    with pytest.raises(InputError, match=message):
        maker.complete(Request(scene=Scene(**choices), seed=1, guide=ids))  # type: ignore[arg-type]


def test_a_prompt_that_is_too_long_is_refused_by_complete() -> None:
    """And where somebody comes with a complete request all the same, it is that picture's outcome."""
    painter = FlatPainter()
    maker = maker_of(painter)
    with pytest.raises(PromptTooLong):
        maker.complete(ask(LONG))
    outcomes = outcomes_of(maker, [painter.defaults.complete(ask(LONG)), maker.complete(ask())])
    assert isinstance(outcomes[0].error, PromptTooLong)
    assert outcomes[1].error is None


def test_what_is_expected_is_laid_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the first, and for what needs no map; what was expected before is not any more."""
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    maker = maker_of(FlatPainter())
    first, second, third = (maker.complete(ask(seed=seed)) for seed in (1, 2, 3))
    maker.expect([first, second, maker.complete(ask(seed=4, mode=Mode.TEXT))])
    assert set(maker._workshop.maps._ahead) == {MapSpec.of(second)}
    maker.expect([second, third])
    assert set(maker._workshop.maps._ahead) == {MapSpec.of(second), MapSpec.of(third)}
    maker.expect([third])
    assert set(maker._workshop.maps._ahead) == {MapSpec.of(third)}
    maker.close()


def rested(maker: Maker[FlatPainter]) -> Maker[FlatPainter]:
    """Once all is laid that it lays while it is idle."""
    maker.expect([])
    if (thread := maker._workshop.maps.spares._thread) is not None:
        thread.join()
    return maker


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> Iterator[Maker[FlatPainter]]:
    """One that is warm and has been idle, where there are processors for it."""
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    maker = maker_of(FlatPainter())
    maker.warm_up()
    yield rested(maker)
    maker.close()


def test_the_first_seed_is_that_of_a_map_laid_ahead(idle: Maker[FlatPainter]) -> None:
    """Of the size that it was warmed up for, whatever the colours; the picture is that of its seed."""
    request = idle.complete(ask(RECIPES[2], seed=0))
    seed = idle.seed_ahead(request)
    assert seed is not None
    asked = idle.complete(ask(RECIPES[2], seed=seed))
    assert MapSpec.of(asked) in idle._workshop.maps.spares
    assert generate_one(idle, asked).pixels.tobytes() == alone(asked).pixels.tobytes()
    assert MapSpec.of(asked) not in idle._workshop.maps.spares
    assert idle.seed_ahead(request) not in (None, seed)


def test_a_picture_of_another_look_has_one_the_next_time(idle: Maker[FlatPainter]) -> None:
    """And one without a map, or over granules from outside, never."""
    request = idle.complete(ask(size=WIDE))
    assert idle.seed_ahead(request) is None
    assert rested(idle).seed_ahead(request) is not None
    assert idle.seed_ahead(idle.complete(ask(mode=Mode.TEXT))) is None
    guided = Request(scene=ask().scene, seed=1, guide=np.arange(64 * 64, dtype=np.int32).reshape(64, 64))
    assert idle.seed_ahead(idle.complete(guided)) is None


def test_none_is_begun_while_something_is_made(idle: Maker[FlatPainter]) -> None:
    """Also where that needs no map."""
    idle.seed_ahead(idle.complete(ask(size=WIDE)))
    idle.expect([])
    generate_one(idle, idle.complete(ask("100% red", mode=Mode.TEXT)))
    assert not idle._workshop.maps.spares._is_resting


def test_who_never_is_idle_lays_none() -> None:
    """As a command that makes its pictures and ends."""
    maker = maker_of(FlatPainter())
    maker.warm_up()
    outcomes_of(maker, [maker.complete(ask(seed=seed)) for seed in (1, 2)])
    assert maker._workshop.maps.spares._thread is None
    assert maker.seed_ahead(maker.complete(ask())) is None
    maker.close()


def test_a_device_is_warmed_up_for_swatches_too() -> None:
    """Once, whatever sizes are asked for."""
    swatch, painter = Size(width_px=512, height_px=512), FlatPainter()
    maker = maker_of(painter, is_pipelined=True)
    maker.warm_up()
    maker.warm_up([WIDE, swatch])
    assert painter.warmed == [SMALL, swatch, WIDE, swatch]


def test_it_warms_up_frees_and_closes_by_its_painter() -> None:
    """Closing ends the process that lays maps as well, and may be done twice."""
    before = multiprocessing.active_children()
    painter = FlatPainter()
    maker = maker_of(painter)
    maker.warm_up()
    maker.warm_up([WIDE])
    assert painter.warmed == [SMALL, WIDE]
    assert maker.memory_bytes() == {}
    for request in (ask(seed=1), ask(seed=2)):
        maker._workshop.lay_ahead(maker.complete(request))
    maker.close()
    maker.close()
    assert painter.is_closed
    assert set(multiprocessing.active_children()) <= set(before)


@pytest.mark.parametrize("reads_words", [True, False])
def test_words_reach_a_painter_that_reads_them(reads_words: bool) -> None:
    """In the prompt; of another, a notice says that they are not shown."""
    maker = maker_of(FlatPainter(reads_words=reads_words))
    scene = Scene(zones=(Zone(parse_recipe("red").recipe),), words=("matte finish",))
    request = maker.complete(Request(scene=scene, seed=1))
    assert ("matte finish" in maker.prompt(request)) is reads_words
    assert any("not shown in" in str(notice) for notice in request.notices) is not reads_words
