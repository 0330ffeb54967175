"""Processes that train one network together: each draws pictures of its own, and all take the mean of their gradients.

Every one of them makes the same steps on its own copy of the network, so nothing but gradients goes between them.
"""

import multiprocessing
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import SpawnContext
from multiprocessing.synchronize import Barrier
from time import monotonic
from typing import Any

import numpy as np
import torch
from torch import nn

PATIENCE_S = 600
"""So long all wait for one of them; its death then ends the others."""


@dataclass
class Crew:
    """What the processes share."""

    n: int
    n_parameters: int
    seconds: float | None
    began: float = field(default_factory=monotonic)

    def __post_init__(self) -> None:
        context: SpawnContext = multiprocessing.get_context("spawn")
        self.barrier: Barrier = context.Barrier(self.n, timeout=PATIENCE_S)
        self._gradients: Any = context.RawArray("f", self.n * self.n_parameters)
        self._progress: Any = context.RawValue("d", 0.0)

    def run(self, work: Callable[["Crew", int, Namespace], None], asked: Namespace) -> None:
        """Do the work in every process; a single one works here."""
        if self.n == 1:
            work(self, 0, asked)
            return
        context = multiprocessing.get_context("spawn")
        processes = [context.Process(target=work, args=(self, rank, asked)) for rank in range(self.n)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        if any(process.exitcode for process in processes):
            sys.exit("a process failed; see above")

    def spent(self, share: float) -> bool:
        """Whether this share of the time is over; there may be no limit."""
        return self.seconds is not None and monotonic() - self.began > share * self.seconds

    def agree_on_progress(self, rank: int, by_steps: float, train_began: float) -> float:
        """0..1, the same for all: how far the training is by its steps, or by its time if that is further."""
        if rank == 0:
            left = 1.0 if self.seconds is None else max(self.began + self.seconds - train_began, 1.0)
            by_time = 0.0 if self.seconds is None else (monotonic() - train_began) / left
            self._progress.value = min(max(by_steps, by_time), 1.0)
        self.barrier.wait()
        return float(self._progress.value)

    def share_gradients(self, rank: int, network: nn.Module) -> None:
        """Replace the gradients by the mean of all processes'."""
        if self.n == 1:
            return
        gradients = np.frombuffer(self._gradients, np.float32).reshape(self.n, self.n_parameters)
        parameters = list(network.parameters())
        sizes = [parameter.numel() for parameter in parameters]
        gradients[rank] = torch.cat([parameter.grad.flatten() for parameter in parameters]).numpy()
        self.barrier.wait()
        mean = torch.from_numpy(gradients.mean(0))
        for parameter, part in zip(parameters, mean.split(sizes), strict=True):
            parameter.grad.copy_(part.view_as(parameter))
