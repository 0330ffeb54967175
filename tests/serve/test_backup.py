"""Backups of a running service, and services that begin with one."""

import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from tests.serve import fast_server
from tests.serve.conftest import RECIPE, Databases, free_port, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.errors import InputError, ServiceError
from plitka.serve import revisions
from plitka.serve.backup import back_up, restore
from plitka.serve.database import connect
from plitka.serve.links import signed_path
from plitka.serve.picture_store import PictureStore
from plitka.serve.settings import Settings
from plitka.serve.store import State, open_store


def order(client: httpx2.Client, name: str, **order: Any) -> httpx2.Response:  # noqa: ANN401
    """An order under a name of its own."""
    return client.post("/v1/jobs", json={"recipe": RECIPE} | order, headers={"Idempotency-Key": name})


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
@pytest.mark.parametrize("source", ["sqlite", "postgresql"])
def test_a_service_goes_on_from_its_backup_elsewhere(
    databases: Databases, tmp_path: Path, source: str, target: str
) -> None:
    """Keys, links, pictures, idempotency and what waited are there, from whichever database to whichever."""
    choices = databases(source)
    with running(tmp_path / "old", lambda: FastEngine(step_s=0.02), drain_s=0.0, **choices) as server:
        key = server.key(daily=1000)
        client = server.client_of(key)
        done = server.ended(client, order(client, "done", seed=1).json())
        png = client.get(done["image_url"]).content
        link = signed_path(done["id"], server.service.link_secret, 600)
        runs, waits = order(client, "runs", steps=100).json(), order(client, "waits", seed=2).json()
        wait_until(lambda: client.get(f"/v1/jobs/{runs['id']}").json()["state"] == "running")
        copied = back_up(server.service.settings, tmp_path / "backup")
        assert client.get(f"/v1/jobs/{runs['id']}").json()["state"] == "running"
    assert (copied.n_keys, copied.n_jobs, copied.n_pictures, copied.lost) == (1, 3, 1, ())
    place = databases(target)
    assert restore(Settings(data=tmp_path / "new", **place), tmp_path / "backup") == copied
    with running(tmp_path / "new", **place) as server:
        assert httpx2.get(server.url + link).content == png
        assert server.client_of(None).get("/v1/jobs").status_code == 401
        client = server.client_of(key)
        assert client.get(f"/v1/jobs/{done['id']}").json() == done
        assert order(client, "done", seed=1).json()["id"] == done["id"]
        assert order(client, "done", seed=9).status_code == 409
        for job in (runs, waits):
            assert server.ended(client, job)["state"] == "succeeded"
        assert server.ended(client, order(client, "new").json())["state"] == "succeeded"
        listed = client.get("/v1/jobs").json()["jobs"]
        assert [job["id"] for job in listed[1:]] == [waits["id"], runs["id"], done["id"]]


