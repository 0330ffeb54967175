"""What several workers make together, and whether any job is lost or made twice while they are killed.

    python benchmarks/workers.py [--workers 4] [--picture-s 0.2] [--jobs 200] [--killed-jobs 500] [--kill-every-s 10]
                                 [--database postgresql://...] [--json figures.json]

Each worker is a process of its own whose engine sleeps for as long as a GPU would paint, so that the figures tell what
the queue costs and not how many cores there are. The service and its client are in this process.
"""

import argparse
import json
import logging
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import structlog
from serve_overhead import PLENTY, StandIn, recipe_of

from plitka.serve import routes
from plitka.serve.foreman import Foreman
from plitka.serve.keys import make_key
from plitka.serve.life import Life
from plitka.serve.server import server_of
from plitka.serve.service import Service, open_service
from plitka.serve.settings import Settings
from plitka.serve.store import State, Store
from plitka.serve.worker import EngineLoader

N_CLIENTS = 4
_SIZE_PX = 64
_SEED = 29


class Ends:
    """How often each job ended, by the service's own log."""

    def __init__(self) -> None:
        self.n_of_job: Counter[str] = Counter()
        self.n_taken_over = 0

    def keep(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
        """Count one line."""
        if event["event"] == "job_ended":
            self.n_of_job[event["job_id"]] += 1
        self.n_taken_over += event["event"] == "job_taken_over"
        return ""


def hush() -> None:
    """Have a process say nothing that is no warning, and that on stderr."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )


@dataclass(frozen=True, slots=True)
class Crew:
    """Who paints, and what is ordered of them."""

    loaders: Sequence[EngineLoader]
    """Of each worker's engine; they cross to its process by pickle."""
    database_url: str = ""
    warm_up_px: int | None = _SIZE_PX
    choices: Mapping[str, Any] = field(default_factory=dict)
    """Of each order, beside its seed and its recipe, which is another one each time unless it is here."""
    is_apart: bool = False
    """A worker alone has a process of its own as well, as several have."""

    @classmethod
    def of_stand_ins(cls, n: int, picture_s: float, database_url: str) -> "Crew":
        """So many that sleep."""
        return cls([partial(StandIn, picture_s, _SIZE_PX)] * n, database_url)


@dataclass(frozen=True, slots=True)
class Kills:
    """How workers are killed while they paint."""

    every_s: float
    at_once: int = 2
    most: int = 10**6
    """In all."""


@contextmanager
def running(crew: Crew) -> Iterator[tuple[Service, str, list[str], Ends]]:
    """A service whose workers are ready, its URL, keys of several clients, and what ended."""
    ends, n_workers = Ends(), len(crew.loaders)
    structlog.configure(
        processors=[ends.keep],
        wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),
        logger_factory=structlog.ReturnLoggerFactory(),
    )
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            port=0,
            data=Path(folder),
            database_url=crew.database_url,
            workers=0 if crew.is_apart else n_workers,
            queue_limit=PLENTY,
            key_queue_limit=PLENTY,
            reads_per_minute=PLENTY,
            max_starts=1000,
            drain_s=5,
        )
        service = open_service(
            settings,
            crew.loaders[0],
            version="0",
            warm_up_px=crew.warm_up_px,
            loaders=crew.loaders,
            set_up=hush,
        )
        server = server_of(service)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            while not (server.started and _n_ready(service) == n_workers):
                if _has_failed(service):
                    raise RuntimeError("an engine cannot be loaded")
                time.sleep(0.05)
            keys = [make_key(service.store, f"client {number}", per_minute=PLENTY)[0] for number in range(N_CLIENTS)]
            yield service, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", keys, ends
        finally:
            server.should_exit = True
            thread.join()


def _has_failed(service: Service) -> bool:
    (worker,) = service.workers
    each = worker.crew.lives.values() if isinstance(worker, Foreman) else (service.jobs.life,)
    return Life.FAILED in each


def _n_ready(service: Service) -> int:
    (worker,) = service.workers
    if not isinstance(worker, Foreman):
        return int(service.jobs.life is Life.READY)
    return sum(row.life is Life.READY for row in worker.rows)


