"""What a new start takes up."""

from pathlib import Path

from tests.serve.conftest import RECIPE, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.serve.service import Service
from plitka.serve.store import Job


def keep(service: Service, job_id: str, **changes: object) -> None:
    """Write a job's row as an earlier run may have left it."""
    service.store._change(job_id, **changes)


def test_what_was_left_is_taken_up_in_its_order(tmp_path: Path) -> None:
    """What waits, waits again; what was begun too often without an end fails, and says why."""
    with running(tmp_path, lambda: FastEngine(step_s=0.1), drain_s=0.1) as server:
        key = server.key()
        client = server.client_of(key)
        jobs = [server.order(client, steps=100 if number == 0 else 1) for number in range(4)]
        wait_until(lambda: server.service.jobs.open_jobs()[0][1].position is None)
        server.service.jobs.drain()
        keep(server.service, jobs[2]["id"], state="running", n_starts=3)
        client.post(f"/v1/jobs/{jobs[0]['id']}/cancel")
    with running(tmp_path) as server:
        client = server.client_of(key)
        found = [server.ended(client, job) for job in jobs]
    assert [job["state"] for job in found[1:]] == ["succeeded", "failed", "succeeded"]
    assert found[2]["error"]["code"] == "poisoned"


def test_it_waits_for_nobody(tmp_path: Path) -> None:
    """A job that its client waited for is made after a restart: who waited cannot be asked any more."""
    with running(tmp_path) as server:
        job = Job(id="a" * 32, key_id=server.key().split("_")[1], request={"recipe": RECIPE, "seed": 1},
                  request_id="r", created_at=0.0)  # fmt: skip
        server.service.store.add_jobs([job])
    with running(tmp_path) as server:
        wait_until(lambda: (found := server.service.store.find_job(job.id)) is not None and found.state.is_final)
        found = server.service.store.find_job(job.id)
        assert found is not None
        server.service.jobs.let_go(found)
        assert found.state == "succeeded"
