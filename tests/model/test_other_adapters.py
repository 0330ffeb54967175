from pathlib import Path

import pytest
from tests.model.spellings import EXAMPLE_WIDTH, ROWS, example

from plitka.errors import BundleError
from plitka.model.other_adapters import refuse_other_adapter

NAME = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"
FLAT = f"lora_unet_{NAME.replace('.', '_')}"
PATH = Path("some.safetensors")
TEXT_WIDTH = EXAMPLE_WIDTH


@pytest.mark.parametrize(
    ("keys", "width", "message"),
    [
        (("lora_unet_mid_block_attentions_0_proj_in.hada_w1_a",), 8, "is LoHa, not a LoRA"),
        (("lora_unet_mid_block_attentions_0_proj_in.lokr_w1",), 8, "is LoKr, not a LoRA"),
        (("lora_unet_mid_block_resnets_0_conv1.lora_mid.weight",), 8, "is LoCon with Tucker"),
        (("lora_unet_mid_block_attentions_0_proj_in.oft_blocks",), 8, "is OFT, not a LoRA"),
        (("lora_unet_output_blocks_1_1_proj_in.diff",), 8, "is full difference, not a LoRA"),
        (("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight",), 8, "made for SD 1.5 or SD 2"),
        ((f"{FLAT.replace('blocks_1', 'blocks_0')}.lora_down.weight",), 8, "made for SD 1.5 or SD 2"),
        ((f"{FLAT.replace('attn1', 'attn2').replace('to_q', 'to_k')}.lora_down.weight",), 768, "made for SD 1.5,"),
        ((f"unet.{NAME.replace('attn1', 'attn2').replace('to_q', 'to_v')}.lora_A.weight",), 1024, "made for SD 2,"),
        (("lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight",), 8, "made for FLUX"),
        (("transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight",), 8, "made for FLUX"),
        (("transformer.transformer_blocks.0.attn.add_q_proj.lora_A.weight",), 8, "made for SD 3"),
        (("lora_unet_joint_blocks_0_x_block_attn_qkv.lora_down.weight",), 8, "made for SD 3"),
        (("diffusion_model.blocks.0.self_attn.q.lora_A.weight",), 8, "a video or language-model transformer"),
    ],
)
def test_a_file_of_another_kind_is_named(keys: tuple[str, ...], width: int, message: str) -> None:
    """Other methods and other bases are recognised by their keys, SD 1.5 and SD 2 also by what they read."""
    with pytest.raises(BundleError, match=message) as caught:
        refuse_other_adapter(PATH, dict.fromkeys(keys, (2, width)), TEXT_WIDTH)
    assert caught.value.path == PATH


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (("clip_l", "clip_g"), "give it as the embeddings"),
        (("text_encoders_0", "text_encoders_1"), "give it as the embeddings"),
        (("model.diffusion_model.out.2.weight", "x"), "give it as the base"),
        (("first_stage_model.decoder.conv_in.weight",), "give it as the base"),
    ],
)
def test_another_file_of_sdxl_is_told_where_it_belongs(keys: tuple[str, ...], message: str) -> None:
    """Embeddings and whole checkpoints are what users mix up with a LoRA."""
    with pytest.raises(BundleError, match=message):
        refuse_other_adapter(PATH, dict.fromkeys(keys, (2, 8)), TEXT_WIDTH)


@pytest.mark.parametrize("name", ROWS)
def test_no_layout_of_a_lora_is_taken_for_something_else(name: str) -> None:
    """Whoever wrote it: names of SDXL's own blocks are not another network's."""
    _, spelt = example(ROWS[name])
    shapes = {key: tuple(tensor.shape) for key, tensor in spelt.tensors.items()}
    refuse_other_adapter(PATH, shapes, TEXT_WIDTH)


def test_an_empty_file_is_left_to_whoever_reads_it() -> None:
    """It is nothing, and so nothing else."""
    refuse_other_adapter(PATH, {}, None)
