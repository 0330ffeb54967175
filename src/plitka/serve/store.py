"""The database of keys and jobs: SQLite by default, PostgreSQL by its URL.

Decisions:
* One service owns a database; a second one is refused. No other process changes a job's row, but for those that wait
  when their key is revoked, and workers, each only the rows of jobs that it has taken (`plitka.serve.leases`).
* A commit is with the operating system before an answer is sent, so it survives any end of the process. Waiting for
  the disk as well costs milliseconds a commit, and is chosen by `Settings.survive_power_cut`. What makes or ends a key
  or ends a session always waits: a power cut must open no door that was closed.
* SQLite lets one writer in, and the others poll with pauses; a lock of our own wakes the next one at once.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from plitka.serve import revisions, tables, waits
from plitka.serve.database import OpenedFile, commit_soon, connect, take_ownership, transaction, write_ahead
from plitka.serve.integrity import require_sound, told_of_database
from plitka.serve.kept_masks import put_masks, take_masks
from plitka.serve.settings import Settings

_SECRET_BYTES = 32
_TABLES_WAIT_MS = 1000
"""For the tables, when it is found out whether they can be written."""


class State(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen to the job any more."""
        return self not in OPEN


OPEN = (State.QUEUED, State.RUNNING)
"""The states of jobs that have not ended."""

_FREE: Mapping[str, None] = MappingProxyType(dict.fromkeys(tables.LEASE))
"""The lease of a job that nobody has."""

# What every job needs is written once and not at each call: building a statement takes longer than executing it.
_FIND_KEY = sa.select(tables.keys).where(tables.keys.c.id == sa.bindparam("key"))
_IS_REVOKED = tables.keys.c.revoked_at.is_not(None)
_KEPT = [column for column in tables.jobs.c if column.name not in tables.LEASE]
_FIND_JOB = sa.select(*_KEPT).where(tables.jobs.c.id == sa.bindparam("job"))
_FIND_OWN_JOB = _FIND_JOB.where(tables.jobs.c.key_id == sa.bindparam("key"))
LISTED = [column for column in _KEPT if column is not tables.jobs.c.masks]
"""What a list reads of a job."""
_ANY_JOB = sa.select(tables.jobs.c.number).limit(1)
_ADD_JOB = sa.insert(tables.jobs).returning(tables.jobs.c.number)
# Not IN, whose list SQLAlchemy would write out anew for each call.
_IS_OPEN = sa.or_(*(tables.jobs.c.state == state for state in OPEN))
_CHANGE_JOB = sa.update(tables.jobs).where(tables.jobs.c.id == sa.bindparam("job"), _IS_OPEN)
_IS_OWN = tables.jobs.c.owner == sa.bindparam("worker")
_END_WAITING = (
    sa.update(tables.jobs)
    .where(tables.jobs.c.id == sa.bindparam("job"), tables.jobs.c.state == State.QUEUED)
    .values({name: sa.bindparam(f"new_{name}") for name in ("state", "finished_at", "error")})
)


