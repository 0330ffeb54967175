"""Work on a GPU that is recorded once and then repeated as a whole: a CUDA graph, whose launches cost next to nothing.

What is recorded reads and writes the same memory each time: inputs are written into its tensors, and its result is
overwritten by the next run.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Generic, TypeVar

import torch

from plitka.model.device import on_device

_R = TypeVar("_R")
_WARM_UPS = 2
"""Runs before a recording, in which libraries choose and compile what they need."""


class Repeated(Generic[_R]):
    """A piece of work to be repeated; on the CPU it is simply done each time."""

    def __init__(self, device: torch.device, work: Callable[[], _R], pool: Any = None) -> None:
        """Record it.

        Args:
            device: where it runs.
            work: without arguments, on tensors that stay where they are; it must not wait for the device.
            pool: memory that is shared with other work that never runs at the same time; of `new_pool`.
        """
        self._work = work
        self._graph: torch.cuda.CUDAGraph | None = None
        if device.type == "cuda":
            with on_device(device):
                self._graph, self._result = _record(device, work, pool)

    def __call__(self) -> _R:
        """Do it; the result is the same memory each time."""
        if self._graph is None:
            return self._work()
        self._graph.replay()
        return self._result


def new_pool(device: torch.device) -> Any:
    """Memory for pieces of work of which one runs at a time; None on the CPU."""
    return torch.cuda.graph_pool_handle() if device.type == "cuda" else None


def _record(device: torch.device, work: Callable[[], _R], pool: Any) -> tuple[torch.cuda.CUDAGraph, _R]:
    # On the stream in use: on every other one libraries would hold a workspace of their own for good.
    torch.cuda.empty_cache()
    for _ in range(_WARM_UPS):
        work()
    graph = torch.cuda.CUDAGraph()
    # Other threads, such as one that measures, may use the device meanwhile.
    with torch.cuda.graph(graph, pool=pool, stream=_stream(device), capture_error_mode="thread_local"):
        result = work()
    return graph, result


@cache
def _stream(device: torch.device) -> torch.cuda.Stream:
    """Where a GPU's work is recorded; torch has one for the whole process, which is of the first GPU that needs it."""
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
