"""plitka on a cluster of Ray's: what is lost when painters and a node die, how painters follow the queue, the cost.

    export RAY_SERVE_ENABLE_HA_PROXY=1 RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S=1
    python benchmarks/ray_cluster.py [--jobs 300] [--picture-s 0.2] [--kill-every-s 10] [--scaling-jobs 600]
                                     [--overhead-jobs 100] [--database postgresql://...] [--json figures.json]

The first variable is that of docs/operations.md; by the second, runs end at once. The nodes are processes of this
machine. Engines sleep for as long as a GPU would paint. The database is SQLite unless an empty PostgreSQL is named, and
pictures are in a folder.
"""

import argparse
import json
import logging
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import openai
import ray  # noqa: TID253  (nothing imports a benchmark)
import replicate
import sqlalchemy as sa
import structlog
from chaos_server import free_port
from huggingface_hub import InferenceClient  # noqa: TID253  (as above)
from ray import serve  # noqa: TID253
from ray.cluster_utils import Cluster  # noqa: TID253
from ray.serve.context import _get_global_client  # noqa: TID253
from ray.serve.schema import ServeDeploySchema  # noqa: TID253
from serve_overhead import PLENTY, StandIn
from serve_overhead import running as one_machine

from plitka.core.generation import Defaults, Engine
from plitka.ray_app.bundles import Choices
from plitka.serve import leases, tables
from plitka.serve.keys import make_key
from plitka.serve.settings import Settings
from plitka.serve.store import State, Store, open_store

RECIPE = "60% red, 40% black"
MAX_PAINTERS = 4
_SIZE_PX = 64
_NODE = {"num_cpus": 2, "object_store_memory": 80_000_000}
_SEED = 29
_GOES_DOWN_S = 120
"""How long all painters but one have to go once no job is open."""


class StandIns:
    """Models that sleep: each reference is NAME@VERSION=SECONDS."""

    def describe(self, reference: str) -> tuple[str, Defaults]:
        """As it says."""
        engine = self.load(reference, Choices())
        return engine.name, engine.defaults

    def load(self, reference: str, choices: Choices) -> Engine:
        """An engine that sleeps."""
        name, _, seconds = reference.partition("=")
        return StandIn(float(seconds), _SIZE_PX, name=name, max_batch=choices.batch)


STAND_INS = {
    "engines": "ray_cluster:StandIns", "cpus": 0.5, "warm_up_px": _SIZE_PX, "max_painters": MAX_PAINTERS,
    "upscale_s": 1, "downscale_s": 5, "drain_s": 5,
}  # fmt: skip
"""Of the application's arguments those for engines that sleep."""


def deploy(folder: Path, models: list[str], database_url: str, arguments: Mapping[str, Any] = STAND_INS) -> None:
    """Run the application, or have it serve other models."""
    settings = {
        "data": str(folder), "reads_per_minute": PLENTY, "queue_limit": PLENTY, "key_queue_limit": PLENTY,
        "max_starts": 1000, "lease_s": 3,
    }  # fmt: skip
    args = {**arguments, "settings": settings | arguments.get("settings", {})}
    if database_url:
        os.environ["PLITKA_DATABASE_URL"] = database_url
    told = {
        "name": "plitka", "import_path": "plitka.ray_app:app", "args": args,
        "deployments": [{"name": "Front", "user_config": {"models": models}}],
    }  # fmt: skip
    client = _get_global_client()
    assert client is not None
    client.deploy_apps(ServeDeploySchema.model_validate({"applications": [told]}), _blocking=True)


