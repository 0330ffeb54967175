"""Recipes and colours as the options of a command have them read."""

import argparse

from plitka.cli.arguments import BY_MASS
from plitka.cli.terminal import Terminal
from plitka.core.colour.palette import Colour, Palette, default_palette, load_palette
from plitka.core.recipes.beside import Beside
from plitka.core.recipes.mixes import Reading
from plitka.core.recipes.reading import parse_colours, parse_recipe, parse_tile


def palette_of(options: argparse.Namespace) -> Palette:
    """Our colours, and before them those of `--palette`."""
    return default_palette() if options.palette is None else load_palette(options.palette)


def read_recipe(text: str, options: argparse.Namespace, terminal: Terminal, beside: Beside = Beside.NOTHING) -> Reading:
    """A recipe for an engine, as `--palette`, `--strict` and `--by` have it read; what had to be guessed is told.

    Raises:
        RecipeError: it cannot be read.
    """
    reading = parse_as_chosen(text, options, beside)
    terminal.notices(notice for notice in reading.warnings if not notice.is_for_engine)
    return reading


def parse_as_chosen(text: str, options: argparse.Namespace, beside: Beside) -> Reading:
    """The same, without a word of what had to be guessed; a scene can have zones, where the text tells of some."""
    is_mass = options.by == BY_MASS
    read = parse_tile if beside is Beside.SCENE else parse_recipe
    return read(text, palette_of(options), strict=options.strict, by_mass=is_mass, beside=beside)


def read_colours(text: str, options: argparse.Namespace, terminal: Terminal) -> tuple[Colour, ...]:
    """The colours that a recipe or a list names, whatever it says of amounts.

    Raises:
        RecipeError: it cannot be read.
    """
    colours, notices = parse_colours(text, palette_of(options), strict=options.strict)
    terminal.notices(notices)
    return colours


def split_names(names: str) -> list[str]:
    """Names of colours, between commas; empty ones are left out."""
    return [name for part in names.split(",") if (name := part.strip())]
