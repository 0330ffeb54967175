"""A LoRA and the rows of new tokens while they learn: beside a frozen base, of which nothing is changed.

Hooks add them to what the base's layers give, so that nothing but them has a gradient. Files are written as the trainer
of rubber-tile-lora-v4 wrote them: kohya's keys with diffusers' names, the rows as `clip_l` and `clip_g`, all bfloat16.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from plitka.core.files.picture import write_whole
from plitka.model.formats import COMPONENTS

UNET = COMPONENTS[0]
ENCODER_KEYS = ("clip_l", "clip_g")
"""Of a file of embeddings: the rows of the first and of the second encoder."""
ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
"""Ends of the names of the layers that learn."""
ATTENTION_AND_CONVOLUTIONS = (*ATTENTION, "conv2")
"""The same of rubber-tile-lora-v4."""
_LENGTH_BYTES = 8
"""Of a safetensors file: how long its header is, to a multiple of which that is filled up."""
Pair = tuple[torch.Tensor, torch.Tensor]
"""Down and up, as files have them."""


class Lora(nn.Module):
    """Low-rank changes of some layers of a network (E. Hu et al., arXiv:2106.09685)."""

    def __init__(
        self,
        network: nn.Module,
        targets: Sequence[str],
        *,
        rank: int,
        alpha: float,
        generator: torch.Generator,
    ) -> None:
        """Attach to a network, which gives what it gave before until something is learnt.

        Args:
            network: its layers are frozen.
            targets: ends of the names of the linear and convolutional layers that learn.
            rank: of the changes.
            alpha: they are scaled by alpha / rank.
            generator: of the first matrices.
        """
        super().__init__()
        network.requires_grad_(False)
        self.alpha, self.scale = alpha, alpha / rank
        self.names = tuple(name for name, layer in network.named_modules() if _learns(name, layer, targets))
        layers = [network.get_submodule(name) for name in self.names]
        self.downs = nn.ModuleList(_down(layer, rank) for layer in layers)
        self.ups = nn.ModuleList(_up(layer, rank) for layer in layers)
        for down, up in self.pairs().values():
            with torch.no_grad():
                # Drawn on the CPU, so that a seed means the same on every device.
                down.copy_(torch.randn(down.shape, generator=generator) / rank)
                up.zero_()
        self._hooks = [layer.register_forward_hook(self._change(place)) for place, layer in enumerate(layers)]

    def _change(self, place: int) -> Any:
        def add(_layer: nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor:
            learnt: torch.Tensor = self.ups[place](self.downs[place](given[0].float()))
            return output + (self.scale * learnt).to(output.dtype)

        return add

    def detach(self) -> None:
        """Leave the network as it was."""
        for hook in self._hooks:
            hook.remove()

    def pairs(self) -> dict[str, Pair]:
        """The matrices by the names of their layers."""
        return {
            name: (down.get_parameter("weight"), up.get_parameter("weight"))
            for name, down, up in zip(self.names, self.downs, self.ups, strict=True)
        }


class TokenRows(nn.Module):
    """The rows of new tokens in the table of one text encoder."""

    def __init__(self, encoder: Any, tokenizer: Any, tokens: Sequence[str], generator: torch.Generator) -> None:
        """Make a tokenizer and its encoder know some tokens.

        Args:
            encoder: of transformers; it is frozen, and its table gets as many rows more.
            tokenizer: does not know the tokens.
            tokens: to be learnt.
            generator: of the first rows, which are drawn with the mean and the spread of the others.
        """
        super().__init__()
        tokenizer.add_tokens(list(tokens))
        encoder.requires_grad_(False)
        table = encoder.get_input_embeddings().weight
        old = table[: len(tokenizer) - len(tokens)].float()
        drawn = torch.randn(len(tokens), old.shape[1], generator=generator).to(old.device)
        self.rows = nn.Parameter(old.mean(0) + old.std(0) * drawn)
        encoder.resize_token_embeddings(len(tokenizer), mean_resizing=False)
        encoder.requires_grad_(False)
        self.first = len(tokenizer) - len(tokens)
        self._hook = encoder.get_input_embeddings().register_forward_hook(self._replace)

    def _replace(self, _table: nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor:
        own = given[0] - self.first
        rows = self.rows[own.clamp(min=0)].to(output.dtype)
        return torch.where((own >= 0)[..., None], rows, output)

    def detach(self) -> None:
        """Leave the encoder with its own rows, which for the tokens mean nothing."""
        self._hook.remove()


def kohya_tensors(pairs: Mapping[str, Pair], alpha: float) -> dict[str, torch.Tensor]:
    """A UNet's LoRA under kohya's keys, in bfloat16; a whole alpha is a whole number, as v4's is.

    Args:
        pairs: by diffusers' names of the layers.
        alpha: of all of them.
    """
    told = torch.tensor(int(alpha), dtype=torch.int64) if float(alpha).is_integer() else torch.tensor(float(alpha))
    tensors = {}
    for name, (down, up) in pairs.items():
        key = kohya_key(name)
        tensors[f"{key}.lora_down.weight"] = _stored(down)
        tensors[f"{key}.lora_up.weight"] = _stored(up)
        tensors[f"{key}.alpha"] = told.clone()
    return tensors


def kohya_key(name: str) -> str:
    """What kohya's keys begin with for a layer of the UNet."""
    return f"lora_{UNET}_" + name.replace(".", "_")


