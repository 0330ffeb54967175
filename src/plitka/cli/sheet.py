"""`plitka sheet`: what a floor of a mix takes, in kilograms, bags and money, as a table or a file."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from plitka.cli.arguments import Commands, Translate, add_command, add_recipe_options, shown
from plitka.cli.exit_codes import EXIT_OK
from plitka.cli.output import check_writable
from plitka.cli.recipe import palette_of, parse_as_chosen
from plitka.cli.scene import add_scene_options, read_scene, split_zone
from plitka.cli.terminal import Terminal
from plitka.core.recipes.beside import Beside
from plitka.core.recipes.mixes import Reading
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import Notice
from plitka.core.scene import Scene
from plitka.core.scene_json import build_scene
from plitka.core.sheet.assumptions import ASSUMED, UNIT_NAMES, Figure
from plitka.core.sheet.edges import Edge
from plitka.core.sheet.sizes import read_area_m2, read_mm, read_number, read_tile_mm
from plitka.errors import FieldName, InputError

if TYPE_CHECKING:
    from plitka.core.sheet.document import Document
    from plitka.core.sheet.formats import SheetFormat
    from plitka.core.sheet.materials import OtherTiles
    from plitka.core.sheet.picture import SheetPicture

_PICTURES, _NAMES = ("logo", "picture"), ("maker", "project", "link")
"""What stands around a sheet: in a PDF, and in every file but JSON."""


def add(commands: Commands, _: Translate) -> None:
    """Declare the command."""
    parser = add_command(commands, "sheet", _, _("calculate what a floor takes: kilograms, bags, binder, cost"))
    parser.add_argument("recipe", metavar="RECIPE", help=_("such as '60%% red, 30%% black, 10%% white'"))
    told = _("of the floor, such as 120; or beside the recipe")
    _add_option(parser, ("--area", "--area-m2"), told, metavar="M2")
    parser.add_argument("--tile", metavar="MM", help=_("sides of a tile, such as 500x500"))
    parser.add_argument(
        "--edge",
        choices=[edge.value for edge in Edge],
        default=Edge.STRAIGHT.value,
        help=_("of the tiles (default: {usual}); {choices}").format(usual=Edge.STRAIGHT, choices=Edge.describe(_)),
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help=_("a .pdf, .xlsx, .csv or .json file (default: a table)")
    )
    _add_second(parser, _)
    _add_assumptions(parser, _)
    _add_prices(parser, _)
    _add_paper(parser, _)
    add_recipe_options(parser, _)
    add_scene_options(parser, _)
    parser.set_defaults(run=run)


def _add_second(parser: argparse.ArgumentParser, _: Translate) -> None:
    group = parser.add_argument_group(_("tiles of a second mix on the same floor"))
    group.add_argument("--second", metavar="RECIPE", help=_("of its border, every second row or square"))
    group.add_argument("--second-area", metavar="M2", help=_("of the floor's area, what these tiles cover"))
    group.add_argument("--second-name", metavar="NAME", help=_("what these tiles are called, such as Border"))
    group.add_argument("--second-zone", action="append", metavar="MASK=RECIPE", help=_("as --zone, of these tiles"))


def _add_assumptions(parser: argparse.ArgumentParser, _: Translate) -> None:
    group = parser.add_argument_group(_("what is assumed"))
    for name, one in ASSUMED.items():
        usual = _("{what} (default: {usual} {unit})").format(
            what=_(one.label.message), usual=shown(float(one.usual), _), unit=_(UNIT_NAMES[one.unit].message)
        )
        names = Figure(name).option, FieldName(name).option
        _add_option(group, names, usual.replace("%", "%%"), metavar="N")
    told = _("of a colour's granules in g/cm³; can be given several times")
    _add_option(group, ("--density", "--densities"), told, metavar="COLOUR=N", action="append")


def _add_prices(parser: argparse.ArgumentParser, _: Translate) -> None:
    group = parser.add_argument_group(_("what it costs"))
    told = _("of a kilogram of a colour; can be given several times")
    _add_option(group, ("--price", "--prices"), told, metavar="COLOUR=N", action="append")
    group.add_argument("--base-price", metavar="N", help=_("of a kilogram of the base's crumb"))
    group.add_argument("--binder-price", metavar="N", help=_("of a kilogram of binder"))
    group.add_argument("--currency", default="", metavar="TEXT", help=_("behind sums, such as EUR"))


def _add_paper(parser: argparse.ArgumentParser, _: Translate) -> None:
    group = parser.add_argument_group(_("what a file has besides"))
    group.add_argument("--maker", default="", metavar="NAME", help=_("who makes the floor"))
    group.add_argument("--logo", type=Path, metavar="FILE", help=_("the maker's logo, a picture"))
    group.add_argument("--project", default="", metavar="NAME", help=_("what the floor is for"))
    group.add_argument("--picture", type=Path, metavar="FILE", help=_("of the tile (default: a small render)"))
    group.add_argument("--link", default="", metavar="URL", help=_("where the design is; a QR code leads there"))


def _add_option(
    place: "argparse.ArgumentParser | argparse._ArgumentGroup",
    names: tuple[str, str],
    told: str,
    *,
    metavar: str,
    action: str = "store",
) -> None:
    """An option that help shows by one name, and that is read by the name of its field, the second one, as well."""
    name, field = names
    dest = field.removeprefix("--").replace("-", "_")
    place.add_argument(name, dest=dest, metavar=metavar, action=action, help=told)
    place.add_argument(field, dest=dest, metavar=metavar, action=action, help=argparse.SUPPRESS)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Everything that can be refused is refused before a picture is rendered."""
    from plitka.core.sheet.formats import SheetFormat, encode_sheet, format_of_file
    from plitka.core.sheet.report import report_sheet

    kind = None if options.output is None else format_of_file(options.output)
    if kind is not None:
        check_writable(options.output.parent)
    document = _read_document(options, terminal)
    _tell_unused(options, kind, terminal)
    if kind is not None:
        from plitka.core.files.picture import write_whole

        document = _with_pictures(document, options, terminal) if kind is SheetFormat.PDF else document
        write_whole(options.output, encode_sheet(document, kind))
    if options.json:
        path = {} if kind is None else {"path": str(options.output)}
        terminal.write_json(path | report_sheet(document.sheet, document.words.say))
    elif kind is None:
        _show(document, terminal)
    else:
        terminal.write(str(options.output))
    return EXIT_OK


