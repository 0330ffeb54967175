"""Triton kernels for what lies between products and convolutions, over pictures whose channels are next to each other.

Statistics are per channel and part of a picture, in float32, so that group norms of joined maps need no copy. They are
always added in one order: the bytes are the same from run to run. Imported where a GPU is used alone: elsewhere there
is no triton.
"""

from typing import Any

import torch
import triton
import triton.language as tl

_CHANNELS = 64
"""Channels that a program works on at a time; divides those of SDXL."""
_ROWS = 32
_PROGRAMS = 1056
"""As many as fill a large GPU several times over."""
_MOST_PARTS = 512
_ROW_OF_ONE_WARP = 1024


@triton.jit
def _sum_kernel(
    values,
    residual,
    bias,
    out,
    sums,
    n_pixels,
    n_channels,
    per_part,
    HAS_RESIDUAL: tl.constexpr,
    HAS_BIAS: tl.constexpr,
    ROWS: tl.constexpr,
    CHANNELS: tl.constexpr,
):
    part, picture = tl.program_id(0), tl.program_id(2)
    channels = tl.program_id(1) * CHANNELS + tl.arange(0, CHANNELS)
    is_channel = channels < n_channels
    # Added up place by place, and over the rows only at the end: threads need not wait for each other before that.
    total = tl.zeros([ROWS, CHANNELS], tl.float32)
    squares = tl.zeros([ROWS, CHANNELS], tl.float32)
    if HAS_BIAS:
        added = tl.load(bias + channels, mask=is_channel, other=0.0).to(tl.float32)
    base = picture.to(tl.int64) * n_pixels * n_channels
    begin = part * per_part
    end = min(begin + per_part, n_pixels)
    for start in range(begin, end, ROWS):
        rows = start + tl.arange(0, ROWS)
        mask = (rows < end)[:, None] & is_channel[None, :]
        places = base + rows[:, None].to(tl.int64) * n_channels + channels[None, :]
        here = tl.load(values + places, mask=mask, other=0.0).to(tl.float32)
        if HAS_BIAS or HAS_RESIDUAL:
            if HAS_BIAS:
                here += added[None, :]
            if HAS_RESIDUAL:
                here += tl.load(residual + places, mask=mask, other=0.0).to(tl.float32)
            rounded = here.to(out.dtype.element_ty)
            tl.store(out + places, rounded, mask=mask)
            here = tl.where(mask, rounded.to(tl.float32), 0.0)
        total += here
        squares += here * here
    row = (picture * tl.num_programs(0) + part) * 2 * n_channels
    tl.store(sums + row + channels, tl.sum(total, 0), mask=is_channel)
    tl.store(sums + row + n_channels + channels, tl.sum(squares, 0), mask=is_channel)


@triton.jit
def _channel_sums(sums, picture, n_parts, n_channels, channels, is_own, GROUP: tl.constexpr, PARTS: tl.constexpr):
    total = tl.zeros([GROUP], tl.float32)
    squares = tl.zeros([GROUP], tl.float32)
    for start in range(0, n_parts, PARTS):
        parts = start + tl.arange(0, PARTS)
        mask = (parts < n_parts)[:, None] & is_own[None, :]
        places = ((picture * n_parts + parts) * 2 * n_channels)[:, None] + channels[None, :]
        total += tl.sum(tl.load(sums + places, mask=mask, other=0.0), 0)
        squares += tl.sum(tl.load(sums + places + n_channels, mask=mask, other=0.0), 0)
    return total, squares


