"""What comes of a run, as files."""

from dataclasses import replace
from pathlib import Path

import torch
from safetensors import safe_open

from plitka.model.bundle import Bundle, load_bundle
from plitka.model.lora import LoraModule
from plitka.model.trained_files import Learnt, header_facts, trained_bundle, write_bundle, write_learnt

MODULES = {"unet.mid_block.resnets.0.conv2": LoraModule(torch.ones(2, 3, 3, 3), torch.ones(3, 2, 1, 1), 0.5)}
LEARNT = Learnt(modules=MODULES, rows=[torch.ones(2, 3), torch.ones(2, 5)], facts={"a": "b"})


def keys_of(path: Path) -> set[str]:
    """Of a file's tensors."""
    with safe_open(path, "pt") as file:
        return set(file.keys())


def test_a_bundle_has_the_base_and_what_was_learnt(tiny_bundle: Bundle, tmp_path: Path) -> None:
    """Not the base's LoRA; written again it is the same."""
    bundle = trained_bundle(tiny_bundle, tmp_path / "own", "own", tiny_bundle.style)
    write_learnt(LEARNT, bundle, tmp_path / "best")
    for _ in range(2):
        written = write_bundle(tiny_bundle, bundle, tmp_path / "best")
        assert load_bundle(tmp_path / "own") == written
    written.verify()
    assert written.lora is not None
    assert written.lora.strength == 1
    base = {name for name in tiny_bundle.files if name.startswith("base/")}
    assert set(written.files) == base | {"own_sdxl_lora.safetensors", "own_sdxl_embeddings.safetensors"}
    assert (tmp_path / "own/peft/pytorch_lora_weights.safetensors").is_file()


def test_a_dora_is_in_pefts_layout_in_both_places(tiny_bundle: Bundle, tmp_path: Path) -> None:
    """Kohya's is read by diffusers as a plain LoRA."""
    bundle = trained_bundle(tiny_bundle, tmp_path, "own", tiny_bundle.style)
    (name, module), lengths = next(iter(MODULES.items())), torch.ones(3, 1, 1, 1)
    dora = replace(LEARNT, modules={name: replace(module, magnitude=lengths)})
    for learnt, ends in ((LEARNT, {"weight", "alpha"}), (dora, {"weight", "lora_magnitude_vector"})):
        write_learnt(learnt, bundle, tmp_path)
        assert {key.rpartition(".")[2] for key in keys_of(tmp_path / "own_sdxl_lora.safetensors")} == ends
        assert all(".lora_" in key for key in keys_of(tmp_path / "peft/pytorch_lora_weights.safetensors"))


def test_headers_say_what_a_file_is(tiny_bundle: Bundle) -> None:
    """By modelspec's names."""
    told = header_facts(tiny_bundle, "tile <s0>", "v_prediction", 512, {"steps": 3})
    assert told["modelspec.trigger_phrase"] == "tile <s0>"
    assert told["modelspec.prediction_type"] == "v"
    assert told["modelspec.resolution"] == "512x512"
    assert told["plitka.train"] == '{"steps": 3}'
