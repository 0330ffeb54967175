"""`plitka generate`: a recipe becomes one picture or several."""

import argparse
import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plitka.cli.arguments import Commands, Say, add_command, add_recipe_options, rounded, version
from plitka.cli.catalogue import read_recipe
from plitka.cli.engines import DEFAULT_MODEL, LoadEngine
from plitka.cli.output import Output, plan_output
from plitka.cli.progress import stoppable
from plitka.cli.terminal import Terminal
from plitka.core.generation import MAX_SEED, RANDOM_SEED_LIMIT, Defaults, Mode, Request, Result
from plitka.errors import InputError

if TYPE_CHECKING:
    from plitka.core.generation import Engine, RgbImage

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
    parser.add_argument("--mode", type=Mode, choices=list(Mode), help=_("how the words become a picture"))
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
        "--tolerance", type=float, metavar="POINTS", help=_("exit with 5 if a measured share is further off than this")
    )
    parser.add_argument(
        "--like", type=Path, metavar="FILE.png", help=_("repeat a picture; options given here win over its own")
    )
    add_recipe_options(parser, _)
    parser.set_defaults(run=run, logs=True, load_engine=load_engine)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Everything that can be refused is refused before the model is loaded."""
    _check_tolerance(options.tolerance)
    fields = _fields_to_repeat(options.like)
    first = _first_request(options, fields, terminal)
    requests = [replace(first, seed=first.seed + index) for index in range(_count(options.count, first.seed))]
    output = plan_output(options.output, [request.seed for request in requests])

    engine: Engine = options.load_engine(options.model, options.device)
    if fields and fields.get("model") != engine.name:
        told = terminal.gettext("{path} was made by {then}; this is {now}, so the picture will differ")
        terminal.remark(told.format(path=options.like, then=fields.get("model"), now=engine.name))
    prompt = engine.prompt(first.recipe)
    report = _make_all(requests, engine, output, terminal, as_json=options.json)
    if options.json:
        terminal.write_json({"images": report, "prompt": prompt, "model": engine.name})
    missed = options.tolerance is not None and any(image["max_error"] > options.tolerance for image in report)
    return EXIT_MISSED if missed else 0


def _fields_to_repeat(path: Path | None) -> Mapping[str, str]:
    if path is None:
        return {}
    from plitka.core.picture import read_fields

    return read_fields(path)


def _first_request(options: argparse.Namespace, fields: Mapping[str, str], terminal: Terminal) -> Request:
    text = options.recipe if options.recipe is not None else fields.get("recipe")
    if text is None:
        raise InputError("give a RECIPE, or a picture to repeat with --like")
    reading = read_recipe(text, options)
    for notice in reading.warnings:
        terminal.notice(notice)
    repeated = _repeated_choices(fields, options.like)
    given = {
        "mode": options.mode,
        "steps": options.steps,
        "guidance": options.guidance,
        "width_px": options.size,
        "height_px": options.size,
        "negative_prompt": options.negative,
        "seed": _random_seed() if options.seed == -1 else options.seed,
    }
    chosen = {"seed": _random_seed()} | repeated | {name: value for name, value in given.items() if value is not None}
    return Request(recipe=reading.recipe, **chosen)


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
        }
    except (KeyError, ValueError) as error:
        raise InputError("the text fields of {path} were changed: {reason}", path=path, reason=error) from error


def _random_seed() -> int:
    return secrets.randbelow(RANDOM_SEED_LIMIT)


def _check_tolerance(points: float | None) -> None:
    if points is not None and not 0 <= points <= 100:
        raise InputError(
            "{name} must lie in {low}..{high}, not {value}", name="tolerance", low=0, high=100, value=points
        )


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

    from plitka.core import picture

    log = structlog.get_logger()
    report: list[dict[str, Any]] = []
    small: list[RgbImage] = []
    with stoppable(terminal) as progress_of:
        for number, (request, path) in enumerate(zip(requests, output.paths, strict=True), start=1):
            title = f"{number}/{len(requests)}  seed {request.seed}"
            with progress_of(title, request.steps or engine.defaults.steps) as on_progress:
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
        "requested": rounded(result.request.recipe.percents),
        "measured": rounded(result.measured),
        "max_error": round(result.max_error, 2),
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
