"""A sheet as a workbook whose figures can be changed: everything is calculated anew from them.

The cells of the first page are formulas over the names of the second, which are those of `ASSUMED` and `area_m2`. Each
carries its result as well, so that viewers which calculate nothing show it.
"""

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from plitka.core.recipes.recipe import Notice
from plitka.core.sheet.assumptions import ASSUMED
from plitka.core.sheet.csv_file import design_headings, material_headings
from plitka.core.sheet.document import Document
from plitka.core.sheet.materials import BASE, Design, Layer, Material, Sheet, volume_m3
from plitka.core.sheet.wording import NO_PRICE, TITLE

_MADE_AT = datetime(2000, 1, 1, tzinfo=UTC)
"""Written into every workbook, so that the same sheet gives the same bytes."""
_LACKING = "(tile_width_mm+tile_length_mm)*{x}^2-4/3*{x}^3"
"""What a chamfer takes of a tile below the depth at which {x} of it is left, in mm3 (`edges.py`)."""
_WHOLE, _BELOW = _LACKING.format(x="bevel_mm"), _LACKING.format(x="MAX(bevel_mm-wear_mm,0)")
_TILE = "(tile_width_mm*tile_length_mm)"
_VOLUMES: Mapping[Layer, str] = {
    Layer.WEAR: f"=area_m2*(wear_mm-(({_WHOLE})-({_BELOW}))/{_TILE})/1000",
    Layer.BASE: f"=area_m2*(thickness_mm-wear_mm-({_BELOW})/{_TILE})/1000",
}
_WASTE = "(1+(waste_percent+edge_waste_percent)/100)"
_WIDTHS_CH = (30, 14, 16, 12, 12, 14, 14, 10, 14, 14, 16)
_SECOND = "second_m2"
"""Name of the cell with the area of the second mix."""
_FIRST_ROW = 5
"""Of the materials, from 0."""


