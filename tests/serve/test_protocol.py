"""Clients that are slow to send or to receive, over real sockets."""

import contextlib
import socket
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest
import sqlalchemy as sa
from tests.serve.conftest import RECIPE, Running, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.core.files.picture import encode_png
from plitka.serve import tables
from plitka.serve.picture_store import digest_of

QUICK_S = 0.5
PATIENCE_S = 60
"""Longer than any limit of the server that a test sets, and than the rest that uvicorn allows."""

SIDE_PX = 1024
N_UNREAD = 40
"""Pictures, which are more than the system keeps for a client who does not read."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service with short limits."""
    folder = tmp_path_factory.mktemp("served")
    with running(folder, header_timeout_s=QUICK_S, body_timeout_s=QUICK_S, send_timeout_s=QUICK_S) as one:
        yield one


def connect(server: Running, receive_bytes: int | None = None) -> socket.socket:
    """A bare connection."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    connection = socket.socket()
    if receive_bytes is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    connection.settimeout(PATIENCE_S)
    connection.connect((host, int(port)))
    return connection


def n_open(server: Running, connection: socket.socket) -> int:
    """1 while the server's end of the connection is open, else 0."""
    ends = {
        (connection.getsockname()[1], psutil.CONN_ESTABLISHED),
        (connection.getsockname()[1], psutil.CONN_CLOSE_WAIT),
    }
    port = int(server.url.rpartition(":")[2])
    found = psutil.Process().net_connections("tcp")
    return sum(one.laddr.port == port and bool(one.raddr) and (one.raddr.port, one.status) in ends for one in found)


def closed(connection: socket.socket) -> bool:
    """Whether the server closes it."""
    with contextlib.suppress(ConnectionResetError):
        while connection.recv(65536):
            pass
    return True


def await_end(connection: socket.socket, end: bytes) -> None:
    """Read until what came ends so."""
    answer = b""
    while not answer.endswith(end):
        part = connection.recv(65536)
        assert part, answer
        answer += part


def test_a_second_request_has_a_limit_for_its_headers_too(server: Running) -> None:
    """Half of it, byte by byte for as long as the server listens."""
    with connect(server) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        await_end(connection, b"}")
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost:")
        drip(connection)
        assert closed(connection)


def test_a_body_that_was_refused_has_a_limit_too(server: Running) -> None:
    """It is answered at once and never ends."""
    server.key()
    with connect(server) as connection:
        connection.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n{")
        assert connection.recv(65536).startswith(b"HTTP/1.1 401")
        drip(connection)
        assert closed(connection)


def drip(connection: socket.socket) -> None:
    """Send a byte now and then until the server closes."""
    connection.settimeout(0.05)
    end = time.monotonic() + PATIENCE_S
    with contextlib.suppress(ConnectionError):
        while True:
            assert time.monotonic() < end, "it was held"
            connection.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                if not connection.recv(65536):
                    return


def test_who_does_not_read_is_dropped(server: Running) -> None:
    """Many answers are asked for and none is taken; nothing of them stays with the server."""
    key = server.key()
    client = server.client_of(key)
    job = server.order(client, width_px=SIDE_PX, height_px=SIDE_PX)
    server.ended(client, job)
    with connect(server, receive_bytes=4096) as connection:
        head = f"GET /v1/jobs/{job['id']}/image HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n"
        connection.sendall(head.encode() * N_UNREAD)
        wait_until(lambda: n_open(server, connection), PATIENCE_S)
        wait_until(lambda: not n_open(server, connection), PATIENCE_S)
    wait_until(lambda: any(line.get("reason") == "slow to receive" for line in server.logs))


def test_who_reads_slowly_but_reads_gets_everything(server: Running) -> None:
    """Longer than the limit of one wait."""
    key = server.key()
    client = server.client_of(key)
    job = server.order(client, width_px=SIDE_PX, height_px=SIDE_PX)
    server.ended(client, job)
    with connect(server, receive_bytes=65536) as connection:
        path = f"/v1/jobs/{job['id']}/image"
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\r\n"
        connection.sendall(head.encode())
        n_bytes = 0
        while part := connection.recv(32768):
            n_bytes += len(part)
            time.sleep(0.02)
    assert n_bytes > len(client.get(path).content)


def test_a_client_that_rests_is_not_hurried(server: Running) -> None:
    """Between two requests there may be more time than for the headers of one."""
    with connect(server) as connection:
        for _ in range(2):
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            await_end(connection, b"}")
            time.sleep(2 * QUICK_S)


def test_orders_in_one_piece_are_each_answered(server: Running) -> None:
    """Requests that come at once are answered one by one."""
    body = f'{{"recipe": "{RECIPE}"}}'.encode()
    head = f"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key()}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with connect(server) as connection:
        connection.sendall((head.encode() + body) * 3)
        answer = b""
        while answer.count(b"HTTP/1.1 202") < 3:
            part = connection.recv(65536)
            assert part, answer
            answer += part


def test_who_closes_only_its_own_half_is_answered(server: Running) -> None:
    """As `nc -N` does: all is sent, and the answer is still read."""
    with connect(server) as connection:
        connection.sendall(b"GET /v1/colours HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + server.key().encode())
        connection.sendall(b"\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"}")


def test_who_closes_while_a_picture_is_made_cancels_it(tmp_path: Path) -> None:
    """A client that has gone is not waited for, though it may have closed only its own half."""
    with running(tmp_path, partial(FastEngine, step_s=0.1)) as server:
        body = f'{{"inputs": "{RECIPE}", "parameters": {{"num_inference_steps": 30}}}}'.encode()
        head = f"POST /predict HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key()}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        with connect(server) as connection:
            connection.sendall(head.encode() + body)
            connection.shutdown(socket.SHUT_WR)
            assert closed(connection)
        wait_until(lambda: any(line.get("state") == "cancelled" for line in server.logs))


def test_chunks_that_break_off_behind_an_answer_end_the_connection(server: Running) -> None:
    """Nothing can be said any more, and nothing breaks."""
    with connect(server) as connection:
        connection.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 401")
        connection.sendall(b"no number\r\n")
        assert closed(connection)


def test_slow_readers_hold_no_pictures(server: Running) -> None:
    """As many as a key may have take two pieces of a picture each, and not all of it."""
    key = server.key()
    client = server.client_of(key)
    job = server.ended(client, server.order(client))
    rng = np.random.default_rng(7)
    png = encode_png(rng.integers(0, 256, (2048, 2048, 3), dtype=np.uint8), {})
    server.service.pictures.write(png, digest_of(png))
    with server.service.store.write() as connection:
        connection.execute(sa.update(tables.jobs).where(tables.jobs.c.id == job["id"]).values(picture=digest_of(png)))
    head = f"GET {job['image_url']} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
    before = psutil.Process().memory_info().rss
    with contextlib.ExitStack() as held:
        for _ in range(N_UNREAD):
            held.enter_context(connect(server, receive_bytes=4096)).sendall(head)
        wait_until(lambda: sum(line.get("reason") == "slow to receive" for line in server.logs) >= N_UNREAD)
        assert psutil.Process().memory_info().rss - before < N_UNREAD * len(png) / 4
    assert client.get(job["image_url"]).content == png
