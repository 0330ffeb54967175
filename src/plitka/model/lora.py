"""Read a LoRA file of any layout into one form.

Every key must belong to a module of the base: a LoRA that is loaded in part makes a wrong picture without an error. A
file with a key in none of the layouts of `formats` is refused; `other_adapters` first checks what else it may be.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
import torch

from plitka.errors import BundleError
from plitka.model.formats import BUNDLED, COMPONENTS, spellings, split_key
from plitka.model.other_adapters import refuse_other_adapter
from plitka.model.tensor_file import Header, first_few, read_header, read_tensors

log = structlog.get_logger(__name__)

_METADATA_KEY = "lora_adapter_metadata"
_TEXT_READER = "attn2.to_k"


@dataclass(frozen=True, slots=True)
class LoraModule:
    """The change of one module."""

    down: torch.Tensor
    """(rank, in) or (rank, in, h, w) float32."""
    up: torch.Tensor
    """(out, rank) or (out, rank, 1, 1) float32."""
    scale: float
    """alpha / rank; alpha / sqrt(rank) in an rsLoRA."""
    magnitude: torch.Tensor | None = None
    """DoRA's magnitudes: of each output's weights as (out, 1, ...), or of each input's as (1, in, 1, ...)."""

    @property
    def is_idle(self) -> bool:
        """Whether it changes nothing: rank 0, alpha 0 or a matrix of zeros, and no magnitudes."""
        return self.magnitude is None and not (self.scale and bool(self.up.any()) and bool(self.down.any()))

    def to(self, device: torch.device) -> "LoraModule":
        """The same module with its matrices on a device."""
        magnitude = None if self.magnitude is None else self.magnitude.to(device)
        return replace(self, down=self.down.to(device), up=self.up.to(device), magnitude=magnitude)

    def delta(self, dtype: torch.dtype = torch.float64) -> torch.Tensor:
        """(out, in) or (out, in, h, w): `scale * up @ down`."""
        product = self.up.to(dtype).flatten(1) @ self.down.to(dtype).flatten(1)
        return self.scale * product.reshape(self.up.shape[0], *self.down.shape[1:])

    def fused(self, weight: torch.Tensor, strength: float) -> torch.Tensor:
        """The weight with the change, in the weight's own dtype: W + strength * scale * up @ down.

        A DoRA's result is then brought to its magnitude, m * V / |V|, as PEFT does (arXiv:2402.09353, eq. 5).
        """
        changed = weight + strength * self.delta(weight.dtype).reshape(weight.shape)
        return changed if self.magnitude is None else changed * self.stretch(changed)

    def stretch(self, changed: torch.Tensor) -> torch.Tensor:
        """DoRA's m / |V|, broadcastable to V; 1 in a plain LoRA."""
        if self.magnitude is None:
            return changed.new_ones(())
        directions = [axis for axis, size in enumerate(self.magnitude.shape) if size == 1]
        lengths: torch.Tensor = torch.linalg.vector_norm(changed, dim=directions, keepdim=True)
        return self.magnitude.to(changed.dtype) / lengths


def read_lora(path: Path, weights: Mapping[str, torch.Size], alpha: float | None = None) -> dict[str, LoraModule]:
    """The LoRA's modules by component and diffusers name, `unet.down_blocks.1...to_q` for example.

    Args:
        path: a safetensors file in one of the layouts of `formats.LAYOUTS`, or in several.
        weights: shape of each weight of the base's UNet and text encoders, by such names.
        alpha: for modules of which the file does not say it; None means their rank.

    Raises:
        BundleError: it is another kind of file, or has unknown keys, missing halves, shapes that do not fit, infinite
            matrices, or changes nothing at all. Modules that change nothing are left out, with a warning.
    """
    header = read_header(path)
    refuse_other_adapter(path, header.shapes, _text_width(weights))
    parts = _collect(path, weights)
    scale_of = _scales(path, header, alpha)
    _check_dora(path, header, parts)
    _refuse(
        path,
        (name for name, part in parts.items() if not _has_matrices(part)),
        "{path}: {n} modules of the LoRA have something else than two matrices of floating-point numbers and "
        "one alpha: {modules}; use the file as its trainer wrote it",
    )
    modules = {name: _join(path, name, part, weights[name], scale_of) for name, part in sorted(parts.items())}
    _refuse(
        path,
        (name for name, module in modules.items() if not _fits(module, weights[name])),
        "{path}: the LoRA was made for another base, its shapes differ in {n} modules: {modules}",
    )
    _refuse(
        path,
        (name for name, module in modules.items() if not _is_finite(module)),
        "{path}: {n} modules of the LoRA are not finite: {modules}; the training broke, so use another checkpoint",
    )
    return _without_idle(path, modules)


