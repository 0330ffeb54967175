"""`plitka generate`: a recipe becomes one picture or several."""

import argparse
import math
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from plitka.cli.arguments import (
    Commands,
    Translate,
    add_command,
    add_device_option,
    add_guidance_device_option,
    add_like_option,
    add_mode_option,
    add_model_option,
    add_picture_options,
    add_preview_option,
    add_recipe_options,
    add_sides_options,
    decimal,
    engine_config,
    member_of,
    shown,
    whole,
    with_default,
)
from plitka.cli.batch import read_batch
from plitka.cli.engines import LoadEngine
from plitka.cli.exit_codes import EXIT_MISSED, EXIT_OK, exit_code
from plitka.cli.output import Output, plan_output
from plitka.cli.progress import ProgressLines, stage_line, stoppable
from plitka.cli.repeat import PictureToRepeat, hint_at_palette, read_picture_to_repeat
from plitka.cli.request import consecutive_seeds, read_request, without_engine_choices
from plitka.cli.results import tell_miss
from plitka.cli.scene import add_scene_options
from plitka.cli.terminal import Terminal
from plitka.core.generation import STRENGTH_RANGE, TOLERANCE_RANGE, Accuracy, Defaults, Mode, Request
from plitka.core.painter import n_steps_run
from plitka.core.quality import USUAL_QUALITY, Quality
from plitka.core.scene import check_range
from plitka.errors import Cancelled, FieldName, TooFine

if TYPE_CHECKING:
    from plitka.cli.picture_writer import PictureWriter
    from plitka.core.generation import CompleteRequest, Engine


def add(commands: Commands, _: Translate, load_engine: LoadEngine, usual: Defaults) -> None:
    """Declare the command.

    Args:
        commands: where it is added.
        _: the language of its help.
        load_engine: gives the model.
        usual: what the help says that the model uses without a word.
    """
    parser = add_command(commands, "generate", _, _("make a picture of a tile from a recipe"))
    parser.add_argument("recipe", nargs="?", metavar="RECIPE", help=_("such as '60%% red, 30%% black, 10%% white'"))
    add_picture_options(parser, _)
    parser.add_argument(
        "--count",
        type=whole,
        default=1,
        metavar="N",
        help=with_default(_("pictures with consecutive seeds, 1 to 64"), 1, _),
    )
    parser.add_argument(
        "--batch", metavar="FILE", help=_("recipes, one a line, a picture each into the folder of -o; - reads stdin")
    )
    _add_painting(parser, _, usual)
    _add_outcome(parser, _)
    add_recipe_options(parser, _)
    add_scene_options(parser, _, has_modes=True)
    parser.set_defaults(run=run, logs=True, load_engine=load_engine)


def _add_painting(parser: argparse.ArgumentParser, _: Translate, usual: Defaults) -> None:
    """By which model a picture is painted, and how."""
    add_model_option(parser, _)
    add_mode_option(parser, _)
    least, most = usual.guided.strength_range or STRENGTH_RANGE
    parser.add_argument(
        "--strength",
        type=decimal,
        metavar="X",
        help=_("how much of the granule map is painted over, {least} to {most} (default: {usual})").format(
            least=shown(least, _), most=shown(most, _), usual=shown(usual.guided.strength, _)
        ),
    )
    parser.add_argument(
        "--guide", type=Path, metavar="FILE.png", help=_("granules of your own: a PNG whose pixels number them")
    )
    parser.add_argument(
        "--steps", type=whole, metavar="N", help=_("denoising steps (default: {usual})").format(usual=usual.steps)
    )
    parser.add_argument(
        "--guidance",
        type=decimal,
        metavar="X",
        help=_("guidance scale (default: {usual})").format(usual=shown(usual.guidance, _)),
    )
    parser.add_argument(
        "--quality",
        type=member_of(Quality),
        choices=[quality.value for quality in Quality],
        help=_(
            "fast: leaves out what changes the picture little, such as guidance in the last steps (default: {usual})"
        ).format(usual=USUAL_QUALITY),
    )
    add_sides_options(parser, _, usual.width_px)
    parser.add_argument("--negative", metavar="TEXT", help=_("what the picture shall not show"))
    add_device_option(parser, _)
    add_guidance_device_option(parser, _)


