"""How long each stage of the work takes, in the log and as numbers."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import torch

from plitka.core.watch import begin_stage
from plitka.model.device import memory_bytes

log = structlog.get_logger(__name__)


class StageClock:
    """Seconds by stage, of whatever ran since `restart`."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self.seconds: dict[str, float] = {}

    def restart(self) -> None:
        """Forget what was timed."""
        self.seconds = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time and log a part of the work."""
        begin_stage(name)
        started = time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds
        log.info("stage_done", stage=name, seconds=round(seconds, 3), **memory_bytes(self._device))
