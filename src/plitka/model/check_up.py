"""What a machine has for plitka, and what it lacks: torch, GPUs and their memory, a model, the hub.

Nothing is loaded or fetched, and what is missing is told with what to do about it.
"""

import importlib.util
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import torch

from plitka.core.recipes.recipe import Notice
from plitka.errors import PlitkaError
from plitka.model.base_facts import bundle_facts
from plitka.model.bundle import Bundle, find_bundle
from plitka.model.device import Placement, choose_guidance_device, choose_placement
from plitka.model.engine_config import NO_DEVICE
from plitka.model.memory_ladder import SDXL, Rung, Weights, choose_rung, free_bytes, has_room_for_half
from plitka.model.parts import HubBase

_HUB_TIMEOUT_S = 3.0
_GB = 1e9
_WAYS = {
    Rung.WHOLE: Notice("all of it on the GPU"),
    Rung.WORDS_ASIDE: Notice("its text encoders on the processor: a new prompt takes about a second more"),
    Rung.STREAMED: Notice("its UNet from the processor's memory, block by block: a picture takes seconds more"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    told: Notice | PlitkaError
    advice: Notice | None = None
    """What to do; None where all is well."""
    is_fatal: bool = False
    """No picture can be made like this."""


def check_up(model: str, device: str = "auto", guidance_device: str = NO_DEVICE) -> Iterator[Finding]:
    """Look at everything, in the order in which a picture needs it.

    Args:
        model: a bundle's name or folder.
        device: auto, cpu, cuda or cuda:N.
        guidance_device: none, auto or cuda:N.
    """
    yield _torch()
    yield from map(_gpu, range(torch.cuda.device_count() if torch.cuda.is_available() else 0))
    try:
        placement = choose_placement(device, "auto")
        second = choose_guidance_device(guidance_device, placement.device)
    except PlitkaError as error:
        yield Finding(error, is_fatal=True)
        return
    yield Finding(
        Notice("pictures are made on {device}: {reason}", {"device": placement.device, "reason": placement.reason})
    )
    try:
        bundle = find_bundle(model)
    except PlitkaError as error:
        yield Finding(error, is_fatal=True)
        return
    yield _model(bundle, placement)
    if guidance_device != NO_DEVICE:
        yield _guidance(bundle, placement, second)
    if isinstance(bundle.base, HubBase):
        yield _hub()


def _torch() -> Finding:
    build = torch.version.cuda
    if build is None:
        told = Notice("torch {version}, built without CUDA", {"version": torch.__version__})
        if shutil.which("nvidia-smi") is None:
            return Finding(told)
        return Finding(
            told, Notice("there is an NVIDIA driver: install a torch that is built with CUDA, to use its GPU")
        )
    told = Notice("torch {version}, built with CUDA {build}", {"version": torch.__version__, "build": build})
    if not torch.cuda.is_available():
        return Finding(
            told,
            Notice(
                "torch sees no GPU: check the driver with nvidia-smi, which must know CUDA {build}", {"build": build}
            ),
        )
    if importlib.util.find_spec("triton") is None:
        return Finding(
            told, Notice("triton is missing, without which the GPU makes pictures at half its speed: install it")
        )
    return Finding(told)


def _gpu(index: int) -> Finding:
    properties = torch.cuda.get_device_properties(index)
    free, total = torch.cuda.mem_get_info(index)
    return Finding(
        Notice(
            "GPU {index}: {name}, {free} of {total} GB free, capability {major}.{minor}",
            {
                "index": index,
                "name": properties.name,
                "free": round(free / _GB, 1),
                "total": round(total / _GB, 1),
                "major": properties.major,
                "minor": properties.minor,
            },
        )
    )


def _model(bundle: Bundle, placement: Placement) -> Finding:
    if placement.device.type == "cpu":
        return Finding(Notice("{model} is here", {"model": bundle.label}))
    return Finding(Notice("{model} is here; {way}", {"model": bundle.label, "way": _WAYS[_rung(bundle, placement)]}))


def _weights(bundle: Bundle) -> Weights:
    return SDXL if isinstance(bundle.base, HubBase) else Weights.of_files(bundle.files)


def _rung(bundle: Bundle, placement: Placement) -> Rung:
    return choose_rung(_weights(bundle), free_bytes(placement.device))


def _guidance(bundle: Bundle, placement: Placement, second: torch.device | None) -> Finding:
    """Whether half of the guidance would be computed on a second GPU."""
    if second is None:
        return Finding(
            Notice("there is no other GPU: all of the guidance is computed on {device}", {"device": placement.device})
        )
    told = Notice(
        "all of the guidance is computed on {device}, none on {second}", {"device": placement.device, "second": second}
    )
    if _takes_guidance(bundle):
        return Finding(told, Notice("the model takes guidance as an input: leave out --guidance-device"))
    if _rung(bundle, placement) is Rung.STREAMED:
        return Finding(
            told, Notice("a UNet without room on {device} is not copied: free its memory", {"device": placement.device})
        )
    if not has_room_for_half(_copied_bytes(bundle), free_bytes(second)):
        return Finding(told, Notice("a copy of the UNet has no room on {device}: free its memory", {"device": second}))
    return Finding(Notice("half of the guidance is computed on {device}, with a copy of the UNet", {"device": second}))


def _copied_bytes(bundle: Bundle) -> int:
    """What a second GPU would have: the UNet, and the ControlNet if there is one."""
    folder = f"{bundle.controlnet.path}/" if bundle.controlnet else None
    control = [record.n_bytes for path, record in bundle.files.items() if folder and path.startswith(folder)]
    return _weights(bundle).unet + sum(control)


def _takes_guidance(bundle: Bundle) -> bool:
    """Whether guidance is an input of the UNet, as far as it is known without the hub."""
    try:
        return bundle_facts(bundle, local_only=True).configs["unet"].get("time_cond_proj_dim") is not None
    except PlitkaError:
        return False


def _hub() -> Finding:
    """Whether a base that is not here could be fetched; one that is here needs no hub."""
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        return Finding(Notice("the hub is not asked, by HF_HUB_OFFLINE: the model's base must be here"))
    address = urlsplit(os.environ.get("HF_ENDPOINT", "https://huggingface.co"))
    host, port = address.hostname or "", address.port or (80 if address.scheme == "http" else 443)
    try:
        socket.create_connection((host, port), _HUB_TIMEOUT_S).close()
    except OSError:
        told = Notice("the hub {host} cannot be reached", {"host": host})
        return Finding(told, Notice("without it the model's base must be here already: copy it into HF_HOME"))
    return Finding(Notice("the hub {host} answers", {"host": host}))
