import importlib
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.model.spellings import RESNET
from tests.model.spellings import stability as spell

from plitka.model.sdxl_names import encoder_processor_name, flat, processor_name, stability_names


def modules_of(**choices: Any) -> list[str]:  # noqa: ANN401
    """The layers with weights of a narrow UNet with SDXL's kinds of blocks, made on the meta device."""
    sizes = {
        "block_out_channels": (16, 32, 32),
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "transformer_layers_per_block": (1, 1, 2),
        "attention_head_dim": (2, 4, 4),
        "norm_num_groups": 8,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 8,
        "projection_class_embeddings_input_dim": 64 + 6 * 8,
        "cross_attention_dim": 96,
    }
    with torch.device("meta"):
        unet = importlib.import_module("diffusers").UNet2DConditionModel(**sizes | choices)
    return [name for name, module in unet.named_modules() if list(module.parameters(recurse=False))]


@given(st.integers(1, 4), st.tuples(*(st.integers(1, 3),) * 3))
@settings(max_examples=10, deadline=None)
def test_every_module_has_one_name_of_its_own(layers_per_block: int, depths: tuple[int, int, int]) -> None:
    """However deep the network is: all modules are named, and no two alike."""
    modules = modules_of(layers_per_block=layers_per_block, transformer_layers_per_block=depths)
    names = stability_names(modules)
    assert names.keys() == set(modules)
    assert len(set(names.values())) == len(modules)


def test_sdxls_own_numbers_are_those_of_its_published_table() -> None:
    """With two layers a block, as SDXL has, the derived numbers are the literal ones."""
    modules = [name for name in modules_of(layers_per_block=2) if name != "conv_norm_out"]
    assert len(modules) > 300
    assert stability_names(modules) == {name: spell(name) for name in modules}


@pytest.mark.parametrize(("ours", "theirs"), RESNET.items())
def test_layers_of_a_residual_block_are_renamed(ours: str, theirs: str) -> None:
    """Inside a block the names do not depend on its number."""
    name = f"mid_block.resnets.0.{ours}"
    assert stability_names([name]) == {name: f"middle_block.0.{theirs}"}


def test_a_module_outside_of_the_architecture_has_no_name() -> None:
    """It is left out instead of being given a wrong number."""
    assert stability_names(["encoder_hid_proj", "down_blocks.7.attentions.0.proj_in"]) == {}


@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("mid_block.attentions.0.transformer_blocks.0.attn1.to_q", "attn1.processor.to_q_lora"),
        ("mid_block.attentions.0.transformer_blocks.0.attn2.to_out.0", "attn2.processor.to_out_lora"),
        ("mid_block.attentions.0.proj_in", None),
        ("mid_block.resnets.0.conv1", None),
    ],
)
def test_only_attention_had_processors(name: str, old: str | None) -> None:
    """diffusers before 0.21 could name nothing else in a UNet."""
    found = processor_name(name)
    assert found == (None if old is None else f"mid_block.attentions.0.transformer_blocks.0.{old}")


@pytest.mark.parametrize("part", ["q", "k", "v", "out"])
def test_attention_of_text_encoders_had_other_words(part: str) -> None:
    """`q_proj` was `to_q_lora`, and what is no attention had no name."""
    layer = "text_model.encoder.layers.1"
    assert encoder_processor_name(f"{layer}.self_attn.{part}_proj") == f"{layer}.self_attn.to_{part}_lora"
    assert encoder_processor_name(f"{layer}.mlp.fc1") is None


def test_flat_names_stay_apart() -> None:
    """kohya's one word for each module: no two modules of a network collapse into one."""
    modules = modules_of(layers_per_block=2)
    assert len({flat(name) for name in modules}) == len(modules)
    assert not any("." in flat(name) for name in modules)
