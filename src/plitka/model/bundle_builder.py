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
from typing import Any

import structlog

from plitka.core.generation import Defaults
from plitka.core.recipes.recipe import V45
from plitka.errors import BaseUnavailable, BundleError, InputError, MissingFile
from plitka.model.base_facts import BaseFacts, read_base
from plitka.model.base_files import NETWORKS, USUAL_VARIANT, Weights, choose_weights, folder_names
from plitka.model.base_kinds import Distilled, recognise_distilled, refuse_other_file
from plitka.model.base_shapes import (
    BaseShapes,
    check_folder_weights,
    check_single_file,
    check_vae_file,
    read_base_shapes,
)
from plitka.model.bundle import (
    MANIFEST,
    MAX_STRENGTH,
    NAME_PATTERN,
    Bundle,
    list_bundles,
    load_bundle,
    models_folder,
    write_manifest,
)
from plitka.model.embeddings import has_bundled, name_tokens, read_embeddings
from plitka.model.hub import config_patterns, fetch_configs, list_files
from plitka.model.integrity import WEIGHT_ENDINGS, check_content
from plitka.model.lora import read_lora
from plitka.model.noise_marks import refuse_velocity_beside
from plitka.model.parts import Base, EmbeddingsPart, FileBase, HubBase, LocalBase, LoraPart, VaePart
from plitka.model.provenance import trace_lora
from plitka.model.tensor_file import read_header
from plitka.model.textual_inversion import refuse_known_tokens, refuse_split_tokens

log = structlog.get_logger(__name__)

SDXL_HUB = "stabilityai/stable-diffusion-xl-base-1.0"
SDXL_REVISION = "462165984030d82259a11f4367a4eed129e94a7b"
"""Whose configurations a single file is read with: SDXL checkpoints bring none of their own."""
_BASE_FOLDER = "base"
_ADAPTER_CONFIG = "adapter_config.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleParts:
    """The files and choices that a bundle is built from.

    Raises:
        InputError: the strength is out of range, or the name has other characters than a folder's.
    """

    name: str
    base: str
    """A hub id, a folder in hub layout or a safetensors file."""
    vae: Path | None = None
    """An autoencoder in a file of its own; None for the base's."""
    lora: Path | None = None
    embeddings: Path | None = None
    """None also for a LoRA file that contains them."""
    strength: float = 1.0
    """0..2."""
    trigger: str = V45.trigger
    """The word before the tokens in every prompt."""
    revision: str | None = None
    """Of a base on the hub; None for the newest commit."""
    variant: str | None = None
    """Of the weights of a base in a folder or on the hub, empty for files without one; None for the usual."""
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


@dataclass(frozen=True, slots=True)
class _Located:
    """A base where it is now."""

    base: Base
    configs: Path
    file: Path | None = None
    """Of a base in one file."""
    weights: dict[str, Weights] | None = None
    """Of a base in a folder."""


def add_bundle(parts: BundleParts) -> Bundle:
    """Check a user's files against each other and write them as a bundle under the models folder.

    Raises:
        InputError: there is a model of that name already.
        BundleError: a file is missing, damaged, of another kind, or does not fit the others.
    """
    target = models_folder() / parts.name
    _refuse_taken(parts.name, target)
    _refuse_missing(parts)
    _refuse_bundle(Path(parts.base))
    found = _locate_base(parts)
    facts = read_base(found.configs, found.file)
    if found.file is not None:
        refuse_velocity_beside(found.file, facts.schedule)
    shapes = read_base_shapes(facts)
    _check_weights(parts, found, facts, shapes)
    distilled = _recognise(parts, facts)
    bundle = Bundle(
        folder=target,
        name=parts.name,
        licence=parts.licence,
        base=replace(found.base, distilled=distilled.method if distilled else ""),
        vae=VaePart(file=_vae_name(parts)) if parts.vae else None,
        lora=_check_lora(parts, shapes),
        embeddings=_check_embeddings(parts, shapes),
        style=replace(V45, trigger=parts.trigger),
        defaults=Defaults(steps=distilled.steps, guidance=distilled.guidance) if distilled else Defaults(),
    )
    _write(parts, bundle, found)
    return load_bundle(target)


def _check_weights(parts: BundleParts, found: _Located, facts: BaseFacts, shapes: BaseShapes) -> None:
    """Hold the headers of the base's weights, and of an autoencoder beside it, against the configurations."""
    if found.file is not None:
        check_single_file(found.file, facts, shapes, needs_vae=parts.vae is None)
    if found.weights is not None:
        check_folder_weights(facts, shapes, found.weights)
    if parts.vae is not None:
        check_vae_file(parts.vae, facts, shapes)


def _recognise(parts: BundleParts, facts: BaseFacts) -> Distilled | None:
    """What the base was distilled by, whose steps and guidance become the bundle's."""
    name = Path(parts.base).stem if facts.header else parts.base.rstrip("/").split("/")[-1]
    metadata = facts.header.metadata if facts.header else {}
    found = recognise_distilled(name, facts.scheduler, facts.configs["unet"], metadata)
    if found is not None:
        log.warning("distilled_base", method=found.method, steps=found.steps, guidance=found.guidance)
    return found


def _refuse_taken(name: str, target: Path) -> None:
    """A model is never written over, a shipped one's name included."""
    taken = list_bundles().get(name, target)
    if taken.exists():
        raise InputError("{path} is already there; choose another name, or remove that folder", path=taken)


