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
from plitka.model.bundle import Bundle, find_bundle
from plitka.model.device import Placement, choose_placement
from plitka.model.memory_ladder import SDXL, Rung, Weights, choose_rung, free_bytes
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


def check_up(model: str, device: str = "auto") -> Iterator[Finding]:
    """Look at everything, in the order in which a picture needs it.

    Args:
        model: a bundle's name or folder.
        device: auto, cpu, cuda or cuda:N.
    """
    yield _torch()
    yield from map(_gpu, range(torch.cuda.device_count() if torch.cuda.is_available() else 0))
    try:
        placement = choose_placement(device, "auto")
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
    weights = SDXL if isinstance(bundle.base, HubBase) else Weights.of_files(bundle.files)
    rung = choose_rung(weights, free_bytes(placement.device))
    return Finding(Notice("{model} is here; {way}", {"model": bundle.label, "way": _WAYS[rung]}))


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
