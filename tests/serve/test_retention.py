"""How long pictures are kept."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.serve.conftest import Databases, running, wait_until

from plitka.serve import retention, routes
from plitka.serve.keys import make_key
from plitka.serve.picture_store import PictureStore, digest_of
from plitka.serve.retention import Limits, Pruned, kept_bytes, prune
from plitka.serve.settings import Settings
from plitka.serve.store import Job, State, open_store

DAY_S = 86400.0
N_BYTES = 1000


class Kept:
    """A database with pictures of a kilobyte."""

    def __init__(self, settings: Settings) -> None:
        self.store = open_store(settings, own=True)
        self.pictures = PictureStore(settings.pictures)
        self.shop, self.other = (make_key(self.store, name)[1].id for name in ("shop", "other"))
        self.n = 0

    def add(self, days: float, *, key_id: str | None = None, is_favourite: bool = False, png: bytes = b"") -> Job:
        """A job that ended so many days ago, with its picture."""
        self.n += 1
        png = png or self.n.to_bytes(8, "big").ljust(N_BYTES, b"x")
        at = time.time() - days * DAY_S
        self.pictures.write(png, digest_of(png))
        told = {"created_at": at, "finished_at": at, "is_favourite": is_favourite, "n_bytes": len(png)}
        job = Job(id=f"{self.n:032x}", key_id=key_id or self.shop, request={"recipe": "x"}, request_id="r",
                  state=State.SUCCEEDED, picture=digest_of(png), **told)  # type: ignore[arg-type]  # fmt: skip
        return self.store.add_jobs([job])[0]

    def left(self) -> list[int]:
        """Which of them are not deleted, by the order in which they came; each has its picture, and the others none."""
        jobs = [self.store.find_job(f"{n:032x}") for n in range(1, self.n + 1)]
        kept = [job for job in jobs if job is not None and job.deleted_at is None]
        assert len(self.pictures.names()) == len({job.picture for job in kept if job.picture})
        return [job.number for job in kept]


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> Iterator[Kept]:
    """Over each database."""
    one = Kept(Settings(data=tmp_path, **databases(request.param)))
    with closing(one.store):
        yield one


def test_what_is_old_goes_and_favourites_stay(kept: Kept) -> None:
    """By days, of all keys or of one; a dry run tells the same and deletes nothing; what runs is not touched."""
    for days, favourite in ((9, False), (9, True), (5, False), (1, False)):
        kept.add(days, is_favourite=favourite)
    kept.add(9, key_id=kept.other)
    kept.store.add_jobs([Job(id="f" * 32, key_id=kept.shop, request={}, request_id="r", created_at=0.0)])
    own = Limits(days=3.0, key_id=kept.shop)
    told = Pruned(n_jobs=2, n_bytes=2 * N_BYTES)
    assert prune(kept.store, kept.pictures, own, dry_run=True) == told
    assert kept.left() == [1, 2, 3, 4, 5]
    assert prune(kept.store, kept.pictures, own) == told
    assert kept.left() == [2, 4, 5]
    assert prune(kept.store, kept.pictures, Limits(days=3.0)) == Pruned(n_jobs=1, n_bytes=N_BYTES)
    assert kept.left() == [2, 4]
    assert prune(kept.store, kept.pictures, Limits(days=3.0)) == Pruned()


def test_the_oldest_make_room(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as it takes, in goes of a few; favourites stay even where they alone are too many."""
    monkeypatch.setattr(retention, "_AT_ONCE", 2)
    for n in range(10):
        kept.add(20 - n, is_favourite=n in (1, 2), key_id=kept.other if n == 3 else None)
    assert kept_bytes(kept.store) == 10 * N_BYTES
    prune(kept.store, kept.pictures, Limits(n_bytes=6 * N_BYTES + 1, key_id=kept.shop))
    assert kept.left() == [2, 3, 4, 7, 8, 9, 10]
    prune(kept.store, kept.pictures, Limits(n_bytes=4 * N_BYTES))
    assert kept.left() == [2, 3, 9, 10]
    assert kept_bytes(kept.store) == 4 * N_BYTES
    prune(kept.store, kept.pictures, Limits(n_bytes=1))
    assert kept.left() == [2, 3]


def test_a_picture_of_two_jobs_stays_with_the_younger_one(kept: Kept) -> None:
    """And sizes that an older plitka has not written down are found out."""
    png = b"same".ljust(N_BYTES, b"x")
    kept.add(9, png=png)
    kept.add(1, png=png)
    with kept.store.write() as connection:
        connection.exec_driver_sql("UPDATE jobs SET n_bytes = NULL")
    assert kept_bytes(kept.store) == 0
    retention.measure_kept(kept.store, kept.pictures)
    assert kept_bytes(kept.store) == 2 * N_BYTES
    prune(kept.store, kept.pictures, Limits(days=3.0))
    assert kept.left() == [2]
    assert kept.pictures.is_whole(digest_of(png))


def test_the_folder_stays_under_its_limit_while_jobs_come_in(tmp_path: Path) -> None:
    """Of a running service; its owner marks favourites over HTTP, and what was pruned is told as deleted."""
    limit = 60_000
    with running(tmp_path, keep_bytes=limit) as server:
        client = server.client()
        first = server.ended(client, server.order(client, seed=0))
        path = routes.path_of(routes.JOB, job_id=first["id"])
        assert client.patch(path, json={"is_favourite": True}).json()["is_favourite"]
        assert server.client().patch(path, json={"is_favourite": False}).status_code == 404
        ids = []
        for seed in range(1, 40):
            ids.append(server.ended(client, server.order(client, seed=seed))["id"])
            assert folder_bytes(tmp_path) <= limit + 8000  # one that is just written
        wait_until(lambda: folder_bytes(tmp_path) <= limit)
        assert client.get(path).json()["is_favourite"]
        gone = client.get(routes.path_of(routes.JOB, job_id=ids[0]))
        assert (gone.status_code, "want of room" in gone.text) == (410, True)
        assert client.get(routes.path_of(routes.JOB_IMAGE, job_id=ids[-1])).status_code == 200
        assert server.told("pruned")


def folder_bytes(data: Path) -> int:
    """Of all pictures, however many come and go meanwhile."""
    total = 0
    for path in (data / "pictures").rglob("*.png"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total


def test_a_key_may_have_limits_of_its_own(tmp_path: Path) -> None:
    """Beside those of the service, and also where that has none."""
    with running(tmp_path) as server:
        operator, key = server.client("operator"), server.key()
        client, other = server.client_of(key), server.client()
        kept = server.ended(other, server.order(other, seed=99))
        for seed in range(5):
            server.ended(client, server.order(client, seed=seed))
        path = routes.path_of(routes.KEY, key_id=key.split("_")[1])
        assert operator.patch(path, json={"keep_bytes": 1}).json()["keep_bytes"] == 1
        server.service.retention.soon()
        wait_until(lambda: not client.get(routes.JOBS).json()["jobs"])
        assert other.get(routes.path_of(routes.JOB, job_id=kept["id"])).status_code == 200
