"""Pictures in an object store: a real server that speaks S3, over a line that can be cut."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.serve.conftest import NO_ROOTS, free_port, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.errors import Gone, StorageAway
from plitka.serve import object_store
from plitka.serve.links import signed_path
from plitka.serve.picture_store import PictureStore, digest_of

BUCKET = "pictures"
URL = f"s3://{BUCKET}/folder"
LARGE = os.urandom(20 * 2**20)


@dataclass(slots=True)
class Line:
    """A line to the server, which closes the next few connections after so many bytes to it."""

    to_port: int
    n_cuts: int = 0
    after_bytes: int = 0
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def port(self) -> int:
        """Where it begins."""
        return int(self.listener.getsockname()[1])

    def run(self) -> None:
        """Pass on what comes, until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self.to_port))
        threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()
        self._pass(client, server, True)

    def _pass(self, source: socket.socket, to: socket.socket, is_upload: bool) -> None:
        n = 0
        with suppress(OSError):
            while data := source.recv(65_536):
                n += len(data)
                if is_upload and self.n_cuts > 0 and n > self.after_bytes:
                    self.n_cuts -= 1
                    break
                to.sendall(data)
        for one in (source, to):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """The port of an S3 server of our own."""
    port = free_port()
    words = [sys.executable, "-c", f"from moto.server import main; main(['-H', '127.0.0.1', '-p', '{port}'])"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers() -> bool:
        try:
            return httpx2.get(f"http://127.0.0.1:{port}/moto-api/", verify=NO_ROOTS).status_code == 200
        except httpx2.TransportError:
            return False

    wait_until(answers)
    yield port
    process.kill()
    process.wait()


@pytest.fixture
def line(server: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A line to it, an empty bucket, and an environment by which it is found."""
    one = Line(server)
    threading.Thread(target=one.run, daemon=True).start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{one.port}",
        "AWS_ACCESS_KEY_ID": "anna",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    httpx2.post(f"http://127.0.0.1:{server}/moto-api/reset", verify=NO_ROOTS)
    httpx2.put(f"http://127.0.0.1:{server}/{BUCKET}", verify=NO_ROOTS)
    yield one
    one.listener.close()


def told(server: int, query: str) -> str:
    """What the server says of the bucket."""
    return httpx2.get(f"http://127.0.0.1:{server}/{BUCKET}?{query}", verify=NO_ROOTS).text


@pytest.mark.usefixtures("line")
def test_a_picture_is_kept_read_and_removed(server: int) -> None:
    """A large one in parts; whoever has the link needs no key, until it ends."""
    pictures = PictureStore(URL)
    pictures.check()
    for content in (b"picture", LARGE):
        digest = digest_of(content)
        assert not pictures.has(digest)
        pictures.write(content, digest)
        assert pictures.read(digest) == content
        assert pictures.size(digest) == len(content)
        link = pictures.link(digest, 60)
        assert link is not None
        assert "Signature=" in link
        assert httpx2.get(link, verify=NO_ROOTS).content == content
    assert '-3"' in told(server, "list-type=2").replace("&quot;", '"')  # the tag of an object of three parts
    pictures.discard(digest_of(b"picture"))
    with pytest.raises(Gone):
        pictures.read(digest_of(b"picture"))
    assert pictures.link(digest_of(b"picture"), 60) is None
    assert [name for name in pictures.names() if not name.startswith(".")] == [
        f"{digest_of(LARGE)[:2]}/{digest_of(LARGE)}.png"
    ]


@pytest.mark.parametrize("content", [b"picture" * 30_000, LARGE], ids=["whole", "parts"])
def test_a_line_that_is_cut_is_tried_again(line: Line, content: bytes) -> None:
    """And the picture is whole in the end."""
    pictures = PictureStore(URL)
    pictures.check()
    line.after_bytes, line.n_cuts = 100_000, 2
    pictures.write(content, digest_of(content))
    assert line.n_cuts == 0
    assert pictures.read(digest_of(content)) == content


@pytest.mark.parametrize("content", [b"picture" * 30_000, LARGE], ids=["whole", "parts"])
def test_what_cannot_be_written_is_not_there(line: Line, server: int, content: bytes) -> None:
    """Not even a part of it; it is said, and can be written later."""
    pictures = PictureStore(URL)
    pictures.check()
    line.after_bytes, line.n_cuts = 100_000, 10**6
    with pytest.raises(StorageAway):
        pictures.write(content, digest_of(content))
    line.n_cuts = 0
    assert not pictures.has(digest_of(content))
    assert "<Upload>" not in told(server, "uploads")
    pictures.write(content, digest_of(content))
    assert pictures.is_whole(digest_of(content))


@pytest.mark.usefixtures("line")
def test_who_may_not_come_in_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bucket that is not there, or a store that does not answer, is storage that is away."""
    with pytest.raises(StorageAway):
        PictureStore("s3://nowhere/folder").check()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(StorageAway):
        PictureStore(URL).check()


@pytest.mark.usefixtures("line")
def test_workers_and_service_share_it(tmp_path: Path) -> None:
    """What a worker's process has written the service sends, or sends a client there."""
    chosen: dict[str, Any] = {"pictures_url": URL, "workers": 2, "redirect_pictures": True}
    with running(tmp_path, partial(FastEngine), **chosen) as service:
        client = service.client()
        done = service.ended(client, service.order(client))
        sent = client.get(done["image_url"], follow_redirects=False)
        assert sent.status_code == 307
        assert httpx2.get(sent.headers["location"], verify=NO_ROOTS).content.startswith(b"\x89PNG")
        link = signed_path(done["id"], service.service.link_secret, 60)
        assert service.client_of(None).get(link, follow_redirects=False).status_code == 307
        assert client.get(done["image_url"], params={"format": "jpeg"}).content.startswith(b"\xff\xd8")


def test_other_stores_are_left_alone() -> None:
    """What S3 is told they are not."""
    assert object_store.options("memory://bucket") == {}
    assert PictureStore("memory://bucket/links").link("0" * 64, 60) is None
