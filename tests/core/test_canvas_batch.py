"""Reports, stops and halves of a batch."""

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.painter_laws import NOISE, NotingWatch, canvas

from plitka.core.canvas_batch import CanvasBatch
from plitka.core.painter import Painted
from plitka.core.watch import Unwatched
from plitka.errors import BadOutput, Cancelled

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage


def nothing(_place: int) -> "RgbImage":
    """Stands where nobody looks."""
    pytest.fail("a preview was made")


@given(st.dictionaries(st.integers(0, 3), st.integers(1, 4)), st.integers(1, 4))
def test_a_batch_goes_on_until_the_last_canvas_is_stopped(stops: dict[int, int], n_canvases: int) -> None:
    """Each hears every step up to its own stop, and has what the watch raised as its outcome."""
    watch = NotingWatch(stops)
    batch = CanvasBatch([canvas(seed) for seed in range(n_canvases)], watch)
    steps = next((step for step in range(1, 5) if not batch.go_on(step, nothing)), 4)
    last = [stops.get(place, 4) for place in range(n_canvases)]
    assert steps == max(last)
    assert sorted(watch.heard) == [(place, step) for place in range(n_canvases) for step in range(1, last[place] + 1)]
    painted = Painted(pixels=NOISE)
    outcomes = batch.outcomes(lambda _: painted)
    assert outcomes == [watch.raised.get(place, painted) for place in range(n_canvases)]


@given(st.integers(2, 9))
def test_halves_hold_the_same_canvases_under_their_own_places(n_canvases: int) -> None:
    """However often they are halved."""
    watch = NotingWatch()
    parts = [CanvasBatch([canvas(seed) for seed in range(n_canvases)], watch)]
    while any(len(part.canvases) > 1 for part in parts):
        parts = [half for part in parts for half in (part.halves() if len(part.canvases) > 1 else (part,))]
    assert [part.first.seed for part in parts] == list(range(n_canvases))
    for part in parts:
        part.go_on(1, nothing)
    assert watch.heard == [(place, 1) for place in range(n_canvases)]


def test_a_stop_outlasts_the_halving() -> None:
    """The watch is not asked about that canvas again."""
    watch = NotingWatch({2: 1})
    batch = CanvasBatch([canvas(seed) for seed in range(3)], watch)
    batch.go_on(1, nothing)
    former, latter = batch.halves()
    assert former.go_on(1, nothing)
    assert latter.go_on(1, nothing)
    assert latter.stopped == {1: watch.raised[2]}
    assert watch.heard == [(0, 1), (1, 1), (2, 1), (0, 1), (1, 1)]


def test_a_preview_of_nothing_is_left_out() -> None:
    """The step is reported all the same."""

    def empty(_place: int) -> "RgbImage":
        raise BadOutput("of one colour")

    watch = NotingWatch(looking_at={0})
    CanvasBatch([canvas(1)], watch).go_on(1, empty)
    assert (watch.heard, watch.shown) == ([(0, 1)], {})


def test_only_a_stop_is_a_canvas_s_own() -> None:
    """Any other error of the watch is nobody's outcome."""

    class Broken(NotingWatch):
        """Divides by zero."""

        def report(self, *_: object) -> None:
            """Fail."""
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        CanvasBatch([canvas(1)], Broken()).go_on(1, nothing)
    batch = CanvasBatch([canvas(1)], Unwatched())
    batch.stopped[0] = stop = Cancelled("stopped")
    assert batch.outcomes(lambda _: pytest.fail("it was stopped")) == [stop]
