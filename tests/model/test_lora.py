import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from plitka.errors import BundleError
from plitka.model.lora import read_lora

NAME = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"
FLAT = f"lora_unet_{NAME.replace('.', '_')}"
CONV = "down_blocks.0.resnets.0.conv2"
WEIGHTS = {f"unet.{NAME}": torch.Size([6, 8]), f"unet.{CONV}": torch.Size([5, 3, 3, 3])}
DOWN, UP = torch.arange(16.0).reshape(2, 8), torch.ones(6, 2)


def _save(path: Path, tensors: Mapping[str, torch.Tensor], metadata: dict[str, str] | None = None) -> Path:
    save_file(dict(tensors), path / "x.safetensors", metadata)
    return path / "x.safetensors"


@pytest.mark.parametrize(
    ("down", "up"),
    [
        (f"{FLAT}.lora_down.weight", f"{FLAT}.lora_up.weight"),
        (f"unet.{NAME}.lora_A.weight", f"unet.{NAME}.lora_B.weight"),
        (f"unet.{NAME}.lora.down.weight", f"unet.{NAME}.lora.up.weight"),
    ],
)
@pytest.mark.parametrize(("alpha", "scale"), [(None, 1.0), (torch.tensor(1), 0.5), (torch.tensor(3.0), 1.5)])
def test_every_layout_gives_the_same_modules(
    tmp_path: Path, down: str, up: str, alpha: torch.Tensor | None, scale: float
) -> None:
    """Names come out as the UNet's, and alpha as alpha / rank."""
    tensors = {down: DOWN.bfloat16(), up: UP.bfloat16()}
    if alpha is not None:
        tensors[f"{down.rsplit('.lora', 1)[0]}.alpha"] = alpha
    modules = read_lora(_save(tmp_path, tensors), WEIGHTS)
    assert list(modules) == [f"unet.{NAME}"]
    assert modules[f"unet.{NAME}"].scale == scale
    assert torch.equal(modules[f"unet.{NAME}"].delta(), scale * UP.double() @ DOWN.double())


def test_a_convolution_has_a_convolutions_shape(tmp_path: Path) -> None:
    """A 3x3 kernel of rank 2 changes the whole weight."""
    generator = torch.Generator().manual_seed(0)
    down, up = torch.randn(2, 3, 3, 3, generator=generator), torch.randn(5, 2, 1, 1, generator=generator)
    path = _save(tmp_path, {f"unet.{CONV}.lora_A.weight": down, f"unet.{CONV}.lora_B.weight": up})
    delta = read_lora(path, WEIGHTS)[f"unet.{CONV}"].delta(torch.float32)
    picture = torch.randn(1, 3, 8, 8, generator=generator)
    twice = torch.nn.functional.conv2d(torch.nn.functional.conv2d(picture, down), up)
    assert torch.allclose(torch.nn.functional.conv2d(picture, delta), twice, atol=1e-4)


def test_alpha_is_read_from_the_adapter_metadata(tmp_path: Path) -> None:
    """diffusers keeps a PEFT adapter's alpha in the file's header, some modules apart."""
    tensors = {f"unet.{NAME}.lora_A.weight": DOWN, f"unet.{NAME}.lora_B.weight": UP}
    for adapter, scale in (
        ({"unet.lora_alpha": 4}, 2.0),
        ({"unet.lora_alpha": 4, "unet.alpha_pattern": {NAME: 1}}, 0.5),
    ):
        path = _save(tmp_path, tensors, {"lora_adapter_metadata": json.dumps(adapter)})
        assert read_lora(path, WEIGHTS)[f"unet.{NAME}"].scale == scale


def test_an_rslora_is_scaled_by_the_root_of_its_rank(tmp_path: Path) -> None:
    """alpha / sqrt(rank), if the adapter's metadata says so."""
    tensors = {f"unet.{NAME}.lora_A.weight": DOWN, f"unet.{NAME}.lora_B.weight": UP}
    adapter = json.dumps({"unet.use_rslora": True, "unet.lora_alpha": 4})
    scale = read_lora(_save(tmp_path, tensors, {"lora_adapter_metadata": adapter}), WEIGHTS)[f"unet.{NAME}"].scale
    assert scale == pytest.approx(4 / 2**0.5)


