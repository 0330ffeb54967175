"""`plitka measure`: how much of a picture each colour covers, and which colours there are."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plitka.cli.arguments import Commands, Translate, add_command, add_recipe_options
from plitka.cli.exit_codes import EXIT_OK, exit_code
from plitka.cli.recipe import palette_of, read_colours
from plitka.cli.terminal import Terminal
from plitka.cli.tile_photograph import read_tile, tell_doubts, tell_rest
from plitka.core.files.picture_formats import FORMAT_NAMES, SUFFIXES
from plitka.core.language.translations import localise
from plitka.core.recipes.recipe import Notice, format_colours, to_hundredths
from plitka.errors import InputError, PlitkaError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from plitka.core.colour.palette import Colour
    from plitka.core.measure.identification import Doubt
    from plitka.core.measure.shares import Measurement
    from plitka.core.recipes.recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is known of one picture."""

    path: Path
    pixels: "npt.NDArray[np.uint8] | None" = None
    measurement: "Measurement | None" = None
    colours: "tuple[Colour, ...]" = ()
    """Those that were found, where none were named."""
    recipe: "Recipe | None" = None
    doubts: "tuple[Doubt, ...]" = ()
    error: PlitkaError | None = None


def add(commands: Commands, _: Translate) -> None:
    """Declare the command."""
    parser = add_command(commands, "measure", _, _("measure how much of a tile's picture each colour covers"))
    parser.add_argument(
        "images",
        nargs="+",
        metavar="IMAGE",
        help=_("a {formats} file, or a folder of them").format(formats=FORMAT_NAMES),
    )
    parser.add_argument(
        "recipe",  # argparse gives all words to the images; `_split` takes the last one back
        nargs="?",
        metavar="RECIPE_OR_COLOURS",
        help=_("the colours to look for, with or without percents; without them, which of the catalogue's are there"),
    )
    parser.add_argument("--sheet", type=Path, metavar="OUT.png", help=_("also show the pictures on one, with shares"))
    add_recipe_options(parser, _)
    parser.set_defaults(run=run, late="images")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Each picture's shares, how far they may be off, and what is of no such colour."""
    images, words = _split(options.images)
    named = None if words is None else read_colours(words, options, terminal)
    paths = _pictures(images, terminal)
    findings = []
    for path in paths:
        try:
            findings.append(_look(path, named, options, terminal))
        except InputError as error:
            if len(paths) == 1:
                raise
            terminal.error(error)
            findings.append(Finding(path=path, error=error))
    if options.sheet is not None:
        _write_sheet(options.sheet, findings, terminal)
    _write(findings, is_list=len(paths) > 1 or images[0].is_dir(), as_json=options.json, terminal=terminal)
    return next((exit_code(finding.error) for finding in findings if finding.error is not None), EXIT_OK)


def _split(words: Sequence[str]) -> tuple[list[Path], str | None]:
    """The pictures, and the words for colours: the last argument, unless it is a picture or looks like one."""
    last = Path(words[-1])
    if len(words) == 1 or last.suffix.lower() in SUFFIXES or _exists(last):
        return [Path(word) for word in words], None
    return [Path(word) for word in words[:-1]], words[-1]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # words that no file can be called
        return False


