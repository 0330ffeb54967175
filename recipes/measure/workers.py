"""Processes that train one network together: each draws pictures of its own, and all take the mean of their gradients.

Every one of them makes the same steps on its own copy of the network, so nothing but gradients goes between them.
"""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import torch
import torch.multiprocessing
from torch import distributed, nn


@dataclass(frozen=True)
class Worker:
    """One of the processes, as it sees the others."""

    rank: int
    n: int
    seconds: float | None
    began: float

    def spent(self, share: float) -> bool:
        """Whether this share of the time is over; there may be no limit."""
        return self.seconds is not None and monotonic() - self.began > share * self.seconds

    def agree_on_progress(self, by_steps: float, train_began: float) -> float:
        """0..1, the same for all: how far the training is by its steps, or by its time if that is further."""
        by_time = 0.0
        if self.seconds is not None:
            by_time = (monotonic() - train_began) / max(self.began + self.seconds - train_began, 1.0)
        progress = torch.tensor(min(max(by_steps, by_time), 1.0))
        distributed.broadcast(progress, 0)
        return float(progress)

    def share_gradients(self, network: nn.Module) -> None:
        """Replace the gradients by the mean of all processes'."""
        gradients = [parameter.grad for parameter in network.parameters()]
        mean = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(mean)
        mean /= self.n
        for gradient, part in zip(gradients, mean.split([gradient.numel() for gradient in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))


def run_workers(work: Callable[[Worker, Namespace], None], asked: Namespace) -> None:
    """Do the work in each of `asked.workers` processes; where one fails, all end."""
    with TemporaryDirectory() as folder:
        shared = (f"file://{Path(folder) / 'meeting'}", monotonic(), work, asked)
        torch.multiprocessing.spawn(_join, shared, nprocs=asked.workers)


def _join(rank: int, meeting: str, began: float, work: Callable[[Worker, Namespace], None], asked: Namespace) -> None:
    distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=asked.workers)
    work(Worker(rank, asked.workers, asked.seconds, began), asked)
    distributed.destroy_process_group()
