"""nginx and Caddy, by the files of deploy/proxy, in front of a real server."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from tests.core.measure.tile_pictures import tile
from tests.serve.conftest import RECIPE, Running, free_port, program, running, wait_until
from tests.serve.fast_engine import FastEngine
from tests.serve.test_completion import asked

from plitka.core.files.picture import encode_png
from plitka.serve import key_changes

PROXY = Path(__file__).parents[2] / "deploy/proxy"


@dataclass(slots=True)
class Proxied:
    """A service, and the address of the proxy before it."""

    server: Running
    url: str

    def client(self, key: str) -> httpx2.Client:
        """One that comes by the proxy."""
        client = self.server.client_of(key)
        client.base_url = httpx2.URL(self.url)
        return client


def nginx(folder: Path, port: int, upstream: str) -> list[str]:
    """The command of nginx with the site as it is, but for the addresses."""
    site = (PROXY / "nginx.conf").read_text("utf-8")
    site = site.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("127.0.0.1:8000", upstream)
    temps = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{temps}\n{site} }}\n"
    )
    return [program("nginx"), "-e", str(folder / "log"), "-p", str(folder), "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, port: int, upstream: str) -> list[str]:
    """The command of Caddy with the file as it is, but for the addresses."""
    text = (PROXY / "Caddyfile").read_text("utf-8").replace("127.0.0.1:8000", upstream)
    text = text.replace("tiles.example {", f"http://127.0.0.1:{port} {{").replace(
        "{\n\tservers", "{\n\tadmin off\n\tservers"
    )
    (folder / "Caddyfile").write_text(text)
    return [program("caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


@contextmanager
def started(words: list[str], folder: Path, port: int) -> Iterator[None]:
    """A proxy that takes connections, until the end of the block."""
    with (folder / "told").open("wb") as log, ExitStack() as held:
        environ = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
        process = subprocess.Popen(words, stdout=log, stderr=log, cwd=folder, env=environ)
        held.callback(process.wait, 30)
        held.callback(process.terminate)

        def listens() -> bool:
            assert process.poll() is None, (folder / "told").read_text()
            with socket.socket() as one:
                return one.connect_ex(("127.0.0.1", port)) == 0

        wait_until(listens)
        yield


@pytest.fixture(scope="module", params=[nginx, caddy])
def proxied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    """A service behind each of them."""
    command: Callable[[Path, int, str], list[str]] = request.param
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    with running(folder / "data", FastEngine, trusted_proxies=("127.0.0.1",)) as server:
        words = command(folder, port, server.url.removeprefix("http://"))
        with started(words, folder, port):
            yield Proxied(server, f"http://127.0.0.1:{port}")


def test_events_come_as_they_are_told(proxied: Proxied) -> None:
    """And not at the end: when the first step is seen, the job still runs."""
    client = proxied.client(proxied.server.key())
    with ExitStack() as held:
        held.enter_context(proxied.server.fast.lingering())
        job = proxied.server.order(client)
        with client.stream("GET", f"/v1/jobs/{job['id']}/events") as stream:
            lines = stream.iter_lines()
            assert any(line == "event: step" for line in lines)
            assert proxied.server.service.jobs.status(job["id"]) is not None
            held.close()
            assert any(line == "event: done" for line in lines)


def test_a_slow_upload_arrives(proxied: Proxied) -> None:
    """Bit by bit; one that is too large is refused by the service, in its words."""
    client = proxied.client(proxied.server.key())
    png = encode_png(tile(RECIPE, side_px=64))
    form = httpx2.Request("POST", f"{proxied.url}/v1/measure", files={"image": png}, data={"recipe": RECIPE})
    content = form.read()
    head = "".join(
        f"{name}: {value}\r\n"
        for name, value in (
            ("Host", "127.0.0.1"),
            ("Authorization", client.headers["Authorization"]),
            ("Content-Type", form.headers["Content-Type"]),
            ("Content-Length", str(len(content))),
            ("Connection", "close"),
        )
    )
    host, _, port = proxied.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(f"POST /v1/measure HTTP/1.1\r\n{head}\r\n".encode())
        step = len(content) // 8 + 1
        for start in range(0, len(content), step):
            connection.sendall(content[start : start + step])
            time.sleep(0.1)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 200")
    large = client.post("/v1/measure", files={"image": bytes(21_000_000)}, data={"recipe": RECIPE})
    assert (large.status_code, large.json()["code"]) == (413, "too_large")


def test_the_proxy_says_whose_request_it_is(proxied: Proxied) -> None:
    """And nobody else does: what a client writes there is replaced."""
    store = proxied.server.service.store
    for addresses, status in ((["127.0.0.1"], 200), (["192.0.2.7"], 403)):
        key = proxied.server.key()
        key_changes.change(store, key.split("_")[1], {"addresses": addresses})
        asked = proxied.client(key).get("/v1/colours", headers={"X-Forwarded-For": "192.0.2.7"})
        assert asked.status_code == status


def test_a_client_that_goes_ends_what_it_waited_for(proxied: Proxied) -> None:
    """The proxy hangs up as well."""
    client = proxied.client(proxied.server.key())
    with proxied.server.fast.lingering():
        with asked(client, "POST", "/predictions", {"input": {"prompt": RECIPE}}):
            wait_until(lambda: client.get("/v1/jobs").json()["jobs"])
        wait_until(lambda: client.get("/v1/jobs").json()["jobs"][0]["state"] == "cancelled")
