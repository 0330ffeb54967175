"""Heads that two readers may read differently, by themselves and over a real socket."""

import socket
from collections.abc import Iterator

import pytest
from tests.serve.conftest import RECIPE, Running
from tests.serve.test_protocol import connect

from plitka.serve.request_head import find_fault

BODY = f'{{"recipe": "{RECIPE}"}}'.encode()
LENGTH = f"Content-Length: {len(BODY)}".encode()
CHUNKS = b"Transfer-Encoding: chunked"
FAULTY = {
    "length beside chunks": [LENGTH, CHUNKS],
    "chunks before a length": [CHUNKS, LENGTH],
    "chunks of chunks": [CHUNKS, CHUNKS],
    "two lengths": [LENGTH, b"content-length: 0"],
    "the same length twice": [LENGTH, LENGTH],
    "a list of lengths": [LENGTH + b", " + LENGTH.split(b" ")[1]],
    "a signed length": [b"Content-Length: +" + LENGTH.split(b" ")[1]],
    "a folded field": [LENGTH, b"X-A: 1\r\n 2"],
    "a bare line feed": [LENGTH, b"X-A: 1\nX-B: 2"],
    "a bare return": [LENGTH, b"X-A: 1\rX-B: 2"],
}


@pytest.mark.parametrize("lines", FAULTY.values(), ids=list(FAULTY))
def test_an_ambiguous_head_is_refused_and_the_connection_closed(server: Running, lines: list[bytes]) -> None:
    """400, and nothing behind it is read as a request."""
    key = server.key()
    head = (
        f"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json".encode()
    )
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY) if CHUNKS in lines else BODY
    request = b"\r\n".join([head, *lines, b"", body])
    with connect(server) as connection:
        connection.sendall(request + b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b"".join(parts(connection))
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert server.client_of(key).get("/v1/jobs").json()["jobs"] == []


ENDS = {"two line feeds": b"\n\n", "a line feed before CR LF": b"\n\r\n", "an empty line": b"\r\n\n"}


@pytest.mark.parametrize("end", ENDS.values(), ids=list(ENDS))
def test_a_head_that_ends_otherwise_is_refused(server: Running, end: bytes) -> None:
    """Also where nothing comes behind it, so that its only end is one which another reader does not know."""
    with connect(server) as connection:
        connection.sendall(b"POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n" + CHUNKS + end)
        assert b"".join(parts(connection)).startswith(b"HTTP/1.1 400")


def parts(connection: socket.socket) -> Iterator[bytes]:
    """All that comes, to the end."""
    while part := connection.recv(65536):
        yield part


def test_an_unambiguous_head_is_read_however_it_comes(server: Running) -> None:
    """Byte by byte, with what a body may have and a head may not."""
    key = server.key()
    head = f"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n".encode()
    body = BODY.replace(b": ", b":\n ")
    head += b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    with connect(server) as connection:
        for byte in head + body:
            connection.sendall(bytes([byte]))
        assert connection.recv(65536).startswith(b"HTTP/1.1 202")


def test_faults_are_told() -> None:
    """Each kind, in a few words."""
    assert find_fault(b"GET / HTTP/1.1\r\nHost: x") is None
    assert find_fault(b"GET / HTTP/1.1\nHost: x") == "a line ends in CR LF"
