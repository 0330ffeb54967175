"""Read a safetensors file: all of its tensors, or its header alone."""

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import safe_open

from plitka.model.integrity import check_content

if TYPE_CHECKING:
    import torch

FLOAT_DTYPES = ("F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2")
"""Number formats of weights; whole numbers stand for something that has to be multiplied out."""
_LENGTH_BYTES = 8
_MAX_SIZE = 2**31 - 1
_SHOWN = 4
"""Names shown in a message before it says how many more there are."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says about its tensors before any of them is read."""

    shapes: Mapping[str, tuple[int, ...]]
    dtypes: Mapping[str, str]
    """`BF16`, `F16`, `F32`, `I64`, ..."""
    metadata: Mapping[str, str]


def read_header(path: Path) -> Header:
    """The names, shapes and number formats of a file's tensors.

    Raises:
        OutOfMemory: which says nothing of the file.
        BundleError: it is no safetensors file, or is cut short.
    """
    check_content(path)
    with _answered(path):
        # Compares every shape with the bytes that it has; a shape that lies makes work without end.
        with safe_open(path, framework="pt"), path.open("rb") as stream:
            n_header = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
            entries = json.loads(stream.read(n_header))
        metadata = entries.pop("__metadata__", None) or {}
        shapes = {key: _shape(entry) for key, entry in entries.items()}
        dtypes = {key: str(entry["dtype"]) for key, entry in entries.items()}
        return Header(shapes, dtypes, {key: str(value) for key, value in metadata.items()})


def _shape(entry: Any) -> tuple[int, ...]:
    """A tensor's shape as its header has it.

    Raises:
        ValueError: a size is no whole number, or so large that the tensor can only be empty.
    """
    sizes = entry["shape"]
    if not all(isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= _MAX_SIZE for size in sizes):
        raise ValueError(f"shape {sizes!r}")
    return tuple(sizes)


def read_tensors(path: Path, keys: Collection[str] | None = None) -> dict[str, "torch.Tensor"]:
    """All tensors of a file, or those of some keys.

    Raises:
        OutOfMemory: which says nothing of the file.
        BundleError: it cannot be read as safetensors.
    """
    with _answered(path), safe_open(path, framework="pt") as stream:
        wanted = stream.keys() if keys is None else [key for key in stream.keys() if key in keys]  # noqa: SIM118
        return {key: stream.get_tensor(key) for key in wanted}


def first_few(names: Iterable[str]) -> str:
    """The first few of many names, and how many more there are."""
    every = list(names)
    more = len(every) - _SHOWN
    return ", ".join(every[:_SHOWN]) + (f" (+{more})" if more > 0 else "")


def _answered(path: Path) -> AbstractContextManager[None]:
    """What the library raises of this file, as our errors."""
    from plitka.model.library_errors import answered_errors  # noqa: PLC0415  (torch comes with it)

    return answered_errors(path, "{path} cannot be read as safetensors: {reason}")
