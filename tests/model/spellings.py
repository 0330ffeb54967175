"""LoRA files as their writers spell them, written down apart from what reads them.

A change is kept under diffusers' module names; each writer below turns a set of changes into a file's tensors.
Stability's block numbers are SDXL's own, as a literal table.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import torch

STABILITY = {
    "conv_in": "input_blocks.0.0",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_out": "out.2",
    "down_blocks.0.resnets.0": "input_blocks.1.0",
    "down_blocks.0.resnets.1": "input_blocks.2.0",
    "down_blocks.0.downsamplers.0.conv": "input_blocks.3.0.op",
    "down_blocks.1.resnets.0": "input_blocks.4.0",
    "down_blocks.1.attentions.0": "input_blocks.4.1",
    "down_blocks.1.resnets.1": "input_blocks.5.0",
    "down_blocks.1.attentions.1": "input_blocks.5.1",
    "down_blocks.1.downsamplers.0.conv": "input_blocks.6.0.op",
    "down_blocks.2.resnets.0": "input_blocks.7.0",
    "down_blocks.2.attentions.0": "input_blocks.7.1",
    "down_blocks.2.resnets.1": "input_blocks.8.0",
    "down_blocks.2.attentions.1": "input_blocks.8.1",
    "mid_block.resnets.0": "middle_block.0",
    "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.1": "middle_block.2",
    "up_blocks.0.resnets.0": "output_blocks.0.0",
    "up_blocks.0.attentions.0": "output_blocks.0.1",
    "up_blocks.0.resnets.1": "output_blocks.1.0",
    "up_blocks.0.attentions.1": "output_blocks.1.1",
    "up_blocks.0.resnets.2": "output_blocks.2.0",
    "up_blocks.0.attentions.2": "output_blocks.2.1",
    "up_blocks.0.upsamplers.0.conv": "output_blocks.2.2.conv",
    "up_blocks.1.resnets.0": "output_blocks.3.0",
    "up_blocks.1.attentions.0": "output_blocks.3.1",
    "up_blocks.1.resnets.1": "output_blocks.4.0",
    "up_blocks.1.attentions.1": "output_blocks.4.1",
    "up_blocks.1.resnets.2": "output_blocks.5.0",
    "up_blocks.1.attentions.2": "output_blocks.5.1",
    "up_blocks.1.upsamplers.0.conv": "output_blocks.5.2.conv",
    "up_blocks.2.resnets.0": "output_blocks.6.0",
    "up_blocks.2.resnets.1": "output_blocks.7.0",
    "up_blocks.2.resnets.2": "output_blocks.8.0",
}
RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
FIRST, SECOND = "text_encoder", "text_encoder_2"


@dataclass(frozen=True, slots=True)
class Change:
    """What a trainer learned for one module."""

    down: torch.Tensor
    up: torch.Tensor
    alpha: float
    magnitude: torch.Tensor | None = None
    """DoRA's lengths, shaped to be divided by."""


@dataclass(frozen=True, slots=True)
class Spelt:
    """A file's content."""

    tensors: Mapping[str, torch.Tensor]
    metadata: dict[str, str] | None = field(default=None)


Changes: TypeAlias = Mapping[str, Change]
"""By component and module; text encoders' names with `text_model`, as all files have them."""
Writer: TypeAlias = Callable[[Changes], Spelt]


def stability(name: str) -> str:
    """Stability's name of a UNet's module."""
    start = max((start for start in STABILITY if name == start or name.startswith(f"{start}.")), key=len)
    rest = name[len(start) :].removeprefix(".")
    first, _, after = rest.partition(".")
    return ".".join(piece for piece in (STABILITY[start], RESNET.get(first, first), after) if piece)


def _spell(changes: Changes, name: Callable[[str, str], str], down: str, up: str, *, alpha: bool) -> Spelt:
    tensors = {}
    for key, change in changes.items():
        component, _, module = key.partition(".")
        start = name(component, module)
        tensors[f"{start}.{down}"] = change.down
        tensors[f"{start}.{up}"] = change.up
        if alpha:
            tensors[f"{start}.alpha"] = torch.tensor(change.alpha)
        elif change.alpha != change.down.shape[0]:
            raise AssertionError("this layout cannot say alpha")
    return Spelt(tensors)


