"""The whole application on a cluster: what a client sees, while painters come, go and are killed."""

import json
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from tests.ray_app import fast_models
from tests.ray_app.conftest import PATIENCE_S, Clustered
from tests.serve.conftest import picture, wait_until

from plitka.errors import InputError
from plitka.serve import leases


def order(client: httpx2.Client, **given: Any) -> str:  # noqa: ANN401  (as the contract has it)
    """The id of a job that was accepted."""
    answer = client.post("/v1/jobs", json={"recipe": "60% red, 40% black"} | given)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def ended(client: httpx2.Client, job_id: str) -> dict[str, Any]:
    """The job once it has ended."""
    with client.stream("GET", f"/v1/jobs/{job_id}/events") as stream:
        lines = [line for line in stream.iter_lines() if line.startswith("data:")]
    told: dict[str, Any] = json.loads(lines[-1].removeprefix("data:"))
    return told


def test_pictures_are_made_while_painters_come_go_and_die(clustered: Clustered) -> None:
    """More of them while many wait; those that are killed lose nothing, and nothing comes twice."""
    client = clustered.client()
    with fast_models.lingering(clustered.first):
        jobs = [order(client, seed=seed) for seed in range(20)]
        wait_until(lambda: len(leases.workers(clustered.store)) >= 2, PATIENCE_S)
        os.kill(leases.workers(clustered.store)[0].pid, signal.SIGKILL)
    told = [ended(client, job_id) for job_id in jobs]
    assert {one["state"] for one in told} == {"succeeded"}
    assert len({one["result"]["sha256"] for one in told}) == len(jobs)
    shown = client.post("/v1/images/generations", json={"prompt": "red", "response_format": "b64_json"})
    assert shown.status_code == 200
    assert picture(client.get(told[0]["image_url"]).content).size == (64, 64)


def test_a_new_version_takes_over_without_a_failed_request(clustered: Clustered) -> None:
    """Under load: what is ordered during the change is made by either, and afterwards by the new one alone."""
    client, other = clustered.client(), clustered.model("other", "9" * 12)
    pids = {row.pid for row in leases.workers(clustered.store)}
    jobs: list[str] = []
    is_over = threading.Event()

    def load() -> None:
        while not is_over.wait(0.05):
            jobs.append(order(client, seed=len(jobs)))

    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load)
        wait_until(lambda: len(jobs) > 5)
        clustered.deploy(clustered.model("fast", "2" * 12), other)
        n_before = len(jobs)
        wait_until(lambda: len(jobs) > n_before + 5)
        is_over.set()
        loading.result()
    told = [ended(client, job_id) for job_id in jobs]
    assert {one["state"] for one in told} == {"succeeded"}
    assert {one["result"]["model"] for one in told} == {f"fast@{digit * 12}" for digit in "12"}
    wait_until(lambda: pids <= {row.pid for row in leases.workers(clustered.store)})
    names = {one["id"] for one in client.get("/v1/models").json()["data"]}
    assert names == {f"fast@{'2' * 12}", f"other@{'9' * 12}"}

    def engine(model: str) -> str:
        answer = client.post("/v1/images/generations", json={"prompt": "red", "model": model})
        assert answer.status_code == 200, answer.text
        newest = client.get("/v1/jobs?limit=1").json()["jobs"][0]
        return str(newest["result"]["model"])

    assert engine("other") == f"other@{'9' * 12}"
    assert engine("fast") == f"fast@{'2' * 12}"
    assert client.post("/v1/images/generations", json={"prompt": "red", "model": "none"}).status_code == 404


@pytest.mark.slow
def test_a_node_that_is_lost_loses_nothing(clustered: Clustered) -> None:
    """Its painters' jobs are made by those of the others, whether it had the front or not."""
    client = clustered.client()
    node = clustered.cluster.add_node(num_cpus=1, object_store_memory=80_000_000)
    jobs = [order(client, seed=seed, steps=30) for seed in range(16)]
    time.sleep(2)
    clustered.cluster.remove_node(node, allow_graceful=False)
    assert {ended(client, job_id)["state"] for job_id in jobs} == {"succeeded"}
    wait_until(lambda: len(leases.workers(clustered.store)) == 1, timeout_s=90)  # as many as nothing to do needs


def test_nobody_comes_without_a_key() -> None:
    """All requests seem to come from this machine, since Ray's proxy is between."""
    from plitka.ray_app.application import Arguments, app

    with pytest.raises(InputError, match="proxy"):
        app(Arguments(settings={"open_loopback": "yes"}))
    with pytest.raises(ValueError, match="model"):
        Arguments(models=[])
