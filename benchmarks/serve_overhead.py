"""What the service costs over the bare engine: time of a job, memory over many jobs, and idle watchers.

    python benchmarks/serve_overhead.py [--jobs 1000] [--watchers 500] [--json figures.json]

The engine is a stand-in that computes for a set time and makes a picture of a set size; the same engine and the same
writing of the PNG, called without a service in the same process, are the baseline. Clients are in a process of their
own where they would otherwise be measured with the server.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import psutil
import structlog

from plitka.core.files.picture import encode_png, text_fields
from plitka.core.generation import (
    CompleteRequest,
    Defaults,
    Engine,
    Outcome,
    Request,
    Result,
    ZoneShares,
    generate_one,
)
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import format_prompt
from plitka.core.scene import Scene, Size
from plitka.core.watch import Progress, Unwatched, Watch
from plitka.serve.keys import make_key
from plitka.serve.life import Life
from plitka.serve.server import server_of
from plitka.serve.service import Service, open_service
from plitka.serve.settings import Settings

RECIPE = "60% red, 30% black, 10% white"


def recipe_of(number: int) -> str:
    """Another recipe for each job: nothing that was read before helps."""
    return f"{30 + number % 30}.{number // 30 % 100:02}% red, the rest black"


PLENTY = 10**6
N_STEPS = 4


@dataclass(slots=True)
class StandIn(Engine):
    """An engine that waits as long as a GPU would compute, and answers with one and the same noise."""

    seconds: float
    size_px: int
    name: str = "stand-in@000000000000"
    max_batch: int = 1
    defaults: Defaults = field(init=False)

    def __post_init__(self) -> None:
        self.defaults = Defaults(steps=N_STEPS, width_px=self.size_px, height_px=self.size_px)
        self._pixels = np.random.default_rng(0).integers(0, 255, (self.size_px, self.size_px, 3), np.uint8)

    _pixels: Any = None

    def complete(self, request: Request) -> CompleteRequest:
        """With the stand-in's defaults."""
        return self.defaults.complete(request)

    def prompt(self, request: CompleteRequest) -> str:
        """The usual words."""
        return format_prompt(request.scene.recipe)

    def warm_up(self, sizes: Sequence[Size] = ()) -> None:
        """It is always warm."""

    def generate(self, requests: Sequence[CompleteRequest], watch: Watch | None = None) -> Iterator[Outcome]:
        """The noise, after the set time for each."""
        watch = watch or Unwatched()
        for index, request in enumerate(requests):
            started = time.perf_counter()
            for step in range(1, N_STEPS + 1):
                time.sleep(self.seconds / N_STEPS)
                watch.report(index, Progress(step=step, n_steps=N_STEPS))
            percents = request.scene.recipe.percents
            result = Result(
                pixels=self._pixels,
                request=request,
                prompt=self.prompt(request),
                engine=self.name,
                zones=(ZoneShares(asked=percents, measured=percents),),
                seconds=time.perf_counter() - started,
            )
            yield Outcome(index=index, result=result)