def kohya(name: Callable[[str], str], unet: str = "lora_unet_") -> Writer:
    """`lora_unet_<one word>.lora_down.weight` with alpha."""
    prefixes = {"unet": unet, FIRST: "lora_te1_", SECOND: "lora_te2_"}

    def write(changes: Changes) -> Spelt:
        def word(component: str, module: str) -> str:
            spelled = name(module) if component == "unet" else module
            return prefixes[component] + spelled.replace(".", "_")

        spelt = _spell(changes, word, "lora_down.weight", "lora_up.weight", alpha=True)
        scales = {
            f"{word(*key.split('.', 1))}.dora_scale": change.magnitude
            for key, change in changes.items()
            if change.magnitude is not None
        }
        return Spelt({**spelt.tensors, **scales})

    return write


def dotted(down: str, up: str, *, unet: str = "unet.", alpha: bool = False) -> Writer:
    """`unet.<module>.<down>`; text encoders by diffusers' component names."""

    def write(changes: Changes) -> Spelt:
        def dots(component: str, module: str) -> str:
            return f"{unet if component == 'unet' else component + '.'}{module}"

        spelt = _spell(changes, dots, down, up, alpha=alpha)
        lengths = {
            f"{dots(*key.split('.', 1))}.lora_magnitude_vector": _pefts(change.magnitude)
            for key, change in changes.items()
            if change.magnitude is not None
        }
        return Spelt({**spelt.tensors, **lengths})

    return write


def _pefts(magnitude: torch.Tensor) -> torch.Tensor:
    """(out) of a linear layer, (1, out, 1, 1) of a convolution."""
    return magnitude.flatten() if magnitude.dim() == 2 else magnitude.transpose(0, 1).contiguous()


def processors(unet: str) -> Writer:
    """`attn1.processor.to_q_lora.down.weight`, which has no alpha and nothing but attention."""

    def write(changes: Changes) -> Spelt:
        def old(component: str, module: str) -> str:
            if component == "unet":
                return unet + re.sub(r"\.(to_[qkv]|to_out)(\.0)?$", r".processor.\1_lora", module)
            return f"{component}." + re.sub(r"\.(q|k|v|out)_proj$", r".to_\1_lora", module)

        return _spell(changes, old, "down.weight", "up.weight", alpha=False)

    return write


def original(unet: str, first: str = "", second: str = "") -> Writer:
    """OneTrainer's names of Stability's blocks with PEFT's endings and alpha."""

    def write(changes: Changes) -> Spelt:
        prefixes = {FIRST: first, SECOND: second}

        def name(component: str, module: str) -> str:
            return unet + stability(module) if component == "unet" else prefixes[component] + module

        return _spell(changes, name, "lora_A.weight", "lora_B.weight", alpha=True)

    return write


def mixed_endings(changes: Changes) -> Spelt:
    """What `convert_state_dict_to_diffusers` leaves of a PEFT LoRA with convolutions."""
    tensors = {}
    for key, change in changes.items():
        is_plain = change.down.dim() == 2
        tensors[f"{key}.{'lora.down' if is_plain else 'lora_A'}.weight"] = change.down
        tensors[f"{key}.{'lora.up' if is_plain else 'lora_B'}.weight"] = change.up
    return Spelt(tensors)


def mixed_components(changes: Changes) -> Spelt:
    """SimpleTuner: PEFT's endings in the UNet, diffusers' in the text encoders."""
    tensors = {}
    for key, change in changes.items():
        is_unet = key.startswith("unet.")
        tensors[f"{key}.{'lora_A' if is_unet else 'lora_linear_layer.down'}.weight"] = change.down
        tensors[f"{key}.{'lora_B' if is_unet else 'lora_linear_layer.up'}.weight"] = change.up
    return Spelt(tensors)


