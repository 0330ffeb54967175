"""`plitka generate`: a recipe becomes one picture or several."""

import argparse
import math
import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plitka.cli.arguments import Commands, Say, add_command, add_mode_option, add_recipe_options, version
from plitka.cli.catalogue import read_recipe
from plitka.cli.engines import DEFAULT_MODEL, LoadEngine
from plitka.cli.output import Output, plan_output
from plitka.cli.progress import stoppable
from plitka.cli.terminal import Terminal
from plitka.core.generation import (
    MAX_SEED,
    RANDOM_SEED_LIMIT,
    Accuracy,
    Defaults,
    Mode,
    Request,
    Result,
)
from plitka.core.recipes.recipe import to_hundredths
from plitka.errors import InputError

if TYPE_CHECKING:
    from plitka.core.generation import Engine, GranuleIds, RgbImage

MAX_COUNT = 64
EXIT_MISSED = 5


def add(commands: Commands, _: Say, load_engine: LoadEngine) -> None:
    """Declare the command."""
    usual = Defaults()
    parser = add_command(commands, "generate", _, _("make a picture of a tile from a recipe"))
    parser.add_argument("recipe", nargs="?", metavar="RECIPE", help=_("such as '60%% red, 30%% black, 10%% white'"))
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
    parser.add_argument("--count", type=int, default=1, metavar="N", help=_("pictures with consecutive seeds, 1 to 64"))
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        metavar="NAME_OR_DIR",
        help=_("a name of `plitka model list`, or a folder (default: {default})").format(default=DEFAULT_MODEL),
    )
    add_mode_option(parser, _)
    parser.add_argument(
        "--strength",
        type=float,
        metavar="X",
        help=_("how much of the granule map is painted over, 0.05 to 1 (usual: {usual})").format(
            usual=usual.guided.strength
        ),
    )
    parser.add_argument(
        "--guide", type=Path, metavar="FILE.png", help=_("granules of your own: a PNG whose pixels number them")
    )
    parser.add_argument(
        "--steps", type=int, metavar="N", help=_("denoising steps (usual: {usual})").format(usual=usual.steps)
    )
    parser.add_argument(
        "--guidance", type=float, metavar="X", help=_("guidance scale (usual: {usual})").format(usual=usual.guidance)
    )
    parser.add_argument(
        "--size", type=int, metavar="PX", help=_("side of the picture (usual: {usual})").format(usual=usual.width_px)
    )
    parser.add_argument("--negative", metavar="TEXT", help=_("what the picture shall not show"))
    parser.add_argument("--device", metavar="DEVICE", help=_("auto, cpu, cuda or cuda:N"))
    parser.add_argument(
        "--tolerance",
        type=float,
        metavar="POINTS",
        help=_("exit with 5 if a measured share is further off than this (guided: {usual})").format(
            usual=Accuracy().tolerance
        ),
    )
    parser.add_argument(
        "--like", type=Path, metavar="FILE.png", help=_("repeat a picture; options given here win over its own")
    )
    add_recipe_options(parser, _)
    parser.set_defaults(run=run, logs=True, load_engine=load_engine)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Everything that can be refused is refused before the model is loaded."""
    Accuracy(tolerance=options.tolerance or 0)
    fields = _fields_to_repeat(options.like)
    first = _first_request(options, fields, terminal)
    requests = [replace(first, seed=first.seed + index) for index in range(_count(options.count, first.seed))]
    output = plan_output(options.output, [request.seed for request in requests])

    engine: Engine = options.load_engine(options.model, options.device, first)
    if fields and fields.get("model") != engine.name:
        told = terminal.gettext("{path} was made by {then}; this is {now}, so the picture will differ")
        terminal.remark(told.format(path=options.like, then=fields.get("model"), now=engine.name))
    prompt = engine.prompt(first.recipe)
    report = _make_all(requests, engine, output, terminal, as_json=options.json)
    if options.json:
        terminal.write_json({"images": report, "prompt": prompt, "model": engine.name})
    allowed = _allowed_points(options, first)
    return EXIT_MISSED if any(image["max_error"] > allowed for image in report) else 0


def _allowed_points(options: argparse.Namespace, request: Request) -> float:
    """What no share may be off by: guided mode promises it, text mode only answers for what was asked of it."""
    if options.tolerance is not None:
        return float(options.tolerance)
    if request.mode is Mode.TEXT:
        return math.inf
    return Accuracy().tolerance if request.tolerance is None else request.tolerance


def _fields_to_repeat(path: Path | None) -> Mapping[str, str]:
    if path is None:
        return {}
    from plitka.core.files.picture import read_fields

    return read_fields(path)


def _first_request(options: argparse.Namespace, fields: Mapping[str, str], terminal: Terminal) -> Request:
    text = options.recipe if options.recipe is not None else fields.get("recipe")
    if text is None:
        raise InputError("give a RECIPE, or a picture to repeat with --like")
    reading = read_recipe(text, options)
    for notice in reading.warnings:
        terminal.notice(notice)
    chosen = {"seed": _random_seed()} | _repeated_choices(fields, options.like) | _given_choices(options)
    if chosen.get("mode") is Mode.TEXT:
        chosen = _without_guided(chosen, options)
    else:
        chosen["guide"] = _read_guide(options, fields)
    return Request(recipe=reading.recipe, **chosen)


def _given_choices(options: argparse.Namespace) -> dict[str, Any]:
    given = {
        "mode": options.mode,
        "steps": options.steps,
        "guidance": options.guidance,
        "width_px": options.size,
        "height_px": options.size,
        "negative_prompt": options.negative,
        "strength": options.strength,
        "tolerance": options.tolerance,
        "seed": _random_seed() if options.seed == -1 else options.seed,
    }
    return {name: value for name, value in given.items() if value is not None}


def _without_guided(chosen: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    """The choices for text mode: those of a guided picture to repeat fall away, one that was asked for is refused."""
    if options.guide is not None:
        raise InputError("{name} belongs to the mode guided; leave it out, or ask for that mode", name="guide")
    chosen = {name: value for name, value in chosen.items() if name != "tolerance"}
    if options.strength is None:
        chosen.pop("strength", None)
    return chosen


def _read_guide(options: argparse.Namespace, fields: Mapping[str, str]) -> "GranuleIds | None":
    """The granules from outside; a picture that was painted over some cannot be repeated without them."""
    wanted = fields.get("guide")
    if options.guide is None:
        if wanted is not None:
            raise InputError(
                "{path} was painted over granules from outside; give the same file with --guide", path=options.like
            )
        return None
    from plitka.core.files.id_map import read_ids
    from plitka.core.files.picture import name_guide

    ids = read_ids(options.guide)
    if wanted is not None and name_guide(ids) != wanted:
        raise InputError(
            "{path} was painted over other granules than those of {guide}; give the same file with --guide",
            path=options.like,
            guide=options.guide,
        )
    return ids


def _repeated_choices(fields: Mapping[str, str], path: Path | None) -> dict[str, Any]:
    """The choices that a picture's text fields hold, as `Request` takes them."""
    if not fields:
        return {}
    try:
        width_px, height_px = fields["size"].split("x")
        return {
            "seed": int(fields["seed"]),
            "steps": int(fields["steps"]),
            "guidance": float(fields["guidance"]),
            "width_px": int(width_px),
            "height_px": int(height_px),
            "mode": Mode(fields["mode"]),
            "negative_prompt": fields["negative_prompt"],
            **{name: float(fields[name]) for name in ("strength", "tolerance") if name in fields},
        }
    except (KeyError, ValueError) as error:
        raise InputError("the text fields of {path} were changed: {reason}", path=path, reason=error) from error


