"""What a canvas is, and the laws of painters for the one without a network."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.core.flat_painter import FlatPainter
from tests.core.painter_laws import NOISE, PainterLaws, canvas

from plitka.core.painter import n_steps_run


class TestFlatPainter(PainterLaws):
    """The painter that tests of the maker use."""

    @pytest.fixture
    def painter(self) -> FlatPainter:
        """Three canvases at once."""
        return FlatPainter(max_batch=3)

    @pytest.fixture
    def break_device(self, painter: FlatPainter) -> Callable[[], None]:
        """It fails at a seed."""
        return lambda: painter.breaking.add(1)

    def test_it_can_be_closed_twice(self, painter: FlatPainter) -> None:
        """As every painter."""
        painter.close()
        painter.close()


def test_a_canvas_is_pure_noise_unless_it_has_a_start() -> None:
    """Then all of the schedule is run."""
    assert (canvas(1).start, canvas(1).strength, canvas(1).n_steps) == (None, 1.0, 4)


@pytest.mark.parametrize(("n_steps", "strength", "run"), [(20, 0.6, 12), (20, 1.0, 20), (4, 0.7, 2), (4, 0.05, 1)])
def test_a_strength_runs_a_part_of_the_schedule(n_steps: int, strength: float, run: int) -> None:
    """Rounded down, at least one step."""
    assert n_steps_run(n_steps, strength) == run
    assert canvas(1, steps=n_steps, strength=strength, start=NOISE).n_steps == run


def test_canvases_of_one_kind_differ_in_words_seed_and_start_alone() -> None:
    """Everything else makes another batch."""
    one = canvas(1, start=NOISE, strength=0.5)
    assert canvas(2, start=255 - NOISE, strength=0.5, prompt="red", negative_prompt="blurry").kind == one.kind
    others = [
        replace(one, width_px=128),
        replace(one, height_px=128),
        replace(one, steps=5),
        replace(one, guidance=1.0),
        replace(one, is_exact=False),
        replace(one, strength=0.6),
        replace(one, start=None),
    ]
    assert len({one.kind, *(other.kind for other in others)}) == 8
