"""What is found wrong with all that is kept, and what can be mended."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import fsspec
import pytest
from structlog.testing import capture_logs
from tests.serve.conftest import Databases, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.errors import InputError
from plitka.serve.backup import back_up
from plitka.serve.inspection import inspect_kept
from plitka.serve.picture_store import PictureStore, digest_of
from plitka.serve.settings import Settings

ORPHAN = b"a picture of nobody's"
PART = "ab/." + "ab" * 32 + ".png.0badcafe.part"


@dataclass(slots=True)
class Damaged:
    """A stopped service with a fault of each kind."""

    settings: Settings
    missing: str
    cut: str


@pytest.fixture(params=["folder", "memory", "postgresql"])
def kept(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Damaged:
    """Three pictures, of which one is missing and one is cut; an orphan, and a part."""
    choices = databases(request.param) if request.param == "postgresql" else {}
    if request.param == "memory":
        choices = {"pictures_url": f"memory://{tmp_path.name}/pictures"}
    with running(tmp_path / "data", **choices) as server:
        client = server.client()
        jobs = [server.ended(client, server.order(client, seed=seed)) for seed in (1, 2, 3)]
    settings = Settings(data=tmp_path / "data", **choices)
    files, root = fsspec.core.url_to_fs(settings.pictures)
    assert inspect_kept(settings).is_well
    missing, cut = (job["result"]["sha256"] for job in jobs[:2])
    files.rm_file(f"{root}/{missing[:2]}/{missing}.png")
    files.pipe_file(f"{root}/{cut[:2]}/{cut}.png", b"\x89PNG")
    PictureStore(settings.pictures).write(ORPHAN, digest_of(ORPHAN))
    files.makedirs(f"{root}/ab", exist_ok=True)
    files.pipe_file(f"{root}/{PART}", b"half")
    return Damaged(settings, missing, cut)


def test_each_fault_is_found_and_what_can_be_is_set_aside(kept: Damaged) -> None:
    """Nothing is removed, and afterwards what is lost is known to be."""
    found = inspect_kept(kept.settings)
    assert (found.n_jobs, found.n_pictures, found.faults) == (3, 3, ())
    assert found.lost == tuple(sorted((kept.missing, kept.cut)))
    assert (found.damaged, found.orphans, found.parts) == ((kept.cut,), (digest_of(ORPHAN),), (PART,))
    assert not found.is_well
    mended = inspect_kept(kept.settings, repair=True)
    assert mended.n_set_aside == 3
    after = inspect_kept(kept.settings)
    assert (mended.n_marked, mended.is_well, after.is_well) == (2, False, True)
    assert (after.lost, after.known) == ((), found.lost)
    assert (after.damaged, after.orphans, after.parts) == ((), (), ())
    files, root = fsspec.core.url_to_fs(kept.settings.pictures)
    assert {path.rpartition("/")[2] for path in files.find(f"{root}/aside")} == {
        f"{kept.cut}.png",
        f"{digest_of(ORPHAN)}.png",
        PART.partition("/")[2],
    }


def test_a_known_loss_is_told_and_may_be_brought_back(tmp_path: Path) -> None:
    """The job says so, and no backup logs it any more; once it is there again, another repair takes that back."""
    with running(tmp_path) as server:
        client = server.client()
        job = server.ended(client, server.order(client))
        png = client.get(job["image_url"]).content
        key = client.headers["Authorization"].removeprefix("Bearer ")
    (path,) = tmp_path.rglob("*.png")
    path.unlink()
    assert inspect_kept(Settings(data=tmp_path), repair=True).n_marked == 1
    with capture_logs() as logs:
        assert back_up(Settings(data=tmp_path), tmp_path / "backup").lost == ()
    assert logs == []
    with running(tmp_path) as server:
        told = server.client_of(key).get(f"/v1/jobs/{job['id']}").json()
        assert (told["state"], told["error"]["code"]) == ("succeeded", "gone")
        assert server.client_of(key).get(job["image_url"]).status_code == 410
    path.write_bytes(png)
    assert inspect_kept(Settings(data=tmp_path), repair=True).known == ()
    with running(tmp_path) as server:
        assert server.client_of(key).get(f"/v1/jobs/{job['id']}").json() == job
        assert server.client_of(key).get(job["image_url"]).content == png


def test_a_service_that_runs_is_looked_at_and_not_repaired(tmp_path: Path) -> None:
    """While it paints nothing of it is taken for a fault."""
    engine = FastEngine()
    with running(tmp_path, lambda: engine) as server, engine.lingering():
        client = server.client()
        jobs = [server.order(client) for _ in range(8)]
        for job in jobs:
            assert inspect_kept(server.service.settings).is_well
            engine.n_may_end += 1  # the next one is begun while this one is written
            assert inspect_kept(server.service.settings).is_well
            assert server.ended(client, job)["state"] == "succeeded"
        with pytest.raises(InputError, match="a service runs on this database"):
            inspect_kept(server.service.settings, repair=True)
        wait_until(lambda: inspect_kept(server.service.settings).n_pictures == len(jobs))


def test_an_index_that_contradicts_its_table_is_made_anew(tmp_path: Path) -> None:
    """A start does not find it; this does, and mends it."""
    with running(tmp_path) as server:
        client = server.client()
        server.ended(client, server.order(client))
    with sqlite3.connect(tmp_path / "plitka.sqlite") as connection:
        connection.execute("PRAGMA writable_schema=ON")
        text = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'ix_jobs_state'").fetchone()[0]
        connection.execute(
            "UPDATE sqlite_master SET sql = ? WHERE name = 'ix_jobs_state'", (text + " WHERE number < 0",)
        )
    connection.close()
    with sqlite3.connect(tmp_path / "plitka.sqlite") as connection:
        connection.execute("UPDATE jobs SET state = 'failed'")  # which leaves the entry in the index as it was
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'ix_jobs_state'", (text,))
    connection.close()
    found = inspect_kept(Settings(data=tmp_path))
    assert any("ix_jobs_state" in fault for fault in found.faults)
    mended = inspect_kept(Settings(data=tmp_path), repair=True)
    assert mended.faults == ()
    assert inspect_kept(Settings(data=tmp_path)).faults == ()


def test_what_no_index_mends_is_told(tmp_path: Path) -> None:
    """A bad page, and a job without its key; pictures are not called orphans for it."""
    with running(tmp_path) as server:
        client = server.client()
        server.ended(client, server.order(client))
    path = tmp_path / "plitka.sqlite"
    whole = path.read_bytes()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM keys")
    connection.close()
    found = inspect_kept(Settings(data=tmp_path), repair=True)
    assert found.faults == ("jobs 1 belongs to none of keys",)
    path.write_bytes(whole[: len(whole) - 4096] + b"\xa5" * 4096)
    found = inspect_kept(Settings(data=tmp_path), repair=True)
    assert found.faults
    assert found.orphans == ()
    assert len(list(tmp_path.rglob("*.png"))) == 1
