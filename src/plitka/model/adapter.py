"""A LoRA and the rows of new tokens while they learn: beside a frozen base, of which nothing is changed.

Hooks add them to what the base's layers give, so that nothing but them has a gradient.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

from plitka.model.formats import COMPONENTS
from plitka.model.lora import LoraModule

UNET = COMPONENTS[0]
Pair = tuple[torch.Tensor, torch.Tensor]
"""Down and up, as files have them."""


class _Attached(nn.Module):
    """What hooks add to the layers of a frozen network, until it is detached."""

    def __init__(self) -> None:
        super().__init__()
        self.is_on = True
        self._hooks: list[RemovableHandle] = []

    @contextmanager
    def off(self) -> Iterator[None]:
        """While this is open the network gives what it gave before."""
        self.is_on = False
        try:
            yield
        finally:
            self.is_on = True

    def detach(self) -> None:
        """Leave the network as it was; the rows that it has for new tokens mean nothing then."""
        for hook in self._hooks:
            hook.remove()


class Lora(_Attached):
    """Low-rank changes of some layers of a network (E. Hu et al., arXiv:2106.09685)."""

    def __init__(
        self,
        network: nn.Module,
        targets: Sequence[str],
        *,
        rank: int,
        alpha: float,
        generator: torch.Generator,
        is_dora: bool = False,
    ) -> None:
        """Attach to a network, which gives what it gave before until something is learnt.

        Args:
            network: its layers are frozen.
            targets: ends of the names of the linear and convolutional layers that learn.
            rank: of the changes.
            alpha: they are scaled by alpha / rank.
            generator: of the first matrices.
            is_dora: the lengths of each output's weights learn too (S. Liu et al., arXiv:2402.09353).
        """
        super().__init__()
        network.requires_grad_(False)
        self.scale = alpha / rank
        self.names = tuple(name for name, layer in network.named_modules() if _learns(name, layer, targets))
        layers = [network.get_submodule(name) for name in self.names]
        self.downs = nn.ModuleList(_down(layer, rank) for layer in layers)
        self.ups = nn.ModuleList(_up(layer, rank) for layer in layers)
        lengths = [nn.Parameter(_lengths(layer.get_parameter("weight").float())) for layer in layers if is_dora]
        self.magnitudes = nn.ParameterList(lengths)
        for down, up in self.pairs().values():
            with torch.no_grad():
                # Drawn on the CPU, so that a seed means the same on every device.
                down.copy_(torch.randn(down.shape, generator=generator) / rank)
                up.zero_()
        self._hooks = [layer.register_forward_hook(self._change(place)) for place, layer in enumerate(layers)]

    def _change(self, place: int) -> Any:
        def add(layer: nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor:
            if not self.is_on:
                return output
            learnt: torch.Tensor = self.scale * self.ups[place](self.downs[place](given[0].float()))
            if not len(self.magnitudes):
                return output + learnt.to(output.dtype)
            return self._stretched(place, layer, output.float(), learnt).to(output.dtype)

        return add

    def _stretched(self, place: int, layer: nn.Module, output: torch.Tensor, learnt: torch.Tensor) -> torch.Tensor:
        """What a layer gives once its changed weights have their learnt lengths; equation 5 of DoRA."""
        weight = layer.get_parameter("weight").detach().float()
        module = self._module(place)
        with torch.no_grad():  # as section 4.3 of DoRA has it
            lengths = _lengths(weight + module.delta(torch.float32).reshape(weight.shape))
        across = (-1,) + (1,) * (2 if isinstance(layer, nn.Conv2d) else 0)
        stretch: torch.Tensor = (self.magnitudes[place] / lengths).reshape(across)
        bias = getattr(layer, "bias", None)
        added = 0 if bias is None else bias.float().reshape(across)
        return stretch * (output - added + learnt) + added

    def pairs(self) -> dict[str, Pair]:
        """The matrices by the names of their layers."""
        return {
            name: (down.get_parameter("weight"), up.get_parameter("weight"))
            for name, down, up in zip(self.names, self.downs, self.ups, strict=True)
        }

    def modules_by_name(self) -> dict[str, LoraModule]:
        """What is learnt as files have it, by component and diffusers' names of the layers."""
        return {f"{UNET}.{name}": self._module(place) for place, name in enumerate(self.names)}

    def _module(self, place: int) -> LoraModule:
        down, up = (each[place].get_parameter("weight").detach() for each in (self.downs, self.ups))
        if not len(self.magnitudes):
            return LoraModule(down, up, self.scale)
        ones = (1,) * (down.dim() - 1)
        return LoraModule(down, up, self.scale, self.magnitudes[place].detach().reshape(-1, *ones))


class TokenRows(_Attached):
    """The rows of some tokens in the table of one text encoder."""

    ids: torch.Tensor
    first: torch.Tensor

    def __init__(self, encoder: Any, tokenizer: Any, tokens: Sequence[str], generator: torch.Generator) -> None:
        """Make a tokenizer and its encoder know some tokens.

        Args:
            encoder: of transformers; it is frozen, and its table gets as many rows more as there are new tokens.
            tokenizer: knows all of the tokens or none: rows that are known are learnt on.
            tokens: to be learnt.
            generator: of the first rows of new ones, which are drawn with the mean and the spread of the others.
        """
        super().__init__()
        table = encoder.get_input_embeddings().weight
        if set(tokens) <= set(tokenizer.get_vocab()):
            rows = table[tokenizer.convert_tokens_to_ids(list(tokens))].float()
        else:
            tokenizer.add_tokens(list(tokens))
            old = table[: len(tokenizer) - len(tokens)].float()
            drawn = torch.randn(len(tokens), old.shape[1], generator=generator).to(old.device)
            rows = old.mean(0) + old.std(0) * drawn
            encoder.resize_token_embeddings(len(tokenizer), mean_resizing=False)
        encoder.requires_grad_(False)
        self.rows = nn.Parameter(rows.detach().clone())
        ids = torch.tensor(tokenizer.convert_tokens_to_ids(list(tokens)), device=rows.device)
        self.register_buffer("ids", ids, persistent=False)
        self.register_buffer("first", rows.detach().clone(), persistent=False)
        self._hooks = [encoder.get_input_embeddings().register_forward_hook(self._replace)]

    def _replace(self, _table: nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor:
        is_own = given[0][..., None] == self.ids  # (..., n)
        rows = self.rows if self.is_on else self.first
        own = rows[is_own.int().argmax(-1)].to(output.dtype)
        return torch.where(is_own.any(-1, keepdim=True), own, output)


def _learns(name: str, layer: nn.Module, targets: Sequence[str]) -> bool:
    is_target = any(name == target or name.endswith(f".{target}") for target in targets)
    return is_target and isinstance(layer, nn.Linear | nn.Conv2d)


def _lengths(weight: torch.Tensor) -> torch.Tensor:
    """(out,) of each output's weights."""
    lengths: torch.Tensor = torch.linalg.vector_norm(weight.detach().flatten(1), dim=1)
    return lengths


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
