import importlib
from typing import Any

import pytest
import torch

from plitka.model.lean_decoder import LeanDecoder, can_run_lean

_KL = {
    "block_out_channels": (8, 16, 16, 16),
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "norm_num_groups": 4,
}


def build_vae(**choices: Any) -> Any:  # noqa: ANN401
    """An AutoencoderKL of SDXL's kinds of blocks whose normalisations scale and shift."""
    torch.manual_seed(3)
    vae = importlib.import_module("diffusers").AutoencoderKL(**{**_KL, **choices}).eval().requires_grad_(False)
    for module in vae.modules():
        if isinstance(module, torch.nn.GroupNorm):
            module.weight.normal_(1, 0.3)
            module.bias.normal_(0, 0.3)
    return vae


@pytest.mark.parametrize("order", [torch.contiguous_format, torch.channels_last])
def test_it_decodes_as_the_stock_decoder(order: torch.memory_format) -> None:
    """The same picture up to float32's rounding, in tiles too, and the latents are left as they were."""
    vae = build_vae().to(memory_format=order)
    latents = torch.randn(2, 4, 24, 16, generator=torch.Generator().manual_seed(5))
    given = latents.clone()
    with torch.no_grad():
        stock = vae.decode(latents).sample
        vae.decoder = LeanDecoder(vae.decoder)
        lean = vae.decode(latents).sample
        assert torch.equal(latents, given)
        assert stock.std() > 0.01
        assert torch.allclose(lean, stock, rtol=1e-4, atol=1e-5)
        vae.enable_slicing()
        assert torch.allclose(vae.decode(latents).sample, stock, rtol=1e-4, atol=1e-5)


def test_of_the_widest_tensor_two_are_held_and_not_three() -> None:
    """In units of the widest tensor, what lies in memory at the fullest moment of decoding."""
    peaks = []
    for is_lean in (False, True):
        vae = build_vae(block_out_channels=(32, 64, 64, 64)).to(memory_format=torch.channels_last)
        decoder = LeanDecoder(vae.decoder) if is_lean else vae.decoder
        latents = torch.randn(1, 4, 32, 32)
        with torch.no_grad(), torch.profiler.profile(profile_memory=True) as profile:
            decoder(latents)
        held = peak = 0
        for event in profile.profiler.kineto_results.events():
            if event.name() == "[memory]":
                held += event.nbytes()
                peak = max(peak, held)
        peaks.append(peak / (64 * 256 * 256 * 4))
    stock, lean = peaks
    assert stock > 2.9
    assert lean < 2.5


def test_only_decoders_of_sdxls_build_are_replaced() -> None:
    """Others have layers of which the lean one knows nothing."""
    vae = build_vae()
    assert can_run_lean(vae.decoder)
    assert not can_run_lean(vae.encoder)
    attentive = build_vae(up_block_types=("UpDecoderBlock2D", "AttnUpDecoderBlock2D") * 2)
    assert not can_run_lean(attentive.decoder)
    assert not can_run_lean(build_vae(act_fn="gelu").decoder)
