from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file
from tests.model.conftest import BFLOAT16, FLOAT32

from plitka.errors import BundleError
from plitka.model import fusing
from plitka.model.bundle import Bundle
from plitka.model.device import Placement
from plitka.model.formats import COMPONENTS
from plitka.model.fusing import component_weights, fuse_lora
from plitka.model.lora import LoraModule, read_lora
from plitka.model.pipeline import load_base

BuildBundle = Callable[..., Bundle]


def _weights(pipe: Any) -> dict[str, torch.Tensor]:  # noqa: ANN401
    networks = {component: getattr(pipe, component) for component in COMPONENTS}
    return {name: weight.detach().clone() for name, weight in component_weights(networks).items()}


@pytest.mark.parametrize(("placement", "rounding"), [(FLOAT32, 1e-6), (BFLOAT16, 2e-3)])
def test_fused_weights_are_the_formula_with_the_strength_once(
    tiny_bundle: Bundle, placement: Placement, rounding: float
) -> None:
    """Every module of the file becomes W + 0.7 * alpha/rank * B @ A, and no other changes."""
    assert tiny_bundle.lora is not None
    path = tiny_bundle.file(tiny_bundle.lora.file)
    pipe = load_base(tiny_bundle, placement)
    before = _weights(pipe)
    lora = read_lora(path, {name: weight.shape for name, weight in before.items()})
    assert fuse_lora(pipe, path, tiny_bundle.lora) == len(lora) == len(load_file(path)) // 3
    after = _weights(pipe)
    assert before.keys() == after.keys()
    for name, weight in before.items():
        delta = 0.7 * lora[name].delta() if name in lora else torch.zeros_like(weight).double()
        expected = weight.double() + delta
        assert torch.allclose(after[name].double(), expected, rtol=rounding, atol=rounding / 4), name
        if name in lora:
            assert lora[name].scale == 0.5
            assert (delta.abs().max() / expected.abs().max()) > 0.01


def test_no_adapter_is_left_after_fusing(tiny_bundle: Bundle) -> None:
    """The UNet is a plain one again, without wrapped layers."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    assert tiny_bundle.lora is not None
    pipe = load_base(tiny_bundle, FLOAT32)
    fuse_lora(pipe, tiny_bundle.file(tiny_bundle.lora.file), tiny_bundle.lora)
    assert not [module for module in pipe.unet.modules() if isinstance(module, BaseTunerLayer)]


def test_a_strength_applied_twice_is_noticed(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the weights were fused at another strength, the proof says which modules are wrong."""
    add = fusing._add
    monkeypatch.setattr(fusing, "_add", lambda weight, module, strength: add(weight, module, strength * strength))
    assert tiny_bundle.lora is not None
    with pytest.raises(BundleError, match=r"not W \+ 0.7 \* alpha/rank \* B @ A: unet.down_blocks"):
        fuse_lora(load_base(tiny_bundle, FLOAT32), tiny_bundle.file(tiny_bundle.lora.file), tiny_bundle.lora)


