"""Photographs whose captions are trusted, to judge and to calibrate by."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from plitka.core.colour.palette import default_palette
from plitka.core.dataset.caption import read_caption
from plitka.core.dataset.folder import Entry, read_folder
from plitka.core.files.photograph import read_picture
from plitka.core.recipes.recipe import Recipe
from plitka.errors import InputError


def read_photographs(folder: Path) -> list[tuple[Recipe, npt.NDArray[np.uint8]]]:
    """The recipe and picture of each captioned photograph of a folder, in the order of their names.

    Raises:
        InputError: the folder has no captions or a broken one, a caption tells no recipe, or a picture cannot be read.
    """
    read = read_folder(folder)
    if read.problems:
        first = read.problems[0]
        raise InputError(first.message, **first.values)
    captioned = [entry for entry in read.entries if entry.origin is not None]
    if not captioned:
        raise InputError("{path} holds no photograph with a caption; `plitka dataset caption` writes some", path=folder)
    return [(_recipe_of(entry), read_picture(entry.path)) for entry in captioned]


def _recipe_of(entry: Entry) -> Recipe:
    try:
        return read_caption(entry.caption or "", default_palette())
    except InputError as error:
        where = {"path": entry.origin, "reason": error}
        if entry.line:
            raise InputError("{path}, line {line}: {reason}", line=entry.line, **where) from error
        raise InputError("{path}: {reason}", **where) from error
