"""Which worker has which job: the queue in the database as workers take from it, each a process on whatever machine.

A worker has a row of its own, whose `beat` grows while it lives. A job that it takes names it as its owner, and from
then on whatever the worker writes of the job holds only as long as that is so. Whoever watches the workers ends the
lease of one whose beat stands still, by a clock that nobody sets: then its jobs have no owner, and what it still writes
of them changes nothing. So a job has one owner at a time and ends once, however many machines there are and however
their clocks go.
"""

import os
import socket
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from plitka.serve import tables
from plitka.serve.life import Life
from plitka.serve.store import OPEN, Job, State, Store

_JOBS = tables.jobs.c
_WORKERS = tables.workers.c
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PIDS = Path("/proc/self/ns/pid")

# Written once, as in `plitka.serve.store`.
_IS_OPEN = sa.or_(*(_JOBS.state == state for state in OPEN))
_NEXT = (
    sa.select(_JOBS.id, _JOBS.n_starts)
    .where(_JOBS.state == State.QUEUED, _JOBS.turn.is_not(None), _JOBS.owner.is_(None))
    .order_by(_JOBS.priority.desc(), _JOBS.turn, _JOBS.number)
    .limit(sa.bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    sa.update(tables.jobs)
    .where(_JOBS.id == sa.bindparam("job"), _JOBS.state == State.QUEUED, _JOBS.owner.is_(None))
    .values(owner=sa.bindparam("worker"), stop=None)
)
_TOLD = ("life", "model", "defaults", "progress", "figures")
_BEAT = sa.update(tables.workers).where(_WORKERS.id == sa.bindparam("worker")).values(
    {name: sa.bindparam(f"new_{name}", type_=_WORKERS[name].type) for name in _TOLD} | {"beat": _WORKERS.beat + 1}
)  # fmt: skip
_SHOW = sa.update(tables.workers).where(_WORKERS.id == sa.bindparam("worker"))
_OWN = sa.select(_JOBS.id, _JOBS.stop, _JOBS.is_watched).where(_JOBS.owner == sa.bindparam("worker"), _IS_OPEN)
_OPEN = sa.select(_JOBS.id, _JOBS.state, _JOBS.owner, _JOBS.started_at, _JOBS.n_starts).where(_IS_OPEN)
_SEEN = [column for column in _WORKERS if column.name != "previews"]


class Stop:
    """Why a job is to stop at its next step."""

    CANCELLED = "cancelled"
    LEFT = "left"
    """Whoever waited for it has gone."""


def this_place() -> str:
    """What no two machines, and no two containers that count their processes apart, share."""
    with suppress(OSError):
        return f"{_BOOT_ID.read_text().strip()} {_PIDS.readlink()}"
    return f"{uuid.getnode():x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRow:
    """A worker as the database knows it."""

    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    place: str = field(default_factory=this_place)
    """The machine, and which of its numbers of processes `pid` is one of."""
    pid: int = field(default_factory=os.getpid)
    name: str = field(default_factory=socket.gethostname)
    life: Life = Life.STARTING
    model: str | None = None
    """Name of its engine; None while none is loaded."""
    defaults: Mapping[str, Any] | None = None
    """What that engine uses where an order leaves the choice to it."""
    beat: int = 0
    progress: Mapping[str, Any] = field(default_factory=dict)
    """Job -> step, n_steps, attempt, and the step of its newest preview."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """As `plitka.serve.worker_figures` writes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted of a job that a worker has."""

    stop: str | None
    is_watched: bool
    """Whether somebody would look at a preview."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenJob:
    """What changes of a job until it ends."""

    state: State
    owner: str | None
    started_at: float | None
    n_starts: int


# A worker's own


def join(store: Store, row: WorkerRow) -> None:
    """A worker begins; one that was taken for dead begins anew."""
    values = {name: getattr(row, name) for name in WorkerRow.__dataclass_fields__}
    with store.write() as connection:
        connection.execute(sa.insert(tables.workers).values(previews={}, **values))


def part(store: Store, worker: str) -> None:
    """A worker ends, and has no jobs any more."""
    with store.write() as connection:
        connection.execute(sa.delete(tables.workers).where(_WORKERS.id == worker))


def beat(store: Store, row: WorkerRow, previews: Mapping[str, Any] | None = None) -> dict[str, Wish] | None:
    """Say that a worker lives and how far it has come; what is wanted of each of its jobs, of all that it has.

    Args:
        store: the database.
        row: the worker as it is.
        previews: job -> step and JPEG of its newest preview, as JSON carries it; None: those that were told last.

    Returns:
        None where it was taken for dead, and its jobs are others'.
    """
    values = {f"new_{name}": getattr(row, name) for name in _TOLD}
    with store.write() as connection:
        if previews is not None:
            connection.execute(_SHOW.values(previews=previews), {"worker": row.id})
        if not connection.execute(_BEAT, {"worker": row.id, **values}).rowcount:
            return None
        rows = connection.execute(_OWN, {"worker": row.id}).all()
    return {row.id: Wish(stop=row.stop, is_watched=bool(row.is_watched)) for row in rows}


@dataclass(frozen=True, slots=True)
class OfModel:
    """Which jobs a worker takes, where there are several models."""

    name: str
    others: tuple[str, ...] | None = None
    """It also makes what names no model, and tells of what names none that there is: all but what names these."""

    def is_met(self) -> sa.ColumnElement[bool]:
        """By a job."""
        if self.others is None:
            return _is_of(self.name)
        return (
            sa.or_(_JOBS.model.is_(None), *(sa.and_(*(sa.not_(_is_of(name)) for name in self.others)),))
            if self.others
            else sa.true()
        )


def _is_of(name: str) -> sa.ColumnElement[bool]:
    return sa.or_(_JOBS.model == name, _JOBS.model.startswith(f"{name}@", autoescape=True))


def take(store: Store, worker: str, limit: int = 1, only: OfModel | None = None) -> list[Job]:
    """The next jobs that wait, or of one model, which are the worker's from now on; at most `limit`.

    Priority first, then turns, then age. One that was begun before and did not end is taken alone: should it end the
    process again, no other job goes with it.
    """
    with store.write() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # so that nobody takes them between the two statements
        query = _NEXT if only is None else _NEXT.where(only.is_met())
        rows = connection.execute(query, {"limit": limit}).all()
        first = next((place for place, row in enumerate(rows) if row.n_starts), len(rows))
        chosen = [row.id for row in rows[: first or 1]]
        for job_id in chosen:
            connection.execute(_CLAIM, {"job": job_id, "worker": worker})
    return [job for job_id in chosen if (job := store.find_job(job_id)) is not None]


def wish(store: Store, job_id: str) -> Wish | None:
    """What is wanted of one of the store's worker's jobs now; None if it is not its own any more."""
    query = sa.select(_JOBS.stop, _JOBS.is_watched).where(_JOBS.id == job_id, _JOBS.owner == store.worker, _IS_OPEN)
    return next((Wish(stop=row.stop, is_watched=bool(row.is_watched)) for row in store.read(query)), None)


def end_stopped(store: Store, job_id: str, stop: str, now: float, error: Mapping[str, Any] | None) -> bool:
    """Cancel one of the store's worker's jobs, which was asked to stop; False where that is not so any more."""
    is_asked = sa.and_(_JOBS.id == job_id, _JOBS.owner == store.worker, _JOBS.stop == stop, _IS_OPEN)
    unmade = dict.fromkeys(("picture", "n_bytes", "result", *tables.LEASE), sa.null())
    ended = {"state": State.CANCELLED, "finished_at": now, "error": error}
    with store.write() as connection:
        return connection.execute(sa.update(tables.jobs).where(is_asked).values(unmade | ended)).rowcount > 0


# The service's


def clear(store: Store) -> None:
    """From now on no worker takes anything, and what any has is nobody's."""
    free = dict.fromkeys(("turn", *tables.LEASE))
    with store.write() as connection:
        connection.execute(sa.delete(tables.workers))
        is_shared = sa.or_(_JOBS.turn.is_not(None), _JOBS.owner.is_not(None))
        connection.execute(sa.update(tables.jobs).where(_IS_OPEN, is_shared).values(free))


def workers(store: Store) -> list[WorkerRow]:
    """All that have joined, and were not taken for dead."""
    rows = store.read(sa.select(*_SEEN))
    return [WorkerRow(**dict(row._mapping) | {"life": Life(row.life)}) for row in rows]  # noqa: SLF001  (SQLAlchemy's public name for it)


def previews(store: Store, worker: str) -> Mapping[str, Any]:
    """Job -> step and JPEG of its newest preview."""
    rows = store.read(sa.select(_WORKERS.previews).where(_WORKERS.id == worker))
    found: Mapping[str, Any] = rows[0].previews if rows else {}
    return found


def open_jobs(store: Store) -> dict[str, OpenJob]:
    """Every job that has not ended."""
    return {
        row.id: OpenJob(state=State(row.state), owner=row.owner, started_at=row.started_at, n_starts=row.n_starts)
        for row in store.read(_OPEN)
    }


def line_up(store: Store, job_id: str, turn: int) -> None:
    """Let a job that waits be taken at its turn."""
    with store.write() as connection:
        connection.execute(sa.update(tables.jobs).where(_JOBS.id == job_id, _IS_OPEN).values(turn=turn))


def ask(store: Store, job_ids: Sequence[str], **wishes: object) -> bool:
    """Have workers know what is wanted of jobs that they have, `stop` or `is_watched`; False where none is open."""
    change = sa.update(tables.jobs).where(_JOBS.id.in_(job_ids), _IS_OPEN)
    with store.write() as connection:
        return connection.execute(change.values(wishes)).rowcount > 0


def owner(store: Store, job_id: str) -> str | None:
    """Which worker has a job."""
    return next((row.owner for row in store.read(sa.select(_JOBS.owner).where(_JOBS.id == job_id))), None)


def abandoned(store: Store) -> list[tuple[str, str | None]]:
    """Ids of open jobs whose owner is not among the workers, and why each was to stop."""
    query = sa.select(_JOBS.id, _JOBS.stop).where(_JOBS.owner.is_not(None), _IS_OPEN)
    return [(row.id, row.stop) for row in store.read(query.where(_JOBS.owner.not_in(sa.select(_WORKERS.id))))]


def release(store: Store, job_id: str) -> None:
    """A job that was taken and not begun has no owner any more."""
    change = sa.update(tables.jobs).where(_JOBS.id == job_id, _JOBS.state == State.QUEUED)
    with store.write() as connection:
        connection.execute(change.values(dict.fromkeys(tables.LEASE)))
