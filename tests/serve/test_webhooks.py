"""Telling a client's server how its predictions go."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serve.conftest import RECIPE, running
from tests.serve.webhook_receiver import Hook

from plitka.errors import NotAllowed
from plitka.serve.settings import Settings
from plitka.serve.webhooks import check_host


@pytest.fixture
def own_hook() -> Iterator[Hook]:
    """A receiver that hears of nothing else."""
    one = Hook()
    yield one
    one.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://other.example/",
        "http://hooks.example:81/",
        "ftp://hooks.example/",
        "http://hooks.example@evil.example/",
        "http://[bad/",
    ],
)
def test_only_hosts_that_the_operator_named_are_told(url: str) -> None:
    """Else a client could reach what only we can."""
    settings = Settings(webhook_hosts=("hooks.example",))
    check_host("https://Hooks.example/path?x=1", settings)
    with pytest.raises(NotAllowed):
        check_host(url, settings)


def test_a_webhook_hears_of_start_and_end(tmp_path: Path, own_hook: Hook) -> None:
    """In this order, each with the prediction as it is then."""
    with running(tmp_path, webhook_hosts=(own_hook.host,)) as server:
        order = {"input": {"prompt": RECIPE, "seed": 1}, "webhook": f"http://{own_hook.host}/"}
        made = server.client().post("/predictions", json=order).json()
        told = [own_hook.heard.get(timeout=20) for _ in range(2)]
    assert {one["id"] for one in told} == {made["id"]}
    assert told[-1]["status"] == "succeeded"
    assert told[-1]["output"].startswith("data:image/png;base64,")


def test_a_webhook_hears_only_what_it_asked_for(tmp_path: Path, own_hook: Hook) -> None:
    """The end alone."""
    with running(tmp_path, webhook_hosts=(own_hook.host,)) as server:
        order = {
            "input": {"prompt": RECIPE, "seed": 1},
            "webhook": f"http://{own_hook.host}/",
            "webhook_events_filter": ["completed"],
        }
        server.client().post("/predictions", json=order)
        assert own_hook.heard.get(timeout=20)["status"] == "succeeded"
    assert own_hook.heard.empty()
