"""Telling a client's server how its predictions go."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import httpx2
import pytest
from replicate.client import Client as ReplicateClient
from replicate.webhook import InvalidSignatureError, Webhooks, WebhookSigningSecret
from tests.serve.conftest import RECIPE, Running, running, wait_until
from tests.serve.webhook_receiver import Hook

from plitka.errors import NotAllowed, StorageAway
from plitka.serve import due_webhooks, routes, webhooks
from plitka.serve.keys import LOCAL
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
    check_host("https://Hooks.example/path?x=1", settings, LOCAL)
    with pytest.raises(NotAllowed):
        check_host(url, settings, LOCAL)


def test_a_keys_own_hosts_stand_in_place_of_the_services() -> None:
    """Also where it has none at all."""
    settings = Settings(webhook_hosts=("hooks.example",))
    own = replace(LOCAL, webhook_hosts=["Own.example:81"])
    check_host("https://own.example:81/", settings, own)
    for caller, url in (
        (own, "https://hooks.example/"),
        (replace(own, webhook_hosts=[]), "https://hooks.example/"),
        (LOCAL, "https://own.example:81/"),
    ):
        with pytest.raises(NotAllowed):
            check_host(url, settings, caller)


def test_a_webhook_hears_of_start_and_end(tmp_path: Path, own_hook: Hook) -> None:
    """In this order, each with the prediction as it is then."""
    with running(tmp_path, webhook_hosts=(own_hook.host,)) as server:
        order = {"input": {"prompt": RECIPE, "seed": 1}, "webhook": f"http://{own_hook.host}/"}
        made = server.client().post("/predictions", json=order).json()
        told = [own_hook.heard.get(timeout=60) for _ in range(2)]
    assert {one["id"] for one in told} == {made["id"]}
    assert told[-1]["status"] == "succeeded"
    assert told[-1]["output"].startswith("data:image/png;base64,")


def test_a_webhook_hears_only_what_it_asked_for(tmp_path: Path, own_hook: Hook) -> None:
    """The end alone."""
    with running(tmp_path, webhook_hosts=(own_hook.host,)) as server:
        order_of_end(server, own_hook.host)
        assert own_hook.heard.get(timeout=60)["status"] == "succeeded"
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
        order_of_end(server, own_hook.host)
        assert own_hook.heard.get(timeout=60)["output"].startswith("data:image/png;base64,")
    assert not absences


def test_a_message_that_breaks_is_logged(tmp_path: Path, own_hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what and where, and not in silence."""
    with running(tmp_path, webhook_hosts=(own_hook.host,)) as server:

        def break_down(_digest: str) -> bytes:
            raise ZeroDivisionError("/secret/path")

        monkeypatch.setattr(server.service.pictures, "read", break_down)
        order_of_end(server, own_hook.host)
        wait_until(lambda: any(line["event"] == "webhook_broke" for line in server.logs))
    (told,) = (line for line in server.logs if line["event"] == "webhook_broke")
    assert told["error"] == "ZeroDivisionError"
    assert "secret" not in str(told)


