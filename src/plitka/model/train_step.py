"""Gradients of a batch, by a piece of work that is recorded on a GPU for each shape of batch that comes.

A step on SDXL is some ten thousand small launches, which cost a processor more time than the GPU takes to compute them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from plitka.model.capture import Repeated
from plitka.model.recordings import Recordings

Given = Mapping[str, torch.Tensor]
"""What a step is given, by name."""
_Done = tuple[torch.Tensor, list[torch.Tensor | None]]
"""Losses, and the gradient of each parameter."""


@dataclass(frozen=True, slots=True)
class _Recorded:
    """Tensors that are read each time, and the work on them."""

    held: Given
    work: Repeated[_Done]


class RecordedStep:
    """Computes losses and leaves gradients; on the CPU, and where recording fails, simply each time."""

    def __init__(
        self, device: torch.device, learning: Sequence[nn.Parameter], compute: Callable[[Given], torch.Tensor]
    ) -> None:
        """Prepare; nothing is recorded before the first batch.

        Args:
            device: where all of it runs.
            learning: what gets gradients.
            compute: from what is given to (n,) losses, with their gradients; it must not wait for the device.
        """
        self._device, self._learning, self._compute = device, tuple(learning), compute
        self._recordings = Recordings(device)

    def __call__(self, given: Given) -> torch.Tensor:
        """(n,) losses; the gradients are those of this batch alone, in memory that the next batch overwrites."""
        kind = tuple((name, tuple(tensor.shape), tensor.dtype) for name, tensor in given.items())
        recorded = self._recordings.of("training", kind, lambda pool: self._record(given, pool))
        if recorded is None:
            losses, gradients = self._done(given)
        else:
            for name, tensor in given.items():
                recorded.held[name].copy_(tensor)
            losses, gradients = recorded.work()
        for parameter, gradient in zip(self._learning, gradients, strict=True):
            parameter.grad = gradient
        return losses.clone()

    def forget(self) -> None:
        """Give back what is held for batches; gradients too, which lie there."""
        for parameter in self._learning:
            parameter.grad = None
        self._recordings = Recordings(self._device)
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _record(self, given: Given, pool: Any) -> _Recorded:
        held = {name: tensor.to(self._device, copy=True) for name, tensor in given.items()}
        return _Recorded(held, Repeated(self._device, lambda: self._done(held), pool))

    def _done(self, given: Given) -> _Done:
        for parameter in self._learning:
            parameter.grad = None  # else it would be added to
        losses = self._compute(given)
        return losses, [parameter.grad for parameter in self._learning]
