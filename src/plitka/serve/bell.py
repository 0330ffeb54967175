"""Waiting for a change of the database by other processes, without asking it again and again.

SQLite tells a connection cheaply whether others have written since; PostgreSQL sends word (LISTEN and NOTIFY). Either
may be missed, so that nobody waits without an end.
"""

import threading
import time
from typing import Any, Protocol

import sqlalchemy as sa

_SQLITE_EVERY_S = 0.004
_SLICE_S = 0.25
"""After which a wait looks whether it is over."""


class Bell(Protocol):
    """Rung when something has changed."""

    def ring(self) -> None:
        """Tell the others: what they may want to know is written."""
        ...

    def wait(self, timeout_s: float) -> bool:
        """Until somebody has rung since the last wait, at most `timeout_s`; whether somebody has."""
        ...

    def stop(self) -> None:
        """From any thread: whoever waits, or will, waits no longer."""
        ...

    def close(self) -> None:
        """Give the connection back; nobody waits any more."""
        ...


def bell_of(engine: sa.Engine, topic: str) -> Bell:
    """The bell of a database; in PostgreSQL those who wait hear their own topic alone."""
    return _SqliteBell(engine) if engine.dialect.name == "sqlite" else _PostgresqlBell(engine, topic)


class _SqliteBell:
    """Looks at the number that SQLite changes with each commit of another connection."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._connection: sa.Connection | None = None
        self._seen: int | None = None
        self._is_over = threading.Event()

    def ring(self) -> None:
        """Nothing: the commit itself is heard."""

    def wait(self, timeout_s: float) -> bool:
        end = time.monotonic() + timeout_s
        while True:
            version = self._version()
            if version != self._seen:
                self._seen = version
                return True
            if self._is_over.wait(min(_SQLITE_EVERY_S, max(0.0, end - time.monotonic()))) or time.monotonic() >= end:
                return False

    def stop(self) -> None:
        self._is_over.set()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _version(self) -> int:
        if self._connection is None:
            # Used by one thread after another, and never by two.
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return int(self._connection.exec_driver_sql("PRAGMA data_version").scalar_one())


class _PostgresqlBell:
    """Listens on a connection of its own, which is opened anew where it was cut."""

    def __init__(self, engine: sa.Engine, topic: str) -> None:
        self._engine = engine
        self._channel = f"plitka_{topic}"
        self._connection: Any = None
        self._is_over = threading.Event()

    def ring(self) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"NOTIFY {self._channel}")

    def wait(self, timeout_s: float) -> bool:
        import psycopg  # noqa: PLC0415  (its package need not be installed)

        end = time.monotonic() + timeout_s
        try:
            if self._connection is None:
                self._connection = psycopg.connect(**self._engine.dialect.create_connect_args(self._engine.url)[1],
                                                   autocommit=True)  # fmt: skip
                self._connection.execute(f"LISTEN {self._channel}")
                return True  # what came before is not heard
            while not self._is_over.is_set() and (left_s := end - time.monotonic()) > 0:
                if list(self._connection.notifies(timeout=min(_SLICE_S, left_s), stop_after=1)):
                    return True
        except psycopg.Error:
            self._connection = None
            self._is_over.wait(min(1.0, max(0.0, end - time.monotonic())))
        return False

    def stop(self) -> None:
        self._is_over.set()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
