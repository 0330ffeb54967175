"""A real server on loopback over a quick engine, and keys for it."""

import io
import itertools
import os
import pwd
import random
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, MutableMapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
import structlog
from PIL import Image
from tests.serve.fast_engine import FastEngine
from tests.serve.web_ui import WebUi
from tests.serve.webhook_receiver import Hook

from plitka.core.generation import Engine
from plitka.serve import routes
from plitka.serve.keys import make_key
from plitka.serve.life import Life
from plitka.serve.server import server_of
from plitka.serve.service import Service, open_service
from plitka.serve.settings import Settings

RECIPE = "60% red, 40% black"
PLENTY = 100_000
MINI_PX = 128
"""Side of the shipped model's pictures in tests."""
QUICK = {"num_inference_steps": 3, "mode": "text"}
_FIRST_PORT, _PORTS_EACH, _N_SHARES = 20_000, 1_000, 12
"""Of ports: all below 32768, from where on systems give them by themselves."""
NO_ROOTS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients: no server here speaks TLS, and to read whom to trust takes longer than many an answer."""


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
        return self.clients.enter_context(
            httpx2.Client(base_url=self.url, headers=headers, timeout=60, verify=NO_ROOTS)
        )

    def order(self, client: httpx2.Client, **order: Any) -> dict[str, Any]:  # noqa: ANN401
        """A job that was accepted."""
        answer = client.post(routes.JOBS, json={"recipe": RECIPE} | order)
        assert answer.status_code == 202, answer.text
        job: dict[str, Any] = answer.json()
        return job

    def ended(self, client: httpx2.Client, job: dict[str, Any]) -> dict[str, Any]:
        """The job once it has ended."""
        with client.stream("GET", routes.path_of(routes.JOB_EVENTS, job_id=job["id"])) as stream:
            for _ in stream.iter_lines():
                pass
        seen: dict[str, Any] = client.get(routes.path_of(routes.JOB, job_id=job["id"])).json()
        return seen

    @property
    def fast(self) -> FastEngine:
        """Its engine, of those that are quick."""
        assert isinstance(self.service.engine, FastEngine)
        return self.service.engine

    def told(self, event: str, **fields: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """The lines of one event once there is one: a client may see a job's end before the service tells of it."""

        def found() -> list[dict[str, Any]]:
            return [line for line in list(self.logs) if {"event": event, **fields}.items() <= line.items()]

        wait_until(found)
        return found()


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
def running(
    folder: Path,
    engine: Callable[[], Engine] = FastEngine,
    awaited: Collection[Life] = (Life.READY, Life.FAILED),
    **choices: Any,  # noqa: ANN401
) -> Iterator[Running]:
    """A service in this process, on a free port and in one of the awaited states, until the end of the block."""
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
    wait_until(lambda: service.jobs.life in awaited)
    with one.clients:
        try:
            yield one
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()


