"""A line that moves for each picture in work, and Ctrl-C that stops at the next step."""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Never

from plitka.cli.terminal import Terminal
from plitka.core.watch import Progress, following_stages
from plitka.errors import Cancelled

if TYPE_CHECKING:
    from tqdm import tqdm


_LOADING = frozenset(
    {"verify", "load_base", "move", "fuse_lora", "insert_embeddings", "place", "prove_tokens", "verify_weights"}
)
"""Stages of a model that is loaded; later ones are those of a picture, which is stopped at its steps."""


@contextmanager
def stoppable(terminal: Terminal) -> Iterator[threading.Event]:
    """While this is open Ctrl-C sets the event, and a second Ctrl-C ends the process at once."""
    stop = threading.Event()

    def on_interrupt(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        terminal.remark(terminal.gettext("\nstopping at the next step; Ctrl-C again stops at once"))

    if threading.current_thread() is not threading.main_thread():  # only that one may handle signals
        yield stop
        return
    usual = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, usual)


@contextmanager
def stage_line(terminal: Terminal, stop: threading.Event) -> Iterator[None]:
    """While this is open a line says what is being done, from the first second on, if the terminal shows progress.

    A stage that has no name of its own belongs to the one before it. Once the event is set a model is not loaded any
    further.

    Raises:
        Cancelled: the event was set while a model was loaded.
    """
    from tqdm import tqdm

    names = _stage_names(terminal.gettext)

    def tell(stage: str) -> None:
        if stop.is_set() and stage in _LOADING:
            raise _unfinished()
        if stage in names:
            line.set_description_str(names[stage])

    line = tqdm(
        bar_format="{desc}",
        file=terminal.stderr,
        disable=not terminal.shows_progress,
        leave=False,
        desc=terminal.gettext("starting"),
    )
    with line, following_stages(tell):
        yield


def _unfinished() -> Cancelled:
    return Cancelled("stopped before the picture was finished; it was not written")


def _stage_names(_: Callable[[str], str]) -> dict[str, str]:
    """What a person is told of the stages that take a while."""
    return {
        "verify": _("checking the model's files"),
        "load_base": _("loading the model"),
        "fuse_lora": _("loading the model"),
        "map": _("laying granules"),
        "encode": _("painting"),
        "denoise": _("painting"),
        "decode": _("painting"),
        "swatch": _("measuring"),
        "measure": _("measuring"),
    }


class ProgressLines:
    """A `Watch` that shows a line for each picture in work, and cancels all of them once the event is set.

    A context manager: at its end no line is left on the screen.
    """

    def __init__(
        self, terminal: Terminal, titles: Sequence[str], n_steps: int, stop: threading.Event, *, n_open: int = 1
    ) -> None:
        """Prepare the lines.

        Args:
            terminal: where they are shown, if it shows progress.
            titles: one for each picture.
            n_steps: of each; a report may say otherwise.
            stop: pictures are cancelled at their next step once it is set.
            n_open: so many of the unfinished pictures have a line before their first step is done.
        """
        self._terminal = terminal
        self._titles = titles
        self._n_steps = n_steps
        self._stop = stop
        self._n_open = n_open
        self._lines: dict[int, tqdm[Never]] = {}
        self._waiting = list(range(len(titles)))

    def __enter__(self) -> "ProgressLines":
        self._open_next()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ExitStack() as lines:
            for line in self._lines.values():
                lines.callback(line.close)

    def wants_preview(self, index: int, step: int) -> bool:
        """A line shows no picture."""
        del index, step
        return False

    def report(self, index: int, progress: Progress) -> None:
        """Move the picture's line.

        Raises:
            Cancelled: the event is set.
        """
        line, title = self._line(index), self._titles[index]
        if progress.attempt > 1:
            title = f"{title}  {self._terminal.gettext('attempt')} {progress.attempt}"
        _move(line, progress, title)
        if self._stop.is_set():
            raise _unfinished()

    def close(self, index: int) -> None:
        """Take a finished picture's line away, and show the next one's."""
        self._line(index).close()
        del self._lines[index]
        self._open_next()

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """While this is open no line stands where something else is written."""
        from tqdm import tqdm

        with tqdm.external_write_mode(file=self._terminal.stderr):
            yield

    def _open_next(self) -> None:
        while self._waiting and len(self._lines) < self._n_open:
            self._line(self._waiting[0])

    def _line(self, index: int) -> "tqdm[Never]":
        if index not in self._lines:
            self._waiting.remove(index)
            self._lines[index] = _new_line(self._terminal, self._titles[index], self._n_steps)
        return self._lines[index]


def _new_line(terminal: Terminal, title: str, n_steps: int) -> "tqdm[Never]":
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
