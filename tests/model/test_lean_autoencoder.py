"""The lean autoencoder beside diffusers' own, of the same weights."""

import importlib
from typing import Any

import pytest
import torch

from plitka.model.lean_autoencoder import LeanCoder, can_run_lean

HALF = torch.bfloat16


def small_vae(**choices: Any) -> Any:  # noqa: ANN401
    """SDXL's structure with random weights, narrow."""
    torch.manual_seed(0)
    kind = importlib.import_module("diffusers").AutoencoderKL
    shape = {
        "block_out_channels": (8, 16, 16),
        "down_block_types": ("DownEncoderBlock2D",) * 3,
        "up_block_types": ("UpDecoderBlock2D",) * 3,
        "layers_per_block": 2,
        "norm_num_groups": 4,
    }
    vae = kind(**(shape | choices)).eval().requires_grad_(False)
    for norm in vae.modules():
        if isinstance(norm, torch.nn.GroupNorm):
            torch.nn.init.normal_(norm.weight, 1, 0.2)
            torch.nn.init.normal_(norm.bias, 0, 0.2)
    return vae


def last(values: torch.Tensor) -> torch.Tensor:
    """Channels next to each other."""
    return values.permute(0, 2, 3, 1).contiguous()


@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_it_codes_as_the_modules_do(part: str) -> None:
    """Up to rounding."""
    vae = small_vae()
    coder = getattr(vae, part)
    given = torch.randn(1, 3, 32, 48) if part == "encoder" else torch.randn(1, 4, 8, 12)
    with torch.no_grad():
        expected = last(coder(given))
        found = LeanCoder(coder, torch.float32)(last(given))
    assert (found - expected).norm() < 1e-5 * expected.norm()


def test_what_overflows_float16_does_not_here() -> None:
    """Weights whose residual sums are beyond it, as those of SDXL's own are."""
    vae = small_vae()
    for block in vae.decoder.up_blocks:
        for resnet in block.resnets:
            resnet.conv2.weight.mul_(3e5)
    given = torch.randn(1, 4, 8, 12)
    with torch.no_grad():
        expected = vae.decoder(given)
        assert not vae.half().decoder(given.half()).isfinite().all()
        found = LeanCoder(vae.decoder, torch.float16)(last(given).half()).permute(0, 3, 1, 2).float()
    assert found.isfinite().all()
    assert (found - expected).norm() < 1e-2 * expected.norm()


def test_other_autoencoders_are_left_to_the_modules() -> None:
    """They are told apart, and SDXL's is run."""
    assert can_run_lean(small_vae())
    assert not can_run_lean(small_vae(act_fn="mish"))
    assert not can_run_lean(importlib.import_module("diffusers").AutoencoderTiny())
