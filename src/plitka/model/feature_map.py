"""Maps of features between the layers of a network that runs lean: (N, h, w, c), channels next to each other.

On a GPU Triton adds, normalises and activates them in few passes, and a map carries the sums that the next group norm
needs. Elsewhere torch's own functions do the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

NARROW = torch.float8_e4m3fn
"""Eight bits."""
LARGEST_NARROW = 448.0


@dataclass(frozen=True, slots=True)
class FeatureMap:
    """A map, and what its normalisation needs to know of it."""

    values: torch.Tensor
    """(N, h, w, c)."""
    sums: torch.Tensor | None = None
    """(N, parts, 2, c) float32 sums and sums of squares of each channel; None where torch normalises."""


def added(values: torch.Tensor, residual: torch.Tensor | None = None, bias: torch.Tensor | None = None) -> FeatureMap:
    """The sum of a map, another one and a bias, (c,); of a map alone it shares the memory."""
    if values.is_cuda:
        from plitka.model import triton_kernels  # noqa: PLC0415  (there is no triton without a GPU)

        return FeatureMap(*triton_kernels.add_and_sum(values, residual, bias))
    if bias is not None:
        values = values + bias
    return FeatureMap(values if residual is None else values + residual)


def normalised(
    maps: Sequence[FeatureMap],
    norm: Any,
    *,
    shift: torch.Tensor | None = None,
    eps: float | None = None,
    scale: float = 1.0,
    is_active: bool = True,
) -> torch.Tensor:
    """(N, h, w, c) one or two maps, joined along their channels, after a group norm and SiLU.

    Args:
        maps: of one size.
        norm: a `GroupNorm` over all their channels.
        shift: (N, c) added to the maps first.
        eps: in place of the norm's own.
        scale: the result is multiplied with it.
        is_active: False leaves out the SiLU.
    """
    eps = norm.eps if eps is None else eps
    if maps[0].values.is_cuda:
        from plitka.model import triton_kernels  # noqa: PLC0415

        known = [(one.values, one.sums) for one in maps if one.sums is not None]
        return triton_kernels.group_norm(known, norm, shift, eps, scale, is_active=is_active)
    values = torch.cat([one.values for one in maps], -1) if len(maps) > 1 else maps[0].values
    if shift is not None:
        values = values + shift[:, None, None].to(values.dtype)
    normed = functional.group_norm(values.permute(0, 3, 1, 2), norm.num_groups, norm.weight, norm.bias, eps)
    if is_active:
        normed = functional.silu(normed)
    return (normed * scale if scale != 1 else normed).permute(0, 2, 3, 1).contiguous()


def layer_norm(values: torch.Tensor, norm: Any, shift: torch.Tensor | None) -> torch.Tensor:
    """(rows, c) after a layer norm of rows and shift, (c,)."""
    if values.is_cuda:
        from plitka.model import triton_kernels  # noqa: PLC0415

        return triton_kernels.layer_norm(values, norm, shift)
    moved = values if shift is None else values + shift
    return functional.layer_norm(moved, norm.normalized_shape, norm.weight, norm.bias, norm.eps)


def narrow_layer_norm(
    values: torch.Tensor, norm: Any, shift: torch.Tensor | None, factor: torch.Tensor
) -> torch.Tensor:
    """The same times a factor, (), in eight bits."""
    if values.is_cuda:
        from plitka.model import triton_kernels  # noqa: PLC0415

        return triton_kernels.layer_norm(values, norm, shift, factor)
    return narrowed(layer_norm(values, norm, shift), factor)


def narrowed(values: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
    """Values times a factor in eight bits; what is larger than any of them becomes the largest."""
    return (values.float() * factor).clamp(-LARGEST_NARROW, LARGEST_NARROW).to(NARROW)


def geglu(values: torch.Tensor) -> torch.Tensor:
    """(rows, c) of (rows, 2 c): the first half times the GELU of the second."""
    if values.is_cuda:
        from plitka.model import triton_kernels  # noqa: PLC0415

        return triton_kernels.geglu(values)
    value, gate = values.chunk(2, -1)
    return value * functional.gelu(gate)


def convolved(values: torch.Tensor, conv: Any) -> torch.Tensor:
    """(N, h', w', c') by a convolution whose bias is left to what comes next."""
    return convolved_by(values, conv.weight, stride=conv.stride[0], padding=conv.padding[0])


def convolved_by(values: torch.Tensor, weight: torch.Tensor, *, stride: int = 1, padding: int = 1) -> torch.Tensor:
    """The same by a weight, (c', c, k, k)."""
    out = functional.conv2d(values.permute(0, 3, 1, 2), weight, None, stride, padding)
    return out.permute(0, 2, 3, 1).contiguous()


def doubling_weight(weight: torch.Tensor) -> torch.Tensor:
    """(4 c', c, 2, 2) for `convolved_doubled`, in the same number format, of a convolution's (c', c, 3, 3).

    Where each place is there twice, two neighbours of three see the same one, so that their weights can be added: four
    products in place of nine for each of the four places that one becomes.
    """
    wide = weight.detach().float()
    parts = [_seen_twice(_seen_twice(wide, down, 2), right, 3) for down in (0, 1) for right in (0, 1)]
    return torch.cat(parts).to(weight.dtype).contiguous(memory_format=torch.channels_last)


def _seen_twice(weight: torch.Tensor, place: int, axis: int) -> torch.Tensor:
    """Three weights along an axis as two: for the first place of a pair the last two are added, else the first two."""
    before, middle, after = weight.unbind(axis)
    return torch.stack([before, middle + after] if place == 0 else [before + middle, after], axis)


def convolved_doubled(values: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """(N, 2 h, 2 w, c') a map with each place four times, by a 3x3 convolution that is padded by one, without its bias.

    Args:
        values: (N, h, w, c).
        weight: of `doubling_weight`.
    """
    n, height, width, _ = values.shape
    apart = convolved_by(values, weight).view(n, height + 1, width + 1, 4, -1)
    out = apart.new_empty((n, height, 2, width, 2, apart.shape[-1]))
    for part in range(4):
        down, right = divmod(part, 2)
        out[:, :, down, :, right] = apart[:, down : down + height, right : right + width, part]
    return out.view(n, 2 * height, 2 * width, -1)