def _random_seed() -> int:
    return secrets.randbelow(RANDOM_SEED_LIMIT)


def _count(count: int, seed: int) -> int:
    if not 1 <= count <= MAX_COUNT:
        raise InputError(
            "{name} must lie in {low}..{high}, not {value}", name="count", low=1, high=MAX_COUNT, value=count
        )
    if seed + count - 1 > MAX_SEED:
        raise InputError("there are no {count} seeds from {seed} to {high}", count=count, seed=seed, high=MAX_SEED)
    return count


def _make_all(
    requests: list[Request], engine: "Engine", output: Output, terminal: Terminal, *, as_json: bool
) -> list[dict[str, Any]]:
    import structlog

    from plitka.core.files import picture

    log = structlog.get_logger()
    report: list[dict[str, Any]] = []
    small: list[RgbImage] = []
    with stoppable(terminal) as progress_of:
        for number, (request, path) in enumerate(zip(requests, output.paths, strict=True), start=1):
            title = f"{number}/{len(requests)}  seed {request.seed}"
            with progress_of(title, engine.defaults.complete(request).steps or 0) as on_progress:
                result = engine.generate(request, on_progress)
            picture.write_whole(path, picture.encode_png(result.pixels, picture.describe(result, version())))
            log.info("picture", path=str(path), seed=request.seed, seconds=round(result.seconds, 3))
            report.append(_report(result, path))
            small.append(picture.thumbnail(result.pixels))
            if not as_json:
                _show(result, path, terminal)
    if output.sheet is not None:
        sheet = picture.contact_sheet(small, [f"seed {request.seed}" for request in requests])
        picture.write_whole(output.sheet, picture.encode_png(sheet))
        terminal.remark(terminal.gettext("all on one sheet: {path}").format(path=output.sheet))
    return report


def _report(result: Result, path: Path) -> dict[str, Any]:
    return {
        "path": str(path),
        "seed": result.request.seed,
        "requested": to_hundredths(result.request.recipe.percents),
        "measured": to_hundredths(result.measured),
        "max_error": round(result.max_error, 2),
        "mode": result.request.mode.value,
        "attempts": result.attempts,
        "seconds": round(result.seconds, 3),
    }


def _show(result: Result, path: Path, terminal: Terminal) -> None:
    _ = terminal.gettext
    terminal.write(_("{path}  seed {seed}").format(path=path, seed=result.request.seed))
    rows = [("", _("asked"), _("measured"))]
    for code, percent in result.request.recipe.percents.items():
        rows.append((f"  {code}", f"{percent:.1f} %", f"{result.measured[code]:.1f} %"))
    terminal.write_table(rows)
