"""The revision of a database's tables: which one it is of, and how it comes to be that of this code.

Tables are made and changed in one transaction under a lock: who is killed meanwhile leaves what was there before, and
who comes second finds it done.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from plitka.errors import InputError

_LOCK = 0x706C69746B62
"""PostgreSQL's name of the lock; `plitka.serve.store` has another for the ownership."""
VERSION_TABLE = "alembic_version"
"""Where a database says its revision."""


def latest() -> str:
    """The revision that this code needs."""
    return _known()[0]


@cache
def _known() -> tuple[str, ...]:
    """Every revision that this code knows, the latest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def find(connection: sa.Connection) -> str | None:
    """The revision of a database; None for one without tables.

    Raises:
        InputError: it is of a newer plitka, or not plitka's.
    """
    heads = _heads(connection)
    if heads and heads[0] in _known():
        return heads[0]
    if heads:
        raise InputError(
            "the database is of a newer plitka: its revision is {found}, and this one knows {latest}; install that "
            "newer one, or restore a backup that this one made",
            found=heads[0],
            latest=latest(),
        )
    if set(sa.inspect(connection).get_table_names()) - {VERSION_TABLE}:
        raise InputError(
            "the database has tables and no revision: it is not plitka's, or making it was cut off; name another, or "
            "restore a backup"
        )
    return None


def _heads(connection: sa.Connection) -> tuple[str, ...]:
    return MigrationContext.configure(connection).get_current_heads()


def require_latest(engine: sa.Engine, *, create: bool) -> None:
    """Have the tables of this code; those of an older plitka are left as they are.

    Args:
        engine: of the database.
        create: make the tables where there are none.

    Raises:
        InputError: the tables are of another plitka, or there are none and none shall be made.
    """
    with engine.connect() as connection:
        if _heads(connection) == (latest(),):
            return
    with alone(engine) as connection:  # else tables could be made while they are looked for
        found = find(connection)
        if found is None and create:
            upgrade(connection)
            return
    if found is None:
        raise InputError("there is no database yet; `plitka keys create NAME` or `plitka serve` makes one")
    if found != latest():
        raise InputError(
            "the database is of an older plitka: its revision is {found}, and this one needs {latest}; stop the "
            "service, run `plitka backup DIR` and then `plitka migrate`",
            found=found,
            latest=latest(),
        )


def migrate(engine: sa.Engine, revision: str = "head") -> str | None:
    """Bring the tables up to a revision, or make them; the revision that was there, None for none.

    Raises:
        InputError: the tables are of a newer plitka, or not plitka's.
    """
    with alone(engine) as connection:
        found = find(connection)
        if found != latest():
            upgrade(connection, revision)
    return found


def upgrade(connection: sa.Connection, revision: str = "head") -> None:
    """Bring the tables up to a revision, within the connection's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


@contextmanager
def alone(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction of all that is done, which nobody else's runs beside."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # Python's driver would begin none before CREATE TABLE
        else:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        yield connection


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "plitka.serve:migrations")
    return config
