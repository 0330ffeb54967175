"""Captioned pictures as a model learns them: the tile alone, in sizes that its network knows, under the model's words.

Nothing that is wrong with one picture keeps another from being learnt: it is left out, and told.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from plitka.core.colour.palette import Palette
from plitka.core.dataset.caption import names_colour, read_caption
from plitka.core.dataset.folder import Entry, Folder
from plitka.core.dataset.tile_crop import crop_tile
from plitka.core.files.photograph import read_picture
from plitka.core.recipes.recipe import Notice, PromptStyle, Recipe, format_prompt
from plitka.core.scene import SIZE_PX_RANGE, USUAL_LEARNT_PX, check_range
from plitka.errors import FieldName, InputError

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage

SIDE_STEP_PX = 64
"""Sides are multiples of it: SDXL's networks halve a picture six times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureConfig:
    """How pictures and captions are prepared.

    Raises:
        InputError: no such size.
    """

    size_px: int = USUAL_LEARNT_PX
    """Side of the square that a picture is as large as."""
    is_cropped: bool = True
    """Whole tiles on white are found, straightened and cropped."""
    keeps_shape: bool = False
    """Pictures nearly keep their proportions; otherwise the middle square is taken."""
    as_prompts: bool = True
    """A caption becomes the prompt that its recipe is asked for with; otherwise it stays, under the model's trigger."""

    def __post_init__(self) -> None:
        check_range(FieldName("size"), self.size_px, *SIZE_PX_RANGE)
        if self.size_px % SIDE_STEP_PX:
            raise InputError(
                "{name} must be a multiple of {step}, not {value}",
                name="size_px",
                step=SIDE_STEP_PX,
                value=self.size_px,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Captioned:
    """A picture to learn."""

    name: str
    """What errors call it."""
    caption: str
    pixels: "RgbImage"
    """(H, W, 3) sRGB, both sides multiples of `SIDE_STEP_PX` where it was read from a file."""
    recipe: Recipe | None = None
    """What the caption tells, if it can be read."""
    repeats: int = 1
    """How often it is drawn where another one is drawn once."""


def read_captioned(
    folder: Folder,
    palette: Palette,
    style: PromptStyle,
    config: PictureConfig,
    on_problem: Callable[[Notice], None],
) -> Iterator[Captioned]:
    """The pictures of a folder, one by one, in the order of their names.

    Args:
        folder: as `plitka.core.dataset.folder.read_folder` gives it.
        palette: by which captions are read.
        style: of the model's prompts.
        config: how they are prepared.
        on_problem: called for each picture that is left out, and for what may be wrong with others.
    """
    for problem in (*folder.problems, *folder.notices):
        on_problem(problem)
    for entry in folder.entries:
        if not entry.caption:
            on_problem(Notice("{path} has no caption and is left out", {"path": entry.path}))
            continue
        try:
            pixels = read_picture(entry.path)
        except InputError as error:
            on_problem(Notice(error.message, error.values))
            continue
        caption, recipe = caption_of(entry, palette, style, config)
        if recipe is None:
            on_problem(Notice("{path}: its caption tells no recipe, and is learnt as it stands", {"path": entry.path}))
        yield Captioned(
            name=entry.name, caption=caption, pixels=fitted(pixels, config), recipe=recipe, repeats=entry.repeats
        )


def caption_of(entry: Entry, palette: Palette, style: PromptStyle, config: PictureConfig) -> tuple[str, Recipe | None]:
    """What is learnt of a picture in words, and the recipe that its caption tells, if it tells one."""
    caption = entry.caption or ""
    recipe = None
    with suppress(InputError):
        recipe = read_caption(caption, palette)
    if config.as_prompts and recipe is not None:
        return format_prompt(recipe, style), recipe
    return with_trigger(caption, palette, style), recipe


def with_trigger(caption: str, palette: Palette, style: PromptStyle) -> str:
    """A caption under a model's trigger, which stands for that of another trainer, as in `TOK, 60% red`."""
    trigger = f"{style.trigger} {''.join(style.tokens)}".strip()
    head, _, rest = caption.partition(",")
    if not rest or names_colour(head, palette):
        return f"{trigger}, {caption}"
    return f"{trigger},{rest}"


def fitted(pixels: "RgbImage", config: PictureConfig) -> "RgbImage":
    """(H, W, 3) uint8 sRGB: the tile of a picture, or all of it, in the size that is learnt."""
    tile = crop_tile(pixels) if config.is_cropped else pixels
    height_px, width_px = tile.shape[:2]
    to_height, to_width = _size(width_px / height_px, config) if config.keeps_shape else (config.size_px,) * 2
    scale = max(to_height / height_px, to_width / width_px)
    # A whole side divided and multiplied again may come out longer than it was.
    inner_height, inner_width = min(height_px, to_height / scale), min(width_px, to_width / scale)
    left, top = (width_px - inner_width) / 2, (height_px - inner_height) / 2
    box = (left, top, min(width_px, left + inner_width), min(height_px, top + inner_height))
    image = Image.fromarray(tile).resize((to_width, to_height), Image.Resampling.LANCZOS, box)
    return np.array(image, dtype=np.uint8)


def _size(ratio: float, config: PictureConfig) -> tuple[int, int]:
    """Height and width that are about as wide for their height, and no larger in area than the square."""
    sides = (config.size_px / sqrt(ratio), config.size_px * sqrt(ratio))
    height_px, width_px = (max(SIDE_STEP_PX, int(side / SIDE_STEP_PX) * SIDE_STEP_PX) for side in sides)
    return height_px, width_px