@contextmanager
def clustered(
    folder: Path,
    models: list[str],
    database_url: str,
    arguments: Mapping[str, Any] = STAND_INS,
    node: Mapping[str, Any] = _NODE,
) -> Iterator[tuple[Cluster, str, Store]]:
    """A cluster of one node with the application on it, its URL and its database."""
    here = [str(Path(__file__).parent), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    os.environ |= {"PYTHONPATH": os.pathsep.join(filter(None, here)), "RAY_USAGE_STATS_ENABLED": "0"}
    if database_url:
        os.environ["PLITKA_DATABASE_URL"] = database_url
    cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    ray.init(address=cluster.address, log_to_driver=False, logging_level=logging.ERROR)
    port = free_port()
    # One proxy: on one machine those of two nodes would take each other's port.
    serve.start(http_options={"host": "127.0.0.1", "port": port}, proxy_location="HeadOnly")
    store = open_store(Settings(data=folder, database_url=database_url), own=False)
    try:
        deploy(folder, models, database_url, arguments)
        yield cluster, f"http://127.0.0.1:{port}", store
    finally:
        serve.shutdown()
        ray.shutdown()
        cluster.shutdown()
        store.close()


def _first_models(options: argparse.Namespace) -> list[str]:
    return [f"stand-in@1={options.picture_s}"]


def orders_of(url: str, key: str) -> list[Callable[[int], Any]]:
    """How each foreign client asks for one picture and waits for it."""
    images = openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=5, timeout=300)
    predictions = replicate.Client(api_token=key, base_url=url)
    inference = InferenceClient(url, token=key, timeout=300)

    def by_replicate(seed: int) -> object:
        made = predictions.predictions.create(version="stand-in", input={"prompt": RECIPE, "seed": seed})
        made.wait()
        if made.status != "succeeded":
            raise RuntimeError(made.status)
        return made

    return [
        lambda seed: images.images.generate(prompt=RECIPE, model="gpt-image-1", extra_body={"seed": seed}),
        by_replicate,
        lambda seed: inference.text_to_image(RECIPE, seed=seed),
    ]


