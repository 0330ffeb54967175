"""The numbers of a worker in a process of its own, and how they come among those of the service."""

from collections import deque
from collections.abc import Mapping
from typing import Any

from plitka.serve.metrics import Metrics

_N_KEPT = 200
"""Values of one kind that are told; a worker is asked long before there are so many new ones."""
_KINDS = ("step", "load", "warm_up", "encode")
"""Histograms of `plitka.serve.metrics.Metrics` that only a worker can fill."""


class _Values:
    """The newest values of a histogram, and how many there were."""

    def __init__(self) -> None:
        self.n = 0
        self.newest: deque[float] = deque(maxlen=_N_KEPT)

    def observe(self, value: float) -> None:
        """One more."""
        self.newest.append(round(value, 5))
        self.n += 1


class WorkerMetrics(Metrics):
    """What a worker counts; what jobs themselves tell, the service counts."""

    def __init__(self) -> None:
        super().__init__()
        self._values = {kind: _Values() for kind in _KINDS}
        for kind, values in self._values.items():
            setattr(self, kind, values)
        self._memory: Mapping[str, int] = {}

    def note_memory(self, memory: Mapping[str, int]) -> None:
        """What the engine says of its device."""
        self._memory = dict(memory)

    def figures(self) -> dict[str, Any]:
        """As JSON carries them."""
        told = {kind: [values.n, list(values.newest)] for kind, values in self._values.items()}
        restarts = int(self.value("plitka_engine_restarts_total"))
        return {"values": told, "restarts": restarts, "memory": dict(self._memory)}


class SeenFigures:
    """What was seen of each worker's numbers, so that each counts once."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._n: dict[tuple[str, str], int] = {}
        self._memory: dict[str, Mapping[str, int]] = {}

    def see(self, worker: str, figures: Mapping[str, Any]) -> None:
        """Count what is new."""
        for kind, (n, newest) in figures.get("values", {}).items():
            n_new = self._take(worker, kind, n)
            for value in newest[-n_new:] if n_new else ():
                getattr(self._metrics, kind).observe(value)
        self._metrics.restarts.inc(self._take(worker, "restarts", figures.get("restarts", 0)))
        if memory := figures.get("memory"):
            self._memory[worker] = memory
            self._tell_memory()

    def forget(self, worker: str) -> None:
        """The worker is gone."""
        self._n = {key: n for key, n in self._n.items() if key[0] != worker}
        if self._memory.pop(worker, None):
            self._tell_memory()

    def _take(self, worker: str, kind: str, n: int) -> int:
        before, self._n[worker, kind] = self._n.get((worker, kind), 0), n
        return max(0, n - before)

    def _tell_memory(self) -> None:
        """Of all workers together."""
        kinds = {kind for memory in self._memory.values() for kind in memory}
        self._metrics.note_memory(
            {kind: sum(memory.get(kind, 0) for memory in self._memory.values()) for kind in kinds}
        )
