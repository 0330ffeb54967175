"""`plitka parse` and `plitka colours`: recipes and colours without any model.

Only the standard library is imported on the way here, so both answer at once.
"""

import argparse
from collections.abc import Iterable, Iterator
from itertools import groupby

from plitka.cli.arguments import BY_MASS, Commands, Translate, add_command, add_palette_option, add_recipe_options
from plitka.cli.exit_codes import EXIT_OK
from plitka.cli.recipe import palette_of
from plitka.cli.terminal import Terminal
from plitka.core.colour.palette import Colour
from plitka.core.language.spelling import fold
from plitka.core.recipes.mixes import Reading
from plitka.core.recipes.reading import parse_tile
from plitka.core.recipes.recipe import format_prompt
from plitka.core.report import report_reading


def add_parse(commands: Commands, _: Translate) -> None:
    """Declare `parse`."""
    parser = add_command(commands, "parse", _, _("show how a recipe is read"))
    parser.add_argument("recipe", metavar="RECIPE", help=_("such as '60%% red, 30%% black, 10%% white'"))
    add_recipe_options(parser, _)
    parser.set_defaults(run=run_parse)


def add_colours(commands: Commands, _: Translate) -> None:
    """Declare `colours`."""
    parser = add_command(commands, "colours", _, _("list the colours"))
    parser.add_argument("text", nargs="?", default="", metavar="TEXT", help=_("only those with this in a name or code"))
    add_palette_option(parser, _)
    parser.set_defaults(run=run_colours)


def run_parse(options: argparse.Namespace, terminal: Terminal) -> int:
    """Shares, remarks and the full prompt."""
    is_mass = options.by == BY_MASS
    reading = parse_tile(options.recipe, palette_of(options), strict=options.strict, by_mass=is_mass)
    # The prompt of several zones is of the whole tile, and how large each of them is depends on the picture.
    prompt = None if reading.zones else format_prompt(reading.recipe, words=reading.words)
    if options.json:
        warnings = [terminal.notice_text(notice) for notice in reading.warnings]
        terminal.write_json(report_reading(reading) | {"warnings": warnings, "prompt": prompt})
        return EXIT_OK
    for notice in reading.warnings:
        terminal.notice(notice)
    _ = terminal.gettext
    rows = [(_("colour"), _("of the area"), _("of the mass")), *_rows(reading, terminal)]
    for number, (mask, zone) in enumerate(reading.zones, 1):
        rows += [(_("zone {number}, {name}:").format(number=number, name=mask),), *_rows(zone, terminal)]
    terminal.write_table(rows)
    if prompt is not None:
        terminal.write("\n" + prompt)
    return EXIT_OK


def _rows(reading: Reading, terminal: Terminal) -> Iterator[tuple[str, ...]]:
    """Each colour of a mix, with its part of the area and of the mass."""
    by_mass, figure = reading.percents_by_mass, terminal.figure
    for code, percent in reading.recipe.percents.items():
        yield code, f"{figure(percent, 2):>6} %", f"{figure(by_mass[code], 1):>6} %"


def run_colours(options: argparse.Namespace, terminal: Terminal) -> int:
    """The palette, or the part of it that has a text in it."""
    colours = [colour for colour in palette_of(options).colours if _has(colour, options.text)]
    if options.json:
        terminal.write_json({"colours": [_json_row(colour) for colour in colours]})
    else:
        terminal.write_table(_table_rows(colours, terminal))
        if not colours:
            terminal.remark(terminal.gettext("no colour has {text!r} in a name or code").format(text=options.text))
    return EXIT_OK


def _has(colour: Colour, text: str) -> bool:
    names = (colour.code, colour.caption_name, colour.name_ru, colour.srgb_hex, colour.ral or "", *colour.other_names)
    return any(fold(text) in fold(name) for name in names)


def _json_row(colour: Colour) -> dict[str, str | None]:
    return {
        "code": colour.code,
        "name": colour.caption_name,
        "name_ru": colour.name_ru,
        "hex": colour.srgb_hex,
        "ral": colour.ral,
        "source": colour.source,
    }


def _table_rows(colours: Iterable[Colour], terminal: Terminal) -> Iterator[tuple[str, ...]]:
    _ = terminal.gettext
    titles = {
        "custom": _("the palette given"),
        "catalogue": _("photographed tiles"),
        "trade": _("colours of the trade"),
        "maker": _("makers of granules"),
    }
    for source, group in groupby(colours, key=lambda colour: colour.source):
        if source in titles:  # a bare RAL number only repeats a colour of the trade
            yield (f"# {titles[source]}",)
            for colour in group:
                yield colour.code, colour.caption_name, colour.name_ru, colour.srgb_hex, colour.ral or ""
