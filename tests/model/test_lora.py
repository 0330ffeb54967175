import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from structlog.testing import capture_logs

from plitka.errors import BundleError
from plitka.model.lora import LoraModule, read_lora

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
        ({f"{FLAT}.lora_down.weight": DOWN * torch.inf, f"{FLAT}.lora_up.weight": UP}, "1 modules .* are not finite"),
        ({f"{FLAT}.lora_down.weight": DOWN.int(), f"{FLAT}.lora_up.weight": UP}, "something else than two matrices"),
        ({f"{FLAT}.lora_down.weight": torch.tensor(1.0), f"{FLAT}.lora_up.weight": UP}, "something else than two"),
        (
            {f"{FLAT}.lora_down.weight": DOWN, f"{FLAT}.lora_up.weight": UP, f"{FLAT}.alpha": torch.ones(2)},
            "and one alpha",
        ),
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


IDLE = {
    "a zero up-matrix": {"lora_down.weight": torch.ones(2, 3, 3, 3), "lora_up.weight": torch.zeros(5, 2, 1, 1)},
    "a zero down-matrix": {"lora_down.weight": torch.zeros(2, 3, 3, 3), "lora_up.weight": torch.ones(5, 2, 1, 1)},
    "rank 0": {"lora_down.weight": torch.zeros(0, 3, 3, 3), "lora_up.weight": torch.zeros(5, 0, 1, 1)},
    "rank 0 with an alpha": {
        "lora_down.weight": torch.zeros(0, 3, 3, 3),
        "lora_up.weight": torch.zeros(5, 0, 1, 1),
        "alpha": torch.tensor(1),
    },
    "alpha 0": {
        "lora_down.weight": torch.ones(2, 3, 3, 3),
        "lora_up.weight": torch.ones(5, 2, 1, 1),
        "alpha": torch.tensor(0),
    },
}


@pytest.mark.parametrize("name", IDLE)
def test_a_module_that_changes_nothing_is_left_out_with_a_warning(tmp_path: Path, name: str) -> None:
    """Trainers write what they did not train; the others are read as ever."""
    flat = f"lora_unet_{CONV.replace('.', '_')}"
    idle = {f"{flat}.{ending}": tensor.clone() for ending, tensor in IDLE[name].items()}
    trained = {f"{FLAT}.lora_down.weight": DOWN, f"{FLAT}.lora_up.weight": UP}
    with capture_logs() as logs:
        modules = read_lora(_save(tmp_path, trained | idle), WEIGHTS)
    assert list(modules) == [f"unet.{NAME}"]
    assert [(line["event"], line["modules"]) for line in logs] == [("lora_modules_change_nothing", f"unet.{CONV}")]
    with pytest.raises(BundleError, match=r"changes nothing: in all of its 1 modules .* leave the LoRA out"):
        read_lora(_save(tmp_path, idle), WEIGHTS)


@pytest.mark.parametrize("dtype", [torch.float8_e4m3fn, torch.float8_e5m2])
def test_float8_is_read(tmp_path: Path, dtype: torch.dtype) -> None:
    """To its last digit."""
    down, up = (DOWN / 8).to(dtype), UP.to(dtype)
    modules = read_lora(_save(tmp_path, {f"{FLAT}.lora_down.weight": down, f"{FLAT}.lora_up.weight": up}), WEIGHTS)
    assert torch.equal(modules[f"unet.{NAME}"].delta(), up.double() @ down.double())


@st.composite
def doras(draw: st.DrawFn) -> tuple[LoraModule, torch.Tensor]:
    """A DoRA of outputs or inputs, for a linear layer or a convolution, and a weight that it fits."""
    n_out, n_in, rank = draw(st.integers(1, 5)), draw(st.integers(1, 5)), draw(st.integers(1, 3))
    kernel = draw(st.sampled_from([(), (1, 1), (3, 3)]))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    shape = (n_out, n_in, *kernel)
    axis = draw(st.sampled_from([0, 1]))
    lengths = [size if place == axis else 1 for place, size in enumerate(shape)]
    module = LoraModule(
        torch.randn(rank, n_in, *kernel, generator=generator),
        torch.randn(n_out, rank, *(1 for _ in kernel), generator=generator),
        draw(st.floats(0.1, 4)),
        torch.rand(lengths, generator=generator) + 0.5,
    )
    return module, torch.randn(shape, generator=generator, dtype=torch.float64)


@given(doras(), st.floats(0, 2))
@settings(deadline=None)
def test_a_doras_result_has_the_lengths_that_were_learned(
    drawn: tuple[LoraModule, torch.Tensor], strength: float
) -> None:
    """Directions are those of the plain LoRA, and lengths along the other axes are the magnitudes."""
    module, weight = drawn
    assert module.magnitude is not None
    axes = [axis for axis, size in enumerate(module.magnitude.shape) if size == 1]
    fused = module.fused(weight, strength)
    if all(size == 1 for size in module.magnitude.shape):
        return  # one length for everything: of which axis cannot be told
    lengths = torch.linalg.vector_norm(fused, dim=axes, keepdim=True)
    assert torch.allclose(lengths, module.magnitude.double(), rtol=1e-6)
    plain = LoraModule(module.down, module.up, module.scale).fused(weight, strength)
    assert torch.allclose(fused * torch.linalg.vector_norm(plain, dim=axes, keepdim=True), plain * lengths, atol=1e-6)


@given(st.floats(0, 2), st.floats(0, 2))
def test_a_plain_loras_change_grows_with_its_strength(one: float, other: float) -> None:
    """Twice the strength is twice the change, and none leaves the weight."""
    module = LoraModule(DOWN, UP, 0.5)
    weight = torch.ones(6, 8, dtype=torch.float64)
    assert torch.equal(module.fused(weight, 0), weight)
    both = module.fused(weight, one) + module.fused(weight, other) - weight
    assert torch.allclose(module.fused(weight, one + other), both)