def _ports() -> Iterator[int]:
    """Those of this process of pytest, again and again, from anywhere among them."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = _FIRST_PORT + worker % _N_SHARES * _PORTS_EACH
    start = random.SystemRandom().randrange(_PORTS_EACH)
    return (first + (start + n) % _PORTS_EACH for n in itertools.count())


_PORTS = _ports()


def free_port() -> int:
    """A port that nobody listens on, and that nothing takes before it is listened on.

    A port that the system gives could be given again meanwhile, to a listener or as the near end of any connection.
    """
    for port in itertools.islice(_PORTS, _PORTS_EACH):
        with socket.socket() as one, suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
            one.bind(("127.0.0.1", port))
            return port
    pytest.fail(f"no port of {_PORTS_EACH} is free; end what listens on them")


def wait_until(is_so: Callable[[], object], timeout_s: float = 60.0, every_s: float = 0.01) -> None:
    """Wait for something that another thread or process brings about."""
    end = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(every_s)


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


@pytest.fixture
def web_ui(server: Running) -> Iterator[WebUi]:
    """A front end with a key as its password."""
    one = WebUi(server.url, server.key())
    yield one
    one.http.close()


def program(name: str) -> str:
    """A server's program; missing it fails in CI and is a reason to skip elsewhere."""
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *os.get_exec_path()]
    found = shutil.which(name, path=os.pathsep.join(map(str, places)))
    if found is None:
        assert not os.environ.get("CI"), f"{name} must be installed in CI"
        pytest.skip(f"{name} is not installed here")
    return found


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of an empty PostgreSQL of our own."""
    # Not in a folder of pytest's: each run of it shuts the folders of all runs to other accounts, under which
    # PostgreSQL runs here.
    with tempfile.TemporaryDirectory(prefix="plitka-postgresql-") as folder:
        yield from _postgresql(Path(folder))


def _postgresql(folder: Path) -> Iterator[str]:
    initdb, postgres = program("initdb"), program("postgres")
    port, data = free_port(), folder / "data"
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = pwd.getpwnam("postgres")
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        shutil.chown(folder, user.pw_uid, user.pw_gid)
    words = [initdb, "-D", str(data), "-U", "plitka", "--auth=trust", "--no-sync", "-E", "UTF8"]
    subprocess.run(words, check=True, capture_output=True, cwd=folder, **as_user)
    with (folder / "log").open("wb") as log:
        words = [postgres, "-D", str(data), "-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1"]
        server = subprocess.Popen([*words, "-F"], stdout=log, stderr=log, cwd=folder, **as_user)
    url = f"postgresql://plitka@127.0.0.1:{port}/postgres"

    def answers() -> bool:
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        try:
            engine.connect().close()
        except sa.exc.OperationalError:
            return False
        finally:
            engine.dispose()
        return True

    wait_until(answers)
    yield url
    server.send_signal(signal.SIGINT)  # its fast shutdown: SIGTERM would wait for whoever is still connected
    server.wait(30)


Databases = Callable[[str], dict[str, Any]]
"""The kind of a database -> the settings of one without tables."""


@pytest.fixture
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """New databases, "sqlite" or "postgresql", each for one service."""
    made: list[str] = []
    held = ExitStack()

    def execute(statement: str) -> None:
        url = sa.make_url(request.getfixturevalue("postgresql")).set(drivername="postgresql+psycopg")
        server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(sa.text(statement))
        server.dispose()

    def make(kind: str) -> dict[str, Any]:
        if kind == "sqlite":
            return {}
        name = f"fresh_{len(made)}"
        execute(f"CREATE DATABASE {name}")
        made.append(name)
        held.callback(execute, f"DROP DATABASE {name} WITH (FORCE)")
        url = sa.make_url(request.getfixturevalue("postgresql"))
        return {"database_url": url.set(database=name).render_as_string(hide_password=False)}

    with held:
        yield make


def load_mini() -> Engine:
    """The shipped model, small by default."""
    import torch

    from plitka.model.bundle import find_bundle
    from plitka.model.engine import load_engine
    from plitka.model.engine_config import EngineConfig

    torch.set_num_threads(1)
    mini = find_bundle("mini")
    small = replace(mini.defaults, width_px=MINI_PX, height_px=MINI_PX)
    return load_engine(replace(mini, defaults=small), EngineConfig(device="cpu"))


@pytest.fixture(scope="session")
def hook() -> Iterator[Hook]:
    """A receiver of webhooks."""
    one = Hook()
    yield one
    one.close()


@pytest.fixture(scope="session")
def mini_server(tmp_path_factory: pytest.TempPathFactory, hook: Hook) -> Iterator[Running]:
    """The service over the shipped model."""
    with running(tmp_path_factory.mktemp("mini"), load_mini, webhook_hosts=(hook.host,), preview_every=1) as one:
        yield one


def picture(content: bytes) -> Image.Image:
    """A picture that was sent."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image
