"""The shapes of a base's weights, read from its configurations and headers alone.

The networks are built without memory for their weights, so a LoRA can be checked against a base that is not loaded, or
not even downloaded, and the names and shapes in a file against what they will be loaded into.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from plitka.errors import BundleError, MissingFile
from plitka.model.base_facts import BaseFacts
from plitka.model.base_files import NETWORKS, Weights, check_weights
from plitka.model.checkpoint import Tensors, fit, modern_attention, read_checkpoint, read_vae, sort_checkpoint
from plitka.model.formats import COMPONENTS
from plitka.model.fusing import component_weights
from plitka.model.integrity import check_content
from plitka.model.library_errors import base_errors
from plitka.model.library_imports import quiet_libraries
from plitka.model.rehearsal import rehearse
from plitka.model.tensor_file import read_header

_UNET, _FIRST, _SECOND = COMPONENTS
_TOKENIZERS = ("tokenizer", "tokenizer_2")
_TIME_IDS = 6
"""Numbers of sizes and crops that SDXL's UNet is given beside the pooled words."""


@dataclass(frozen=True, slots=True)
class BaseShapes:
    """The shapes that a base's weights have, and its tokenizers."""

    weights: Mapping[str, torch.Size]
    """By component and module name, as `read_lora` wants them."""
    width_l: int
    """Embedding width of the first text encoder, 768 in SDXL."""
    width_g: int
    """Embedding width of the second text encoder, 1280 in SDXL."""
    tokenizers: tuple[Any, Any]
    """transformers' CLIPTokenizer of each text encoder."""
    networks: Mapping[str, torch.nn.Module]
    """By folder's name, without weights."""


def read_base_shapes(facts: BaseFacts) -> BaseShapes:
    """The shapes that a base's configurations describe.

    Raises:
        BundleError: the configurations are not those of an SDXL, or do not fit each other.
    """
    networks = empty_networks(facts)
    tokenizers = read_tokenizers(facts)
    _check_joints(facts, networks, tokenizers)
    rehearse(networks, facts.folder)
    weights = {name: weight.shape for name, weight in component_weights(_components(networks)).items()}
    width_l, width_g = (int(networks[part].config.hidden_size) for part in (_FIRST, _SECOND))
    return BaseShapes(weights, width_l, width_g, tokenizers, networks)


def network_kinds(facts: BaseFacts) -> dict[str, Any]:
    """The libraries' class of each network."""
    import diffusers  # noqa: PLC0415  (imported where `quiet_libraries` is on)
    from transformers import CLIPTextModel, CLIPTextModelWithProjection  # noqa: PLC0415

    return {
        _UNET: diffusers.UNet2DConditionModel,
        "vae": getattr(diffusers, facts.vae_kind),
        _FIRST: CLIPTextModel,
        _SECOND: CLIPTextModelWithProjection,
    }


def empty_networks(facts: BaseFacts, parts: Collection[str] = NETWORKS) -> dict[str, Any]:
    """Networks with their shapes and without memory for weights.

    Raises:
        BundleError: the libraries cannot build one of its configuration.
    """
    from accelerate import init_empty_weights  # noqa: PLC0415

    with base_errors(facts.folder), quiet_libraries(), init_empty_weights():
        return {part: _build(kind, facts, part) for part, kind in network_kinds(facts).items() if part in parts}


def _build(kind: Any, facts: BaseFacts, part: str) -> Any:
    if part in (_FIRST, _SECOND):
        return kind(kind.config_class.from_dict(facts.configs[part]))
    return kind.from_config(facts.vae_config if part == "vae" else facts.configs[part])


def read_tokenizers(facts: BaseFacts) -> tuple[Any, Any]:
    """Both tokenizers, of which the second writes the end mark that its encoder looks for.

    Raises:
        BundleError: a tokenizer cannot be read, or the encoder would pool at the first token.
    """
    from transformers import CLIPTokenizer  # noqa: PLC0415

    for path in (*facts.folder.glob("tokenizer/*"), *facts.folder.glob("tokenizer_2/*")):
        if path.is_file():
            check_content(path)
    for name in _TOKENIZERS:
        _check_vocabulary(facts.folder / name)
    with base_errors(facts.folder), quiet_libraries():
        first, second = (
            CLIPTokenizer.from_pretrained(facts.folder / name, local_files_only=True) for name in _TOKENIZERS
        )
    _check_end_mark(facts, second)
    return first, second


def _check_vocabulary(folder: Path) -> None:
    """Refuse a tokenizer's folder without its vocabulary: transformers makes one that knows no word, in silence."""
    if not (folder / "tokenizer.json").is_file() and not all(
        (folder / name).is_file() for name in ("vocab.json", "merges.txt")
    ):
        raise MissingFile(
            "{path} has no vocabulary: expected tokenizer.json, or vocab.json and merges.txt; fetch the base again",
            path=folder,
        )


def check_folder_weights(facts: BaseFacts, shapes: BaseShapes, weights: Mapping[str, Weights]) -> None:
    """Check the headers of a folder's weights against its configurations; their shards must be there and whole.

    Raises:
        BundleError: with the file that is damaged or does not fit.
    """
    for part, paths in check_weights(facts.folder, weights).items():
        tensors: Tensors = {}
        for path in paths:
            tensors |= {key: torch.empty(shape, device="meta") for key, shape in read_header(path).shapes.items()}
        fit(facts.folder / part, part, _modern(tensors), shapes.networks[part])