def test_the_manifests_alpha_is_for_files_that_say_none(tmp_path: Path) -> None:
    """PEFT keeps alpha beside the weights; a module's own alpha comes first."""
    tensors = {f"base_model.model.{NAME}.lora_A.weight": DOWN, f"base_model.model.{NAME}.lora_B.weight": UP}
    assert read_lora(_save(tmp_path, tensors), WEIGHTS, alpha=8)[f"unet.{NAME}"].scale == 4
    tensors[f"base_model.model.{NAME}.alpha"] = torch.tensor(1.0)
    assert read_lora(_save(tmp_path, tensors), WEIGHTS, alpha=8)[f"unet.{NAME}"].scale == 0.5


@pytest.mark.parametrize(
    "metadata", ["[", "[1]", '{"unet.use_dora": true}', '{"unet.alpha_pattern": {"(": 1}}', '{"unet.alpha_pattern": 1}']
)
def test_an_adapter_that_cannot_be_scaled_is_refused(tmp_path: Path, metadata: str) -> None:
    """A DoRA that loads as a plain LoRA makes a wrong picture."""
    tensors = {f"unet.{NAME}.lora_A.weight": DOWN, f"unet.{NAME}.lora_B.weight": UP}
    with pytest.raises(BundleError):
        read_lora(_save(tmp_path, tensors, {"lora_adapter_metadata": metadata}), WEIGHTS)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({f"{FLAT}.lora_down.weight": DOWN}, "only one of its two matrices"),
        ({f"{FLAT}.lora_down.weight": DOWN, f"{FLAT}.lora_up.weight": UP * 0}, "empty or not finite"),
        ({f"{FLAT}.lora_down.weight": DOWN * torch.inf, f"{FLAT}.lora_up.weight": UP}, "empty or not finite"),
        ({f"{FLAT}.lora_down.weight": DOWN[:, :4], f"{FLAT}.lora_up.weight": UP}, "made for another base"),
        ({f"{FLAT}.lora_down.weight": DOWN, f"{FLAT}.lora_up.weight": UP[:, :1]}, "made for another base"),
        ({"lora_unet_mid_block_x.lora_down.weight": DOWN}, "fit no module of this base"),
        ({"lora_te1_text_model_q_proj.lora_down.weight": DOWN}, "1 of 1 keys fit no module"),
        ({f"vae.{NAME}.lora_A.weight": DOWN, f"vae.{NAME}.lora_B.weight": UP}, "2 of 2 keys fit no module"),
        ({f"unet.{NAME}.lora_magnitude_vector": DOWN}, "only one of its two matrices"),
        (
            {f"{FLAT}.lora_down.weight": DOWN, f"{FLAT}.lora_up.weight": UP, f"{FLAT}.dora_scale": torch.ones(5, 1)},
            "made for another base",
        ),
        (
            {f"{FLAT}.lora_down.weight": DOWN, f"{FLAT}.lora_up.weight": UP, f"unet.{NAME}.lora_A.weight": DOWN},
            "1 matrices are there twice",
        ),
        ({"clip_l": torch.ones(2, 8), "clip_g": torch.ones(2, 8)}, "holds embeddings, not a LoRA"),
        ({"model.diffusion_model.out.2.weight": DOWN}, "a whole base model, not a LoRA"),
        ({}, "0 of 0 keys"),
    ],
)
def test_a_lora_that_would_load_in_part_is_refused(
    tmp_path: Path, tensors: dict[str, torch.Tensor], message: str
) -> None:
    """Unknown keys, missing halves, other shapes and untrained modules are named."""
    copies = {key: tensor.clone().contiguous() for key, tensor in tensors.items()}
    with pytest.raises(BundleError, match=message):
        read_lora(_save(tmp_path, copies), WEIGHTS)


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
def test_a_file_of_another_kind_is_named(tmp_path: Path, keys: tuple[str, ...], width: int, message: str) -> None:
    """Other methods and other bases are recognised by their keys, SD 1.5 and SD 2 also by what they read."""
    path = _save(tmp_path, {key: torch.ones(2, width) for key in keys})
    with pytest.raises(BundleError, match=message):
        read_lora(path, WEIGHTS)
