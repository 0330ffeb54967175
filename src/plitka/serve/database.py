"""Connections to the database, SQLite's file or PostgreSQL, and its ownership: one service has it at a time."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock, Timeout

from plitka.errors import InputError
from plitka.serve import waits
from plitka.serve.permissions import FILE_MODE, keep_file_private, make_private_folder
from plitka.serve.settings import Settings

_START = b"SQLite format 3\0"
"""Of SQLite's file."""
_OWNER_LOCK = 0x706C69746B61
"""PostgreSQL's name of our lock: "plitka"."""
_OWNER_WAIT_MS = 2_000
_LOCK_NOT_AVAILABLE = "55P03"
"""SQLSTATE of a lock that was waited for in vain."""


class OpenedFile:
    """SQLite's file as it was when it was opened, beside what is there under its name now.

    It is held open: a process that closes any descriptor of a file loses all its POSIX locks on it, SQLite's as well,
    and the next one to look into the database takes its log for left behind
    (https://sqlite.org/howtocorrupt.html, 2.2).
    """

    def __init__(self, path: Path) -> None:
        """Of the database at a path, which is there."""
        self._path = path
        self._descriptor = os.open(path, os.O_RDONLY)
        self._log = path.with_name(f"{path.name}-wal")
        self._file_id = _id_of(path)
        self._log_id: tuple[int, int] | None = None

    def require(self) -> None:
        """Find out whether the file is the one that was opened, and a database, and its log the one that was seen.

        Raises:
            StorageAway: it was moved, replaced or overwritten; what is written goes nowhere that another start finds.
        """
        with self._told():
            if _id_of(self._path) != self._file_id:
                raise OSError
            if os.pread(self._descriptor, len(_START), 0) != _START:
                raise OSError
        if self._log_id is not None:
            self.require_log()

    def require_log(self) -> None:
        """Find out whether the log beside the file is the one that was there first; while a connection is open.

        Raises:
            StorageAway: somebody removed it.
        """
        with self._told():
            found = _id_of(self._log)
            self._log_id = self._log_id or found
            if found != self._log_id:
                raise OSError

    def close(self) -> None:
        """Let go of it; only when no connection to it is open any more."""
        os.close(self._descriptor)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise waits.away() from error


def _id_of(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def require_some_key(settings: Settings) -> None:
    """Tell how a service begins, where no database could have one.

    Raises:
        InputError: SQLite's file is not there.
    """
    url = sa.make_url(settings.database)
    path = Path(url.database or "").resolve()
    if url.get_backend_name() == "sqlite" and not path.exists():
        raise InputError(
            "there is no service yet, nor a key: {path} is not there; make the first key with `{command}`, and start "
            "the service with `{start}`; where there was one, name its folder by {option}",
            path=path,
            command=settings.key_command,
            start=settings.serve_command,
            option="--data",
        )


def connect(settings: Settings, *, create: bool = True) -> sa.Engine:
    """An engine for the settings' database.

    Args:
        settings: which.
        create: make SQLite's file where there is none.

    Raises:
        InputError: there is no file, and none shall be made; or its folder is open to others.
    """
    url = sa.make_url(settings.database)
    if url.get_backend_name() != "sqlite":
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        return sa.create_engine(
            url, pool_size=10, max_overflow=40, pool_pre_ping=True, pool_timeout=settings.database_wait_s
        )
    path = Path(url.database or "").resolve()  # the lock is named after the file itself, whatever links lead to it
    url = url.set(database=str(path))
    if not create and not path.exists():
        raise InputError(
            "there is no database at {path}; check where it is: --data or PLITKA_DATA name a service's folder, of "
            "which the first `plitka serve` makes the database, and `plitka restore` brings one back",
            path=path,
        )
    make_private_folder(path.parent)
    keep_file_private(path)
    engine = sa.create_engine(url, pool_size=10, max_overflow=40, pool_timeout=settings.database_wait_s)
    sync = "FULL" if settings.survive_power_cut else "NORMAL"

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:  # noqa: ANN401  (any driver's)
        connection.execute("PRAGMA busy_timeout=10000")
        connection.execute(f"PRAGMA synchronous={sync}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(
            "PRAGMA cache_size=-256"
        )  # KiB; each of many connections has one, and the system has its own

    return engine


def write_ahead(engine: sa.Engine) -> None:
    """Have SQLite keep a log, by which nobody who reads waits for who writes; the file says so from now on."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")


@contextmanager
def transaction(engine: sa.Engine, *, on_disk: bool) -> Iterator[sa.Connection]:
    """A transaction; with `on_disk` its end waits for the disk, whatever the other ones do."""
    with engine.connect() as connection, ExitStack() as held:
        is_sqlite = engine.dialect.name == "sqlite"
        if on_disk and is_sqlite:
            _wait_for_disk(connection, held)
        held.enter_context(connection.begin())
        if on_disk and not is_sqlite:
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO DEFAULT")  # as the server's owner chose
        yield connection


def _wait_for_disk(connection: sa.Connection, held: ExitStack) -> None:
    """Until `held` is closed; past SQLAlchemy, as SQLite takes no such wish within a transaction."""
    raw = connection.connection.dbapi_connection
    assert raw is not None
    (usual,) = raw.execute("PRAGMA synchronous").fetchone()
    raw.execute("PRAGMA synchronous=FULL")
    held.callback(raw.execute, f"PRAGMA synchronous={usual}")


def take_ownership(engine: sa.Engine, held: ExitStack) -> None:
    """Be the one process that changes jobs, until `held` is closed.

    Raises:
        InputError: another one is.
    """
    if engine.dialect.name == "sqlite":
        lock_file(Path(engine.url.database or ""), held)
        return
    connection = engine.connect()
    connection.detach()  # the lock is the connection's, so it must end with it and not go back into the pool
    held.callback(connection.close)
    _take_advisory_lock(connection)


def commit_soon(engine: sa.Engine, settings: Settings) -> None:
    """Have PostgreSQL answer before what was written is on its disk, as SQLite does, unless the settings want more."""
    if engine.dialect.name == "postgresql" and not settings.survive_power_cut:

        @sa.event.listens_for(engine, "connect")
        def set_up(connection: Any, _record: object) -> None:  # noqa: ANN401  (any driver's)
            connection.execute("SET synchronous_commit = off")
            connection.commit()


def _take_advisory_lock(connection: sa.Connection) -> None:
    """The server lets go of an ended service's lock a moment after the service is gone."""
    connection.execute(sa.text(f"SET lock_timeout = {_OWNER_WAIT_MS}"))
    try:
        connection.execute(sa.select(sa.func.pg_advisory_lock(_OWNER_LOCK)))
    except sa.exc.OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        raise _refuse_second() from error
    connection.execute(sa.text("SET lock_timeout = DEFAULT"))
    connection.commit()


def lock_file(path: Path, held: ExitStack) -> None:
    """Be the one process that owns an SQLite file, until `held` is closed; raises InputError if another one does."""
    lock = FileLock(f"{path}.lock", mode=FILE_MODE)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise _refuse_second() from error
    held.callback(lock.release)


def _refuse_second() -> InputError:
    return InputError("a service runs on this database already; stop it first, or use another database")
