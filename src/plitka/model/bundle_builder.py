"""Build a bundle from a user's own files, after every check that does not need the base's weights.

The bundle is assembled in a temporary folder beside its place and renamed into it, so a refused file leaves nothing
behind. A base on this disk is hard-linked, not copied: it has gigabytes, and if the original is changed later the
bundle's hash no longer matches.
"""

import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from plitka.core.recipes.recipe import V45
from plitka.errors import BundleError, InputError, MissingFile
from plitka.model.base_shapes import BaseShapes, check_single_file, read_base_shapes
from plitka.model.bundle import (
    MAX_STRENGTH,
    NAME_PATTERN,
    Bundle,
    EmbeddingsPart,
    FileBase,
    HubBase,
    LocalBase,
    LoraPart,
    list_bundles,
    load_bundle,
    models_folder,
    write_manifest,
)
from plitka.model.embeddings import has_bundled, name_tokens, read_embeddings
from plitka.model.hub import base_patterns, config_patterns, fetch_configs
from plitka.model.integrity import WEIGHT_ENDINGS, check_content
from plitka.model.lora import read_lora
from plitka.model.provenance import trace_lora
from plitka.model.textual_inversion import refuse_known_tokens, refuse_split_tokens

SDXL_HUB = "stabilityai/stable-diffusion-xl-base-1.0"
SDXL_REVISION = "462165984030d82259a11f4367a4eed129e94a7b"
"""Whose configurations a single file is read with: SDXL checkpoints bring none of their own."""
_BASE_FOLDER = "base"
_ADAPTER_CONFIG = "adapter_config.json"
_FP16_UNET = "unet/diffusion_pytorch_model.fp16.safetensors"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleParts:
    """The files and choices that a bundle is built from.

    Raises:
        InputError: the strength is out of range, or the name has other characters than a folder's.
    """

    name: str
    base: str
    """A hub id, a folder in hub layout or a safetensors file."""
    lora: Path | None = None
    embeddings: Path | None = None
    """None also for a LoRA file that contains them."""
    strength: float = 1.0
    """0..2."""
    trigger: str = V45.trigger
    """The word before the tokens in every prompt."""
    revision: str | None = None
    """Of a base on the hub; None for the newest commit."""
    config: str | None = None
    """For a base in one file: a folder or hub id with its configurations; None for SDXL's own."""
    licence: str = "unstated"

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= MAX_STRENGTH:
            raise InputError(
                "{name} must lie in {low}..{high}, not {value}",
                name="strength",
                low=0,
                high=MAX_STRENGTH,
                value=self.strength,
            )
        if not re.fullmatch(NAME_PATTERN, self.name):
            raise InputError(
                "a model's name has letters, digits, dots, hyphens and underscores only, unlike {name!r}",
                name=self.name,
            )


def add_bundle(parts: BundleParts) -> Bundle:
    """Check a user's files against each other and write them as a bundle under the models folder.

    Raises:
        InputError: there is a model of that name already.
        BundleError: a file is missing, damaged, of another kind, or does not fit the others.
    """
    target = models_folder() / parts.name
    _refuse_taken(parts.name, target)
    _refuse_missing(parts)
    base, configs = _locate_base(parts)
    shapes = read_base_shapes(configs, is_one_file=isinstance(base, FileBase))
    if isinstance(base, FileBase):
        check_single_file(Path(parts.base), shapes)
    lora, embeddings = _check_lora(parts, shapes), _check_embeddings(parts, shapes)
    bundle = Bundle(
        folder=target,
        name=parts.name,
        licence=parts.licence,
        base=base,
        lora=lora,
        embeddings=embeddings,
        style=replace(V45, trigger=parts.trigger),
    )
    _write(parts, bundle, configs)
    return load_bundle(target)


def _refuse_taken(name: str, target: Path) -> None:
    """A model is never written over, a shipped one's name included."""
    taken = list_bundles().get(name, target)
    if taken.exists():
        raise InputError("{path} is already there; choose another name, or remove that folder", path=taken)


def _refuse_missing(parts: BundleParts) -> None:
    for path in (parts.lora, parts.embeddings):
        if path is not None and not path.is_file():
            raise MissingFile("{path} is not there; name a safetensors file", path=path)


def _write(parts: BundleParts, bundle: Bundle, configs: Path) -> None:
    """The files and the manifest, complete in their place or not at all."""
    target = bundle.folder
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".adding-") as scratch:
        folder = Path(scratch) / bundle.name
        _place_files(parts, bundle.base, configs, folder)
        write_manifest(replace(bundle, folder=folder))
        folder.rename(target)


