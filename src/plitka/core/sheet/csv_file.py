"""A sheet as CSV that spreadsheets open at a double click."""

import csv
import io
from collections.abc import Iterator, Sequence
from fractions import Fraction

from plitka.core.language.figures import figure, plain_figure
from plitka.core.recipes.recipe import Notice
from plitka.core.sheet.assumptions import ASSUMED
from plitka.core.sheet.document import Document
from plitka.core.sheet.materials import Design, Material
from plitka.core.sheet.wording import KG_DECIMALS, MONEY_DECIMALS, TITLE

_BYTE_ORDER_MARK = "\ufeff"
"""Tells Excel that it is UTF-8."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def encode_csv(document: Document) -> bytes:
    """UTF-8 with a byte order mark; in Russian a decimal comma and `;` between cells, else a point and `,`."""
    text = io.StringIO(newline="")
    separator = ";" if document.language == "ru" else ","
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerows([list(map(harmless, row)) for row in _rows(document)])
    return (_BYTE_ORDER_MARK + text.getvalue()).encode()


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay as they are."""
    is_number = text[1:].replace(",", "").replace(".", "").isdigit()
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text


def _rows(document: Document) -> Iterator[Sequence[str]]:
    sheet, words, say = document.sheet, document.words, document.words.say
    yield (say(TITLE),)
    for label, value in (
        (say(Notice("Maker")), document.maker),
        (say(Notice("Project")), document.project),
        (say(Notice("Link")), document.link),
    ):
        if value:
            yield label, value
    for name, part in words.zones(sheet):
        yield say(Notice("Mix")), name, words.recipe(part), _number(100 * part.area, document), "%"
    for label, value in words.facts(sheet):
        yield label, value
    yield ()
    yield from _materials(document)
    yield ()
    if len(sheet.designs) > 1:
        yield design_headings(document)
        for design in sheet.designs:
            yield from _design(design, document)
        yield ()
    for name in sheet.assumptions.shown:
        one, origin = ASSUMED[name], words.choice(sheet.assumptions.origin(name))
        value = _number(sheet.assumptions.value(name), document)
        source = "" if name in sheet.assumptions.own else say(sheet.assumptions.source(name))
        yield words.sentence(one.label), value, words.unit(one.unit), origin, source
    yield ()
    for remark in words.remarks(sheet):
        yield (remark,)


def _materials(document: Document) -> Iterator[tuple[str, ...]]:
    """Each material, their sums, and what the costs leave out."""
    yield material_headings(document)
    for material in document.sheet.materials:
        yield _material(material, document)
    yield _totals(document)
    if left_out := document.words.left_out(document.sheet):
        yield (left_out,)


def material_headings(document: Document) -> tuple[str, ...]:
    """What stands over the columns of the materials, in spreadsheets."""
    say, money = document.words.say, document.sheet.currency
    of_money = f", {money}" if money else ""
    return (
        say(Notice("Material")),
        say(Notice("Code")),
        say(Notice("Layer")),
        say(Notice("Share of the area, %")),
        say(Notice("Density, g/cm³")),
        say(Notice("On the floor, kg")),
        say(Notice("With waste, kg")),
        say(Notice("Bags")),
        say(Notice("Price of a kg")) + of_money,
        say(Notice("Cost")) + of_money,
        say(Notice("Cost of whole bags")) + of_money,
    )


def design_headings(document: Document) -> tuple[str, ...]:
    """What stands over the columns that tell what each mix takes, in spreadsheets."""
    say = document.words.say
    return (
        say(Notice("Mix")),
        say(Notice("Area, m²")),
        say(Notice("Material")),
        say(Notice("Code")),
        say(Notice("Share of the area, %")),
        say(Notice("On the floor, kg")),
        say(Notice("With waste, kg")),
    )


def _design(design: Design, document: Document) -> Iterator[tuple[str, ...]]:
    """Each material of a design, and their sum."""
    words = document.words
    name, area = words.design(document.sheet, design), _number(design.area_m2, document)
    for one in design.materials:
        share = _number(None if one.share is None else 100 * one.share, document)
        masses = (_fixed(mass, KG_DECIMALS, document) for mass in (one.net_kg, one.kg))
        yield name, area, words.material(one), one.code, share, *masses
    masses = (_fixed(mass, KG_DECIMALS, document) for mass in (design.net_kg, design.kg))
    yield name, area, words.say(Notice("Total")), "", "", *masses


def _material(one: Material, document: Document) -> tuple[str, ...]:
    words = document.words
    return (
        words.material(one),
        one.code,
        words.layer(one.layer),
        _number(None if one.share is None else 100 * one.share, document),
        _number(None if one.density is None else one.density.g_cm3, document),
        _fixed(one.net_kg, KG_DECIMALS, document),
        _fixed(one.kg, KG_DECIMALS, document),
        _number(one.n_bags, document),
        _number(one.price_per_kg, document),
        _fixed(one.cost, MONEY_DECIMALS, document),
        _fixed(one.cost_of_bags, MONEY_DECIMALS, document),
    )


def _totals(document: Document) -> tuple[str, ...]:
    sheet = document.sheet
    return (
        document.words.say(Notice("Total")),
        *[""] * 4,
        _fixed(sheet.net_kg, KG_DECIMALS, document),
        _fixed(sheet.kg, KG_DECIMALS, document),
        _number(sheet.n_bags, document),
        "",
        _fixed(sheet.cost, MONEY_DECIMALS, document),
        _fixed(sheet.cost_of_bags, MONEY_DECIMALS, document),
    )


def _number(value: Fraction | float | None, document: Document) -> str:
    return "" if value is None else plain_figure(value, document.language, grouped=False)


def _fixed(value: Fraction | None, decimals: int, document: Document) -> str:
    return "" if value is None else figure(value, decimals, document.language, grouped=False)
