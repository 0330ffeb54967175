"""Products in eight bits, float8_e4m3: twice the rate of half precision on a GPU that multiplies them, 8.9 and later.

Like all floating point the format is as precise for small numbers as for large ones, here over a range of 30,000. So
one factor is enough for a weight, and one for what a layer norm gives: none of its channels can be larger than the root
of their number, times the norm's weight, plus its bias. Nothing is measured while a picture is made, and nothing
overflows.
"""

from typing import Any

import torch
from torch.nn import functional

from plitka.model.feature_map import LARGEST_NARROW, narrow_layer_norm, narrowed

_LEAST_CAPABILITY = (8, 9)
_MULTIPLE = 16
"""Of every side of a product in eight bits."""
_TINY = 1e-12
"""Keeps a weight of zeros finite."""


def multiplies_narrow(device: torch.device) -> bool:
    """Whether products in eight bits gain anything there."""
    return device.type == "cuda" and torch.cuda.get_device_capability(device) >= _LEAST_CAPABILITY


class NarrowLinear:
    """A linear layer behind a layer norm, both in eight bits."""

    def __init__(self, norm: Any, weight: torch.Tensor, bias: torch.Tensor | None = None) -> None:
        """Narrow the weight, (out, in), which is copied."""
        self._norm, self._bias = norm, bias
        widest = weight.shape[1] ** 0.5 * norm.weight.abs().max() + norm.bias.abs().max()
        self._input_scale = (widest.float() / LARGEST_NARROW).detach()
        self._factor = self._input_scale.reciprocal()
        self._weight_scale = (weight.detach().abs().max().float() / LARGEST_NARROW).clamp(
            min=torch.finfo(torch.float32).tiny
        )
        self._weight = narrowed(weight.detach(), self._weight_scale.reciprocal())
        self._is_native = weight.is_cuda and all(side % _MULTIPLE == 0 for side in weight.shape)

    def __call__(self, state: torch.Tensor, shift: torch.Tensor | None) -> torch.Tensor:
        """(rows, out) of the layer norm of rows, (rows, in), and a shift, (in,)."""
        given = narrow_layer_norm(state, self._norm, shift, self._factor)
        if not self._is_native:
            wide = (given.float() * self._input_scale).to(state.dtype)
            return functional.linear(wide, (self._weight.float() * self._weight_scale).to(state.dtype), self._bias)
        return torch._scaled_mm(  # noqa: SLF001  (torch has no other name for it)
            given,
            self._weight.t(),
            self._input_scale,
            self._weight_scale,
            bias=self._bias,
            out_dtype=state.dtype,
            use_fast_accum=True,
        )
