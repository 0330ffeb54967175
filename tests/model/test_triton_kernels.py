"""The kernels beside torch's modules: on a GPU, or with TRITON_INTERPRET=1 on a processor."""

import os

import pytest
import torch

pytest.importorskip("triton")
IS_INTERPRETED = os.environ.get("TRITON_INTERPRET") == "1"
DEVICE = "cpu" if IS_INTERPRETED else "cuda"
if not (IS_INTERPRETED or torch.cuda.is_available()):
    pytest.skip("neither a GPU nor the interpreter", allow_module_level=True)

from plitka.model import triton_kernels as kernels  # noqa: E402  (only where there is triton)


def random(*shape: int) -> torch.Tensor:
    """Float16, not 0 on the mean."""
    torch.manual_seed(sum(shape))
    return (torch.randn(shape) * 2 + 1).half().to(DEVICE)


def affine(norm: torch.nn.Module) -> torch.nn.Module:
    """With weights that are not 1."""
    for parameter in norm.parameters():
        torch.nn.init.normal_(parameter)
    return norm.half().to(DEVICE)


@pytest.mark.parametrize("channels", [(80,), (120, 40), (128, 64)])
@pytest.mark.parametrize("has_shift", [False, True])
def test_group_norms_are_torch_s(channels: tuple[int, ...], *, has_shift: bool) -> None:
    """Of one map and of two, whose groups may lie across both."""
    each, width = [random(2, 9, 7, one) for one in channels], sum(channels)
    shift = random(2, 2 * width)[:, width:].float() if has_shift else None
    norm = affine(torch.nn.GroupNorm(8, width))
    whole = torch.cat(each, -1).float() + (0 if shift is None else shift[:, None, None])
    expected = torch.nn.functional.silu(norm.float()(whole.permute(0, 3, 1, 2))).permute(0, 2, 3, 1) / 4
    norm = norm.half()
    maps = [kernels.add_and_sum(one, None, None) for one in each]
    found = kernels.group_norm(maps, norm, shift, 1e-5, 0.25, is_active=True)
    torch.testing.assert_close(found.float(), expected, atol=4e-3, rtol=4e-3)


def test_sums_are_of_what_is_written() -> None:
    """Values, residual and bias, and the sums of each channel."""
    values, residual, bias = random(2, 9, 7, 80), random(2, 9, 7, 80), random(80)
    out, sums = kernels.add_and_sum(values, residual, bias)
    torch.testing.assert_close(out.float(), values.float() + residual.float() + bias.float(), atol=1e-2, rtol=1e-3)
    flat = out.float().flatten(1, 2)
    torch.testing.assert_close(sums.sum(1), torch.stack([flat.sum(1), flat.square().sum(1)], 1), atol=1e-2, rtol=1e-3)


def test_layer_norms_and_gates_are_torch_s() -> None:
    """Of rows that no power of two is wide."""
    rows, shift, norm = random(5, 80), random(80), affine(torch.nn.LayerNorm(80))
    expected = norm.float()(rows.float() + shift.float())
    found = kernels.layer_norm(rows, norm.half(), shift)
    torch.testing.assert_close(found.float(), expected, atol=4e-3, rtol=4e-3)
    value, gate = rows.float().chunk(2, -1)
    expected = value * torch.nn.functional.gelu(gate)
    torch.testing.assert_close(kernels.geglu(rows).float(), expected, atol=4e-3, rtol=4e-3)


@pytest.mark.skipif(IS_INTERPRETED, reason="the interpreter has no numbers of eight bits")
def test_layer_norms_in_eight_bits_are_those_of_torch() -> None:
    """Times their factor, the largest number kept."""
    rows, norm = random(5, 80), affine(torch.nn.LayerNorm(80))
    factor = torch.tensor(7.0, device=DEVICE)
    found = kernels.layer_norm(rows, norm, None, factor)
    expected = (kernels.layer_norm(rows, norm, None).float() * 7).clamp(-448, 448)
    assert found.dtype == torch.float8_e4m3fn
    torch.testing.assert_close(found.float(), expected, atol=0.02, rtol=0.07)
