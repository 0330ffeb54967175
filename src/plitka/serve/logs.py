"""What goes into the log.

Of an error where it was raised, without the server's paths and without anybody's values; of what is told too often at
once, some lines and how many more there were.
"""

import logging
import re
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

import structlog

_N_FRAMES = 12
_LINES_AT_ONCE = 300
_WINDOW_S = 10.0
_MAX_KINDS = 1000
_KIND_FIELDS = ("level", "route", "status", "reason")
_OF_JOB = ("job_id", "job_ids")
_DIGITS = re.compile(r"\d+")


def frames(error: BaseException) -> list[str]:
    """The innermost calls that an error came through, as `module:line function`."""
    found = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False)
    return [f"{_module(frame.filename)}:{frame.lineno} {frame.name}" for frame in found[-_N_FRAMES:]]


def _module(path: str) -> str:
    """The dotted part of a file's path from its package on, without where that is installed."""
    parts = path.removesuffix(".py").replace("\\", "/").split("/")
    for root in ("site-packages", "src"):
        if root in parts:
            return ".".join(parts[len(parts) - parts[::-1].index(root) :])
    return parts[-1]


class ForwardHandler(logging.Handler):
    """Passes what libraries log by the standard library on to structlog, so that there is one log."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line, without its traceback's paths."""
        fields: dict[str, Any] = {}
        if record.exc_info and record.exc_info[1] is not None:
            fields = {"error": type(record.exc_info[1]).__name__, "frames": frames(record.exc_info[1])}
        logger = structlog.get_logger(record.name)
        logger.log(record.levelno, record.getMessage().partition("\n")[0], **fields)


def forward_library_logs() -> None:
    """Log what uvicorn, SQLAlchemy and Alembic log, from warnings on, as our own lines."""
    root = logging.getLogger()
    root.handlers = [ForwardHandler()]
    root.setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        library = logging.getLogger(name)
        library.handlers, library.propagate = [], True
    logging.getLogger("uvicorn.access").disabled = True


@dataclass(slots=True)
class _Window:
    """What was logged of one kind since `began_at`, and what was not."""

    began_at: float
    n_logged: int = 0
    n_left_out: int = 0


class LineLimit:
    """A structlog processor that leaves lines out where too many of one kind come at once.

    The next line of that kind has their number as `n_left_out`. Every line of a job is kept.
    """

    def __init__(self, n_lines: int = _LINES_AT_ONCE, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin.

        Args:
            n_lines: of one kind, in 10 s.
            clock: seconds.
        """
        self._n_lines = n_lines
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: OrderedDict[tuple[object, ...], _Window] = OrderedDict()

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """The line, or structlog's DropEvent."""
        if any(name in event for name in _OF_JOB):
            return event
        kind = (_DIGITS.sub("#", str(event["event"])), *map(event.get, _KIND_FIELDS))
        with self._lock:
            n_left_out = self._count(kind)
        if n_left_out:
            event["n_left_out"] = n_left_out
        return event

    def _count(self, kind: tuple[object, ...]) -> int:
        now = self._clock()
        window = self._windows.setdefault(kind, _Window(now))
        n_left_out = 0
        if now - window.began_at >= _WINDOW_S:
            n_left_out = window.n_left_out
            window = self._windows[kind] = _Window(now)
        if window.n_logged >= self._n_lines:
            window.n_left_out += 1
            raise structlog.DropEvent
        window.n_logged += 1
        if len(self._windows) > _MAX_KINDS:
            self._windows.popitem(last=False)
        return n_left_out


def limit_lines() -> None:
    """Put a `LineLimit` before whatever writes the lines."""
    *before, writer = structlog.get_config()["processors"]
    structlog.configure(processors=[*before, LineLimit(), writer])
