"""What the commands of `plitka dataset` share: processes at work, and a line that shows how far they are."""

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from plitka.cli.arguments import Translate, whole
from plitka.cli.terminal import Terminal
from plitka.core.scene import check_range
from plitka.errors import FieldName

MAX_JOBS = 256
"""Processes."""


def add_jobs_option(parser: argparse.ArgumentParser, _: Translate) -> None:
    """How many processes are at work."""
    parser.add_argument("--jobs", type=whole, metavar="N", help=_("processes at work (default: one for each core)"))


def jobs_of(options: argparse.Namespace) -> int:
    """How many that is.

    Raises:
        InputError: none, or too many.
    """
    jobs = _n_cores() if options.jobs is None else options.jobs
    check_range(FieldName("jobs"), jobs, 1, MAX_JOBS)
    return int(jobs)


@contextmanager
def progress_line(n_pictures: int | None, terminal: Terminal) -> Iterator[Callable[[int], None]]:
    """A line that moves on by the number of pictures that it is called with, of as many in all if that is known."""
    from tqdm import tqdm

    with tqdm(total=n_pictures, file=terminal.stderr, disable=not terminal.shows_progress, unit="") as line:

        def advance(n: int) -> None:
            line.update(n)

        yield advance


def _n_cores() -> int:
    """Cores that this process may use, which in a container may be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