@cache
def _change_job(names: tuple[str, ...], *, is_owned: bool) -> sa.Update:
    """The change of these columns of a job that has not ended, and perhaps only while it is its owner's."""
    change = _CHANGE_JOB.where(_IS_OWN) if is_owned else _CHANGE_JOB
    return change.values({name: sa.bindparam(f"new_{name}") for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """A key as it is kept; the secret itself is not."""

    id: str
    name: str
    role: str
    salt: bytes
    hash: bytes
    per_minute: int | None
    daily: int | None
    created_at: float
    expires_at: float | None
    revoked_at: float | None = None
    concurrency: int | None = None
    """Its jobs that may be open at once; None: as many as wait for anybody."""
    addresses: Sequence[str] | None = None
    """Addresses and networks that it may be used from; None: any."""
    webhook_hosts: Sequence[str] | None = None
    """That it may have told, in place of those of the settings; None: those."""
    last_used_at: float | None = None
    old_salt: bytes | None = None
    old_hash: bytes | None = None
    """Of the secret before the last rotation, which opens as well until `old_until`."""
    old_until: float | None = None
    keep_days: float | None = None
    """How long its pictures are kept; None: as long as those of others."""
    keep_bytes: int | None = None
    """Of its pictures; None: no limit of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A picture that was asked for; times are seconds since 1970."""

    id: str
    key_id: str
    request: Mapping[str, Any]
    """As `plitka.serve.orders.Order` writes it."""
    request_id: str
    created_at: float
    priority: int = 0
    deadline_at: float | None = None
    idempotency_key: str | None = None
    webhook: Mapping[str, Any] | None = None
    webhook_due: bool = False
    model: str | None = None
    """NAME or NAME@VERSION of the model that it was ordered of; None: whichever is served."""
    state: State = State.QUEUED
    started_at: float | None = None
    finished_at: float | None = None
    n_starts: int = 0
    picture: str | None = None
    """SHA-256 of the PNG."""
    result: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    deleted_at: float | None = None
    """When its owner deleted it; then the request is empty."""
    is_favourite: bool = False
    """Whether it stays, however old it is."""
    n_bytes: int | None = None
    """Of its picture."""
    turn: int | None = None
    """Its place among jobs of its priority, where several workers share the queue; None: this process has the queue."""
    number: int = 0
    """Order of acceptance, from 1; 0 before the store has it."""


class Store:
    """The database."""

    def __init__(self, engine: sa.Engine, held: ExitStack, wait_s: float, worker: str | None = None) -> None:
        """Over an engine whose tables are there; a lock of ours is waited for at most `wait_s`.

        A `worker`'s changes hold only for jobs that it has taken and that nobody took from it.
        """
        self.engine = engine
        self.worker = worker
        self._held = held
        self._wait_s = wait_s
        self._writing = threading.Lock()
        self.on_error: Callable[[], None] = lambda: None
        """Told of each statement that fails for the database, and not for what it says."""
        self._file = None if self.folder is None else OpenedFile(Path(engine.url.database or ""))

    def close(self) -> None:
        """Give the ownership and the connections back."""
        self._held.close()
        if self._file is not None:
            self._file.close()

    @property
    def folder(self) -> Path | None:
        """Where SQLite's file is; None for another database."""
        url = self.engine.url
        return Path(url.database or "").parent if url.get_backend_name() == "sqlite" else None

    def require_place(self) -> None:
        """Find out whether another start would find what is written now; this costs no more than a look at the files.

        Raises:
            StorageAway: SQLite's file or its log is not there any more.
        """
        if self._file is not None:
            self._file.require()

    def check(self) -> None:
        """Find out whether the database answers, is the one that was opened, and lets us write to its tables.

        Raises:
            StorageAway: it does not. So does every other method here.
        """
        with self.write() as connection:
            self.require_place()
            if self._file is not None:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                connection.execute(_ANY_JOB)
                self._file.require_log()
            elif connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on":
                raise waits.away()
            else:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_TABLES_WAIT_MS}ms'")
                connection.exec_driver_sql("LOCK TABLE keys, jobs IN ROW EXCLUSIVE MODE")  # as whoever writes takes it

    @contextmanager
    def write(self, *, on_disk: bool = False) -> Iterator[sa.Connection]:
        """A transaction, one at a time; with `on_disk` neither a power cut nor a moved file undoes it."""
        if on_disk:
            self.require_place()
        if not self._writing.acquire(timeout=self._wait_s):
            raise waits.away()
        try:
            with waits.translated(self.on_error), transaction(self.engine, on_disk=on_disk) as connection:
                yield connection
        finally:
            self._writing.release()

    def read(self, query: sa.Select[Any], **values: object) -> Sequence[sa.Row[Any]]:
        """The rows of a question."""
        with waits.translated(self.on_error), self.engine.connect() as connection:
            return connection.execute(query, values).all()

    # Keys

    def add_key(self, key: KeyRow) -> None:
        """Keep a new key."""
        with self.write(on_disk=True) as connection:
            connection.execute(sa.insert(tables.keys).values(**asdict(key)))

    def find_key(self, key_id: str) -> KeyRow | None:
        """The key of an id, revoked or not."""
        rows = self.read(_FIND_KEY, key=key_id)
        return KeyRow(**rows[0]._mapping) if rows else None  # noqa: SLF001  (SQLAlchemy's public name for it)

    def list_keys(self) -> list[KeyRow]:
        """All keys that can be sent, the oldest first."""
        rows = self.read(sa.select(tables.keys).where(tables.IS_KEY).order_by(tables.keys.c.created_at))
        return [KeyRow(**row._mapping) for row in rows]  # noqa: SLF001  (as above)

    def key_names(self) -> dict[str, str]:
        """The name of every key by its id, also of those who come without one."""
        return {row.id: row.name for row in self.read(sa.select(tables.keys.c.id, tables.keys.c.name))}

    def revoke_key(self, key_id: str) -> int | None:
        """From now on the key opens nothing, and its jobs that waited have ended; how many.

        None: there is no such key in force.

        A service that runs ends those that are made, and tells those who watch.
        """
        table, now = tables.keys, time.time()
        query = sa.update(table).where(table.c.id == key_id, tables.IS_KEY, table.c.revoked_at.is_(None))
        waiting = sa.update(tables.jobs).where(tables.jobs.c.key_id == key_id, tables.jobs.c.state == State.QUEUED)
        with self.write(on_disk=True) as connection:
            if not connection.execute(query.values(revoked_at=now)).rowcount:
                return None
            return connection.execute(waiting.values(state=State.CANCELLED, finished_at=now)).rowcount

    def revoked_keys(self) -> frozenset[str]:
        """Ids of the keys that open nothing any more."""
        return frozenset(row.id for row in self.read(sa.select(tables.keys.c.id).where(_IS_REVOKED)))

    def n_pictures(self) -> int:
        """How many pictures belong to jobs."""
        n: int = self.read(sa.select(sa.func.count(tables.jobs.c.picture.distinct()).label("n")))[0].n
        return n

    def secret(self, name: str) -> bytes:
        """32 random bytes that stay the same for this database."""
        query = sa.select(tables.secrets.c.value).where(tables.secrets.c.name == name)
        if not self.read(query):
            with suppress(IntegrityError), self.write() as connection:
                value = secrets.token_bytes(_SECRET_BYTES)
                connection.execute(sa.insert(tables.secrets).values(name=name, value=value))
        return bytes(self.read(query)[0][0])

    # Jobs

    def add_jobs(self, jobs: Sequence[Job]) -> list[Job]:
        """Keep new jobs, all or none.

        Raises:
            IntegrityError: the key has a job of that idempotency key.
        """
        with self.write() as connection:
            numbers = [connection.execute(_ADD_JOB, _values(job)).scalar_one() for job in jobs]
        return [replace(job, number=number) for job, number in zip(jobs, numbers, strict=True)]

    def find_job(self, job_id: str, key_id: str | None = None) -> Job | None:
        """A job of any key, or only if it is this key's."""
        rows = self.read(_FIND_JOB if key_id is None else _FIND_OWN_JOB, job=job_id, key=key_id)
        return job_of(rows[0]) if rows else None

    def find_repeated(self, key_id: str, idempotency_key: str) -> Job | None:
        """The job that a key asked for under this idempotency key."""
        table = tables.jobs
        query = sa.select(*_KEPT).where(table.c.key_id == key_id, table.c.idempotency_key == idempotency_key)
        rows = self.read(query)
        return job_of(rows[0]) if rows else None

    def unfinished(self) -> list[Job]:
        """What was accepted and has not ended, in the order of acceptance; their masks are references."""
        query = sa.select(*LISTED).where(tables.jobs.c.state.in_(OPEN)).order_by("number")
        return [job_of(row) for row in self.read(query)]

    def start_job(self, job: Job, now: float) -> bool:
        """It is begun, and counted, so that a job which ends the process is known by it; False if it has ended.

        The same again changes nothing: the answer to a first attempt may have been lost.
        """
        return self._change(job.id, state=State.RUNNING, started_at=now, n_starts=job.n_starts + 1)

    def intend_picture(self, job_id: str, picture: str, n_bytes: int, result: Mapping[str, Any]) -> bool:
        """What the job ends with as soon as that picture is written; its masks are those of the order.

        False: it has ended, or is another worker's by now.
        """
        return self._change(job_id, picture=picture, n_bytes=n_bytes, result=take_masks(result)[0])

    def put_back(self, job: Job) -> None:
        """It waits anew, with as many starts as the job given has: a start that a stop cut short is none."""
        unmade = {"started_at": None, "picture": None, "n_bytes": None, "result": None, **_FREE}
        self._change(job.id, state=State.QUEUED, n_starts=job.n_starts, **unmade)

    def finish_job(self, job_id: str, state: State, now: float, error: Mapping[str, Any] | None = None) -> bool:
        """It ended; False if it had ended before, and then nothing is changed."""
        changes: dict[str, Any] = {"state": state, "finished_at": now, "error": dict(error) if error else None, **_FREE}
        if state is not State.SUCCEEDED:
            changes |= {"picture": None, "n_bytes": None, "result": None}
        return self._change(job_id, **changes)

    def end_waiting(self, job_id: str, state: State, now: float, error: Mapping[str, Any] | None = None) -> bool:
        """It ended before it was begun; False if it was begun, or had ended, and then nothing is changed."""
        values = {"new_state": state, "new_finished_at": now, "new_error": dict(error) if error else None}
        with self.write() as connection:
            return connection.execute(_END_WAITING, {"job": job_id, **values}).rowcount > 0

    def revive(self, job: Job) -> Job:
        """A job that was cancelled waits anew, as if it had never been begun."""
        anew = replace(job, state=State.QUEUED, started_at=None, finished_at=None, error=None, n_starts=0)
        anew = replace(anew, webhook_due=job.webhook is not None)
        names = ("state", "started_at", "finished_at", "error", "n_starts", "webhook_due")
        change = sa.update(tables.jobs).where(tables.jobs.c.id == job.id, tables.jobs.c.state == State.CANCELLED)
        with self.write() as connection:
            connection.execute(change.values({name: getattr(anew, name) for name in names}))
        return anew

    def _change(self, job_id: str, **changes: object) -> bool:
        values = {f"new_{name}": value for name, value in changes.items()}
        with self.write() as connection:
            change = _change_job(tuple(changes), is_owned=self.worker is not None)
            return connection.execute(change, {"job": job_id, "worker": self.worker, **values}).rowcount > 0

    def is_picture_used(self, picture: str) -> bool:
        """Whether any job that is not deleted shows this picture, or is about to."""
        table = tables.jobs.c
        query = sa.select(table.number).where(table.picture == picture, table.deleted_at.is_(None))
        return bool(self.read(query.limit(1)))


def open_store(settings: Settings, *, own: bool, create: bool = True, worker: str | None = None) -> Store:
    """The settings' database.

    Args:
        settings: which.
        own: as its one service; else beside it, to look after keys.
        worker: as this one, beside its service.
        create: make it where there is none.

    Raises:
        InputError: the URL is none, no database answers there, it is damaged or of another plitka, or another service
            owns it.
        OSError: its folder cannot be made or written.
    """
    held = ExitStack()
    try:
        with told_of_database():
            engine = connect(settings, create=create)
            held.callback(engine.dispose)
            if own:
                take_ownership(engine, held)
                require_sound(engine)
                write_ahead(engine)
            revisions.require_latest(engine, create=create)
            if own or worker:
                commit_soon(engine, settings)
                waits.limit(engine, settings.database_wait_s)
    except BaseException:
        held.close()
        raise
    return Store(engine, held, settings.database_wait_s, worker)


def migrate_database(settings: Settings) -> str | None:
    """Bring the settings' database up to this code, as its only user; the revision that it was of.

    Raises:
        InputError: as `open_store`.
    """
    with told_of_database(), ExitStack() as held:
        engine = connect(settings, create=False)
        held.callback(engine.dispose)
        take_ownership(engine, held)
        require_sound(engine)
        return revisions.migrate(engine)


def job_of(row: sa.Row[Any]) -> Job:
    """The job of a row that has its columns, or those of a list."""
    values = dict(row._mapping)  # noqa: SLF001  (SQLAlchemy's public name for it)
    masks = values.pop("masks", None)
    if masks:
        put = {name: put_masks(values[name], masks) for name in ("request", "result") if values[name] is not None}
        values |= put
    return Job(**values | {"state": State(values["state"])})


def _values(job: Job) -> dict[str, Any]:
    """Its columns, but for the number that the database gives."""
    request, masks = take_masks(job.request)
    kept = {one.name: getattr(job, one.name) for one in fields(job) if one.name != "number"}
    return kept | {"request": request, "masks": masks or None}
