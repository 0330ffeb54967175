"""How long a service waits for its database, and what it says when the answer does not come.

PostgreSQL's own time limits are kept by the server, and so not by one that stands still; ours close the connection, so
that a silent server, or a network that swallows, holds no thread.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError

from plitka.errors import StorageAway

_MIN_CONNECT_S = 2
"""The shortest that libpq waits for a connection."""
_RETRY_S = 5.0
"""After which a caller may ask again, when the database is away."""


@contextmanager
def translated(on_error: Callable[[], None] = lambda: None) -> Iterator[None]:
    """What the database says of itself becomes `StorageAway`, and is counted; what it says of our statements stays."""
    try:
        yield
    except (IntegrityError, DataError, ProgrammingError):
        raise
    except (DBAPIError, sa.exc.TimeoutError) as error:
        on_error()
        raise away() from error


def away() -> StorageAway:
    """What a caller is told."""
    return StorageAway(
        "the database does not answer, or cannot be written; ask again in a moment", retry_after_s=_RETRY_S
    )


def limit(engine: sa.Engine, wait_s: float) -> None:
    """From now on each statement, and each new connection, of an engine fails when no answer comes in `wait_s`.

    Not before: opening and migrating take the time that they need.
    """
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def set_up(connection: Any, _record: object) -> None:  # noqa: ANN401  (any driver's)
            connection.execute(f"PRAGMA busy_timeout={round(1000 * wait_s)}")

    elif engine.dialect.name == "postgresql":
        kind = _limited(wait_s)
        connect_s = max(_MIN_CONNECT_S, math.ceil(wait_s))

        @sa.event.listens_for(engine, "do_connect")
        def connect(_dialect: object, _record: object, words: Any, names: Any) -> object:  # noqa: ANN401  (libpq's)
            return kind.connect(*words, **names | {"connect_timeout": connect_s})

    engine.dispose()


def _limited(wait_s: float) -> Any:  # noqa: ANN401  (a class of a package that need not be installed)
    import psycopg  # noqa: PLC0415  (as above)

    class Limited(psycopg.Connection[Any]):
        """Closed when an answer does not come: nobody knows what has become of the statement."""

        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ANN401  (psycopg's)
            try:
                return super().wait(gen, interval, wait_s if timeout is None else timeout)
            except psycopg.OperationalError:
                self.pgconn.finish()
                raise

    return Limited
