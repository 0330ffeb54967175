"""A base in one safetensors file with Stability's names, as ComfyUI and A1111 use it.

Its tensors are sorted to the networks and renamed by diffusers' own functions. From the header alone the same is done
with tensors that have shapes and no numbers, so that what is refused when a bundle is made and what is refused when it
is loaded are the same.
"""

import importlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import torch

from plitka.errors import BundleError
from plitka.model.noise_marks import TENSORS
from plitka.model.tensor_file import FLOAT_DTYPES, Header, first_few, read_header, read_tensors

_LIBRARY = "diffusers.loaders.single_file_utils"
Tensors: TypeAlias = dict[str, torch.Tensor]
_UNET, _VAE = "model.diffusion_model.", "first_stage_model."
_FIRST, _SECOND = "conditioner.embedders.0.transformer.", "conditioner.embedders.1.model."
_PREFIXES = {"unet": _UNET, "vae": _VAE, "text_encoder": _FIRST, "text_encoder_2": _SECOND}
_WITHOUT_MEANING = re.compile(
    r"(.*\.)?(position_ids|logit_scale|attn_mask|num_batches_tracked)$|model_ema\.|loss\.|denoiser\.|"
    r"(.*\.)?text_model\.embeddings\.position_ids$"
)
"""Keys that files have and that no network reads."""

_OLD_ATTENTION = re.compile(r"(?<=attentions\.0\.)(query|key|value|proj_attn)(?=\.)")
_NEW_ATTENTION = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}
_OPEN_CLIP = (
    (r"^positional_embedding$", "embeddings.position_embedding.weight"),
    (r"^token_embedding\.", "embeddings.token_embedding."),
    (r"^ln_final\.", "final_layer_norm."),
    (r"^transformer\.resblocks\.", "encoder.layers."),
    (r"\.ln_([12])\.", r".layer_norm\1."),
    (r"\.mlp\.c_fc\.", ".mlp.fc1."),
    (r"\.mlp\.c_proj\.", ".mlp.fc2."),
    (r"\.attn\.out_proj\.", ".self_attn.out_proj."),
)


def read_checkpoint(path: Path, header: Header | None = None) -> Tensors:
    """A file's tensors by Stability's names, without marks and what no network reads.

    Args:
        path: a safetensors file.
        header: if given, tensors without numbers are made of it, and the file is not opened.

    Raises:
        BundleError: it cannot be read, or holds no floating-point numbers where weights should be.
    """
    known = header or read_header(path)
    keys = [key for key in known.shapes if key not in TENSORS and not _WITHOUT_MEANING.match(key)]
    numbers = [
        key for key in keys if key.startswith(tuple(_PREFIXES.values())) and known.dtypes[key] not in FLOAT_DTYPES
    ]
    if numbers:
        raise BundleError(
            "{path}: {n} tensors are {kind}, not floating-point numbers: {keys}; use the file that was not quantised",
            path=path,
            n=len(numbers),
            kind=known.dtypes[numbers[0]],
            keys=first_few(numbers),
        )
    if header is not None:
        return {key: torch.empty(header.shapes[key], device="meta") for key in keys}
    return read_tensors(path, set(keys))


def sort_checkpoint(path: Path, tensors: Tensors, configs: Mapping[str, Mapping[str, Any]]) -> dict[str, Tensors]:
    """A checkpoint's tensors by network and diffusers' names; the autoencoder's are empty if there are none.

    Args:
        path: for messages.
        tensors: by Stability's names.
        configs: the configuration of each network.

    Raises:
        BundleError: the layers are not numbered as those of an SDXL, or a tensor belongs to none of them.
    """
    library: Any = importlib.import_module(_LIBRARY)
    parts = {part: _under(tensors, prefix) for part, prefix in _PREFIXES.items()}
    try:
        unet = library.convert_ldm_unet_checkpoint(parts["unet"], configs["unet"]) if parts["unet"] else {}
        vae = library.convert_ldm_vae_checkpoint(parts["vae"], configs["vae"]) if parts["vae"] else {}
        second = _open_clip(parts["text_encoder_2"])
    except KeyError as exc:
        raise BundleError(
            "{path} is not an SDXL checkpoint of the configured size: it lacks the tensor {key}",
            path=path,
            key=exc.args[0],
        ) from exc
    except (IndexError, ValueError, TypeError, RuntimeError, AttributeError) as exc:
        raise BundleError(
            "{path} is not an SDXL checkpoint of the configured size: {reason}", path=path, reason=repr(exc)
        ) from exc
    _refuse_unplaced(path, parts["unet"], unet)
    first = {key.removeprefix(_FIRST): tensor for key, tensor in parts["text_encoder"].items()}
    return {"unet": unet, "vae": vae, "text_encoder": first, "text_encoder_2": second}