def _without_idle(path: Path, modules: dict[str, LoraModule]) -> dict[str, LoraModule]:
    """The modules that change their weights; refused if none does.

    Trainers write modules that they did not train, such as text encoders, with matrices of zeros.
    """
    idle = [name for name, module in modules.items() if module.is_idle]
    if len(idle) == len(modules):
        raise BundleError(
            "{path} changes nothing: in all of its {n} modules a matrix or alpha is zero; use a checkpoint that was "
            "trained, or leave the LoRA out",
            path=path,
            n=len(modules),
        )
    if idle:
        log.warning("lora_modules_change_nothing", path=str(path), n=len(idle), modules=first_few(idle))
    return {name: module for name, module in modules.items() if not module.is_idle}


def _has_matrices(part: Mapping[str, torch.Tensor]) -> bool:
    """Whether the matrices that are there are some, in a format that can be multiplied, and alpha is one number."""
    matrices = [tensor for role, tensor in part.items() if role != "alpha"]
    are_floats = all(tensor.is_floating_point() and tensor.dim() > 0 for tensor in matrices)
    has_sizes = all(part[role].dim() > 1 for role in ("down", "up") if role in part)
    return are_floats and has_sizes and ("alpha" not in part or part["alpha"].numel() == 1)


def _text_width(weights: Mapping[str, torch.Size]) -> int | None:
    """Width of the text that the base's cross attention reads."""
    return next((shape[1] for name, shape in weights.items() if name.endswith(_TEXT_READER)), None)


def _collect(path: Path, weights: Mapping[str, torch.Size]) -> dict[str, dict[str, torch.Tensor]]:
    """The tensors by module and role; refused if a key has no module, or two keys have the same module and role."""
    names = spellings(weights)
    parts: dict[str, dict[str, torch.Tensor]] = {}
    unknown, twice = [], []
    tensors = {key: tensor for key, tensor in read_tensors(path).items() if not key.startswith(BUNDLED)}
    for key, tensor in tensors.items():
        spelled, role = split_key(key) or ("", "")
        name = names.get(spelled)
        if name is None:
            unknown.append(key)
        elif role in parts.setdefault(name, {}):
            twice.append(key)
        else:
            parts[name][role] = tensor
    if unknown or not parts:
        raise BundleError(
            "{path}: {n} of {n_keys} keys fit no module of this base: {keys}; "
            "expected a LoRA for SDXL in one of the layouts of docs/models.md",
            path=path,
            n=len(unknown),
            n_keys=len(tensors),
            keys=first_few(unknown),
        )
    _refuse(path, twice, "{path}: {n} matrices are there twice under different names: {modules}; make the file again")
    return parts


_Scale = Callable[[str, int, "torch.Tensor | None"], float]
"""From a module's name, rank and own alpha to what multiplies `up @ down`."""


