"""A sheet as a PDF of A4 pages: the tile, its mix, what to weigh in, and the assumptions."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from fpdf.enums import Align, TableBordersLayout, VAlign
from fpdf.fonts import FontFace
from fpdf.table import Table
from PIL import Image

from plitka.core.colour.spaces import hex_to_srgb8
from plitka.core.recipes.recipe import Notice
from plitka.core.sheet.document import Document
from plitka.core.sheet.materials import Material, ZonePart
from plitka.core.sheet.paper import FAMILY, GREY, INK, MARGIN_MM, MM_IN_PT, PALE, WIDTH_MM, Paper
from plitka.core.sheet.qr import qr_modules
from plitka.core.sheet.wording import MONEY_DECIMALS, TITLE

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage

_MADE_AT = datetime(2000, 1, 1, tzinfo=UTC)
"""Written into every PDF, so that the same sheet gives the same bytes."""
_PICTURE_MM, _GAP_MM = 59.0, 8.0
_PICTURE_PX, _QUALITY = 1024, 92
"""The longer side of the picture at most, 420 dpi, and of its JPEG."""
_FACT_MM = 7.2
_BAR_MM = 6.0
_QR_MM = 28.0
_BODY_PT, _SMALL_PT = 9.0, 7.5
_LINE = 1.25
"""Distance of lines, of the size of the letters."""
_SWATCH_MM = 3.0
_DARK_BASE = (34, 34, 34)


def encode_pdf(document: Document) -> bytes:
    """The pages.

    Raises:
        InputError: a letter that the font lacks.
    """
    with closing(Paper(document)) as paper:
        paper.set_creation_date(_MADE_AT)
        paper.set_author(paper.checked(document.maker))
        paper.set_title(paper.checked(": ".join(filter(None, (document.words.say(TITLE), document.project)))))
        paper.add_page()
        _write_title(paper, document)
        _write_tile(paper, document)
        for name, part in document.words.zones(document.sheet):
            _write_zone(paper, document, name, part)
        _write_materials(paper, document)
        if len(document.sheet.designs) > 1:
            _write_designs(paper, document)
        _write_assumptions(paper, document)
        _write_end(paper, document)
        return bytes(paper.output())


def check_letters(document: Document) -> None:
    """Refuse names that the font cannot set, before time is spent on a picture.

    Raises:
        InputError: with the letter that it lacks.
    """
    with closing(Paper(document)) as paper:
        names = (design.name for design in document.sheet.designs)
        for text in (document.maker, document.project, document.sheet.currency, *names):
            paper.checked(text)


def _write_title(paper: Paper, document: Document) -> None:
    paper.write_line(document.project or document.words.say(TITLE), size_pt=18, style="B")
    paper.ln(2)


def _write_tile(paper: Paper, document: Document) -> None:
    """The picture, and beside it what the floor is."""
    top_mm, left_mm = paper.get_y(), MARGIN_MM
    bottom_mm = top_mm
    if document.picture is not None:
        bottom_mm += _draw_picture(paper, document.picture, left_mm, top_mm)
        left_mm += _PICTURE_MM + _GAP_MM
        if document.picture_mm is not None:
            bottom_mm = _write_scale(paper, document, bottom_mm)
    width_mm = WIDTH_MM - MARGIN_MM - left_mm
    paper.set_xy(left_mm, top_mm)
    for label, value in document.words.facts(document.sheet):
        paper.set_x(left_mm)
        _write_fact(paper, label, value, width_mm)
    paper.set_xy(MARGIN_MM, max(paper.get_y(), bottom_mm) + 4)


def _draw_picture(paper: Paper, pixels: "RgbImage", x_mm: float, y_mm: float) -> float:
    """The picture in a square of its own, as JPEG; its height in mm."""
    image, file = Image.fromarray(pixels), BytesIO()
    image.thumbnail((_PICTURE_PX, _PICTURE_PX), Image.Resampling.LANCZOS)
    image.save(file, "JPEG", quality=_QUALITY, subsampling=0)
    scale = _PICTURE_MM / max(image.size)
    paper.image(file, x=x_mm, y=y_mm, w=image.width * scale, h=image.height * scale)
    return image.height * scale


def _write_fact(paper: Paper, label: str, value: str, width_mm: float) -> None:
    """A label above its rule, and its value at the right."""
    x_mm, y_mm = paper.get_x(), paper.get_y()
    paper.use(size_pt=_BODY_PT, colour=GREY)
    paper.cell(width_mm * 0.45, _FACT_MM, paper.checked(label), align=Align.L)
    paper.use(size_pt=10, style="B")
    paper.write_in(paper.checked(value), x_mm + width_mm * 0.4, y_mm + 1.5, width_mm * 0.6, 4.4, align=Align.R)
    bottom_mm = max(paper.get_y() + 1.5, y_mm + _FACT_MM)
    paper.rule(x_mm, bottom_mm, width_mm)
    paper.set_y(bottom_mm)


def _write_scale(paper: Paper, document: Document, y_mm: float) -> float:
    assert document.picture_mm is not None  # else there is nothing to tell
    text = document.words.shown(document.sheet, document.picture_mm)
    paper.use(size_pt=_SMALL_PT, colour=GREY)
    paper.write_in(text, MARGIN_MM, y_mm + 1, _PICTURE_MM, _SMALL_PT * MM_IN_PT * _LINE, align=Align.L)
    return paper.get_y() + 1


def _write_zone(paper: Paper, document: Document, name: str, part: ZonePart) -> None:
    """A bar of its colours in their shares, and the mix in words."""
    words = document.words
    if paper.will_page_break(_BAR_MM + 14):
        paper.add_page()
    if len(document.sheet.zones) > 1:
        told = (name, f"{words.number(100 * part.area, 1)}\u00a0%")
        paper.write_line("  ".join(told), size_pt=_BODY_PT, colour=GREY)
        paper.ln(0.5)
    x_mm, y_mm = MARGIN_MM, paper.get_y()
    for one in part.zone.recipe.parts:
        width_mm = (WIDTH_MM - 2 * MARGIN_MM) * float(one.percent) / 100
        paper.set_fill_color(*hex_to_srgb8(one.colour.srgb_hex))
        paper.rect(x_mm, y_mm, width_mm, _BAR_MM, style="F")
        x_mm += width_mm
    paper.set_draw_color(*PALE)
    paper.rect(MARGIN_MM, y_mm, WIDTH_MM - 2 * MARGIN_MM, _BAR_MM)
    paper.set_xy(MARGIN_MM, y_mm + _BAR_MM + 1.5)
    paper.write_line(words.recipe(part), size_pt=11, style="B")
    paper.ln(2)


def _write_materials(paper: Paper, document: Document) -> None:
    sheet, words, say = document.sheet, document.words, document.words.say
    _write_heading(paper, say(Notice("What to order")))
    of_money = f", {sheet.currency}" if sheet.currency else ""
    headings = ["", say(Notice("Material")), say(Notice("Share of the area")), say(Notice("On the floor, kg"))]
    bag = words.amount(sheet.assumptions.bag_kg, "kg")
    headings += [say(Notice("With waste, kg")), say(Notice("Bags of {bag}", {"bag": bag}))]
    widths = [_SWATCH_MM, 62, 27, 27, 27, 34]
    if sheet.cost is not None:
        headings += [say(Notice("Price of a kg")) + of_money, say(Notice("Cost")) + of_money]
        widths = [_SWATCH_MM, 52, 19, 22, 22, 18, 21, 23]
    with _table(paper, widths) as table:
        _add_row(paper, table, headings)
        for one in sheet.materials:
            _add_material(paper, table, document, one)
        total = ["", say(Notice("Total")), "", words.kg(sheet.net_kg), words.kg(sheet.kg), str(sheet.n_bags)]
        total += ["", words.number(sheet.cost, MONEY_DECIMALS)] if sheet.cost is not None else []
        _add_row(paper, table, total, style=FontFace(emphasis="BOLD"))
    if sheet.cost_of_bags is not None:
        whole = words.money(sheet.cost_of_bags, sheet.currency)
        paper.ln(1)
        text = say(Notice("In whole bags this costs {cost}.", {"cost": whole}))
        left_out = words.left_out(sheet)  # it stands beside the sums: whoever reads them shall see it
        told = " ".join(filter(None, (left_out, text)))
        paper.write_line(told, size_pt=_BODY_PT, style="B" if left_out else "", align=Align.R)
    paper.ln(3)


def _write_designs(paper: Paper, document: Document) -> None:
    """What each mix takes of it, for whoever mixes them one after the other."""
    sheet, words, say = document.sheet, document.words, document.words.say
    _write_heading(paper, say(Notice("By mix")))
    headings = [say(Notice("Mix")), say(Notice("Area")), say(Notice("On the floor, kg")), say(Notice("With waste, kg"))]
    with _table(paper, (90, 30, 30, 30), aligns=(Align.L, Align.R, Align.R, Align.R)) as table:
        _add_row(paper, table, headings)
        for is_sum, name, *figures in words.design_rows(sheet):
            style = FontFace(emphasis="BOLD") if is_sum else None
            _add_row(paper, table, [name if is_sum else f"    {name}", *figures], style=style)
        total = [say(Notice("Total")), words.amount(sheet.area_m2, "m2"), words.kg(sheet.net_kg), words.kg(sheet.kg)]
        _add_row(paper, table, total, style=FontFace(emphasis="BOLD"))
    paper.ln(3)


def _add_material(paper: Paper, table: Table, document: Document, one: Material) -> None:
    swatch = None if one.layer is None else _DARK_BASE if one.colour is None else hex_to_srgb8(one.colour.srgb_hex)
    _add_row(paper, table, ["", *document.words.material_row(one, document.sheet)], swatch=swatch)


def _write_assumptions(paper: Paper, document: Document) -> None:
    words, say = document.words, document.words.say
    _write_heading(paper, say(Notice("Assumptions")))
    aligns = (Align.L, Align.R, Align.L, Align.L)
    with _table(paper, (54, 24, 4, 98), size_pt=8, padding_mm=0.45, aligns=aligns) as table:
        _add_row(paper, table, [say(Notice("Figure")), say(Notice("Value")), "", say(Notice("Where it is from"))])
        for label, value, source in words.assumptions(document.sheet):
            _add_row(paper, table, (label, value, "", source))
    paper.ln(3)


def _write_end(paper: Paper, document: Document) -> None:
    """What must be said, and the way to the design."""
    modules = qr_modules(document.link) if document.link else None
    if paper.will_page_break(_QR_MM + 1 if document.link else 16):
        paper.add_page()
    top_mm = paper.get_y() + 1
    width_mm = WIDTH_MM - 2 * MARGIN_MM
    if modules:
        width_mm -= _QR_MM + _GAP_MM
        _draw_qr(paper, modules, WIDTH_MM - MARGIN_MM - _QR_MM, top_mm, document.link)
    paper.set_xy(MARGIN_MM, top_mm)
    for remark in document.words.remarks(document.sheet):
        paper.write_line(remark, size_pt=8.5, colour=INK, width_mm=width_mm)
        paper.ln(1.2)
    if document.link:
        say = document.words.say
        text = say(Notice("Open this design on your screen") if modules else Notice("The design on your screen"))
        paper.write_line(text, size_pt=8.5, colour=(20, 80, 160), width_mm=width_mm, link=document.link)


def _draw_qr(paper: Paper, modules: Sequence[Sequence[bool]], x_mm: float, y_mm: float, link: str) -> None:
    """Dark modules as runs of rectangles; the border that readers need is part of the matrix."""
    side_mm = _QR_MM / len(modules)
    paper.set_fill_color(0, 0, 0)
    for row, line in enumerate(modules):
        column = 0
        while column < len(line):
            end = column
            while end < len(line) and line[end]:
                end += 1
            if end > column:
                paper.rect(x_mm + column * side_mm, y_mm + row * side_mm, (end - column) * side_mm, side_mm, style="F")
            column = end + 1
    paper.link(x_mm, y_mm, _QR_MM, _QR_MM, link)


def _write_heading(paper: Paper, text: str) -> None:
    if paper.will_page_break(30):
        paper.add_page()
    paper.write_line(text, size_pt=12, style="B")
    paper.ln(1)


@contextmanager
def _table(
    paper: Paper,
    widths_mm: Sequence[float],
    *,
    size_pt: float = _BODY_PT,
    padding_mm: float = 1.0,
    aligns: Sequence[Align] | None = None,
) -> Iterator[Table]:
    """A table with thin rules between the rows that the block adds; its first row is repeated on each page."""
    paper.use(size_pt=size_pt)
    paper.set_draw_color(*PALE)
    paper.set_fill_color(255, 255, 255)
    table = Table(
        paper,
        width=sum(widths_mm),
        col_widths=tuple(widths_mm),
        text_align=tuple(aligns or (Align.L, Align.L, *[Align.R] * (len(widths_mm) - 2))),  # type: ignore[arg-type]  # fpdf2 takes one for each column
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        line_height=size_pt * MM_IN_PT * _LINE,
        padding=padding_mm,
        headings_style=FontFace(color=GREY, size_pt=size_pt - 1, family=FAMILY),
        v_align=VAlign.M,
        align=Align.L,
    )
    yield table
    table.render()


def _add_row(
    paper: Paper,
    table: Table,
    cells: Sequence[str],
    *,
    style: FontFace | None = None,
    swatch: tuple[int, int, int] | None = None,
) -> None:
    row = table.row(style=style)
    for column, text in enumerate(cells):
        own = FontFace(fill_color=swatch) if swatch is not None and column == 0 else None
        row.cell(paper.checked(text), style=own)
