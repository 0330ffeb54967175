"""Add a LoRA to a base's weights, and check the result against the formula.

No adapter library is used, since none handles all layouts, the text encoders of transformers 5 and DoRA. Afterwards
the networks are plain ones with other weights. Fusing and checking run on the networks' device: a second on a GPU,
most of a full-size load on a CPU.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
import torch

from plitka.errors import BundleError
from plitka.model.formats import COMPONENTS
from plitka.model.lora import LoraModule, read_lora
from plitka.model.parts import LoraPart
from plitka.model.tensor_file import first_few

log = structlog.get_logger(__name__)

_N_CHECKED_MODULES = 16
_WORD_BYTES = 8


def fuse_lora(pipe: Any, path: Path, part: LoraPart) -> int:
    """Add `strength * alpha/rank * up @ down` to the base's weights, once; returns the number of modules.

    Args:
        pipe: a StableDiffusionXLPipeline in the dtype that it is assembled in, its networks on one device.
        path: the LoRA's file.
        part: its strength, and its alpha if the file does not say it.

    Raises:
        BundleError: the LoRA does not fit this base, or the fused weights are not what they should be.
    """
    weights = component_weights({component: getattr(pipe, component) for component in COMPONENTS})
    shapes = {name: weight.shape for name, weight in weights.items()}
    device = pipe.device  # looks at every module of every network
    lora = {name: module.to(device) for name, module in read_lora(path, shapes, part.alpha).items()}
    if part.strength == 0:
        return len(lora)  # the base as it is, also for a DoRA, which would still set its lengths
    before = {name: weights[name].detach().clone() for name in _sample(lora)}
    sums = _checksums(weights)
    with _full_float32():
        for name, module in lora.items():
            _add(weights[name], module, part.strength)
    changed = {name for name, total in _checksums(weights).items() if total != sums[name]}
    _check_finite(weights, lora, path)
    _check_changed(changed | _rounded_away(lora.keys() - changed, weights, lora, part.strength), set(lora), path)
    _check_formula(weights, lora, part.strength, before, path)
    return len(lora)


def component_weights(networks: Mapping[str, torch.nn.Module]) -> dict[str, torch.Tensor]:
    """The weights of all linear and convolutional layers, by component and module name."""
    return {
        f"{component}.{name}": module.weight
        for component, network in networks.items()
        for name, module in network.named_modules()
        if isinstance(module, torch.nn.Linear | torch.nn.Conv2d)
    }


def _add(weight: torch.Tensor, module: LoraModule, strength: float) -> None:
    """Add in the next wider number format, so that the weight is rounded once."""
    wider = torch.float64 if weight.dtype == torch.float32 else torch.float32
    with torch.no_grad():
        weight.copy_(module.fused(weight.to(wider), strength))


@contextmanager
def _full_float32() -> Iterator[None]:
    """Multiply float32 in full precision, also where a process or its environment has chosen TF32."""
    precision = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(precision)


def _sample(lora: Mapping[str, LoraModule]) -> list[str]:
    """About `_N_CHECKED_MODULES` modules, evenly spread over all."""
    names = sorted(lora)
    return names[:: max(1, len(names) // _N_CHECKED_MODULES)]


def _checksums(weights: Mapping[str, torch.Tensor]) -> dict[str, int]:
    """A sum of each weight's bytes; fetched from a GPU all at once, since each transfer waits for it."""
    sums = torch.stack([_checksum(weight) for weight in weights.values()]).tolist()
    return dict(zip(weights, sums, strict=True))


def _checksum(weight: torch.Tensor) -> torch.Tensor:
    """() int64: reads each byte once and keeps no copy."""
    flat = weight.detach().flatten()
    extent = (flat.numel() * flat.element_size(), flat.storage_offset() * flat.element_size())
    word = torch.uint8 if any(n_bytes % _WORD_BYTES for n_bytes in extent) else torch.int64
    return flat.view(word).sum(dtype=torch.int64)


def _check_finite(weights: Mapping[str, torch.Tensor], lora: Mapping[str, LoraModule], path: Path) -> None:
    are_finite = torch.stack([weights[name].isfinite().all() for name in lora]).tolist()
    broken = [name for name, is_finite in zip(lora, are_finite, strict=True) if not is_finite]
    if broken:
        raise BundleError(
            "{path} makes NaN or infinity of the base's weights in {n} modules: {modules}; use another checkpoint",
            path=path,
            n=len(broken),
            modules=first_few(broken),
        )


def _rounded_away(
    unchanged: Collection[str], weights: Mapping[str, torch.Tensor], lora: Mapping[str, LoraModule], strength: float
) -> set[str]:
    """Modules whose change is smaller than a rounding of every weight, so that these are right as they are."""
    found = {name for name in unchanged if _is_formula(weights[name], weights[name], lora[name], strength)}
    if found:
        log.warning("lora_changes_rounded_away", n=len(found), modules=first_few(sorted(found)))
    return found


def _check_changed(changed: set[str], expected: set[str], path: Path) -> None:
    """Refuse if other weights changed than those that the LoRA has."""
    if changed != expected:
        raise BundleError(
            "{path}: {n_loaded} modules were changed where the LoRA has {n_expected}; differing: {modules}; "
            "use another checkpoint, and report this with the file's header",
            path=path,
            n_loaded=len(changed),
            n_expected=len(expected),
            modules=first_few(sorted(changed ^ expected)),
        )


def _check_formula(
    weights: Mapping[str, torch.Tensor],
    lora: Mapping[str, LoraModule],
    strength: float,
    before: Mapping[str, torch.Tensor],
    path: Path,
) -> None:
    """Compare fused weights with the formula in float64, within two roundings of the weights' dtype."""
    wrong = [name for name, weight in before.items() if not _is_formula(weights[name], weight, lora[name], strength)]
    if wrong:
        raise BundleError(
            "{path}: after fusing, {n} of {n_checked} checked modules are not W + {strength} * alpha/rank * B @ A: "
            "{modules}; report this with the file's header",
            path=path,
            n=len(wrong),
            n_checked=len(before),
            strength=strength,
            modules=first_few(wrong),
        )


def _is_formula(after: torch.Tensor, before: torch.Tensor, module: LoraModule, strength: float) -> bool:
    limits = torch.finfo(after.dtype)
    weight = before.double()
    magnitudes = LoraModule(module.down.abs(), module.up.abs(), abs(module.scale))
    size = weight.abs() + strength * magnitudes.delta().reshape(weight.shape)
    if module.magnitude is not None:
        plain = LoraModule(module.down, module.up, module.scale)
        size = size * module.stretch(plain.fused(weight, strength)).abs()
    error = (after.double() - module.fused(weight, strength)).abs()
    return bool((error <= 2 * limits.eps * (size + limits.smallest_normal)).all())
