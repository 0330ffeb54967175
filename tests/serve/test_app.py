"""Probes, and answers to what no endpoint knows."""

from pathlib import Path

import httpx2
from tests.serve.conftest import Running, running
from tests.serve.fast_engine import FastEngine

from plitka.errors import InputError
from plitka.serve import routes


def test_probes_of_a_well_service(server: Running) -> None:
    """Anybody may ask; the numbers are for operators."""
    server.key()  # from now on nobody is let in without one
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
    assert answer.headers["Allow"] == "GET, PUT"


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
