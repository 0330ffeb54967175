"""Logs on stderr, for a person or for a machine; only `main` calls this."""

import logging
import sys
from collections.abc import Collection, MutableMapping
from typing import Any


def configure_logs(*, verbose: bool, as_json: bool, kept: Collection[str] = ()) -> None:
    """Send every log event to stderr: warnings, with `verbose` also what happens.

    Args:
        verbose: see above.
        as_json: a line of JSON each, for a machine.
        kept: events that are sent without `verbose` too.
    """
    import structlog  # here, because it costs more than the whole of `plitka parse`

    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            *([] if verbose else [_only_warnings_and(kept)]),
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.dict_tracebacks] if as_json else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO if verbose or kept else logging.WARNING),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def _only_warnings_and(kept: Collection[str]) -> Any:  # noqa: ANN401  (a structlog processor)
    import structlog

    def sift(_logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if method == "info" and event["event"] not in kept:
            raise structlog.DropEvent
        return event

    return sift
