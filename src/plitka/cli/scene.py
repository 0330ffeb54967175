"""The granules and the light of a render, as the command line names them."""

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from plitka.cli.arguments import Say
from plitka.cli.catalogue import find_colours, palette_of
from plitka.core.colour.palette import Palette
from plitka.core.recipes.recipe import Recipe
from plitka.core.tile.lighting import LIGHTS, USUAL_LIGHT, wetted
from plitka.errors import InputError

if TYPE_CHECKING:
    from plitka.core.tile.granules import Grain, GranuleConfig
    from plitka.core.tile.renderer import RenderConfig

SURFACES = ("pressed", "cut")
MIN_GRANULE_PX = 3
"""A chip of fewer pixels has no shape."""


def add_scene_options(parser: argparse.ArgumentParser, _: Say) -> None:
    """What lies in the picture, how large it is, and how it is lit."""
    add_fraction_option(parser, _)
    parser.add_argument(
        "--granule-mm", type=float, nargs=2, metavar=("MIN", "MAX"), help=_("smallest and largest granule")
    )
    parser.add_argument("--coarse", metavar="COLOURS", help=_("colours of the recipe whose granules are larger"))
    parser.add_argument("--fine", metavar="COLOURS", help=_("colours of the recipe whose granules are smaller"))
    parser.add_argument(
        "--field-mm", type=float, metavar="N", help=_("what the picture's side shows (usual: 1 mm for each 7 px)")
    )
    parser.add_argument("--surface", choices=SURFACES, help=_("moulded under a press, or cut from a block"))
    parser.add_argument(
        "--light",
        choices=tuple(LIGHTS),
        default=USUAL_LIGHT,
        help=_("what the tile is lit by (usual: {usual})").format(usual=USUAL_LIGHT),
    )
    parser.add_argument("--wet", action="store_true", help=_("a tile that rain has wetted: darker, with a gloss"))


def add_fraction_option(parser: argparse.ArgumentParser, _: Say) -> None:
    """The granules by a name of the trade."""
    parser.add_argument(
        "--granules",
        metavar="FRACTION",
        help=_("granules of the trade, in mm: 0.5-1.5, 1-3, 1-4 or 2-4 (usual: 1-4)"),
    )


def read_scene(options: argparse.Namespace, recipe: Recipe) -> "RenderConfig":
    """The layer and the light that the options ask for.

    Raises:
        InputError: granules that cannot be laid or seen, or that are given twice; a colour that is not in the recipe.
    """
    from plitka.core.tile.granules import GranuleConfig, Surface
    from plitka.core.tile.renderer import RenderConfig

    usual = GranuleConfig()
    granules = replace(
        usual,
        size_px=options.size,
        field_mm=options.size * usual.field_mm / usual.size_px if options.field_mm is None else options.field_mm,
        granule_mm=_granule_mm(options) or usual.granule_mm,
        surface=usual.surface if options.surface is None else Surface(options.surface),
    )
    light = LIGHTS[options.light]
    config = RenderConfig(
        granules=granules, light=wetted(light) if options.wet else light, grains=_grains(options, recipe)
    )
    _check_lengths(granules, [grain.scale for grain in config.grains_of(recipe)])
    return config


def report_scene(options: argparse.Namespace, config: "RenderConfig") -> dict[str, Any]:
    """The choices as a machine reads them."""
    chosen = {grain: [code for code, own in config.grains.items() if own == grain] for grain in ("coarse", "fine")}
    return {"granule_mm": list(config.granules.granule_mm)} | chosen | {"light": options.light, "wet": options.wet}


def describe_scene(options: argparse.Namespace, config: "RenderConfig") -> dict[str, str]:
    """The choices as text fields of a picture; those that were not made are left out."""
    report = report_scene(options, config)
    fields = {
        "granule_mm": "-".join(f"{length:g}" for length in report["granule_mm"]),
        "coarse": ", ".join(report["coarse"]),
        "fine": ", ".join(report["fine"]),
        "light": options.light,
        "wet": "yes" if options.wet else "",
    }
    return {name: text for name, text in fields.items() if text}


def _granule_mm(options: argparse.Namespace) -> tuple[float, float] | None:
    if options.granules is not None and options.granule_mm is not None:
        raise InputError("the size of the granules is given twice; leave out --granules or --granule-mm")
    if options.granules is not None:
        from plitka.core.tile.granules import fraction_mm

        return fraction_mm(options.granules)
    return None if options.granule_mm is None else (options.granule_mm[0], options.granule_mm[1])


def _grains(options: argparse.Namespace, recipe: Recipe) -> "dict[str, Grain]":
    from plitka.core.tile.granules import Grain

    palette = palette_of(options)
    coarse = _codes_of("coarse", options.coarse, recipe, palette)
    fine = _codes_of("fine", options.fine, recipe, palette)
    for code in coarse:
        if code in fine:
            raise InputError("{code} cannot be both coarse and fine; name it once", code=code)
    return dict.fromkeys(coarse, Grain.COARSE) | dict.fromkeys(fine, Grain.FINE)


def _codes_of(option: str, names: str | None, recipe: Recipe, palette: Palette) -> list[str]:
    if names is None:
        return []
    codes, own = [colour.code for colour in find_colours(names, palette)], [colour.code for colour in recipe.colours]
    if not codes:
        raise InputError("--{option} names no colour; name some of {codes}", option=option, codes=", ".join(own))
    for code in codes:
        if code not in own:
            raise InputError(
                "{code} is not in the recipe; --{option} takes some of {codes}",
                code=code,
                option=option,
                codes=", ".join(own),
            )
    return codes


def _check_lengths(granules: "GranuleConfig", scales: list[float]) -> None:
    smallest, largest = granules.granule_mm
    if not 0.2 <= smallest <= largest <= 20:
        raise InputError(
            "granules measure 0.2 to 20 mm, the smallest first, not {granules}", granules=granules.granule_mm
        )
    smallest, largest = smallest * min(scales), largest * max(scales)
    if not 2 * largest <= granules.field_mm <= 2000:
        raise InputError(
            "{name} must lie in {low}..{high}, not {value}",
            name="field-mm",
            low=2 * largest,
            high=2000,
            value=granules.field_mm,
        )
    if smallest * granules.size_px / granules.field_mm < MIN_GRANULE_PX:
        raise InputError(
            "granules of {granule} mm would be below {limit} px; choose a larger --size or a smaller --field-mm",
            granule=smallest,
            limit=MIN_GRANULE_PX,
        )
