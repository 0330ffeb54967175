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
    from plitka.core.measure.shares import Measurement


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
    tell_rest(path, found.measurement, terminal)
    return Reading(found.recipe)


def tell_doubts(path: Path, doubts: "Iterable[Doubt]", terminal: Terminal) -> None:
    """A line for each colour that may as well be another."""
    text = terminal.gettext("{path}: {colour} may be {instead} in another light")
    for doubt in doubts:
        terminal.remark(text.format(path=path, colour=doubt.colour.code, instead=doubt.instead.code))


def tell_rest(path: Path, found: "Measurement", terminal: Terminal) -> None:
    """A line where so much of a tile is of no such colour that a caption of these would not be believed."""
    from plitka.core.dataset.judgement import WRONG_OFF

    if found.off_palette <= WRONG_OFF:
        return
    text = terminal.gettext(
        "{path}: {percent} % belong to none of these colours, so that the shares may be far off; a picture of a "
        "part of the tile shows its granules larger"
    )
    terminal.remark(text.format(path=path, percent=terminal.figure(found.off_palette, 1)))
