"""A line that moves while a picture is made, and Ctrl-C that stops it cleanly."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Never

from plitka.cli.terminal import Terminal
from plitka.core.generation import OnProgress, Progress
from plitka.errors import Cancelled

if TYPE_CHECKING:
    from tqdm import tqdm

ProgressOf = Callable[[str, int], AbstractContextManager[OnProgress]]
"""A picture's title and number of steps -> its progress line, for as long as that picture is made."""


@contextmanager
def stoppable(terminal: Terminal) -> Iterator[ProgressOf]:
    """While this is open Ctrl-C stops at the next step, and a second one ends the process at once."""
    stop = threading.Event()

    def on_interrupt(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        terminal.remark(terminal.gettext("\nstopping at the next step; Ctrl-C again stops at once"))

    @contextmanager
    def progress_of(title: str, n_steps: int) -> Iterator[OnProgress]:
        attempt = terminal.gettext("attempt")
        with _progress_line(terminal, title, n_steps) as line:

            def on_progress(progress: Progress) -> None:
                _move(line, progress, title if progress.attempt == 1 else f"{title}  {attempt} {progress.attempt}")
                if stop.is_set():
                    raise Cancelled("stopped before the picture was finished; it was not written")

            yield on_progress

    if threading.current_thread() is not threading.main_thread():  # only that one may handle signals
        yield progress_of
        return
    usual = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield progress_of
    finally:
        signal.signal(signal.SIGINT, usual)


def _progress_line(terminal: Terminal, title: str, n_steps: int) -> "tqdm[Never]":
    from tqdm import tqdm

    left = terminal.gettext("left")
    return tqdm(
        desc=title,
        total=n_steps,
        file=terminal.stderr,
        disable=not terminal.shows_progress,
        leave=False,
        bar_format=f"{{desc}} {{bar}} {{n_fmt}}/{{total_fmt}}, {{remaining}} {left}",
    )


def _move(line: "tqdm[Never]", progress: Progress, title: str) -> None:
    if progress.step <= line.n:  # steps are counted anew, and the time left is that of this attempt
        line.reset()
        line.set_description_str(title)
    line.total = progress.n_steps  # an engine may take more steps than it was asked for, or fewer
    line.update(progress.step - line.n)
