"""A photograph of somebody's tile, whose colours nobody has named."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from plitka.cli.recipe import palette_of
from plitka.cli.terminal import Terminal
from plitka.core.recipes.mixes import Reading
from plitka.core.recipes.recipe import format_colours

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from plitka.core.measure.identification import Doubt


def read_tile(path: Path, terminal: Terminal) -> "npt.NDArray[np.uint8]":
    """(H, W, 3) uint8 sRGB of a tile that a file shows, straightened; what of the file was passed over is told.

    Raises:
        InputError: it cannot be read, or shows no granules.
    """
    from plitka.core.files.photograph import read_photograph
    from plitka.core.measure.granulate import check_granulate
    from plitka.core.measure.straightening import straighten

    photograph = read_photograph(path)
    terminal.notices(photograph.notices)
    check_granulate(photograph.pixels, path)
    return straighten(photograph.pixels)


def recipe_of_photograph(path: Path, options: argparse.Namespace, terminal: Terminal) -> Reading:
    """The mix of a photographed tile, in the colours of `--palette` or of the catalogue; it is told.

    Raises:
        InputError: as `read_tile`.
    """
    from plitka.core.measure.identification import identify

    found = identify(read_tile(path, terminal), palette_of(options).own)
    recipe = format_colours(found.recipe, terminal.language)
    terminal.remark(terminal.gettext("{path} shows {recipe}").format(path=path, recipe=recipe))
    tell_doubts(path, found.doubts, terminal)
    return Reading(found.recipe)


def tell_doubts(path: Path, doubts: "Iterable[Doubt]", terminal: Terminal) -> None:
    """A line for each colour that may as well be another."""
    text = terminal.gettext("{path}: {colour} may be {instead} in another light")
    for doubt in doubts:
        terminal.remark(text.format(path=path, colour=doubt.colour.code, instead=doubt.instead.code))
