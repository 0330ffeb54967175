"""`plitka measure`: how much of a picture each colour covers."""

import argparse
from pathlib import Path

from plitka.cli.arguments import Commands, Translate, add_command, add_recipe_options
from plitka.cli.exit_codes import EXIT_OK
from plitka.cli.recipe import read_recipe
from plitka.cli.terminal import Terminal
from plitka.core.files.picture_formats import FORMAT_NAMES
from plitka.core.recipes.recipe import to_hundredths


def add(commands: Commands, _: Translate) -> None:
    """Declare the command."""
    parser = add_command(commands, "measure", _, _("measure how much of a tile's picture each colour covers"))
    parser.add_argument("image", type=Path, metavar="IMAGE", help=_("a {formats} file").format(formats=FORMAT_NAMES))
    parser.add_argument(
        "recipe", metavar="RECIPE_OR_COLOURS", help=_("the colours to look for, with or without percents")
    )
    add_recipe_options(parser, _)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Shares of the colours named, how far they may be off, and what is of no such colour."""
    recipe = read_recipe(options.recipe, options, terminal).recipe
    from plitka.core.files.photograph import read_photograph
    from plitka.core.measure.granulate import check_granulate
    from plitka.core.measure.shares import measure
    from plitka.core.measure.straightening import straighten

    photograph = read_photograph(options.image)
    terminal.notices(photograph.notices)
    check_granulate(photograph.pixels, options.image)
    found = measure(straighten(photograph.pixels), recipe.colours)
    if options.json:
        terminal.write_json(
            {
                "shares": to_hundredths(found.percents),
                "uncertainty": round(found.uncertainty, 2),
                "off_palette": round(found.off_palette, 2),
            }
        )
        return EXIT_OK
    _ = terminal.gettext
    terminal.write_table((code, f"{percent:6.2f} %") for code, percent in found.percents.items())
    terminal.write(_("within about {points:.1f} points").format(points=found.uncertainty))
    terminal.write(_("in none of these colours: {percent:.1f} %").format(percent=found.off_palette))
    return EXIT_OK
