"""A worker's numbers, and those of the service that reads them."""

import json

from plitka.serve.metrics import Heartbeat, Metrics
from plitka.serve.worker_figures import SeenFigures, WorkerMetrics


def test_each_value_counts_once_however_often_it_is_read() -> None:
    """Also where two workers are told of by the same service, and one of them begins anew."""
    of_service = Metrics()
    seen = SeenFigures(of_service)
    first, second = WorkerMetrics(), WorkerMetrics()
    first.load.observe(2.0)
    first.restarts.inc()
    for worker, metrics in (("a", first), ("b", second), ("a", first)):
        heartbeat = Heartbeat(metrics)
        for step in (1, 2, 3):
            heartbeat.beat(step)
        told = json.loads(json.dumps(metrics.figures()))
        seen.see(worker, told)
        seen.see(worker, told)
    assert of_service.value("plitka_step_seconds_count") == 6
    assert of_service.value("plitka_load_seconds_sum") == 2.0
    assert of_service.value("plitka_engine_restarts_total") == 1
    seen.forget("a")
    seen.see("a", WorkerMetrics().figures())
    assert of_service.value("plitka_load_seconds_count") == 1


def test_memory_is_that_of_all_workers() -> None:
    """A worker that is gone has none."""
    of_service = Metrics()
    seen = SeenFigures(of_service)
    for worker, n_bytes in (("a", 5), ("b", 7)):
        metrics = WorkerMetrics()
        metrics.note_memory({"allocated": n_bytes})
        seen.see(worker, metrics.figures())
    assert of_service.value("plitka_vram_bytes", kind="allocated") == 12
    seen.forget("b")
    assert of_service.value("plitka_vram_bytes", kind="allocated") == 5
