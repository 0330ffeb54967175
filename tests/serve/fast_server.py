"""`plitka serve` over the quick engine, as a process of its own that can be killed.

The processes are forked from one that has imported everything, so that a start takes a fraction of a second.
"""

import contextlib
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx2
from tests.serve.conftest import NO_ROOTS, free_port, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.errors import BundleError

FORKED = multiprocessing.get_context("forkserver")
"""For processes of tests: what they need is imported before they begin."""
FORKED.set_forkserver_preload(["plitka.serve.server", "plitka.cli.serve", "tests.serve.preloaded"])
_USUAL = {"PLITKA_READS_PER_MINUTE": "1000000", "PLITKA_MAX_STARTS": "50"}


def _run(words: list[str], environ: dict[str, str], log: str) -> None:
    """The command line, with the engine exchanged."""
    from plitka.cli import main

    os.environ.update(environ)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 2)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)  # which may be a pipe now; as usual line by line
    if "FAST_FILES" in environ:
        n_files = int(environ["FAST_FILES"])
        resource.setrlimit(resource.RLIMIT_NOFILE, (n_files, n_files))
    sys.exit(main(words, load_engine=load_fast))


def load_fast(*_: object) -> FastEngine:
    """The quick engine, also in a process of its own: as slow as the environment says, or none."""
    if "FAST_REFUSES" in os.environ:
        raise BundleError("no engine at {path}", path="/secret/place")
    return FastEngine(step_s=float(os.environ.get("FAST_STEP_S", "0")))


def start(folder: Path, port: int, *words: str, **environ: str) -> ForkServerProcess:
    """The process, which may not answer yet."""
    line = ["serve", "--data", str(folder), "--port", str(port), "--warm-up-px", "64", *words]
    return start_line(folder, *line, **environ)


def start_line(folder: Path, *line: str, **environ: str) -> ForkServerProcess:
    """Any command as a process; one that has workers is no daemon, which may have no children."""
    arguments = (list(line), _USUAL | environ, str(folder / "log"))
    process = FORKED.Process(target=_run, args=arguments, daemon="--workers" not in line)
    process.start()
    return process


def is_ready(port: int) -> bool:
    """Whether pictures are made there."""
    with contextlib.suppress(httpx2.TransportError):
        return httpx2.get(f"http://127.0.0.1:{port}/readyz", timeout=5, verify=NO_ROOTS).status_code == 200
    return False


@contextlib.contextmanager
def served(folder: Path, *words: str, **environ: str) -> Iterator[tuple[ForkServerProcess, int]]:
    """A process that is ready, and its port; killed at the end if it still runs."""
    port = free_port()
    process = start(folder, port, *words, **environ)
    try:
        wait_until(lambda: is_ready(port))
        yield process, port
    finally:
        kill(process)


def kill(process: ForkServerProcess) -> None:
    """End it without a chance to tidy up."""
    process.kill()
    process.join()


def stop(process: ForkServerProcess) -> int | None:
    """End it as an operator does; its exit code."""
    os.kill(process.pid or 0, signal.SIGTERM)
    return ended(process)


def ended(process: ForkServerProcess) -> int | None:
    """Its exit code, once it has one."""
    process.join(60)
    return process.exitcode
