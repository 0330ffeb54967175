"""What comes of a run: its LoRA and tokens in kohya's layout and in PEFT's, and a bundle of them with the base."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from plitka.core.recipes.recipe import PromptStyle
from plitka.model.adapter_files import embedding_tensors, kohya_tensors, peft_tensors, write_tensors
from plitka.model.bundle import Bundle, write_manifest
from plitka.model.bundle_builder import link_file
from plitka.model.lora import LoraModule
from plitka.model.parts import EmbeddingsPart, LoraPart

PEFT_FOLDER = "peft"
_PEFT_LORA = "pytorch_lora_weights.safetensors"
"""As diffusers' `load_lora_weights` looks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What a run has come to."""

    modules: Mapping[str, LoraModule]
    """By component and diffusers' names; what the base's own LoRA does is in them."""
    rows: Sequence[torch.Tensor]
    """(n, width) of the first and the second encoder."""
    facts: Mapping[str, str]
    """For the headers of the files."""

    @property
    def is_dora(self) -> bool:
        """Whether magnitudes were learnt, which kohya's layout loses in diffusers."""
        return any(module.magnitude is not None for module in self.modules.values())


def trained_bundle(base: Bundle, folder: Path, name: str, style: PromptStyle, names: Sequence[str] = ()) -> Bundle:
    """What the bundle of a run on a base will be, with rows for the style's tokens and names; nothing is written."""
    return replace(
        base,
        folder=folder,
        name=name,
        lora=LoraPart(file=f"{name}_sdxl_lora.safetensors", strength=1.0),
        embeddings=EmbeddingsPart(file=f"{name}_sdxl_embeddings.safetensors", tokens=style.tokens, names=tuple(names)),
        style=style,
        files={},
    )


def write_learnt(learnt: Learnt, bundle: Bundle, folder: Path) -> None:
    """The LoRA and the tokens, under the names that the bundle has for them, and in `peft/` for diffusers.

    A DoRA is in PEFT's layout in both places: no other one keeps it.
    """
    assert bundle.lora is not None
    assert bundle.embeddings is not None
    (folder / PEFT_FOLDER).mkdir(parents=True, exist_ok=True)
    peft = peft_tensors(learnt.modules)
    write_tensors(folder / PEFT_FOLDER / _PEFT_LORA, peft, learnt.facts)
    write_tensors(folder / bundle.lora.file, peft if learnt.is_dora else kohya_tensors(learnt.modules), learnt.facts)
    write_tensors(folder / bundle.embeddings.file, embedding_tensors(learnt.rows), learnt.facts)


def write_bundle(base: Bundle, bundle: Bundle, learnt_in: Path) -> Bundle:
    """The bundle in its folder, in which other files may lie: the base's files are linked where the disk allows it.

    Args:
        base: what was gone on from.
        bundle: as `trained_bundle` gives it.
        learnt_in: the folder of `write_learnt`.
    """
    assert bundle.lora is not None
    assert bundle.embeddings is not None
    replaced = {part.file for part in (base.lora, base.embeddings) if part is not None}
    for name in base.files.keys() - replaced:
        _place(base.file(name), bundle.folder / name)
    for name in (bundle.lora.file, bundle.embeddings.file, f"{PEFT_FOLDER}/{_PEFT_LORA}"):
        _place(learnt_in / name, bundle.folder / name)
    return write_manifest(bundle)


def _place(source: Path, target: Path) -> None:
    """As `link_file`, also where a run before this one has put something."""
    target.unlink(missing_ok=True)
    link_file(source, target)


def header_facts(
    bundle: Bundle, trigger: str, prediction: str, size_px: int, run: Mapping[str, object]
) -> dict[str, str]:
    """What the headers of a run's files say, by the names of Stability's modelspec and by ours."""
    return {
        "modelspec.sai_model_spec": "1.0.1",
        "modelspec.architecture": "stable-diffusion-xl-v1-base/lora",
        "modelspec.implementation": "https://github.com/huggingface/diffusers",
        "modelspec.title": bundle.name,
        "modelspec.license": bundle.licence,
        "modelspec.resolution": f"{size_px}x{size_px}",
        "modelspec.trigger_phrase": trigger,
        "modelspec.prediction_type": "v" if prediction == "v_prediction" else prediction,
        "plitka.train": json.dumps(run, sort_keys=True),
    }
