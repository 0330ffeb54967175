"""A user's own files made into a bundle, after all that can be checked without loading the base's weights.

The bundle is put together beside its place and renamed into it, so a refused file leaves nothing behind. A base
on this disk is linked, not copied: it has gigabytes, and a link that is written through fails its hash.
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
from plitka.model.base_shapes import Outline, check_single_file, outline_base
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
class Intake:
    """What a user has, and what to call it."""

    name: str
    base: str
    """A hub id, a folder in hub layout or a safetensors file."""
    lora: Path | None = None
    embeddings: Path | None = None
    """Left out for a LoRA file that brings them."""
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


def add_bundle(intake: Intake) -> Bundle:
    """Check a user's files against each other and write them as a bundle under the models folder.

    Raises:
        InputError: the name or the strength cannot be.
        BundleError: a file is missing, damaged, foreign, or does not fit the others.
    """
    target = models_folder() / intake.name
    taken = list_bundles().get(intake.name, target)
    if taken.exists():
        raise InputError("{path} is already there; choose another name, or remove that folder", path=taken)
    for path in (intake.lora, intake.embeddings):
        if path is not None and not path.is_file():
            raise MissingFile("{path} is not there; name a safetensors file", path=path)
    base, configs = _locate_base(intake)
    outline = outline_base(configs, is_one_file=isinstance(base, FileBase))
    if isinstance(base, FileBase):
        check_single_file(Path(intake.base), outline)
    lora, embeddings = _check_parts(intake, outline)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".adding-") as scratch:
        folder = Path(scratch) / intake.name
        _lay_files(intake, base, configs, folder)
        bundle = Bundle(
            folder=folder,
            name=intake.name,
            licence=intake.licence,
            base=base,
            lora=lora,
            embeddings=embeddings,
            style=replace(V45, trigger=intake.trigger),
        )
        write_manifest(bundle)
        folder.rename(target)
    return load_bundle(target)


def _locate_base(intake: Intake) -> tuple[LocalBase | HubBase | FileBase, Path]:
    """How the manifest will name the base, and where its configurations are now."""
    path = Path(intake.base)
    if path.is_dir():
        variant = "fp16" if (path / _FP16_UNET).is_file() else ""
        return LocalBase(path=_BASE_FOLDER, variant=variant), path
    if path.is_file():
        check_content(path)
        config = Path(intake.config or "")
        configs = config if intake.config and config.is_dir() else fetch_configs(*_config_commit(intake.config))
        return FileBase(file=f"{_BASE_FOLDER}{path.suffix}", path=_BASE_FOLDER), configs
    if intake.base.count("/") != 1 or path.suffix in WEIGHT_ENDINGS:
        raise MissingFile(
            "the base {path} is not there; name a folder, a safetensors file, or a hub id such as {example}",
            path=intake.base,
            example=SDXL_HUB,
        )
    configs = fetch_configs(intake.base, intake.revision)
    return HubBase(hub=intake.base, revision=configs.name), configs


def _config_commit(config: str | None) -> tuple[str, str | None]:
    return (config, None) if config else (SDXL_HUB, SDXL_REVISION)


def _check_parts(intake: Intake, outline: Outline) -> tuple[LoraPart | None, EmbeddingsPart | None]:
    """The manifest's tables for files that fit the base, under the names that they get in the bundle."""
    lora = embeddings = None
    if intake.lora is not None:
        lora = LoraPart(file=_lora_name(intake), strength=intake.strength, alpha=_neighbours_alpha(intake.lora))
        read_lora(intake.lora, outline.weights, lora.alpha)
    rows = intake.embeddings
    if rows is None and intake.lora is not None and has_bundled(intake.lora):
        rows = intake.lora
    if rows is not None:
        check_content(rows)
        file = _lora_name(intake) if rows == intake.lora else _embeddings_name(intake)
        embeddings = EmbeddingsPart(file=file, tokens=name_tokens(rows))
        read_embeddings(rows, len(embeddings.tokens), outline.width_l, outline.width_g)
        for tokenizer in outline.tokenizers:
            refuse_known_tokens(tokenizer, embeddings.tokens, rows)
            tokenizer.add_tokens(list(embeddings.tokens))
            refuse_split_tokens(tokenizer, embeddings.tokens, rows)
    return lora, embeddings


def _neighbours_alpha(lora: Path) -> float | None:
    """PEFT keeps alpha in a file beside the weights; without it the strength would be wrong in silence."""
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


def _lay_files(intake: Intake, base: LocalBase | HubBase | FileBase, configs: Path, folder: Path) -> None:
    folder.mkdir()
    if intake.lora is not None:
        shutil.copyfile(intake.lora, folder / _lora_name(intake))
    if intake.embeddings is not None:
        shutil.copyfile(intake.embeddings, folder / _embeddings_name(intake))
    if isinstance(base, HubBase):
        return
    patterns = base_patterns(base.variant) if isinstance(base, LocalBase) else config_patterns()
    for source in sorted({path for pattern in patterns for path in configs.glob(pattern)}):
        _link(source, folder / _BASE_FOLDER / source.relative_to(configs))
    if isinstance(base, FileBase):
        _link(Path(intake.base), folder / base.file)


def _link(source: Path, target: Path) -> None:
    """A second name for the same bytes, or a copy where the disk is another."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copyfile(source, target)


def _lora_name(intake: Intake) -> str:
    return f"{intake.name}_sdxl_lora.safetensors"


def _embeddings_name(intake: Intake) -> str:
    return f"{intake.name}_sdxl_embeddings.safetensors"