def test_every_picture_that_a_backup_names_is_in_it(tmp_path: Path) -> None:
    """Also while pictures are made as fast as they can be."""
    with running(tmp_path / "data", key_queue_limit=1000, queue_limit=1000) as server:
        client, is_over = server.client(), threading.Event()

        def post() -> None:
            seed = 0
            while not is_over.is_set():
                order(client, f"n{seed}", seed=seed)
                seed += 1

        poster = threading.Thread(target=post)
        poster.start()
        for _ in range(5):
            assert back_up(server.service.settings, tmp_path / "backup").lost == ()
        is_over.set()
        poster.join()
    store = open_store(Settings(data=tmp_path / "backup"), own=True)
    with closing(store):
        pictures = PictureStore((tmp_path / "backup" / "pictures").as_uri())
        with store.engine.connect() as connection:
            names = connection.execute(sa.text("SELECT picture FROM jobs WHERE state = 'succeeded'")).scalars().all()
        assert names
        assert all(pictures.is_whole(name) for name in names)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a service that has made two pictures and was stopped."""
    with running(tmp_path / "data") as server:
        client = server.client()
        for seed in (1, 2):
            server.ended(client, server.order(client, seed=seed))
    return Settings(data=tmp_path / "data")


def files(folder: Path) -> dict[Path, tuple[int, int]]:
    """Every file with its inode and its size."""
    return {path: (path.stat().st_ino, path.stat().st_size) for path in folder.rglob("*") if path.is_file()}


def test_a_second_run_copies_what_is_new(settings: Settings, tmp_path: Path) -> None:
    """Pictures that are there stay as they are; files are private, and nothing is left over."""
    backup = tmp_path / "backup"
    assert back_up(settings, backup).n_pictures == 2
    first = {path: file for path, file in files(backup).items() if path.suffix == ".png"}
    with running(settings.data) as server:
        client = server.client()
        server.ended(client, server.order(client, seed=3))
        assert back_up(settings, backup).n_pictures == 3
    second = files(backup)
    assert first.items() <= second.items()
    assert {path.suffix for path in second} == {".png", ".sqlite", ".lock"}
    assert not [path for path in (backup, *backup.rglob("*")) if path.stat().st_mode & 0o077]


def test_a_backup_that_is_cut_off_leaves_the_last_one(settings: Settings, tmp_path: Path) -> None:
    """Killed at the database or at a picture: what was there is still whole, and the next run mends the rest."""
    backup = tmp_path / "backup"
    back_up(settings, backup)
    before = (backup / "plitka.sqlite").read_bytes()
    with running(settings.data) as server:
        client = server.client()
        server.ended(client, server.order(client, seed=3))
    for target in (_die_at_rows, _die_at_pictures):
        process = fast_server.FORKED.Process(target=target, args=(settings, backup))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        assert (backup / "plitka.sqlite").read_bytes() == before
    assert back_up(settings, backup).n_pictures == 3
    assert not (backup / "plitka.sqlite.part").exists()


def _die_at_rows(settings: Settings, backup: Path) -> None:
    def kill(_connection: object, _cursor: object, text: str, *_: object) -> None:
        if text.startswith("INSERT INTO jobs"):
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "before_cursor_execute", kill)
    back_up(settings, backup)


def _die_at_pictures(settings: Settings, backup: Path) -> None:
    PictureStore.write = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign]  # ends with it
    back_up(settings, backup)


def test_pictures_that_are_lost_are_told(settings: Settings, tmp_path: Path) -> None:
    """The rest is copied; a cut picture is not taken for the one that it was."""
    gone, cut = sorted(path for path in settings.data.rglob("*.png"))
    gone.unlink()
    cut.write_bytes(cut.read_bytes()[:100])
    copied = back_up(settings, tmp_path / "backup")
    assert copied.n_pictures == 0
    assert set(copied.lost) == {gone.stem, cut.stem}
    assert restore(Settings(data=tmp_path / "new"), tmp_path / "backup").lost == copied.lost


def test_an_older_database_is_copied_as_it_is(tmp_path: Path) -> None:
    """Before it is brought up, and by the new plitka, to which one would go back."""
    settings = Settings(data=tmp_path / "data")
    engine = connect(settings)
    revisions.migrate(engine, "0001")
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO secrets VALUES ('links', x'00ff')"))
    engine.dispose()
    back_up(settings, tmp_path / "backup")
    restore(Settings(data=tmp_path / "new"), tmp_path / "backup")
    engine = connect(Settings(data=tmp_path / "new"))
    with engine.connect() as connection:
        assert revisions.find(connection) == "0001"
        assert connection.execute(sa.text("SELECT value FROM secrets")).scalar_one() == b"\x00\xff"
    engine.dispose()


def refused(what: Callable[[], object], match: str) -> None:
    """It is, in words that say why."""
    with pytest.raises(InputError, match=match):
        what()


def test_what_would_overwrite_something_is_refused(settings: Settings, tmp_path: Path) -> None:
    """Nothing is touched: neither the service's own folder, nor another's, nor a database that is there."""
    other, backup = tmp_path / "other", tmp_path / "backup"
    other.mkdir(mode=0o700)
    (other / "letter.txt").touch()
    back_up(settings, backup)
    before = files(tmp_path)
    refused(lambda: back_up(settings, settings.data), "own folder")
    refused(lambda: back_up(settings, other), "other things")
    refused(lambda: back_up(Settings(data=tmp_path / "typo"), backup), "no database")
    refused(lambda: restore(settings, backup), r"is there already, .* --data")
    refused(lambda: restore(Settings(data=tmp_path / "new"), other), "no whole backup")
    assert {path: before[path] for path in before if path.name != "plitka.sqlite.part"} == {
        path: file for path, file in files(tmp_path).items() if path.name != "plitka.sqlite.part"
    }
    with running(settings.data):
        refused(lambda: restore(settings, backup), "a service runs on this database")
    with running(backup):
        refused(lambda: back_up(settings, backup), "a service runs")


def test_a_damaged_backup_is_refused(settings: Settings, tmp_path: Path) -> None:
    """Before anything is made of it."""
    back_up(settings, tmp_path / "backup")
    path = tmp_path / "backup" / "plitka.sqlite"
    path.write_bytes(path.read_bytes()[:9000])
    refused(lambda: restore(Settings(data=tmp_path / "new"), tmp_path / "backup"), "damaged")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_states_are_those_of_one_moment(databases: Databases, tmp_path: Path, kind: str) -> None:
    """A job that ends while rows are copied is in the backup as it was."""
    with running(tmp_path / "data", **databases(kind)) as server, server.fast.lingering():
        client = server.client()
        job = server.order(client)
        wait_until(lambda: client.get(f"/v1/jobs/{job['id']}").json()["state"] == "running")
        ended = threading.Event()

        def wait(_connection: object, _cursor: object, text: str, *_: object) -> None:
            if text.startswith("INSERT INTO keys") and not ended.is_set():
                ended.set()
                server.fast.n_may_end = 1
                server.ended(client, job)

        sa.event.listen(sa.Engine, "before_cursor_execute", wait)
        try:
            back_up(server.service.settings, tmp_path / "backup")
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", wait)
        assert ended.is_set()
    assert state_in(tmp_path / "backup", job) is State.RUNNING


def state_in(backup: Path, job: dict[str, Any]) -> State:
    """Of a job, as a backup has it."""
    with closing(open_store(Settings(data=backup), own=False)) as store:
        found = store.find_job(job["id"])
    assert found is not None
    return found.state


def test_a_place_that_cannot_be_written_is_told(settings: Settings, tmp_path: Path) -> None:
    """As the system says it, with its name; the source is as it was."""
    (tmp_path / "backup").mkdir(mode=0o700)
    (tmp_path / "backup" / "pictures").touch()
    with pytest.raises((OSError, ServiceError), match="pictures"):
        back_up(settings, tmp_path / "backup")
    assert not (tmp_path / "backup" / "plitka.sqlite").exists()
    refused(
        lambda: back_up(Settings(database_url=f"postgresql://x:secret@127.0.0.1:{free_port()}/x"), tmp_path / "b"),
        "URL",
    )


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("CREATE TABLE other (id INTEGER)", "other tables or columns"),
        ("ALTER TABLE jobs ADD COLUMN other TEXT", "other tables or columns"),
        ("UPDATE jobs SET state = 'x'", "in states"),
        ("UPDATE jobs SET request = 'no json'", "values that plitka cannot have written"),
        ("UPDATE jobs SET number = 'x' WHERE 1 = 0; DROP TABLE secrets", "other tables or columns"),
    ],
)
def test_a_backup_that_plitka_has_not_written_is_refused(
    settings: Settings, tmp_path: Path, statement: str, says: str
) -> None:
    """In one sentence, and nothing of it is kept."""
    back_up(settings, tmp_path / "backup")
    with closing(sqlite3.connect(tmp_path / "backup" / "plitka.sqlite")) as connection:
        connection.executescript(statement)
    with pytest.raises(InputError, match=says):
        restore(Settings(data=tmp_path / "new"), tmp_path / "backup")
    store = open_store(Settings(data=tmp_path / "new"), own=True)
    assert store.list_keys() == []
    store.close()


@pytest.mark.parametrize("name", ["../../outside", "/outside", "x"])
def test_a_backup_cannot_name_pictures_elsewhere(settings: Settings, tmp_path: Path, name: str) -> None:
    """A job whose picture has such a name has lost it; nothing outside of the place is read or written."""
    back_up(settings, tmp_path / "backup")
    (tmp_path / "outside.png").write_bytes(b"secret")
    before = files(tmp_path / "data")
    with closing(sqlite3.connect(tmp_path / "backup" / "plitka.sqlite")) as connection:
        connection.execute("UPDATE jobs SET picture = ? WHERE number = 1", (name,))
        connection.commit()
    copied = restore(Settings(data=tmp_path / "new"), tmp_path / "backup")
    assert (copied.n_pictures, copied.lost) == (1, (name,))
    assert (tmp_path / "outside.png").read_bytes() == b"secret"
    assert files(tmp_path / "data") == before
