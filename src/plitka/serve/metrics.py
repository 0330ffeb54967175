"""The metrics for Prometheus, whose names begin with `plitka_`, and the heartbeat of a worker."""

import threading
import time
from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from plitka.serve import routes

if TYPE_CHECKING:
    from plitka.core.generation import Result

_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320, 640)
_REFUSALS = frozenset({"401", "403", "429", "503", "507"})
_PROBES = frozenset(product(("GET", "HEAD"), routes.PROBE_PATHS))
_POINTS = (0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 20, 50)


class Metrics:
    """The numbers of one service, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        registry = self.registry
        self.queue = Gauge("plitka_queue_jobs", "Jobs that wait.", registry=registry)
        self.running = Gauge("plitka_running_jobs", "Jobs that are being made.", registry=registry)
        self.life = Gauge("plitka_life", "1 for the state the service is in.", ["state"], registry=registry)
        self.connections = Gauge("plitka_connections", "Open connections.", registry=registry)
        self.watchers = Gauge("plitka_event_streams", "Open streams of events.", registry=registry)
        self.jobs = Counter("plitka_jobs", "Jobs that ended.", ["outcome"], registry=registry)
        self.accepted = Counter("plitka_jobs_accepted", "Jobs that were accepted.", registry=registry)
        self.open_seeds = self._counter("plitka_open_seeds", "Guided orders without a seed.", "map")
        self.restarts = Counter("plitka_engine_restarts", "Engines that were loaded anew.", registry=registry)
        self.webhooks = Counter("plitka_webhooks", "Webhooks told, or given up.", ["outcome"], registry=registry)
        self.orders = self._counter("plitka_orders", "Orders taken.", "key", "contract")
        self.key_jobs = self._counter("plitka_key_jobs", "Jobs that ended.", "key", "outcome")
        self.key_seconds = self._counter("plitka_key_job_seconds", "That jobs were made for.", "key")
        self.key_requests = self._counter("plitka_key_requests", "Requests.", "key", "contract", "status")
        self.database_errors = self._counter("plitka_database_errors", "Statements that failed for the database.")
        self.picture_bytes = Gauge("plitka_picture_bytes", "Of all pictures that are kept.", registry=registry)
        self.webhook_backlog = Gauge("plitka_webhook_backlog", "Messages to be told, or told again.", registry=registry)
        self.wait = self._seconds("plitka_wait_seconds", "From acceptance to start.")
        self.job = self._seconds("plitka_job_seconds", "From start to end.")
        self.load = self._seconds("plitka_load_seconds", "Loading the engine.")
        self.warm_up = self._seconds("plitka_warm_up_seconds", "The first pictures, which nobody sees.")
        self.encode = self._seconds("plitka_encode_seconds", "Writing a picture as PNG and keeping it.")
        self.stage = Histogram(
            "plitka_stage_seconds",
            "Stages of one picture: map, encode, denoise, decode, measure ...",
            ["stage"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.step = self._seconds("plitka_step_seconds", "One denoising step, from one report to the next.")
        self.share_error = Histogram(
            "plitka_share_error_points",
            "The largest distance between asked and measured, in points.",
            buckets=_POINTS,
            registry=registry,
        )
        self.attempts = Histogram(
            "plitka_attempts", "How often a picture was painted.", buckets=(1, 2, 3, 4), registry=registry
        )
        self.requests = Histogram(
            "plitka_http_seconds",
            "Requests, to the first byte of the answer.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._add_resources(registry)

    def _add_resources(self, registry: CollectorRegistry) -> None:
        self.usable = Gauge(
            "plitka_part_usable",
            "1 if the database, the pictures or the disk can be used.",
            ["part"],
            registry=registry,
        )
        self.free = Gauge("plitka_free_bytes", "Free on the disk of a part.", ["part"], registry=registry)
        memory = Gauge("plitka_memory_bytes", "Resident memory of the process.", registry=registry)
        memory.set_function(lambda: psutil.Process().memory_info().rss)
        self.vram = Gauge("plitka_vram_bytes", "Memory of the GPU, where there is one.", ["kind"], registry=registry)

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(name, told, labels, registry=self.registry)

    def _seconds(self, name: str, told: str) -> Histogram:
        return Histogram(name, told, buckets=_SECONDS, registry=self.registry)

    def value(self, name: str, **labels: str) -> float:
        """A number as Prometheus would read it; 0 for what has not come about."""
        return self.registry.get_sample_value(name, labels) or 0.0

    def mean(self, name: str) -> float | None:
        """Of a histogram without labels; None: there is nothing in it."""
        n = self.value(f"{name}_count")
        return self.value(f"{name}_sum") / n if n else None

    def count_requests(self) -> tuple[int, int]:
        """All that were answered, and those that were refused for their key, its limits, or want of room.

        Whoever asks how the service is, while it starts, is told and not refused.
        """
        counts = [one for one in next(iter(self.requests.collect())).samples if one.name.endswith("_count")]
        refused = (
            one.value
            for one in counts
            if one.labels["status"] in _REFUSALS and (one.labels["method"], one.labels["route"]) not in _PROBES
        )
        return int(sum(one.value for one in counts)), int(sum(refused))

    def note_end(self, key_id: str, outcome: str, started_at: float | None, finished_at: float | None) -> None:
        """A job that ended, perhaps before it was begun."""
        self.jobs.labels(outcome).inc()
        self.key_jobs.labels(key_id, outcome).inc()
        if started_at is not None:
            seconds = max(0.0, (finished_at or 0.0) - started_at)
            self.job.observe(seconds)
            self.key_seconds.labels(key_id).inc(seconds)

    def note_open_seed(self, *, is_laid: bool) -> None:
        """A seed that was drawn for an order, perhaps one whose map was laid already."""
        self.open_seeds.labels("laid" if is_laid else "not_laid").inc()

    def note_result(self, result: "Result") -> None:
        """A picture that was made."""
        self.share_error.observe(result.max_error)
        self.attempts.observe(result.attempts)
        for stage, seconds in result.stage_seconds.items():
            self.stage.labels(stage).observe(seconds)

    def note_memory(self, memory: Mapping[str, int]) -> None:
        """What the engine says of its device."""
        for kind, n_bytes in memory.items():
            self.vram.labels(kind).set(n_bytes)

    def device_bytes(self) -> dict[str, int]:
        """What was said of it last, by kind; empty where there is no GPU."""
        return {one.labels["kind"]: int(one.value) for family in self.vram.collect() for one in family.samples}


class Heartbeat:
    """When a worker's thread last gave a sign, and the times between its steps."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._lock = threading.Lock()
        self._at: float | None = None
        self._step = 0
        self.waited_s = 0.0
        """Seconds in `wait`, of all jobs."""

    def beat(self, step: int) -> None:
        """That step was done; what came before a first step, or before one that is told again, was other work."""
        now = time.monotonic()
        with self._lock:
            before, self._at = self._at, now
            follows, self._step = step == self._step + 1, step
        if before is not None and follows and step > 1:
            self._metrics.step.observe(now - before)

    def start(self) -> None:
        """Work begins."""
        with self._lock:
            self._at = time.monotonic()

    def rest(self) -> None:
        """The worker is idle, so no sign is expected."""
        with self._lock:
            self._at = None

    def wait(self, seconds: float) -> None:
        """Sleep, since storage is away: no sign is expected meanwhile, and it is no job's time."""
        self.rest()
        time.sleep(seconds)
        self.waited_s += seconds
        self.start()

    def silence_s(self) -> float:
        """Seconds since the last sign; 0 while none is expected."""
        with self._lock:
            return 0.0 if self._at is None else time.monotonic() - self._at
