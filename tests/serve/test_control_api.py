"""Anybody's jobs, the intake and the end, for operators alone."""

import threading
from pathlib import Path

from tests.serve.conftest import RECIPE, Running, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.serve import routes


def test_only_operators_are_in_control(server: Running) -> None:
    """No other role lists, cancels, deletes, pauses or stops."""
    client, body = server.client(), {"key_id": "0" * 12}
    asked = (
        client.get(routes.OPERATION_JOBS),
        client.post(routes.OPERATION_CANCEL, json=body),
        client.post(routes.OPERATION_PURGE, json=body),
        client.delete(routes.path_of(routes.OPERATION_JOB, job_id="0" * 32)),
        client.put(routes.INTAKE, json={"is_paused": True}),
        client.post(routes.DRAIN),
    )
    assert [answer.status_code for answer in asked] == [403] * 6


def test_a_keys_jobs_are_listed_cancelled_and_deleted(tmp_path: Path) -> None:
    """All of one key's, and nobody else's; without what they ask for."""
    may_end = threading.Event()
    with running(tmp_path, lambda: FastEngine(may_end=may_end)) as server:
        operator, key = server.client("operator"), server.key()
        own, other = server.client_of(key), server.client()
        key_id = key.split("_")[1]
        jobs = [server.order(own, seed=seed) for seed in range(3)]
        kept = server.order(other, seed=9)
        wait_until(lambda: server.service.jobs.open_jobs()[0][1].position is None)
        listed = operator.get(routes.OPERATION_JOBS, params={"key_id": key_id, "limit": 2}).json()
        assert [job["id"] for job in listed["jobs"]] == [jobs[2]["id"], jobs[1]["id"]]
        assert "red" not in str(listed)
        rest = operator.get(routes.OPERATION_JOBS, params={"key_id": key_id, "cursor": listed["next_cursor"]}).json()
        assert [job["id"] for job in rest["jobs"]] == [jobs[0]["id"]]
        assert operator.post(routes.OPERATION_CANCEL, json={"key_id": key_id}).json() == {"cancelled": 3}
        may_end.set()
        assert server.ended(other, kept)["state"] == "succeeded"
        states = [server.ended(own, job)["state"] for job in jobs]
        assert states[1:] == ["cancelled", "cancelled"]
        assert operator.post(routes.OPERATION_PURGE, json={"key_id": key_id, "before": 0}).json()["deleted"] == 0
        purged = operator.post(routes.OPERATION_PURGE, json={"key_id": key_id}).json()
        assert purged == {"deleted": 3, "is_all": True}
        assert own.get(f"/v1/jobs/{jobs[0]['id']}").status_code == 410
        path = routes.path_of(routes.OPERATION_JOB, job_id=kept["id"])
        assert [operator.delete(path).status_code for _ in range(2)] == [204, 204]
        assert other.get(f"/v1/jobs/{kept['id']}/image").status_code in (404, 410)
        assert operator.delete(routes.path_of(routes.OPERATION_JOB, job_id="0" * 32)).status_code == 404


def test_a_paused_service_makes_what_it_has(tmp_path: Path) -> None:
    """Every contract's orders are 503 with Retry-After until it is resumed; then it can be told to end."""
    may_end = threading.Event()
    with running(tmp_path, lambda: FastEngine(may_end=may_end)) as server:
        operator, client = server.client("operator"), server.client()
        job = server.order(client)
        assert operator.put(routes.INTAKE, json={"is_paused": True}).json() == {"is_paused": True, "n_open": 1}
        assert operator.get(routes.OPERATION).json()["queue"]["is_paused"]
        for path, body in (
            (routes.JOBS, {"recipe": RECIPE}),
            (routes.IMAGES, {"prompt": RECIPE}),
            (routes.PREDICTIONS, {"input": {"prompt": RECIPE}}),
        ):
            refused = client.post(path, json=body)
            assert refused.status_code == 503
            assert int(refused.headers["Retry-After"]) > 0
        may_end.set()
        assert server.ended(client, job)["state"] == "succeeded"
        assert not operator.put(routes.INTAKE, json={"is_paused": False}).json()["is_paused"]
        assert client.post(routes.JOBS, json={"recipe": RECIPE}).status_code == 202
        assert operator.post(routes.DRAIN).status_code == 202
        wait_until(lambda: server.service.jobs.life == "stopped")
