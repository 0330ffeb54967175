"""The way of the log out of the process: who logs never waits for it, and is broken by nothing that becomes of it.

stderr may be a file on a disk that is full, or a pipe whose reader has ended or stands still. A line is for whoever
looks after the service; without it a request is still to be answered, and a picture to be made.
"""

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

import structlog

log = structlog.get_logger(__name__)

_HELD_CHARACTERS = 4_000_000
"""Of lines that wait for a log which stands still; a line beyond is lost."""
_CLOSE_S = 2.0
"""How long an end of the process waits for its last lines."""


class LogStream:
    """A text stream that a thread of its own writes on to another; safe to use from any thread."""

    def __init__(
        self, out: TextIO, n_characters: int = _HELD_CHARACTERS, on_return: Callable[[int], None] = lambda _n: None
    ) -> None:
        """Begin.

        Args:
            out: where the lines go.
            n_characters: how many wait at most; a line beyond is lost.
            on_return: told how many lines were lost, when one has been written again.
        """
        self.n_lost = 0
        """Lines since the last that was written."""
        self._out = out
        self._n_characters = n_characters
        self._on_return = on_return
        self._lines: deque[str] = deque()
        self._n_held = 0
        self._changed = threading.Condition()
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def write(self, text: str) -> int:
        """Have a line written soon, if there is room for it."""
        with self._changed:
            if self._n_held + len(text) > self._n_characters:
                self.n_lost += 1
            else:
                self._lines.append(text)
                self._n_held += len(text)
                self._changed.notify_all()
        return len(text)

    def flush(self) -> None:
        """Each line is flushed when it is written."""

    def settle(self, wait_s: float = _CLOSE_S) -> bool:
        """Wait until all lines are written; False if they are not within `wait_s`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._n_held, wait_s)

    def close(self, wait_s: float = _CLOSE_S) -> bool:
        """Write what waits, and end the thread; False if that took longer than `wait_s` and was left."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._thread.join(wait_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (text := self._next()) is not None:
            is_written = self._write(text)
            with self._changed:
                self._n_held -= len(text)
                self._changed.notify_all()
                n_lost, self.n_lost = self.n_lost, 0 if is_written else self.n_lost + 1
            if is_written and n_lost:
                self._on_return(n_lost)

    def _next(self) -> str | None:
        with self._changed:
            self._changed.wait_for(lambda: self._lines or self._is_closing)
            return self._lines.popleft() if self._lines else None

    def _write(self, text: str) -> bool:
        try:
            self._out.write(text)
            self._out.flush()
        except (OSError, ValueError):  # no room, no reader, or closed
            return False
        return True


@contextmanager
def log_aside() -> Iterator[LogStream]:
    """Until the end of the block structlog's lines go to stderr by this stream."""
    before = structlog.get_config()["logger_factory"]
    stream = LogStream(sys.stderr, on_return=lambda n_lines: log.warning("lines_lost", n_lines=n_lines))
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=stream))  # type: ignore[arg-type]  # it needs no more of a TextIO
    try:
        yield stream
    finally:
        structlog.configure(logger_factory=before)
        stream.close()
