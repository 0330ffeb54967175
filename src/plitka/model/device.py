"""Which processor an engine runs on, and in which number format.

CUDA: the GPU with the most memory, float16. Without one: the CPU, in bfloat16 where the processor
multiplies it in hardware (avx512_bf16 or amx_bf16; torch reports both), otherwise in float32, because
elsewhere bfloat16 is emulated and slower. float16 has no fast CPU kernels and is refused there.
"""

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch

from plitka.core.recipes.recipe import Notice
from plitka.errors import DeviceUnavailable, EngineError, OutOfMemory, Phrase
from plitka.model.engine_config import NO_DEVICE
from plitka.model.memory_ladder import Rung

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
_BFLOAT16_INSTRUCTIONS = ("avx512_bf16", "amx_bf16")


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a network runs and in what."""

    device: torch.device
    dtype: torch.dtype
    """Of the UNet and the text encoders."""
    reason: Notice
    """How the choice was made."""
    rung: Rung = Rung.WHOLE
    """What of it lies on the device."""

    @property
    def words_device(self) -> torch.device:
        """Where the text encoders run."""
        return self.device if self.rung is Rung.WHOLE else torch.device("cpu")

    @property
    def words_dtype(self) -> torch.dtype:
        """What they run in: a processor multiplies no float16."""
        return self.dtype if self.rung is Rung.WHOLE else torch.float32

    @property
    def assembly_dtype(self) -> torch.dtype:
        """What weights are read and fused in: float16 bases hold more digits than bfloat16 keeps."""
        return torch.float32 if self.dtype == torch.float32 else torch.float16

    def vae_dtype(self, *, force_upcast: bool) -> torch.dtype:
        """What the picture is decoded in: float32, or float16 on a GPU if the VAE allows it.

        The VAE's rounding errors show directly in the picture, and SDXL's own VAE overflows in float16.
        """
        return torch.float32 if self.device.type == "cpu" or force_upcast else torch.float16


def choose_placement(device: str, dtype: str) -> Placement:
    """The device and dtype for two words of a configuration.

    Raises:
        DeviceUnavailable: the device is not here, or it cannot run in that dtype.
    """
    chosen = _choose_device(device)
    if dtype == "auto":
        return Placement(chosen, *_choose_dtype(chosen))
    if dtype not in DTYPES:
        raise DeviceUnavailable(
            "no number format {dtype!r}; expected auto or one of {known}", dtype=dtype, known=", ".join(DTYPES)
        )
    if chosen.type == "cpu" and dtype == "float16":
        raise DeviceUnavailable(
            "{dtype} has no fast kernels on {device}; use auto, bfloat16 or float32 there", dtype=dtype, device="cpu"
        )
    return Placement(chosen, DTYPES[dtype], Notice("asked for"))


def choose_guidance_device(name: str, first: torch.device) -> torch.device | None:
    """Where the half of guidance with the negative prompt is to run; None: beside the other half.

    Args:
        name: none, auto (the GPU with the most memory but the first, if there is another) or cuda:N.
        first: the device on which pictures are made.

    Raises:
        DeviceUnavailable: there is no such GPU, or pictures are made on it.
    """
    if name == NO_DEVICE:
        return None
    n_gpus = _count_gpus()
    if name == "auto":
        others = [index for index in range(n_gpus) if first.type == "cuda" and index != first.index]
        return torch.device("cuda", max(others, key=_total_memory)) if others else None
    index = _gpu_index(name, n_gpus)
    if index is None:
        raise DeviceUnavailable(
            "no device {device!r} for half of the guidance: expected {expected}, and torch finds {n_gpus} CUDA "
            "devices; leave out --guidance-device, or check the driver with nvidia-smi",
            device=name,
            expected=Phrase("none, auto or cuda:N"),
            n_gpus=n_gpus,
        )
    if first.type != "cuda":
        raise DeviceUnavailable(
            "pictures are made on {first}, beside which {device} cannot take half of the guidance; "
            "leave out --guidance-device, or choose a GPU by --device",
            first=str(first),
            device=name,
        )
    if index == first.index:
        raise DeviceUnavailable(
            "pictures are made on {device} already, so that half of the guidance would gain nothing there; "
            "name another GPU by --guidance-device, or leave it out",
            device=name,
        )
    return torch.device("cuda", index)


def _choose_device(name: str) -> torch.device:
    n_gpus = _count_gpus()
    if name == "cpu" or (name == "auto" and not n_gpus):
        return torch.device("cpu")
    if name in ("auto", "cuda") and n_gpus:
        return torch.device("cuda", max(range(n_gpus), key=_total_memory))
    index = _gpu_index(name, n_gpus)
    if index is not None:
        return torch.device("cuda", index)
    raise DeviceUnavailable(
        "no device {device!r} here: expected {expected}, and torch finds {n_gpus} CUDA devices; "
        "use --device cpu, or check the driver with nvidia-smi"
        if n_gpus
        else "no device {device!r} here: expected {expected}, and torch finds no CUDA device; "
        "use --device cpu, or check the driver with nvidia-smi",
        device=name,
        expected=Phrase("auto, cpu, cuda or cuda:N"),
        n_gpus=n_gpus,
    )


def _count_gpus() -> int:
    return torch.cuda.device_count() if torch.cuda.is_available() else 0


def _total_memory(index: int) -> int:
    return torch.cuda.get_device_properties(index).total_memory


def _gpu_index(name: str, n_gpus: int) -> int | None:
    """N of cuda:N, where there is that one."""
    kind, _, index = name.partition(":")
    return int(index) if kind == "cuda" and index.isdecimal() and int(index) < n_gpus else None


def _choose_dtype(device: torch.device) -> tuple[torch.dtype, Notice]:
    if device.type == "cuda":
        return torch.float16, Notice("float16 on {device}", {"device": torch.cuda.get_device_name(device)})
    capabilities: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()  # older torch: float32
    found = [name for name in _BFLOAT16_INSTRUCTIONS if capabilities.get(name)]
    if found:
        return torch.bfloat16, Notice("bfloat16: the processor has {instructions}", {"instructions": found[0]})
    return torch.float32, Notice("float32: the processor does not multiply bfloat16")


def on_device(device: torch.device) -> AbstractContextManager[object]:
    """While it is open this thread's current GPU is that one.

    Operators find their tensors' GPU by themselves; streams, events, recordings and Triton's kernels are of the current
    one.
    """
    return torch.cuda.device(device) if device.type == "cuda" else nullcontext()


def memory_bytes(device: torch.device) -> dict[str, int]:
    """Resident memory of this process and, on CUDA, torch's peaks there since the last call.

    `vram_peak_bytes` is what tensors took, `vram_reserved_peak_bytes` includes what torch caches for later ones.
    """
    used = {"rss_bytes": _resident_bytes()}
    if device.type == "cuda":
        used["vram_peak_bytes"] = torch.cuda.max_memory_allocated(device)
        used["vram_reserved_peak_bytes"] = torch.cuda.max_memory_reserved(device)
        torch.cuda.reset_peak_memory_stats(device)
    return used


def held_bytes(device: torch.device) -> dict[str, int]:
    """What torch holds of a GPU's memory in this process now: `allocated` by tensors, `reserved` with its cache."""
    if device.type != "cuda":
        return {}
    return {"allocated": torch.cuda.memory_allocated(device), "reserved": torch.cuda.memory_reserved(device)}


def _resident_bytes() -> int:
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if status.exists() else 0


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch, Python or the system ran out of memory; the CPU allocator has no class of its own for it."""
    is_systems = isinstance(error, OSError) and error.errno == errno.ENOMEM
    is_named = isinstance(error, MemoryError | torch.OutOfMemoryError)
    return is_named or is_systems or "can't allocate memory" in str(error)


@contextmanager
def translated_errors(device: torch.device, doing: str) -> Iterator[None]:
    """Turn errors that torch raises inside into ours, which say what was being done.

    Raises:
        OutOfMemory: there was less memory than the work needs.
        EngineError: anything else.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as exc:
        if is_out_of_memory(exc):
            raise OutOfMemory(
                "{device} ran out of memory while {doing}; ask for a smaller picture or free memory",
                device=str(device),
                doing=doing,
            ) from exc
        raise EngineError(
            "{device} failed while {doing}: {reason}", device=str(device), doing=doing, reason=str(exc)
        ) from exc
