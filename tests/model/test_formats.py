import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from plitka.errors import BundleError
from plitka.model.formats import read_embeddings, read_lora

NAME = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"
FLAT = f"lora_unet_{NAME.replace('.', '_')}"
CONV = "down_blocks.0.resnets.0.conv2"
WEIGHTS = {NAME: torch.Size([6, 8]), CONV: torch.Size([5, 3, 3, 3])}
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
    assert list(modules) == [NAME]
    assert modules[NAME].scale == scale
    assert torch.equal(modules[NAME].delta(), scale * UP.double() @ DOWN.double())


def test_a_convolution_has_a_convolutions_shape(tmp_path: Path) -> None:
    """A 3x3 kernel of rank 2 changes the whole weight."""
    generator = torch.Generator().manual_seed(0)
    down, up = torch.randn(2, 3, 3, 3, generator=generator), torch.randn(5, 2, 1, 1, generator=generator)
    path = _save(tmp_path, {f"unet.{CONV}.lora_A.weight": down, f"unet.{CONV}.lora_B.weight": up})
    delta = read_lora(path, WEIGHTS)[CONV].delta(torch.float32)
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
        assert read_lora(path, WEIGHTS)[NAME].scale == scale


@pytest.mark.parametrize("metadata", ["[", "[1]", '{"unet.use_dora": true}', '{"unet.use_rslora": true}'])
def test_an_adapter_that_is_scaled_another_way_is_refused(tmp_path: Path, metadata: str) -> None:
    """A DoRA or rsLoRA that loads as a plain LoRA makes a wrong picture."""
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
        ({f"{NAME}.lora_A.weight": DOWN, f"{NAME}.lora_B.weight": UP}, "2 of 2 keys fit no module"),
        ({f"unet.{NAME}.lora_magnitude_vector": DOWN}, "fit no module"),
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


@pytest.mark.parametrize(("first", "second"), [("clip_l", "clip_g"), ("text_encoders_0", "text_encoders_1")])
def test_embeddings_are_mapped_by_name(tmp_path: Path, first: str, second: str) -> None:
    """The order in the file says nothing: both spellings find their encoder."""
    rows = read_embeddings(
        _save(tmp_path, {second: torch.ones(2, 5), first: torch.zeros(2, 3)}), n_tokens=2, width_l=3, width_g=5
    )
    assert rows.clip_l.shape == (2, 3)
    assert rows.clip_g.shape == (2, 5)


def test_encoders_of_one_width_are_told_apart_by_name(tmp_path: Path) -> None:
    """Where the width cannot tell, the name does."""
    path = _save(tmp_path, {"clip_g": torch.ones(1, 4), "clip_l": torch.zeros(1, 4)})
    rows = read_embeddings(path, n_tokens=1, width_l=4, width_g=4)
    assert rows.clip_g.all()
    assert not rows.clip_l.any()


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"clip_l": torch.zeros(2, 5), "clip_g": torch.zeros(2, 3)}, r"clip_l has the shape \[2, 5\].*need \[2, 3\]"),
        ({"clip_l": torch.zeros(1, 3), "clip_g": torch.zeros(1, 5)}, r"another number of tokens"),
        ({"clip_l": torch.zeros(2, 3)}, r"expected the tensors clip_l and clip_g"),
        ({"clip_l": torch.zeros(2, 3), "emb_params": torch.zeros(2, 5)}, r"found clip_l, emb_params"),
        (
            {"clip_l": torch.zeros(2, 3), "clip_g": torch.zeros(2, 5), "clip_g_out": torch.zeros(2, 5)},
            r"found clip_g, clip_g_out, clip_l",
        ),
        ({"clip_l": torch.full((2, 3), torch.nan), "clip_g": torch.zeros(2, 5)}, r"clip_l is not finite"),
    ],
)
def test_embeddings_that_do_not_fit_are_refused(tmp_path: Path, tensors: dict[str, torch.Tensor], message: str) -> None:
    """Missing or further tensors, other widths or row counts, and NaN are named."""
    with pytest.raises(BundleError, match=message):
        read_embeddings(_save(tmp_path, tensors), n_tokens=2, width_l=3, width_g=5)


def test_what_is_no_safetensors_is_refused(tmp_path: Path) -> None:
    """The library's own error becomes ours."""
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"nonsense")
    with pytest.raises(BundleError, match="cannot be read as safetensors"):
        read_embeddings(path, 2, 3, 5)
