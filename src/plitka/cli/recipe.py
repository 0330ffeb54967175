"""Recipes and colours as the options of a command have them read."""

import argparse

from plitka.cli.terminal import Terminal
from plitka.core.colour.palette import Palette, default_palette, load_palette
from plitka.core.recipes.recipe import Recipe, parse_recipe


def palette_of(options: argparse.Namespace) -> Palette:
    """Our colours, and before them those of `--palette`."""
    return default_palette() if options.palette is None else load_palette(options.palette)


def read_recipe(text: str, options: argparse.Namespace, terminal: Terminal) -> Recipe:
    """A recipe as `--palette` and `--strict` have it read; what had to be guessed is told.

    Raises:
        RecipeError: it cannot be read.
    """
    reading = parse_recipe(text, palette_of(options), strict=options.strict)
    terminal.notices(reading.warnings)
    return reading.recipe


def split_names(names: str) -> list[str]:
    """Names of colours, between commas; empty ones are left out."""
    return [name for part in names.split(",") if (name := part.strip())]
