"""What operators have done, kept for good: who, when, what, to whom; no key, no recipe and no picture is among it."""

import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
import structlog

from plitka.serve import tables
from plitka.serve.store import Store

log = structlog.get_logger(__name__)

COMMAND_LINE = "command line"
"""The actor where it was done on the machine itself."""
_TABLE = tables.audit.c


def note(store: Store, actor: str, action: str, subject: str, **details: object) -> None:
    """Keep one deed, and log it.

    Args:
        store: where.
        actor: id of the operator's key, or `COMMAND_LINE`.
        action: what was done, as "key.revoke".
        subject: id of the key or the job that it was done to, or what else.
        details: what JSON can have.
    """
    row = {"at": time.time(), "actor": actor, "action": action, "subject": subject, "details": details}
    with store.write(on_disk=True) as connection:
        connection.execute(sa.insert(tables.audit).values(row))
    if actor != COMMAND_LINE:  # whose output is for a script
        log.info("audit", actor=actor, action=action, subject=subject)


def entries(store: Store, *, before: int | None = None, limit: int = 100) -> Sequence[sa.Row[Any]]:
    """The newest first, from below the number `before`."""
    query = sa.select(tables.audit).order_by(_TABLE.number.desc()).limit(limit)
    return store.read(query if before is None else query.where(_TABLE.number < before))
