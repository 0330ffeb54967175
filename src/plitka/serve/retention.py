"""How long pictures are kept: by their age, by the size of all, and by that of a key; favourites stay.

The jobs go as those that their owners delete: what is left of each is a mark, by which usage is still counted.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa
import structlog

from plitka.errors import Gone, StorageAway
from plitka.serve import deletions, tables
from plitka.serve.logs import frames
from plitka.serve.picture_store import PictureStore
from plitka.serve.settings import Settings
from plitka.serve.store import OPEN, Store

log = structlog.get_logger(__name__)

_DAY_S = 86400.0
_AT_ONCE = 200
"""Jobs that are deleted in one go."""
_EVERY_S = 60.0
_FULL, _ENOUGH = 0.98, 0.95
"""Of a limit: from the first on pictures are deleted, to the second, so that there is never more than the limit."""
_JOBS = tables.jobs.c
_IS_KEPT = _JOBS.deleted_at.is_(None)
_MAY_GO = sa.and_(_IS_KEPT, _JOBS.is_favourite.is_(False), _JOBS.state.not_in(OPEN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how much is kept; None: without end."""

    days: float | None = None
    n_bytes: int | None = None
    key_id: str | None = None
    """Of this key's alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What was deleted, or would be."""

    n_jobs: int = 0
    n_bytes: int = 0

    def __add__(self, other: "Pruned") -> "Pruned":
        return Pruned(n_jobs=self.n_jobs + other.n_jobs, n_bytes=self.n_bytes + other.n_bytes)


def prune(store: Store, pictures: PictureStore, limits: Limits, *, dry_run: bool = False) -> Pruned:
    """Delete what is older, and then the oldest until the rest has room; favourites stay.

    Raises:
        StorageAway: the database or the pictures are away; asked again, it goes on where it was.
    """
    done = Pruned()
    if limits.days is not None:
        done += _prune_old(store, pictures, limits, dry_run=dry_run)
    if limits.n_bytes is not None:
        over = kept_bytes(store, limits.key_id) - limits.n_bytes - (done.n_bytes if dry_run else 0)
        if over > 0:
            done += _prune_oldest(store, pictures, limits, over, dry_run=dry_run)
    return done


def kept_bytes(store: Store, key_id: str | None = None) -> int:
    """Of all pictures, or of one key's; one that two jobs show counts twice."""
    query = sa.select(sa.func.coalesce(sa.func.sum(_JOBS.n_bytes), 0).label("n"))
    n: int = store.read(query if key_id is None else query.where(_JOBS.key_id == key_id))[0].n
    return int(n)


def mark_favourite(store: Store, job_id: str, *, is_favourite: bool) -> None:
    """Let a job that is not deleted stay, or not."""
    change = sa.update(tables.jobs).where(_JOBS.id == job_id, _IS_KEPT)
    with store.write() as connection:
        connection.execute(change.values(is_favourite=is_favourite))


def _prune_old(store: Store, pictures: PictureStore, limits: Limits, *, dry_run: bool) -> Pruned:
    is_old = sa.and_(_MAY_GO, _JOBS.finished_at < time.time() - (limits.days or 0.0) * _DAY_S)
    return _delete(store, pictures, is_old, limits.key_id, None, dry_run=dry_run)


def _prune_oldest(store: Store, pictures: PictureStore, limits: Limits, over: int, *, dry_run: bool) -> Pruned:
    return _delete(store, pictures, sa.and_(_MAY_GO, _JOBS.n_bytes.is_not(None)), limits.key_id, over, dry_run=dry_run)