def _tell_unused(options: argparse.Namespace, kind: "SheetFormat | None", terminal: Terminal) -> None:
    """Name the options that only some files show, where another kind of sheet was asked for."""
    from plitka.core.sheet.formats import SheetFormat

    if kind is SheetFormat.PDF:
        return
    names = _PICTURES if kind in (SheetFormat.XLSX, SheetFormat.CSV) else (*_PICTURES, *_NAMES)
    if unused := ", ".join(FieldName(name).option for name in names if getattr(options, name)):
        terminal.notice(Notice("not used here: {options}; a PDF shows it, with -o sheet.pdf", {"options": unused}))


def _read_document(options: argparse.Namespace, terminal: Terminal) -> "Document":
    from plitka.core.sheet.document import Document
    from plitka.core.sheet.order import SheetOrder

    reading = parse_as_chosen(options.recipe, options, Beside.SCENE)
    order = SheetOrder(
        area_m2=None if options.area_m2 is None else read_area_m2(options.area_m2),
        edge=Edge(options.edge),
        figures=_read_figures(options),
        densities=_read_pairs("density", options.densities),
        prices=_read_pairs("price", options.prices),
        base_price=_read_price("base_price", options.base_price),
        binder_price=_read_price("binder_price", options.binder_price),
        currency=options.currency,
    )
    terminal.notices(order.warnings(reading))
    scene = read_scene(options, reading, None, terminal)
    other, others = _read_second(options, terminal)
    zones = [zone for _, zone in reading.zones]
    readings = [reading, *zones, *_read_zones(options.zone, options), *others]
    sheet = order.sheet(scene, readings, palette_of(options), other=other)
    return Document(
        sheet=sheet,
        language=terminal.language,
        maker=options.maker,
        project=options.project,
        link=options.link,
    )


def _read_second(options: argparse.Namespace, terminal: Terminal) -> tuple["OtherTiles | None", list[Reading]]:
    """The tiles of the second mix, and all its recipes as they were read."""
    from plitka.core.sheet.materials import OtherTiles

    if options.second is None or options.second_area is None:
        _check_no_second(options)
        return None, []
    palette = palette_of(options)
    ground = parse_recipe(options.second, palette, strict=options.strict, beside=Beside.NOTHING)
    terminal.notices(ground.warnings)
    zones = [split_zone(text) for text in options.second_zone or ()]
    scene, notices = build_scene(ground.recipe, zones=zones, palette=palette, strict=options.strict)
    terminal.notices(notices)
    area_m2 = read_area_m2(options.second_area, "second_area")
    tiles = OtherTiles(scene=scene, area_m2=area_m2, name=options.second_name or "")
    return tiles, [ground, *_read_zones(options.second_zone, options)]


