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
from plitka.core.sheet.csv_file import material_headings
from plitka.core.sheet.document import Document
from plitka.core.sheet.materials import Layer, Material, volume_m3
from plitka.core.sheet.wording import TITLE

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
            page.write_string(row, 4, say(one.source), self.grey)
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
            page.write_number(row, 3, float(100 * one.share), self._number_format("0.00"))
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
        page.write_formula(row, 9, f'=IF(I{line}="","",G{line}*I{line})', money, _result(one.cost))
        page.write_formula(row, 10, f'=IF(I{line}="","",{whole}*I{line})', money, _result(one.cost_of_bags))

    def _net_formula(self, line: int, one: Material) -> str:
        if one.layer is not None:
            return f"={one.layer}_m3*{one.layer}_fill_percent/100*D{line}/100*E{line}*1000"
        first, last = _FIRST_ROW + 1, line - 1
        n_base = sum(other.layer is Layer.BASE for other in self.document.sheet.materials)
        wear = f"SUM(F{first}:F{last - n_base})*wear_binder_percent/100"
        return f"={wear}+F{last}*base_binder_percent/100" if n_base else f"={wear}"

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


def _result(value: Fraction | None) -> float | str:
    return "" if value is None else float(value)
