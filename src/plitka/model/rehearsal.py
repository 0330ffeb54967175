"""Run a base's networks once without numbers: what would fail at the first picture fails before anything is written.

A configuration may hold a value that networks are built with and cannot run with, such as a word where a number should
be. On torch's meta device a run of SDXL takes less than a second and no memory.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from plitka.model.latents import scaled, unscaled
from plitka.model.library_errors import base_errors
from plitka.model.library_imports import quiet_libraries

_N_TOKENS, _SIDE, _TIME_IDS = 8, 8, 6
_META = torch.device("meta")


def rehearse(networks: Mapping[str, Any], folder: Path) -> None:
    """Encode words, denoise and decode, and encode what was decoded, as a picture does.

    Args:
        networks: by folder's name, without memory.
        folder: whose configurations they were built of.

    Raises:
        BundleError: the networks cannot run, or not with each other.
    """
    unet, vae = networks["unet"], networks["vae"]
    with base_errors(folder), quiet_libraries(), torch.no_grad():
        hidden, pooled = _encoded([networks["text_encoder"], networks["text_encoder_2"]])
        latents = torch.empty((1, unet.config.in_channels, _SIDE, _SIDE), device=_META)
        sizes = {"text_embeds": pooled, "time_ids": torch.empty((1, _TIME_IDS), device=_META)}
        timestep = torch.empty((), dtype=torch.int64, device=_META)
        denoised = unet(latents, timestep, encoder_hidden_states=hidden, added_cond_kwargs=sizes).sample
        vae.encode(vae.decode(unscaled(vae, denoised)).sample)
        scaled(vae, latents)


def _encoded(encoders: list[Any]) -> tuple[torch.Tensor, torch.Tensor]:
    """What both encoders say, beside each other, and the second one's sum of the text."""
    words = torch.empty((1, _N_TOKENS), dtype=torch.int64, device=_META)
    said = [encoder(words, output_hidden_states=True) for encoder in encoders]
    return torch.cat([one.hidden_states[-2] for one in said], dim=-1), said[1].text_embeds