def _pictures(images: Sequence[Path], terminal: Terminal) -> list[Path]:
    """The files, and those of each folder in the order of their names, without the sheets of earlier commands.

    Raises:
        InputError: a folder has no picture.
    """
    from plitka.core.files.sheet import is_contact_sheet

    paths = []
    for image in images:
        if not image.is_dir():
            paths.append(image)
            continue
        found = sorted(path for path in image.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
        sheets = [path for path in found if is_contact_sheet(path)]
        own = [path for path in found if path not in sheets]
        terminal.notices(
            Notice("{path} is a contact sheet of plitka's, not a tile, and is left out", {"path": path})
            for path in sheets
        )
        if not own:
            raise InputError(
                "{path} has no picture; give a folder of {formats} files", path=image, formats=FORMAT_NAMES
            )
        paths += own
    return paths


def _look(path: Path, named: "Sequence[Colour] | None", options: argparse.Namespace, terminal: Terminal) -> Finding:
    from plitka.core.measure.identification import identify, measure_named

    pixels = read_tile(path, terminal)
    if named is not None:
        return Finding(path=path, pixels=pixels, measurement=measure_named(pixels, named))
    found = identify(pixels, palette_of(options).own)
    return Finding(
        path=path,
        pixels=pixels,
        measurement=found.measurement,
        colours=found.colours,
        recipe=found.recipe,
        doubts=found.doubts,
    )


def _write(findings: Sequence[Finding], *, is_list: bool, as_json: bool, terminal: Terminal) -> None:
    if as_json:
        objects = [_as_json(finding, terminal) for finding in findings]
        named = [{"path": str(finding.path)} | each for finding, each in zip(findings, objects, strict=True)]
        terminal.write_json(named if is_list else objects[0])
    elif is_list:
        terminal.write_table((str(finding.path), *_summary(finding, terminal)) for finding in findings)
    else:
        _show(findings[0], terminal)
    for finding in findings:
        tell_doubts(finding.path, finding.doubts, terminal)
        if finding.measurement is not None:
            tell_rest(finding.path, finding.measurement, terminal)


def _as_json(finding: Finding, terminal: Terminal) -> dict[str, Any]:
    found = finding.measurement
    if found is None:
        return {"error": "" if finding.error is None else localise(finding.error, terminal.language, as_options=True)}
    measured = {
        "shares": to_hundredths(found.percents),
        "uncertainty": round(found.uncertainty, 2),
        "off_palette": round(found.off_palette, 2),
    }
    if finding.recipe is None:
        return measured
    colours = [{"code": each.code, "name": each.caption_name, "hex": each.srgb_hex} for each in finding.colours]
    doubts = [{"code": doubt.colour.code, "instead": doubt.instead.code} for doubt in finding.doubts]
    return measured | {"recipe": format_colours(finding.recipe), "colours": colours, "doubts": doubts}


def _summary(finding: Finding, terminal: Terminal) -> tuple[str, str]:
    """The cells of a line: shares, and how sure they are."""
    found = finding.measurement
    if found is None:
        return terminal.gettext("cannot be measured"), ""
    between = "; " if terminal.language == "ru" else ", "  # where a comma stands within the numbers
    shares = between.join(f"{code} {terminal.figure(percent, 1)}" for code, percent in found.percents.items())
    return shares, f"±{terminal.figure(found.uncertainty, 1)}" if len(found.percents) > 1 else ""


def _show(finding: Finding, terminal: Terminal) -> None:
    _, figure, found = terminal.gettext, terminal.figure, finding.measurement
    if found is None:
        return
    is_russian = terminal.language == "ru"
    names = {
        colour.code: (colour.name_ru.lower() if is_russian else colour.caption_name, colour.srgb_hex)
        for colour in finding.colours
    }
    terminal.write_table(
        (code, f"{figure(percent, 2):>6} %", *names.get(code, ())) for code, percent in found.percents.items()
    )
    if len(found.percents) > 1:  # one colour has all, whichever it is
        terminal.write(_("within about {points} points").format(points=figure(found.uncertainty, 1)))
    terminal.write(_("in none of these colours: {percent} %").format(percent=figure(found.off_palette, 1)))
    if finding.recipe is not None:
        terminal.write(_("recipe: {recipe}").format(recipe=format_colours(finding.recipe, terminal.language)))


def _write_sheet(path: Path, findings: Sequence[Finding], terminal: Terminal) -> None:
    """All pictures on one, each over its shares."""
    from plitka.core.files.picture import write_whole
    from plitka.core.files.sheet import Cell, contact_sheet, encode_sheet, thumbnail

    cells = []
    for finding in findings:
        if finding.pixels is None or finding.measurement is None:
            continue
        shares = [f"{code} {terminal.figure(percent, 1)} %" for code, percent in finding.measurement.percents.items()]
        pixels = thumbnail(finding.pixels)
        cells.append(Cell(pixels=pixels, lines=[finding.path.name, *shares], is_warning=bool(finding.doubts)))
    write_whole(path, encode_sheet(contact_sheet(cells)))
    terminal.remark(terminal.gettext("all on one sheet: {path}").format(path=path))
