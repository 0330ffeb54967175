"""`plitka dataset render`: a folder of captioned tiles to train with."""

import argparse
import os
from pathlib import Path

from plitka.cli.arguments import Commands, Say, add_command, version
from plitka.cli.catalogue import find_colours, palette_of
from plitka.cli.scene import add_fraction_option
from plitka.cli.terminal import Terminal
from plitka.errors import InputError


def add(commands: Commands, _: Say) -> None:
    """Declare the commands."""
    help_text = _("make or check captioned pictures to train with")
    parser = commands.add_parser("dataset", help=help_text, description=help_text, allow_abbrev=False)
    actions = parser.add_subparsers(metavar=_("ACTION"), required=True)
    add_render(actions, _)


def add_render(actions: Commands, _: Say) -> None:
    """Declare `dataset render`."""
    parser = add_command(actions, "render", _, _("render captioned tiles; a folder left half done is gone on with"))
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--count", type=int, required=True, metavar="N", help=_("pictures that DIR shall have"))
    parser.add_argument(
        "--size", type=int, default=512, metavar="PX", help=_("side of the pictures (usual: {usual})").format(usual=512)
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help=_("another seed makes other pictures"))
    parser.add_argument("--jobs", type=int, metavar="N", help=_("processes at work (usual: one for each core)"))
    parser.add_argument(
        "--colours", metavar="COLOURS", help=_("colours to mix, with commas between (default: the 29 photographed)")
    )
    add_fraction_option(parser, _)
    parser.add_argument("--palette", type=Path, metavar="FILE", help=_("a maker's own colours, as CSV"))
    parser.set_defaults(run=run_render)


def run_render(options: argparse.Namespace, terminal: Terminal) -> int:
    """Make what is missing, and tell how much that was."""
    palette = palette_of(options)
    colours = palette.catalogue if options.colours is None else find_colours(options.colours, palette)
    _check_range("count", options.count, 1, 1_000_000)
    _check_range("seed", options.seed, 0, 2**32 - 1)
    jobs = _n_cores() if options.jobs is None else options.jobs
    _check_range("jobs", jobs, 1, 256)
    from tqdm import tqdm

    from plitka.core.files.dataset import TilesetConfig, render_tileset
    from plitka.core.tile.granules import USUAL_FRACTION

    config = TilesetConfig(
        size_px=options.size,
        seed=options.seed,
        codes=tuple(colour.code for colour in colours),
        granules=USUAL_FRACTION if options.granules is None else options.granules,
        version=version(),
    )
    with tqdm(total=options.count, file=terminal.stderr, disable=not terminal.shows_progress, unit="") as line:

        def advance(n: int) -> None:
            line.update(n)

        n_made = render_tileset(options.folder, config, palette, options.count, jobs=jobs, on_pictures=advance)
    if options.json:
        terminal.write_json({"folder": str(options.folder), "made": n_made, "count": options.count})
    else:
        told = terminal.gettext("{path}: {made} pictures made, {kept} were there")
        terminal.write(told.format(path=options.folder, made=n_made, kept=options.count - n_made))
    return 0


def _n_cores() -> int:
    """Cores that this process may use, which in a container may be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _check_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise InputError("{name} must lie in {low}..{high}, not {value}", name=name, low=low, high=high, value=value)
