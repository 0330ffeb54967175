"""Where a base's networks lie: all on the GPU, or as much of them as there is room for beside the work.

What lies elsewhere is slower: words are encoded by the processor, in a second for each new prompt; a UNet that does not
fit comes over the bus at each step, in seconds for each picture. `docs/machines.md` has the figures.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import structlog
import torch

if TYPE_CHECKING:
    from plitka.model.integrity import FileRecord

log = structlog.get_logger(__name__)

FAST_WORK_BYTES = 4_200_000_000
"""What a picture of 1024 px and its recordings take beside the weights: of torch's memory 11.5 GB in all, of which 2.7
are for decoding in one piece and 0.8 lie idle between weights that were joined."""
PLAIN_WORK_BYTES = 1_700_000_000
"""The same decoded in tiles."""
HALF_WORK_BYTES = 1_500_000_000
"""What a half of guidance takes on a GPU of its own, beside its weights: the same but for decoding."""


class Rung(StrEnum):
    """From the quickest to the leanest."""

    WHOLE = "whole"
    """All networks on the device."""
    WORDS_ASIDE = "words aside"
    """The text encoders on the processor."""
    STREAMED = "streamed"
    """The UNet's weights too, from where each block comes when it is run."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What networks take on their device, in bytes."""

    words: int
    others: int
    """UNet and VAE."""
    unet: int
    """Of these the UNet, of which a second device can have a copy."""

    @classmethod
    def of(cls, pipe: Any, dtype: torch.dtype) -> "Weights":
        """Of a pipeline's networks, in the number format that they will run in."""
        words, unet, vae = (
            network_bytes(networks, dtype)
            for networks in ((pipe.text_encoder, pipe.text_encoder_2), (pipe.unet,), (pipe.vae,))
        )
        # A VAE of float32 beside the lean one in half precision.
        return cls(words, unet + 3 * vae, unet)

    @classmethod
    def of_files(cls, files: "Mapping[str, FileRecord]") -> "Weights":
        """Of a base by the sizes of a bundle's files; where they do not tell networks apart, all are of the UNet."""
        sizes = {path: record.n_bytes for path, record in files.items() if path.endswith(".safetensors")}
        words, unet = (sum(n for path, n in sizes.items() if f"/{part}" in path) for part in ("text_encoder", "unet"))
        others = sum(sizes.values()) - words
        return cls(words, others, unet or others)


SDXL = Weights(words=1_640_000_000, others=5_640_000_000, unet=5_140_000_000)
"""In half precision."""


def network_bytes(networks: Iterable[Any], dtype: torch.dtype) -> int:
    """What networks take in a number format."""
    n_numbers: int = sum(parameter.numel() for network in networks for parameter in network.parameters())
    return dtype.itemsize * n_numbers


def choose_rung(weights: Weights, free_bytes: int) -> Rung:
    """The quickest way for which there is room."""
    if free_bytes >= weights.words + weights.others + FAST_WORK_BYTES:
        return Rung.WHOLE
    return Rung.WORDS_ASIDE if free_bytes >= weights.others + PLAIN_WORK_BYTES else Rung.STREAMED


def has_room_for_half(weights_bytes: int, free_bytes: int) -> bool:
    """Whether a second GPU can run a half of guidance over copies of so many weights."""
    return free_bytes >= weights_bytes + HALF_WORK_BYTES


def rung_for(pipe: Any, device: torch.device, dtype: torch.dtype) -> Rung:
    """The one for a pipeline whose networks are not on their device yet; on a processor there is one place for all."""
    if device.type == "cpu":
        return Rung.WHOLE
    torch.cuda.empty_cache()  # what an engine before this one left
    weights, free = Weights.of(pipe, dtype), free_bytes(device)
    rung = choose_rung(weights, free)
    tell = log.info if rung is Rung.WHOLE else log.warning
    tell("memory_rung_chosen", rung=rung.value, free_bytes=free, weights_bytes=weights.words + weights.others)
    return rung


def free_bytes(device: torch.device) -> int:
    """What this process can still take of a GPU's memory: what is free, or what it is limited to."""
    free, total = torch.cuda.mem_get_info(device)
    share = getattr(torch.cuda, "get_per_process_memory_fraction", lambda _: 1.0)(device)  # older torch has no limit
    return min(free, int(share * total) - torch.cuda.memory_reserved(device))
