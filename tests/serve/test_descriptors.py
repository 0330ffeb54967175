"""A process that may open few files, and a flood that would take them all."""

import contextlib
import resource
import socket
from pathlib import Path

import httpx2
import pytest
from tests.serve import fast_server
from tests.serve.conftest import NO_ROOTS, RECIPE, wait_until
from tests.serve.test_server import make_keys, states

from plitka.errors import InputError
from plitka.serve.descriptors import connections_that_fit

FEW_FILES = 512
N_HALF_OPEN = 1009
N_JOBS = 20
MAX_LOG_BYTES = 1_000_000


def test_a_flood_of_connections_takes_no_job_its_files(tmp_path: Path) -> None:
    """More half-open connections than there are files: every job is made, and the log stays small."""
    key = make_keys(tmp_path, 1)[0]
    head = {"Authorization": f"Bearer {key}"}
    with (
        fast_server.served(tmp_path, FAST_FILES=str(FEW_FILES), FAST_STEP_S="0.02") as (_process, port),
        contextlib.ExitStack() as opened,
    ):
        url = f"http://127.0.0.1:{port}"
        ids = [
            httpx2.post(f"{url}/v1/jobs", json={"recipe": RECIPE}, headers=head, verify=NO_ROOTS).json()["id"]
            for _ in range(N_JOBS)
        ]
        for _ in range(N_HALF_OPEN):
            one = opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            one.sendall(b"GET /livez HTTP/1.1\r\n")
        assert httpx2.get(f"{url}/livez", timeout=20, verify=NO_ROOTS).status_code == 200
        wait_until(lambda: not {"queued", "running"} & set(states(tmp_path, ids)))
        assert states(tmp_path, ids) == ["succeeded"] * N_JOBS
        assert httpx2.get(f"{url}/v1/jobs/{ids[-1]}/image", headers=head, verify=NO_ROOTS).status_code == 200
    assert (tmp_path / "log").stat().st_size < MAX_LOG_BYTES


def test_the_limit_is_raised_as_far_as_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """The soft limit becomes the hard one, and what it leaves beside the reserve is for connections."""
    limits = [(256, 4096)]
    monkeypatch.setattr(resource, "getrlimit", lambda _kind: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _kind, pair: limits.append(pair))
    assert connections_that_fit(100_000) < 4096 - 300
    assert connections_that_fit(100) == 100
    assert limits[-1] == (4096, 4096)


def test_too_few_files_are_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the number that is needed."""
    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (256, 256))
    monkeypatch.setattr(resource, "setrlimit", lambda _kind, _pair: None)
    with pytest.raises(InputError, match="may open 256 files"):
        connections_that_fit(2000)
