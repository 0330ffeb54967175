"""LoRA and embedding files, read into one form that does not depend on who wrote them.

Read are the kohya layout with diffusers block names (`lora_unet_<module with _>.lora_down.weight`,
`.lora_up.weight`, `.alpha`) and the diffusers/PEFT layout (`unet.<module>.lora_A.weight`,
`.lora_B.weight`, `.alpha` or the adapter metadata). A key that fits neither is refused: a LoRA that
loads in part makes a wrong picture without a word.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from plitka.errors import BundleError

_KOHYA_PREFIX = "lora_unet_"
_PEFT_PREFIX = "unet."
_ROLES = {
    ".lora_down.weight": "down",
    ".lora_up.weight": "up",
    ".lora_A.weight": "down",
    ".lora_B.weight": "up",
    ".lora.down.weight": "down",
    ".lora.up.weight": "up",
    ".alpha": "alpha",
}
_METADATA_KEY = "lora_adapter_metadata"
_ENCODER_KEYS = {"clip_l": ("clip_l", "text_encoders_0"), "clip_g": ("clip_g", "text_encoders_1")}
_SHOWN = 4
"""Names shown in a message before it says how many more there are."""


@dataclass(frozen=True, slots=True)
class LoraModule:
    """The change of one module: `scale * up @ down`, before the bundle's strength."""

    down: torch.Tensor
    """(rank, in) or (rank, in, h, w) float32."""
    up: torch.Tensor
    """(out, rank) or (out, rank, 1, 1) float32."""
    scale: float
    """alpha / rank."""

    def delta(self, dtype: torch.dtype = torch.float64) -> torch.Tensor:
        """(out, in) or (out, in, h, w): what is added to the weight at strength 1."""
        product = self.up.to(dtype).flatten(1) @ self.down.to(dtype).flatten(1)
        return self.scale * product.reshape(self.up.shape[0], *self.down.shape[1:])


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Learned rows of both text encoders, one row for each token."""

    clip_l: torch.Tensor
    """(n_tokens, width of the first encoder)."""
    clip_g: torch.Tensor
    """(n_tokens, width of the second encoder)."""


def read_lora(path: Path, weights: Mapping[str, torch.Size]) -> dict[str, LoraModule]:
    """The LoRA's modules by the name that they have in the UNet.

    Args:
        path: a safetensors file in the kohya or the PEFT layout.
        weights: shape of the UNet's weight by module name, `down_blocks.1...to_q` for example.

    Raises:
        BundleError: unknown keys, modules that the UNet has not, halves missing, or shapes that do not fit.
    """
    tensors, metadata = _read_tensors(path)
    parts = _collect(path, tensors, weights)
    default_alpha = _metadata_alpha(path, metadata)
    modules = {name: _join(path, name, part, default_alpha) for name, part in sorted(parts.items())}
    _refuse(
        path,
        (name for name, module in modules.items() if not _fits(module, weights[name])),
        "{path}: the LoRA was made for another base, its shapes differ in {n} modules: {modules}",
    )
    _refuse(
        path,
        (
            name
            for name, module in modules.items()
            if not module.up.any() or not module.delta(torch.float32).isfinite().all()
        ),
        "{path}: {n} modules of the LoRA are empty or not finite: {modules}; the training did not reach them "
        "or broke, so use another checkpoint",
    )
    return modules


def read_embeddings(path: Path, n_tokens: int, width_l: int, width_g: int) -> Embeddings:
    """The learned rows, mapped to the encoders by name and checked by width.

    Args:
        path: a safetensors file with `clip_l` and `clip_g`, or `text_encoders_0` and `text_encoders_1`.
        n_tokens: rows that each tensor must have.
        width_l: embedding width of the first text encoder (768 in SDXL).
        width_g: embedding width of the second text encoder (1280 in SDXL).

    Raises:
        BundleError: a tensor is missing or too many, or has another shape, or is not finite.
    """
    tensors, _ = _read_tensors(path)
    chosen = {}
    for encoder, width in (("clip_l", width_l), ("clip_g", width_g)):
        keys = [key for key in _ENCODER_KEYS[encoder] if key in tensors]
        if len(keys) != 1 or len(tensors) != len(_ENCODER_KEYS):
            raise BundleError(
                "{path}: expected the tensors clip_l and clip_g (or text_encoders_0 and text_encoders_1), found {keys}",
                path=path,
                keys=_some(tensors),
            )
        tensor = tensors[keys[0]]
        if tuple(tensor.shape) != (n_tokens, width):
            raise BundleError(
                "{path}: {key} has the shape {actual}, this base and the manifest's tokens need {expected}; "
                "the embeddings belong to another base or to another number of tokens",
                path=path,
                key=keys[0],
                actual=list(tensor.shape),
                expected=[n_tokens, width],
            )
        if not tensor.isfinite().all():
            raise BundleError("{path}: {key} is not finite; use another checkpoint", path=path, key=keys[0])
        chosen[encoder] = tensor
    return Embeddings(**chosen)


def _read_tensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    try:
        with safe_open(path, framework="pt") as stream:
            return {key: stream.get_tensor(key) for key in stream.keys()}, dict(stream.metadata() or {})  # noqa: SIM118
    except (SafetensorError, OSError) as exc:
        raise BundleError("{path} cannot be read as safetensors: {reason}", path=path, reason=str(exc)) from exc


def _collect(
    path: Path, tensors: Mapping[str, torch.Tensor], weights: Mapping[str, torch.Size]
) -> dict[str, dict[str, torch.Tensor]]:
    """The tensors by module and role; every key must have a place."""
    by_flat_name = {name.replace(".", "_"): name for name in weights}
    parts: dict[str, dict[str, torch.Tensor]] = {}
    unknown = []
    for key, tensor in tensors.items():
        name, role = _split_key(key, by_flat_name)
        if role is None or name not in weights:
            unknown.append(key)
        else:
            parts.setdefault(name, {})[role] = tensor
    if unknown or not parts:
        raise BundleError(
            "{path}: {n} of {n_keys} keys fit no module of this base: {keys}; "
            "expected a UNet LoRA in kohya layout with diffusers names or in PEFT layout",
            path=path,
            n=len(unknown),
            n_keys=len(tensors),
            keys=_some(unknown),
        )
    return parts


def _split_key(key: str, by_flat_name: Mapping[str, str]) -> tuple[str, str | None]:
    """The UNet's module name and the tensor's role; no role if the key is in no known layout."""
    for ending, role in _ROLES.items():
        if not key.endswith(ending):
            continue
        name = key.removesuffix(ending)
        if name.startswith(_KOHYA_PREFIX):
            return by_flat_name.get(name.removeprefix(_KOHYA_PREFIX), ""), role
        if name.startswith(_PEFT_PREFIX):
            return name.removeprefix(_PEFT_PREFIX), role
    return "", None


def _metadata_alpha(path: Path, metadata: Mapping[str, str]) -> Callable[[str], float | None]:
    """How to ask diffusers' adapter metadata for a module's alpha; None where it says nothing."""
    try:
        adapter = json.loads(metadata.get(_METADATA_KEY, "{}"))
        alpha, patterns = adapter.get("unet.lora_alpha"), dict(adapter.get("unet.alpha_pattern", {}))
    except (ValueError, TypeError, AttributeError) as exc:
        raise BundleError("{path}: its adapter metadata cannot be read", path=path) from exc
    if adapter.get("unet.use_dora") or adapter.get("unet.use_rslora"):
        raise BundleError("{path} is a DoRA or an rsLoRA, which plitka cannot scale; use a plain LoRA", path=path)
    return lambda name: patterns.get(name, alpha)


def _join(
    path: Path, name: str, part: Mapping[str, torch.Tensor], default_alpha: Callable[[str], float | None]
) -> LoraModule:
    if "down" not in part or "up" not in part:
        raise BundleError("{path}: {module} has only one of its two matrices", path=path, module=name)
    down, up = part["down"].float(), part["up"].float()
    rank = down.shape[0]
    alpha = part["alpha"].item() if "alpha" in part else default_alpha(name)
    return LoraModule(down, up, 1.0 if alpha is None else alpha / rank)


def _fits(module: LoraModule, weight: torch.Size) -> bool:
    rank = module.down.shape[0]
    has_plain_up = module.up.numel() == module.up.shape[0] * rank and module.up.shape[1] == rank
    return has_plain_up and (module.up.shape[0], *module.down.shape[1:]) == tuple(weight)


def _refuse(path: Path, modules: Iterable[str], message: str) -> None:
    names = list(modules)
    if names:
        raise BundleError(message, path=path, n=len(names), modules=_some(names))


def _some(names: Iterable[str]) -> str:
    every = list(names)
    more = len(every) - _SHOWN
    return ", ".join(every[:_SHOWN]) + (f" (+{more})" if more > 0 else "")