@triton.jit
def _factor_kernel(
    first,
    second,
    shift,
    weight,
    bias,
    factors,
    n_pixels,
    n_first,
    n_second,
    parts_first,
    parts_second,
    per_group,
    shift_stride,
    eps,
    HAS_SECOND: tl.constexpr,
    HAS_SHIFT: tl.constexpr,
    GROUP: tl.constexpr,
    PARTS: tl.constexpr,
):
    group, picture = tl.program_id(0), tl.program_id(1)
    place = tl.arange(0, GROUP)
    channels = group * per_group + place
    is_own = place < per_group
    is_first = channels < n_first
    total, squares = _channel_sums(first, picture, parts_first, n_first, channels, is_own & is_first, GROUP, PARTS)
    if HAS_SECOND:
        beyond = channels - n_first
        more, more_squares = _channel_sums(
            second, picture, parts_second, n_second, beyond, is_own & (beyond >= 0), GROUP, PARTS
        )
        total += more
        squares += more_squares
    moved = tl.zeros([GROUP], tl.float32)
    if HAS_SHIFT:
        moved = tl.load(shift + picture * shift_stride + channels, mask=is_own, other=0.0).to(tl.float32)
        squares += 2 * moved * total + n_pixels * moved * moved
        total += n_pixels * moved
    count = n_pixels * per_group * 1.0
    mean = tl.sum(total, 0) / count
    variance = tl.maximum(tl.sum(squares, 0) / count - mean * mean, 0.0)
    scale = tl.load(weight + channels, mask=is_own, other=0.0).to(tl.float32) / tl.sqrt(variance + eps)
    base = tl.load(bias + channels, mask=is_own, other=0.0).to(tl.float32) + (moved - mean) * scale
    row = picture * 2 * (n_first + n_second)
    tl.store(factors + row + channels, scale, mask=is_own)
    tl.store(factors + row + (n_first + n_second) + channels, base, mask=is_own)


@triton.jit
def _apply_kernel(
    first,
    second,
    factors,
    out,
    n_pixels,
    n_first,
    n_second,
    scale,
    HAS_SECOND: tl.constexpr,
    IS_ACTIVE: tl.constexpr,
    ROWS: tl.constexpr,
    CHANNELS: tl.constexpr,
):
    picture = tl.program_id(2)
    n_channels = n_first + n_second
    channels = tl.program_id(1) * CHANNELS + tl.arange(0, CHANNELS)
    rows = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    is_channel = channels < n_channels
    row = picture * 2 * n_channels
    slope = tl.load(factors + row + channels, mask=is_channel, other=0.0)
    base = tl.load(factors + row + n_channels + channels, mask=is_channel, other=0.0)
    is_row = (rows < n_pixels)[:, None]
    pixels = (picture.to(tl.int64) * n_pixels + rows)[:, None]
    seen = tl.load(first + pixels * n_first + channels[None, :], mask=is_row & (channels < n_first)[None, :], other=0.0)
    here = seen.to(tl.float32)
    if HAS_SECOND:
        is_second = is_row & (is_channel & (channels >= n_first))[None, :]
        here += tl.load(second + pixels * n_second + (channels - n_first)[None, :], mask=is_second, other=0.0).to(
            tl.float32
        )
    here = here * slope[None, :] + base[None, :]
    if IS_ACTIVE:
        here = here / (1.0 + tl.exp(-here))
    here = here * scale
    tl.store(
        out + pixels * n_channels + channels[None, :],
        here.to(out.dtype.element_ty),
        mask=is_row & is_channel[None, :],
    )


@triton.jit
def _layer_norm_kernel(
    values,
    shift,
    weight,
    bias,
    factor,
    out,
    n_channels,
    eps,
    HAS_SHIFT: tl.constexpr,
    IS_NARROW: tl.constexpr,
    CHANNELS: tl.constexpr,
):
    row = tl.program_id(0).to(tl.int64) * n_channels
    channels = tl.arange(0, CHANNELS)
    mask = channels < n_channels
    here = tl.load(values + row + channels, mask=mask, other=0.0).to(tl.float32)
    if HAS_SHIFT:
        here += tl.load(shift + channels, mask=mask, other=0.0).to(tl.float32)
    mean = tl.sum(here, 0) / n_channels
    apart = tl.where(mask, here - mean, 0.0)
    variance = tl.sum(apart * apart, 0) / n_channels
    scale = tl.load(weight + channels, mask=mask, other=0.0).to(tl.float32) / tl.sqrt(variance + eps)
    normed = apart * scale + tl.load(bias + channels, mask=mask, other=0.0).to(tl.float32)
    if IS_NARROW:
        normed *= tl.load(factor)
    tl.store(out + row + channels, normed.to(out.dtype.element_ty), mask=mask)