def check_single_file(path: Path, facts: BaseFacts, shapes: BaseShapes, *, needs_vae: bool = True) -> None:
    """Check a checkpoint's header against the configurations that it is to be read with.

    Args:
        path: one safetensors file with Stability's names.
        facts: of it.
        shapes: what the configurations describe.
        needs_vae: no other file brings an autoencoder.

    Raises:
        BundleError: it is no SDXL, lacks a part, or is one of another size.
    """
    assert facts.header is not None
    fit_single_file(path, facts, read_checkpoint(path, facts.header), shapes.networks, needs_vae=needs_vae)


def fit_single_file(
    path: Path, facts: BaseFacts, tensors: Tensors, networks: Mapping[str, torch.nn.Module], *, needs_vae: bool
) -> dict[str, Tensors]:
    """A checkpoint's tensors by network and by the names that it has for them.

    Raises:
        BundleError: as for `check_single_file`.
    """
    parts = sort_checkpoint(path, tensors, facts.configs)
    lacks = [part for part, found in parts.items() if not found and (part != "vae" or needs_vae)]
    if lacks == ["vae"]:
        raise BundleError(
            "{path} brings no autoencoder, and pictures are made by one; give it with --vae, for example {example}",
            path=path,
            example="sdxl_vae.safetensors",
        )
    if lacks:
        raise BundleError(
            "{path} is not an SDXL checkpoint: it lacks {parts}; expected one safetensors file as ComfyUI and A1111 "
            "use it, with UNet, VAE and both text encoders",
            path=path,
            parts=", ".join(lacks),
        )
    wanted = [part for part in parts if part != "vae" or needs_vae]
    return {part: fit(path, part, parts[part], networks[part]) for part in wanted}


def check_vae_file(path: Path, facts: BaseFacts, shapes: BaseShapes) -> None:
    """Check an autoencoder's header against the base's configuration of one.

    Raises:
        BundleError: it is none, or one of another size.
    """
    header = read_header(path)
    fit(path, "vae", read_vae(path, facts.vae_config, header), shapes.networks["vae"])


def _modern(tensors: Tensors) -> Tensors:
    """Without what libraries leave out by themselves, and with attention as they rename it."""
    return {key: tensor for key, tensor in modern_attention(tensors).items() if not key.endswith("position_ids")}


def _components(networks: Mapping[str, torch.nn.Module]) -> dict[str, torch.nn.Module]:
    return {component: networks[component] for component in COMPONENTS}


def _check_joints(facts: BaseFacts, networks: Mapping[str, Any], tokenizers: tuple[Any, Any]) -> None:
    """Refuse parts that could not be joined: the libraries would raise in the middle of the first picture."""
    unet, vae = networks[_UNET].config, networks["vae"].config
    first, second = networks[_FIRST].config, networks[_SECOND].config
    sizes_width = _TIME_IDS * _whole(unet.addition_time_embed_dim)
    for name, found, expected in (
        ("addition_embed_type", unet.addition_embed_type, "text_time"),
        ("in_channels", unet.in_channels, vae.latent_channels),
        ("out_channels", unet.out_channels, vae.latent_channels),
        ("cross_attention_dim", unet.cross_attention_dim, first.hidden_size + second.hidden_size),
        (
            "projection_class_embeddings_input_dim",
            unet.projection_class_embeddings_input_dim,
            _whole(second.projection_dim) + sizes_width,
        ),
        *(
            (f"vocab_size of {part}", max(len(tokenizer), encoder.vocab_size), encoder.vocab_size)
            for part, tokenizer, encoder in zip((_FIRST, _SECOND), tokenizers, (first, second), strict=True)
        ),
        *(
            (f"model_max_length of {name}", tokenizer.model_max_length, encoder.max_position_embeddings)
            for name, tokenizer, encoder in zip(_TOKENIZERS, tokenizers, (first, second), strict=True)
        ),
    ):
        if found != expected:
            raise BundleError(
                "{path} has parts that do not fit each other: {name} is {found}, the other parts need {expected}; "
                "fetch the base again, or use another one",
                path=facts.folder,
                name=name,
                found=found,
                expected=expected,
            )


def _whole(value: object) -> int:
    """A whole number as it is, and 0 for anything else."""
    return value if isinstance(value, int) else 0


def _check_end_mark(facts: BaseFacts, tokenizer: Any) -> None:
    """Refuse a second encoder that looks for another end mark than its tokenizer writes: it would pool at token 0.

    For an id of 2, as in SDXL's own configuration, it pools at the highest id of the text, the last learned token.
    """
    wanted, written = facts.configs[_SECOND].get("eos_token_id", tokenizer.eos_token_id), tokenizer.eos_token_id
    if wanted not in (2, written):
        raise BundleError(
            "{path}: text_encoder_2 looks for the end mark {wanted} and its tokenizer writes {written}; "
            "set eos_token_id in text_encoder_2/config.json",
            path=facts.folder,
            wanted=wanted,
            written=written,
        )
