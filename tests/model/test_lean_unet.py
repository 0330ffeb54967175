"""The lean UNet beside diffusers' own, of the same weights."""

import copy
import importlib
from typing import Any

import pytest
import torch

from plitka.model.lean_unet import LeanUnet, can_run_lean

N_TOKENS = 7


def small_unet(**choices: Any) -> Any:  # noqa: ANN401
    """SDXL's structure with random weights, narrow."""
    torch.manual_seed(0)
    kind = importlib.import_module("diffusers").UNet2DConditionModel
    shape = {
        "sample_size": 8,
        "block_out_channels": (16, 32, 64),
        "layers_per_block": 2,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "transformer_layers_per_block": (1, 1, 2),
        "attention_head_dim": (2, 4, 4),
        "norm_num_groups": 8,
        "use_linear_projection": True,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 8,
        "projection_class_embeddings_input_dim": 12 + 6 * 8,
        "cross_attention_dim": 24,
    }
    unet = kind(**(shape | choices)).eval().requires_grad_(False)
    for norm in unet.modules():  # as trained ones are: neither 1 nor 0
        if isinstance(norm, torch.nn.GroupNorm | torch.nn.LayerNorm):
            torch.nn.init.normal_(norm.weight, 1, 0.2)
            torch.nn.init.normal_(norm.bias, 0, 0.2)
    return unet


def inputs(n: int, side: int = 16) -> tuple[torch.Tensor, torch.Tensor, dict[str, torch.Tensor]]:
    """Latents, words and sizes."""
    beside = {"text_embeds": torch.randn(n, 12), "time_ids": torch.tensor([[64.0, 64, 0, 0, 64, 64]] * n)}
    return torch.randn(n, 4, side, side), torch.randn(n, N_TOKENS, 24), beside


@pytest.mark.parametrize("choices", [{}, {"use_linear_projection": False}])
def test_it_predicts_what_the_modules_predict(choices: dict[str, Any]) -> None:
    """Of two pictures, at each of three steps, up to rounding."""
    unet = small_unet(**choices)
    lean = LeanUnet(copy.deepcopy(unet))
    noisy, states, beside = inputs(2)
    timesteps = torch.tensor([999, 500, 3])
    with torch.no_grad():
        shifts, words = lean.shifts(timesteps, beside), lean.keys_and_values(states)
        for timestep, shift in zip(timesteps, shifts, strict=True):
            expected = unet(noisy, timestep, states, added_cond_kwargs=beside).sample
            found = lean(noisy, shift, words)
            assert (found - expected).norm() < 1e-5 * expected.norm()


def test_in_eight_bits_it_predicts_nearly_the_same() -> None:
    """And as before without; narrowed twice it holds one copy."""
    unet = small_unet()
    lean = LeanUnet(unet)
    noisy, states, beside = inputs(2)
    with torch.no_grad():
        shifts, words = lean.shifts(torch.tensor([500]), beside)[0], lean.keys_and_values(states)
        expected = lean(noisy, shifts, words)
        lean.narrow()
        block = lean._middle._attentions[0]._blocks[0]
        copies = block._narrow
        lean.narrow()
        found = lean(noisy, shifts, words, is_narrow=True)
        assert block._narrow is copies
        assert 1e-4 < (found - expected).norm() / expected.norm() < 0.05
        assert torch.equal(lean(noisy, shifts, words), expected)


def test_the_modules_still_run_and_nothing_is_held_twice() -> None:
    """The same bits as before, and the joined weights are the modules' own memory."""
    unet = small_unet()
    noisy, states, beside = inputs(1)
    with torch.no_grad():
        before = unet(noisy, 500, states, added_cond_kwargs=beside).sample
        LeanUnet(unet)
        after = unet(noisy, 500, states, added_cond_kwargs=beside).sample
    assert (before - after).abs().max() < 1e-5
    blocks = [
        unet.down_blocks[1].attentions[0].transformer_blocks[0],
        unet.mid_block.attentions[0].transformer_blocks[1],
    ]
    memories = {
        layer.weight.untyped_storage().data_ptr() for block in blocks for layer in (block.attn2.to_k, block.attn2.to_v)
    }
    assert len(memories) == 1


def test_words_can_be_written_where_they_are_read() -> None:
    """Into the memory of the last ones."""
    lean = LeanUnet(small_unet())
    _, states, _ = inputs(2)
    with torch.no_grad():
        out = torch.zeros_like(lean.keys_and_values(states))
        assert lean.keys_and_values(states, out=out).data_ptr() == out.data_ptr()
        assert (out == lean.keys_and_values(states)).all()


@pytest.mark.parametrize(
    "choices",
    [
        {"resnet_time_scale_shift": "scale_shift"},
        {"time_cond_proj_dim": 8},
        {"act_fn": "mish"},
        {"down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "SimpleCrossAttnDownBlock2D")},
    ],
)
def test_other_unets_are_left_to_the_modules(choices: dict[str, Any]) -> None:
    """They are told apart, and SDXL's is run."""
    assert can_run_lean(small_unet())
    assert not can_run_lean(small_unet(**choices))
