"""Uploads: their room is taken before they are read, and the keys take turns."""

import contextlib
import socket
from collections.abc import Iterator
from functools import cache

import httpx2
import pytest
from tests.core.measure.tile_pictures import tile
from tests.serve.conftest import Running, running, wait_until

from plitka.core.files.picture import encode_png
from plitka.errors import InputError, TooMany, Unavailable
from plitka.serve import routes
from plitka.serve.memory import Tidier
from plitka.serve.settings import Settings
from plitka.serve.uploads import Uploads


@cache
def small() -> bytes:
    """A picture that is quickly measured."""
    return encode_png(tile("red", side_px=128))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service with room for few uploads."""
    with running(tmp_path_factory.mktemp("served"), pending_uploads=3, uploads_per_key=2) as one:
        yield one


@contextlib.contextmanager
def begun(server: Running, key: str, n_bytes: int = 1000) -> Iterator[socket.socket]:
    """An upload of which the headers have been sent."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    head = f"POST {routes.MEASURE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
    head += f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {n_bytes}\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(head.encode())
        yield connection


def measured(client: httpx2.Client) -> httpx2.Response:
    """The answer to a whole upload."""
    return client.post(routes.MEASURE, data={"recipe": "red"}, files={"image": ("a.png", small())})


def n_pending(server: Running) -> int:
    """Uploads that have their room."""
    return server.service.uploads._n_files.total()


def test_pending_uploads_have_a_limit(server: Running) -> None:
    """Of one key and of all, before anything of them is read; room is given back with the connection."""
    first, second = server.key(), server.key()
    with begun(server, first), begun(server, first), contextlib.ExitStack() as more:
        wait_until(lambda: n_pending(server) == 2)
        refused = measured(server.client_of(first))
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2")
        assert measured(server.client_of(second)).status_code == 200
        more.enter_context(begun(server, second))
        wait_until(lambda: n_pending(server) == 3)
        refused = measured(server.client())
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    wait_until(lambda: n_pending(server) == 0)
    assert measured(server.client_of(first)).status_code == 200


def test_an_allowance_is_spent_before_anything_is_read(server: Running) -> None:
    """A key that has none left is refused by its headers alone, and so is one that may not measure."""
    key = server.key(per_minute=1)
    assert measured(server.client_of(key)).status_code == 200
    for refused, status in ((key, b"429"), (server.key("viewer"), b"403")):
        with begun(server, refused) as connection:
            assert status in connection.recv(100)


def test_bytes_have_a_limit_too() -> None:
    """Of one key and of all, by what each request says of itself."""
    limits = Settings(pending_upload_bytes=100, pending_upload_bytes_per_key=60)
    uploads = Uploads(limits, Tidier())
    with uploads.hold("a", 50):
        with pytest.raises(TooMany), uploads.hold("a", 11):
            pass
        with uploads.hold("b", 50), pytest.raises(Unavailable), uploads.hold("c", 1):
            pass
        with uploads.hold("a", 10), uploads.hold("b", 40):
            pass


def test_memory_is_given_back_after_an_upload() -> None:
    """However it ended."""
    given_back: list[int] = []
    uploads = Uploads(Settings(), Tidier(lambda: given_back.append(1)))
    with contextlib.suppress(InputError), uploads.hold("key", 10):
        raise InputError("it is damaged")
    wait_until(lambda: given_back)