@contextmanager
def running(engine: StandIn) -> Iterator[tuple[Service, str, str]]:
    """A service over the engine, its URL and a key for it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            port=0,
            data=Path(folder),
            reads_per_minute=PLENTY,
            drain_s=1,
            max_connections=5000,
            connections_per_address=5000,
            requests_per_key=5000,
            streams_per_key=5000,
            streams_per_address=5000,
        )
        service = open_service(settings, lambda: engine, version="0", warm_up_px=64)
        key = make_key(service.store, "benchmark", per_minute=PLENTY)[0]
        server = server_of(service)
        thread = threading.Thread(target=server.run)
        thread.start()
        while service.jobs.life is not Life.READY or not server.started:
            time.sleep(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield service, f"http://127.0.0.1:{port}", key
        finally:
            server.should_exit = True
            thread.join()


def measure_overhead(n_jobs: int, seconds: float, size_px: int) -> dict[str, float]:
    """Median milliseconds of a picture from the bare engine and through POST /, in turns of ten.

    `cpu_ms` is the processor time of the whole server for one job, which other work on the machine does not change.
    """
    engine = StandIn(seconds, size_px)
    bare: list[float] = []
    served: list[float] = []
    cpu_s = 0.0
    with running(engine) as (_, url, key):
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        client = context.Process(target=post_when_told, args=(url, key, there))
        client.start()
        for _ in range(n_jobs // 10):
            for seed in range(10):
                started = time.perf_counter()
                scene = Scene.of(parse_recipe(RECIPE).recipe)
                result = generate_one(engine, engine.complete(Request(scene=scene, seed=seed)))
                encode_png(result.pixels, text_fields(result, "0"))
                bare.append(time.perf_counter() - started)
            cpu_s -= time.process_time()
            here.send(10)
            served += here.recv()
            cpu_s += time.process_time()
        here.send(0)
        client.join()
    bare_ms, served_ms = (1e3 * statistics.median(times) for times in (bare, served))
    return {
        "bare_ms": bare_ms,
        "served_ms": served_ms,
        "overhead_ms": served_ms - bare_ms,
        "cpu_ms": 1e3 * cpu_s / n_jobs,
    }


def post_when_told(url: str, key: str, pipe: Any) -> None:  # noqa: ANN401  (a connection)
    """Make as many pictures as are asked for, and answer with the seconds of each; 0 ends it."""
    with client_of(url, key) as client:
        n_done = 0
        while n_jobs := pipe.recv():
            times = []
            for seed in range(n_done, n_done + n_jobs):
                started = time.perf_counter()
                client.post("/", json={"inputs": recipe_of(seed), "parameters": {"seed": seed}}).raise_for_status()
                times.append(time.perf_counter() - started)
            n_done += n_jobs
            pipe.send(times)


def client_of(url: str, key: str) -> httpx2.Client:
    """A client with the key."""
    return httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60)


def post_jobs(url: str, key: str, n_jobs: int, first_seed: int) -> None:
    """Pictures one after the other, from a process of their own."""
    with client_of(url, key) as client:
        for seed in range(first_seed, first_seed + n_jobs):
            client.post("/", json={"inputs": recipe_of(seed), "parameters": {"seed": seed}}).raise_for_status()


def elsewhere(target: Any, *arguments: object) -> None:  # noqa: ANN401  (any function)
    """Run a function in another process, to its end."""
    process = multiprocessing.get_context("spawn").Process(target=target, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        sys.exit("a client failed")


def measure_memory(n_jobs: int) -> dict[str, float]:
    """Bytes of resident memory for each further job, by least squares, once as many jobs have filled the caches."""
    n_points, points = 20, []
    with running(StandIn(0.0, 64)) as (_, url, key):
        elsewhere(post_jobs, url, key, n_jobs, 10**6)
        for number in range(n_points):
            elsewhere(post_jobs, url, key, n_jobs // n_points, number * n_jobs)
            points.append((number * n_jobs / n_points, psutil.Process().memory_info().rss))
    found = np.array(points, dtype=np.float64)
    slope = np.polyfit(found[:, 0], found[:, 1], 1)[0]
    return {"first_mib": points[0][1] / 2**20, "last_mib": points[-1][1] / 2**20, "bytes_per_job": float(slope)}


async def _watch(url: str, key: str, jobs: list[str], ready: Any, done: Any) -> None:  # noqa: ANN401  (events)
    head = {"Authorization": f"Bearer {key}"}
    limits = httpx2.Limits(max_connections=None)
    opened = 0

    async with httpx2.AsyncClient(base_url=url, headers=head, timeout=None, limits=limits) as client:

        async def one(job: str) -> None:
            nonlocal opened
            async with client.stream("GET", f"/v1/jobs/{job}/events") as stream:
                opened += 1
                async for _ in stream.aiter_lines():
                    pass

        tasks = [asyncio.create_task(one(job)) for job in jobs]
        while opened < len(jobs):
            await asyncio.sleep(0.05)
        ready.set()
        while not done.is_set():
            await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def watch_all(url: str, key: str, jobs: list[str], ready: Any, done: Any) -> None:  # noqa: ANN401  (as above)
    """Hold a stream of events open for each job, until told."""
    asyncio.run(_watch(url, key, jobs, ready, done))


def measure_watchers(n_watchers: int, n_jobs: int) -> dict[str, float]:
    """Median milliseconds of a job of 0.5 s without and with idle watchers, who watch jobs that wait behind it."""
    context = multiprocessing.get_context("spawn")
    with running(StandIn(0.5, 256)) as (service, url, key):
        patient = make_key(service.store, "patient", per_minute=PLENTY)[0]
        before = time_jobs(url, key, n_jobs)
        with client_of(url, patient) as client:
            # They wait behind everybody else, so that the queue does not end while the benchmark runs.
            order = {"recipe": RECIPE, "priority": -9}
            waiting = [client.post("/v1/jobs", json=order).json()["id"] for _ in range(40)]
        ready, done = context.Event(), context.Event()
        watched = [waiting[-1 - index % 20] for index in range(n_watchers)]
        watcher = context.Process(target=watch_all, args=(url, patient, watched, ready, done))
        watcher.start()
        ready.wait()
        crowded = time_jobs(url, key, n_jobs)
        done.set()
        watcher.join()
        with client_of(url, patient) as client:
            for job_id in waiting:
                client.post(f"/v1/jobs/{job_id}/cancel")
        alone = (before + time_jobs(url, key, n_jobs)) / 2
    return {"alone_ms": 1e3 * alone, "watched_ms": 1e3 * crowded, "ratio": crowded / alone}


def time_jobs(url: str, key: str, n_jobs: int) -> float:
    """Median seconds of jobs that follow one another, from start to end, as the service itself has it."""
    with client_of(url, key) as client:
        ids = [client.post("/v1/jobs", json={"recipe": RECIPE}).json()["id"] for _ in range(n_jobs)]
        with client.stream("GET", f"/v1/jobs/{ids[-1]}/events") as stream:
            for _ in stream.iter_lines():
                pass
        jobs = [client.get(f"/v1/jobs/{job_id}").json() for job_id in ids]
    return statistics.median(job["finished_at"] - job["started_at"] for job in jobs)


def main() -> None:
    """Measure all three and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--watchers", type=int, default=500)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryFile("w", encoding="utf-8") as log:
        structlog.configure(
            processors=[structlog.contextvars.merge_contextvars, structlog.processors.JSONRenderer()],
            logger_factory=structlog.WriteLoggerFactory(file=log),
        )
        figures = {
            "overhead, 64 px": measure_overhead(200, 0.02, 64),
            "overhead, 512 px": measure_overhead(50, 0.2, 512),
            "memory": measure_memory(options.jobs),
            "watchers": measure_watchers(options.watchers, 15),
        }
    text = json.dumps(figures, indent=2)
    sys.stdout.write(text + "\n")
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
