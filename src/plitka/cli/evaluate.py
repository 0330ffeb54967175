"""`plitka evaluate`: a suite of recipes, and a report on what a model or the renderer makes of it."""

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from plitka.cli.arguments import (
    Commands,
    Translate,
    add_command,
    add_device_option,
    add_guidance_device_option,
    add_mode_option,
    add_size_option,
    engine_config,
    whole,
    with_default,
)
from plitka.cli.engines import DEFAULT_MODEL, LoadEngine
from plitka.cli.exit_codes import EXIT_OK
from plitka.cli.progress import ProgressLines, stage_line, stoppable
from plitka.cli.terminal import Terminal
from plitka.cli.version import version
from plitka.core.generation import MAX_SEED, USUAL_MODE
from plitka.core.recipes.recipe import Notice, Recipe, format_colours
from plitka.core.scene import check_range
from plitka.errors import FieldName, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plitka.core.generation import Engine
    from plitka.core.judge.evaluation import Report
    from plitka.core.judge.realism import Realism, Reference
    from plitka.core.watch import OnProgress

SIZE_PX = 1024
RENDERER = "render"
"""Stands for the renderer where a model is named."""
PHOTOGRAPHED = Notice("the photographed recipes")
"""The suite where none is named, as reports call it."""


def add(commands: Commands, _: Translate, load_engine: LoadEngine) -> None:
    """Declare the command."""
    parser = add_command(commands, "evaluate", _, _("have a suite of recipes made, and report colours, realism, speed"))
    parser.add_argument(
        "--suite", type=Path, metavar="FILE", help=_("recipes, one a line (default: those that were photographed)")
    )
    parser.add_argument(
        "--photos", type=Path, metavar="DIR", help=_("photographs with captions, in place of their statistics")
    )
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        metavar="NAME_OR_DIR",
        help=with_default(_("a model, or render for the renderer"), DEFAULT_MODEL, _),
    )
    add_mode_option(parser, _)
    parser.add_argument("--baseline", metavar="NAME_OR_DIR", help=_("another one to compare with"))
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        default=Path("evaluation"),
        help=with_default(_("where the report is written"), "evaluation", _),
    )
    add_size_option(parser, _, SIZE_PX)
    parser.add_argument("--limit", type=whole, metavar="N", help=_("only N recipes, spread evenly over the suite"))
    parser.add_argument("--seed", type=whole, metavar="N", default=0, help=with_default(_("the first seed"), 0, _))
    add_device_option(parser, _)
    add_guidance_device_option(parser, _)
    parser.set_defaults(run=run, logs=True, load_engine=load_engine)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Report on the model, and on the baseline if there is one."""
    from plitka.core.judge.evaluation import N_SEEDS, compare_photographs, photographed_recipes, read_suite

    check_range(FieldName("seed"), options.seed, 0, MAX_SEED - N_SEEDS + 1)
    references = _references(options.photos)
    recipes = photographed_recipes(references) if options.suite is None else read_suite(options.suite)
    recipes = _limited(recipes, options.limit)
    suite = None if options.suite is None else options.suite.stem
    options.output.mkdir(parents=True, exist_ok=True)
    reports = [
        _evaluate(name, recipes, references, options, terminal)
        for name in (options.model, options.baseline)
        if name is not None
    ]
    written = _write(options.output, suite, reports, compare_photographs(references), terminal)
    if options.json:
        terminal.write_json(written)
        return EXIT_OK
    terminal.write((options.output / "report.md").read_text("utf-8").partition("\n## ")[0].rstrip())
    terminal.remark(terminal.gettext("the whole report: {path}").format(path=options.output))
    return EXIT_OK


def _references(photos: Path | None) -> "Mapping[str, Reference]":
    from plitka.core.judge.realism import describe_photograph, load_references, recipe_key

    if photos is None:
        return load_references()
    from plitka.core.dataset.photographs import read_photographs

    return {recipe_key(recipe): describe_photograph(pixels) for recipe, pixels in read_photographs(photos)}


def _limited(recipes: list[Recipe], limit: int | None) -> list[Recipe]:
    if limit is None or limit >= len(recipes):
        return recipes
    if limit < 1:
        raise InputError("{name} must be at least {low}, not {value}", name=FieldName("limit"), low=1, value=limit)
    return [recipes[index * len(recipes) // limit] for index in range(limit)]


def _evaluate(
    name: str,
    recipes: Sequence[Recipe],
    references: "Mapping[str, Reference]",
    options: argparse.Namespace,
    terminal: Terminal,
) -> "Report":
    from plitka.core.judge.evaluation import evaluate

    with stoppable(terminal) as stop, stage_line(terminal, stop), closing(_engine(name, options)) as engine:
        return evaluate(
            engine,
            recipes,
            references,
            size_px=options.size,
            mode=options.mode or USUAL_MODE,
            seed=options.seed,
            watch=_RecipeProgress(engine, len(recipes), terminal, stop),
        )


def _engine(name: str, options: argparse.Namespace) -> "Engine":
    if name == RENDERER:
        from plitka.core.render_engine import RenderEngine

        return RenderEngine()
    engine: Engine = options.load_engine(name, engine_config(options), None)
    return engine


class _RecipeProgress:
    """A progress line for each recipe, which says how many there are."""

    def __init__(self, engine: "Engine", n_recipes: int, terminal: Terminal, stop: Event) -> None:
        self._numbers = count(1)
        self._of_all = f"/{n_recipes}  {engine.name}"
        self._n_steps = engine.defaults.steps
        self._terminal = terminal
        self._stop = stop

    @contextmanager
    def __call__(self, recipe: Recipe) -> "Iterator[OnProgress]":
        title = f"{next(self._numbers)}{self._of_all}  {format_colours(recipe)}"
        with ProgressLines(self._terminal, [title], self._n_steps, self._stop) as lines:
            yield partial(lines.report, 0)


def _write(
    folder: Path,
    suite: str | None,
    reports: "Sequence[Report]",
    photographs: "Mapping[str, Realism]",
    terminal: Terminal,
) -> dict[str, Any]:
    """`report.json`, and in the reader's language `report.md` and a contact sheet for each engine."""
    from plitka.core.files.picture import write_whole
    from plitka.core.files.sheet import encode_sheet
    from plitka.core.judge.report import to_json, to_markdown, to_sheet

    content = to_json(suite or PHOTOGRAPHED.message, version(), reports, photographs)
    write_whole(folder / "report.json", json.dumps(content, ensure_ascii=False, indent=1).encode())
    text = to_markdown(suite or terminal.notice_text(PHOTOGRAPHED), version(), reports, photographs, terminal.language)
    write_whole(folder / "report.md", text.encode())
    for number, report in enumerate(reports):
        name = "baseline.png" if number else "pictures.png"
        write_whole(folder / name, encode_sheet(to_sheet(report, terminal.language)))
    return content
