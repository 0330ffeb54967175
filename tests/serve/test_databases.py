"""The same service over a real PostgreSQL, counting in a real Redis, and keeping pictures in another store."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from tests.serve.conftest import RECIPE, running, wait_until
from tests.serve.fast_engine import FastEngine
from tests.serve.fast_server import free_port

from plitka.errors import InputError
from plitka.serve import tables
from plitka.serve.picture_store import Pictures, digest_of
from plitka.serve.settings import Settings
from plitka.serve.store import State, open_store


def program(name: str) -> str:
    """A server's program; missing it fails in CI and is a reason to skip elsewhere."""
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *os.get_exec_path()]
    found = shutil.which(name, path=os.pathsep.join(map(str, places)))
    if found is None:
        assert not os.environ.get("CI"), f"{name} must be installed in CI"
        pytest.skip(f"{name} is not installed here")
    return found


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an empty PostgreSQL of our own."""
    initdb, postgres = program("initdb"), program("postgres")
    folder, port = tmp_path_factory.mktemp("postgresql"), free_port()
    data = folder / "data"
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = pwd.getpwnam("postgres")
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        shutil.chown(folder, user.pw_uid, user.pw_gid)
        for parent in folder.parents:
            if parent.owner() == "root" and parent != Path("/") and str(parent).startswith("/tmp/"):  # noqa: S108
                parent.chmod(0o755)
    words = [initdb, "-D", str(data), "-U", "plitka", "--auth=trust", "--no-sync", "-E", "UTF8"]
    subprocess.run(words, check=True, capture_output=True, cwd=folder, **as_user)
    with (folder / "log").open("wb") as log:
        words = [postgres, "-D", str(data), "-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1"]
        server = subprocess.Popen([*words, "-F"], stdout=log, stderr=log, cwd=folder, **as_user)
    url = f"postgresql://plitka@127.0.0.1:{port}/postgres"

    def answers() -> bool:
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        try:
            engine.connect().close()
        except sa.exc.OperationalError:
            return False
        finally:
            engine.dispose()
        return True

    wait_until(answers)
    yield url
    server.terminate()
    server.wait(30)


@pytest.fixture(scope="module")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an empty Redis of our own."""
    port, folder = free_port(), tmp_path_factory.mktemp("redis")
    words = [program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(words, stdout=log, stderr=log)

    def answers() -> bool:
        import redis

        with redis.Redis(port=port) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

    wait_until(answers)
    yield port
    server.terminate()
    server.wait(30)


def test_a_service_over_postgresql(postgresql: str, tmp_path: Path) -> None:
    """Jobs, pages, idempotency and a new start work there as they do over SQLite; a second service is refused."""
    with running(tmp_path, lambda: FastEngine(step_s=0.02), database_url=postgresql, drain_s=0.0) as server:
        key = server.key()
        client = server.client_of(key)
        head = {"Idempotency-Key": "once"}
        first, again = (client.post("/v1/jobs", json={"recipe": RECIPE}, headers=head).json() for _ in range(2))
        assert first["id"] == again["id"]
        assert server.ended(client, first)["state"] == "succeeded"
        assert client.get(f"/v1/jobs/{first['id']}/image").content.startswith(b"\x89PNG")
        with pytest.raises(InputError, match="another service"):
            open_store(Settings(data=tmp_path, database_url=postgresql), own=True)
        left = [server.order(client, steps=20)["id"] for _ in range(3)]
    with running(tmp_path, database_url=postgresql) as server:
        client = server.client_of(key)
        for job_id in left:
            assert server.ended(client, {"id": job_id})["state"] == "succeeded"
        page = client.get("/v1/jobs", params={"limit": 2}).json()
        assert [job["id"] for job in page["jobs"]] == left[:0:-1]


def test_a_job_outlives_an_absent_database(postgresql: str, tmp_path: Path) -> None:
    """Connections that are cut while a picture is made cost no job."""
    with running(tmp_path, lambda: FastEngine(step_s=0.05), database_url=postgresql) as server:
        client = server.client()
        job = server.order(client, steps=20)
        wait_until(lambda: client.get(f"/v1/jobs/{job['id']}").json()["state"] == "running")
        engine = sa.create_engine(postgresql.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            mine = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            connection.execute(sa.text(mine))
        engine.dispose()
        wait_until(lambda: client.get(f"/v1/jobs/{job['id']}").json().get("state") == "succeeded")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_migrations_make_the_tables_that_the_code_knows(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Nothing differs between what is migrated to and what is declared."""
    url = request.getfixturevalue("postgresql") if kind == "postgresql" else f"sqlite:///{tmp_path / 'a.sqlite'}"
    store = open_store(Settings(data=tmp_path, database_url=url), own=False)
    with store._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    store.close()


def test_redis_counts_for_all_services(redis_port: int, tmp_path: Path) -> None:
    """What one service has counted the next one knows; when Redis is away, each counts for itself."""
    url = f"redis://127.0.0.1:{redis_port}/0"
    with running(tmp_path, redis_url=url) as server:
        key = server.key(per_minute=2)
        client = server.client_of(key)
        assert [client.post("/v1/jobs", json={"recipe": RECIPE}).status_code for _ in range(2)] == [202, 202]
    with running(tmp_path, redis_url=url) as server:
        refused = server.client_of(key).post("/v1/jobs", json={"recipe": RECIPE})
        assert refused.status_code == 429
    with running(tmp_path, redis_url=f"redis://127.0.0.1:{free_port()}/0") as server:
        client = server.client(per_minute=1)
        assert [client.post("/v1/jobs", json={"recipe": RECIPE}).status_code for _ in range(2)] == [202, 429]
        assert any(line["event"] == "redis_away" for line in server.logs)


def test_pictures_in_another_store(tmp_path: Path) -> None:
    """A store that is no folder, as S3 is none: fsspec's own in memory."""
    with running(tmp_path, pictures_url="memory://bucket/pictures") as server:
        client = server.client()
        job = server.order(client)
        done = server.ended(client, job)
        assert client.get(done["image_url"]).content.startswith(b"\x89PNG")
        assert done["result"]["sha256"] in str(fsspec.filesystem("memory").find("/bucket"))
    assert not (tmp_path / "pictures").exists()


def test_a_picture_is_whole_or_not_there(tmp_path: Path) -> None:
    """What a cut-off write left is removed with it."""
    pictures = Pictures(tmp_path.as_uri())
    digest = digest_of(b"picture")
    pictures.write(b"picture", digest)
    assert pictures.read(digest) == b"picture"
    left = tmp_path / digest[:2] / f".{digest}.png.0badcafe.part"
    left.write_bytes(b"pic")
    pictures.discard(digest)
    assert not pictures.has(digest)
    assert not left.exists()


def test_the_same_picture_again_is_not_written_again(tmp_path: Path) -> None:
    """Unless what is there under its name is not the picture, as after a power cut, or the disk shall be waited for."""
    pictures = Pictures(tmp_path.as_uri())
    digest = digest_of(b"picture")
    path = tmp_path / digest[:2] / f"{digest}.png"
    pictures.write(b"picture", digest)
    first = path.stat().st_ino
    pictures.write(b"picture", digest)
    assert path.stat().st_ino == first
    path.write_bytes(b"\0" * 7)
    pictures.write(b"picture", digest)
    assert pictures.read(digest) == b"picture"
    whole = path.stat().st_mtime_ns, path.stat().st_ino
    Pictures(tmp_path.as_uri(), sync=True).write(b"picture", digest)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) != whole
    assert pictures.read(digest) == b"picture"


def test_a_job_that_was_kept_but_not_ended_is_ended(tmp_path: Path) -> None:
    """A kill between the picture and its row is mended without making the picture again."""
    with running(tmp_path) as server:
        key = server.key()
        done = server.ended(server.client_of(key), server.order(server.client_of(key)))
    store = open_store(Settings(data=tmp_path), own=True)
    with store._write() as connection:
        connection.execute(sa.update(tables.jobs).values(state=State.RUNNING, finished_at=None))
    store.close()
    engine = FastEngine()
    with running(tmp_path, lambda: engine) as server:
        seen = server.client_of(key).get(f"/v1/jobs/{done['id']}").json()
        assert seen["state"] == "succeeded"
        assert engine.made == [0]  # the first picture, which nobody sees


def test_a_database_that_cannot_be_opened_is_told() -> None:
    """Without its URL, which may hold a password."""
    url = f"postgresql://plitka:secret@127.0.0.1:{free_port()}/none"
    with pytest.raises(InputError) as refused:
        open_store(Settings(database_url=url), own=True)
    assert "secret" not in str(refused.value)
    assert "secret" not in repr(Settings(database_url=url))
