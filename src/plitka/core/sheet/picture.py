"""The picture of a sheet that brings none: a small render of its scene."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plitka.core.generation import Request
from plitka.core.recipes.recipe import Notice
from plitka.core.render_engine import RenderEngine
from plitka.core.scene import Scene, Size
from plitka.errors import InputError

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage

SIZE_PX = 512
PATTERNED_PX = 1024
"""Of a tile whose pattern is shown whole: granules half as large beside it, for lettering to be read."""
_SEED = 7
"""The same sheet has the same picture."""


@dataclass(frozen=True, slots=True)
class SheetPicture:
    """A picture of the tile."""

    pixels: "RgbImage | None"
    field_mm: float | None = None
    """Length that its side shows."""
    notices: tuple[Notice, ...] = ()
    """Why there is none."""


def render_picture(scene: Scene) -> SheetPicture:
    """A piece of the tile at the usual scale, or all of a patterned one; none where granules are too large for it."""
    engine = RenderEngine()
    side_px = SIZE_PX if len(scene.zones) == 1 else PATTERNED_PX
    close = replace(scene, size=Size(width_px=side_px, height_px=side_px), field_mm=None)
    try:
        complete = engine.complete(Request(scene=close, seed=_SEED))
        result, _ = engine.render(complete)
    except InputError as error:
        return SheetPicture(None, notices=(Notice("the sheet has no picture: {reason}", {"reason": error}),))
    return SheetPicture(result.pixels, complete.field_mm)
