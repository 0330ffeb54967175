"""`plitka train`: from a folder of captioned pictures and a base to a model of one's own."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Never

from plitka.cli.arguments import (
    Commands,
    Translate,
    add_command,
    add_device_option,
    add_palette_option,
    decimal,
    whole,
)
from plitka.cli.engines import DEFAULT_MODEL
from plitka.cli.exit_codes import EXIT_OK
from plitka.cli.output import check_writable
from plitka.cli.progress import stoppable
from plitka.cli.recipe import palette_of
from plitka.cli.terminal import Terminal
from plitka.core.recipes.recipe import Notice
from plitka.errors import InputError

if TYPE_CHECKING:
    from tqdm import tqdm

    from plitka.model.train_config import TrainRecipe
    from plitka.model.train_judge import Judgement
    from plitka.model.training_run import RunOrder

_MIB = 1024**2
_TRAIN_CHOICES = ("steps", "batch", "rank", "learning_rate", "seed")
"""Options that stand for those of [train] in the configuration."""


def add(commands: Commands, _: Translate) -> None:
    """Declare the command."""
    parser = add_command(
        commands, "train", _, _("train a model on captioned pictures; the folder that is written is a model")
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help=_("folder of pictures with their captions"))
    parser.add_argument(
        "--base",
        default=DEFAULT_MODEL,
        metavar="NAME_OR_DIR",
        help=_("the model to go on from, with its LoRA and tokens if it has any (default: {default})").format(
            default=DEFAULT_MODEL
        ),
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help=_("folder of the new model"))
    parser.add_argument("--name", metavar="NAME", help=_("of the new model (usual: that of its folder)"))
    parser.add_argument(
        "--config", type=Path, metavar="FILE.toml", help=_("how it is trained; the options below win over it")
    )
    parser.add_argument("--steps", type=whole, metavar="N", help=_("how long it learns"))
    parser.add_argument("--batch", type=whole, metavar="N", help=_("pictures a step"))
    parser.add_argument("--rank", type=whole, metavar="N", help=_("of the LoRA; its alpha is the same"))
    parser.add_argument("--learning-rate", type=decimal, metavar="X", help=_("of the LoRA"))
    parser.add_argument("--size", type=whole, metavar="PX", help=_("side of the pictures that are learnt"))
    parser.add_argument("--seed", type=whole, metavar="N", help=_("another seed draws otherwise"))
    parser.add_argument(
        "--prior",
        type=Path,
        metavar="DIR",
        help=_("captioned pictures of what the base knows, and is to go on knowing"),
    )
    parser.add_argument(
        "--suite", type=Path, metavar="FILE", help=_("recipes to judge by, one a line (usual: those held out)")
    )
    parser.add_argument("--resume", action="store_true", help=_("go on with the run that OUT holds, as it was told"))
    add_palette_option(parser, _)
    add_device_option(parser, _)
    parser.set_defaults(run=run, logs=True)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Train, judge, and write the model."""
    from plitka.model.training_run import run_training

    order = _order(options)
    with stoppable(terminal) as stop, _progress(order, terminal, stop) as watch:
        bundle = run_training(order, watch)
    if bundle is None:  # the first of several processes tells of it
        return EXIT_OK
    if options.json:
        told = [judgement.to_json() for judgement in watch.judgements]
        terminal.write_json({"model": bundle.label, "folder": str(bundle.folder), "judgements": told})
        return EXIT_OK
    terminal.write(terminal.gettext("{path}: the model {name}").format(path=bundle.folder, name=bundle.label))
    terminal.remark(terminal.gettext("its card and sheet: {path}").format(path=bundle.folder / "README.md"))
    terminal.remark(f"plitka generate RECIPE --mode text --model {bundle.folder}")
    return EXIT_OK


def _order(options: argparse.Namespace) -> "RunOrder":
    from plitka.core.judge.evaluation import read_suite
    from plitka.model.bundle import find_bundle
    from plitka.model.training_run import CONFIG, RunOrder

    palette, out = palette_of(options), options.output
    recipe = _recipe(options, out / CONFIG)
    out.mkdir(parents=True, exist_ok=True)
    check_writable(out)
    return RunOrder(
        folder=options.folder,
        base=find_bundle(options.base),
        out=out,
        name=_name(options.name or out.resolve().name),
        recipe=recipe,
        palette=palette,
        prior=options.prior,
        recipes=() if options.suite is None else tuple(read_suite(options.suite, palette)),
        device=options.device,
    )


