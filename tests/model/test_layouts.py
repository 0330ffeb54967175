"""Every layout of SDXL LoRA files, fused into networks with SDXL's own block names."""

import copy
import importlib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from tests.model import spellings as spell
from tests.model.test_pipeline import FLOAT32

from plitka.model.bundle import Bundle, LoraPart
from plitka.model.formats import COMPONENTS
from plitka.model.fusing import component_weights, fuse_lora
from plitka.model.pipeline import load_base, quiet_libraries

STRENGTH = 0.7
RANK = 4
ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
ENCODER_ATTENTION = ("q_proj", "k_proj", "v_proj", "out_proj")
CONV2 = ("conv2",)
ALL_OF_KOHYA = (*ATTENTION, "proj_in", "proj_out", "ff.net.0.proj", "ff.net.2")
RESNETS = ("conv1", "conv2", "time_emb_proj", "conv_shortcut", "downsamplers.0.conv", "upsamplers.0.conv")
OUTSIDE = ("conv_in", "conv_out", "linear_1", "linear_2")
ENCODERS = (*ENCODER_ATTENTION, "fc1", "fc2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A layout and what becomes of it."""

    write: spell.Writer
    targets: tuple[str, ...]
    stock: str
    """What stock diffusers 0.42 does: right, or without an error nothing, part or wrong, or raises."""
    alpha: float = RANK
    dora: str = ""
    """Whose lengths are learned: of outputs or of inputs."""
    dtype: torch.dtype = torch.float32


ROWS = {
    "eden": Row(write=spell.kohya(str), targets=(*ATTENTION, *CONV2), stock="right"),
    "eden, alpha is not rank": Row(write=spell.kohya(str), targets=(*ATTENTION, *CONV2), stock="right", alpha=1),
    "eden, bfloat16": Row(write=spell.kohya(str), targets=(*ATTENTION, *CONV2), stock="right", dtype=torch.bfloat16),
    "eden, float16": Row(write=spell.kohya(str), targets=(*ATTENTION, *CONV2), stock="right", dtype=torch.float16),
    "older eden": Row(
        write=spell.kohya(str, "lora_unet_base_model_model_"), targets=(*ATTENTION, *CONV2), stock="raises"
    ),
    "kohya": Row(write=spell.kohya(spell.stability), targets=ALL_OF_KOHYA, stock="right", alpha=1),
    "kohya, convolutions and text encoders": Row(
        write=spell.kohya(spell.stability), targets=(*ALL_OF_KOHYA, *RESNETS, *ENCODERS), stock="right", alpha=2
    ),
    "kohya, outside of the blocks": Row(
        write=spell.kohya(spell.stability), targets=(*ATTENTION, *OUTSIDE), stock="right"
    ),
    "onetrainer legacy, text encoders": Row(
        write=spell.kohya(str), targets=(*ALL_OF_KOHYA, *ENCODERS), stock="right", alpha=1
    ),
    "peft with component": Row(
        write=spell.dotted("lora_A.weight", "lora_B.weight"), targets=(*ATTENTION, *CONV2, *ENCODERS), stock="right"
    ),
    "peft with component and alpha": Row(
        write=spell.dotted("lora_A.weight", "lora_B.weight", alpha=True), targets=ATTENTION, stock="raises", alpha=2
    ),
    "peft with adapter metadata": Row(
        write=spell.with_adapter_metadata, targets=(*ATTENTION, *CONV2), stock="right", alpha=8
    ),
    "diffusers": Row(write=spell.dotted("lora.down.weight", "lora.up.weight"), targets=ATTENTION, stock="right"),
    "diffusers, text encoders": Row(
        write=spell.dotted("lora_linear_layer.down.weight", "lora_linear_layer.up.weight"),
        targets=ENCODER_ATTENTION,
        stock="right",
    ),
    "diffusers before 0.21": Row(
        write=spell.processors("unet."), targets=(*ATTENTION, *ENCODER_ATTENTION), stock="right"
    ),
    "simpletuner": Row(write=spell.mixed_components, targets=(*ATTENTION, *ENCODER_ATTENTION), stock="right"),
    "cog-sdxl": Row(write=spell.processors(""), targets=ATTENTION, stock="nothing"),
    "raw peft": Row(
        write=spell.dotted("lora_A.weight", "lora_B.weight", unet="base_model.model."),
        targets=(*ATTENTION, *CONV2),
        stock="nothing",
    ),
    "no prefix": Row(
        write=spell.dotted("lora_A.weight", "lora_B.weight", unet=""), targets=(*ATTENTION, *CONV2), stock="nothing"
    ),
    "mixed endings": Row(write=spell.mixed_endings, targets=(*ATTENTION, *CONV2), stock="part"),
    "onetrainer original": Row(write=spell.original(""), targets=(*ATTENTION, *RESNETS), stock="raises", alpha=1),
    "onetrainer comfyui": Row(
        write=spell.original(
            "diffusion_model.", "text_encoders.clip_l.transformer.", "text_encoders.clip_g.transformer."
        ),
        targets=(*ATTENTION, *ENCODERS),
        stock="raises",
        alpha=1,
    ),
    "onetrainer omi": Row(
        write=spell.original("unet.", "clip_l.", "clip_g."), targets=(*ATTENTION, *ENCODERS), stock="raises"
    ),
    "bundled embeddings": Row(write=spell.with_bundled_embeddings, targets=ATTENTION, stock="raises"),
    "dora of kohya": Row(
        write=spell.kohya(str), targets=(*ATTENTION, *CONV2, *ENCODER_ATTENTION), stock="wrong", dora="outputs"
    ),
    "dora of kohya, of inputs": Row(write=spell.kohya(str), targets=(*ATTENTION, *CONV2), stock="wrong", dora="inputs"),
    "dora of peft": Row(
        write=spell.dotted("lora_A.weight", "lora_B.weight"),
        targets=(*ATTENTION, *CONV2),
        stock="right",
        dora="outputs",
    ),
    "dora of peft, text encoders": Row(
        write=spell.dotted("lora_A.weight", "lora_B.weight"),
        targets=(*ATTENTION, *ENCODER_ATTENTION),
        stock="wrong",
        dora="outputs",
    ),
}


@pytest.fixture(scope="module")
def pristine(tiny_bundle: Bundle) -> Any:  # noqa: ANN401
    """A pipeline with SDXL's own layers per block, all of them narrow; to be copied, not changed."""
    pipe = load_base(tiny_bundle, FLOAT32)
    unet_class = importlib.import_module("diffusers").UNet2DConditionModel
    config = {**pipe.unet.config, "layers_per_block": 2}
    torch.manual_seed(1)
    with quiet_libraries():
        pipe.register_modules(unet=unet_class.from_config(config))
    for component in COMPONENTS:
        getattr(pipe, component).requires_grad_(False)
    return pipe


def weights_of(pipe: Any) -> dict[str, torch.Tensor]:  # noqa: ANN401
    """Copies of all weights in float64, under the names that files use."""
    found = component_weights({component: getattr(pipe, component) for component in COMPONENTS})
    return {
        name.replace("text_encoder.encoder", "text_encoder.text_model.encoder"): w.double() for name, w in found.items()
    }


def learn(weights: Mapping[str, torch.Tensor], row: Row) -> dict[str, spell.Change]:
    """A random change of every module that the row names, in the number format of its file."""
    generator = torch.Generator().manual_seed(3)
    changes = {}
    for name, weight in weights.items():
        if not name.endswith(row.targets):
            continue
        n_out, n_in, *kernel = weight.shape
        down = torch.randn(RANK, n_in, *kernel, generator=generator) * 0.1
        up = torch.randn(n_out, RANK, *(1 for _ in kernel), generator=generator) * 0.1
        magnitude = None
        if row.dora:
            axis = 1 if row.dora == "inputs" else 0
            shape = [size if place == axis else 1 for place, size in enumerate(weight.shape)]
            magnitude = torch.rand(shape, generator=generator) + 0.5
        changes[name] = spell.Change(down.to(row.dtype), up.to(row.dtype), row.alpha, magnitude)
    return changes


def formula(weight: torch.Tensor, change: spell.Change | None) -> torch.Tensor:
    """W + strength * alpha/rank * B A in float64; a DoRA's brought to its lengths."""
    if change is None:
        return weight
    product = torch.einsum("or,ri->oi", change.up.double().flatten(1), change.down.double().flatten(1))
    changed = weight + STRENGTH * change.alpha / RANK * product.reshape(weight.shape)
    if change.magnitude is None:
        return changed
    axes = [axis for axis, size in enumerate(change.magnitude.shape) if size == 1]
    return change.magnitude.double() * changed / changed.square().sum(axes, keepdim=True).sqrt()


def save(spelt: spell.Spelt, folder: Path) -> Path:
    """The file, with tensors that own their memory."""
    path = folder / "some_lora.safetensors"
    save_file({key: tensor.clone().contiguous() for key, tensor in spelt.tensors.items()}, path, spelt.metadata)
    return path


def stock_verdict(pipe: Any, path: Path, before: Mapping[str, torch.Tensor], after: Mapping[str, torch.Tensor]) -> str:  # noqa: ANN401
    """What `load_lora_weights` and `fuse_lora` make of a file."""
    with quiet_libraries(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            pipe.load_lora_weights(path.parent, weight_name=path.name, adapter_name="a")
        except Exception:  # whatever it raises, it is not silent
            return "raises"
        pipe.fuse_lora(components=list(COMPONENTS), lora_scale=STRENGTH)
        pipe.unload_lora_weights()
    fused = weights_of(pipe)
    changed = {name for name, weight in fused.items() if not torch.equal(weight, before[name])}
    if not changed:
        return "nothing"
    if changed < {name for name, weight in after.items() if not torch.equal(weight, before[name])}:
        return "part"
    return "right" if all(torch.allclose(fused[name], after[name], rtol=1e-5, atol=1e-5) for name in after) else "wrong"


@pytest.mark.parametrize("name", ROWS)
def test_every_layout_is_fused_as_the_formula_says(pristine: Any, tmp_path: Path, name: str) -> None:  # noqa: ANN401
    """Every weight of all three networks is W + strength * alpha/rank * B A, or untouched."""
    row = ROWS[name]
    pipe = copy.deepcopy(pristine)
    before = weights_of(pipe)
    changes = learn(before, row)
    path = save(row.write(changes), tmp_path)
    assert fuse_lora(pipe, path, LoraPart(file="", strength=STRENGTH)) == len(changes) > 0
    for module, weight in weights_of(pipe).items():
        expected = formula(before[module], changes.get(module))
        assert torch.allclose(weight, expected, rtol=2e-7, atol=1e-7), module
        assert torch.equal(weight, before[module]) == (module not in changes)


@pytest.mark.parametrize("name", ROWS)
def test_what_stock_diffusers_makes_of_a_layout(pristine: Any, tmp_path: Path, name: str) -> None:  # noqa: ANN401
    """The column `stock` is what diffusers' own loader does today."""
    row = ROWS[name]
    pipe = copy.deepcopy(pristine)
    before = weights_of(pipe)
    changes = learn(before, row)
    after = {module: formula(weight, changes.get(module)) for module, weight in before.items()}
    assert stock_verdict(pipe, save(row.write(changes), tmp_path), before, after) == row.stock
