"""The inner parts of the photographs, by the names of their recipes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from plitka.core.dataset.photographs import read_photographs
from plitka.core.recipes.recipe import Recipe

MARGIN = 0.125
"""Of each side of a photograph: where its tile is worn and ends."""


def recipe_name(recipe: Recipe) -> str:
    return "_".join(f"{code}{percent:g}" for code, percent in recipe.percents.items())


def inner_photographs(folder: Path) -> Iterator[tuple[str, np.ndarray]]:
    for recipe, pixels in read_photographs(folder):
        rim = round(MARGIN * len(pixels))
        yield "_".join(sorted(recipe_name(recipe).split("_"))), pixels[rim:-rim, rim:-rim]
