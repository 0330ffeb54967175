"""A service as a whole, and its check of an order before it is queued."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.serve.conftest import RECIPE, Running, running, wait_until
from tests.serve.fast_engine import MAX_WORDS, FastEngine

from plitka.core.generation import CompleteRequest, Mode
from plitka.core.maker import Maker
from plitka.serve.life import Life
from plitka.serve.orders import Order

TOO_LONG = " ".join(["blurry"] * (MAX_WORDS + 1))


def test_the_engines_limits_are_asked_at_once(server: Running) -> None:
    """A prompt that is too long is 413, granules that cannot be seen are 422, and neither is queued or counted."""
    client = server.client(per_minute=1)
    long = client.post("/v1/jobs", json={"recipe": RECIPE, "negative_prompt": TOO_LONG})
    assert (long.status_code, long.json()["code"]) == (413, "prompt_too_long")
    unseen = client.post("/v1/jobs", json={"recipe": RECIPE, "field_mm": 1000})
    assert (unseen.status_code, unseen.json()["code"]) == (422, "too_fine")
    assert client.get("/v1/jobs").json()["jobs"] == []
    assert client.post("/v1/jobs", json={"recipe": RECIPE}).status_code == 202


def test_the_other_contracts_ask_them_too(server: Running) -> None:
    """Each in the shape of its own errors."""
    client = server.client()
    asked = {"negative_prompt": TOO_LONG}
    openai = client.post("/v1/images/generations", json={"prompt": RECIPE} | asked)
    cog = client.post("/predictions", json={"input": {"prompt": RECIPE} | asked})
    hugging_face = client.post("/", json={"inputs": RECIPE, "parameters": asked})
    assert [answer.status_code for answer in (openai, cog, hugging_face)] == [413] * 3
    assert openai.json()["error"]["code"] == cog.json()["title"] == "prompt_too_long"


def test_while_the_engine_is_loaded_orders_wait_and_are_checked_then(tmp_path: Path) -> None:
    """What it can make is made, and what it cannot fails with the same code."""
    may_load = threading.Event()

    def load() -> FastEngine:
        may_load.wait(30)
        return FastEngine()

    with running(tmp_path, load, awaited=(Life.STARTING,)) as server:
        client = server.client()
        well, long = server.order(client), server.order(client, negative_prompt=TOO_LONG)
        assert client.get("/v1/models").json()["data"] == []
        may_load.set()
        assert server.ended(client, well)["state"] == "succeeded"
        failed = server.ended(client, long)
        assert (failed["state"], failed["error"]["code"]) == ("failed", "prompt_too_long")


def test_the_request_is_read_once(server: Running) -> None:
    """The checked order has all that the worker needs: the seed is settled in both."""
    checked = server.service.check(Order(recipe=RECIPE))
    assert checked.request is not None
    assert checked.request.seed == checked.order.seed
    assert not checked.asked.has_seed
    other = checked.with_seed(5)
    assert (other.order.seed, other.request and other.request.seed) == (5, 5)
    assert other.asked.seed == 5
    settled = checked.settled_with(6)
    assert (settled.order.seed, settled.request and settled.request.seed) == (6, 6)
    assert settled.asked == checked.asked


@dataclass(slots=True)
class FarSighted(FastEngine):
    """Has one seed to give."""

    ahead: list[int] = field(default_factory=lambda: [77])

    def seed_ahead(self, request: CompleteRequest) -> int | None:
        """The one, to the first guided picture."""
        return self.ahead.pop() if request.mode is Mode.GUIDED and self.ahead else None


def test_an_open_seed_is_one_that_the_engine_is_ready_for(tmp_path: Path) -> None:
    """Kept and told as any other, and counted; who names a seed has that one, and takes none away."""
    with running(tmp_path, FarSighted) as server:
        client = server.client()
        jobs = [
            server.order(client, **order) for order in ({"seed": 5}, {"mode": "text"}, {"seed": -1}, {}, {"seed": 6})
        ]
        seeds = [server.ended(client, job)["result"]["seed"] for job in jobs]
        assert [seeds[0], seeds[2], seeds[4]] == [5, 77, 6]
        assert [job["request"]["seed"] for job in jobs] == seeds == server.fast.made
        assert 77 not in (seeds[1], seeds[3])
        counted = [server.service.metrics.value("plitka_open_seeds_total", map=map_) for map_ in ("laid", "not_laid")]
        assert counted == [1, 1]


def test_an_order_without_a_seed_has_a_map_that_was_laid_while_nothing_was_asked_for(
    mini_server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the shipped model: made again with its seed, it is the same picture."""
    client, engine = mini_server.client(), mini_server.service.engine
    assert isinstance(engine, Maker)
    spares = engine._workshop.maps.spares
    monkeypatch.setattr(spares, "_limit", 1)  # however many processors there are
    mini_server.ended(client, mini_server.order(client))
    wait_until(lambda: spares._spare)
    (laid,) = spares._spare
    job = mini_server.ended(client, mini_server.order(client))
    assert job["result"]["seed"] == laid.seed
    again = mini_server.ended(client, mini_server.order(client, seed=laid.seed))
    assert again["result"]["sha256"] == job["result"]["sha256"]


@pytest.mark.parametrize("max_batch", [1, 3])
def test_a_service_is_alive_until_its_engine_cannot_be_had(tmp_path: Path, max_batch: int) -> None:
    """Its worker's thread runs, and is silent for no longer than it may be."""
    with running(tmp_path, lambda: FastEngine(max_batch=max_batch)) as server:
        assert server.service.is_alive
        assert server.service.engine is not None
        server.service.workers[0].heartbeat.start()
        wait_until(lambda: server.service.workers[0].heartbeat.silence_s() > 0)
        assert server.service.is_alive
