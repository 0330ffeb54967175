"""The service at a glance, for operators alone."""

import threading
from pathlib import Path
from typing import Any

from tests.serve.conftest import RECIPE, Running, running, wait_until
from tests.serve.fast_engine import SEED_BROKEN, FastEngine

from plitka.serve import routes


def test_only_operators_see_it(server: Running) -> None:
    """Neither the figures nor the queue are others'."""
    path = routes.path_of(routes.QUEUED_JOB, job_id="0" * 32)
    for role, code in (("viewer", 403), ("maker", 403), ("operator", 200)):
        client = server.client(role)
        assert client.get(routes.OPERATION).status_code == code
        assert client.delete(path).status_code == (404 if code == 200 else code)


def test_figures_are_those_of_the_metrics(tmp_path: Path) -> None:
    """What was made, failed and was refused; how long it took; what there is room for."""
    with running(tmp_path) as server:
        maker, operator = server.client(), server.client("operator")
        for seed in (SEED_BROKEN, 1, 2):  # the engine is loaded anew after the first, before the second
            server.ended(maker, server.order(maker, seed=seed))
        maker.get(routes.METRICS)

        def looked() -> dict[str, Any]:
            told: dict[str, Any] = operator.get(routes.OPERATION).json()
            return told

        # An end is seen before it is counted, and an answer sent.
        wait_until(lambda: sum(bar["n"] for bar in looked()["figures"]["durations"]) == 3)
        wait_until(lambda: (looked()["figures"]["succeeded"], looked()["figures"]["refused"]) == (2, 1))
        told = looked()
        figures, storage, health = told["figures"], told["storage"], told["health"]
        assert (figures["accepted"], figures["succeeded"], figures["failed"], figures["cancelled"]) == (3, 2, 1, 0)
        assert sum(bar["n"] for bar in figures["durations"]) == 3
        assert figures["durations"][0]["n"] * figures["durations"][-1]["n"] > 0
        assert figures["job_s"] > 0
        assert figures["error_points"] == 0
        assert (figures["refused"], figures["requests"] > 8) == (1, True)
        assert storage["n_pictures"] == 2
        assert set(storage["free_bytes"]) == {"database", "pictures"}
        assert min(storage["free_bytes"].values()) > 0
        assert health["is_ready"]
        assert health["usable"] == {"database": True, "pictures": True, "disk": True}
        assert (health["problem"], health["life"]) == (None, "ready")
        assert health["model"] == "fast@000000000000"
        assert health["memory_bytes"] > 10_000_000


def test_a_problem_is_told_in_the_readers_language(tmp_path: Path) -> None:
    """The same that the probe tells."""
    with running(tmp_path, min_free_bytes=10**18) as server:
        answer = server.client("operator").get(routes.OPERATION, headers={"Accept-Language": "ru"}).json()
        assert server.client_of(None).get(routes.READY).status_code == 503
        assert answer["health"]["usable"]["disk"] is False
        assert "диск" in answer["health"]["problem"]


def test_the_queue_shows_whose_jobs_wait_and_not_what_they_ask(tmp_path: Path) -> None:
    """With their places; any of them can be cancelled, once."""
    may_end = threading.Event()
    with running(tmp_path, lambda: FastEngine(may_end=may_end), batch=1) as server:
        maker, operator = server.client(), server.client("operator")
        jobs = [server.order(maker) for _ in range(3)]
        wait_until(lambda: operator.get(routes.OPERATION).json()["queue"]["n_running"])
        answer = operator.get(routes.OPERATION)
        queue = answer.json()["queue"]
        assert [one["id"] for one in queue["jobs"]] == [job["id"] for job in jobs]
        assert [one["position"] for one in queue["jobs"]] == [None, 0, 1]
        assert (queue["n_running"], queue["n_waiting"], queue["limit"]) == (1, 2, 256)
        assert {one["key_name"] for one in queue["jobs"]} == {"test"}
        assert RECIPE not in answer.text
        waits, runs = (routes.path_of(routes.QUEUED_JOB, job_id=jobs[place]["id"]) for place in (1, 0))
        assert [one["id"] for one in operator.delete(waits).json()["jobs"]] == [jobs[0]["id"], jobs[2]["id"]]
        assert operator.delete(waits).status_code == 404
        assert operator.delete(runs).json()["jobs"][0]["is_stopping"]
        may_end.set()
        assert server.ended(maker, jobs[1])["state"] == "cancelled"
        assert server.ended(maker, jobs[2])["state"] == "succeeded"
