"""A LoRA and the rows of new tokens while they learn: beside a frozen base, of which nothing is changed.

They are added to what the base's layers give, so that nothing but them has a gradient.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from plitka.model.formats import COMPONENTS
from plitka.model.lora import LoraModule

UNET = COMPONENTS[0]
Pair = tuple[torch.Tensor, torch.Tensor]
"""Down and up, as files have them."""


class _Changed(nn.Module):
    """A frozen layer, and what is learnt beside it.

    The matrices stay in float32 and count in the layer's own precision. A module and no hook, so that blocks of one
    kind are compiled once for all of them.
    """

    def __init__(
        self, layer: nn.Module, down: nn.Module, up: nn.Module, scale: float, magnitude: nn.Parameter | None
    ) -> None:
        super().__init__()
        self.layer, self.down, self.up, self.magnitude = layer, down, up, magnitude
        self.scale = scale
        self.is_on = True

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        output: torch.Tensor = self.layer(given)
        if not self.is_on:
            return output
        learnt = self.scale * _through(self.up, _through(self.down, given))
        return output + learnt if self.magnitude is None else self._stretched(output, learnt)

    def _stretched(self, output: torch.Tensor, learnt: torch.Tensor) -> torch.Tensor:
        """What the layer gives once its changed weights have their learnt lengths; equation 5 of DoRA."""
        assert self.magnitude is not None
        weight = self.layer.get_parameter("weight").detach().float()
        with torch.no_grad():  # as section 4.3 of DoRA has it
            lengths = _lengths(weight + self.module().delta(torch.float32).reshape(weight.shape))
        across = (-1,) + (1,) * (2 if isinstance(self.layer, nn.Conv2d) else 0)
        stretch: torch.Tensor = (self.magnitude / lengths).reshape(across)
        bias = getattr(self.layer, "bias", None)
        added = 0 if bias is None else bias.float().reshape(across)
        return (stretch * (output.float() - added + learnt.float()) + added).to(output.dtype)

    def module(self) -> LoraModule:
        """What is learnt, as files have it."""
        down, up = (each.get_parameter("weight").detach() for each in (self.down, self.up))
        if self.magnitude is None:
            return LoraModule(down, up, self.scale)
        ones = (1,) * (down.dim() - 1)
        return LoraModule(down, up, self.scale, self.magnitude.detach().reshape(-1, *ones))


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
        is_dora: bool = False,
    ) -> None:
        """Attach to a network, which gives what it gave before until something is learnt.

        Args:
            network: its layers are frozen; those that learn lie within others, named `layer`, until `detach`.
            targets: ends of the names of the linear and convolutional layers that learn.
            rank: of the changes.
            alpha: they are scaled by alpha / rank.
            generator: of the first matrices.
            is_dora: the lengths of each output's weights learn too (S. Liu et al., arXiv:2402.09353).
        """
        super().__init__()
        network.requires_grad_(False)
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
        stretches: Sequence[nn.Parameter | None] = lengths or [None] * len(layers)
        learnt = zip(layers, self.downs, self.ups, stretches, strict=True)
        changed = (_Changed(layer, down, up, alpha / rank, length) for layer, down, up, length in learnt)
        self._changed = dict(zip(self.names, changed, strict=True))
        self._network = (network,)  # in a tuple, so that its parameters are not this module's
        for name, layer in self._changed.items():
            network.set_submodule(name, layer)

    @property
    def is_on(self) -> bool:
        """Whether the network gives what was learnt."""
        return all(layer.is_on for layer in self._changed.values())

    @contextmanager
    def off(self) -> Iterator[None]:
        """While this is open the network gives what it gave before."""
        self._turn(on=False)
        try:
            yield
        finally:
            self._turn(on=True)

    def _turn(self, *, on: bool) -> None:
        for layer in self._changed.values():
            layer.is_on = on

    def detach(self) -> None:
        """Leave the network as it was."""
        for name, changed in self._changed.items():
            self._network[0].set_submodule(name, changed.layer)

    def pairs(self) -> dict[str, Pair]:
        """The matrices by the names of their layers."""
        return {
            name: (down.get_parameter("weight"), up.get_parameter("weight"))
            for name, down, up in zip(self.names, self.downs, self.ups, strict=True)
        }

    def modules_by_name(self) -> dict[str, LoraModule]:
        """What is learnt as files have it, by component and diffusers' names of the layers."""
        return {f"{UNET}.{name}": layer.module() for name, layer in self._changed.items()}


class TokenRows(nn.Module):
    """The rows of some tokens in the table of one text encoder, to which a hook gives them."""

    ids: torch.Tensor
    first: torch.Tensor

    def __init__(self, encoder: Any, tokenizer: Any, tokens: Sequence[str], generator: torch.Generator) -> None:
        """Make a tokenizer and its encoder know some tokens.

        Args:
            encoder: of transformers; it is frozen, and its table gets as many rows more as there are new tokens.
            tokenizer: gets to know those of the tokens that it does not know; rows that are known are learnt on.
            tokens: to be learnt.
            generator: of the first rows of new ones, which are drawn with the mean and the spread of the others.
        """
        super().__init__()
        self.is_on = True
        vocabulary = tokenizer.get_vocab()
        new = [token for token in tokens if token not in vocabulary]
        if new:
            table = encoder.get_input_embeddings().weight[: len(tokenizer)].detach().float()
            drawn = torch.randn(len(new), table.shape[1], generator=generator).to(table.device)
            tokenizer.add_tokens(new)
            grown = encoder.resize_token_embeddings(len(tokenizer), mean_resizing=False)
            with torch.no_grad():
                grown.weight[-len(new) :] = table.mean(0) + table.std(0) * drawn
        encoder.requires_grad_(False)
        table = encoder.get_input_embeddings().weight
        ids = torch.tensor(tokenizer.convert_tokens_to_ids(list(tokens)), device=table.device)
        rows = table[ids].detach().float()
        self.rows = nn.Parameter(rows.clone())
        self.register_buffer("ids", ids, persistent=False)
        self.register_buffer("first", rows.clone(), persistent=False)
        self._hook = encoder.get_input_embeddings().register_forward_hook(self._replace)

    def _replace(self, _table: nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor:
        is_own = given[0][..., None] == self.ids  # (..., n)
        rows = self.rows if self.is_on else self.first
        own = rows[is_own.int().argmax(-1)].to(output.dtype)
        return torch.where(is_own.any(-1, keepdim=True), own, output)

    @contextmanager
    def off(self) -> Iterator[None]:
        """While this is open the tokens have their first rows."""
        self.is_on = False
        try:
            yield
        finally:
            self.is_on = True

    def detach(self) -> None:
        """Leave the encoder as it was; the rows that it has for new tokens mean nothing then."""
        self._hook.remove()


def _learns(name: str, layer: nn.Module, targets: Sequence[str]) -> bool:
    is_target = any(name == target or name.endswith(f".{target}") for target in targets)
    return is_target and isinstance(layer, nn.Linear | nn.Conv2d)


def _through(matrix: nn.Module, given: torch.Tensor) -> torch.Tensor:
    """What a linear or convolutional layer without a bias gives, in the precision of what it is given."""
    weight = matrix.get_parameter("weight").to(given.dtype)
    if isinstance(matrix, nn.Conv2d):
        return functional.conv2d(given, weight, stride=matrix.stride, padding=matrix.padding)
    return functional.linear(given, weight)


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
