"""A base without its weights: what its configurations and headers say that its networks are.

On torch's meta device a full-size SDXL has every module and shape and takes no memory, so a LoRA can be held
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
from plitka.model.tensor_file import read_header, some

_UNET, _FIRST, _SECOND = COMPONENTS
_UNET_IN_FILE = "model.diffusion_model."
_ENCODER_IN_FILE = "conditioner.embedders.1.model.token_embedding.weight"


@dataclass(frozen=True, slots=True)
class Outline:
    """The shapes that files for a base must have, and its vocabularies."""

    weights: Mapping[str, torch.Size]
    """By component and module name, as `read_lora` wants them."""
    width_l: int
    """Embedding width of the first text encoder, 768 in SDXL."""
    width_g: int
    """Embedding width of the second text encoder, 1280 in SDXL."""
    tokenizers: tuple[Any, Any]


def outline_base(folder: Path, *, is_one_file: bool = False) -> Outline:
    """What the configurations in a base folder describe.

    Args:
        folder: hub layout; no weights are needed.
        is_one_file: the weights lie in one file, as for `read_vae_kind`.

    Raises:
        BundleError: the configurations are not those of an SDXL.
    """
    read_vae_kind(folder, is_one_file=is_one_file)
    with quiet_libraries():
        from diffusers import UNet2DConditionModel  # noqa: PLC0415  (its import needs the silence)
        from transformers import (  # noqa: PLC0415
            CLIPTextConfig,
            CLIPTextModel,
            CLIPTextModelWithProjection,
            CLIPTokenizer,
        )

        try:
            configs = [CLIPTextConfig.from_pretrained(folder / part) for part in (_FIRST, _SECOND)]
            unet_config = UNet2DConditionModel.load_config(folder / _UNET)
            with torch.device("meta"):
                networks = {
                    _UNET: UNet2DConditionModel.from_config(unet_config),  # type: ignore[no-untyped-call]
                    _FIRST: CLIPTextModel(configs[0]),
                    _SECOND: CLIPTextModelWithProjection(configs[1]),
                }
            tokenizers = tuple(CLIPTokenizer.from_pretrained(folder / name) for name in ("tokenizer", "tokenizer_2"))
        except (OSError, ValueError, RuntimeError, TypeError, KeyError) as exc:
            raise BundleError("{path} is not a usable SDXL base: {reason}", path=folder, reason=str(exc)) from exc
    shapes = {name: weight.shape for name, weight in component_weights(networks).items()}
    return Outline(shapes, configs[0].hidden_size, configs[1].hidden_size, (tokenizers[0], tokenizers[1]))


def check_single_file(path: Path, outline: Outline) -> None:
    """Hold a checkpoint's header against the configurations that it is to be read with.

    Args:
        path: one safetensors file with Stability's names.
        outline: of the configurations.

    Raises:
        BundleError: it is no SDXL, or one of another size.
    """
    shapes = read_header(path).shapes
    unet = {name.removeprefix("unet."): shape for name, shape in outline.weights.items() if name.startswith("unet.")}
    expected = {f"{_UNET_IN_FILE}{there}.weight": tuple(unet[name]) for name, there in stability_names(unet).items()}
    wrong = [key for key, shape in expected.items() if shapes.get(key) != shape]
    if shapes.get(_ENCODER_IN_FILE, ())[1:] != (outline.width_g,):
        wrong.append(_ENCODER_IN_FILE)
    if wrong:
        raise BundleError(
            "{path} is not an SDXL checkpoint of the configured size: {n} tensors are missing or differ: {keys}; "
            "expected one safetensors file as ComfyUI and A1111 use it, with UNet, VAE and both text encoders",
            path=path,
            n=len(wrong),
            keys=some(wrong),
        )
