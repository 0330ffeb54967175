"""`plitka render`: a recipe becomes a picture by calculation, with exact shares and the maps of its surface."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plitka.cli.arguments import (
    Commands,
    Translate,
    add_command,
    add_like_option,
    add_picture_options,
    add_preview_option,
    add_recipe_options,
    add_sides_options,
)
from plitka.cli.exit_codes import EXIT_OK
from plitka.cli.half_blocks import show_preview
from plitka.cli.output import plan_output
from plitka.cli.recipe import read_recipe
from plitka.cli.repeat import PictureToRepeat, hint_at_palette, read_picture_to_repeat
from plitka.cli.request import random_seed, seed_of, size_of, square
from plitka.cli.results import report_picture, show_picture
from plitka.cli.scene import add_scene_options, read_scene
from plitka.cli.terminal import Terminal
from plitka.cli.version import version
from plitka.core.generation import Request
from plitka.core.recipes.beside import Beside
from plitka.core.recipes.recipe import Notice
from plitka.errors import InputError

if TYPE_CHECKING:
    from plitka.core.tile.renderer import Rendering

SIZE_PX = 1024
MAX_IDS = 2**16
"""Numbers that a map of 16 bits has for granules."""


def add(commands: Commands, _: Translate) -> None:
    """Declare the command."""
    parser = add_command(commands, "render", _, _("calculate a picture of a tile, its shares exact"))
    parser.add_argument("recipe", nargs="?", metavar="RECIPE", help=_("such as '60%% red, 30%% black, 10%% white'"))
    add_picture_options(parser, _)
    add_sides_options(parser, _, SIZE_PX)
    parser.add_argument(
        "--seamless", action="store_true", help=_("edges that fit each other; all have them but a whole tile")
    )
    parser.add_argument(
        "--maps",
        type=Path,
        metavar="DIR",
        help=_("also write albedo, ids, height, normal (OpenGL: green is up), roughness, ao"),
    )
    parser.add_argument(
        "--whole-tile", action=argparse.BooleanOptionalAction, help=_("the tile with its rim, on white")
    )
    add_like_option(parser, _)
    add_recipe_options(parser, _)
    add_preview_option(parser, _)
    add_scene_options(parser, _)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Everything that can be refused is refused before anything is laid."""
    repeated = read_picture_to_repeat(options.like)
    if options.whole_tile is None:
        options.whole_tile = repeated is not None and repeated.is_whole_tile
    with hint_at_palette(repeated, terminal):
        request = _read_request(options, repeated, terminal)
    path = plan_output(options.output, [request.seed]).paths[0]
    from plitka.core.files.picture import WHOLE_TILE, encode_picture, px_per_mm, text_fields, write_whole
    from plitka.core.render_engine import RenderEngine, make_smaller

    engine = RenderEngine()
    complete = engine.complete(_drawn_larger(request, options, terminal))
    terminal.notices(complete.notices)
    if options.maps is not None:
        options.maps.mkdir(parents=True, exist_ok=True)
    result, rendering = engine.render(complete, whole_tile=options.whole_tile)
    if options.maps is not None:
        _check_maps(rendering)
    assert request.scene.size is not None
    result = make_smaller(result, request.scene.size)
    fields = text_fields(result, version()) | ({WHOLE_TILE: "yes"} if options.whole_tile else {})
    write_whole(path, encode_picture(result.pixels, path.suffix, fields, px_per_mm(result)))
    maps = {} if options.maps is None else _write_maps(options.maps, rendering)
    if options.json:
        image = report_picture(result, path, terminal) | maps
        terminal.write_json({"images": [image], "prompt": result.prompt, "model": result.engine})
    else:
        if options.preview:
            show_preview(result.pixels, terminal)
        show_picture(result, path, terminal)
    terminal.notices(result.remarks)
    return EXIT_OK


def _read_request(options: argparse.Namespace, repeated: PictureToRepeat | None, terminal: Terminal) -> Request:
    if options.recipe is None and repeated is None:
        raise InputError("give a RECIPE, or a picture to repeat with --like")
    if options.whole_tile and (options.seamless or options.maps):
        raise InputError("a whole tile has a rim: leave out --whole-tile, or --seamless and --maps")
    recipe = options.recipe if options.recipe is not None or repeated is None else repeated.recipe
    reading = read_recipe(recipe, options, terminal, Beside.SCENE)
    size = size_of(options, repeated) or square(SIZE_PX)
    scene = read_scene(options, reading, size, terminal, repeated.scene if repeated else None)
    if repeated is not None:
        repeated.check_scene(scene, options)
    return Request(scene=scene, seed=_seed(options, repeated))


def _drawn_larger(request: Request, options: argparse.Namespace, terminal: Terminal) -> Request:
    """The request at a size at which its granules can be drawn; maps are of the size that was asked for."""
    from plitka.core.tile.fineness import drawing_size

    asked = request.scene.size
    assert asked is not None
    drawn = asked if options.maps is not None else drawing_size(request.scene, asked)
    if drawn != asked:
        values = {"drawn_px": drawn.longer_px, "size_px": asked.longer_px}
        terminal.notice(
            Notice(
                "drawn and measured at {drawn_px} px, then made smaller: at {size_px} px the smallest granules would "
                "have no shape",
                values,
            )
        )
    return replace(request, scene=replace(request.scene, size=drawn))


def _seed(options: argparse.Namespace, repeated: PictureToRepeat | None) -> int:
    seed = seed_of(options)
    if seed is not None:
        return seed
    return random_seed() if repeated is None else int(repeated.choices["seed"])


def _check_maps(rendering: "Rendering") -> None:
    n_granules = rendering.geometry.areas.size
    if n_granules > MAX_IDS:
        raise InputError(
            "{n} granules are more than a map of ids can number ({limit}); choose a smaller --field-mm",
            n=n_granules,
            limit=MAX_IDS,
        )


def _write_maps(folder: Path, rendering: "Rendering") -> dict[str, Any]:
    """Where each map lies, and the height that the levels of the height map stand for."""
    import numpy as np

    from plitka.core.files.id_map import encode_png16
    from plitka.core.files.picture import write_whole
    from plitka.core.tile.renderer import render_maps
    from plitka.core.tile.shading import shrink

    geometry = rendering.geometry
    maps = render_maps(rendering)
    paths = {name: folder / f"{name}.png" for name in maps}
    for name, samples in maps.items():
        write_whole(paths[name], encode_png16(samples))
    height_mm = shrink(geometry.height_mm[..., None], geometry.config.oversample)
    return {
        "maps": {name: str(path) for name, path in paths.items()},
        "height_mm": round(float(np.ptp(height_mm)), 4),
    }