def test_nothing_is_told_of_a_job_that_was_deleted_meanwhile(
    tmp_path: Path, own_hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes while its picture is read; then the message is not sent, nor tried again."""
    monkeypatch.setattr(webhooks, "_PAUSES_S", (0.0, 0.0, 0.0))
    with running(tmp_path, webhook_hosts=(own_hook.host,)) as server:
        client, read = server.client(), server.service.pictures.read

        def read_and_delete(digest: str) -> bytes:
            monkeypatch.setattr(server.service.pictures, "read", read)
            (made,) = client.get(routes.JOBS).json()["jobs"]
            png = read(digest)
            assert client.delete(routes.path_of(routes.JOB, job_id=made["id"])).is_success
            return png

        monkeypatch.setattr(server.service.pictures, "read", read_and_delete)
        order_of_end(server, own_hook.host, client)
        (told,) = server.told("webhook")
    assert not told["is_heard"]
    assert own_hook.heard.empty()


def test_messages_are_signed_and_told_again_by_the_operator(tmp_path: Path, own_hook: Hook) -> None:
    """As Replicate's package verifies it, with the secret of the very key; and they carry a link, where that leads."""
    with running(tmp_path, webhook_hosts=(own_hook.host,), public_url="https://tiles.example") as server:
        key = server.key()
        client, operator = server.client_of(key), server.client("operator")
        order_of_end(server, own_hook.host, client)
        headers, body = own_hook.signed.get(timeout=60)
        replicate = ReplicateClient(api_token=key, base_url=server.url)
        secret = replicate.webhooks.default.secret()
        replicate._client.close()
        Webhooks.validate(headers=headers, body=body, secret=secret, tolerance=600)
        other = WebhookSigningSecret(**server.client().get(routes.WEBHOOK_KEY).json())
        for wrong, of in ((body + " ", secret), (body, other)):
            with pytest.raises(InvalidSignatureError):
                Webhooks.validate(headers=headers, body=wrong, secret=of)
        told = own_hook.heard.get(timeout=60)
        assert told["output"].startswith("https://tiles.example/v1/jobs/")
        link = told["output"].removeprefix("https://tiles.example")
        assert server.client_of(None).get(link).headers["Content-Type"] == "image/png"
        wait_until(lambda: not due_webhooks.find(server.service.store))
        (job,) = client.get(routes.JOBS).json()["jobs"]
        path = routes.path_of(routes.REPLAY, job_id=job["id"])
        assert (client.post(path).status_code, operator.post(path).status_code) == (403, 202)
        again, _ = own_hook.signed.get(timeout=60)
        assert again["webhook-id"] == headers["webhook-id"]
        wait_until(lambda: not due_webhooks.find(server.service.store))
        mute = server.order(client)
        assert operator.post(routes.path_of(routes.REPLAY, job_id=mute["id"])).status_code == 404


class Receiver(ThreadingTCPServer):
    """Takes as many connections as come."""

    daemon_threads = True
    request_queue_size = 200


@contextmanager
def receiver(handler: type[StreamRequestHandler]) -> Iterator[str]:
    """The host of a receiver that answers as it likes."""
    with Receiver(("127.0.0.1", 0), handler) as one:
        threading.Thread(target=one.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{one.server_address[1]}"
        one.shutdown()


def test_an_answer_is_not_read_beyond_its_status(tmp_path: Path) -> None:
    """However much of it the receiver sends: it would fill the memory."""
    cut_off = threading.Event()

    class Endless(StreamRequestHandler):
        def handle(self) -> None:
            """Answer with 256 MB, or as much of them as is taken."""
            self.rfile.readline()
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            try:
                for _ in range(256):
                    self.wfile.write(bytes(2**20))
            except OSError:
                cut_off.set()

    with receiver(Endless) as host, running(tmp_path, webhook_hosts=(host,)) as server:
        order_of_end(server, host)
        assert cut_off.wait(60)
        wait_until(lambda: not due_webhooks.find(server.service.store))


def test_a_slow_receiver_holds_up_no_other(tmp_path: Path, own_hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers a byte at a time, to more messages than there are connections."""
    monkeypatch.setattr(webhooks, "_TIMEOUT_S", 2.0)
    monkeypatch.setattr(webhooks, "_PAUSES_S", (0.0,))
    is_over, n_held = threading.Event(), 0

    class Dripping(StreamRequestHandler):
        def handle(self) -> None:
            """Answer without end."""
            nonlocal n_held
            n_held += 1
            with suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
                while not is_over.wait(0.2):
                    self.wfile.write(b"x")

    with (
        receiver(Dripping) as slow,
        running(tmp_path, webhook_hosts=(slow, own_hook.host), key_queue_limit=200) as server,
    ):
        client = server.client()
        for _ in range(110):
            order_of_end(server, slow, client)
        wait_until(lambda: n_held >= 8 and not server.service.store.unfinished())
        order_of_end(server, own_hook.host, client)
        assert own_hook.heard.get(timeout=60)["status"] == "succeeded"
        is_over.set()


def order_of_end(server: Running, host: str, client: httpx2.Client | None = None) -> None:
    """Order a prediction whose end alone is told to a host."""
    order = {
        "input": {"prompt": RECIPE, "seed": 1},
        "webhook": f"http://{host}/",
        "webhook_events_filter": ["completed"],
    }
    answer = (client or server.client()).post("/predictions", json=order, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202


def test_what_waits_to_be_told_holds_no_order(tmp_path: Path) -> None:
    """Neither its recipe nor its masks, of which many may be due after a start; its own message reads them."""
    with receiver(StreamRequestHandler) as host, running(tmp_path, webhook_hosts=(host,)) as server:
        order_of_end(server, host)
        wait_until(lambda: due_webhooks.find(server.service.store))
        [due] = due_webhooks.find(server.service.store)
        assert due.hook == {"url": f"http://{host}/", "events": ["completed"]}
        assert "red" not in repr(due)
