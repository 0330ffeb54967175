"""Pictures that their owners delete: what goes, what stays, and who may."""

import sqlite3
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from tests.serve.conftest import RECIPE, Databases, Running, running
from tests.serve.fast_engine import FastEngine

from plitka.serve import deletions, revisions, tables
from plitka.serve.backup import back_up, restore
from plitka.serve.database import connect
from plitka.serve.inspection import inspect_kept
from plitka.serve.links import signed_path
from plitka.serve.picture_store import PictureStore
from plitka.serve.settings import Settings

SVG = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E"
    "%3Crect width='4' height='4'/%3E%3C/svg%3E"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def choices(request: pytest.FixtureRequest, databases: Databases) -> dict[str, Any]:
    """The settings of a database without tables."""
    return databases(request.param)


def made(server: Running, client: httpx2.Client, **order: Any) -> Any:  # noqa: ANN401  (JSON)
    """A job that has succeeded."""
    job = server.ended(client, server.order(client, **order))
    assert job["state"] == "succeeded", job
    return job


def row_of(settings: Settings, job: Any) -> Any:  # noqa: ANN401
    """What the database has of a job."""
    engine = connect(settings, create=False)
    with engine.connect() as connection:
        row = connection.execute(sa.select(tables.jobs).where(tables.jobs.c.id == job["id"])).one()
    engine.dispose()
    return row


def test_all_that_is_private_goes_and_a_mark_stays(choices: dict[str, Any], tmp_path: Path) -> None:
    """Picture, masks and words; every address of it answers 410 with a sentence, and a second time is as the first."""
    with running(tmp_path / "data", **choices) as server:
        key = server.key(daily=1000)
        client, settings = server.client_of(key), server.service.settings
        zones = [{"mask": SVG, "recipe": "white"}]
        body = {"recipe": RECIPE, "seed": 7, "zones": zones, "width_px": 192, "height_px": 192}
        job = server.ended(client, client.post("/v1/jobs", json=body, headers={"Idempotency-Key": "one"}).json())
        other = made(server, client, seed=8)
        link = signed_path(job["id"], server.service.link_secret, 600)
        digest = job["result"]["sha256"]
        back_up(settings, tmp_path / "backup")
        assert client.delete(f"/v1/jobs/{job['id']}").status_code == 204
        assert client.delete(f"/v1/jobs/{job['id']}").status_code == 204
        for path in ("", "/image", "/image?format=webp", "/events"):
            gone = client.get(f"/v1/jobs/{job['id']}{path}")
            assert (gone.status_code, gone.json()["code"]) == (410, "gone")
            assert "deleted by its owner" in gone.json()["error"]
        assert httpx2.get(server.url + link).status_code == 410
        assert client.get(f"/v1/predictions/{job['id']}").status_code == 410
        again = client.post("/v1/jobs", json=body, headers={"Idempotency-Key": "one"})
        assert again.status_code == 410
        assert [one["id"] for one in client.get("/v1/jobs").json()["jobs"]] == [other["id"]]
        assert client.get("/v1/jobs", params={"cursor": job["id"]}).json()["jobs"] == []
        row = row_of(settings, job)
        assert (row.request, row.masks, row.result, row.picture, row.error, row.webhook) == ({}, *[None] * 5)
        assert (row.state, row.deleted_at is None, row.key_id == "") == ("succeeded", False, False)
        assert not PictureStore(settings.pictures).has(digest)
        found = inspect_kept(settings)
        assert (found.is_well, found.n_jobs, found.n_pictures, found.n_deleted) == (True, 1, 1, 1)
        copied = back_up(settings, tmp_path / "backup")
    assert (copied.n_pictures, copied.lost) == (1, ())
    kept = PictureStore((tmp_path / "backup/pictures").as_uri())
    assert not kept.has(digest)
    assert kept.has(other["result"]["sha256"])
    restore(Settings(data=tmp_path / "new"), tmp_path / "backup")
    with running(tmp_path / "new") as server:
        assert server.client_of(key).get(f"/v1/jobs/{job['id']}/image").status_code == 410


def test_only_its_owner_deletes_what_has_ended(tmp_path: Path) -> None:
    """Nobody else learns that it is there; what is shown by another job as well stays for that one."""
    with running(tmp_path, lambda: FastEngine(step_s=0.02)) as server:
        mine, others = server.client(), server.client()
        job, same = made(server, mine, seed=7), made(server, others, seed=7)
        assert job["result"]["sha256"] == same["result"]["sha256"]
        path = f"/v1/jobs/{job['id']}"
        assert others.delete(path).status_code == 404
        assert server.client("viewer").delete(path).status_code == 403
        runs = server.order(mine, steps=150)
        refused = mine.delete(f"/v1/jobs/{runs['id']}")
        assert (refused.status_code, "cancel it" in refused.json()["error"]) == (409, True)
        mine.post(f"/v1/jobs/{runs['id']}/cancel")
        server.ended(mine, runs)
        assert mine.delete(f"/v1/jobs/{runs['id']}").status_code == 204
        assert mine.delete(path).status_code == 204
        assert mine.get(f"{path}/image").status_code == 410
        assert others.get(same["image_url"]).status_code == 200
        assert others.delete(f"/v1/jobs/{same['id']}").status_code == 204
        assert not PictureStore(server.service.settings.pictures).has(same["result"]["sha256"])
        assert made(server, mine, seed=7)["result"]["sha256"] == same["result"]["sha256"]


def test_a_deletion_that_was_cut_off_is_finished_by_the_next_start(tmp_path: Path) -> None:
    """It is hidden from the first moment on, and no fault."""
    with running(tmp_path) as server:
        key = server.key()
        client, settings = server.client_of(key), server.service.settings
        job = made(server, client, seed=7)
        with sqlite3.connect(tmp_path / "plitka.sqlite") as connection:  # as after a kill behind the mark
            connection.execute("UPDATE jobs SET deleted_at = 1.0, request = '{}', result = NULL")
        connection.close()
        assert client.get(job["image_url"]).status_code == 410
        digest = job["result"]["sha256"]
        assert PictureStore(settings.pictures).has(digest)
        assert inspect_kept(settings).is_well
    with running(tmp_path) as server:
        assert not PictureStore(settings.pictures).has(digest)
        assert row_of(settings, job).picture is None
        assert server.client_of(key).get(job["image_url"]).status_code == 410


def test_an_older_database_knows_no_deletions(tmp_path: Path) -> None:
    """A backup of one can be made, and looked at, before it is brought up."""
    engine = connect(Settings(data=tmp_path))
    revisions.migrate(engine, "0004")
    with engine.connect() as connection:
        query = sa.select(tables.jobs.c.id).where(deletions.is_deleted(connection))
        assert connection.execute(query).all() == []
        with pytest.raises(OperationalError):
            connection.execute(sa.select(tables.jobs.c.deleted_at))
    engine.dispose()
    settings = Settings(data=tmp_path)
    assert inspect_kept(settings).is_well
    assert back_up(settings, tmp_path / "backup").lost == ()
