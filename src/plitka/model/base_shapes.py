"""The shapes of a base's weights, read from its configurations alone.

On torch's meta device a full-size SDXL has every module and shape and takes no memory, so a LoRA can be checked
against a base that is not loaded, or not even downloaded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from plitka.errors import BundleError
from plitka.model.formats import COMPONENTS
from plitka.model.fusing import component_weights
from plitka.model.pipeline import quiet_libraries, read_vae_kind
from plitka.model.sdxl_names import stability_names
from plitka.model.tensor_file import first_few, read_header

_UNET, _FIRST, _SECOND = COMPONENTS
_UNET_IN_FILE = "model.diffusion_model."
_ENCODER_IN_FILE = "conditioner.embedders.1.model.token_embedding.weight"
"""The second text encoder's embedding table, whose width tells SDXL from the others."""


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


def read_base_shapes(folder: Path, *, is_one_file: bool = False) -> BaseShapes:
    """The shapes that the configurations in a base folder describe.

    Args:
        folder: hub layout; no weights are needed.
        is_one_file: the weights lie in one file, as for `read_vae_kind`.

    Raises:
        BundleError: the configurations are not those of an SDXL.
    """
    read_vae_kind(folder, is_one_file=is_one_file)
    try:
        with quiet_libraries():
            networks, tokenizers = _empty_networks(folder), _tokenizers(folder)
    except (OSError, ValueError, RuntimeError, TypeError, KeyError) as exc:
        raise BundleError("{path} is not a usable SDXL base: {reason}", path=folder, reason=str(exc)) from exc
    weights = {name: weight.shape for name, weight in component_weights(networks).items()}
    width_l, width_g = (int(networks[part].config.hidden_size) for part in (_FIRST, _SECOND))
    return BaseShapes(weights, width_l, width_g, tokenizers)


def _empty_networks(folder: Path) -> dict[str, Any]:
    """The UNet and both text encoders by component, on the meta device."""
    from diffusers import UNet2DConditionModel  # noqa: PLC0415  (imported where `quiet_libraries` is on)
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection  # noqa: PLC0415

    first, second = (CLIPTextConfig.from_pretrained(folder / part) for part in (_FIRST, _SECOND))
    unet_config = UNet2DConditionModel.load_config(folder / _UNET)
    with torch.device("meta"):
        return {
            _UNET: UNet2DConditionModel.from_config(unet_config),  # type: ignore[no-untyped-call]
            _FIRST: CLIPTextModel(first),
            _SECOND: CLIPTextModelWithProjection(second),
        }


def _tokenizers(folder: Path) -> tuple[Any, Any]:
    from transformers import CLIPTokenizer  # noqa: PLC0415

    return CLIPTokenizer.from_pretrained(folder / "tokenizer"), CLIPTokenizer.from_pretrained(folder / "tokenizer_2")


def check_single_file(path: Path, shapes: BaseShapes) -> None:
    """Check a checkpoint's header against the configurations that it is to be read with.

    Args:
        path: one safetensors file with Stability's names.
        shapes: what the configurations describe.

    Raises:
        BundleError: it is no SDXL, or one of another size.
    """
    wrong = _wrong_keys(read_header(path).shapes, shapes)
    if wrong:
        raise BundleError(
            "{path} is not an SDXL checkpoint of the configured size: {n} tensors are missing or differ: {keys}; "
            "expected one safetensors file as ComfyUI and A1111 use it, with UNet, VAE and both text encoders",
            path=path,
            n=len(wrong),
            keys=first_few(wrong),
        )


def _wrong_keys(found: Mapping[str, tuple[int, ...]], shapes: BaseShapes) -> list[str]:
    """Keys of the UNet and of the second encoder that are missing from a checkpoint or have another shape there."""
    unet = {name.removeprefix("unet."): shape for name, shape in shapes.weights.items() if name.startswith("unet.")}
    expected = {f"{_UNET_IN_FILE}{there}.weight": tuple(unet[name]) for name, there in stability_names(unet).items()}
    wrong = [key for key, shape in expected.items() if found.get(key) != shape]
    if found.get(_ENCODER_IN_FILE, ())[1:] != (shapes.width_g,):
        wrong.append(_ENCODER_IN_FILE)
    return wrong
