"""Lists of jobs for who operates the service: of any key, and without what was asked for."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from plitka.serve import tables
from plitka.serve.store import OPEN, Job, State, Store

_JOBS = tables.jobs.c
_KNOWN = (
    _JOBS.number, _JOBS.id, _JOBS.key_id, _JOBS.state, _JOBS.created_at, _JOBS.started_at, _JOBS.finished_at,
    _JOBS.picture,
)  # fmt: skip


def known_jobs(
    store: Store, *, key_id: str | None, state: State | None, before: int | None, limit: int
) -> Sequence[sa.Row[Any]]:
    """Jobs but those deleted, the newest first, from below the number `before`."""
    query = sa.select(*_KNOWN).where(_JOBS.deleted_at.is_(None)).order_by(_JOBS.number.desc()).limit(limit)
    for column, value in ((_JOBS.key_id, key_id), (_JOBS.state, state)):
        query = query if value is None else query.where(column == value)
    return store.read(query if before is None else query.where(_JOBS.number < before))


def ended_jobs(store: Store, key_id: str, *, before: float | None, limit: int) -> list[Job]:
    """A key's jobs that have ended and are not deleted, the oldest first."""
    query = sa.select(_JOBS.id).where(_JOBS.key_id == key_id, _JOBS.deleted_at.is_(None), _JOBS.state.not_in(OPEN))
    query = query if before is None else query.where(_JOBS.created_at < before)
    found = (store.find_job(row.id) for row in store.read(query.order_by(_JOBS.number).limit(limit)))
    return [job for job in found if job is not None]
