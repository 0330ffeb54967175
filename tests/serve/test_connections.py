"""Floods of connections, over real sockets: who is kept, who makes room, and that probes are always answered."""

import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from tests.serve.conftest import NO_ROOTS, RECIPE, Running, running, wait_until
from tests.serve.fast_engine import FastEngine
from tests.serve.test_protocol import closed

from plitka.serve import routes
from plitka.serve.connections import Connections

LIMIT, LIMIT_OF_ONE = 12, 6
FLOODER = "127.0.0.2"
HALF = b"GET /livez HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service of few connections; its jobs take long."""
    folder = tmp_path_factory.mktemp("served")
    limits: dict[str, Any] = {"max_connections": LIMIT, "connections_per_address": LIMIT_OF_ONE, "streams_per_key": 3}
    with running(folder, lambda: FastEngine(step_s=0.5), **limits) as one:
        yield one


@pytest.fixture
def opened() -> Iterator[contextlib.ExitStack]:
    """Where a test's connections end."""
    with contextlib.ExitStack() as stack:
        yield stack


def connect(server: Running, opened: contextlib.ExitStack, address: str, content: bytes) -> socket.socket:
    """A connection from an address of this machine, with something sent over it."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    one = opened.enter_context(socket.create_connection((host, int(port)), timeout=20, source_address=(address, 0)))
    one.sendall(content)
    return one


def client_at(server: Running, opened: contextlib.ExitStack, address: str, key: str | None = None) -> httpx2.Client:
    """A client at an address of this machine, which opens a connection for each request."""
    return opened.enter_context(
        httpx2.Client(
            base_url=server.url,
            headers={"Connection": "close"} | ({"Authorization": f"Bearer {key}"} if key else {}),
            transport=httpx2.HTTPTransport(local_address=address, verify=NO_ROOTS),
            timeout=20,
        )
    )


def test_half_open_connections_shut_nobody_out(server: Running, opened: contextlib.ExitStack) -> None:
    """However many there are: the oldest makes room, so probes and orders are answered."""
    key = server.key()
    flood = [connect(server, opened, f"127.0.0.{2 + number % 9}", HALF) for number in range(10 * LIMIT)]
    for address in (FLOODER, "127.0.0.50"):
        client = client_at(server, opened, address, key)
        assert client.get(routes.LIVE).status_code == 200
        assert client.post(routes.JOBS, json={"recipe": RECIPE}).status_code == 202
    assert closed(flood[0])


def test_one_address_takes_not_all(server: Running, opened: contextlib.ExitStack) -> None:
    """With requests in work on all it may have, it is told so; others, and probes, are answered."""
    keys = [server.key() for _ in range(2)]
    client = client_at(server, opened, "127.0.0.50", keys[0])
    paths = [watched(server, key) for key in keys]
    for path, key in zip(paths * 3, keys * 3, strict=True):
        stream(server, opened, path, key)
    own = client_at(server, opened, FLOODER, keys[0])
    refused = own.get(routes.COLOURS)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert own.get(routes.LIVE).status_code == 200
    assert own.get(routes.READY).status_code == 200
    assert client.get(routes.COLOURS).status_code == 200


def watched(server: Running, key: str) -> str:
    """The path of the events of a job that takes long."""
    job = server.order(server.client_of(key), steps=100)
    return routes.path_of(routes.JOB_EVENTS, job_id=job["id"])


def stream(server: Running, opened: contextlib.ExitStack, path: str, key: str, address: str = FLOODER) -> bytes:
    """The beginning of the answer to a request for events, which stays open."""
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n"
    one = connect(server, opened, address, head.encode())
    return one.recv(4096).partition(b"\r\n")[0]


def test_streams_of_one_key_have_a_limit(server: Running, opened: contextlib.ExitStack) -> None:
    """One more is refused and not held open; one that is closed makes room for another."""
    key, other = server.key(), server.key()
    path = watched(server, key)
    addresses = ["127.0.0.61", "127.0.0.62", "127.0.0.63"]
    with contextlib.ExitStack() as first:
        assert all(b"200" in stream(server, first, path, key, address) for address in addresses)
        assert b"429" in stream(server, opened, path, key, "127.0.0.64")
        unseen = watched(server, other)
        assert b"429" in stream(server, opened, unseen, key, "127.0.0.64"), "before the database is asked"
        assert b"200" in stream(server, opened, watched(server, other), other, "127.0.0.64")
    wait_until(lambda: b"200" in stream(server, opened, path, key, "127.0.0.65"))


class Dropped:
    """A connection that notes why it was dropped."""

    def __init__(self, connections: Connections, address: str) -> None:
        self.address = address
        self.reasons: list[str] = []
        self._connections = connections

    def drop(self, reason: str) -> None:
        """Note it."""
        self.reasons.append(reason)
        self._connections.remove(self)


def test_the_one_that_has_waited_longest_makes_room() -> None:
    """Of the same address first; never one with a request in work, and one that is gone takes no room."""
    connections = Connections(3, 2)
    a, b, c, d, e = (Dropped(connections, address) for address in "aabac")
    assert all(map(connections.add, (a, b, c)))
    connections.work(a)
    assert connections.add(d)
    assert (b.reasons, len(connections)) == (["made room"], 3)
    connections.wait(b)
    for one in (c, d):
        connections.work(one)
    assert not connections.add(e)
    assert not any((a.reasons, c.reasons, d.reasons, e.reasons))
    for one in (a, c, d, e):
        connections.remove(one)
    assert (len(connections), connections._by_address) == (0, {})


def test_the_end_of_a_burst_is_told() -> None:
    """Once, and not of a few that come and go."""
    ends: list[int] = []
    connections = Connections(100, 100, lambda: ends.append(len(connections)))
    crowd = [Dropped(connections, "a") for _ in range(40)]
    for _ in range(3):
        for one in crowd[:5]:
            connections.add(one)
        for one in crowd[:5]:
            connections.remove(one)
    assert not ends
    for one in crowd:
        connections.add(one)
    for one in crowd:
        connections.remove(one)
    assert ends == [24, 8]


def test_a_proxy_may_have_all_connections() -> None:
    """It is one address and many clients."""
    connections = Connections(3, 1, is_proxy=lambda address: address == "proxy")

    def work(address: str) -> bool:
        one = Dropped(connections, address)
        has_room = connections.add(one)
        connections.work(one)
        return has_room

    assert [work(address) for address in ("proxy", "proxy", "client", "client", "proxy")] == [True] * 3 + [False] * 2
