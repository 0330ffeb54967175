"""How many files the process may have open; connections are files too."""

import resource

import structlog

from plitka.errors import InputError

log = structlog.get_logger(__name__)

ACCEPTED_AT_ONCE = 32
"""Connections that are accepted in one go, before one above the limit can be closed."""
_RESERVED = 320
"""For the database (50 connections with three files each), pictures, uploads, the model, webhooks and the log."""
_LEAST = 64
"""Connections without which there is no service."""

_MANY = 1_000_000
"""Where there is no limit."""


def connections_that_fit(wanted: int) -> int:
    """How many connections can be open at once without taking files from anything else.

    The process is allowed as many files as the system lets it have.

    Raises:
        InputError: they are too few for any service.
    """
    n_files = _raise_limit()
    # A burst is closed in the turn of the event loop that counts it, while the next one is being accepted.
    fitting = n_files - _RESERVED - 3 * ACCEPTED_AT_ONCE
    if fitting < _LEAST:
        raise InputError(
            "this process may open {n_files} files, and a service needs {needed}; raise the limit (ulimit -n)",
            n_files=n_files,
            needed=n_files - fitting + _LEAST,
        )
    if fitting < wanted:
        log.warning("few_files", n_files=n_files, n_connections=fitting)
    return min(wanted, fitting)


def _raise_limit() -> int:
    """The number of files that may be open, after raising it as far as this process may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError):  # some systems allow less than they say
        hard = soft
    return _MANY if hard == resource.RLIM_INFINITY else hard
