"""What Prometheus and the dashboard read."""

import re
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.serve.conftest import RECIPE, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.errors import StorageAway
from plitka.serve.metrics import Heartbeat, Metrics


def test_metrics_count(tmp_path: Path) -> None:
    """What an operator's dashboard reads is there after a job."""
    with running(tmp_path, lambda: FastEngine(step_s=0.001)) as server:
        client = server.client("operator")
        server.ended(client, server.order(client))
        server.ended(client, server.order(client, seed=4_000_000_004))
        lines = (
            'plitka_jobs_total{outcome="succeeded"} 1.0',
            'plitka_jobs_total{outcome="failed"} 1.0',
            'plitka_life{state="ready"} 1.0',
            "plitka_wait_seconds_count 2.0",
            'plitka_stage_seconds_count{stage="denoise"} 1.0',
            "plitka_share_error_points_count 1.0",
            "plitka_memory_bytes",
            "plitka_attempts_count 1.0",
        )
        told: list[str] = []

        def is_told(line: str) -> bool:
            told[:] = [client.get("/metrics").text]  # an end is seen before it is counted
            return line in told[0]

        for line in lines:
            wait_until(partial(is_told, line))
        assert all(line in told[0] for line in lines)


def test_an_invented_method_is_counted_with_the_others(tmp_path: Path) -> None:
    """Else each one, however long, would stay in the metrics for good."""
    with running(tmp_path) as server:
        client = server.client("viewer")
        for number in range(20):
            assert client.request(f"X{number}", "/v1/models").status_code == 405
        operator = server.client("operator")
        counted = 'plitka_http_seconds_count{method="other",route="/v1/models",status="405"} 20.0'
        wait_until(lambda: counted in operator.get("/metrics").text)  # an answer is counted after it was sent
        assert "X1" not in operator.get("/metrics").text
        assert not [line for line in server.logs if str(line.get("method", "")).startswith("X")]


def test_a_step_told_again_is_no_step() -> None:
    """Two attempts of three and two steps, the last of the first one told thrice: three times from step to step."""
    metrics = Metrics()
    beating = Heartbeat(metrics)
    beating.start()
    for step in (1, 2, 3, 3, 3, 1, 2):
        beating.beat(step)
    assert metrics.registry.get_sample_value("plitka_step_seconds_count") == 3


def test_a_wait_for_storage_is_no_silence() -> None:
    """It is counted apart, so that it is no job's time."""
    beating = Heartbeat(Metrics())
    beating.start()
    beating.wait(0.01)
    assert beating.waited_s == 0.01


def test_the_dashboard_reads_metrics_that_are_there(tmp_path: Path) -> None:
    """Every name in the Grafana file and in the alert rules is one that the service exports after a job."""
    deploy = Path(__file__).parents[2] / "deploy"
    dashboard = "".join((deploy / name).read_text("utf-8") for name in ("grafana/plitka.json", "prometheus/alerts.yml"))
    with running(tmp_path) as server:
        client = server.client("operator")
        server.ended(client, server.order(client))
        wait_until(lambda: "plitka_attempts_count 1.0" in client.get("/metrics").text)
        text = client.get("/metrics").text
    asked = set(re.findall(r"plitka_[a-z_]+", dashboard))
    exported = set(re.findall(r"^(?:# TYPE )?(plitka_[a-z_]+)", text, re.MULTILINE))
    assert asked <= exported


def test_a_probe_that_finds_it_starting_is_not_refused() -> None:
    """Else an operator would see refusals that nobody met with."""
    metrics = Metrics()
    for method, route, status in (("GET", "/readyz", "503"), ("POST", "/", "503"), ("GET", "/v1/models", "401")):
        metrics.requests.labels(method, route, status).observe(0.1)
    assert metrics.count_requests() == (3, 2)


def test_what_each_key_does_is_told_by_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders, ends, seconds and requests; and the size of the pictures, and errors of the database."""
    with running(tmp_path) as server:
        key = server.key()
        client, told, own = server.client_of(key), server.service.metrics.value, key.split("_")[1]
        server.ended(client, server.order(client))
        client.post("/v1/images/generations", json={"prompt": RECIPE, "n": 2})
        client.post("/v1/predictions", json={"input": {"prompt": "rde"}})
        assert told("plitka_orders_total", key=own, contract="own") == 1
        assert told("plitka_orders_total", key=own, contract="openai") == 2
        assert told("plitka_orders_total", key=own, contract="cog") == 0
        wait_until(lambda: told("plitka_key_jobs_total", key=own, outcome="succeeded") == 3)
        wait_until(lambda: told("plitka_key_job_seconds_total", key=own) > 0)
        wait_until(lambda: told("plitka_key_requests_total", key=own, contract="cog", status="400") == 1)
        server.client_of(None).get("/v1/jobs")
        wait_until(lambda: told("plitka_key_requests_total", key="", contract="own", status="401") == 1)
        wait_until(lambda: told("plitka_picture_bytes") > 1000)
        before = told("plitka_database_errors_total")
        monkeypatch.setattr(server.service.store, "engine", sa.create_engine("sqlite:////nowhere/at/all"))
        with pytest.raises(StorageAway):
            server.service.store.key_names()
        monkeypatch.undo()
        assert told("plitka_database_errors_total") > before
