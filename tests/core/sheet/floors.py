"""Sheets and documents that tests share."""

from functools import cache
from typing import Any

import numpy as np

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene, Zone
from plitka.core.sheet.document import Document
from plitka.core.sheet.materials import OtherTiles, Sheet
from plitka.core.sheet.order import SheetOrder

RECIPE = "60% red, 30% black SBR, 10% white"
LINK = "https://plitka.example/mixer?recipe=60%25%20red&seed=7"


def sheet_of(recipe: str = RECIPE, mask: tuple[str, str] | None = None, **choices: Any) -> Sheet:  # noqa: ANN401
    """The sheet of a recipe and, with a mask and its recipe, of two zones."""
    readings = [parse_recipe(recipe)]
    zones = [Zone(readings[0].recipe)]
    if mask is not None:
        readings.append(parse_recipe(mask[1]))
        zones.append(Zone(readings[1].recipe, mask[0]))
    return SheetOrder(**({"area_m2": 120} | choices)).sheet(Scene(zones=tuple(zones)), readings, default_palette())


def two_mixes(name: str = "Border", **choices: Any) -> Sheet:  # noqa: ANN401
    """The sheet of a floor of 120 m2, of which 20 m2 are tiles of another mix that has a zone of its own."""
    ground, border, stripes = (parse_recipe(text) for text in (RECIPE, "black SBR", "60% white, 40% blue"))
    other = Scene(zones=(Zone(border.recipe), Zone(stripes.recipe, "stripes:2")))
    tiles = OtherTiles(scene=other, area_m2=20, name=name)
    scene = Scene(zones=(Zone(ground.recipe),))
    order = SheetOrder(**({"area_m2": 120} | choices))
    return order.sheet(scene, [ground, border, stripes], default_palette(), other=tiles)


@cache
def document_of(language: str, *, priced: bool = True) -> Document:
    """A sheet with all that can stand around it."""
    priced_by: dict[str, Any] = (
        {"prices": {"red": 210, "white": 260.5}, "base_price": 22, "currency": "₽"} if priced else {}
    )
    logo = np.full((60, 120, 3), 255, np.uint8)
    logo[10:50, 10:110] = 90
    picture = np.random.default_rng(1).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    return Document(
        sheet=sheet_of(figures={"thickness_mm": 40, "waste_percent": 12}, **priced_by),
        language=language,
        maker="ООО «Мягкие площадки»",
        project="Детская площадка",
        link=LINK,
        picture=picture,
        picture_mm=73,
        logo=logo,
    )
