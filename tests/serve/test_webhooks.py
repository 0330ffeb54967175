"""Telling a client's server how its predictions go."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serve.conftest import RECIPE, Running, running, wait_until
from tests.serve.webhook_receiver import Hook

from plitka.errors import NotAllowed, StorageAway
from plitka.serve import webhooks
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
        order_of_end(server, own_hook)
        assert own_hook.heard.get(timeout=20)["status"] == "succeeded"
    assert own_hook.heard.empty()


def test_an_end_is_told_when_the_pictures_are_there_again(
    tmp_path: Path, own_hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They went away after the picture was written: the message waits for it."""
    monkeypatch.setattr(webhooks, "_STORE_PAUSE_S", 0.01)
    with running(tmp_path, webhook_hosts=(own_hook.host,)) as server:
        read, absences = server.service.pictures.read, [StorageAway("away")] * 3

        def read_at_last(digest: str) -> bytes:
            if absences:
                raise absences.pop()
            return read(digest)

        monkeypatch.setattr(server.service.pictures, "read", read_at_last)
        order_of_end(server, own_hook)
        assert own_hook.heard.get(timeout=20)["output"].startswith("data:image/png;base64,")
    assert not absences


def test_a_message_that_breaks_is_logged(tmp_path: Path, own_hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what and where, and not in silence."""
    with running(tmp_path, webhook_hosts=(own_hook.host,)) as server:

        def break_down(_digest: str) -> bytes:
            raise ZeroDivisionError("/secret/path")

        monkeypatch.setattr(server.service.pictures, "read", break_down)
        order_of_end(server, own_hook)
        wait_until(lambda: any(line["event"] == "webhook_broke" for line in server.logs), timeout_s=10)
    (told,) = (line for line in server.logs if line["event"] == "webhook_broke")
    assert told["error"] == "ZeroDivisionError"
    assert "secret" not in str(told)


def order_of_end(server: Running, hook: Hook) -> None:
    """Order a prediction whose end alone is told."""
    order = {
        "input": {"prompt": RECIPE, "seed": 1},
        "webhook": f"http://{hook.host}/",
        "webhook_events_filter": ["completed"],
    }
    answer = server.client().post("/predictions", json=order, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
