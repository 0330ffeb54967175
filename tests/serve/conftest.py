"""A real server on loopback over a quick engine, and keys for it."""

import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog
from tests.serve.fast_engine import FastEngine

from plitka.core.generation import Engine
from plitka.serve.jobs import Life
from plitka.serve.keys import make_key
from plitka.serve.server import server_of
from plitka.serve.service import Service, open_service
from plitka.serve.settings import Settings

RECIPE = "60% red, 40% black"
PLENTY = 100_000


@dataclass(slots=True)
class Running:
    """A service that answers at `url`."""

    url: str
    service: Service
    logs: list[dict[str, Any]] = field(default_factory=list)
    """Every line that was logged."""
    clients: ExitStack = field(default_factory=ExitStack)

    def key(self, role: str = "maker", **terms: Any) -> str:  # noqa: ANN401
        """A new key."""
        return make_key(self.service.store, "test", role=role, **{"per_minute": PLENTY} | terms)[0]

    def client(self, role: str = "maker", **terms: Any) -> httpx2.Client:  # noqa: ANN401
        """A client with a key of its own."""
        return self.client_of(self.key(role, **terms))

    def client_of(self, key: str | None) -> httpx2.Client:
        """A client with this key."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return self.clients.enter_context(httpx2.Client(base_url=self.url, headers=headers, timeout=60))

    def order(self, client: httpx2.Client, **order: Any) -> dict[str, Any]:  # noqa: ANN401
        """A job that was accepted."""
        answer = client.post("/v1/jobs", json={"recipe": RECIPE} | order)
        assert answer.status_code == 202, answer.text
        job: dict[str, Any] = answer.json()
        return job

    def ended(self, client: httpx2.Client, job: dict[str, Any]) -> dict[str, Any]:
        """The job once it has ended."""
        with client.stream("GET", f"/v1/jobs/{job['id']}/events") as stream:
            for _ in stream.iter_lines():
                pass
        seen: dict[str, Any] = client.get(f"/v1/jobs/{job['id']}").json()
        return seen


def listen(logs: list[dict[str, Any]]) -> None:
    """Have every line that this process logs from now on kept in a list."""

    def keep(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
        logs.append(dict(event))
        return ""

    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, keep],
        logger_factory=structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=False,
    )


@contextmanager
def running(folder: Path, engine: Callable[[], Engine] = FastEngine, **choices: Any) -> Iterator[Running]:  # noqa: ANN401
    """A service in this process, on a free port, until the end of the block."""
    logs: list[dict[str, Any]] = []
    listen(logs)
    usual: dict[str, Any] = {"drain_s": 5.0, "reads_per_minute": PLENTY, "refusals_per_minute": PLENTY}
    service = open_service(Settings(port=0, data=folder, **usual | choices), engine, version="0", warm_up_px=64)
    server = server_of(service)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    one = Running(url=f"http://127.0.0.1:{port}", service=service, logs=logs)
    wait_until(lambda: service.jobs.life in (Life.READY, Life.FAILED))
    with one.clients:
        try:
            yield one
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()


def wait_until(is_so: Callable[[], object], timeout_s: float = 60.0) -> None:
    """Wait for something that another thread or process brings about."""
    end = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that all tests of a module share."""
    with running(tmp_path_factory.mktemp("served")) as one:
        yield one


@pytest.fixture(autouse=True)
def _listening(request: pytest.FixtureRequest) -> None:
    """Logging is set back after each test; a server that many share goes on being heard."""
    if "server" in request.fixturenames and isinstance(shared := request.getfixturevalue("server"), Running):
        listen(shared.logs)


@pytest.fixture
def maker(server: Running) -> httpx2.Client:
    """A client of its own key."""
    return server.client()
