"""A LoRA and the rows of its tokens as files: in kohya's layout, as the trainer of rubber-tile-lora-v4, and in PEFT's.

All matrices are stored in bfloat16. The same ones make the same bytes.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch

from plitka.core.files.picture import write_whole
from plitka.errors import InputError
from plitka.model.formats import COMPONENTS
from plitka.model.lora import LoraModule

ENCODER_KEYS = ("clip_l", "clip_g")
"""Of a file of embeddings: the rows of the first and of the second encoder."""
_KOHYA = dict(zip(COMPONENTS, ("lora_unet", "lora_te1", "lora_te2"), strict=True))
_WRAPPER = "text_model."
"""Between a text encoder and its layers in every file, though transformers 5 has dropped it from the first one."""
_LENGTH_BYTES = 8
"""Of a safetensors file: how long its header is, to a multiple of which that is filled up."""


def joined(
    learnt: Mapping[str, LoraModule], before: Mapping[str, LoraModule], strength: float
) -> dict[str, LoraModule]:
    """One LoRA that does at strength 1 what two do: ranks add up where both change a layer.

    Args:
        learnt: beside a base into which the other one is fused.
        before: the other one.
        strength: of that.

    Raises:
        InputError: one of them is a DoRA, whose lengths are those of weights without the other.
    """
    if before and any(module.magnitude is not None for module in (*learnt.values(), *before.values())):
        raise InputError("a DoRA and another LoRA cannot be written as one; train on a base without a LoRA, or no DoRA")
    whole = dict(learnt)
    for name, module in before.items():
        scaled = LoraModule(module.down, module.up * (module.scale * strength), 1.0)
        whole[name] = _sum(whole[name], scaled) if name in whole else scaled
    return dict(sorted(whole.items()))


def _sum(one: LoraModule, other: LoraModule) -> LoraModule:
    """Both side by side in one pair of matrices."""
    device = one.down.device
    down = torch.cat([one.down, other.down.to(device).reshape(-1, *one.down.shape[1:])])
    up = torch.cat([one.up * one.scale, other.up.to(device).reshape(one.up.shape[0], -1, *one.up.shape[2:])], 1)
    return LoraModule(down, up, 1.0)


def kohya_tensors(modules: Mapping[str, LoraModule]) -> dict[str, torch.Tensor]:
    """A LoRA under kohya's keys; a whole alpha is a whole number, as v4's is.

    Where alphas differ, one of them is written for all and the matrices are scaled: diffusers loses others than the
    first.

    Args:
        modules: by component and diffusers' names, none a DoRA's.
    """
    alphas = {name: round(module.scale * len(module.down), 6) for name, module in modules.items()}
    alpha = max(alphas.values())
    told = torch.tensor(int(alpha), dtype=torch.int64) if alpha.is_integer() else torch.tensor(alpha)
    tensors = {}
    for name, module in modules.items():
        key = kohya_key(name)
        tensors[f"{key}.lora_down.weight"] = _stored(module.down)
        tensors[f"{key}.lora_up.weight"] = _stored(module.up * (alphas[name] / alpha))
        tensors[f"{key}.alpha"] = told.clone()
    return tensors


def kohya_key(name: str) -> str:
    """What kohya's keys begin with for a layer, named by component and by diffusers."""
    component, layer = _named(name)
    return f"{_KOHYA[component]}_{layer.replace('.', '_')}"


def peft_tensors(modules: Mapping[str, LoraModule]) -> dict[str, torch.Tensor]:
    """A LoRA as diffusers saves PEFT's: alpha, which it does not say, is the rank, and the scale is in the matrices.

    Args:
        modules: by component and diffusers' names.
    """
    tensors = {}
    for name, module in modules.items():
        key = ".".join(_named(name))
        tensors[f"{key}.lora_A.weight"] = _stored(module.down)
        tensors[f"{key}.lora_B.weight"] = _stored(module.up * module.scale)
        if module.magnitude is not None:
            flat = module.magnitude.flatten()
            shape = (-1,) if module.down.dim() == 2 else (1, -1, 1, 1)
            tensors[f"{key}.lora_magnitude_vector"] = _stored(flat.reshape(shape))
    return tensors


def _named(name: str) -> tuple[str, str]:
    component, _, layer = name.partition(".")
    needs_wrapper = component != COMPONENTS[0] and not layer.startswith(_WRAPPER)
    return component, f"{_WRAPPER}{layer}" if needs_wrapper else layer


def embedding_tensors(rows: Iterable[torch.Tensor]) -> dict[str, torch.Tensor]:
    """The rows of the first and the second encoder as a file of embeddings has them."""
    return dict(zip(ENCODER_KEYS, map(_stored, rows), strict=True))


def write_tensors(path: Path, tensors: Mapping[str, torch.Tensor], facts: Mapping[str, str]) -> None:
    """A file of safetensors with some facts and the hash of its numbers in its header."""
    from safetensors.torch import save  # noqa: PLC0415

    content = save(dict(tensors))
    n_header = int.from_bytes(content[:_LENGTH_BYTES], "little")
    data = content[_LENGTH_BYTES + n_header :]
    # The library itself writes facts in another order each time.
    entries = json.loads(content[_LENGTH_BYTES : _LENGTH_BYTES + n_header])
    told = {**facts, "modelspec.hash_sha256": f"0x{hashlib.sha256(data).hexdigest()}"}
    header = json.dumps({"__metadata__": dict(sorted(told.items()))} | entries, separators=(",", ":")).encode()
    header += b" " * (-len(header) % _LENGTH_BYTES)
    write_whole(path, len(header).to_bytes(_LENGTH_BYTES, "little") + header + data)


def _stored(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().to("cpu", torch.bfloat16).contiguous()
