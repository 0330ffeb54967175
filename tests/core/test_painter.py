"""What a painter is, and what it is asked for."""

from tests.core.flat_painter import FlatPainter

from plitka.core.painter import Canvas, Painter
from plitka.model.painter import DiffusionPainter

REQUIRED = {name for name in vars(Painter) if not name.startswith("_")}


def test_every_painter_has_what_the_maker_asks_of_it() -> None:
    """The one over diffusers' modules, and the one of the tests; a member that is added must be added to both."""
    assert {"name", "defaults", "max_batch", "prompt", "check_negative", "paint", "free"} == REQUIRED
    assert not REQUIRED - set(dir(DiffusionPainter))
    assert not REQUIRED - set(dir(FlatPainter()))


def test_a_canvas_is_pure_noise_unless_it_has_a_start() -> None:
    """Then all of the schedule is run."""
    canvas = Canvas(prompt="red", negative_prompt="", seed=1, width_px=64, height_px=64, steps=4, guidance=1.0)
    assert (canvas.start, canvas.strength) == (None, 1.0)