def with_adapter_metadata(changes: Changes) -> Spelt:
    """diffusers' `save_lora_adapter`: one alpha for all in the header, and the modules that have another."""
    spelt = dotted("lora_A.weight", "lora_B.weight")(
        {key: Change(change.down, change.up, change.down.shape[0]) for key, change in changes.items()}
    )
    adapter: dict[str, object] = {}
    for component in ("unet", FIRST, SECOND):
        alphas = {
            key.partition(".")[2]: change.alpha for key, change in changes.items() if key.startswith(f"{component}.")
        }
        if alphas:
            common = next(iter(alphas.values()))
            ranks = {change.down.shape[0] for change in changes.values()}
            adapter[f"{component}.r"] = max(ranks)
            adapter[f"{component}.lora_alpha"] = common
            adapter[f"{component}.alpha_pattern"] = {name: alpha for name, alpha in alphas.items() if alpha != common}
            adapter[f"{component}.target_modules"] = sorted(alphas)
    return Spelt(spelt.tensors, {"lora_adapter_metadata": json.dumps(adapter)})


def with_bundled_embeddings(changes: Changes) -> Spelt:
    """OneTrainer's bundle: a LoRA in kohya's words and the tokens beside it."""
    rows = {
        f"bundle_emb.{token}.{encoder}": torch.randn(1, width)
        for token in ("<s0>", "<s1>")
        for encoder, width in (("clip_l", 32), ("clip_g", 64))
    }
    return Spelt({**kohya(lambda name: name)(changes).tensors, **rows})


