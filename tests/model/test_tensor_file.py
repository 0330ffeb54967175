import json
import struct
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from plitka.errors import BundleError, PickleFile, PointerFile, TruncatedFile
from plitka.model.tensor_file import first_few, read_header, read_tensors

DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64, "U8": torch.uint8}
names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda name: name != "__metadata__"
)
shapes = st.lists(st.integers(0, 4), max_size=3).map(tuple)


@given(
    st.dictionaries(names, st.tuples(shapes, st.sampled_from(sorted(DTYPES))), max_size=5),
    st.dictionaries(names, st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8), max_size=3),
)
@settings(max_examples=40, deadline=None)
def test_a_header_says_what_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    written: dict[str, tuple[tuple[int, ...], str]],
    metadata: dict[str, str],
) -> None:
    """Names, shapes, number formats and metadata come back as they were, without a tensor being read."""
    path = tmp_path_factory.mktemp("tensors") / "x.safetensors"
    tensors = {name: torch.ones(shape, dtype=DTYPES[dtype]) for name, (shape, dtype) in written.items()}
    save_file(tensors, path, metadata or None)
    header = read_header(path)
    assert header.shapes == {name: shape for name, (shape, _) in written.items()}
    assert header.dtypes == {name: dtype for name, (_, dtype) in written.items()}
    assert header.metadata == metadata
    found = read_tensors(path)
    assert found.keys() == tensors.keys()
    assert all(torch.equal(found[name], tensor) for name, tensor in tensors.items())


def test_only_the_tensors_of_a_beginning_are_read(tmp_path: Path) -> None:
    """Large files are read in parts."""
    save_file({"unet.a": torch.ones(1), "unet.b": torch.zeros(2), "vae.a": torch.ones(3)}, tmp_path / "x.safetensors")
    assert read_tensors(tmp_path / "x.safetensors", ["unet.a", "unet.b"]).keys() == {"unet.a", "unet.b"}
    assert read_tensors(tmp_path / "x.safetensors", ["none"]) == {}


def _file(header: object) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", PointerFile),
        (b"\x80\x02}q\x00.", PickleFile),
        (_file({"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 36]}}), TruncatedFile),
        (_file(["a"]), BundleError),
        (_file({"a": {"shape": [0], "data_offsets": [0, 0]}}), BundleError),
        (_file({"a": {"dtype": "F32", "data_offsets": [0, 0]}}), BundleError),
    ],
    ids=["pointer", "pickle", "cut", "list", "no dtype", "no shape"],
)
def test_what_is_no_safetensors_has_no_header(tmp_path: Path, content: bytes, error: type[BundleError]) -> None:
    """The error is of its own kind and names the file."""
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(error) as caught:
        read_header(path)
    assert type(caught.value) is error
    assert caught.value.path == path


@given(st.lists(st.text(min_size=1, max_size=3), max_size=12))
def test_a_message_shows_four_names_and_counts_the_rest(every: list[str]) -> None:
    """Hundreds of keys would hide the sentence around them."""
    shown = first_few(every)
    assert shown.startswith(", ".join(every[:4]))
    assert shown.endswith(f"(+{len(every) - 4})") if len(every) > 4 else shown == ", ".join(every)


@pytest.mark.parametrize("shape", [[2**31, 2], [2, 3], [-2, -2], [1.5], ["2"], [True, 4], [2**63, 0], [2**31, 0], 4])
def test_a_shape_that_lies_about_its_bytes_is_refused(tmp_path: Path, shape: object) -> None:
    """It would make work without end: names for two billion rows, for example."""
    header = json.dumps({"x": {"dtype": "F32", "shape": shape, "data_offsets": [0, 16]}}).encode()
    path = tmp_path / "x.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(16))
    with pytest.raises(BundleError, match="cannot be read as safetensors"):
        read_header(path)
