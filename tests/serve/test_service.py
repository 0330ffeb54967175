"""A service as a whole, and its check of an order before it is queued."""

import threading
from pathlib import Path

import pytest
from tests.serve.conftest import RECIPE, Running, running, wait_until
from tests.serve.fast_engine import MAX_WORDS, FastEngine

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


@pytest.mark.parametrize("max_batch", [1, 3])
def test_a_service_is_alive_until_its_engine_cannot_be_had(tmp_path: Path, max_batch: int) -> None:
    """Its worker's thread runs, and is silent for no longer than it may be."""
    with running(tmp_path, lambda: FastEngine(max_batch=max_batch)) as server:
        assert server.service.is_alive
        assert server.service.engine is not None
        server.service.workers[0].heartbeat.start()
        wait_until(lambda: server.service.workers[0].heartbeat.silence_s() > 0)
        assert server.service.is_alive