RANK = 4
ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
ENCODER_ATTENTION = ("q_proj", "k_proj", "v_proj", "out_proj")
CONV2 = ("conv2",)
ALL_OF_KOHYA = (*ATTENTION, "proj_in", "proj_out", "ff.net.0.proj", "ff.net.2")
RESNETS = ("conv1", "conv2", "time_emb_proj", "conv_shortcut", "downsamplers.0.conv", "upsamplers.0.conv")
OUTSIDE = ("conv_in", "conv_out", "linear_1", "linear_2")
ENCODERS = (*ENCODER_ATTENTION, "fc1", "fc2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A layout and what becomes of it."""

    write: Writer
    targets: tuple[str, ...]
    stock: str
    """What stock diffusers 0.42 does: right, or without an error nothing, part or wrong, or raises."""
    alpha: float = RANK
    dora: str = ""
    """Whose lengths are learned: of outputs or of inputs."""
    dtype: torch.dtype = torch.float32


ROWS = {
    "eden": Row(write=kohya(str), targets=(*ATTENTION, *CONV2), stock="right"),
    "eden, alpha is not rank": Row(write=kohya(str), targets=(*ATTENTION, *CONV2), stock="right", alpha=1),
    "eden, bfloat16": Row(write=kohya(str), targets=(*ATTENTION, *CONV2), stock="right", dtype=torch.bfloat16),
    "eden, float16": Row(write=kohya(str), targets=(*ATTENTION, *CONV2), stock="right", dtype=torch.float16),
    "simpletuner, lycoris": Row(write=kohya(str, "lycoris_"), targets=(*ATTENTION, *CONV2), stock="raises", alpha=2),
    "raw peft of another adapter": Row(
        write=dotted("lora_A.default_0.weight", "lora_B.default_0.weight"), targets=ATTENTION, stock="nothing"
    ),
    "older eden": Row(write=kohya(str, "lora_unet_base_model_model_"), targets=(*ATTENTION, *CONV2), stock="raises"),
    "kohya": Row(write=kohya(stability), targets=ALL_OF_KOHYA, stock="right", alpha=1),
    "kohya, convolutions and text encoders": Row(
        write=kohya(stability), targets=(*ALL_OF_KOHYA, *RESNETS, *ENCODERS), stock="right", alpha=2
    ),
    "kohya, outside of the blocks": Row(write=kohya(stability), targets=(*ATTENTION, *OUTSIDE), stock="right"),
    "onetrainer legacy, text encoders": Row(
        write=kohya(str), targets=(*ALL_OF_KOHYA, *ENCODERS), stock="right", alpha=1
    ),
    "peft with component": Row(
        write=dotted("lora_A.weight", "lora_B.weight"), targets=(*ATTENTION, *CONV2, *ENCODERS), stock="right"
    ),
    "peft with component and alpha": Row(
        write=dotted("lora_A.weight", "lora_B.weight", alpha=True), targets=ATTENTION, stock="raises", alpha=2
    ),
    "peft with adapter metadata": Row(
        write=with_adapter_metadata, targets=(*ATTENTION, *CONV2), stock="right", alpha=8
    ),
    "diffusers": Row(write=dotted("lora.down.weight", "lora.up.weight"), targets=ATTENTION, stock="right"),
    "diffusers, text encoders": Row(
        write=dotted("lora_linear_layer.down.weight", "lora_linear_layer.up.weight"),
        targets=ENCODER_ATTENTION,
        stock="right",
    ),
    "diffusers before 0.21": Row(write=processors("unet."), targets=(*ATTENTION, *ENCODER_ATTENTION), stock="right"),
    "simpletuner": Row(write=mixed_components, targets=(*ATTENTION, *ENCODER_ATTENTION), stock="right"),
    "cog-sdxl": Row(write=processors(""), targets=ATTENTION, stock="nothing"),
    "raw peft": Row(
        write=dotted("lora_A.weight", "lora_B.weight", unet="base_model.model."),
        targets=(*ATTENTION, *CONV2),
        stock="nothing",
    ),
    "no prefix": Row(
        write=dotted("lora_A.weight", "lora_B.weight", unet=""), targets=(*ATTENTION, *CONV2), stock="nothing"
    ),
    "mixed endings": Row(write=mixed_endings, targets=(*ATTENTION, *CONV2), stock="part"),
    "onetrainer original": Row(write=original(""), targets=(*ATTENTION, *RESNETS), stock="raises", alpha=1),
    "onetrainer comfyui": Row(
        write=original("diffusion_model.", "text_encoders.clip_l.transformer.", "text_encoders.clip_g.transformer."),
        targets=(*ATTENTION, *ENCODERS),
        stock="raises",
        alpha=1,
    ),
    "onetrainer omi": Row(
        write=original("unet.", "clip_l.", "clip_g."), targets=(*ATTENTION, *ENCODERS), stock="raises"
    ),
    "bundled embeddings": Row(write=with_bundled_embeddings, targets=ATTENTION, stock="raises"),
    "dora of kohya": Row(
        write=kohya(str), targets=(*ATTENTION, *CONV2, *ENCODER_ATTENTION), stock="wrong", dora="outputs"
    ),
    "dora of kohya, of inputs": Row(write=kohya(str), targets=(*ATTENTION, *CONV2), stock="wrong", dora="inputs"),
    "dora of peft": Row(
        write=dotted("lora_A.weight", "lora_B.weight"),
        targets=(*ATTENTION, *CONV2),
        stock="right",
        dora="outputs",
    ),
    "dora of peft, text encoders": Row(
        write=dotted("lora_A.weight", "lora_B.weight"),
        targets=(*ATTENTION, *ENCODER_ATTENTION),
        stock="wrong",
        dora="outputs",
    ),
}


_BLOCK = "down_blocks.1.attentions.0.transformer_blocks.0"
LAYERS = (
    f"unet.{_BLOCK}.attn1.to_q",
    f"unet.{_BLOCK}.attn2.to_k",
    f"unet.{_BLOCK}.attn2.to_out.0",
    f"unet.{_BLOCK}.ff.net.2",
    "unet.down_blocks.0.resnets.0.conv2",
    "unet.conv_in",
    "text_encoder.text_model.encoder.layers.0.self_attn.q_proj",
    "text_encoder.text_model.encoder.layers.0.mlp.fc1",
    "text_encoder_2.text_model.encoder.layers.0.self_attn.q_proj",
)
"""A layer of each kind that trainers change."""
EXAMPLE_WIDTH = 8


def example(row: Row) -> tuple[int, Spelt]:
    """How many of `LAYERS` a row's writer changes, and its file of ones for them, all of `EXAMPLE_WIDTH` inputs."""
    changed = [layer for layer in LAYERS if layer.endswith(row.targets)]
    down, up = torch.ones(RANK, EXAMPLE_WIDTH, dtype=row.dtype), torch.ones(4, RANK, dtype=row.dtype)
    change = Change(down, up, row.alpha, torch.ones(4, 1) if row.dora else None)
    return len(changed), row.write(dict.fromkeys(changed, change))
