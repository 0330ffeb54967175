"""The names that SDXL's modules have elsewhere.

diffusers calls a module `down_blocks.1.attentions.0.proj_in`, Stability's own code `input_blocks.4.1.proj_in`.
The numbers follow from how many layers the blocks have, so the names are derived from the network at hand.
"""

import re
from collections.abc import Iterable, Iterator

_OUTSIDE_BLOCKS = {
    "conv_in": "input_blocks.0.0",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
    "mid_block.resnets.0": "middle_block.0",
    "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.1": "middle_block.2",
}
_IN_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_PART = re.compile(r"((?:down|up)_blocks\.\d+\.(?:resnets|attentions|downsamplers|upsamplers)\.\d+)\b")


def stability_names(names: Iterable[str]) -> dict[str, str]:
    """Stability's name of each of a UNet's modules, by the name that diffusers gives it.

    Args:
        names: all modules of one UNet with weights of their own; the numbering is read from them.
    """
    modules = list(names)
    starts = {**_OUTSIDE_BLOCKS, **dict(_numbered(modules))}
    return {name: spelled for name in modules if (spelled := _spell(name, starts)) is not None}


def processor_name(name: str) -> str | None:
    """An attention projection as diffusers named it before 0.21: `attn1.processor.to_q_lora`."""
    match = re.fullmatch(r"(.*\.attn\d)\.(to_[qkv]|to_out)(?:\.0)?", name)
    return f"{match[1]}.processor.{match[2]}_lora" if match else None


def encoder_processor_name(name: str) -> str | None:
    """A text encoder's attention projection as diffusers named it before 0.21: `self_attn.to_q_lora`."""
    match = re.fullmatch(r"(.*\.self_attn)\.(q|k|v|out)_proj", name)
    return f"{match[1]}.to_{match[2]}_lora" if match else None


def flat(name: str) -> str:
    """A module's name as kohya writes it: with underscores for dots."""
    return name.replace(".", "_")


def _spell(name: str, starts: dict[str, str]) -> str | None:
    """Replace the longest known beginning of a name, then the layer inside a resnet."""
    pieces = name.split(".")
    for n_kept in range(len(pieces), 0, -1):
        start, rest = ".".join(pieces[:n_kept]), pieces[n_kept:]
        if start in starts:
            return ".".join([starts[start], *([_IN_RESNET.get(rest[0], rest[0]), *rest[1:]] if rest else [])])
    return None


def _numbered(names: list[str]) -> Iterator[tuple[str, str]]:
    """Names in both schemes of each layer of the down and up blocks, in the order that Stability counts them."""
    parts = {match[1] for name in names if (match := _PART.match(name))}
    number = 1  # input_blocks.0 is conv_in
    for block in range(_count(parts, "down_blocks.{}.resnets.0")):
        for layer in range(_count(parts, f"down_blocks.{block}.resnets.{{}}")):
            yield from _layer(f"down_blocks.{block}", layer, f"input_blocks.{number}")
            number += 1
        if f"down_blocks.{block}.downsamplers.0" in parts:
            yield f"down_blocks.{block}.downsamplers.0.conv", f"input_blocks.{number}.0.op"
            number += 1
    number = 0
    for block in range(_count(parts, "up_blocks.{}.resnets.0")):
        n_layers = _count(parts, f"up_blocks.{block}.resnets.{{}}")
        for layer in range(n_layers):
            yield from _layer(f"up_blocks.{block}", layer, f"output_blocks.{number + layer}")
        number += n_layers
        place = 2 if f"up_blocks.{block}.attentions.0" in parts else 1
        yield f"up_blocks.{block}.upsamplers.0.conv", f"output_blocks.{number - 1}.{place}.conv"


def _layer(block: str, layer: int, there: str) -> Iterator[tuple[str, str]]:
    yield f"{block}.resnets.{layer}", f"{there}.0"
    yield f"{block}.attentions.{layer}", f"{there}.1"


def _count(parts: set[str], template: str) -> int:
    n = 0
    while template.format(n) in parts:
        n += 1
    return n
