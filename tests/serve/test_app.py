"""Probes, and answers to what no endpoint knows."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from tests.serve.conftest import NO_ROOTS, RECIPE, Running, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.core.generation import CompleteRequest, Request
from plitka.errors import InputError
from plitka.serve import app, routes


def test_probes_of_a_well_service(server: Running) -> None:
    """Anybody may ask; the numbers are for operators."""
    anybody = server.client_of(None)
    assert anybody.get(routes.LIVE).json() == {"status": "alive"}
    assert anybody.get(routes.READY).json() == {"status": "ready"}
    assert anybody.get(routes.METRICS).status_code == 401


def test_probes_of_a_service_without_an_engine(tmp_path: Path) -> None:
    """Neither alive nor ready, in words that name no path."""

    def fail() -> FastEngine:
        raise InputError("no model at /secret/place")

    with running(tmp_path, fail) as server:
        for path in (routes.LIVE, routes.READY):
            answer = server.client_of(None).get(path)
            assert answer.status_code == 503
            assert "secret" not in answer.text


def test_another_method_is_told_which_there_are(maker: httpx2.Client) -> None:
    """405 with every method of the path, not only those of the first route there."""
    answer = maker.delete(routes.COG_PREDICTIONS + "/x")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, PUT"
    assert maker.post(routes.OPENAPI).headers["Allow"] == "GET, HEAD"


def test_the_document_is_made_once(maker: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for it again is sent the same bytes: anybody may ask, and nothing else is answered meanwhile."""
    first = maker.get(routes.OPENAPI)
    assert first.json()["info"]["title"] == "plitka"
    for kind, maker_of_it in ((JSONResponse, "render"), (FastAPI, "openapi")):
        monkeypatch.delattr(kind, maker_of_it)
    again = maker.get(routes.OPENAPI)
    assert (again.content, again.headers["Content-Type"]) == (first.content, "application/json")


def test_a_path_that_is_none(maker: httpx2.Client) -> None:
    """404 in our own shape."""
    answer = maker.get("/v2/jobs")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_fault_is_told_by_its_place_and_not_by_what_was_sent(maker: httpx2.Client) -> None:
    """What was sent may be anything."""
    answer = maker.post(routes.JOBS, json={"recipe": "red", "zones": [{"mask": "circle", "recipe": ["hush"]}]})
    assert answer.status_code == 422
    assert "zones.0.recipe" in answer.json()["error"]
    assert "hush" not in answer.text


def test_probes_wait_for_no_thread(tmp_path: Path) -> None:
    """They are answered while as many requests are in work as there are threads, and none of them moves."""
    release = threading.Event()

    class Stuck(FastEngine):
        def complete(self, request: Request) -> CompleteRequest:
            if request.seed == 1:
                assert release.wait(60)
            return super().complete(request)

    with running(tmp_path, Stuck) as server, ThreadPoolExecutor(100) as pool:
        key = server.key()
        orders = [pool.submit(order, server, key) for _ in range(100)]
        try:
            wait_until(lambda: (server.service.metrics.registry.get_sample_value("plitka_connections") or 0) >= 100)
            anybody = server.client_of(None)
            for path in sorted(routes.PROBE_PATHS):
                assert anybody.get(path, timeout=60).status_code == 200, path
        finally:
            release.set()
        assert {one.result() for one in orders} <= {202, 429}


def order(server: Running, key: str) -> int:
    """The status of an order's answer, over a connection of its own."""
    head = {"Authorization": f"Bearer {key}"}
    body = {"recipe": RECIPE, "seed": 1}
    return httpx2.post(server.url + routes.JOBS, json=body, headers=head, timeout=60, verify=NO_ROOTS).status_code


def test_faults_are_told_in_the_reader_s_language(maker: httpx2.Client) -> None:
    """What pydantic says, in Russian as well; names and codes stay."""
    wrong = {"steps": "many", "strength": 7, "mode": "dream", "colour": "red"}
    answer = maker.post("/v1/jobs", json=wrong, headers={"Accept-Language": "ru"})
    assert answer.status_code == 422
    told = answer.json()["error"]
    for text in ("recipe: нужно указать", "colour: такого поля здесь нет", "mode: нужно одно из: 'guided', 'text'"):
        assert text in told
    assert "nput should" not in told
    unreadable = maker.post(
        "/v1/jobs", content=b"{", headers={"Accept-Language": "ru", "Content-Type": "application/json"}
    )
    assert "это не JSON" in unreadable.json()["error"]


def test_a_form_that_is_missed_is_told_in_words(maker: httpx2.Client) -> None:
    """A regular expression helps nobody."""
    answer = maker.get("/v1/jobs/none")
    assert answer.status_code == 422
    assert answer.json()["error"] == "the request does not fit: path.job_id: does not have the form that it must have"


class Joined(threading.Thread):
    """Notes how long it was waited for."""

    def __init__(self, waits_s: list[float | None]) -> None:
        super().__init__()
        self._waits_s = waits_s

    def join(self, timeout: float | None = None) -> None:
        """Do not wait."""
        self._waits_s.append(timeout)


def test_a_stop_waits_for_all_workers_together() -> None:
    """Each is given what is left until the one moment, and none is waited for after it."""
    waits_s: list[float | None] = []
    workers = [Joined(waits_s) for _ in range(2)]
    app._join(workers, time.monotonic() + 60)
    assert waits_s[0] is not None
    assert waits_s[1] is not None
    assert 60 >= waits_s[0] >= waits_s[1] > 0
    waits_s.clear()
    app._join(workers, time.monotonic() - 60)
    assert waits_s == [0.0, 0.0]
