"""`plitka serve` over the quick engine, as a process of its own that can be killed."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
from tests.serve.conftest import wait_until
from tests.serve.fast_engine import FastEngine

ROOT = Path(__file__).parents[2]


def main() -> int:
    """The command line, with the engine exchanged."""
    from plitka.cli import main as plitka

    step_s = float(os.environ.get("FAST_STEP_S", "0"))
    return plitka(sys.argv[1:], load_engine=lambda _model, _device: FastEngine(step_s=step_s))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def start(
    folder: Path, port: int, *words: str, module: str = "tests.serve.fast_server", **environ: str
) -> subprocess.Popen[bytes]:
    """The process, which may not answer yet."""
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            module,
            "serve",
            "--data",
            str(folder),
            "--port",
            str(port),
            "--warm-up-px",
            "64",
            *words,
        ],
        env=os.environ
        | {"PYTHONPATH": paths, "PLITKA_READS_PER_MINUTE": "1000000", "PLITKA_MAX_STARTS": "50"}
        | environ,
        cwd=ROOT,
        stderr=(folder / "log").open("ab"),
    )


def is_ready(port: int) -> bool:
    """Whether pictures are made there."""
    with contextlib.suppress(httpx2.TransportError):
        return httpx2.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
    return False


@contextlib.contextmanager
def served(folder: Path, *words: str, **environ: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A process that is ready, and its port; killed at the end if it still runs."""
    port = free_port()
    process = start(folder, port, *words, **environ)
    try:
        wait_until(lambda: is_ready(port))
        yield process, port
    finally:
        process.kill()
        process.wait()


def stop(process: subprocess.Popen[bytes]) -> int:
    """End it as an operator does."""
    process.send_signal(signal.SIGTERM)
    return process.wait(60)


if __name__ == "__main__":
    sys.exit(main())
