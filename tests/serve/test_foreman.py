"""Taking over from workers that are gone, or seem to be."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from tests.serve.conftest import Running, running, wait_until
from tests.serve.fast_engine import FastEngine
from tests.serve.test_shared_jobs import SLOW, foreman, kept

from plitka.errors import InputError, StorageAway
from plitka.serve import foreman as foreman_module
from plitka.serve import leases
from plitka.serve.leases import WorkerRow
from plitka.serve.life import Life
from plitka.serve.service import open_service
from plitka.serve.settings import Settings


def owner_of(server: Running, job_id: str) -> str:
    """The worker that has a job, once one has."""
    wait_until(lambda: kept(server, job_id).state == "running")
    found = leases.owner(server.service.store, job_id)
    assert found is not None
    return found


def pid_of(server: Running, worker: str) -> int:
    """Of its process."""
    return next(row.pid for row in leases.workers(server.service.store) if row.id == worker)


@contextmanager
def frozen(server: Running, pid: int) -> Iterator[None]:
    """A process stands still, though not while it holds the database."""
    while True:
        os.kill(pid, signal.SIGSTOP)
        try:
            leases.ask(server.service.store, ["none"], stop=None)
            break
        except StorageAway:
            os.kill(pid, signal.SIGCONT)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_the_lease_of_who_stands_still_ends(tmp_path: Path) -> None:
    """Another makes its job; what it still says of it when it goes on changes nothing, and it goes on with others."""
    with running(tmp_path, partial(FastEngine, step_s=0.1), workers=2, lease_s=2.0, pulse_s=0.05) as server:
        client = server.client()
        job = server.order(client, steps=20)
        late = owner_of(server, job["id"])
        with frozen(server, pid_of(server, late)):
            assert server.ended(client, job)["state"] == "succeeded"
            first = kept(server, job["id"])
            assert first.n_starts == 2
        again = [server.order(client, seed=seed, steps=4) for seed in range(6)]
        assert {server.ended(client, one)["state"] for one in again} == {"succeeded"}
        wait_until(lambda: any(row.id == late for row in leases.workers(server.service.store)))
        assert kept(server, job["id"]) == first
    assert len([line for line in server.logs if line["event"] == "job_ended" and line["job_id"] == job["id"]]) == 1


def test_an_absence_of_the_database_ends_no_lease(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody could give a sign meanwhile; who gives none afterwards is taken for dead as ever."""
    service = open_service(Settings(data=tmp_path, workers=0, lease_s=0.3, pulse_s=0.01), FastEngine, version="0")
    store, one = service.store, foreman(service)
    leases.join(store, WorkerRow(id="far", place="another machine"))
    now_s = [0.0]
    monkeypatch.setattr(foreman_module, "time", SimpleNamespace(monotonic=lambda: now_s[0]))

    def look() -> list[str]:
        one._look()
        return [row.id for row in leases.workers(store)]

    assert look() == ["far"]
    with monkeypatch.context() as patch:
        patch.setattr(store, "engine", sa.create_engine("sqlite:////nowhere/at/all"))
        now_s[0] += 0.4
        one._look()
    assert look() == ["far"]
    now_s[0] += 0.4
    assert look() == []
    one.crew.kill()
    store.close()


def test_who_ends_its_process_is_not_asked_for_ever(tmp_path: Path) -> None:
    """A job that kills each worker fails as poisoned, and the others are made; of each there is one end."""
    from tests.serve.fast_engine import SEED_KILL

    with running(tmp_path, SLOW, workers=2, max_starts=2) as server:
        client = server.client()
        poison, well = server.order(client, seed=SEED_KILL), server.order(client, seed=1)
        ended = server.ended(client, poison)
        assert (ended["state"], ended["error"]["code"]) == ("failed", "poisoned")
        assert server.ended(client, well)["state"] == "succeeded"


def fail_to_load() -> FastEngine:
    """An engine that is not there."""
    raise InputError("no model at /secret/place")


def test_a_service_without_any_engine_has_failed(tmp_path: Path) -> None:
    """As with one process: probes say so, orders are refused, and nothing hangs."""
    with running(tmp_path, fail_to_load, workers=2, max_restarts=1) as server:
        assert server.service.jobs.life is Life.FAILED
        client = server.client()
        assert client.get("/livez").status_code == 503
        assert client.post("/v1/jobs", json={"recipe": "red"}).status_code == 503
        assert set(foreman(server.service).crew.lives.values()) == {Life.FAILED}


@pytest.mark.parametrize("kind", ["cancelled", "left"])
def test_what_was_to_stop_is_not_made_anew(tmp_path: Path, kind: str) -> None:
    """Its worker died before it heard of it."""
    with running(tmp_path, partial(FastEngine, step_s=0.1), workers=2, pulse_s=5.0) as server:
        client = server.client()
        job = server.order(client, steps=100)
        owner = owner_of(server, job["id"])
        if kind == "cancelled":
            client.post(f"/v1/jobs/{job['id']}/cancel")
        else:
            server.service.jobs.waiters.expect(job["id"])
            server.service.jobs.let_go(kept(server, job["id"]))
        os.kill(pid_of(server, owner), signal.SIGKILL)
        ended = server.ended(client, job)
    assert ended["state"] == "cancelled"
    assert (ended["error"] or {}).get("code") == (None if kind == "cancelled" else "left")
