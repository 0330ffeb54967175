"""What is told of a run, on a screen and in a log."""

import io
from collections.abc import Callable
from threading import Event

import pytest
from tests.cli.conftest import Screen
from tqdm import tqdm

from plitka.cli.terminal import Terminal
from plitka.cli.train_watch import EACH_S, TrainWatch
from plitka.model.train_judge import Judgement


class Clock:
    """Goes on when it is told to."""

    now_s = 100.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now_s


Made = tuple[TrainWatch, io.StringIO, Clock]
Make = Callable[..., Made]


@pytest.fixture
def make() -> Make:
    """A watch of a run of 50 steps, what it writes to, and its clock."""

    def made(stderr: io.StringIO, language: str = "en") -> Made:
        terminal = Terminal(stdout=io.StringIO(), stderr=stderr, language=language)
        line = tqdm(
            total=50, file=stderr, disable=not terminal.shows_progress, mininterval=0, bar_format="{desc}{postfix}"
        )
        clock = Clock()
        return TrainWatch(terminal, line, Event(), "cpu", clock), stderr, clock

    return made


def lines(stderr: io.StringIO) -> list[str]:
    """What was written since, by lines, without the memory."""
    told = stderr.getvalue().splitlines()
    stderr.seek(0)
    stderr.truncate()
    return [line.split(", loss")[0] for line in told]


class TestInALog:
    """Where no line can move."""

    def test_what_begins_is_told_at_once_and_the_rest_seldom(self, make: Make) -> None:
        """Pictures may be thousands."""
        watch, stderr, clock = make(io.StringIO())
        watch.stage("load")
        watch.stage("load")
        watch.stage("pictures", 1, 24)
        for number in range(2, 24):
            watch.stage("pictures", number, 24)
        assert lines(stderr) == ["loading the model", "preparing pictures 1/24"]
        clock.now_s += EACH_S
        watch.stage("pictures", 24, 24)
        assert lines(stderr) == ["preparing pictures 24/24"]

    def test_the_time_left_is_that_of_steps_alone(self, make: Make) -> None:
        """Not of what was prepared before the first, nor of a judgement between them."""
        watch, stderr, clock = make(io.StringIO())
        watch.stage("load")
        clock.now_s += 1000
        watch.step(1, 0.5)
        assert lines(stderr) == ["loading the model", "step 1 of 50, ? left"]
        clock.now_s += EACH_S
        watch.step(11, 0.5)
        assert lines(stderr) == ["step 11 of 50, 01:57 left"]
        watch.stage("paint", 1, 4)
        clock.now_s += 1000
        watch.step(12, 0.5)
        clock.now_s += EACH_S
        watch.step(13, 0.5)
        assert lines(stderr) == ["judging: painting 1/4", "step 12 of 50, ? left", "step 13 of 50, 18:30 left"]

    def test_it_is_told_what_is_left_behind_the_last_step(self, make: Make) -> None:
        """Which on a processor are minutes."""
        watch, stderr, _clock = make(io.StringIO())
        watch.step(50, 0.5)
        watch.stage("losses", 1, 18)
        watch.judged(Judgement(step=50, learnt_loss=0.25))
        watch.stage("write")
        _step, left, *rest = lines(stderr)
        assert left.startswith("all steps are done; it is judged")
        assert rest == ["judging: losses 1/18", "step 50: loss of what is learnt 0.2500", "writing the model"]

    def test_russian_is_spoken(self, make: Make) -> None:
        """As of the rest."""
        watch, stderr, _clock = make(io.StringIO(), "ru")
        watch.stage("pictures", 3, 24)
        watch.step(2, 0.5)
        assert "подготовка изображений 3/24\nшаг 2 из 50, ? осталось, потери 0.5000" in stderr.getvalue()


def test_on_a_screen_one_line_moves(make: Make) -> None:
    """And says the same."""
    watch, stderr, clock = make(Screen())
    watch.stage("pictures", 7, 24)
    assert "preparing pictures 7/24" in stderr.getvalue()
    watch.step(1, 0.5)
    clock.now_s += 10
    watch.step(2, 0.5)
    assert ", 08:00 left, loss 0.5000, " in stderr.getvalue()
    assert "\n" not in stderr.getvalue()