@triton.jit
def _geglu_kernel(values, out, width, COLUMNS: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    columns = tl.program_id(1) * COLUMNS + tl.arange(0, COLUMNS)
    mask = columns < width
    value = tl.load(values + row * 2 * width + columns, mask=mask, other=0.0).to(tl.float32)
    gate = tl.load(values + row * 2 * width + width + columns, mask=mask, other=0.0).to(tl.float32)
    gelu = 0.5 * gate * (1.0 + tl.erf(gate * 0.7071067811865476))
    tl.store(out + row * width + columns, (value * gelu).to(out.dtype.element_ty), mask=mask)


def add_and_sum(
    values: torch.Tensor, residual: torch.Tensor | None, bias: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """(N, h, w, c) the sum of all that is given, and (N, parts, 2, c) sums and sums of squares of each channel."""
    n, height, width, n_channels = values.shape
    n_pixels, blocks = height * width, triton.cdiv(n_channels, _CHANNELS)
    wanted = min(max(1, _PROGRAMS // (n * blocks)), _MOST_PARTS)
    per_part = max(_ROWS, triton.cdiv(triton.cdiv(n_pixels, wanted), _ROWS) * _ROWS)
    n_parts = triton.cdiv(n_pixels, per_part)
    out = values if residual is None and bias is None else torch.empty_like(values)
    sums = torch.empty((n, n_parts, 2, n_channels), dtype=torch.float32, device=values.device)
    _sum_kernel[(n_parts, blocks, n)](
        values,
        values if residual is None else residual,
        values if bias is None else bias,
        out,
        sums,
        n_pixels,
        n_channels,
        per_part,
        residual is not None,
        bias is not None,
        _ROWS,
        _CHANNELS,
    )
    return out, sums


def group_norm(
    maps: list[tuple[torch.Tensor, torch.Tensor]],
    norm: Any,
    shift: torch.Tensor | None,
    eps: float,
    scale: float,
    *,
    is_active: bool,
) -> torch.Tensor:
    """(N, h, w, c) the normalised maps, joined; each comes with its sums."""
    (first, first_sums), (second, second_sums) = maps[0], maps[-1]
    n, height, width, n_first = first.shape
    n_second = second.shape[-1] if len(maps) > 1 else 0
    n_pixels, n_channels = height * width, n_first + n_second
    per_group = n_channels // norm.num_groups
    factors = torch.empty((n, 2, n_channels), dtype=torch.float32, device=first.device)
    _factor_kernel[(norm.num_groups, n)](
        first_sums,
        second_sums,
        factors if shift is None else shift,
        norm.weight,
        norm.bias,
        factors,
        n_pixels,
        n_first,
        n_second,
        first_sums.shape[1],
        second_sums.shape[1],
        per_group,
        0 if shift is None else shift.stride(0),
        eps,
        n_second > 0,
        shift is not None,
        triton.next_power_of_2(per_group),
        64,
    )
    out = torch.empty((n, height, width, n_channels), dtype=first.dtype, device=first.device)
    grid = (triton.cdiv(n_pixels, _ROWS), triton.cdiv(n_channels, _CHANNELS), n)
    _apply_kernel[grid](
        first, second, factors, out, n_pixels, n_first, n_second, scale, n_second > 0, is_active, _ROWS, _CHANNELS
    )
    return out


def layer_norm(
    values: torch.Tensor, norm: Any, shift: torch.Tensor | None, factor: torch.Tensor | None = None
) -> torch.Tensor:
    """(rows, c) the normalised sum of rows and shift; with a factor, (), times that in eight bits."""
    out = torch.empty_like(values, dtype=values.dtype if factor is None else torch.float8_e4m3fn)
    n_channels = values.shape[1]
    # So few that hardly any thread waits for another.
    n_warps = 1 if n_channels <= _ROW_OF_ONE_WARP else 2
    _layer_norm_kernel[(len(values),)](
        values,
        values if shift is None else shift,
        norm.weight,
        norm.bias,
        norm.weight if factor is None else factor,
        out,
        n_channels,
        norm.eps,
        shift is not None,
        factor is not None,
        triton.next_power_of_2(n_channels),
        num_warps=n_warps,
    )
    return out


def geglu(values: torch.Tensor) -> torch.Tensor:
    """(rows, c) of (rows, 2 c): the first half times the GELU of the second."""
    rows, width = values.shape[0], values.shape[1] // 2
    out = torch.empty((rows, width), dtype=values.dtype, device=values.device)
    _geglu_kernel[(rows, triton.cdiv(width, 1024))](values, out, width, 1024)
    return out