def read_vae(path: Path, config: Mapping[str, Any], header: Header | None = None) -> Tensors:
    """An autoencoder in a file of its own, by diffusers' names: written by diffusers, or with Stability's names.

    Args:
        path: a safetensors file.
        config: the autoencoder's configuration.
        header: as for `read_checkpoint`.

    Raises:
        BundleError: it cannot be read, or is no autoencoder of that kind.
    """
    library: Any = importlib.import_module(_LIBRARY)
    tensors = _plain(read_checkpoint(path, header))
    if any(key.startswith(("encoder.down_blocks.", "decoder.up_blocks.")) for key in tensors):
        return modern_attention(tensors)
    try:
        return dict(library.convert_ldm_vae_checkpoint(tensors, config))
    except (KeyError, IndexError, ValueError, TypeError, RuntimeError, AttributeError) as exc:
        raise BundleError("{path} is not an autoencoder of SDXL: {reason}", path=path, reason=repr(exc)) from exc


def fit(path: Path, part: str, tensors: Tensors, network: torch.nn.Module) -> Tensors:
    """The tensors by the names that a network has for them.

    Raises:
        BundleError: some are missing, too many, or of another shape.
    """
    wanted = {_unwrapped(key): (key, tensor.shape) for key, tensor in network.state_dict().items()}
    given = {_unwrapped(key): tensor for key, tensor in tensors.items()}
    wrong = [key for key, (_, shape) in wanted.items() if key not in given or given[key].shape != shape]
    wrong += sorted(given.keys() - wanted.keys())
    if wrong:
        raise BundleError(
            "{path} does not fit its configuration: {n} tensors of {part} are missing, too many or of another shape: "
            "{keys}; fetch the file again, or name the configuration that it was made with",
            path=path,
            part=part,
            n=len(wrong),
            keys=first_few(wrong),
        )
    return {key: given[name] for name, (key, _) in wanted.items()}


def _unwrapped(key: str) -> str:
    """transformers 5 dropped a level from the first encoder that every file has."""
    return key.removeprefix("text_model.")


def _under(tensors: Tensors, prefix: str) -> Tensors:
    """The tensors whose keys begin so, by their whole keys; the autoencoder has a shorter prefix in ComfyUI."""
    found = {key: tensor for key, tensor in tensors.items() if key.startswith(prefix)}
    if prefix == _VAE and not found:
        return {f"{_VAE}{key[4:]}": tensor for key, tensor in tensors.items() if key.startswith("vae.")}
    return found


def _plain(tensors: Tensors) -> Tensors:
    return {key.removeprefix(_VAE).removeprefix("vae."): tensor for key, tensor in tensors.items()}


def modern_attention(tensors: Tensors) -> Tensors:
    """An autoencoder's tensors with the names that its attention has in diffusers today."""
    return {
        _OLD_ATTENTION.sub(lambda match: _NEW_ATTENTION[match[0]], key): _as_linear(key, tensor)
        for key, tensor in tensors.items()
    }


def _as_linear(key: str, tensor: torch.Tensor) -> torch.Tensor:
    """A projection of attention may be kept as a 1x1 convolution."""
    is_projection = re.search(r"attentions\.0\.(to_[qkv]|to_out\.0|query|key|value|proj_attn)\.weight$", key)
    return tensor[:, :, 0, 0] if is_projection and tensor.dim() == 4 else tensor


def _open_clip(tensors: Tensors) -> Tensors:
    """The second text encoder's tensors by the names that transformers has for them."""
    found: Tensors = {}
    for whole, tensor in tensors.items():
        key = whole.removeprefix(_SECOND)
        if key == "text_projection":
            found["text_projection.weight"] = tensor.T
        elif match := re.fullmatch(r"transformer\.resblocks\.(\d+)\.attn\.in_proj_(weight|bias)", key):
            for letter, third in zip("qkv", tensor.chunk(3), strict=True):
                found[f"encoder.layers.{match[1]}.self_attn.{letter}_proj.{match[2]}"] = third
        else:
            for pattern, name in _OPEN_CLIP:
                key = re.sub(pattern, name, key)
            found[key] = tensor
    return found


def _refuse_unplaced(path: Path, given: Tensors, converted: Tensors) -> None:
    """Refuse tensors of the UNet that diffusers' function leaves out: a base that is loaded in part paints wrongly."""
    placed = {id(tensor) for tensor in converted.values()}
    lost = [key for key, tensor in given.items() if id(tensor) not in placed]
    if lost:
        raise BundleError(
            "{path} is not an SDXL checkpoint of the configured size: {n} tensors of its UNet belong to no layer: "
            "{keys}",
            path=path,
            n=len(lost),
            keys=first_few(lost),
        )
