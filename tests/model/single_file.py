"""An SDXL pipeline as one file with the names of Stability's own code, as ComfyUI and A1111 use it."""

import re
from typing import Any

import torch
from tests.model.spellings import stability

_VAE = (
    (r"mid_block\.resnets\.0", "mid.block_1"),
    (r"mid_block\.resnets\.1", "mid.block_2"),
    (r"mid_block\.attentions\.0", "mid.attn_1"),
    (r"down_blocks\.(\d)\.resnets\.", r"down.\1.block."),
    (r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample"),
    (r"up_blocks\.(\d)\.upsamplers\.0", lambda match: f"up.{3 - int(match[1])}.upsample"),
    (r"up_blocks\.(\d)\.resnets\.", lambda match: f"up.{3 - int(match[1])}.block."),
    (r"conv_shortcut", "nin_shortcut"),
    (r"conv_norm_out", "norm_out"),
    (r"group_norm", "norm"),
    (r"attn_1\.to_([qkv])", r"attn_1.\1"),
    (r"attn_1\.to_out\.0", "attn_1.proj_out"),
)
_OPEN_CLIP = (
    (r"^text_model\.embeddings\.position_embedding\.weight", "positional_embedding"),
    (r"^text_model\.embeddings\.token_embedding", "token_embedding"),
    (r"^text_model\.final_layer_norm", "ln_final"),
    (r"^text_model\.encoder\.layers\.", "transformer.resblocks."),
    (r"layer_norm([12])", r"ln_\1"),
    (r"mlp\.fc1", "mlp.c_fc"),
    (r"mlp\.fc2", "mlp.c_proj"),
    (r"self_attn\.out_proj", "attn.out_proj"),
)


def to_single_file(pipe: Any) -> dict[str, torch.Tensor]:  # noqa: ANN401
    """All tensors of a pipeline under the names of an original checkpoint."""
    tensors = {f"model.diffusion_model.{stability_key(key)}": value for key, value in pipe.unet.state_dict().items()}
    tensors |= {f"first_stage_model.{_rename(key, _VAE)}": value for key, value in pipe.vae.state_dict().items()}
    for key, value in list(tensors.items()):
        if re.search(r"attn_1\.(q|k|v|proj_out)\.weight$", key):
            tensors[key] = value[:, :, None, None]
    first = "conditioner.embedders.0.transformer.text_model."
    tensors |= {first + key.removeprefix("text_model."): value for key, value in pipe.text_encoder.state_dict().items()}
    tensors |= {f"conditioner.embedders.1.model.{key}": value for key, value in _open_clip(pipe.text_encoder_2).items()}
    return {key: value.clone().contiguous() for key, value in tensors.items() if not key.endswith("position_ids")}


def stability_key(key: str) -> str:
    """A UNet tensor's name."""
    module, _, kind = key.rpartition(".")
    return f"{'out.0' if module == 'conv_norm_out' else stability(module)}.{kind}"


def _open_clip(encoder: Any) -> dict[str, torch.Tensor]:  # noqa: ANN401
    tensors = {}
    state = encoder.state_dict()
    for key, value in state.items():
        if key == "text_projection.weight":
            tensors["text_projection"] = value.T
        elif match := re.search(r"^(.*self_attn)\.q_proj\.(weight|bias)$", key):
            parts = [state[f"{match[1]}.{part}_proj.{match[2]}"] for part in "qkv"]
            start = _rename(match[1], _OPEN_CLIP).replace("self_attn", "attn")
            tensors[f"{start}.in_proj_{match[2]}"] = torch.cat(parts)
        elif not re.search(r"self_attn\.[kv]_proj", key):
            tensors[_rename(key, _OPEN_CLIP)] = value
    return tensors


def _rename(key: str, rules: Any) -> str:  # noqa: ANN401
    for pattern, replacement in rules:
        key = re.sub(pattern, replacement, key)
    return key
