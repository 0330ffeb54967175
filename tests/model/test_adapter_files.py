"""A LoRA and tokens as files."""

import importlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from tests.model.conftest import FLOAT32

from plitka.errors import InputError
from plitka.model.adapter_files import (
    embedding_tensors,
    joined,
    kohya_key,
    kohya_tensors,
    peft_tensors,
    write_tensors,
)
from plitka.model.bundle import Bundle
from plitka.model.formats import COMPONENTS
from plitka.model.fusing import component_weights, fuse_lora
from plitka.model.library_imports import quiet_libraries
from plitka.model.lora import LoraModule, read_lora
from plitka.model.parts import LoraPart
from plitka.model.pipeline import Pipeline, load_base


def base_of(bundle: Bundle) -> Pipeline:
    """The base alone."""
    with quiet_libraries():
        return load_base(bundle, FLOAT32)


def weights_of(pipe: Pipeline) -> dict[str, torch.Tensor]:
    """Of all layers that a LoRA may change."""
    return component_weights({component: getattr(pipe, component) for component in COMPONENTS})


def drawn_modules(pipe: Pipeline, *, rank: int, seed: int, is_dora: bool = False) -> dict[str, LoraModule]:
    """A LoRA of the UNet and of the text encoders' attention."""
    draw = torch.Generator().manual_seed(seed)
    modules = {}
    for name, weight in weights_of(pipe).items():
        if name.endswith(("to_q", "conv2", "_proj")) and (name.startswith("unet") or not is_dora):
            down = torch.randn(rank, *weight.shape[1:], generator=draw)
            up = torch.randn(weight.shape[0], rank, *(1,) * (weight.dim() - 2), generator=draw) / 20
            lengths = 1.25 * torch.linalg.vector_norm(weight.flatten(1), dim=1) if is_dora else None
            magnitude = None if lengths is None else lengths.bfloat16().float().reshape(-1, *(1,) * (weight.dim() - 1))
            modules[name] = LoraModule(down.bfloat16().float(), up.bfloat16().float(), 0.5, magnitude)
    return modules


def fused_by_diffusers(pipe: Pipeline, folder: Path, name: str) -> dict[str, torch.Tensor]:
    """The weights once diffusers' own loader has fused a file."""
    peft = importlib.import_module("peft")  # without it diffusers loads no LoRA
    assert peft
    with quiet_libraries():
        pipe.load_lora_weights(folder, weight_name=name)
        pipe.fuse_lora()
        pipe.unload_lora_weights()
    return {name: weight.detach() for name, weight in weights_of(pipe).items()}


class TestLayouts:
    """`kohya_tensors` and `peft_tensors`."""

    @pytest.mark.parametrize("kind", ["kohya", "peft", "dora"])
    def test_both_loaders_fuse_the_same(self, tiny_bundle: Bundle, tmp_path: Path, kind: str) -> None:
        """Stock diffusers and plitka, of layers with different ranks."""
        pipes = [base_of(tiny_bundle) for _ in range(2)]
        modules = drawn_modules(pipes[0], rank=4, seed=1, is_dora=kind == "dora")
        if kind != "dora":
            some = dict(list(drawn_modules(pipes[0], rank=2, seed=2).items())[::2])
            modules = joined(modules, some, 0.75)
            modules = {
                name: replace(each, down=each.down.bfloat16().float(), up=each.up.bfloat16().float())
                for name, each in modules.items()
            }
        tensors = kohya_tensors(modules) if kind == "kohya" else peft_tensors(modules)
        write_tensors(tmp_path / "lora.safetensors", tensors, {})
        n_fused = fuse_lora(pipes[0], tmp_path / "lora.safetensors", LoraPart(file="lora.safetensors", strength=1.0))
        assert n_fused == len(modules)
        ours, theirs = weights_of(pipes[0]), fused_by_diffusers(pipes[1], tmp_path, "lora.safetensors")
        plain = weights_of(base_of(tiny_bundle))
        for name, weight in ours.items():
            torch.testing.assert_close(theirs[name], weight, atol=2e-5, rtol=1e-4, msg=name)
            assert torch.equal(weight, plain[name]) == (name not in modules)

    def test_alpha_is_written_as_it_is(self) -> None:
        """A whole one as v4's."""
        for alpha, dtype in ((2.0, torch.int64), (0.5, torch.float32)):
            module = LoraModule(torch.ones(4, 3), torch.ones(3, 4), alpha / 4)
            told = kohya_tensors({"unet.mid_block.attn1.to_q": module})["lora_unet_mid_block_attn1_to_q.alpha"]
            assert (told.item(), told.dtype) == (alpha, dtype)

    def test_text_encoders_have_their_own_keys(self) -> None:
        """With the level that transformers has dropped from the first one."""
        assert kohya_key("text_encoder.encoder.layers.0.self_attn.q_proj").startswith("lora_te1_text_model_encoder")
        assert kohya_key("text_encoder_2.text_model.encoder.layers.0.mlp.fc1").startswith("lora_te2_text_model_enc")

    def test_rows_are_named_as_files_name_them(self) -> None:
        """The first encoder's and the second's."""
        tensors = embedding_tensors([torch.ones(2, 3), torch.ones(2, 5)])
        assert {name: (tuple(rows.shape), rows.dtype) for name, rows in tensors.items()} == {
            "clip_l": ((2, 3), torch.bfloat16),
            "clip_g": ((2, 5), torch.bfloat16),
        }

    def test_headers_hold_facts_and_a_hash(self, tmp_path: Path) -> None:
        """The same ones make the same bytes."""
        facts: dict[str, str] = {"b": "1", "a": "2"}
        for name in ("one", "other"):
            write_tensors(tmp_path / name, {"x": torch.ones(2)}, facts)
        assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
        with safe_open(tmp_path / "one", "pt") as file:
            told = file.metadata()
        assert told.pop("modelspec.hash_sha256").startswith("0x")
        assert told == facts


class TestJoined:
    """`joined`."""

    def test_one_does_what_two_did(self, tiny_bundle: Bundle) -> None:
        """Where both change a layer, and where only one does."""
        pipe = base_of(tiny_bundle)
        learnt, before = drawn_modules(pipe, rank=4, seed=1), drawn_modules(pipe, rank=2, seed=2)
        [*_, gone] = learnt
        del learnt[gone]
        whole = joined(learnt, before, 0.7)
        assert set(whole) == set(before)
        for name, module in whole.items():
            expected = 0.7 * before[name].delta() + (learnt[name].delta() if name in learnt else 0)
            torch.testing.assert_close(module.delta(), expected, atol=1e-6, rtol=1e-5)

    def test_a_dora_is_refused_beside_another(self, tiny_bundle: Bundle) -> None:
        """Its lengths are of weights without the other."""
        pipe = base_of(tiny_bundle)
        dora = drawn_modules(pipe, rank=4, seed=1, is_dora=True)
        assert joined(dora, {}, 1.0) == dora
        with pytest.raises(InputError, match="DoRA"):
            joined(dora, drawn_modules(pipe, rank=2, seed=2), 1.0)

    def test_a_bundles_own_lora_is_kept(self, tiny_bundle: Bundle) -> None:
        """As it was at its strength."""
        assert tiny_bundle.lora is not None
        shapes = {name: weight.shape for name, weight in weights_of(base_of(tiny_bundle)).items()}
        before = read_lora(tiny_bundle.file(tiny_bundle.lora.file), shapes)
        whole = joined({}, before, tiny_bundle.lora.strength)
        for name, module in before.items():
            torch.testing.assert_close(whole[name].delta(), tiny_bundle.lora.strength * module.delta())
