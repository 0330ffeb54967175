"""Copies of all that a service keeps, made while it runs, and a service's place filled from one.

A backup is a folder as `Settings.data` is one: an SQLite file and the pictures that it names, whichever database it is
a copy of. The file gets its name when it and every picture are there, so what has a database is a whole backup, and
another run into the same folder copies only the pictures that are new.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from plitka.errors import Gone, InputError
from plitka.serve import deletions, revisions, tables
from plitka.serve.database import connect, lock_file, take_ownership
from plitka.serve.integrity import require_sound, told_of_database
from plitka.serve.permissions import keep_file_private, make_private_folder
from plitka.serve.picture_store import PictureStore
from plitka.serve.settings import DATABASE_NAME, PICTURES_NAME, Settings
from plitka.serve.store import State

_COUNTED = (sa.select(tables.keys.c.id).where(tables.IS_KEY), sa.select(tables.jobs.c.id))
_N_ROWS = 100
"""Read at once: a job can carry masks of a megabyte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What a backup or a restore has copied."""

    n_keys: int
    """That can be sent, as `plitka keys list` has them."""
    n_jobs: int
    n_pictures: int
    """Those of jobs that succeeded, also if an earlier run has copied them."""
    lost: tuple[str, ...]
    """Digests of pictures that should be there, and are missing or damaged where they were copied from.

    Not of those whose jobs say so, since a repair."""


def back_up(settings: Settings, folder: Path) -> Copied:
    """Copy the database as it is at one moment, and its pictures; a service may run on it, and goes on.

    Raises:
        InputError: the folder has other things in it, or the database cannot be read.
        OSError: the folder cannot be written.
    """
    final = folder.resolve() / DATABASE_NAME
    _require_place(settings, final)
    make_private_folder(final.parent)
    with told_of_database(), ExitStack() as held:
        lock_file(final, held)
        part = _copy_database(settings, final)
        with _snapshot(sa.create_engine(f"sqlite:///{part}")) as books:
            told = _copy_pictures(books, PictureStore(settings.pictures), _pictures_in(final.parent))
            if final.exists():
                _forget_deleted(books, final, _pictures_in(final.parent))
        part.replace(final)
    return told


def _copy_database(settings: Settings, final: Path) -> Path:
    """An SQLite file that is the database at one moment, and on the disk."""
    part = final.with_name(f"{final.name}.part")
    part.unlink(missing_ok=True)
    keep_file_private(part)
    source, to = connect(settings, create=False), sa.create_engine(f"sqlite:///{part}")
    with _snapshot(source) as read, _filling(to) as written:
        _copy_rows(read, written)
    return part


def _forget_deleted(books: sa.Connection, earlier: Path, pictures: PictureStore) -> None:
    """Remove the pictures of an earlier backup whose jobs were deleted since; one that another job shows stays."""
    jobs = tables.jobs.c
    deleted = set(books.execute(sa.select(jobs.id).where(deletions.is_deleted(books))).scalars())
    shown = set(books.execute(sa.select(jobs.picture).where(sa.not_(deletions.is_deleted(books)))).scalars())
    rows: list[Any] = []
    with suppress(DatabaseError), _snapshot(sa.create_engine(f"sqlite:///{earlier}")) as before:  # or it is none
        rows += before.execute(sa.select(jobs.id, jobs.picture).where(jobs.picture.is_not(None))).all()
    for digest in {row.picture for row in rows if row.id in deleted} - shown:
        pictures.discard(digest)


def _pictures_in(folder: Path) -> PictureStore:
    return PictureStore((folder / PICTURES_NAME).as_uri(), sync=True)


def restore(settings: Settings, folder: Path) -> Copied:
    """Fill a service's place from a backup; there may be no service and no database yet.

    Raises:
        InputError: the folder is no backup or a damaged one, or there is a database already.
    """
    path = folder.resolve() / DATABASE_NAME
    if not path.is_file():
        raise InputError("{folder} is no whole backup: it has no {name}", folder=folder, name=DATABASE_NAME)
    backup = sa.create_engine(f"sqlite:///{path}")
    with told_of_database(), ExitStack() as held:
        require_sound(backup)
        engine = connect(settings)
        held.callback(engine.dispose)
        take_ownership(engine, held)
        with _snapshot(backup) as source, _filling(engine) as to, _told_of_rows():
            _require_known_states(source)
            told = _copy_pictures(source, _pictures_in(path.parent), PictureStore(settings.pictures, sync=True))
            _copy_rows(source, to)
    return told


def _require_place(settings: Settings, final: Path) -> None:
    """Raise InputError unless a backup may be written there."""
    folder = final.parent
    own = {settings.data.resolve()}
    url = sa.make_url(settings.database)
    if url.get_backend_name() == "sqlite":
        own.add(Path(url.database or "").parent.resolve())
    if folder in own:
        raise InputError("{path} is the service's own folder; name another one for its backup", path=folder)
    if final.with_name(f"{final.name}-wal").exists():
        raise InputError("a service runs on {path}, or was killed there; name another folder", path=folder)
    names = {path.name for path in folder.iterdir()} if folder.exists() else set()
    if final.name not in names and not names <= {PICTURES_NAME, f"{final.name}.part", f"{final.name}.lock"}:
        raise InputError("{path} has other things in it; name a new folder, or one with an earlier backup", path=folder)


@contextmanager
def _snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that reads everything as it was at one moment, whoever writes meanwhile."""
    level = "REPEATABLE READ" if engine.dialect.name == "postgresql" else None
    try:
        with engine.connect().execution_options(**{} if level is None else {"isolation_level": level}) as connection:
            if level is None:
                connection.exec_driver_sql("BEGIN")
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _filling(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction over a database that must be empty."""
    try:
        with revisions.alone(engine) as connection:
            if revisions.find(connection) is not None:
                raise InputError(
                    "{place} is there already, and a backup is restored into an empty place; move it away, or name "
                    "another place with --data",
                    place=engine.url.database or engine.url.render_as_string(hide_password=True),
                )
            yield connection
    finally:
        engine.dispose()


def _copy_rows(source: sa.Connection, to: sa.Connection) -> None:
    """Make the tables of the source's revision, and fill them."""
    revision = revisions.find(source)
    if revision is None:
        raise InputError("the database is empty; there is nothing to copy")
    revisions.upgrade(to, revision)
    read, written = sa.MetaData(), sa.MetaData()
    read.reflect(source)
    written.reflect(to)
    if _columns(read) != _columns(written):
        raise InputError("the backup has other tables or columns than those of its revision; it is not plitka's")
    for table in read.sorted_tables:
        if table.name == revisions.VERSION_TABLE:
            continue
        rows = source.execute(sa.select(table), execution_options={"yield_per": _N_ROWS})
        for chunk in rows.mappings().partitions():
            to.execute(sa.insert(written.tables[table.name]), [dict(row) for row in chunk])
    for numbered in (tables.jobs, tables.audit) if to.dialect.name == "postgresql" else ():
        if numbered.name in written.tables:  # a backup of an older plitka has fewer
            last = sa.select(sa.func.coalesce(sa.func.max(numbered.c.number), 0) + 1).scalar_subquery()
            to.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(numbered.name, "number"), last, False)))


