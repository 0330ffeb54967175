"""Recognise what is given as a base and is none that runs here, so that a refusal can name it, and what was distilled.

A single file is known by its keys and shapes and by what its header says; a folder by its `model_index.json` and the
UNet's configuration. Nothing is loaded.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plitka.errors import BundleError, Phrase
from plitka.model.tensor_file import Header

_UNET = "model.diffusion_model."
_FIRST_LAYER = f"{_UNET}input_blocks.0.0.weight"
_INPUTS = {
    9: Phrase("an inpainting model"),
    8: Phrase("a model that edits pictures (InstructPix2Pix)"),
    7: Phrase("an upscaler"),
    5: Phrase("a model for depth maps"),
}
"""What a UNet with as many input channels is, where SDXL has 4."""
_TEXT_WIDTHS = {768: "SD 1.5", 1024: "SD 2", 1280: Phrase("the SDXL refiner")}
"""Networks by the width of the text that their cross attention reads, where SDXL has 2048."""
_READS_TEXT = re.compile(rf"{re.escape(_UNET)}.*\.attn2\.to_k\.weight")
_KEYS = {
    Phrase("a LoRA; give it with --lora"): r"lora_(down|up|A|B)\.|\.lora\.(down|up)\.|\.hada_w|\.lokr_w|\.dora_scale$",
    Phrase(
        "a ControlNet, which guides a base and is none"
    ): r"^control_model\.|controlnet_cond_embedding|input_hint_block",
    "FLUX": r"double_blocks\.|single_blocks\.|single_transformer_blocks\.",
    "SD 3": r"joint_blocks\.|joint_transformer_blocks\.",
    "AuraFlow": r"double_layers\.|cond_seq_linear\.",
    "PixArt": r"adaln_single\.",
    "Stable Cascade": r"clip_txt_mapper\.|effnet_mapper\.|\.channelwise\.",
    "Kolors": r"encoder_hid_proj\.|text_encoder\.encoder\.layers\..*query_key_value",
    Phrase("the SDXL refiner"): r"^conditioner\.embedders\.0\.model\.",
    "SD 2": r"^cond_stage_model\.model\.",
    "SD 1.5": r"^cond_stage_model\.transformer\.",
    Phrase("a transformer, not a UNet (Wan, Qwen-Image, Lumina, Z-Image, HiDream or the like)"): (
        r"^(model\.diffusion_model\.|transformer\.|diffusion_model\.|net\.)?(blocks|layers|transformer_blocks)\.\d+\."
    ),
    Phrase("an SDXL whose weights are quantised (GGUF, NF4, int8 or scaled fp8)"): (
        r"quant_state|\.absmax$|\.quant_map$|(^|\.)scaled_fp8$|\.scale_(weight|input)$|\.weight_scale(_2)?$|\.comfy_quant$"
    ),
}
"""Patterns of keys by what only such a file has."""
_EMBEDDING = re.compile(r"(clip_[lg](_out)?|text_encoders_[01]|emb_params)$")
_BARE_VAE = re.compile(r"(first_stage_model\.|vae\.)?(encoder|decoder|quant_conv|post_quant_conv)\.")
_BARE_UNET = re.compile(
    r"(unet\.)?(down_blocks|up_blocks|mid_block|conv_in|time_embedding|add_embedding)\.|"
    r"(input_blocks|output_blocks|middle_block|time_embed|label_emb|out)\."
)
_ARCHITECTURE = "modelspec.architecture"
_OURS = "stable-diffusion-xl-v1-base"

_PIPELINES = re.compile(
    r"StableDiffusionXL(Img2Img|ControlNet\w*|PAG|KDiffusion|Instruct\w*|Inpaint)?Pipeline|LatentConsistency.*"
)
_OTHER_PIPELINES = {
    "StableDiffusionPipeline": Phrase("SD 1.5 or SD 2"),
    "StableDiffusionInpaintPipeline": Phrase("an inpainting model of SD 1.5 or SD 2"),
    "StableDiffusion3Pipeline": "SD 3",
    "FluxPipeline": "FLUX",
    "KolorsPipeline": "Kolors",
}


@dataclass(frozen=True, slots=True)
class Distilled:
    """A base that was distilled to a few steps, and what its makers make pictures with."""

    method: str
    steps: int
    guidance: float


_DISTILLED = {
    "lightning": Distilled("lightning", 4, 1.0),
    "hyper": Distilled("hyper", 8, 1.0),
    "dmd2": Distilled("dmd2", 4, 1.0),
    "lcm": Distilled("lcm", 6, 1.0),
    "tcd": Distilled("tcd", 8, 1.0),
    "turbo": Distilled("turbo", 4, 1.0),
}
"""By a word of the base's name."""
_DISTILLING_SCHEDULERS = {"LCMScheduler": "lcm", "TCDScheduler": "tcd"}
_GUIDED_LCM = Distilled("lcm", 6, 8.0)
"""Whose UNet takes the guidance as an input."""
_STEPS_IN_NAME = re.compile(r"(?<![0-9])([1-9]|1[0-6])[-_ ]?steps?(?![a-z])")
_JOINT = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Between words that are written as one: turboDPMSDE."""
_TITLES = ("modelspec.title", "ss_output_name")


def refuse_other_file(path: Path, header: Header) -> None:
    """Refuse a single file that is recognised as something other than a whole SDXL.

    Raises:
        BundleError: with the name of what the file is, and the way out.
    """
    found = _other_file(header)
    if found is not None:
        raise BundleError(
            "{path} is {found}; expected a whole SDXL in one safetensors file as ComfyUI and A1111 use it: UNet, text "
            "encoders and autoencoder",
            path=path,
            found=found,
        )
    said = header.metadata.get(_ARCHITECTURE, _OURS)
    if not said.startswith(_OURS) or "/" in said:
        raise BundleError(
            "{path} says in its header that it is {said!r}, and plitka runs {known}; use another base",
            path=path,
            said=said[:60],
            known=_OURS,
        )


def refuse_other_folder(folder: Path, index: Mapping[str, Any], unet: Mapping[str, Any]) -> None:
    """Refuse a folder in hub layout that is recognised as something other than SDXL.

    Args:
        folder: for the message.
        index: its model_index.json.
        unet: the UNet's configuration.

    Raises:
        BundleError: with the name of what it is.
    """
    pipeline = str(index.get("_class_name", ""))
    found = _OTHER_PIPELINES.get(pipeline) or _other_unet(unet)
    if found is None and pipeline.endswith("Pipeline") and not _PIPELINES.fullmatch(pipeline):
        found = pipeline
    if found is not None:
        raise BundleError(
            "{path} is {found}, and plitka runs SDXL that makes pictures of words; use such a base",
            path=folder,
            found=found,
        )


def refuse_quantised(path: Path, config: Mapping[str, Any]) -> None:
    """Refuse a network whose configuration says that its weights are quantised.

    Raises:
        BundleError: with the method.
    """
    found = config.get("quantization_config")
    if found:
        method = found.get("quant_method", found) if isinstance(found, Mapping) else found
        raise BundleError(
            "{path} says that its weights are quantised ({method}), and plitka reads floating-point numbers; use the "
            "base that was not quantised",
            path=path,
            method=str(method)[:60],
        )


def recognise_distilled(
    name: str, scheduler: Mapping[str, Any], unet: Mapping[str, Any], metadata: Mapping[str, str]
) -> Distilled | None:
    """What a base was distilled by, where its configurations, its header or its name tell it.

    Args:
        name: the file's or folder's own name, or the id on the hub.
        scheduler: its scheduler configuration.
        unet: its UNet's configuration.
        metadata: the header's, of a single file.
    """
    if unet.get("time_cond_proj_dim") is not None:
        return _GUIDED_LCM
    text = _JOINT.sub(" ", " ".join([name, *(metadata.get(title, "") for title in _TITLES)])).lower()
    words = set(re.findall(r"[a-z]+2?", text))
    method = next((one for one in _DISTILLED if one in words), None)
    method = _DISTILLING_SCHEDULERS.get(str(scheduler.get("_class_name")), method)
    if method is None:
        return None
    known, stated = _DISTILLED[method], _STEPS_IN_NAME.search(text)
    return known if stated is None else Distilled(method, int(stated[1]), known.guidance)


def _other_file(header: Header) -> str | None:
    shapes = header.shapes
    first = shapes.get(_FIRST_LAYER)
    if first is not None and len(first) == 4 and first[1] in _INPUTS:
        return _INPUTS[first[1]]
    for name, pattern in _KEYS.items():
        if any(re.search(pattern, key) for key in shapes):
            return name
    widths = {shape[1] for key, shape in shapes.items() if _READS_TEXT.fullmatch(key) and len(shape) > 1}
    known = next((_TEXT_WIDTHS[width] for width in sorted(widths) if width in _TEXT_WIDTHS), None)
    return known or _part_of_a_base(header)


def _part_of_a_base(header: Header) -> str | None:
    """Files of SDXL that are given in the place of a whole one."""
    shapes = header.shapes
    if shapes and all(_EMBEDDING.match(key) for key in shapes):
        return Phrase("learned tokens; give it with --embeddings")
    if shapes and all(_BARE_VAE.match(key) for key in shapes):
        return Phrase("an autoencoder alone; give it with --vae, beside a base")
    if any(key.startswith("unet.") for key in shapes) and any(key.startswith("text_encoder.") for key in shapes):
        return Phrase(
            "an SDXL that has diffusers' names in one file; save it with save_pretrained, and give the folder"
        )
    if any(_BARE_UNET.match(key) for key in shapes) and not any(key.startswith(_UNET) for key in shapes):
        return Phrase(
            "a UNet alone; put it into a folder in hub layout in the place of the base's own, and give the folder"
        )
    return None


def _other_unet(unet: Mapping[str, Any]) -> str | None:
    channels, width = unet.get("in_channels"), unet.get("cross_attention_dim")
    if isinstance(channels, int) and channels in _INPUTS and unet.get("out_channels") != channels:
        return _INPUTS[channels]
    if unet.get("addition_embed_type") != "text_time" or width == 1280:
        return _TEXT_WIDTHS.get(width) if isinstance(width, int) else None
    return None