def order(url: str, keys: list[str], n_jobs: int, choices: Mapping[str, Any] | None = None) -> list[str]:
    """Ids of so many jobs, of all keys in turn; what is chosen is the same for all."""
    ids = []
    with httpx2.Client(base_url=url, timeout=60) as client:
        for number in range(n_jobs):
            head = {"Authorization": f"Bearer {keys[number % len(keys)]}"}
            body = {"recipe": recipe_of(number), "seed": number, **(choices or {})}
            answer = client.post(routes.JOBS, json=body, headers=head)
            answer.raise_for_status()
            ids.append(answer.json()["id"])
    return ids


def await_ends(service: Service, ids: list[str]) -> None:
    """Return when none of the jobs is open any more."""
    while any(service.jobs.status(job_id) is not None for job_id in ids):
        time.sleep(0.005)


def measure_speed(crew: Crew, n_jobs: int) -> dict[str, float]:
    """Pictures a second of all workers, once all of them have something to do."""
    with running(crew) as (service, url, keys, _):
        ids = order(url, keys, n_jobs, crew.choices)
        await_ends(service, ids)
        a_second = pictures_a_second(service.store, ids)
    return {"workers": len(crew.loaders), "jobs": n_jobs, "a_second": a_second}


def pictures_a_second(store: Store, ids: Sequence[str]) -> float:
    """From the first begun to the last made; of jobs that have all been made."""
    rows = [job for job_id in ids if (job := store.find_job(job_id)) is not None]
    if failed := [job for job in rows if job.state is not State.SUCCEEDED]:
        raise RuntimeError(f"{len(failed)} of {len(ids)} jobs were not made: {failed[0].state}")
    first = min(job.started_at or 0.0 for job in rows)
    last = max(job.finished_at or 0.0 for job in rows)
    return len(ids) / (last - first)


def measure_kills(crew: Crew, n_jobs: int, kills: Kills) -> dict[str, Any]:
    """Whether each job ends once, while some workers are killed every so many seconds."""
    with running(crew) as (service, url, keys, ends):
        (worker,) = service.workers
        assert isinstance(worker, Foreman)
        processes, chance, n_killed, is_over = worker.crew, random.Random(_SEED), 0, threading.Event()  # noqa: S311

        def kill() -> None:
            nonlocal n_killed
            while n_killed < kills.most and not is_over.wait(kills.every_s):
                for pid in chance.sample(processes.pids, min(kills.at_once, len(processes.pids))):
                    os.kill(pid, signal.SIGKILL)
                    n_killed += 1

        killer = threading.Thread(target=kill)
        killer.start()
        ids = order(url, keys, n_jobs, crew.choices)
        await_ends(service, ids)
        is_over.set()
        killer.join()
        rows = [service.store.find_job(job_id) for job_id in ids]
        pictures = len(list(service.settings.data.glob("pictures/*/*.png")))
    states = Counter("lost" if job is None else job.state.value for job in rows)
    return {
        "jobs": n_jobs,
        "killed": n_killed,
        "taken_over": ends.n_taken_over,
        "states": dict(states),
        "ended_once": sum(ends.n_of_job[job_id] == 1 for job_id in ids),
        "pictures": pictures,
        "is_well": states == {State.SUCCEEDED.value: n_jobs} and ends.n_of_job == Counter(ids),
    }


def main() -> None:
    """Measure, and tell it on stdout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--picture-s", type=float, default=0.2)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--killed-jobs", type=int, default=500)
    parser.add_argument("--kill-every-s", type=float, default=10.0)
    parser.add_argument("--database", default="", help="an empty PostgreSQL; SQLite where none is named")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    alone, crew = (Crew.of_stand_ins(n, options.picture_s, options.database) for n in (1, options.workers))
    one = measure_speed(alone, max(1, options.jobs // options.workers))
    all_ = measure_speed(crew, options.jobs)
    kills = measure_kills(crew, options.killed_jobs, Kills(options.kill_every_s))
    told = {"one": one, "all": all_, "times": all_["a_second"] / one["a_second"], "kills": kills}
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
    if options.json:
        options.json.write_text(json.dumps(told), "utf-8")
    if not kills["is_well"]:
        raise SystemExit("a job was lost, or ended twice")


if __name__ == "__main__":
    main()