def measure_kills(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Whether each of some hundred jobs ends once, while painters and a node are killed and a model is exchanged."""
    with clustered(folder, _first_models(options), options.database) as (cluster, url, store):
        node = cluster.add_node(**_NODE)
        key = make_key(store, "benchmark", per_minute=PLENTY)[0]
        orders, failed = orders_of(url, key), Counter[str]()
        n_painters: list[int] = []
        is_over, n_killed, chance = threading.Event(), 0, random.Random(_SEED)  # noqa: S311

        def kill() -> None:
            nonlocal n_killed
            while not is_over.wait(options.kill_every_s):
                rows = leases.workers(store)
                for row in chance.sample(rows, min(1, len(rows))):
                    os.kill(row.pid, signal.SIGKILL)
                    n_killed += 1

        def count() -> None:
            while not is_over.wait(0.5):
                n_painters.append(len(leases.workers(store)))

        def order(number: int) -> None:
            try:
                orders[number % len(orders)](number)
            except Exception as error:
                failed[type(error).__name__] += 1

        threads = [threading.Thread(target=one) for one in (kill, count)]
        for thread in threads:
            thread.start()
        with ThreadPoolExecutor(12) as pool:
            done = [pool.submit(order, number) for number in range(options.jobs)]
            _await(lambda: sum(one.done() for one in done) >= options.jobs // 3)
            cluster.remove_node(node, allow_graceful=False)
            _await(lambda: sum(one.done() for one in done) >= 2 * options.jobs // 3)
            deploy(folder, [f"stand-in@2={options.picture_s}"], options.database)
        is_over.set()
        for thread in threads:
            thread.join()
        _await(lambda: not leases.open_jobs(store))
        left = _await_one(lambda: len(leases.workers(store)))
        jobs = _ended(store)
    states = Counter(state for state, _ in jobs)
    engines = Counter(engine for _, engine in jobs if engine)
    return {
        "jobs": options.jobs, "failed_requests": dict(failed), "states": dict(states), "engines": dict(engines),
        "killed": n_killed, "most_painters": max(n_painters), "painters_left": left,
        "is_well": not failed and states == {State.SUCCEEDED.value: options.jobs},
    }  # fmt: skip


def _ended(store: Store) -> list[tuple[str, str | None]]:
    """State and engine of every job."""
    rows = store.read(sa.select(tables.jobs.c.state, tables.jobs.c.result))
    return [(row.state, (row.result or {}).get("model")) for row in rows]


def _await(is_so: Callable[[], bool]) -> None:
    while not is_so():
        time.sleep(0.1)


def _await_one(count: Callable[[], int]) -> int:
    """How many painters there are once all but one have gone, or have had the time to."""
    end = time.monotonic() + _GOES_DOWN_S
    while (n := count()) > 1 and time.monotonic() < end:
        time.sleep(0.2)
    return n


def measure_scaling(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """How many painters there are, from a queue that is ordered at once until they have gone again.

    The application starts as many as Ray's configuration asks for and stops them; what is counted here is workers in
    the database, which are there as long as they live.
    """
    with clustered(folder, _first_models(options), options.database) as (cluster, url, store):
        cluster.add_node(**_NODE)
        key = make_key(store, "benchmark", per_minute=PLENTY)[0]
        began, counts = time.monotonic(), [(0.0, len(leases.workers(store)))]

        def look() -> int:
            n = len(leases.workers(store))
            if n != counts[-1][1]:
                counts.append((round(time.monotonic() - began, 1), n))
            return n

        with httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
            for seed in range(options.scaling_jobs):
                client.post("/v1/jobs", json={"recipe": RECIPE, "seed": seed}).raise_for_status()
        while leases.open_jobs(store):
            look()
            time.sleep(0.2)
        emptied = time.monotonic()
        _await_one(look)
    return {
        "jobs": options.scaling_jobs, "painters": counts, "empty_after_s": round(emptied - began, 1),
        "is_well": max(n for _, n in counts) == MAX_PAINTERS and counts[-1][1] == 1,
    }  # fmt: skip


def measure_overhead(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    """Median time of a picture that is waited for, on one machine and through Ray, one after the other."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with one_machine(StandIn(options.picture_s, _SIZE_PX)) as (_, url, key):
        alone = _median_s(url, key, options.overhead_jobs)
    with clustered(folder, _first_models(options), options.database) as (_, url, store):
        key = make_key(store, "benchmark", per_minute=PLENTY)[0]
        through = _median_s(url, key, options.overhead_jobs)
    return {"alone_ms": 1000 * alone, "ray_ms": 1000 * through, "overhead_ms": 1000 * (through - alone)}


def _median_s(url: str, key: str, n_jobs: int) -> float:
    head = {"Authorization": f"Bearer {key}"}
    times = []
    with httpx2.Client(base_url=url, headers=head, timeout=60) as client:
        for number in range(n_jobs + 5):
            body = {"prompt": f"{30 + number % 40}% red, the rest black"}
            started = time.perf_counter()
            client.post("/v1/images/generations", json=body).raise_for_status()
            times.append(time.perf_counter() - started)
    return statistics.median(times[5:])


def main() -> None:
    """Measure, and tell it on stdout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=300)
    parser.add_argument("--picture-s", type=float, default=0.2)
    parser.add_argument("--kill-every-s", type=float, default=10.0)
    parser.add_argument("--scaling-jobs", type=int, default=600)
    parser.add_argument("--overhead-jobs", type=int, default=100)
    parser.add_argument("--database", default="", help="an empty PostgreSQL; SQLite where none is named")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    told: dict[str, Any] = {}
    for name, measure, n in (
        ("kills", measure_kills, options.jobs),
        ("scaling", measure_scaling, options.scaling_jobs),
        ("overhead", measure_overhead, options.overhead_jobs),
    ):
        with tempfile.TemporaryDirectory() as folder:
            told[name] = measure(Path(folder), options) if n else None
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
    if options.json:
        options.json.write_text(json.dumps(told), "utf-8")
    if told["kills"] and not told["kills"]["is_well"]:
        raise SystemExit("a job was lost, failed or ended twice")
    if told["scaling"] and not told["scaling"]["is_well"]:
        raise SystemExit(f"there were not {MAX_PAINTERS} painters, or not one at the end")


if __name__ == "__main__":
    main()
