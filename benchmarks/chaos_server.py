"""The service of a chaos run as a process, and what it stands on: a small disk, Redis, and a clock that can jump."""

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

import httpx2
import psutil
from serve_overhead import StandIn

from plitka.cli import main
from plitka.core.generation import CompleteRequest, Outcome
from plitka.core.watch import Watch
from plitka.errors import Cancelled

N_DISK_BYTES = 400 * 2**20
MIN_FREE_BYTES = 16 * 2**20
DRAIN_S = 5
PICTURE_S, PICTURE_PX = 0.05, 64
_CLOCK = "CHAOS_CLOCK"
"""The variable that names the file of the clock's offset."""
_CLOCK_READ_EVERY_S = 0.5


class QuickEngine(StandIn):
    """The stand-in of serve_overhead.py, which can be told to stop."""

    def generate(self, requests: Sequence[CompleteRequest], watch: Watch | None = None) -> Iterator[Outcome]:
        """As the stand-in; a picture that was stopped is an outcome as well."""
        try:
            yield from StandIn.generate(self, requests, watch)
        except Cancelled as error:
            yield Outcome(index=0, error=error)


class JumpingClock:
    """Seconds since 1970, as far off as a file says; what measures spans by the monotonic clock is not changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._true_time = time.time
        self._offset_s = 0.0
        self._read_at = float("-inf")

    def __call__(self) -> float:
        if time.monotonic() - self._read_at > _CLOCK_READ_EVERY_S:
            self._read_at = time.monotonic()
            with contextlib.suppress(ValueError):  # it is being written
                self._offset_s = float(self._path.read_text())
        return self._true_time() + self._offset_s


def run_plitka(words: Sequence[str]) -> int:
    """plitka's command line over the quick engine and the jumping clock, in this process."""
    if _CLOCK in os.environ:
        time.time = JumpingClock(Path(os.environ[_CLOCK]))
    return main(list(words), load_engine=lambda *_: QuickEngine(PICTURE_S, PICTURE_PX))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass(slots=True)
class Disk:
    """A small file system in memory; without root's rights a plain folder, which is never full."""

    folder: Path
    is_small: bool = False

    def __enter__(self) -> "Disk":
        mount = ["/bin/mount", "-t", "tmpfs", "-o", f"size={N_DISK_BYTES},mode=700", "tmpfs", str(self.folder)]
        self.is_small = os.geteuid() == 0 and subprocess.run(mount, check=False).returncode == 0
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_small:
            subprocess.run(["/bin/umount", "-l", str(self.folder)], check=True)

    def fill(self, n_free: int) -> None:
        """Write a file until no more than `n_free` bytes are free."""
        with contextlib.suppress(OSError), (self.folder / "ballast").open("ab", buffering=0) as file:
            while (n_bytes := shutil.disk_usage(self.folder).free - n_free) > 0:
                file.write(bytes(min(n_bytes, 2**20)))

    def empty(self) -> None:
        """Remove that file."""
        (self.folder / "ballast").unlink(missing_ok=True)


@dataclass(slots=True)
class Server:
    """The process, its Redis and its clock."""

    data: Path
    logs: Path
    is_up: "Synchronized[int]"
    """1 while it must answer at once."""
    port: int = field(default_factory=free_port)
    redis_port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None
    redis: psutil.Popen | None = None
    n_starts: int = 0
    n_late_stops: int = 0
    """Stops that took longer than they may."""

    @property
    def clock(self) -> Path:
        """The file that says how far the server's clock is off."""
        return self.logs / "clock"

    def words(self, *command: str) -> list[str]:
        """A command line of plitka's over the quick engine."""
        return [sys.executable, str(Path(__file__).with_name("chaos.py")), "--plitka", *command]

    def environ(self) -> dict[str, str]:
        """The server's settings and its clock."""
        chosen = {
            "PLITKA_REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "PLITKA_READS_PER_MINUTE": "10000000",
            "PLITKA_MAX_STARTS": "1000",
            "PLITKA_MIN_FREE_BYTES": str(MIN_FREE_BYTES),
        }
        return {**os.environ, **chosen, _CLOCK: str(self.clock)}

    def start_redis(self) -> None:
        """Redis, if it is installed."""
        program = shutil.which("redis-server")
        if program is not None:
            words = [program, "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", ""]
            self.redis = psutil.Popen(words, stdout=subprocess.DEVNULL, cwd=self.logs)

    def start(self) -> None:
        """Start until it answers; a start while the disk is full may fail, as under any supervisor."""
        end = time.monotonic() + 90
        while time.monotonic() < end:
            with (self.logs / "server.log").open("ab") as log:
                words = self.words("serve", "--data", str(self.data), "--port", str(self.port))
                words += ["--warm-up-px", "64", "--drain-s", str(DRAIN_S)]
                self.process = subprocess.Popen(words, stdout=log, stderr=log, env=self.environ())
            self.n_starts += 1
            while self.process.poll() is None and time.monotonic() < end:
                if self.answers("/livez"):
                    self.is_up.value = 1
                    return
                time.sleep(0.05)
            time.sleep(0.5)
        raise SystemExit("the server does not start; see server.log")

    def answers(self, path: str) -> bool:
        """Whether a probe is 200."""
        with contextlib.suppress(httpx2.TransportError):
            return bool(httpx2.get(f"http://127.0.0.1:{self.port}{path}", timeout=5).status_code == 200)
        return False

    def end(self, number: signal.Signals) -> None:
        """Send a signal and wait for the end of the process."""
        self.is_up.value = 0
        if self.process is None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(DRAIN_S + 20)
        except subprocess.TimeoutExpired:
            self.n_late_stops += 1
            self.process.kill()
            self.process.wait()
        self.process = None

    def check_runs(self) -> int | None:
        """The exit code, where the process has ended by itself."""
        return self.process.poll() if self.process else None

    @property
    def n_resident_bytes(self) -> int:
        """Memory that the process has."""
        return int(psutil.Process(self.process.pid).memory_info().rss) if self.process else 0

    def make_key(self, name: str) -> str:
        """A new key without a limit worth naming."""
        words = self.words("keys", "create", name, "--per-minute", "1000000", "--json", "--data", str(self.data))
        made: dict[str, Any] = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)
        return str(made["key"])

    @contextlib.contextmanager
    def locked_database(self) -> Iterator[None]:
        """Another process writes to the database and does not finish."""
        other = sqlite3.connect(self.data / "plitka.sqlite", timeout=20)
        try:
            with contextlib.suppress(sqlite3.OperationalError):
                other.execute("BEGIN EXCLUSIVE")
            yield
        finally:
            other.close()
