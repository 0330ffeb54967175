"""`plitka train`: from a folder of captioned pictures and a base to a model of one's own."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from plitka.cli.arguments import (
    Commands,
    Translate,
    add_command,
    add_device_option,
    add_palette_option,
    decimal,
    shown,
    whole,
    with_default,
)
from plitka.cli.engines import DEFAULT_MODEL
from plitka.cli.exit_codes import EXIT_OK
from plitka.cli.output import check_writable
from plitka.cli.progress import stoppable
from plitka.cli.recipe import palette_of
from plitka.cli.terminal import Terminal
from plitka.cli.train_watch import watching
from plitka.core.recipes.recipe import Notice
from plitka.core.scene import USUAL_LEARNT_PX
from plitka.errors import InputError
from plitka.model.training_defaults import BATCH, LEARNING_RATE, RANK, SEED, STEPS

if TYPE_CHECKING:
    from plitka.model.train_config import TrainRecipe
    from plitka.model.training_run import RunOrder

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
    parser.add_argument("--name", metavar="NAME", help=_("of the new model (default: that of its folder)"))
    parser.add_argument(
        "--config", type=Path, metavar="FILE.toml", help=_("how it is trained; the options below win over it")
    )
    parser.add_argument("--steps", type=whole, metavar="N", help=with_default(_("how long it learns"), STEPS, _))
    parser.add_argument("--batch", type=whole, metavar="N", help=with_default(_("pictures a step"), BATCH, _))
    parser.add_argument(
        "--rank", type=whole, metavar="N", help=with_default(_("of the LoRA; its alpha is the same"), RANK, _)
    )
    parser.add_argument(
        "--learning-rate", type=decimal, metavar="X", help=with_default(_("of the LoRA"), shown(LEARNING_RATE, _), _)
    )
    parser.add_argument(
        "--size",
        type=whole,
        metavar="PX",
        help=with_default(_("side of the pictures that are learnt"), USUAL_LEARNT_PX, _),
    )
    parser.add_argument(
        "--seed", type=whole, metavar="N", help=with_default(_("another seed draws otherwise"), SEED, _)
    )
    parser.add_argument(
        "--prior",
        type=Path,
        metavar="DIR",
        help=_("captioned pictures of what the base knows, and is to go on knowing"),
    )
    parser.add_argument(
        "--suite", type=Path, metavar="FILE", help=_("recipes to judge by, one a line (default: those held out)")
    )
    parser.add_argument("--resume", action="store_true", help=_("go on with the run that OUT holds, as it was told"))
    add_palette_option(parser, _)
    add_device_option(parser, _)
    parser.set_defaults(run=run, logs=True)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Train, judge, and write the model."""
    with stoppable(terminal) as stop:  # torch does not stand an interrupt while it is imported
        from plitka.model.training_run import run_training

        order = _order(options, terminal)
        with watching(order, terminal, stop) as watch:
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


def _order(options: argparse.Namespace, terminal: Terminal) -> "RunOrder":
    from plitka.core.judge.evaluation import read_suite
    from plitka.model.bundle import find_bundle
    from plitka.model.training_run import CONFIG, RunOrder

    palette, out = palette_of(options), options.output
    if out.resolve().is_relative_to(options.folder.resolve()):
        raise InputError(
            "{path} lies among the pictures, and the model has pictures of its own; name a folder outside of {folder}",
            path=out,
            folder=options.folder,
        )
    recipe = _recipe(options, out / CONFIG, terminal)
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


def _recipe(options: argparse.Namespace, kept: Path, terminal: Terminal) -> "TrainRecipe":
    """What the run is told: by what it was told before, or by a file and the options.

    Raises:
        InputError: a run is there and is not to be gone on with, or the other way round.
    """
    from plitka.model.train_config import read_recipe

    if options.resume:
        if not kept.is_file():
            raise InputError("{path} holds no run to go on with; leave {name} out", path=kept.parent, name="--resume")
        recipe = read_recipe(kept)
        _tell_passed_over(_asked_recipe(options), recipe, terminal)
        return recipe
    if kept.is_file():
        raise InputError(
            "{path} holds a run already; go on with it by {name}, or name another folder",
            path=kept.parent,
            name="--resume",
        )
    return _asked_recipe(options)


def _asked_recipe(options: argparse.Namespace) -> "TrainRecipe":
    """What a file and the options say; they win over it."""
    from plitka.model.train_config import TrainRecipe, read_recipe

    recipe = TrainRecipe() if options.config is None else read_recipe(options.config)
    given = {name: getattr(options, name) for name in _TRAIN_CHOICES if getattr(options, name) is not None}
    if options.rank is not None:
        given["alpha"] = options.rank
    pictures = recipe.pictures if options.size is None else replace(recipe.pictures, size_px=options.size)
    return replace(recipe, train=replace(recipe.train, **given), pictures=pictures)


def _tell_passed_over(asked: "TrainRecipe", kept: "TrainRecipe", terminal: Terminal) -> None:
    """Say which choices count no more, since the run was begun with others."""
    from plitka.model.train_config import TrainRecipe, plain

    usual, wanted, first = plain(TrainRecipe()), plain(asked), plain(kept)
    stays = [
        f"{table}.{name} = {first[table][name]}"
        for table, choices in wanted.items()
        for name, value in choices.items()
        if value not in (usual[table][name], first[table][name])
    ]
    if stays:
        terminal.notice(
            Notice(
                "the run goes on with what it was begun with: {choices}; for other choices begin one in another folder",
                {"choices": ", ".join(stays)},
            )
        )
