"""Pictures that their owners delete: the picture, its masks and all that a job says go, and the job's row keeps a mark.

The mark is written first, and the row forgets the picture's name when its file is gone: a deletion that is cut off is
known, hidden from everybody, and finished by the next start. What is deleted
by age or for want of room (`plitka.serve.retention`) goes the same way.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType

import sqlalchemy as sa
import structlog

from plitka.errors import Conflict, Gone
from plitka.serve import tables
from plitka.serve.picture_store import PictureStore
from plitka.serve.store import Job, Store

log = structlog.get_logger(__name__)

_JOBS = tables.jobs.c
_COLUMN = _JOBS.deleted_at.name
_EMPTY: Mapping[str, object] = MappingProxyType(
    {
        "request": {},
        "masks": None,
        "result": sa.null(),
        "error": sa.null(),
        "webhook": sa.null(),
        "webhook_due": False,
        "is_favourite": False,
        "n_bytes": sa.null(),
    }
)
"""What is left of a job's words; its id, key, times and state stay, for whoever counts."""
_IS_HALF_DELETED = sa.and_(_JOBS.deleted_at.is_not(None), _JOBS.picture.is_not(None))


def require_kept(job: Job) -> None:
    """Find out whether there is more than the mark of a job.

    Raises:
        Gone: its owner, an operator or its age has deleted it.
    """
    if job.deleted_at is not None:
        raise Gone(
            "this picture was deleted by its owner, or for its age or want of room; to have it again, order it anew"
        )


def delete(store: Store, pictures: PictureStore, job: Job) -> None:
    """Have nothing of a job but a mark; of one that was deleted before, finish that.

    Raises:
        Conflict: it has not ended.
        StorageAway: the database or the pictures are away; asked again, it goes on where it was.
    """
    if not job.state.is_final:
        raise Conflict("this job has not ended; cancel it, and delete it then")
    if job.deleted_at is None:
        with store.write(on_disk=True) as connection:
            change = sa.update(tables.jobs).where(_JOBS.id == job.id, _JOBS.deleted_at.is_(None))
            connection.execute(change.values({**_EMPTY, _COLUMN: time.time()}))
        log.info("job_deleted", job_id=job.id, key_id=job.key_id)
    if job.picture is not None:
        _discard(store, pictures, job.picture)


def delete_many(store: Store, pictures: PictureStore, jobs: Sequence[tuple[str, str | None]]) -> None:
    """The same of many jobs that have ended, each as its id and its picture: a look at the disk for all of them."""
    table = tables.jobs
    ids, shown = [job_id for job_id, _ in jobs], {picture for _, picture in jobs if picture is not None}
    with store.write(on_disk=True) as connection:
        change = sa.update(table).where(_JOBS.id.in_(ids), _JOBS.deleted_at.is_(None))
        connection.execute(change.values({**_EMPTY, _COLUMN: time.time()}))
    for picture in shown:
        _remove(store, pictures, picture)
    with store.write() as connection:
        connection.execute(sa.update(table).where(_IS_HALF_DELETED, _JOBS.picture.in_(shown)).values(picture=None))


def finish(store: Store, pictures: PictureStore) -> None:
    """Discard what was marked and is still there.

    Raises:
        StorageAway: as `delete`.
    """
    for row in store.read(sa.select(_JOBS.picture).where(_IS_HALF_DELETED).distinct()):
        _discard(store, pictures, row.picture)


def _discard(store: Store, pictures: PictureStore, picture: str) -> None:
    """Remove a picture that no other job shows, and have the rows that are marked forget its name."""
    _remove(store, pictures, picture)
    with store.write() as connection:
        connection.execute(
            sa.update(tables.jobs).where(_IS_HALF_DELETED, _JOBS.picture == picture).values(picture=None)
        )


def _remove(store: Store, pictures: PictureStore, picture: str) -> None:
    if not store.is_picture_used(picture):
        png = None
        with suppress(Gone):
            png = pictures.read(picture)
        pictures.discard(picture)
        if png is not None and store.is_picture_used(picture):  # the same was made again meanwhile, and found it there
            pictures.write(png, picture)


def is_deleted(connection: sa.Connection) -> sa.ColumnElement[bool]:
    """Whether a job of a database is deleted, whatever its revision: one of an older plitka knows no deletions."""
    columns = {column["name"] for column in sa.inspect(connection).get_columns(tables.jobs.name)}
    return _JOBS.deleted_at.is_not(None) if _COLUMN in columns else sa.false()
