from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.conftest import FLOAT32
from tests.model.spellings import ROWS, example

from plitka.model.bundle import Bundle
from plitka.model.formats import (
    BUNDLED,
    COMPONENTS,
    LAYOUTS,
    ROLES,
    Layout,
    recognise_layouts,
    spellings,
    split_key,
)
from plitka.model.fusing import component_weights
from plitka.model.pipeline import load_base
from plitka.model.sdxl_names import stability_names

BLOCK = "down_blocks.1.attentions.0.transformer_blocks.0"


def keys_of(name: str) -> list[str]:
    """The keys of a file as a writer of `spellings` spells them, without those of embeddings."""
    _, spelt_file = example(ROWS[name])
    return [key for key in spelt_file.tensors if not key.startswith(BUNDLED)]


@pytest.fixture(scope="module")
def modules(tiny_bundle: Bundle) -> list[str]:
    """Canonical names of all modules of a base that a LoRA may change."""
    pipe = load_base(tiny_bundle, FLOAT32)
    return list(component_weights({component: getattr(pipe, component) for component in COMPONENTS}))


@pytest.mark.parametrize("name", ROWS)
def test_every_key_of_every_writer_is_split_into_module_and_role(name: str) -> None:
    """What is left of the ending is a spelling, and both matrices of a module have the same one."""
    split = [split_key(key) for key in keys_of(name)]
    assert None not in split
    roles: dict[str, set[str]] = {}
    for module, role in filter(None, split):
        roles.setdefault(module, set()).add(role)
    assert roles
    assert all({"down", "up"} <= found for found in roles.values())
    assert not any(module.endswith((".weight", ".lora", ".lora_linear_layer")) for module in roles)


@given(st.sampled_from(sorted(ROLES)), st.from_regex(r"[a-z_]+(\.[a-z0-9_]+){0,4}", fullmatch=True))
def test_a_key_is_its_module_and_its_ending(ending: str, module: str) -> None:
    """The longest ending counts: `lora.down.weight` is not `down.weight` of a module `x.lora`."""
    found = split_key(f"{module}.{ending}")
    assert found is not None
    name, role = found
    longest = max((known for known in ROLES if f"{module}.{ending}".endswith(f".{known}")), key=len)
    assert f"{name}.{longest}" == f"{module}.{ending}"
    assert role == ROLES[longest]


@pytest.mark.parametrize("key", ["unet.conv_in.weight", "clip_l", "alpha", "unet.x.lora_A", "unet.x.hada_w1_a"])
def test_a_key_without_a_known_ending_is_none(key: str) -> None:
    """It is refused by whoever reads the file."""
    assert split_key(key) is None


def spelt(layout: Layout, modules: list[str]) -> dict[str, str]:
    """Canonical names by the spellings of one layout, of the modules that it can name."""
    own = [name.removeprefix(f"{layout.component}.") for name in modules if name.startswith(f"{layout.component}.")]
    stability = stability_names(own)
    return {
        f"{layout.prefix}{spelled}": f"{layout.component}.{name}"
        for name in own
        if (spelled := layout.naming.spell(name, stability)) is not None
    }


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: f"{layout.producer}, {layout.component}")
def test_a_layout_spells_no_two_modules_alike(modules: list[str], layout: Layout) -> None:
    """Each spelling leads back to its module, also in the table of all layouts, where a later one could hide it."""
    own = spelt(layout, modules)
    assert len(own) == len(set(own.values())) > 0
    table = spellings(modules)
    assert {spelled: table[spelled] for spelled in own} == own


def test_every_module_can_be_spelt(modules: list[str]) -> None:
    """No layer of a base is out of a LoRA's reach, and nothing is named that the base does not have."""
    assert set(spellings(modules).values()) == set(modules)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: f"{layout.producer}, {layout.component}")
def test_a_writer_is_recognised_by_the_keys_that_it_writes(modules: list[str], layout: Layout) -> None:
    """Every key is told as its writer's, or as that of another who writes the very same key."""
    for spelled in spelt(layout, modules):
        alike = {row.producer for row in LAYOUTS if spelled in spelt_names(row, modules)}
        (found,) = recognise_layouts([f"{spelled}.lora_down.weight"])
        assert found in alike, spelled


@cache
def _spelt_names(layout: Layout, modules: tuple[str, ...]) -> frozenset[str]:
    return frozenset(spelt(layout, list(modules)))


def spelt_names(layout: Layout, modules: list[str]) -> frozenset[str]:
    """The spellings of one layout."""
    return _spelt_names(layout, tuple(modules))


def test_the_most_frequent_writer_comes_first() -> None:
    """Files mix prefixes, and the largest part says who wrote them."""
    unet = [f"unet.{BLOCK}.attn1.{part}.lora_A.weight" for part in ("to_q", "to_k", "to_v")]
    first = ["lora_te1_text_model_encoder_layers_0_mlp_fc1.lora_down.weight"]
    assert recognise_layouts([*first, *unet]) == ["diffusers, SimpleTuner", "kohya sd-scripts, OneTrainer"]
    assert recognise_layouts(["x.lora_A.weight", "y"]) == []