def _name(name: str) -> str:
    import re

    from plitka.model.bundle import NAME_PATTERN

    if not re.fullmatch(NAME_PATTERN, name):
        raise InputError(
            "a model's name has letters, digits, dots, hyphens and underscores only, unlike {name!r}", name=name
        )
    return name


def _recipe(options: argparse.Namespace, kept: Path) -> "TrainRecipe":
    """What the run is told: by what it was told before, or by a file and the options.

    Raises:
        InputError: a run is there and is not to be gone on with, or the other way round.
    """
    from plitka.model.train_config import TrainRecipe, read_recipe

    if options.resume:
        if not kept.is_file():
            raise InputError("{path} holds no run to go on with; leave {name} out", path=kept.parent, name="--resume")
        return read_recipe(kept)
    if kept.is_file():
        raise InputError(
            "{path} holds a run already; go on with it by {name}, or name another folder",
            path=kept.parent,
            name="--resume",
        )
    recipe = TrainRecipe() if options.config is None else read_recipe(options.config)
    given = {name: getattr(options, name) for name in _TRAIN_CHOICES if getattr(options, name) is not None}
    if options.rank is not None:
        given["alpha"] = options.rank
    pictures = recipe.pictures if options.size is None else replace(recipe.pictures, size_px=options.size)
    return replace(recipe, train=replace(recipe.train, **given), pictures=pictures)


class _Watch:
    """Tells of a run on a terminal, and stops it when the event is set."""

    def __init__(self, terminal: Terminal, line: "tqdm[Never]", stop: Event, device: str) -> None:
        self.judgements: list[Judgement] = []
        self._terminal, self._line, self._stop, self._device = terminal, line, stop, device
        self._loss = terminal.gettext("loss")

    def notice(self, notice: Notice) -> None:
        """A line on stderr."""
        with self._hidden():
            self._terminal.notice(notice)

    def step(self, n_done: int, loss: float) -> None:
        """The line moves."""
        if self._line.n == 0 and n_done > 1:  # gone on with: the time left is that of the steps since
            self._line.initial = n_done - 1
        self._line.set_description_str("", refresh=False)
        self._line.update(n_done - self._line.n)
        if not self._line.disable:
            self._line.set_postfix_str(f"{self._loss} {loss:.4f}, {_memory_mib(self._device)} MiB")

    def judged(self, judgement: "Judgement") -> None:
        """A line on stderr."""
        self.judgements.append(judgement)
        with self._hidden():
            self._terminal.remark(_judgement_text(judgement, self._terminal))

    def wants_stop(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._stop.is_set()

    @contextmanager
    def _hidden(self) -> Iterator[None]:
        from tqdm import tqdm

        with tqdm.external_write_mode(file=self._terminal.stderr):
            yield


def _judgement_text(judgement: "Judgement", terminal: Terminal) -> str:
    """What was looked at, on a line."""
    _ = terminal.gettext
    figures = (
        (_("loss of what is learnt"), judgement.learnt_loss, 4),
        (_("of what is held out"), judgement.held_loss, 4),
        (_("share error, points"), judgement.share_error, 1),
        (_("other colours, %"), judgement.off_palette, 1),
        (_("distance from photographs"), judgement.realism, 2),
    )
    told = [f"{name} {terminal.figure(value, decimals)}" for name, value, decimals in figures if value is not None]
    return f"{_('step')} {judgement.step}: {', '.join(told)}"


@contextmanager
def _progress(order: "RunOrder", terminal: Terminal, stop: Event) -> Iterator[_Watch]:
    from tqdm import tqdm

    left = terminal.gettext("left")
    line: tqdm[Never] = tqdm(
        total=order.recipe.train.steps,
        file=terminal.stderr,
        disable=not terminal.shows_progress,
        leave=False,
        desc=terminal.gettext("preparing"),
        bar_format=f"{{desc}}{{bar}} {{n_fmt}}/{{total_fmt}}, {{remaining}} {left}{{postfix}}",
    )
    with line:
        yield _Watch(terminal, line, stop, order.device)


def _memory_mib(device: str) -> int:
    """What the run takes: of a GPU what tensors took at most, elsewhere of this process."""
    import torch

    from plitka.model.device import memory_bytes

    is_gpu = device != "cpu" and torch.cuda.is_available()
    used: dict[str, Any] = memory_bytes(torch.device("cuda" if is_gpu else "cpu"))
    return int(used.get("vram_peak_bytes", used["rss_bytes"])) // _MIB