def test_a_lora_loaded_in_part_is_noticed(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """If modules were skipped, the proof counts and names them."""
    add, kept = fusing._add, torch.Size([32, 96])
    monkeypatch.setattr(fusing, "_add", lambda weight, *change: add(weight, *change) if weight.shape != kept else None)
    assert tiny_bundle.lora is not None
    with pytest.raises(BundleError, match=r"modules were changed where the LoRA has .*attn2\.to_[kv]"):
        fuse_lora(load_base(tiny_bundle, FLOAT32), tiny_bundle.file(tiny_bundle.lora.file), tiny_bundle.lora)


def test_a_module_changed_beside_the_lora_is_noticed(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof looks at every weight, not only at those in the file."""
    pipe = load_base(tiny_bundle, FLOAT32)
    add = fusing._add

    def add_and_slip(weight: torch.Tensor, module: LoraModule, strength: float) -> None:
        add(weight, module, strength)
        with torch.no_grad():
            pipe.unet.conv_in.weight[0, 0, 0, 0] += 1

    monkeypatch.setattr(fusing, "_add", add_and_slip)
    assert tiny_bundle.lora is not None
    with pytest.raises(BundleError, match=r"differing: unet\.conv_in"):
        fuse_lora(pipe, tiny_bundle.file(tiny_bundle.lora.file), tiny_bundle.lora)


def test_at_strength_zero_the_base_stays_as_it_is(tiny_bundle: Bundle) -> None:
    """The LoRA is read and checked, and no weight is touched."""
    assert tiny_bundle.lora is not None
    pipe = load_base(tiny_bundle, FLOAT32)
    before = _weights(pipe)
    assert fuse_lora(pipe, tiny_bundle.file(tiny_bundle.lora.file), replace(tiny_bundle.lora, strength=0)) > 0
    assert all(torch.equal(weight, before[name]) for name, weight in _weights(pipe).items())


def test_weights_that_overflow_are_named(bundle_with: BuildBundle, tiny_lora: Mapping[str, torch.Tensor]) -> None:
    """A LoRA that is finite itself may leave float16's range."""
    first = min(key for key in tiny_lora if key.endswith("lora_up.weight"))
    bundle = bundle_with(lora={**tiny_lora, first: tiny_lora[first] * 1e9})
    assert bundle.lora is not None
    with pytest.raises(BundleError, match=r"NaN or infinity of the base's weights in 1 modules: unet\.down_blocks"):
        fuse_lora(load_base(bundle, BFLOAT16), bundle.file(bundle.lora.file), bundle.lora)


def test_a_module_that_was_not_trained_changes_nothing(
    bundle_with: BuildBundle, tiny_lora: Mapping[str, torch.Tensor]
) -> None:
    """Its weight stays to the bit, and the others are fused."""
    first = min(key for key in tiny_lora if key.endswith("lora_up.weight"))
    bundle = bundle_with(lora={**tiny_lora, first: torch.zeros_like(tiny_lora[first])})
    assert bundle.lora is not None
    pipe = load_base(bundle, FLOAT32)
    before = {name: weight.clone() for name, weight in component_weights({"unet": pipe.unet}).items()}
    n_modules = sum(key.endswith("lora_up.weight") for key in tiny_lora)
    assert fuse_lora(pipe, bundle.file(bundle.lora.file), bundle.lora) == n_modules - 1
    after = component_weights({"unet": pipe.unet})
    assert sum(not torch.equal(after[name], weight) for name, weight in before.items()) == n_modules - 1
    assert torch.equal(after["unet.down_blocks.0.resnets.0.conv2"], before["unet.down_blocks.0.resnets.0.conv2"])


def test_changes_smaller_than_a_rounding_are_no_error(
    bundle_with: BuildBundle, tiny_lora: Mapping[str, torch.Tensor]
) -> None:
    """A LoRA of a few steps may leave a weight of float16 as it is, which is then right."""
    ups = {key: tensor * 1e-9 for key, tensor in tiny_lora.items() if key.endswith("lora_up.weight")}
    bundle = bundle_with(lora={**tiny_lora, **ups})
    assert bundle.lora is not None
    assert fuse_lora(load_base(bundle, BFLOAT16), bundle.file(bundle.lora.file), bundle.lora) == len(ups)


def test_only_layers_that_a_lora_can_change_are_listed() -> None:
    """Linear layers and convolutions by component and name; norms and embeddings have no place for a product."""
    network = torch.nn.ModuleDict(
        {
            "linear": torch.nn.Linear(2, 3),
            "conv": torch.nn.Conv2d(2, 3, 3),
            "norm": torch.nn.GroupNorm(1, 2),
            "words": torch.nn.Embedding(4, 2),
        }
    )
    weights = component_weights({"unet": network})
    assert {name: tuple(weight.shape) for name, weight in weights.items()} == {
        "unet.linear": (3, 2),
        "unet.conv": (3, 2, 3, 3),
    }


@given(st.sampled_from([torch.float32, torch.float16, torch.bfloat16]), st.integers(1, 40), st.integers(0, 39))
@settings(deadline=None)
def test_a_checksum_sees_the_smallest_change(dtype: torch.dtype, size: int, place: int) -> None:
    """One unit in the last place of one number, also of a weight that is a part of a larger one."""
    whole = torch.linspace(1, 2, size + 3).to(dtype)
    weight = whole[3:]
    before = int(fusing._checksum(weight))
    weight[place % size] = torch.nextafter(weight[place % size], torch.tensor(9.0, dtype=dtype))
    assert int(fusing._checksum(weight)) != before


def test_products_have_all_digits_and_the_setting_comes_back(tiny_bundle: Bundle) -> None:
    """A process that chose TF32 for its own work keeps it, and the LoRA is added without it."""
    assert tiny_bundle.lora is not None
    torch.set_float32_matmul_precision("medium")
    try:
        with fusing._full_float32():
            assert torch.get_float32_matmul_precision() == "highest"
        fuse_lora(load_base(tiny_bundle, FLOAT32), tiny_bundle.file(tiny_bundle.lora.file), tiny_bundle.lora)
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision("highest")
