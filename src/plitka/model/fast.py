"""The network at the speed of the chip: lean, with what is the same at every step computed once, and captured.

A `Network` beside `plitka.model.unet.guided_unet`, from which it differs by rounding. What it cannot run goes through
that one: other UNets than SDXL's, ControlNets, sizes that do not divide, and whatever fails while it is captured.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch

from plitka.model.assembly import Assembly
from plitka.model.capture import Repeated
from plitka.model.lean_unet import LeanUnet, can_run_lean
from plitka.model.narrow import multiplies_narrow
from plitka.model.recordings import Recordings
from plitka.model.sampler import Denoise
from plitka.model.unet import Conditions, embedded_conditions, guided_unet


@dataclass(frozen=True, slots=True)
class _Kind:
    """Runs that can share a recording."""

    shape: tuple[int, ...]
    """Of the latents."""
    n_tokens: int
    is_guided: bool
    is_narrow: bool
    """In eight bits where that is quicker."""


class FastUnet:
    """A bundle's UNet, captured for each kind of batch when the first of it comes."""

    def __init__(self, assembly: Assembly, recordings: Recordings, *, is_narrow: bool | None = None) -> None:
        """Prepare; nothing is run.

        Args:
            assembly: the modules.
            recordings: where it keeps its own.
            is_narrow: whether what need not be exact is run in eight bits; None: where that is quicker.
        """
        self._assembly = assembly
        self._is_narrow = multiplies_narrow(assembly.placement.device) if is_narrow is None else is_narrow
        self._device = assembly.placement.device
        self._lean = LeanUnet(assembly.pipe.unet) if can_run_lean(assembly.pipe.unet) else None
        self._recordings = recordings

    def __call__(self, conditions: Conditions) -> Denoise:
        """What the sampler calls at each step, in order."""
        lean = self._lean
        if lean is None or conditions.control is not None or conditions.timesteps is None:
            return guided_unet(self._assembly, conditions)
        is_guided = conditions.guidance > 1
        states, beside = embedded_conditions(conditions, is_guided=is_guided)
        shifts = lean.shifts(conditions.timesteps.to(self._device), beside)
        plain: list[Denoise] = []
        step = iter(range(len(shifts)))

        def denoise(latents: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
            index = next(step)
            is_narrow = self._is_narrow and not conditions.is_exact
            recorded = self._recorded(lean, _Kind(tuple(latents.shape), states.shape[1], is_guided, is_narrow))
            if recorded is None:
                if not plain:
                    plain.append(guided_unet(self._assembly, conditions))
                return plain[0](latents, timestep)
            if index == 0:
                recorded.tell(lean, states, conditions.guidance)
            return recorded.predict(latents, shifts[index])

        return denoise

    def _recorded(self, lean: LeanUnet, kind: _Kind) -> "_Recorded | None":
        """The recording for such latents; None where the plain path has to do."""
        if any(side % lean.shrinks for side in kind.shape[2:]):
            return None
        recorded = self._recordings.of("denoise", kind, partial(_Recorded, lean, kind, self._assembly))
        if recorded is None and kind.is_narrow:
            return self._recorded(lean, replace(kind, is_narrow=False))
        return recorded


class _Recorded:
    """One kind of step, with the memory that it reads and writes."""

    def __init__(self, lean: LeanUnet, kind: _Kind, assembly: Assembly, pool: Any) -> None:
        device, dtype = assembly.placement.device, assembly.placement.dtype
        unet = assembly.pipe.unet
        if kind.is_narrow:
            lean.narrow()
        n = kind.shape[0] * (1 + kind.is_guided)
        empty = {"text_embeds": torch.zeros((n, _pooled_width(unet)), dtype=dtype, device=device)}
        empty["time_ids"] = torch.zeros((n, 6), dtype=dtype, device=device)
        self._latents = torch.zeros(kind.shape, device=device)
        self._shifts = lean.shifts(torch.zeros(1, dtype=torch.int64, device=device), empty)[0].contiguous()
        states = torch.zeros((n, kind.n_tokens, unet.config.cross_attention_dim), dtype=dtype, device=device)
        self._words = lean.keys_and_values(states)
        self._guidance = torch.zeros((), device=device)
        self._predict = Repeated(device, self._work(lean, dtype, kind), pool)

    def _work(self, lean: LeanUnet, dtype: torch.dtype, kind: _Kind) -> Callable[[], torch.Tensor]:
        def work() -> torch.Tensor:
            noisy = torch.cat([self._latents] * 2) if kind.is_guided else self._latents
            output = lean(noisy.to(dtype), self._shifts, self._words, is_narrow=kind.is_narrow).float()
            if not kind.is_guided:
                return output.contiguous()
            unconditional, conditional = output.chunk(2)
            return (unconditional + self._guidance * (conditional - unconditional)).contiguous()

        return work

    def tell(self, lean: LeanUnet, states: torch.Tensor, guidance: float) -> None:
        """A picture begins: its words and its guidance."""
        lean.keys_and_values(states, out=self._words)
        self._guidance.fill_(guidance)

    def predict(self, latents: torch.Tensor, shifts: torch.Tensor) -> torch.Tensor:
        """One step; the result is overwritten by the next."""
        self._latents.copy_(latents)
        self._shifts.copy_(shifts)
        return self._predict()


def _pooled_width(unet: Any) -> int:
    """Of the pooled words, beside six embedded sizes."""
    config = unet.config
    return int(config.projection_class_embeddings_input_dim) - 6 * int(config.addition_time_embed_dim)
