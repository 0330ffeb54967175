"""What is wrong with all that a service keeps: the database, and whether its pictures and the folder's are the same."""

import re
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from plitka.errors import Gone, InputError
from plitka.serve import deletions, revisions, tables
from plitka.serve.database import connect, take_ownership
from plitka.serve.integrity import find_faults, told_of_database
from plitka.serve.kept_words import keep_problem
from plitka.serve.picture_store import PictureStore
from plitka.serve.settings import Settings
from plitka.serve.store import State

_PICTURE = re.compile(r"([0-9a-f]{2})/(\1[0-9a-f]{62})\.(?:png|webp)")
_PART = re.compile(r"[0-9a-f]{2}/\.[0-9a-f]{64}\.png\.[0-9a-f]+\.part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found; where everything is empty, nothing is wrong."""

    revision: str | None
    faults: tuple[str, ...] = ()
    """Of the database, in its own words; where there are any, pictures are not looked at."""
    n_jobs: int = 0
    n_pictures: int = 0
    """Of jobs that succeeded, each counted once."""
    lost: tuple[str, ...] = ()
    """Digests of such pictures that are missing or damaged, and whose jobs do not say so yet."""
    known: tuple[str, ...] = ()
    """Digests of those whose jobs say so."""
    damaged: tuple[str, ...] = ()
    """Digests of files that are not the picture that they are called."""
    orphans: tuple[str, ...] = ()
    """Digests of whole pictures that no job shows."""
    parts: tuple[str, ...] = ()
    """Names of files that a cut-off write left; not looked for while a service runs, which may be writing them."""
    n_deleted: int = 0
    """Jobs that their owners have deleted; of these nothing is looked for."""
    n_set_aside: int = 0
    """Files that the repair has moved."""
    n_marked: int = 0
    """Lost pictures of which the repair has told their jobs."""

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong any more; a loss is, until it is known."""
        n_files = len(self.damaged) + len(self.orphans) + len(self.parts)
        return not self.faults and not self.lost and n_files == self.n_set_aside


def inspect_kept(settings: Settings, *, repair: bool = False) -> Findings:
    """Look at all that is kept; a service may run on it.

    Args:
        settings: where it is kept.
        repair: make SQLite's indexes anew where it is at fault, set aside what is damaged, cut off or shown by no job,
            and have the jobs of lost pictures say so; nothing is removed, and what is lost stays so. No service may
            run.

    Raises:
        InputError: there is no database, or none that can be opened; or a service runs, and `repair` was asked for.
    """
    with told_of_database(), ExitStack() as held:
        engine = connect(settings, create=False)
        held.callback(engine.dispose)
        is_alone = _is_alone(engine)
        if repair:
            take_ownership(engine, held)
        with engine.connect() as connection:
            faults = _look_at_database(connection, repair=repair)
            if faults:
                return Findings(revision=None, faults=faults)
            findings = Findings(revision=revisions.find(connection))
        return _look_at_pictures(findings, engine, PictureStore(settings.pictures), repair=repair, is_alone=is_alone)


def _is_alone(engine: sa.Engine) -> bool:
    """Whether no service runs on it now."""
    try:
        with ExitStack() as held:
            take_ownership(engine, held)
    except InputError:
        return False
    return True


def _look_at_database(connection: sa.Connection, *, repair: bool) -> tuple[str, ...]:
    if connection.dialect.name != "sqlite":
        return ()  # it looks after its own pages, and keeps jobs with keys
    faults = find_faults(connection)
    if faults and repair:
        with suppress(DatabaseError):  # what it cannot mend it says again below
            connection.exec_driver_sql("REINDEX")
            connection.commit()
        faults = find_faults(connection)
    if not faults:
        strays = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        faults = [f"{row[0]} {row[1]} belongs to none of {row[2]}" for row in strays]
    return tuple(faults)


def _look_at_pictures(
    findings: Findings, engine: sa.Engine, pictures: PictureStore, *, repair: bool, is_alone: bool
) -> Findings:
    files = pictures.names()  # before the books: a picture that is made meanwhile is in these alone
    jobs = tables.jobs.c
    with engine.connect() as connection:
        is_deleted = deletions.is_deleted(connection)
        columns = jobs.state, jobs.picture, jobs.error, is_deleted.label("is_deleted")
        all_rows = connection.execute(sa.select(*columns)).all()
    rows = [row for row in all_rows if not row.is_deleted]
    half_deleted = {row.picture for row in all_rows if row.is_deleted and row.picture is not None}
    known = {row.picture for row in rows if row.picture is not None}
    shown = {row.picture for row in rows if row.picture is not None and row.state == State.SUCCEEDED}
    present = {found[2]: name for name in files if (found := _PICTURE.fullmatch(name))}
    damaged = {digest for digest in present if not pictures.is_whole(digest)}
    orphans = present.keys() - known - damaged - half_deleted
    missing = {digest for digest in shown - present.keys() if not pictures.is_whole(digest)}  # it may be newer
    parts = [name for name in files if _PART.fullmatch(name)] if is_alone else []
    lost = missing | (shown & damaged)
    told = {row.picture for row in rows if row.picture is not None and row.state == State.SUCCEEDED and row.error}
    if repair:
        _mark(engine, lost - told, keep_problem(Gone("the picture is no longer kept")))
        _mark(engine, told - lost, None)  # somebody has brought it back
        for name in (*(present[digest] for digest in damaged | orphans), *parts):
            pictures.set_aside(name)
    return replace(
        findings,
        n_jobs=len(rows),
        n_deleted=len(all_rows) - len(rows),
        n_pictures=len(shown),
        lost=tuple(sorted(lost - told)),
        known=tuple(sorted(lost & told)),
        damaged=tuple(sorted(damaged)),
        orphans=tuple(sorted(orphans)),
        parts=tuple(sorted(parts)),
        n_set_aside=len(damaged) + len(orphans) + len(parts) if repair else 0,
        n_marked=len(lost - told) if repair else 0,
    )


def _mark(engine: sa.Engine, pictures: Iterable[str], error: Mapping[str, Any] | None) -> None:
    """Have the jobs that show these pictures say what has become of them; None: they are there."""
    table = tables.jobs
    with engine.begin() as connection:
        for digest in pictures:
            is_it = sa.and_(table.c.picture == digest, table.c.state == State.SUCCEEDED)
            connection.execute(sa.update(table).where(is_it).values(error=error))
