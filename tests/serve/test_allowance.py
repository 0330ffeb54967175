"""How often a key may ask, counted here and in a real Redis."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import redis
from tests.serve.conftest import RECIPE, Running, free_port, program, running, wait_until

from plitka.errors import InputError, TooMany
from plitka.serve.allowance import Allowance
from plitka.serve.keys import Caller, Role
from plitka.serve.settings import Settings


@pytest.fixture(scope="module")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an empty Redis of our own."""
    port, folder = free_port(), tmp_path_factory.mktemp("redis")
    words = [program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(words, stdout=log, stderr=log)

    def answers() -> bool:
        with redis.Redis(port=port) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

    wait_until(answers)
    yield port
    server.terminate()
    server.wait(30)


def test_redis_counts_for_all_services(redis_port: int, tmp_path: Path) -> None:
    """What one service has counted the next one knows; when Redis is away, each counts for itself."""
    url = f"redis://127.0.0.1:{redis_port}/0"
    with running(tmp_path, redis_url=url) as server:
        key = server.key(per_minute=2)
        client = server.client_of(key)
        assert [client.post("/v1/jobs", json={"recipe": RECIPE}).status_code for _ in range(2)] == [202, 202]
    with running(tmp_path, redis_url=url) as server:
        refused = server.client_of(key).post("/v1/jobs", json={"recipe": RECIPE})
        assert refused.status_code == 429
    with running(tmp_path, redis_url=f"redis://127.0.0.1:{free_port()}/0") as server:
        client = server.client(per_minute=1)
        assert [client.post("/v1/jobs", json={"recipe": RECIPE}).status_code for _ in range(2)] == [202, 429]
        assert server.told("redis_away")


def test_a_silent_redis_holds_nobody(tmp_path: Path) -> None:
    """Something listens there and never answers: it is asked once in a while, and the service counts for itself."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as silent:
        silent.setblocking(False)
        with running(tmp_path, redis_url=f"redis://127.0.0.1:{silent.getsockname()[1]}/0") as server:
            client = server.client(per_minute=3)
            statuses = [client.post("/v1/jobs", json={"recipe": RECIPE}).status_code for _ in range(20)]
            assert statuses == [202] * 3 + [429] * 17
        calls = []
        with suppress(BlockingIOError):
            while True:
                calls.append(silent.accept()[0])
        for call in calls:
            call.close()
    assert 1 <= len(calls) < 10


@pytest.mark.parametrize("is_shared", [False, True])
@pytest.mark.parametrize("jump_s", [-86_400.0, 86_400.0])
def test_a_clock_that_is_set_changes_no_allowance(
    jump_s: float, is_shared: bool, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set back by a day it locks nobody out for longer, and set on by a day it gives nobody more."""
    url = f"redis://127.0.0.1:{request.getfixturevalue('redis_port')}/0" if is_shared else ""
    allowance = Allowance(Settings(redis_url=url, redis_timeout_s=5.0))
    own = Caller(key_id=f"{is_shared} {jump_s}", role=Role.MAKER, per_minute=2, daily=50)
    assert allowance.spend(own).remaining == 1
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + jump_s)
    assert allowance.spend(own).remaining == 0
    with pytest.raises(TooMany) as refused:
        allowance.spend(own)
    assert refused.value.retry_after_s is not None
    assert 0 < refused.value.retry_after_s <= 61


@pytest.mark.parametrize("is_shared", [False, True])
def test_what_was_refused_is_given_back(is_shared: bool, request: pytest.FixtureRequest) -> None:
    """And a refusal for the minute takes nothing from the day."""
    url = f"redis://127.0.0.1:{request.getfixturevalue('redis_port')}/0" if is_shared else ""
    allowance = Allowance(Settings(redis_url=url, redis_timeout_s=5.0))
    own = Caller(key_id=f"given back {is_shared}", role=Role.MAKER, per_minute=3, daily=4)
    assert allowance.spend(own, (1, 1)).remaining == 1
    for _ in range(3):
        with pytest.raises(TooMany):
            allowance.spend(own, (2,))
    assert allowance.give_back(own, (1, 1)).remaining == 3
    assert allowance.spend(own, (9,)).remaining == 0  # as much as there is
    assert allowance.give_back(own, (9,)).remaining == 3
    assert allowance.spend(own).remaining == 2


def test_a_clock_of_redis_that_was_set_back_locks_nobody_out(redis_port: int) -> None:
    """A counter that has more time left than any may is begun anew."""
    allowance = Allowance(Settings(redis_url=f"redis://127.0.0.1:{redis_port}/0", redis_timeout_s=5.0))
    own = Caller(key_id="early", role=Role.MAKER, per_minute=1)
    allowance.spend(own)
    with pytest.raises(TooMany):
        allowance.spend(own)
    with redis.Redis(port=redis_port) as client:
        for key in client.keys("*early*"):
            client.expire(key, 86_400)
    assert allowance.spend(own).remaining == 0
    allowance.read(own)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of a traceback, a sentence that says what to install."""
    for name in ("redis", "redis.backoff", "redis.retry"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError, match=r"pip install 'plitka\[redis\]'"):
        Allowance(Settings(redis_url="redis://127.0.0.1:1/0"))


def test_allowances(server: Running) -> None:
    """Ten a minute as usual, a day's end, and headers that tell what is left."""
    usual = server.client(per_minute=None)
    answers = [usual.post("/v1/jobs", json={"recipe": RECIPE}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [202] * 10 + [429]
    assert answers[0].headers["RateLimit-Limit"] == "10"
    assert [int(answer.headers["RateLimit-Remaining"]) for answer in answers[:10]] == list(range(9, -1, -1))
    assert 0 < int(answers[10].headers["Retry-After"]) <= 60
    daily = server.client(daily=2)
    assert [daily.post("/v1/jobs", json={"recipe": RECIPE}).status_code for _ in range(3)] == [202, 202, 429]


def test_guessing_is_slowed_down(tmp_path: Path) -> None:
    """After some bad keys an address gets 429; each refusal is logged, and no key is."""
    with running(tmp_path, refusals_per_minute=3) as server:
        key = server.key()
        bad = [server.client_of(f"{key[:-4]}{number:04}").get("/v1/colours").status_code for number in range(5)]
        assert bad == [401, 401, 401, 429, 429]
        assert server.client_of(key).get("/v1/colours").status_code == 200
        refusals = [line for line in server.logs if line["event"] == "refused"]
        assert len(refusals) >= 3
        assert all("request_id" in line for line in refusals)
        assert key[20:-4] not in json.dumps(server.logs, default=str)


def test_more_than_a_key_may_ever_have_is_no_matter_of_waiting() -> None:
    """Nothing is used up, and nobody is told to ask again."""
    allowance = Allowance(Settings())
    own = Caller(key_id="dear", role=Role.MAKER, per_minute=10)
    with pytest.raises(InputError, match="these 4 pictures cost 12 usual ones"):
        allowance.spend(own, [3] * 4)
    assert allowance.spend(own, [10]).remaining == 0


def test_what_counts_more_than_once_is_told_so() -> None:
    """Who has asked a few times only would not know why it is enough."""
    allowance = Allowance(Settings())
    own = Caller(key_id="large", role=Role.MAKER, per_minute=10)
    allowance.spend(own, [8])
    with pytest.raises(TooMany, match=r"may ask 10 times in 60 s, and this counts as 4; ask again in \d+ s"):
        allowance.spend(own, [4])
    assert allowance.spend(own, [2]).remaining == 0
