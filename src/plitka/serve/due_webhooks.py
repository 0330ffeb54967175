"""Webhooks that are to be told, as the database has them: none is lost, whatever ends the process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from plitka.serve import tables
from plitka.serve.store import OPEN, Store

_JOBS = tables.jobs.c


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWebhook:
    """A webhook that is to be told of its job."""

    job_id: str
    hook: Mapping[str, Any]
    """As the job has it."""


def find(store: Store) -> list[DueWebhook]:
    """Of jobs that ended, and whose webhook has not been told of it."""
    query = sa.select(_JOBS.id, _JOBS.webhook).where(_JOBS.webhook_due, _JOBS.state.not_in(OPEN)).order_by(_JOBS.number)
    return [DueWebhook(job_id=row.id, hook=row.webhook) for row in store.read(query)]


def settle(store: Store, job_id: str) -> None:
    """The webhook was told, or it never will be."""
    _set(store, job_id, is_due=False)


def renew(store: Store, job_id: str) -> None:
    """The webhook is to be told once more."""
    _set(store, job_id, is_due=True)


def _set(store: Store, job_id: str, *, is_due: bool) -> None:
    with store.write() as connection:
        connection.execute(sa.update(tables.jobs).where(_JOBS.id == job_id).values(webhook_due=is_due))
