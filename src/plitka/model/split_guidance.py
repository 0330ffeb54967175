"""Both halves of guidance at once, each on a device of its own: one picture sooner, where there are two GPUs.

The half with the prompt runs where the painter is; the one with the negative prompt runs on the second device, which
has a copy of the UNet, and of the ControlNet if there is one. A step sends latents there and a prediction back. All of
it is launched by one thread. Torch has a copy from one GPU to another wait, by events, for the work before it on both,
and the work behind it for the copy; the processor waits for neither.
"""

import copy
from dataclasses import dataclass, replace
from typing import Any

import structlog
import torch

from plitka.model.assembly import Assembly
from plitka.model.device import on_device, translated_errors
from plitka.model.library_imports import quiet_libraries
from plitka.model.memory_ladder import Rung, free_bytes, has_room_for_half, network_bytes
from plitka.model.sampler import Denoise
from plitka.model.unet import Conditions, Network

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Unet:
    """What networks ask a pipeline for where neither words are encoded nor pictures decoded."""

    unet: Any


class SplitGuidance:
    """A `Network` over two others, each of which runs one half; without guidance the first is all that runs."""

    def __init__(self, positive: Network, negative: Network, second: Assembly) -> None:
        """Prepare; nothing is run.

        Args:
            positive: runs the half with the prompt, and whatever has no guidance.
            negative: runs the other, over the modules of `second`.
            second: as of `second_assembly`.
        """
        self._positive, self._negative = positive, negative
        self._device = second.placement.device
        self._has_control = second.controlnet is not None

    def __call__(self, conditions: Conditions) -> Denoise:
        """What the sampler calls at each step, in order; guidance is added up where the latents are."""
        if conditions.guidance <= 1:
            return self._positive(conditions)
        device, guidance = self._device, conditions.guidance
        positive = self._positive(replace(conditions, guidance=1.0))
        with on_device(device), translated_errors(device, "making a picture"):
            negative = self._negative(self._negative_half(conditions))
        known = None if conditions.timesteps is None else iter(conditions.timesteps.to(device))

        def denoise(latents: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
            # The other device's half first: it is at work while this one's is launched.
            with on_device(device), translated_errors(device, "making a picture"):
                there = timestep.to(device, non_blocking=True) if known is None else next(known)
                unconditional = negative(latents.to(device, non_blocking=True), there)
            conditional = positive(latents, timestep)
            unconditional = unconditional.to(latents.device, non_blocking=True)
            return unconditional + guidance * (conditional - unconditional)

        return denoise

    def _negative_half(self, conditions: Conditions) -> Conditions:
        return replace(
            conditions,
            words=conditions.words.negatives.to(self._device),
            guidance=1.0,
            control=conditions.control if self._has_control else None,
        )


def second_assembly(assembly: Assembly, device: torch.device) -> Assembly | None:
    """What the half with the negative prompt runs on; None, and why in the log, where it cannot be split off.

    Args:
        assembly: the modules where they run, which nothing has rearranged yet.
        device: where the copies are to be.

    Raises:
        OutOfMemory: there was less memory than it seemed; EngineError: the device failed.
    """
    reason = _hindrance(assembly, device)
    if reason:
        log.warning("guidance_not_split", device=str(device), reason=reason)
        return None
    placement = replace(assembly.placement, device=device)
    with translated_errors(device, "moving to the device"), quiet_libraries():
        unet, *control = (_copied(network, device) for network in _networks(assembly))
    log.info("guidance_split", device=str(device))
    return replace(assembly, placement=placement, pipe=_Unet(unet), controlnet=control[0] if control else None)


def _hindrance(assembly: Assembly, device: torch.device) -> str:
    """Why the halves cannot run apart; empty if they can."""
    placement = assembly.placement
    if assembly.pipe.unet.config.time_cond_proj_dim is not None:
        return "the network takes guidance as an input, so a step has no halves"
    if placement.rung is Rung.STREAMED:
        return f"the UNet has no room on {placement.device} as it is"
    if device.type == "cpu":
        return ""
    needed, free = network_bytes(_networks(assembly), placement.dtype), free_bytes(device)
    return "" if has_room_for_half(needed, free) else f"{needed} bytes of weights and {free} free"


def _networks(assembly: Assembly) -> list[Any]:
    """Those that the half with the negative prompt runs; a ControlNet that pools speaks in the other alone."""
    control = assembly.controlnet
    speaks = control is not None and not control.config.global_pool_conditions
    return [assembly.pipe.unet, *([control] if speaks else [])]


def _copied(network: Any, device: torch.device) -> Any:
    """The same with numbers of its own on another device, of which nothing is copied twice on the first."""
    there: dict[int, Any] = {id(one): one.to(device, copy=True) for one in network.buffers()}
    for one in network.parameters():
        there[id(one)] = torch.nn.Parameter(one.detach().to(device, copy=True), requires_grad=False)
    return copy.deepcopy(network, there)