def _delete(
    store: Store,
    pictures: PictureStore,
    which: sa.ColumnElement[bool],
    key_id: str | None,
    over: int | None,
    *,
    dry_run: bool,
) -> Pruned:
    """Delete jobs, the oldest first, until so many bytes are gone; None: all of them."""
    done, after = Pruned(), 0
    while over is None or done.n_bytes < over:
        query = sa.select(_JOBS.number, _JOBS.id, _JOBS.picture, _JOBS.n_bytes).where(which, _JOBS.number > after)
        query = query if key_id is None else query.where(_JOBS.key_id == key_id)
        rows = store.read(query.order_by(_JOBS.number).limit(_AT_ONCE))
        chosen = []
        for row in rows:
            if over is not None and done.n_bytes >= over:
                break
            chosen.append((row.id, row.picture))
            done += Pruned(n_jobs=1, n_bytes=row.n_bytes or 0)
        if not chosen:
            break
        after = rows[len(chosen) - 1].number
        if not dry_run:
            deletions.delete_many(store, pictures, chosen)
    return done


def measure_kept(store: Store, pictures: PictureStore) -> int:
    """Find out how large those pictures are of which an older plitka has not said it; how many."""
    is_unmeasured = sa.and_(_IS_KEPT, _JOBS.picture.is_not(None), _JOBS.n_bytes.is_(None))
    rows = store.read(sa.select(_JOBS.picture).where(is_unmeasured).distinct())
    for row in rows:
        n_bytes = 0
        with suppress(Gone):
            n_bytes = pictures.size(row.picture)
        with store.write() as connection:
            change = sa.update(tables.jobs).where(_JOBS.picture == row.picture, _JOBS.n_bytes.is_(None))
            connection.execute(change.values(n_bytes=n_bytes))
    return len(rows)


class Retention(threading.Thread):
    """Prunes a running service, by its settings and by those of its keys."""

    def __init__(self, store: Store, pictures: PictureStore, settings: Settings) -> None:
        super().__init__(name="retention", daemon=True)
        self._store = store
        self._pictures = pictures
        self._settings = settings
        self._is_due = threading.Event()
        self._is_over = False
        self.on_size: Callable[[float], None] = lambda _n_bytes: None
        """Told now and then how many bytes the pictures have."""

    def soon(self) -> None:
        """From any thread: a picture was kept, so that there may be too many."""
        self._is_due.set()

    def stop(self) -> None:
        """Prune no more, once what has begun is done."""
        self._is_over = True
        self._is_due.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        """Prune now and then, and after each picture, until `stop`."""
        is_measured = False
        while not self._is_over:
            try:
                is_measured = is_measured or measure_kept(self._store, self._pictures) >= 0
                self.look()
                self.on_size(kept_bytes(self._store))
            except StorageAway:
                log.warning("retention_waits")
            except Exception as error:  # it is tried again
                log.error("retention_broke", error=type(error).__name__, frames=frames(error))  # noqa: TRY400  (no paths)
            self._is_due.wait(_EVERY_S)
            self._is_due.clear()

    def look(self) -> Pruned:
        """Prune what is to be pruned now."""
        done = Pruned()
        for limits in self._limits():
            if self._is_over:
                break
            if limits.n_bytes is not None and kept_bytes(self._store, limits.key_id) > _FULL * limits.n_bytes:
                done += prune(self._store, self._pictures, _lowered(limits))
            elif limits.days is not None:
                done += prune(self._store, self._pictures, Limits(days=limits.days, key_id=limits.key_id))
        if done.n_jobs:
            log.info("pruned", n_jobs=done.n_jobs, n_bytes=done.n_bytes)
        return done

    def _limits(self) -> list[Limits]:
        """Of the keys that have some of their own, and then of all."""
        keys = tables.keys.c
        rows = self._store.read(
            sa.select(keys.id, keys.keep_days, keys.keep_bytes).where(
                sa.or_(keys.keep_days.is_not(None), keys.keep_bytes.is_not(None))
            )
        )
        own = [Limits(days=row.keep_days, n_bytes=row.keep_bytes, key_id=row.id) for row in rows]
        usual = Limits(days=self._settings.keep_days or None, n_bytes=self._settings.keep_bytes or None)
        return [*own, usual] if usual.days is not None or usual.n_bytes is not None else own


def _lowered(limits: Limits) -> Limits:
    return Limits(days=limits.days, n_bytes=int(_ENOUGH * (limits.n_bytes or 0)), key_id=limits.key_id)