def encode_xlsx(document: Document) -> bytes:
    """The workbook."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        workbook.set_properties({"title": document.words.say(TITLE), "author": document.maker, "created": _MADE_AT})
        _Workbook(workbook, document).write()
    return file.getvalue()


class _Workbook:
    """The two pages, while they are written."""

    def __init__(self, workbook: xlsxwriter.Workbook, document: Document) -> None:
        self.workbook = workbook
        self.document = document
        self.words = document.words
        self.materials = workbook.add_worksheet(self.words.say(Notice("Materials")))
        self.figures = workbook.add_worksheet(self.words.say(Notice("Figures")))
        self.bold = workbook.add_format({"bold": True})
        self.title = workbook.add_format({"bold": True, "font_size": 16})
        self.grey = workbook.add_format({"font_color": "#666666", "text_wrap": True, "valign": "top"})
        self.heading = workbook.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#EEEEEE"}
        )

    def write(self) -> None:
        """Figures first: the formulas of the materials use their names."""
        self._write_figures()
        self._write_materials()
        if len(self.document.sheet.designs) > 1:
            self._write_designs(self.workbook.add_worksheet(self.words.say(Notice("By mix"))))

    def _number_format(self, pattern: str, **more: object) -> Format:
        return self.workbook.add_format({"num_format": pattern, **more})

    def _write_figures(self) -> None:
        page, say = self.figures, self.words.say
        page.set_column(0, 0, 34)
        page.set_column(1, 3, 14)
        page.set_column(4, 4, 70)
        page.write_string(0, 0, say(Notice("Change the yellow cells; all else is calculated anew.")), self.bold)
        own = self.document.sheet.assumptions
        self._write_figure(2, "area_m2", say(Notice("Area")), "m2", self.document.sheet.area_m2)
        for row, (name, one) in enumerate(ASSUMED.items(), 3):
            self._write_figure(row, name, self.words.sentence(one.label), one.unit, own.value(name))
            page.write_string(row, 3, self.words.choice(own.origin(name)))
            page.write_string(row, 4, say(own.source(name)), self.grey)
        row = 4 + len(ASSUMED)
        labels = {
            Layer.WEAR: say(Notice("Volume of the wear layer")),
            Layer.BASE: say(Notice("Volume of the base")),
        }
        for number, layer in enumerate(Layer):
            volume = float(volume_m3(self.document.sheet.area_m2, own, layer))
            page.write_string(row + number, 0, labels[layer])
            page.write_formula(row + number, 1, _VOLUMES[layer], self._number_format("0.000"), volume)
            page.write_string(row + number, 2, self.words.unit("m3"))
            self._name(f"{layer}_m3", row + number)
        if len(self.document.sheet.designs) > 1:
            label = say(Notice("Area of the second mix"))
            self._write_figure(row + len(Layer), _SECOND, label, "m2", self.document.sheet.designs[1].area_m2)

    def _write_figure(self, row: int, name: str, label: str, unit: str, value: Fraction) -> None:
        self.figures.write_string(row, 0, label)
        if name == "wear_mm" and not self.document.sheet.assumptions.base_mm:  # coloured through, however thick
            self.figures.write_formula(row, 1, "=thickness_mm", None, float(value))
        else:
            look = self._number_format("General", bg_color="#FFF2CC", border=1)
            self.figures.write_number(row, 1, float(value), look)
        self.figures.write_string(row, 2, self.words.unit(unit))
        self._name(name, row)

    def _name(self, name: str, row: int) -> None:
        self.workbook.define_name(name, f"='{self.figures.get_name()}'!$B${row + 1}")

    def _write_materials(self) -> None:
        page, document, say = self.materials, self.document, self.words.say
        for column, width_ch in enumerate(_WIDTHS_CH):
            page.set_column(column, column, width_ch)
        page.write_string(0, 0, document.project or say(TITLE), self.title)
        page.write_string(1, 0, document.maker, self.bold)
        page.write_string(2, 0, "; ".join(map(self.words.recipe, document.sheet.zones)))
        page.write_row(_FIRST_ROW - 1, 0, material_headings(document), self.heading)
        page.freeze_panes(_FIRST_ROW, 1)
        rows = list(document.sheet.materials)
        for row, one in enumerate(rows, _FIRST_ROW):
            self._write_material(page, row, one)
        end = _FIRST_ROW + len(rows)
        self._write_totals(page, end)
        self._write_tiles(page, end + 2)
        for number, remark in enumerate(self.words.remarks(document.sheet), end + 6):
            page.merge_range(number, 0, number, 6, "", self.grey)
            page.write_string(number, 0, remark, self.grey)
            page.set_row(number, 32)

    def _write_material(self, page: Worksheet, row: int, one: Material) -> None:
        line = row + 1
        look: dict[str, Any] = {}
        if one.colour is not None:
            look = {"left": 5, "left_color": one.colour.srgb_hex}
        page.write_string(row, 0, self.words.material(one), self.workbook.add_format(look))
        page.write_string(row, 1, one.code)
        page.write_string(row, 2, self.words.layer(one.layer))
        if one.share is not None and one.density is not None:
            self._write_share(page, row, one.code, one.share)
            density = float(one.density.g_cm3)
            if one.layer is Layer.BASE:
                page.write_formula(row, 4, "=base_density_g_cm3", self._number_format("0.00"), density)
            else:
                page.write_number(row, 4, density, self._number_format("0.00"))
        kg = self._number_format("#,##0.0")
        page.write_formula(row, 5, self._net_formula(line, one), kg, float(one.net_kg))
        page.write_formula(row, 6, f"=F{line}*{_WASTE}", kg, float(one.kg))
        if one.n_bags is not None:
            bags = f"=ROUNDUP(ROUND(G{line}/bag_kg,6),0)"  # rounded first: 10.0000000001 bags are 10
            page.write_formula(row, 7, bags, self._number_format("0"), one.n_bags)
        money = self._number_format("#,##0.00")
        if one.price_per_kg is not None:
            page.write_number(row, 8, float(one.price_per_kg), self._number_format("#,##0.00", bg_color="#FFF2CC"))
        else:
            page.write_blank(row, 8, None, self._number_format("#,##0.00", bg_color="#FFF2CC"))
        whole = f"H{line}*bag_kg" if one.n_bags is not None else f"G{line}"
        lacking, told = self._without_price, self.words.say(NO_PRICE) if self.document.sheet.unpriced else ""
        for column, cost, mass in ((9, one.cost, f"G{line}"), (10, one.cost_of_bags, whole)):
            result = told if cost is None else float(cost)
            page.write_formula(row, column, f'=IF(I{line}="",{lacking},{mass}*I{line})', money, result)

    def _write_share(self, page: Worksheet, row: int, code: str, share: Fraction) -> None:
        """A number, or that of both designs over their areas."""
        look, percent = self._number_format("0.00"), float(100 * share)
        shares = [_share_in(design, code) for design in self.document.sheet.designs]
        if len(shares) == 1 or code == BASE:
            page.write_number(row, 3, percent, look)
        else:
            first, second = (float(100 * one) for one in shares)
            formula = f"=({first!r}*(area_m2-{_SECOND})+{second!r}*{_SECOND})/area_m2"
            page.write_formula(row, 3, formula, look, percent)

    def _write_designs(self, page: Worksheet) -> None:
        """What each mix takes, over the same figures."""
        for column, width_ch in enumerate((30, 12, 30, 14, 14, 14, 14)):
            page.set_column(column, column, width_ch)
        page.write_row(0, 0, design_headings(self.document), self.heading)
        page.freeze_panes(1, 0)
        row, areas = 1, (f"(area_m2-{_SECOND})", _SECOND)
        for design, area in zip(self.document.sheet.designs, areas, strict=True):
            for one in design.materials:
                self._write_part(page, row, design, one, area)
                row += 1
            self._write_sum(page, row, design)
            row += 1

    def _write_part(self, page: Worksheet, row: int, design: Design, one: Material, area: str) -> None:
        kg = self._number_format("#,##0.0")
        self._write_design_name(page, row, design, area)
        page.write_string(row, 2, self.words.material(one))
        page.write_string(row, 3, one.code)
        if one.share is not None:
            page.write_number(row, 4, float(100 * one.share), self._number_format("0.00"))
        page.write_formula(row, 5, self._part_formula(row, design, one, area), kg, float(one.net_kg))
        page.write_formula(row, 6, f"=F{row + 1}*{_WASTE}", kg, float(one.kg))

    def _part_formula(self, row: int, design: Design, one: Material, area: str) -> str:
        if one.layer is not None:
            materials = self.document.sheet.materials
            line = _FIRST_ROW + 1 + next(at for at, other in enumerate(materials) if other.code == one.code)
            density = f"'{self.materials.get_name()}'!E{line}"
            volume = f"{one.layer}_m3*{area}/area_m2*{one.layer}_fill_percent/100"
            return f"={volume}*E{row + 1}/100*{density}*1000"
        return f"={_binder_of(design, row + 2 - len(design.materials), row)}"

    def _write_design_name(self, page: Worksheet, row: int, design: Design, area: str) -> None:
        page.write_string(row, 0, self.words.design(self.document.sheet, design))
        page.write_formula(row, 1, f"={area}", self._number_format("#,##0.00"), float(design.area_m2))

    def _write_sum(self, page: Worksheet, row: int, design: Design) -> None:
        bold = self._number_format("#,##0.0", bold=True)
        first = row + 1 - len(design.materials)
        page.write_string(row, 2, self.words.say(Notice("Total")), self.bold)
        for letter, result in (("F", design.net_kg), ("G", design.kg)):
            page.write_formula(f"{letter}{row + 1}", f"=SUM({letter}{first}:{letter}{row})", bold, float(result))

    def _net_formula(self, line: int, one: Material) -> str:
        if one.layer is not None:
            return f"={one.layer}_m3*{one.layer}_fill_percent/100*D{line}/100*E{line}*1000"
        return f"={_binder_of(self.document.sheet, _FIRST_ROW + 1, line - 1)}"

    @property
    def _prices(self) -> str:
        """The cells that have them."""
        return f"$I${_FIRST_ROW + 1}:$I${_FIRST_ROW + len(self.document.sheet.materials)}"

    @property
    def _without_price(self) -> str:
        """What stands for a cost that cannot be told: nothing, where none can."""
        return f'IF(COUNT({self._prices})=0,"","{self.words.say(NO_PRICE)}")'

    def _write_totals(self, page: Worksheet, row: int) -> None:
        sheet = self.document.sheet
        page.write_string(row, 0, self.words.say(Notice("Total")), self._number_format("General", bold=True, top=1))
        for column in (1, 2, 3, 4, 8):
            page.write_blank(row, column, None, self._number_format("General", top=1))
        results: dict[int, float | str] = {5: float(sheet.net_kg), 6: float(sheet.kg), 7: sheet.n_bags}
        results |= {9: _result(sheet.cost), 10: _result(sheet.cost_of_bags)}
        patterns = {5: "#,##0.0", 6: "#,##0.0", 7: "0", 9: "#,##0.00", 10: "#,##0.00"}
        for column, result in results.items():
            letter = "ABCDEFGHIJK"[column]
            cells = f"{letter}{_FIRST_ROW + 1}:{letter}{row}"
            total = f"SUM({cells})" if column < 9 else f'IF(COUNT({cells})=0,"",SUM({cells}))'
            look = self._number_format(patterns[column], bold=True, top=1)
            page.write_formula(row, column, f"={total}", look, result)
        told, count = self.words.say(Notice("The cost leaves out what has no price.")), f"COUNT({self._prices})"
        formula = f'=IF(AND({count}>0,{count}<{len(sheet.materials)}),"{told}","")'
        page.write_formula(row + 1, 0, formula, self.bold, told if sheet.unpriced else "")

    def _write_tiles(self, page: Worksheet, row: int) -> None:
        sheet, say = self.document.sheet, self.words.say
        tiles = f"=ROUNDUP(ROUND(area_m2*{_WASTE}*1000000/{_TILE},6),0)"
        page.write_string(row, 0, say(Notice("Tiles, with waste")))
        page.write_formula(row, 1, tiles, self._number_format("0"), sheet.n_tiles)
        page.write_string(row + 1, 0, say(Notice("A tile weighs")))
        weight = f"=F{row - 1}/area_m2*{_TILE}/1000000"
        page.write_formula(row + 1, 1, weight, self._number_format("0.00"), float(sheet.tile_kg))
        page.write_string(row + 1, 2, self.words.unit("kg"))
        if self.document.link:
            page.write_string(row + 2, 0, self.document.link)


def _binder_of(made: Sheet | Design, first: int, last: int) -> str:
    """Of granules in lines of the sheet, of which the base's crumb, if any, is the last."""
    n_base = sum(one.layer is Layer.BASE for one in made.materials)
    wear = f"SUM(F{first}:F{last - n_base})*wear_binder_percent/100"
    return f"{wear}+F{last}*base_binder_percent/100" if n_base else wear


def _share_in(design: Design, code: str) -> Fraction:
    """Of a design's wear layer."""
    return next((one.share for one in design.materials if one.code == code and one.share is not None), Fraction(0))


def _result(value: Fraction | None) -> float | str:
    return "" if value is None else float(value)
