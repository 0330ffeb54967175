"""`plitka render`: a recipe becomes a picture by calculation, with exact shares and the maps of its surface."""

import argparse
import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from plitka.cli.arguments import Commands, Say, add_command, add_recipe_options, version
from plitka.cli.catalogue import read_recipe
from plitka.cli.output import plan_output
from plitka.cli.scene import add_scene_options, describe_scene, read_scene, report_scene
from plitka.cli.terminal import Terminal
from plitka.core.generation import RANDOM_SEED_LIMIT, Request, Result
from plitka.core.recipes.recipe import to_hundredths
from plitka.errors import InputError

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage
    from plitka.core.tile.granules import Geometry
    from plitka.core.tile.shading import Light

SIZE_PX = 1024
MAX_IDS = 2**16


def add(commands: Commands, _: Say) -> None:
    """Declare the command."""
    parser = add_command(commands, "render", _, _("calculate a picture of a tile, its shares exact"))
    parser.add_argument("recipe", metavar="RECIPE", help=_("such as '60%% red, 30%% black, 10%% white'"))
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="PATH",
        help=_("a .png file or a folder (default: tile.png, or tile-2.png ...)"),
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help=_("the same seed repeats the picture; -1 or none: a random one")
    )
    parser.add_argument(
        "--size",
        type=int,
        default=SIZE_PX,
        metavar="PX",
        help=_("side of the picture (usual: {usual})").format(usual=SIZE_PX),
    )
    add_scene_options(parser, _)
    parser.add_argument(
        "--seamless", action="store_true", help=_("edges that fit each other; all have them but a whole tile")
    )
    parser.add_argument("--maps", type=Path, metavar="DIR", help=_("also write ids, height, normal, roughness, ao"))
    parser.add_argument("--whole-tile", action="store_true", help=_("the tile with its rim, on white"))
    add_recipe_options(parser, _)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Everything that can be refused is refused before anything is laid."""
    reading = read_recipe(options.recipe, options)
    for notice in reading.warnings:
        terminal.notice(notice)
    if options.whole_tile and (options.seamless or options.maps):
        raise InputError("a whole tile has a rim: leave out --whole-tile, or --seamless and --maps")
    seed = secrets.randbelow(RANDOM_SEED_LIMIT) if options.seed in {None, -1} else options.seed
    request = Request(recipe=reading.recipe, seed=seed, width_px=options.size, height_px=options.size)
    config = read_scene(options, reading.recipe)
    path = plan_output(options.output, [seed]).paths[0]
    if options.maps is not None:
        options.maps.mkdir(parents=True, exist_ok=True)

    from plitka.core.files.picture import describe, encode_png, write_whole
    from plitka.core.tile.granules import lay_granules
    from plitka.core.tile.renderer import recolour, whole_tile
    from plitka.core.tile.shading import light_granules

    began = perf_counter()
    geometry = lay_granules(config.granules_for(reading.recipe), seed)
    light = light_granules(geometry, config.light)
    paint = whole_tile if options.whole_tile else recolour
    rendering = paint(geometry, light, reading.recipe, config.light, seed, config.grains_of(reading.recipe))
    result = _result(request, rendering.pixels, perf_counter() - began)
    fields = describe(result, version()) | describe_scene(options, config)
    write_whole(path, encode_png(result.pixels, fields))
    maps = {} if options.maps is None else _write_maps(options.maps, geometry, light)
    exact = dict(zip(result.measured, (100 * share for share in rendering.shares), strict=True))
    if options.json:
        picture = _report(result, path, exact) | report_scene(options, config) | maps
        terminal.write_json({"images": [picture], "prompt": result.prompt, "model": result.engine})
    else:
        _show(result, path, exact, terminal)
    return 0


def _result(request: Request, pixels: "RgbImage", seconds: float) -> Result:
    """What the engine would answer, but with shares that were measured on the picture, as everywhere else."""
    from plitka.core.measure.shares import measure
    from plitka.core.tile.renderer import RenderEngine

    engine = RenderEngine()
    usual = engine.defaults
    return Result(
        pixels=pixels,
        request=replace(request, steps=usual.steps, guidance=usual.guidance),
        prompt=engine.prompt(request.recipe),
        engine=engine.name,
        measured=measure(pixels, request.recipe.colours).percents,
        seconds=seconds,
    )


def _write_maps(folder: Path, geometry: "Geometry", light: "Light") -> dict[str, Any]:
    """Where each map lies, and the lengths that its pixels and its levels stand for."""
    import numpy as np

    from plitka.core.files.id_map import encode_png16
    from plitka.core.files.picture import write_whole
    from plitka.core.tile.renderer import render_maps
    from plitka.core.tile.shading import shrink

    if geometry.areas.size > MAX_IDS:
        raise InputError(
            "{n} granules are more than a map of ids can number ({limit}); choose a smaller --field-mm",
            n=geometry.areas.size,
            limit=MAX_IDS,
        )
    maps = render_maps(geometry, light)
    paths = {name: folder / f"{name}.png" for name in maps}
    for name, samples in maps.items():
        write_whole(paths[name], encode_png16(samples))
    height_mm = shrink(geometry.height_mm[..., None], geometry.config.oversample)
    return {
        "maps": {name: str(path) for name, path in paths.items()},
        "field_mm": geometry.config.field_mm,
        "height_mm": round(float(np.ptp(height_mm)), 4),
    }


def _report(result: Result, path: Path, exact: Mapping[str, float]) -> dict[str, Any]:
    return {
        "path": str(path),
        "seed": result.request.seed,
        "requested": to_hundredths(result.request.recipe.percents),
        "measured": to_hundredths(result.measured),
        "exact": to_hundredths(exact),
        "max_error": round(result.max_error, 2),
        "attempts": result.attempts,
        "seconds": round(result.seconds, 3),
    }


def _show(result: Result, path: Path, exact: Mapping[str, float], terminal: Terminal) -> None:
    _ = terminal.gettext
    terminal.write(_("{path}  seed {seed}").format(path=path, seed=result.request.seed))
    rows = [("", _("asked"), _("exact"), _("measured"))]
    for code, percent in result.request.recipe.percents.items():
        rows.append((f"  {code}", f"{percent:.1f} %", f"{exact[code]:.2f} %", f"{result.measured[code]:.1f} %"))
    terminal.write_table(rows)
