from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tests.model.conftest import FLOAT32

from plitka.errors import BundleError, MissingFile, OutOfMemory
from plitka.model.base_facts import bundle_facts
from plitka.model.base_shapes import empty_networks, read_tokenizers
from plitka.model.bundle import Bundle
from plitka.model.library_errors import answered_errors
from plitka.model.pipeline import load_base
from plitka.model.tensor_file import read_tensors

PATH, MESSAGE = Path("base"), "{path} is not a usable SDXL base: {reason}"
SHORT = [
    MemoryError(),
    OSError(12, "Cannot allocate memory"),
    RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
    torch.OutOfMemoryError("CUDA out of memory"),
]


@pytest.mark.parametrize("error", [KeyError("x"), ValueError(), RuntimeError("x"), OSError(2, "x"), ImportError("x")])
def test_what_a_library_cannot_read_is_the_file_s_fault(error: Exception) -> None:
    """Whatever kind it raises, and if it says nothing its kind is said."""
    with (
        pytest.raises(BundleError, match=r"base is not a usable SDXL base: .+") as caught,
        answered_errors(PATH, MESSAGE),
    ):
        raise error
    assert caught.value.path == PATH


@pytest.mark.parametrize("error", SHORT, ids=lambda error: type(error).__name__)
def test_a_lack_of_memory_is_not_the_file_s_fault(error: Exception) -> None:
    """Nobody should fetch a sound base again."""
    with pytest.raises(OutOfMemory, match="memory ran out while base was read"), answered_errors(PATH, MESSAGE):
        raise error


@pytest.mark.parametrize("error", [MissingFile("{path}", path=PATH), KeyboardInterrupt(), SystemExit(3)])
def test_what_is_no_library_s_goes_through(error: BaseException) -> None:
    """Our own errors say more, and who stops the program is not answered."""
    with pytest.raises(type(error)) as caught, answered_errors(PATH, MESSAGE):
        raise error
    assert caught.value is error


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("transformers.CLIPTokenizer.from_pretrained", lambda bundle: read_tokenizers(bundle_facts(bundle))),
        ("transformers.CLIPTextModel.__init__", lambda bundle: empty_networks(bundle_facts(bundle))),
        ("diffusers.UNet2DConditionModel.from_pretrained", lambda bundle: load_base(bundle, FLOAT32)),
        ("plitka.model.tensor_file.safe_open", lambda bundle: read_tensors(bundle.folder / "base")),
    ],
    ids=["tokenizer", "shapes", "weights", "tensors"],
)
def test_a_base_that_memory_is_too_short_for_is_not_called_broken(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch, name: str, read: Callable[[Bundle], object]
) -> None:
    """At each place where the libraries read one."""

    def short(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(name, short)
    with pytest.raises(OutOfMemory, match=r"memory ran out while .*base was read"):
        read(tiny_bundle)
