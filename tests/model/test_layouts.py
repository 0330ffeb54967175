"""Every layout of SDXL LoRA files, fused into networks with SDXL's own block names."""

import copy
import importlib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from tests.model import spellings as spell
from tests.model.conftest import FLOAT32
from tests.model.spellings import RANK, ROWS, Row

from plitka.model.bundle import Bundle
from plitka.model.formats import COMPONENTS
from plitka.model.fusing import component_weights, fuse_lora
from plitka.model.library_imports import quiet_libraries
from plitka.model.parts import LoraPart
from plitka.model.pipeline import load_base

STRENGTH = 0.7


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


@pytest.fixture(scope="module")
def before(pristine: Any) -> dict[str, torch.Tensor]:  # noqa: ANN401
    """All weights in float64, before anything is fused."""
    return weights_of(pristine)


@dataclass(frozen=True)
class Case:
    """A row's file, and what its formula makes of the weights."""

    row: Row
    path: Path
    changed: frozenset[str]
    after: Mapping[str, torch.Tensor]


@pytest.fixture(scope="module", params=ROWS)
def case(
    request: pytest.FixtureRequest, before: Mapping[str, torch.Tensor], tmp_path_factory: pytest.TempPathFactory
) -> Case:
    """Of one layout, for plitka and for stock diffusers."""
    row = ROWS[request.param]
    changes = learn(before, row)
    path = save(row.write(changes), tmp_path_factory.mktemp("lora"))
    after = {name: formula(weight, changes.get(name)) for name, weight in before.items()}
    return Case(row, path, frozenset(changes), after)


def restore(pipe: Any, before: Mapping[str, torch.Tensor]) -> None:  # noqa: ANN401
    """Put all weights back, which is quicker than a copy of the networks for each layout."""
    networks = {component: getattr(pipe, component) for component in COMPONENTS}
    with torch.no_grad():
        for weight, former in zip(component_weights(networks).values(), before.values(), strict=True):
            weight.copy_(former)


@pytest.fixture
def plain(pristine: Any, before: Mapping[str, torch.Tensor]) -> Iterator[Any]:  # noqa: ANN401
    """The pipeline, for what changes nothing but weights."""
    yield pristine
    restore(pristine, before)


class Stock:
    """A copy of the pipeline that stock diffusers puts its layers into and takes them out of."""

    def __init__(self, pristine: Any) -> None:  # noqa: ANN401
        self.pristine = pristine
        self.pipe: Any = None

    def verdict(self, case: Case, before: Mapping[str, torch.Tensor]) -> str:
        """Of a layout; where it raised and left layers of its own, the next one has another copy."""
        if self.pipe is None:
            networks = {component: copy.deepcopy(getattr(self.pristine, component)) for component in COMPONENTS}
            with quiet_libraries():
                self.pipe = type(self.pristine)(**self.pristine.components | networks, add_watermarker=False)
        verdict = stock_verdict(self.pipe, case.path, before, case.after)
        if any(getattr(getattr(self.pipe, component), "peft_config", None) for component in COMPONENTS):
            self.pipe = None
        else:
            restore(self.pipe, before)
        return verdict


@pytest.fixture(scope="module")
def stock(pristine: Any) -> Stock:  # noqa: ANN401
    """One for all layouts."""
    return Stock(pristine)


def test_every_layout_is_fused_as_the_formula_says(
    plain: Any,  # noqa: ANN401
    before: Mapping[str, torch.Tensor],
    case: Case,
) -> None:
    """Every weight of all three networks is W + strength * alpha/rank * B A, or untouched."""
    assert fuse_lora(plain, case.path, LoraPart(file="", strength=STRENGTH)) == len(case.changed) > 0
    for module, weight in weights_of(plain).items():
        assert torch.allclose(weight, case.after[module], rtol=2e-7, atol=1e-7), module
        assert torch.equal(weight, before[module]) == (module not in case.changed)


def test_what_stock_diffusers_makes_of_a_layout(stock: Stock, before: Mapping[str, torch.Tensor], case: Case) -> None:
    """The column `stock` is what diffusers' own loader does today."""
    assert stock.verdict(case, before) == case.row.stock