def _columns(tables_of: sa.MetaData) -> dict[str, set[str]]:
    return {name: set(table.columns.keys()) for name, table in tables_of.tables.items()}


def _require_known_states(books: sa.Connection) -> None:
    """Raise InputError for a backup with jobs in states that are none."""
    state = tables.jobs.c.state
    if books.execute(sa.select(state).where(state.not_in(list(State))).limit(1)).first() is not None:
        raise InputError("the backup has jobs in states that plitka does not know; restore another one")


@contextmanager
def _told_of_rows() -> Iterator[None]:
    """Raise InputError for a value that is not of its column's kind: a backup may come from anybody."""
    try:
        yield
    except (ValueError, TypeError, sa.exc.StatementError) as error:
        if isinstance(error, sa.exc.DBAPIError):
            raise
        raise InputError(
            "the backup has values that plitka cannot have written ({reason}); restore another one",
            reason=type(error).__name__,
        ) from error


def _copy_pictures(books: sa.Connection, source: PictureStore, to: PictureStore) -> Copied:
    """Copy what the jobs show, or are about to; what is there already stays."""
    jobs = tables.jobs.c
    is_kept = sa.and_(jobs.picture.is_not(None), sa.not_(deletions.is_deleted(books)))
    rows = books.execute(sa.select(jobs.picture, jobs.state, jobs.error).where(is_kept)).all()
    shown = {row.picture for row in rows if row.state == State.SUCCEEDED}
    known = {row.picture for row in rows if row.state == State.SUCCEEDED and row.error}
    # A loss that its jobs tell of is no error in the log of each night.
    gone = {digest for digest in known if not (to.has(digest) or source.is_whole(digest))}
    missing = gone | {digest for digest in sorted(shown - gone) if not _copy_picture(digest, source, to)}
    for digest in {row.picture for row in rows} - shown:  # which may not be written yet
        if source.is_whole(digest):
            _copy_picture(digest, source, to)
    counts = (sa.select(sa.func.count()).select_from(rows.subquery()) for rows in _COUNTED)
    n_keys, n_jobs = (books.execute(count).scalar_one() for count in counts)
    lost = tuple(sorted(missing - known))
    return Copied(n_keys=n_keys, n_jobs=n_jobs, n_pictures=len(shown - missing), lost=lost)


def _copy_picture(digest: str, source: PictureStore, to: PictureStore) -> bool:
    """Copy it where it is not there yet; False if it is lost."""
    if not to.has(digest):
        try:
            to.write(source.read(digest), digest)
        except Gone:
            return False
    return True