def _add_outcome(parser: argparse.ArgumentParser, _: Translate) -> None:
    """What a picture has to be, what it is like, and what is kept and shown of it."""
    parser.add_argument(
        "--tolerance",
        type=decimal,
        metavar="POINTS",
        help=_("exit with 5 if a measured share is further off than this (default: {usual} in guided mode)").format(
            usual=shown(Accuracy().tolerance, _)
        ),
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help=_("take steps, guidance or strength that ruin the model's pictures all the same"),
    )
    add_like_option(parser, _)
    parser.add_argument(
        "--like-photo",
        type=Path,
        metavar="PHOTO",
        help=_("make the mix of a photographed tile, whose colours are found"),
    )
    parser.add_argument(
        "--no-parameters",
        dest="parameters",
        action="store_false",
        help=_("without the text field that image viewers show of generated pictures"),
    )
    add_preview_option(parser, _)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Everything that can be refused without the model is refused before it is loaded."""
    check_range(FieldName("tolerance"), options.tolerance, *TOLERANCE_RANGE)
    repeated = read_picture_to_repeat(options.like)
    requests, output = _read_orders(options, repeated, terminal)
    if not requests:
        return EXIT_OK
    from plitka.cli.picture_writer import PictureWriter

    seeds = [request.seed for request in requests]
    writer = PictureWriter(
        seeds,
        output,
        terminal,
        as_json=options.json,
        has_parameters=options.parameters,
        has_preview=options.preview and len(seeds) == 1,
    )
    with (
        stoppable(terminal) as stop,
        stage_line(terminal, stop),
        _hint_at_render(terminal),
        closing(options.load_engine(options.model, engine_config(options), requests[0])) as engine,
    ):
        if repeated is not None:
            requests = _settle_for_engine(requests, repeated, engine, options, terminal)
        complete = [engine.complete(request) for request in requests]
        terminal.notices({str(notice): notice for each in complete for notice in each.notices}.values())
        _make_pictures(complete, engine, writer, terminal, stop)
        if options.json and writer.reports:
            answer = {"images": writer.reports, "prompt": engine.prompt(complete[0]), "model": engine.name}
            terminal.write_json(answer)
    if writer.error is not None:
        return exit_code(writer.error)
    allowed = _allowed_points(options, requests[0])
    missed = [image for image in writer.reports if image["max_error"] > allowed]
    for image in missed:
        tell_miss(image, allowed, terminal)
    return EXIT_MISSED if missed else EXIT_OK


@contextmanager
def _hint_at_render(terminal: Terminal) -> Iterator[None]:
    """Who asks for granules that no model can show, which loading one may find out already, is told what can."""
    try:
        yield
    except TooFine as error:
        error.add_note(terminal.gettext("`plitka render` draws such granules larger, and makes the picture smaller"))
        raise


def _read_orders(
    options: argparse.Namespace, repeated: PictureToRepeat | None, terminal: Terminal
) -> tuple[Sequence[Request], Output]:
    """The pictures to make, and their files."""
    if options.batch is None:
        with hint_at_palette(repeated, terminal):
            first = read_request(options, repeated, terminal)
        seeds = consecutive_seeds(first.seed, options.count)
        return [replace(first, seed=seed) for seed in seeds], plan_output(options.output, seeds)
    batch = read_batch(options, terminal)
    if batch.output.there:
        text = terminal.gettext("pictures that are there already, and stay as they are: {n}")
        terminal.remark(text.format(n=len(batch.output.there)))
    return batch.requests, batch.output


def _settle_for_engine(
    requests: Sequence[Request],
    repeated: PictureToRepeat,
    engine: "Engine",
    options: argparse.Namespace,
    terminal: Terminal,
) -> Sequence[Request]:
    """The requests without what was chosen for another model; that it is another one is told."""
    if repeated.model == engine.name:
        return requests
    if repeated.is_by(engine.name):
        text = terminal.gettext("{path} was made by {then}; this is {now}, so the picture will differ")
    else:
        text = terminal.gettext(
            "{path} was made by {then}; this is {now}, so the picture will differ, and steps, guidance and strength "
            "are as usual for {now}"
        )
        requests = [replace(request, **without_engine_choices(options)) for request in requests]
    terminal.remark(text.format(path=repeated.path, then=repeated.model, now=engine.name))
    return requests


def _make_pictures(
    requests: "Sequence[CompleteRequest]", engine: "Engine", writer: "PictureWriter", terminal: Terminal, stop: Event
) -> None:
    """Have all made and written; one that fails does not stop the others, Ctrl-C stops them all."""
    seed = terminal.gettext("seed {seed}")
    titles = [f"{n}/{len(requests)}  {seed.format(seed=request.seed)}" for n, request in enumerate(requests, start=1)]
    n_steps = n_steps_run(requests[0].steps, requests[0].strength)
    with ProgressLines(terminal, titles, n_steps, stop, n_open=engine.max_batch) as lines:
        for outcome in engine.generate(requests, lines):
            lines.close(outcome.index)
            with lines.hidden():
                writer.take(outcome)
            if isinstance(outcome.error, Cancelled):
                return
    writer.write_sheet()


def _allowed_points(options: argparse.Namespace, request: Request) -> float:
    """The largest error that is no miss: guided mode has a tolerance always, text mode only where one is given."""
    if options.tolerance is not None:
        return float(options.tolerance)
    if request.mode is Mode.TEXT:
        return math.inf
    return Accuracy().tolerance if request.tolerance is None else request.tolerance
