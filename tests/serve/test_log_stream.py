"""The log never holds the service up and never breaks it, whatever becomes of what it is written to."""

import contextlib
import io
import os
import threading
from collections.abc import Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx2
import pytest
from tests.serve import fast_server
from tests.serve.conftest import RECIPE, free_port, wait_until
from tests.serve.test_server import make_keys

from plitka.serve.log_stream import LogStream

N_REQUESTS = 400
"""Whose lines, and those of some jobs, are more than a pipe holds: 64 KiB."""


@contextlib.contextmanager
def piped(folder: Path) -> Iterator[tuple[ForkServerProcess, httpx2.Client, int]]:
    """A ready service whose log goes into a pipe that nobody reads, a client of it, and the reader's descriptor."""
    key, port, pipe = make_keys(folder, 1)[0], free_port(), folder / "log"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    process = fast_server.start(folder, port)
    try:
        wait_until(lambda: fast_server.is_ready(port))
        headers = {"Authorization": f"Bearer {key}"}
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=20) as client:
            yield process, client, reader
    finally:
        fast_server.kill(process)
        with contextlib.suppress(OSError):
            os.close(reader)


def succeeds(client: httpx2.Client) -> bool:
    """Whether a picture is made from an order to its end."""
    job = client.post("/v1/jobs", json={"recipe": RECIPE}).json()["id"]
    wait_until(lambda: client.get(f"/v1/jobs/{job}").json()["state"] == "succeeded")
    return True


def test_a_log_that_nobody_reads_holds_up_nothing(tmp_path: Path) -> None:
    """A pipe that is full, as of a log shipper that hangs: requests are answered, pictures made, a stop is one."""
    with piped(tmp_path) as (process, client, _):
        for _ in range(N_REQUESTS):
            client.get("/v1/models")
        for _ in range(20):
            assert succeeds(client)
        assert client.get("/livez").status_code == 200
        assert succeeds(client)
        assert fast_server.stop(process) in (0, -15)


def test_a_log_that_was_closed_breaks_nothing(tmp_path: Path) -> None:
    """Whoever read the log has ended: each line fails, no request and no job does."""
    with piped(tmp_path) as (_, client, reader):
        os.close(reader)
        assert client.get("/livez").status_code == 200
        assert client.get("/v1/colours").status_code == 200
        assert succeeds(client)
        assert succeeds(client)
        assert client.get("/livez").status_code == 200


class _Away(io.StringIO):
    """A file on a disk that is full while `is_away`."""

    is_away = True

    def write(self, text: str) -> int:
        """As a file's.

        Raises:
            OSError: the disk is full.
        """
        if self.is_away:
            raise OSError(28, "No space left on device")
        return super().write(text)


def test_lines_come_in_order_and_all_of_them() -> None:
    """What is written is there when the stream has been closed."""
    out = io.StringIO()
    stream = LogStream(out)
    for number in range(1000):
        stream.write(f"{number}\n")
    assert stream.settle()
    assert out.getvalue() == "".join(f"{number}\n" for number in range(1000))
    assert stream.close()


def test_lost_lines_are_counted() -> None:
    """While the disk is full lines are lost; the first that is written again is told how many."""
    out = _Away()
    told: list[int] = []
    stream = LogStream(out, on_return=told.append)
    for _ in range(3):
        stream.write("lost\n")
    wait_until(lambda: stream.n_lost == 3)
    out.is_away = False
    stream.write("kept\n")
    wait_until(lambda: told)
    assert stream.close()
    assert out.getvalue() == "kept\n"
    assert told == [3]
    assert stream.n_lost == 0


class _Stuck(io.StringIO):
    """A pipe that nobody reads."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go_on = threading.Event()

    def write(self, text: str) -> int:
        """As a file's, once it may go on."""
        self.may_go_on.wait(60)
        return super().write(text)


def test_no_more_lines_are_held_than_there_is_room_for() -> None:
    """A log that stands still takes no memory without end; closing it waits no longer than it may."""
    out = _Stuck()
    stream = LogStream(out, n_characters=100)
    for _ in range(50):
        stream.write("0123456789")
    assert 50 - stream.n_lost <= 11  # and one on its way
    assert not stream.close(0.05)
    out.may_go_on.set()


@pytest.mark.parametrize("text", ["", "\n"])
def test_empty_texts_are_written(text: str) -> None:
    """Whatever a logger writes."""
    out = io.StringIO()
    stream = LogStream(out)
    stream.write(text)
    stream.flush()
    assert stream.close()
    assert out.getvalue() == text
