"""Recognise files that are not an SDXL LoRA by their keys and shapes, so that a refusal can name what they are."""

import re
from collections.abc import Mapping
from pathlib import Path

from plitka.errors import BundleError, Phrase

_METHODS = {
    "LoHa": r"\.hada_w\d",
    "LoKr": r"\.lokr_w\d",
    "LoCon with Tucker decomposition": r"\.lora_mid\.weight$",
    "OFT": r"\.oft_(blocks|diag|R)",
    "BOFT": r"\.boft_",
    "IA3": r"\.on_input$|\.ia3_l$",
    "GLoRA": r"\.[ab][12]\.weight$",
    "VeRA": r"\.vera_lambda",
    "full difference": r"\.(diff|diff_b|w_norm|b_norm|set_weight)$",
}
"""Patterns of keys by the method of training that writes them."""
_OTHERS: dict[str, str] = {
    Phrase("an IP-Adapter"): r"^image_proj\.|^ip_adapter\.|\.to_[kv]_ip\.",
    Phrase("a Control-LoRA"): r"^lora_controlnet$",
    Phrase("a ControlNet-LLLite"): r"^lllite_",
    Phrase("for the motion of a video"): r"(^|[._])motion_modules[._]",
    Phrase("an adapter that trains more than two matrices for a module"): (
        r"\.lora_[AB]\.(\w+\.)?bias$|\.modules_to_save\.|\.lora_embedding_[AB]"
    ),
}
"""Patterns of keys of what tools load beside a LoRA and call one."""
_BASES = {
    "FLUX": r"double_blocks|single_blocks|single_transformer_blocks",
    "SD 3": r"joint_blocks|joint_transformer_blocks|attn\.add_q_proj|^lora_te3_",
    "PixArt": r"adaln_single",
    "Stable Cascade": r"^lora_prior_",
    "a video or language-model transformer": r"^(transformer|diffusion_model)\.(blocks|layers|transformer_blocks)\.",
    "SD 1.5 or SD 2": r"^lora_te_text_model|(^|_|\.)down_blocks[_.]0[_.]attentions|input_blocks[_.]1[_.]1[_.]",
}
"""Patterns of keys that only another network's LoRA has."""
_TEXT_WIDTHS = {768: "SD 1.5", 1024: "SD 2", 1280: "the SDXL refiner"}
"""Networks by the width of the text that their cross attention reads."""
_READS_TEXT = re.compile(r"attn2[._](?:processor\.)?to_[kv](?:_lora)?\.(?:lora_down|lora_A|lora\.down|down)\.")
_EMBEDDING = re.compile(r"(clip_[lg](_out)?|text_encoders_[01]|emb_params)$")


def refuse_other_adapter(path: Path, shapes: Mapping[str, tuple[int, ...]], text_width: int | None) -> None:
    """Refuse what is recognised as something other than a LoRA for this base.

    Args:
        path: for the message.
        shapes: by key.
        text_width: what the base's cross attention reads, 2048 in SDXL.

    Raises:
        BundleError: with the name of what the file is.
    """
    if method := _first(_METHODS, shapes):
        raise BundleError(
            "{path} is {method}, not a LoRA: no product of two matrices stands for what it learned; "
            "train a LoRA or a DoRA, or merge it into the base with the tool that made it",
            path=path,
            method=method,
        )
    if base := _other_base(shapes, text_width):
        raise BundleError(
            "{path} was made for {base}, not for SDXL; a LoRA fits only the kind of network that it was trained on",
            path=path,
            base=base,
        )
    if other := _first(_OTHERS, shapes):
        raise BundleError(
            "{path} is {found}, not a LoRA: it does more than change the weights of SDXL; use a LoRA or a DoRA",
            path=path,
            found=other,
        )
    _refuse_other_files(path, shapes)


def _refuse_other_files(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Files of SDXL that are given in the place of a LoRA."""
    if shapes and all(_EMBEDDING.match(key) for key in shapes):
        raise BundleError("{path} holds embeddings, not a LoRA; give it as the embeddings", path=path)
    if any(key.startswith(("model.diffusion_model.", "first_stage_model.")) for key in shapes):
        raise BundleError("{path} is a whole base model, not a LoRA; give it as the base", path=path)


def _other_base(shapes: Mapping[str, tuple[int, ...]], text_width: int | None) -> str | None:
    widths = {shape[1] for key, shape in shapes.items() if _READS_TEXT.search(key) and len(shape) > 1}
    strange = sorted(widths - {text_width})
    if strange and strange[0] in _TEXT_WIDTHS:
        return _TEXT_WIDTHS[strange[0]]
    return _first(_BASES, shapes)


def _first(patterns: Mapping[str, str], keys: Mapping[str, object]) -> str | None:
    return next((name for name, pattern in patterns.items() if any(re.search(pattern, key) for key in keys)), None)