def _locate_base(parts: BundleParts) -> tuple[LocalBase | HubBase | FileBase, Path]:
    """How the manifest will name the base, and where its configurations are now."""
    path = Path(parts.base)
    if path.is_dir():
        variant = "fp16" if (path / _FP16_UNET).is_file() else ""
        return LocalBase(path=_BASE_FOLDER, variant=variant), path
    if path.is_file():
        check_content(path)
        config = Path(parts.config or "")
        configs = config if parts.config and config.is_dir() else fetch_configs(*_config_commit(parts.config))
        return FileBase(file=f"{_BASE_FOLDER}{path.suffix}", path=_BASE_FOLDER), configs
    if parts.base.count("/") != 1 or path.suffix in WEIGHT_ENDINGS:
        raise MissingFile(
            "the base {path} is not there; name a folder, a safetensors file, or a hub id such as {example}",
            path=parts.base,
            example=SDXL_HUB,
        )
    configs = fetch_configs(parts.base, parts.revision)
    return HubBase(hub=parts.base, revision=configs.name), configs


def _config_commit(config: str | None) -> tuple[str, str | None]:
    """The repository and revision of a single file's configurations."""
    return (config, None) if config else (SDXL_HUB, SDXL_REVISION)


def _check_lora(parts: BundleParts, shapes: BaseShapes) -> LoraPart | None:
    """The manifest's table for a LoRA that fits the base, under the name that it gets in the bundle."""
    if parts.lora is None:
        return None
    lora = LoraPart(file=_lora_name(parts), strength=parts.strength, alpha=_adapter_alpha(parts.lora))
    read_lora(parts.lora, shapes.weights, lora.alpha)
    return lora


def _check_embeddings(parts: BundleParts, shapes: BaseShapes) -> EmbeddingsPart | None:
    """The same for embeddings, which may lie in the LoRA's file, and whose tokens are new to both tokenizers."""
    path = parts.embeddings
    if path is None and parts.lora is not None and has_bundled(parts.lora):
        path = parts.lora
    if path is None:
        return None
    check_content(path)
    tokens = name_tokens(path)
    read_embeddings(path, len(tokens), shapes.width_l, shapes.width_g)
    for tokenizer in shapes.tokenizers:
        refuse_known_tokens(tokenizer, tokens, path)
        tokenizer.add_tokens(list(tokens))
        refuse_split_tokens(tokenizer, tokens, path)
    return EmbeddingsPart(file=_lora_name(parts) if path == parts.lora else _embeddings_name(parts), tokens=tokens)


def _adapter_alpha(lora: Path) -> float | None:
    """The alpha that PEFT keeps in a file beside the weights; None without such a file or where the LoRA states it."""
    beside = lora.with_name(_ADAPTER_CONFIG)
    if trace_lora(lora).says_alpha or not beside.is_file():
        return None
    try:
        config = json.loads(beside.read_text(encoding="utf-8"))
        alpha, rank = float(config["lora_alpha"]), float(config["r"])
        refused = [key for key in ("alpha_pattern", "rank_pattern") if config.get(key)]
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise BundleError("{path} does not say lora_alpha and r; copy it again", path=beside) from exc
    if refused:
        raise BundleError(
            "{path} sets {keys}, which plitka reads only from a LoRA file; save it with diffusers' save_lora_weights",
            path=beside,
            keys=", ".join(refused),
        )
    return alpha * rank**0.5 if config.get("use_rslora") else alpha


def _place_files(parts: BundleParts, base: LocalBase | HubBase | FileBase, configs: Path, folder: Path) -> None:
    """Copy the small files and link the base's into a new folder."""
    folder.mkdir()
    if parts.lora is not None:
        shutil.copyfile(parts.lora, folder / _lora_name(parts))
    if parts.embeddings is not None:
        shutil.copyfile(parts.embeddings, folder / _embeddings_name(parts))
    if isinstance(base, HubBase):
        return
    patterns = base_patterns(base.variant) if isinstance(base, LocalBase) else config_patterns()
    for source in sorted({path for pattern in patterns for path in configs.glob(pattern)}):
        _link(source, folder / _BASE_FOLDER / source.relative_to(configs))
    if isinstance(base, FileBase):
        _link(Path(parts.base), folder / base.file)


def _link(source: Path, target: Path) -> None:
    """A second name for the same bytes, or a copy where the disk is another."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copyfile(source, target)


def _lora_name(parts: BundleParts) -> str:
    return f"{parts.name}_sdxl_lora.safetensors"


def _embeddings_name(parts: BundleParts) -> str:
    return f"{parts.name}_sdxl_embeddings.safetensors"
