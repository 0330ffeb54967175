"""The processes of `accelerate launch` that learn one run together, each a part of every batch.

All draw the same from the same seed and take their own part of it, so that what a run comes to depends on its batch
and not on the number of processes, but for rounding.
"""

import atexit
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch

from plitka.errors import InputError

_WORLD = "WORLD_SIZE"
"""What `accelerate launch` and torchrun set where there are several processes."""


@dataclass(frozen=True, slots=True)
class Workers:
    """The processes of a run, as one of them sees them."""

    rank: int = 0
    n: int = 1
    state: Any = None
    """accelerate's; None for a process alone."""

    @classmethod
    def joined(cls, *, is_on_cpu: bool = False) -> "Workers":
        """Those that were launched together with this process; it alone where it was not launched so."""
        if int(os.environ.get(_WORLD, "1")) < 2:
            return cls()
        from accelerate import PartialState  # noqa: PLC0415

        state = PartialState(cpu=is_on_cpu)
        # Else its threads may meet the end of the interpreter, which aborts the process.
        atexit.register(state.destroy_process_group)
        return cls(state.process_index, state.num_processes, state)

    @property
    def is_first(self) -> bool:
        """Whether this one writes files and tells of progress."""
        return self.rank == 0

    @property
    def device(self) -> str | None:
        """Where this one computes, if it is one of several."""
        if self.state is None:
            return None
        device: torch.device = self.state.device
        return "cpu" if device.type == "cpu" else str(device)

    def part(self, n: int) -> tuple[int, int]:
        """First and last place of this one's part of a batch.

        Raises:
            InputError: the batch cannot be shared out evenly.
        """
        if n % self.n:
            raise InputError("batch must be a multiple of the {n} processes at work, not {value}", n=self.n, value=n)
        return self.rank * n // self.n, (self.rank + 1) * n // self.n

    def average(self, tensors: Iterable[torch.Tensor | None]) -> None:
        """Make tensors of one number format their mean over all processes, in place."""
        known = [tensor for tensor in tensors if tensor is not None]
        if self.n == 1 or not known:
            return
        # As one: a LoRA has a thousand of them, and each exchange has a cost beside its size.
        flat = torch.cat([tensor.flatten() for tensor in known])
        torch.distributed.all_reduce(flat)
        parts = torch.split(flat.div_(self.n), [tensor.numel() for tensor in known])
        for tensor, part in zip(known, parts, strict=True):
            tensor.copy_(part.view(tensor.shape))

    def any(self, wanted: bool) -> bool:
        """Whether one of them wants something: then all do it at the same step."""
        if self.state is None:
            return wanted
        n_wanting = torch.tensor(float(wanted), device=self.state.device)
        torch.distributed.all_reduce(n_wanting)
        return bool(n_wanting > 0)

    def wait(self) -> None:
        """Until all have come so far."""
        if self.state is not None:
            self.state.wait_for_everyone()