def _check_no_second(options: argparse.Namespace) -> None:
    """Refuse a part of a second mix without what it needs."""
    for name in ("second", "second_area", "second_name", "second_zone"):
        if getattr(options, name) is not None:
            needed = "second_area" if options.second is not None else "second"
            raise InputError("{name} needs {needed} as well", name=FieldName(name), needed=FieldName(needed))


def _read_zones(zones: Sequence[str] | None, options: argparse.Namespace) -> list[Reading]:
    texts = [split_zone(text)[1] for text in zones or ()]
    palette = palette_of(options)
    return [parse_recipe(text, palette, strict=options.strict, beside=Beside.NOTHING) for text in texts]


def _read_figures(options: argparse.Namespace) -> dict[str, Fraction]:
    given = {name: text for name in ASSUMED if (text := getattr(options, name)) is not None}
    figures = {name: _reader(name)(text) for name, text in given.items()}
    if options.tile is not None:
        sides = zip(("tile_width_mm", "tile_length_mm"), read_tile_mm(options.tile), strict=True)
        figures = dict(sides) | figures
    return figures


def _reader(name: str) -> Callable[[str], Fraction]:
    return partial(read_mm if ASSUMED[name].unit == "mm" else read_number, name)


def _read_price(name: str, text: str | None) -> Fraction | None:
    return None if text is None else read_number(name, text)


def _read_pairs(name: str, texts: Sequence[str] | None) -> dict[str, Fraction]:
    """Numbers by the names of colours, of `red=210`."""
    pairs = {}
    for text in texts or ():
        colour, equals, number = text.rpartition("=")
        if not equals or not colour.strip():
            raise InputError("{name} is COLOUR=NUMBER, such as red=1.5, not {text!r}", name=Figure(name), text=text)
        pairs[colour.strip()] = read_number(name, number)
    return pairs


def _with_pictures(document: "Document", options: argparse.Namespace, terminal: Terminal) -> "Document":
    from plitka.core.files.photograph import read_picture
    from plitka.core.sheet.pdf_file import check_letters

    check_letters(document)
    logo = None if options.logo is None else read_picture(options.logo)
    picture = _read_picture(options.picture, document.sheet.scene)
    terminal.notices(picture.notices)
    return replace(
        document,
        sheet=replace(document.sheet, notices=(*document.sheet.notices, *picture.notices)),
        picture=picture.pixels,
        picture_mm=picture.field_mm,
        logo=logo,
    )


def _read_picture(path: Path | None, scene: Scene) -> "SheetPicture":
    from plitka.core.files.photograph import read_picture
    from plitka.core.sheet.picture import SheetPicture, render_picture

    return render_picture(scene) if path is None else SheetPicture(read_picture(path))


def _show(document: "Document", terminal: Terminal) -> None:
    """The floor, what to order, and the assumptions, as tables."""
    sheet, words, _ = document.sheet, document.words, terminal.gettext
    for name, part in words.zones(sheet):
        area = f"{name}, {words.number(100 * part.area, 1)} %: " if len(sheet.zones) > 1 else ""
        terminal.write(area + words.recipe(part))
    terminal.write_table(words.facts(sheet))
    terminal.write("")
    terminal.write_table(_rows(document))
    if sheet.cost_of_bags is not None:
        cost = words.money(sheet.cost_of_bags, sheet.currency)
        terminal.write(_("In whole bags this costs {cost}.").format(cost=cost))
    if left_out := words.left_out(sheet):
        terminal.write(left_out)
    if len(sheet.designs) > 1:
        terminal.write("\n" + _("By mix"))
        terminal.write_table([row for _, *row in words.design_rows(sheet)])
    terminal.write("\n" + _("Assumptions"))
    terminal.write_table(words.assumptions(sheet))
    for remark in words.remarks(sheet):
        terminal.remark(remark)


def _rows(document: "Document") -> list[tuple[str, ...]]:
    sheet, words, _ = document.sheet, document.words, document.words.in_words
    bag = words.amount(sheet.assumptions.bag_kg, "kg")
    headings = [_("Material"), _("Share of the area"), _("On the floor, kg"), _("With waste, kg")]
    headings.append(_("Bags of {bag}").format(bag=bag))
    total = [_("Total"), "", words.kg(sheet.net_kg), words.kg(sheet.kg), words.number(sheet.n_bags, 0)]
    if sheet.cost is not None:
        headings += [_("Price of a kg"), _("Cost")]
        total += ["", words.money(sheet.cost, sheet.currency)]
    return [tuple(headings), *(words.material_row(one, sheet) for one in sheet.materials), tuple(total)]
