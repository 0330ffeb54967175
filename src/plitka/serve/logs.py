"""What goes into the log of an error: where it was raised, without the server's paths and without anybody's values."""

import logging
import traceback
from typing import Any

import structlog

_N_FRAMES = 12


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
