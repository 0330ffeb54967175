"""The worst day of a service: honest clients order on while everything that can go wrong does, by a seed.

    python benchmarks/chaos.py [--minutes 20] [--seed 0] [--folder DIR] [--json figures.json]

A process of `plitka serve` over an engine without a network, 20 clients with 4 keys, and at random: SIGKILL, SIGTERM, a
full and a nearly full disk, a locked database, a pictures' folder that is none, a silent Redis, a clock that jumps, and
floods from other addresses of this machine. Exit code 1, and the reasons, unless every accepted job has ended once, the
database and the folder agree, no answer was a 5xx but 503 and 507 with Retry-After, /livez was never slower than 1 s,
every stop came in time, and the memory came back to within 10 % of what it was.

A small disk needs root, and Redis its program; what is missing is left out, and the report says so. The last third goes
without killing, so that the memory compared is that of one process.
"""

import argparse
import hashlib
import json
import multiprocessing
import queue
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from chaos_clients import LIMIT_S, Findings, HonestClient, ask_for_life
from chaos_floods import FLOODS, flood
from chaos_server import MIN_FREE_BYTES, Disk, Server, run_plitka

N_CLIENTS, N_KEYS = 20, 4
CALM_S = 15.0
KILLED_IN_A_FAULT = 0.25
MAX_GROWTH = 1.10
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(slots=True)
class Chaos:
    """One run."""

    server: Server
    disk: Disk
    keys: list[str]
    dice: random.Random
    found: Findings = field(default_factory=Findings)
    done: Counter[str] = field(default_factory=Counter)
    """How often each fault was made."""
    answers: Any = field(default_factory=_SPAWN.Queue)
    """Of the floods."""
    with_ends: bool = True
    """Whether the process may be ended now."""

    def faults(self) -> dict[str, Callable[[], None]]:
        """What can be done here, by name."""
        all_of: dict[str, Callable[[], None]] = {
            "locked database": self._lock,
            "no pictures' folder": self._misplace,
            "clock jump": self._jump,
        }
        if self.with_ends:
            all_of |= {"SIGKILL": partial(self.end, signal.SIGKILL), "SIGTERM": partial(self.end, signal.SIGTERM)}
        if self.disk.is_small:
            all_of |= {"full disk": partial(self._fill, 0), "low disk": partial(self._fill, MIN_FREE_BYTES // 2)}
        if self.server.redis is not None:
            all_of["silent Redis"] = self._silence_redis
        return all_of | {f"flood: {kind}": partial(self._flood, kind) for kind in FLOODS}

    def rage(self, seconds: float, *, with_ends: bool) -> None:
        """One fault after the other, each kind once before any comes again; in some the process is killed as well."""
        self.with_ends = with_ends
        end, left = time.monotonic() + seconds, []
        while time.monotonic() < end:
            if not left:
                left = list(self.faults().items())
                self.dice.shuffle(left)
            name, make = left.pop()
            self.done[name] += 1
            sys.stderr.write(f"{time.strftime('%X')} {name}\n")
            make()
            self._revive()
            time.sleep(self.dice.uniform(0.5, 2.0))

    def _last(self, low_s: float, high_s: float) -> None:
        """Let a fault last, and perhaps kill the process in it."""
        time.sleep(self.dice.uniform(low_s, high_s))
        if self.with_ends and self.dice.random() < KILLED_IN_A_FAULT:
            self.done["SIGKILL in a fault"] += 1
            self.server.end(signal.SIGKILL)

    def _revive(self) -> None:
        code = self.server.check_runs()
        if self.server.process is None:
            self.server.start()
        elif code is not None:
            self.found.breaches.append(f"the server ended by itself with {code}")
            self.server.is_up.value = 0
            self.server.start()

    def end(self, number: signal.Signals) -> None:
        self.server.end(number)
        self.server.start()

    def _fill(self, n_free: int) -> None:
        self.disk.fill(n_free)
        self._last(3, 8)
        self.disk.empty()

    def _lock(self) -> None:
        with self.server.locked_database():
            self._last(2, 10)

    def _misplace(self) -> None:
        folder = self.server.data / "pictures"
        aside = folder.with_name("aside")
        folder.rename(aside)
        try:
            folder.touch()
            self._last(2, 6)
        finally:
            folder.unlink()
            aside.rename(folder)

    def _silence_redis(self) -> None:
        assert self.server.redis is not None
        self.server.redis.suspend()
        self._last(3, 8)
        self.server.redis.resume()

    def _jump(self) -> None:
        self.server.clock.write_text(f"{self.dice.choice([-86400, -3600, -60, 60, 3600, 86400]):+d}\n")
        self._last(2, 5)
        if self.dice.random() < 0.5:
            self.server.clock.write_text("+0\n")

    def _flood(self, kind: str) -> None:
        seconds, seed = self.dice.uniform(3, 8), self.dice.randrange(10**6)
        arguments = (kind, self.server.port, self.dice.choice(self.keys), seconds, seed, self.answers)
        attacker = _SPAWN.Process(target=flood, args=arguments)
        attacker.start()
        attacker.join(seconds + 60)
        attacker.kill()

    def check_floods(self) -> dict[str, Counter[str]]:
        """What the attackers were answered, by kind."""
        told: dict[str, Counter[str]] = {}
        for kind, statuses in drained(self.answers):
            told.setdefault(kind, Counter()).update(statuses)
        for kind, statuses in told.items():
            bad = {status for status in statuses if status.startswith("5")} - {"503", "507"}
            self.found.breaches.extend(f"flood {kind}: {status}" for status in bad)
        return told


def drained(answers: Any) -> list[Any]:  # noqa: ANN401  (a queue between processes)
    """All that is in a queue."""
    all_of = []
    while True:
        try:
            all_of.append(answers.get(timeout=0.5))
        except queue.Empty:
            return all_of


def check_books(data: Path, log: Path, found: Findings) -> Counter[str]:
    """Find what database, folder, log and clients disagree about; jobs by their state."""
    with sqlite3.connect(data / "plitka.sqlite") as database:
        (integrity,) = database.execute("PRAGMA integrity_check").fetchone()
        rows = {row[0]: row[1:] for row in database.execute("SELECT id, state, picture FROM jobs")}
    database.close()
    complaints = [] if integrity == "ok" else [f"the database is damaged: {integrity}"]
    for job_id, state in found.accepted.items():
        if job_id not in rows:
            complaints.append(f"an accepted job is lost: {job_id}")
        elif rows[job_id][0] != state:
            complaints.append(f"a job ended as {state} and is {rows[job_id][0]}: {job_id}")
    complaints += [
        f"a job has not ended: {one} {row[0]}" for one, row in rows.items() if row[0] in ("queued", "running")
    ]
    ends = Counter(
        told["job_id"] for told in map(read_line, log.open(errors="replace")) if told["event"] == "job_ended"
    )
    complaints += [f"a job ended {n} times: {job_id}" for job_id, n in ends.items() if n > 1]
    found.breaches += complaints + check_pictures(data / "pictures", {row[1] for row in rows.values() if row[1]})
    return Counter(row[0] for row in rows.values())


def read_line(line: str) -> dict[str, Any]:
    """A line of the log; what is none has no event."""
    try:
        told: dict[str, Any] = json.loads(line)
    except ValueError:
        return {"event": ""}
    return {"event": "", "job_id": ""} | told


def check_pictures(folder: Path, expected: set[str]) -> list[str]:
    """What is wrong with the files."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".probe"]
    complaints = [f"a picture is missing: {digest}" for digest in expected - {path.stem for path in files}]
    for path in files:
        if path.stem not in expected:
            complaints.append(f"a file that no job has: {path.name}")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != path.stem:
            complaints.append(f"a picture is damaged: {path.name}")
    return complaints


def run(chaos: Chaos, minutes: float, seed: int) -> dict[str, Any]:
    """Everything, and the report."""
    server, found = chaos.server, chaos.found
    done, lives = _SPAWN.Event(), _SPAWN.Queue()
    prober = _SPAWN.Process(target=ask_for_life, args=(server.port, server.is_up, done, lives), daemon=True)
    prober.start()
    url = f"http://127.0.0.1:{server.port}"
    clients = [HonestClient(url, chaos.keys[one % N_KEYS], one, seed, found) for one in range(N_CLIENTS)]
    for client in clients:
        client.start()
    chaos.rage(60 * minutes * 2 / 3, with_ends=True)
    chaos.end(signal.SIGTERM)
    time.sleep(CALM_S)
    n_before = server.n_resident_bytes
    chaos.rage(60 * minutes / 3, with_ends=False)
    time.sleep(CALM_S)
    n_after = server.n_resident_bytes
    for client in clients:
        client.stopping.set()
    for client in clients:
        client.join(120)
        if client.is_alive():
            found.breaches.append(f"{client.name} waits for ever")
    wait_for_the_rest(server.data)
    done.set()
    told = drained(lives)
    prober.join(30)
    server.end(signal.SIGTERM)
    return report(chaos, told, n_before, n_after)


def wait_for_the_rest(data: Path) -> None:
    """Attackers' jobs end too."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        database = sqlite3.connect(data / "plitka.sqlite", timeout=10)
        (n_open,) = database.execute("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')").fetchone()
        database.close()
        if not n_open:
            return
        time.sleep(0.5)


def report(chaos: Chaos, lives: Sequence[tuple[float, float, str]], n_before: int, n_after: int) -> dict[str, Any]:
    """Figures, and what was promised and not kept."""
    server, found = chaos.server, chaos.found
    for at, seconds, status in lives:
        if seconds > LIMIT_S or status != "200":
            found.breaches.append(f"/livez at {time.strftime('%X', time.localtime(at))}: {status} in {seconds:.2f} s")
    if n_after > MAX_GROWTH * n_before:
        found.breaches.append(f"memory grew from {n_before / 2**20:.0f} to {n_after / 2**20:.0f} MiB")
    if server.n_late_stops:
        found.breaches.append(f"a stop took too long {server.n_late_stops} times")
    floods = chaos.check_floods()
    jobs = check_books(server.data, server.logs / "server.log", found)
    return {
        "faults": dict(chaos.done),
        "left_out": sorted({"full disk", "silent Redis"} - set(chaos.faults())),
        "jobs": dict(jobs),
        "accepted_by_honest_clients": len(found.accepted),
        "statuses": dict(found.statuses),
        "flood_statuses": {kind: dict(statuses) for kind, statuses in floods.items()},
        "slowest_order_s": round(found.slowest_order_s, 1),
        "livez": {"asked": len(lives), "slowest_s": round(max((one[1] for one in lives), default=0.0), 3)},
        "memory_mib": [round(n_before / 2**20), round(n_after / 2**20)],
        "starts": server.n_starts,
        "late_stops": server.n_late_stops,
        "breaches": found.breaches,
    }


def main() -> int:
    """Prepare, run and tell."""
    if sys.argv[1:2] == ["--plitka"]:
        return run_plitka(sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="for logs and data; they are kept there (usual: a temporary one)")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        data = folder / "data"
        data.mkdir(parents=True, mode=0o700)
        server = Server(data=data, logs=folder, is_up=_SPAWN.Value("i", 0))
        server.clock.write_text("+0\n")
        with Disk(data) as disk:
            figures = prepare_and_run(server, disk, options)
    text = json.dumps(figures, indent=2, ensure_ascii=False) + "\n"
    sys.stdout.write(text)
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    return 1 if figures["breaches"] else 0


def prepare_and_run(server: Server, disk: Disk, options: argparse.Namespace) -> dict[str, Any]:
    """Keys, Redis, the first start, and the run."""
    try:
        server.start_redis()
        keys = [server.make_key(f"client {number}") for number in range(N_KEYS)]
        server.start()
        chaos = Chaos(server=server, disk=disk, keys=keys, dice=random.Random(options.seed))  # noqa: S311  (seeded draws are the point)
        return run(chaos, options.minutes, options.seed)
    finally:
        if server.process is not None:
            server.process.kill()
        if server.redis is not None:
            server.redis.resume()
            server.redis.terminate()


if __name__ == "__main__":
    sys.exit(main())
