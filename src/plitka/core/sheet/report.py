"""A sheet as a machine reads it: the command line and HTTP tell it in the same words."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from plitka.core.recipes.recipe import Notice
from plitka.core.sheet.assumptions import ASSUMED
from plitka.core.sheet.materials import Design, Layer, Material, Sheet, volume_m3
from plitka.core.sheet.wording import CALCULATED, SCREENS_DIFFER


def report_sheet(sheet: Sheet, tell: Callable[[Notice], str] = str) -> dict[str, Any]:
    """Masses in kg to a gram, percents to a thousandth, money to a hundredth; null is what is not known.

    Args:
        sheet: it.
        tell: the words of a text, in the reader's language.
    """
    own = sheet.assumptions
    return {
        "area_m2": _rounded(sheet.area_m2),
        "thickness_mm": _rounded(own.thickness_mm),
        "tile_mm": [_rounded(side) for side in own.tile_mm],
        "edge": own.edge.value,
        "layers": [_layer(sheet, layer) for layer in Layer if layer is Layer.WEAR or own.base_mm],
        "zones": [
            {
                "design": number,
                "mask": part.zone.mask,
                "area_percent": _rounded(100 * part.area),
                "area_m2": _rounded(part.area * sheet.area_m2),
                "requested": part.zone.recipe.percents,
            }
            for number, design in enumerate(sheet.designs)
            for part in design.zones
        ],
        "designs": [_design(sheet, design) for design in sheet.designs],
        "materials": [_material(material, tell) for material in sheet.materials],
        "tiles": {"n": sheet.n_tiles, "kg": _rounded(sheet.tile_kg)},
        "totals": {
            "net_kg": _rounded(sheet.net_kg),
            "kg": _rounded(sheet.kg),
            "kg_per_m2": _rounded(sheet.net_kg / sheet.area_m2),
            "bags": sheet.n_bags,
            "cost": _money(sheet.cost),
            "cost_of_bags": _money(sheet.cost_of_bags),
            "currency": sheet.currency or None,
            "without_price": [material.code for material in sheet.unpriced],
        },
        "assumptions": [_assumption(sheet, name, tell) for name in own.shown],
        "notices": [tell(CALCULATED), tell(SCREENS_DIFFER)],
        "warnings": [tell(notice) for notice in sheet.notices],
    }


def _design(sheet: Sheet, design: Design) -> dict[str, Any]:
    return {
        "name": design.name or None,
        "area_percent": _rounded(100 * design.area_m2 / sheet.area_m2),
        "area_m2": _rounded(design.area_m2),
        "net_kg": _rounded(design.net_kg),
        "kg": _rounded(design.kg),
        "materials": [
            {"code": one.code, "net_kg": _rounded(one.net_kg), "kg": _rounded(one.kg)} for one in design.materials
        ],
    }


def _layer(sheet: Sheet, layer: Layer) -> dict[str, Any]:
    own = sheet.assumptions
    granules_kg = sum((one.net_kg for one in sheet.materials if one.layer is layer), Fraction(0))
    return {
        "layer": layer.value,
        "thickness_mm": _rounded(own.wear_mm if layer is Layer.WEAR else own.base_mm),
        "volume_m3": _rounded(volume_m3(sheet.area_m2, own, layer), 6),
        "granules_kg": _rounded(granules_kg),
        "granules_kg_per_m2": _rounded(granules_kg / sheet.area_m2),
    }


def _material(one: Material, tell: Callable[[Notice], str]) -> dict[str, Any]:
    colour = one.colour
    return {
        "code": one.code,
        "name": None if colour is None else colour.caption_name,
        "name_ru": None if colour is None else colour.name_ru,
        "hex": None if colour is None else colour.srgb_hex,
        "layer": one.layer and one.layer.value,
        "area_percent": None if one.share is None else _rounded(100 * one.share),
        "density_g_cm3": None if one.density is None else _rounded(one.density.g_cm3),
        "density_source": None if one.density is None else tell(one.density.source),
        "net_kg": _rounded(one.net_kg),
        "kg": _rounded(one.kg),
        "bags": one.n_bags,
        "price_per_kg": _rounded(one.price_per_kg),
        "cost": _money(one.cost),
        "cost_of_bags": _money(one.cost_of_bags),
    }


def _assumption(sheet: Sheet, name: str, tell: Callable[[Notice], str]) -> dict[str, Any]:
    one = ASSUMED[name]
    return {
        "name": name,
        "label": tell(one.label),
        "value": _rounded(sheet.assumptions.value(name)),
        "unit": one.unit,
        "low": one.low,
        "high": one.high,
        "origin": sheet.assumptions.origin(name).value,
        "source": tell(sheet.assumptions.source(name)),
    }


def _rounded(value: Fraction | None, decimals: int = 3) -> float | None:
    return None if value is None else float(round(value, decimals))


def _money(value: Fraction | None) -> float | None:
    return _rounded(value, 2)
