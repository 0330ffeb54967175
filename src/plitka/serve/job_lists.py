"""Lists of jobs: of a key, and for who operates the service of any key, without what was asked for."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import sqlalchemy as sa

from plitka.serve import tables
from plitka.serve.store import LISTED, OPEN, Job, State, Store, job_of

_JOBS = tables.jobs.c
_KNOWN = (
    _JOBS.number, _JOBS.id, _JOBS.key_id, _JOBS.state, _JOBS.created_at, _JOBS.started_at, _JOBS.finished_at,
    _JOBS.picture,
)  # fmt: skip

_LONG = (_JOBS.request, _JOBS.result, _JOBS.error)
_LENGTH = sum((sa.func.coalesce(sa.func.length(sa.cast(column, sa.Text)), 0) for column in _LONG), sa.literal(0))
_PAGE_BYTES = 1_000_000
"""Of the orders, results and errors of one page of jobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some jobs of a list."""

    jobs: tuple[Job, ...]
    is_last: bool
    """Whether none comes behind them."""


def own_jobs(store: Store, key_id: str, *, state: State | None, before: int | None, limit: int) -> Page:
    """A key's jobs but those deleted, the newest first, from below the number `before`; masks are references."""
    mine = [_JOBS.key_id == key_id, _JOBS.deleted_at.is_(None)]
    mine += [] if state is None else [_JOBS.state == state]
    mine += [] if before is None else [_JOBS.number < before]
    newest = _JOBS.number.desc()
    lengths = store.read(
        sa.select(_JOBS.number, _LENGTH.label("length")).where(*mine).order_by(newest).limit(limit + 1)
    )
    n_jobs = _n_that_fit([row.length for row in lengths[:limit]])
    if not n_jobs:
        return Page(jobs=(), is_last=True)
    rows = store.read(
        sa.select(*LISTED).where(*mine, _JOBS.number >= lengths[n_jobs - 1].number).order_by(newest).limit(n_jobs)
    )
    return Page(jobs=tuple(map(job_of, rows)), is_last=n_jobs == len(lengths))


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


def _n_that_fit(lengths: Sequence[int]) -> int:
    """How many of some jobs make a page: the first always does, and no others above its limit."""
    n_bytes = list(accumulate(lengths))
    return max(min(1, len(lengths)), bisect_right(n_bytes, _PAGE_BYTES))