def _scales(path: Path, header: Header, fallback: float | None) -> _Scale:
    """Where alpha comes from: a module's own tensor, diffusers' adapter metadata, or the manifest, in this order."""
    try:
        adapter = json.loads(header.metadata.get(_METADATA_KEY, "{}"))
        rooted = {component for component in COMPONENTS if adapter.get(f"{component}.use_rslora")}
        stated = {component: adapter.get(f"{component}.lora_alpha", fallback) for component in COMPONENTS}
        alphas = {component: None if alpha is None else float(alpha) for component, alpha in stated.items()}
        patterns = {component: dict(adapter.get(f"{component}.alpha_pattern") or {}) for component in COMPONENTS}
        compiled = {
            component: [(re.compile(rf"(.*\.)?({pattern})"), float(alpha)) for pattern, alpha in found.items()]
            for component, found in patterns.items()
        }
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError, re.error) as exc:
        raise BundleError("{path}: its adapter metadata cannot be read", path=path) from exc

    def scale(name: str, rank: int, own: torch.Tensor | None) -> float:
        component, _, module = name.partition(".")
        known = next((alpha for pattern, alpha in compiled[component] if pattern.fullmatch(module)), alphas[component])
        alpha = own.item() if own is not None else known
        if alpha is None:
            return 1.0
        if rank == 0:
            return 0.0
        return float(alpha) / (math.sqrt(rank) if component in rooted else rank)

    return scale


def _check_dora(path: Path, header: Header, parts: Mapping[str, Mapping[str, torch.Tensor]]) -> None:
    """Refuse a DoRA without magnitudes, which would be taken for a plain LoRA and make a wrong picture."""
    says_dora = '.use_dora": true' in header.metadata.get(_METADATA_KEY, "")
    if says_dora and not any("magnitude" in role for part in parts.values() for role in part):
        raise BundleError(
            "{path} calls itself a DoRA and has no magnitudes; save it again with the tool that made it", path=path
        )


def _join(path: Path, name: str, part: Mapping[str, torch.Tensor], weight: torch.Size, scale_of: _Scale) -> LoraModule:
    if "down" not in part or "up" not in part:
        raise BundleError("{path}: {module} has only one of its two matrices", path=path, module=name)
    down, up = part["down"].float(), part["up"].float()
    scale = scale_of(name, down.shape[0], part.get("alpha"))
    return LoraModule(down, up, scale, _magnitude(part, weight))


def _magnitude(part: Mapping[str, torch.Tensor], weight: torch.Size) -> torch.Tensor | None:
    """DoRA's magnitudes with as many axes as the weight: of either axis in kohya's files, of the outputs in PEFT's."""
    ones = (1,) * (len(weight) - 2)
    if "output magnitude" in part:
        return part["output magnitude"].float().reshape(-1, 1, *ones)
    if "magnitude" not in part:
        return None
    lengths = part["magnitude"].float()
    is_one_axis = lengths.numel() == max(lengths.shape) == max(lengths.shape[:2])
    return lengths.reshape(*lengths.shape[:2], *ones) if is_one_axis else lengths


def _fits(module: LoraModule, weight: torch.Size) -> bool:
    """Whether `up @ down` and the magnitude have the weight's shape."""
    rank = module.down.shape[0]
    has_plain_up = module.up.dim() > 1 and module.up.numel() == module.up.shape[0] * rank
    is_as_wide = _trimmed((module.up.shape[0], *module.down.shape[1:])) == _trimmed(weight)
    return has_plain_up and module.up.shape[1] == rank and is_as_wide and _has_fitting_magnitude(module, weight)


def _has_fitting_magnitude(module: LoraModule, weight: torch.Size) -> bool:
    if module.magnitude is None:
        return True
    shape = tuple(module.magnitude.shape)
    ones = (1,) * (len(weight) - 2)
    return shape in {(weight[0], 1, *ones), (1, weight[1], *ones)}


def _trimmed(shape: Iterable[int]) -> tuple[int, ...]:
    """A shape without the 1s at its end: a projection may be kept as a 1x1 convolution."""
    sizes = list(shape)
    while sizes and sizes[-1] == 1:
        sizes.pop()
    return tuple(sizes)


def _is_finite(module: LoraModule) -> bool:
    tensors = (module.down, module.up, module.up.new_tensor(module.scale), module.magnitude)
    return all(tensor is None or bool(tensor.isfinite().all()) for tensor in tensors)


def _refuse(path: Path, modules: Iterable[str], message: str) -> None:
    """Raise a BundleError with places for n and modules if there are any."""
    names = list(modules)
    if names:
        raise BundleError(message, path=path, n=len(names), modules=first_few(names))
