"""`plitka dataset`: `render` makes a folder of captioned tiles to train with; the others look at one."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from plitka.cli import dataset_audit
from plitka.cli.arguments import (
    Commands,
    Translate,
    add_command,
    add_family,
    add_palette_option,
    add_size_option,
    whole,
    with_default,
)
from plitka.cli.dataset_work import add_jobs_option, jobs_of, progress_line
from plitka.cli.exit_codes import EXIT_OK
from plitka.cli.recipe import palette_of, split_names
from plitka.cli.scene import add_fraction_option
from plitka.cli.terminal import Terminal
from plitka.cli.version import version
from plitka.core.colour.palette import Palette
from plitka.core.generation import MAX_SEED
from plitka.core.scene import USUAL_FRACTION, check_range
from plitka.errors import FieldName

if TYPE_CHECKING:
    from plitka.core.dataset.rendering import DatasetConfig

SIZE_PX = 512


def add(commands: Commands, _: Translate) -> None:
    """Declare the commands."""
    actions = add_family(commands, "dataset", _, _("pictures to train with, and their captions"))
    add_render(actions, _)
    dataset_audit.add_audit(actions, _)
    dataset_audit.add_caption(actions, _)
    add_fetch(actions, _)


def add_render(actions: Commands, _: Translate) -> None:
    """Declare `dataset render`."""
    parser = add_command(actions, "render", _, _("render captioned tiles; an unfinished folder is continued"))
    parser.add_argument("folder", type=Path, metavar="DIR", help=_("folder of the pictures and their captions"))
    parser.add_argument("--count", type=whole, required=True, metavar="N", help=_("how many pictures DIR is to have"))
    add_size_option(parser, _, SIZE_PX)
    parser.add_argument(
        "--seed", type=whole, default=0, metavar="N", help=with_default(_("another seed makes other pictures"), 0, _)
    )
    add_jobs_option(parser, _)
    parser.add_argument(
        "--colours", metavar="COLOURS", help=_("colours to mix, with commas between (default: the 29 photographed)")
    )
    add_fraction_option(parser, _)
    add_palette_option(parser, _)
    parser.set_defaults(run=run_render)


def add_fetch(actions: Commands, _: Translate) -> None:
    """Declare `dataset fetch`."""
    parser = add_command(actions, "fetch", _, _("write a dataset of the Hugging Face hub into a folder"))
    parser.add_argument("name", metavar="OWNER/NAME", help=_("the dataset"))
    parser.add_argument("folder", type=Path, metavar="DIR", help=_("new folder of the pictures and their captions"))
    parser.add_argument(
        "--split", metavar="NAME", help=_("part of the dataset (default: {usual})").format(usual="train")
    )
    parser.add_argument("--revision", metavar="NAME", help=_("branch, tag or commit of the dataset"))
    parser.set_defaults(run=run_fetch)


def run_fetch(options: argparse.Namespace, terminal: Terminal) -> int:
    """Write the pictures and their captions, and tell how many there are."""
    from plitka.core.dataset.hub import USUAL_SPLIT, fetch_dataset

    with progress_line(None, terminal) as advance:
        n = fetch_dataset(
            options.name,
            options.folder,
            split=options.split or USUAL_SPLIT,
            revision=options.revision,
            on_pictures=advance,
        )
    if options.json:
        terminal.write_json({"folder": str(options.folder), "count": n})
    else:
        terminal.write(terminal.gettext("{path}: {n} pictures").format(path=options.folder, n=n))
    return EXIT_OK


def run_render(options: argparse.Namespace, terminal: Terminal) -> int:
    """Make what is missing, and tell how much that was."""
    palette = palette_of(options)
    check_range(FieldName("seed"), options.seed, 0, MAX_SEED)
    jobs = jobs_of(options)
    from plitka.core.dataset.rendering import MAX_COUNT, render_dataset

    check_range(FieldName("count"), options.count, 1, MAX_COUNT)
    config = _dataset_config(options, palette)
    with progress_line(options.count, terminal) as advance:
        n_made = render_dataset(options.folder, config, palette, options.count, jobs=jobs, on_pictures=advance)
    if options.json:
        terminal.write_json({"folder": str(options.folder), "made": n_made, "count": options.count})
    else:
        text = terminal.gettext("{path}: pictures made: {made}, there before: {kept}")
        terminal.write(text.format(path=options.folder, made=n_made, kept=options.count - n_made))
    return EXIT_OK


def _dataset_config(options: argparse.Namespace, palette: Palette) -> "DatasetConfig":
    from plitka.core.dataset.rendering import DatasetConfig

    colours = palette.catalogue if options.colours is None else palette.named(split_names(options.colours))
    return DatasetConfig(
        size_px=options.size,
        seed=options.seed,
        codes=tuple(colour.code for colour in colours),
        granules=USUAL_FRACTION if options.granules is None else options.granules,
        version=version(),
    )
