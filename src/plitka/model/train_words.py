"""What both text encoders say of captions: said again at each step while tokens learn, once where nothing changes.

What was said of rows that stay is kept in memory, and on disk like latents, so that a run that goes on, and the next
one on the same base, need not say it again.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from plitka.model.adapter import TokenRows
from plitka.model.pipeline import Pipeline

MAX_TOKENS = 77
_HIDDEN = -2
"""Of the states of a text encoder, those that SDXL reads."""

Words = tuple[torch.Tensor, torch.Tensor]
"""(n, tokens, width) as the UNet reads them, and (n, width) pooled by the second encoder."""


@dataclass(slots=True)
class TrainWords:
    """What is said of captions by the encoders of a run."""

    pipe: Pipeline
    rows: nn.ModuleList
    """`TokenRows` of both encoders."""
    folder: Path | None = None
    """Where it is kept; None: nowhere."""
    base: str = ""
    """Name and digest of what says it."""
    _known: dict[str, Words] = field(default_factory=dict)
    _rows_digest: dict[bool, str] = field(default_factory=dict)
    """Of the rows that learn and of those that the base began with."""

    def token_ids(self, captions: Sequence[str]) -> list[torch.Tensor]:
        """(n, 77) of each tokenizer, where its encoder is."""
        return [
            tokenizer(
                list(captions), padding="max_length", max_length=MAX_TOKENS, truncation=True, return_tensors="pt"
            ).input_ids.to(encoder.device)
            for encoder, tokenizer in self._encoders()
        ]

    def said(self, ids: Sequence[torch.Tensor]) -> Words:
        """By the rows as they are, with gradients; from `token_ids`."""
        encoders = (encoder for encoder, _ in self._encoders())
        said = [encoder(each, output_hidden_states=True) for encoder, each in zip(encoders, ids, strict=True)]
        states, unet = torch.cat([each.hidden_states[_HIDDEN] for each in said], -1), self.pipe.unet
        device, dtype = unet.device, unet.dtype  # diffusers looks through all modules for each
        return states.to(device, dtype), said[1].text_embeds.to(device, dtype)

    def look_again(self) -> None:
        """The rows may be other ones from now on."""
        self._rows_digest.pop(True, None)

    def kept(self, captions: Sequence[str]) -> Words:
        """The same without gradients, from what was said before where the rows are those of then."""
        shown = f"{self.base}\n{self._shown_rows()}"
        keys = [hashlib.sha256(f"{shown}\n{caption}".encode()).hexdigest() for caption in captions]
        for key, caption in zip(keys, captions, strict=True):
            if key not in self._known:
                self._known[key] = self._fetched(key, caption)
        states, pooled = zip(*(self._known[key] for key in keys), strict=True)
        return torch.cat(states), torch.cat(pooled)

    def _shown_rows(self) -> str:
        """A digest of the rows as they are."""
        every = [each for each in self.rows if isinstance(each, TokenRows)]
        is_learnt = every[0].is_on
        if is_learnt not in self._rows_digest:
            shown = [(each.rows if is_learnt else each.first).detach() for each in every]
            content = b"".join(each.cpu().numpy().tobytes() for each in shown)
            self._rows_digest[is_learnt] = hashlib.sha256(content).hexdigest()
        return self._rows_digest[is_learnt]

    def _encoders(self) -> tuple[tuple[Any, Any], ...]:
        pipe = self.pipe
        return (pipe.text_encoder, pipe.tokenizer), (pipe.text_encoder_2, pipe.tokenizer_2)

    def _fetched(self, key: str, caption: str) -> Words:
        """From the disk, or said now and kept there."""
        from safetensors.torch import load_file, save_file  # noqa: PLC0415

        path = None if self.folder is None else self.folder / f"{key[:32]}.safetensors"
        if path is not None and path.is_file():
            kept = load_file(path, device=str(self.pipe.unet.device))
            return kept["states"], kept["pooled"]
        with torch.no_grad():
            states, pooled = self.said(self.token_ids([caption]))
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.{os.getpid()}.part")
            save_file({"states": states.cpu().contiguous(), "pooled": pooled.cpu().contiguous()}, part)
            part.replace(path)
        return states, pooled