def _refuse_bundle(base: Path) -> None:
    if (base / MANIFEST).is_file():
        raise BundleError(
            "{path} is a model already; name its folder with {option}, or move it into {folder}",
            path=base,
            option="--model",
            folder=models_folder(),
        )


def _refuse_missing(parts: BundleParts) -> None:
    for path in (parts.vae, parts.lora, parts.embeddings):
        if path is not None and not path.is_file():
            raise MissingFile("{path} is not there; name a safetensors file", path=path)


def _write(parts: BundleParts, bundle: Bundle, found: _Located) -> None:
    """The files and the manifest, complete in their place or not at all."""
    target = bundle.folder
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".adding-") as scratch:
        folder = Path(scratch) / bundle.name
        _place_files(parts, found, folder)
        write_manifest(replace(bundle, folder=folder))
        folder.rename(target)


def _locate_base(parts: BundleParts) -> _Located:
    """How the manifest will name the base, and where it is now."""
    path = Path(parts.base)
    if path.is_dir():
        weights = choose_weights(folder_names(path), path, parts.variant, _needed(parts))
        return _Located(LocalBase(path=_BASE_FOLDER, **_variants(weights)), path, weights=weights)
    if path.is_file():
        return _locate_file(parts, path)
    if not re.fullmatch(f"{NAME_PATTERN}/{NAME_PATTERN}", parts.base) or path.suffix in WEIGHT_ENDINGS:
        raise MissingFile(
            "the base {path} is not there; name a folder, a safetensors file, or a hub id such as {example}",
            path=parts.base,
            example=SDXL_HUB,
        )
    configs = fetch_configs(parts.base, parts.revision)
    variants = _hub_variants(parts, configs)
    return _Located(HubBase(hub=parts.base, revision=configs.name, **variants), configs)


def _locate_file(parts: BundleParts, path: Path) -> _Located:
    if parts.variant is not None:
        raise InputError(
            "{path} is one file, and variants are of bases in several; leave {name} out", path=path, name="--variant"
        )
    check_content(path)
    refuse_other_file(path, read_header(path))  # before anything is fetched for it
    base = FileBase(file=f"{_BASE_FOLDER}{path.suffix}", path=_BASE_FOLDER)
    return _Located(base, _configs_of_file(path, parts.config), file=path)


def _configs_of_file(path: Path, asked: str | None) -> Path:
    """The folder of a single file's configurations and vocabularies, which it lacks."""
    if asked and Path(asked).is_dir():
        return Path(asked)
    try:
        return fetch_configs(*_config_commit(asked))
    except BaseUnavailable as error:
        raise BaseUnavailable(
            "{path} brings no configurations and vocabularies of its own; name a folder that has them with {name}, "
            "since {reason}",
            path=path,
            name="--config",
            reason=error,
        ) from error


def _needed(parts: BundleParts) -> list[str]:
    """The networks whose weights the base has to bring."""
    return [part for part in NETWORKS if part != "vae" or parts.vae is None]


def _hub_variants(parts: BundleParts, configs: Path) -> dict[str, Any]:
    """What to fetch of a base on the hub; where the hub cannot be asked, by what is in the cache."""
    names = list_files(parts.base, configs.name)
    if names is None:
        names = folder_names(configs)
        if not any(name.endswith(".safetensors") for name in names):
            log.warning("variants_unknown", base=parts.base, taken=parts.variant or USUAL_VARIANT)
            return {"variant": USUAL_VARIANT if parts.variant is None else parts.variant}
    return _variants(choose_weights(names, parts.base, parts.variant, _needed(parts)))


def _variants(weights: dict[str, Weights]) -> dict[str, Any]:
    """The manifest's keys: the UNet's variant, and those of networks that have another."""
    usual = weights["unet"].variant
    others = {part: one.variant for part, one in weights.items() if one.variant != usual}
    return {"variant": usual, "variants": others}


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
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as exc:
        raise BundleError("{path} does not say lora_alpha and r; copy it again", path=beside) from exc
    if refused:
        raise BundleError(
            "{path} sets {keys}, which plitka reads only from a LoRA file; save it with diffusers' save_lora_weights",
            path=beside,
            keys=", ".join(refused),
        )
    return alpha * rank**0.5 if config.get("use_rslora") else alpha


def _place_files(parts: BundleParts, found: _Located, folder: Path) -> None:
    """Copy the small files and link the base's into a new folder."""
    folder.mkdir()
    for path, name in (
        (parts.lora, _lora_name(parts)),
        (parts.embeddings, _embeddings_name(parts)),
    ):
        if path is not None:
            shutil.copyfile(path, folder / name)
    if parts.vae is not None:
        link_file(parts.vae, folder / _vae_name(parts))
    if isinstance(found.base, HubBase):
        return
    configs = {path for pattern in config_patterns() for path in found.configs.glob(pattern) if path.is_file()}
    weights = {found.configs / name for one in (found.weights or {}).values() for name in one.files}
    for source in sorted(configs | weights):
        link_file(source, folder / _BASE_FOLDER / source.relative_to(found.configs))
    if isinstance(found.base, FileBase):
        link_file(Path(parts.base), folder / found.base.file)


def link_file(source: Path, target: Path) -> None:
    """A second name for the same bytes, or a copy where the disk is another."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copyfile(source, target)


def _lora_name(parts: BundleParts) -> str:
    return f"{parts.name}_sdxl_lora.safetensors"


def _vae_name(parts: BundleParts) -> str:
    return f"{parts.name}_vae.safetensors"


def _embeddings_name(parts: BundleParts) -> str:
    return f"{parts.name}_sdxl_embeddings.safetensors"