def embedding_tensors(rows: Iterable[torch.Tensor]) -> dict[str, torch.Tensor]:
    """The rows of the first and the second encoder as a file of embeddings has them, in bfloat16."""
    return dict(zip(ENCODER_KEYS, map(_stored, rows), strict=True))


def write_tensors(path: Path, tensors: Mapping[str, torch.Tensor], facts: Mapping[str, str]) -> None:
    """A file of safetensors with some facts in its header; the same ones make the same bytes."""
    from safetensors.torch import save  # noqa: PLC0415

    content = save(dict(tensors))
    n_header = int.from_bytes(content[:_LENGTH_BYTES], "little")
    data = content[_LENGTH_BYTES + n_header :]
    # The library itself writes facts in another order each time.
    entries = json.loads(content[_LENGTH_BYTES : _LENGTH_BYTES + n_header])
    entries = {"__metadata__": dict(sorted(facts.items()))} | entries
    header = json.dumps(entries, separators=(",", ":")).encode()
    header += b" " * (-len(header) % _LENGTH_BYTES)
    write_whole(path, len(header).to_bytes(_LENGTH_BYTES, "little") + header + data)


def _stored(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().to("cpu", torch.bfloat16).contiguous()


def _learns(name: str, layer: nn.Module, targets: Sequence[str]) -> bool:
    is_target = any(name == target or name.endswith(f".{target}") for target in targets)
    return is_target and isinstance(layer, nn.Linear | nn.Conv2d)


def _down(layer: nn.Module, rank: int) -> nn.Linear | nn.Conv2d:
    device = layer.get_parameter("weight").device
    if isinstance(layer, nn.Conv2d):
        shape: Any = {"kernel_size": layer.kernel_size, "stride": layer.stride, "padding": layer.padding}
        return nn.Conv2d(layer.in_channels, rank, **shape, bias=False, device=device)
    assert isinstance(layer, nn.Linear)
    return nn.Linear(layer.in_features, rank, bias=False, device=device)


def _up(layer: nn.Module, rank: int) -> nn.Linear | nn.Conv2d:
    device = layer.get_parameter("weight").device
    if isinstance(layer, nn.Conv2d):
        return nn.Conv2d(rank, layer.out_channels, 1, bias=False, device=device)
    assert isinstance(layer, nn.Linear)
    return nn.Linear(rank, layer.out_features, bias=False, device=device)
