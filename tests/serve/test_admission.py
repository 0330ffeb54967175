"""Whether new work is taken."""

from pathlib import Path

import httpx2
import pytest
from tests.serve.conftest import RECIPE, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.errors import TooMany, Unavailable
from plitka.serve.admission import check_queue, quiet_places
from plitka.serve.settings import Settings


def test_four_keys_cannot_fill_the_queue() -> None:
    """With the usual limits each of four has as much as it may, and a fifth still finds places."""
    settings, n_own = Settings(), [0, 0, 0, 0]
    for _ in range(settings.key_queue_limit):
        for key in range(4):
            try:
                check_queue(settings, 1, n_waiting=sum(n_own), n_own=n_own[key])
            except Unavailable:
                continue
            n_own[key] += 1
    assert sum(n_own) == settings.queue_limit - quiet_places(settings)
    check_queue(settings, 1, n_waiting=sum(n_own), n_own=0)
    with pytest.raises(Unavailable, match="keys that have none"):
        check_queue(settings, 1, n_waiting=sum(n_own) + 1, n_own=1)
    with pytest.raises(Unavailable, match="no more can; ask again"):
        check_queue(settings, 1, n_waiting=settings.queue_limit, n_own=0)
    with pytest.raises(TooMany):
        check_queue(settings, 1, n_waiting=64, n_own=64)


def test_the_operator_caps_what_an_order_may_ask(tmp_path: Path) -> None:
    """Steps, size and tolerance, in every contract; what is left open is the model's choice."""
    with running(tmp_path, max_steps=10, max_side_px=128, min_tolerance=1.0) as server:
        client = server.client()

        def refusal(path: str, body: dict[str, object], head: str = "") -> str:
            answer = client.post(path, json=body, headers={"Accept-Language": head} if head else {})
            assert answer.status_code == 422, answer.text
            return answer.text

        assert "at most 10" in refusal("/v1/jobs", {"recipe": RECIPE, "steps": 11})
        assert "at most 128" in refusal("/v1/jobs", {"recipe": RECIPE, "height_px": 192})
        assert "at least 1 " in refusal("/v1/jobs", {"recipe": RECIPE, "tolerance": 0.5})
        assert "at most 128" in refusal("/v1/images/generations", {"prompt": RECIPE, "size": "192x64"})
        assert "at most 10" in refusal("/v1/predictions", {"input": {"prompt": RECIPE, "num_inference_steps": 50}})
        assert "не больше 10" in refusal("/", {"inputs": RECIPE, "parameters": {"num_inference_steps": 50}}, "ru")
        allowed = {"recipe": RECIPE, "steps": 10, "width_px": 128, "tolerance": 1}
        assert client.post("/v1/jobs", json=allowed).status_code == 202


def test_refusals_and_repeats_cost_nothing(tmp_path: Path) -> None:
    """Neither what cannot be read, nor a full queue, nor an order that was made before, nor what broke."""
    with running(tmp_path, lambda: FastEngine(step_s=0.2), queue_limit=2, quiet_places=0, drain_s=0.1) as server:
        own, other = server.client(per_minute=3, daily=4), server.client()

        def left(answer: httpx2.Response) -> str:
            return answer.headers["RateLimit-Remaining"]

        server.order(other, steps=100)
        wait_until(lambda: server.service.jobs.open_jobs()[0][1].position is None)
        head = {"Idempotency-Key": "one"}
        first = own.post("/v1/jobs", json={"recipe": RECIPE}, headers=head)
        again = own.post("/v1/jobs", json={"recipe": RECIPE}, headers=head)
        assert again.json()["id"] == first.json()["id"]
        server.order(other, steps=100)
        for _ in range(5):
            assert own.post("/v1/jobs", json={"recipe": "60% rde"}).status_code == 400
            assert own.post("/v1/jobs", json={"recipe": RECIPE}).status_code == 503
            assert left(own.post("/v1/measure", files={"image": b"none"}, data={"recipe": RECIPE})) == "2"
        own.post(f"/v1/jobs/{first.json()['id']}/cancel")
        assert left(own.post("/v1/jobs", json={"recipe": RECIPE})) == "1"
        assert own.post("/v1/jobs", json={"recipe": RECIPE}, headers=head).json()["id"] == first.json()["id"]


def test_a_large_order_costs_more(tmp_path: Path) -> None:
    """Four times the pixels are four pictures; what is more than the whole takes the whole, and the day counts too."""
    with running(tmp_path) as server:
        own = server.client(per_minute=10, daily=10)
        large = own.post("/v1/jobs", json={"recipe": RECIPE, "width_px": 128, "height_px": 128})
        assert large.headers["RateLimit-Remaining"] == "6"
        huge = {"recipe": RECIPE, "width_px": 128, "height_px": 128, "steps": 40}
        assert own.post("/v1/jobs", json=huge).status_code == 429
        assert own.post("/v1/jobs", json={"recipe": RECIPE}).headers["RateLimit-Remaining"] == "5"
        assert server.client(per_minute=10).post("/v1/jobs", json=huge).headers["RateLimit-Remaining"] == "0"
