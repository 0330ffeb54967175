"""Whether a database can be used: its driver's errors as sentences, and SQLite's own look at its pages."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, OperationalError

from plitka.errors import InputError

_AWAY = (OperationalError, sqlite3.OperationalError, sa.exc.ArgumentError, sa.exc.NoSuchModuleError)
_N_FAULTS = 100


@contextmanager
def told_of_database() -> Iterator[None]:
    """Say in one sentence why a database cannot be used; its URL, which may hold a password, is not in it.

    Raises:
        InputError: the URL is none, its driver is not installed, no database answers there, or it is damaged.
    """
    try:
        yield
    except ImportError as error:
        raise InputError(
            "the driver of the database is not installed; for PostgreSQL run: pip install 'plitka[postgresql]'"
        ) from error
    except _AWAY as error:
        raise InputError(
            "the database cannot be opened ({reason}); check its URL, and that it is running and may be written",
            reason=_words(error),
        ) from error
    except (DatabaseError, sqlite3.DatabaseError) as error:
        raise _damaged(_words(error)) from error


def require_sound(engine: sa.Engine) -> None:
    """Look at every page of an SQLite file; other databases look after their own.

    Raises:
        InputError: it is damaged.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            faults = find_faults(connection, "quick_check")
        if faults:
            raise _damaged(faults[0])


def find_faults(connection: sa.Connection, pragma: str = "integrity_check") -> list[str]:
    """What SQLite finds wrong with a file; nothing, where it is sound.

    Args:
        connection: to it.
        pragma: `integrity_check`, or `quick_check`, which does not compare indexes with their tables.
    """
    try:
        found = connection.exec_driver_sql(f"PRAGMA {pragma}({_N_FAULTS})").scalars().all()
    except DatabaseError as error:
        return [str(error.orig)]
    return [line for text in found for line in str(text).splitlines() if line != "ok"]


def _words(error: Exception) -> str:
    """SQLite's words, which name nothing; of other databases' errors, which may name anything, only the kind."""
    cause = getattr(error, "orig", error)
    return str(cause) if isinstance(cause, sqlite3.Error) else type(error).__name__


def _damaged(reason: str) -> InputError:
    return InputError(
        "the database is damaged, or is none ({reason}); see `plitka check`, and restore a backup", reason=reason
    )
