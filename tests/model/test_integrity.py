import hashlib
import json
import re
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.errors import (
    BundleError,
    HashMismatch,
    ManifestError,
    MissingFile,
    PickleFile,
    PointerFile,
    TruncatedFile,
)
from plitka.model.bundle import (
    Bundle,
    load_bundle,
    write_manifest,
)
from plitka.model.integrity import FileRecord, check_content, check_files, loaded_files, record_file, resolve_inside

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 101961928\n"
UNET = "base/unet/diffusion_pytorch_model.fp16.safetensors"

Spoil = Callable[[Path], object]


def _flip_last_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize(
    ("spoil", "error", "way_out"),
    [
        (Path.unlink, MissingFile, "copy the whole bundle again"),
        (lambda path: path.write_bytes(POINTER), PointerFile, "git lfs pull"),
        (lambda path: path.write_bytes(b"\x80\x02}q\x00."), PickleFile, "safetensors"),
        (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(60)), PickleFile, "safetensors"),
        (_cut, TruncatedFile, "fetch the file again"),
        (lambda path: path.write_bytes(b"\x10"), TruncatedFile, "fetch the file again"),
        (lambda path: path.write_bytes(path.read_bytes() + b" "), HashMismatch, "fetch the file again"),
        (_flip_last_byte, HashMismatch, "fetch the file again"),
        (lambda path: path.write_bytes(struct.pack("<Q", 4) + b"{{{{" + bytes(20)), BundleError, "not a safetensors"),
    ],
    ids=["missing", "pointer", "pickle", "zip", "truncated", "no-header", "longer", "changed", "no-json"],
)
def test_a_spoilt_file_is_refused_with_its_own_error(
    copied_bundle: Bundle, spoil: Spoil, error: type[BundleError], way_out: str
) -> None:
    """Each way to damage a file has one error class, which names the file and the way out."""
    spoil(copied_bundle.file(UNET))
    with pytest.raises(error) as caught:
        copied_bundle.verify()
    assert type(caught.value) is error
    assert caught.value.path == copied_bundle.file(UNET)
    assert way_out in str(caught.value)


def test_a_truncated_text_file_is_refused(copied_bundle: Bundle) -> None:
    """Files without a header of their own are held to the manifest's size."""
    _cut(copied_bundle.file("base/unet/config.json"))
    with pytest.raises(TruncatedFile):
        copied_bundle.verify()


def test_no_manifest_can_be_written_for_a_truncated_file(copied_bundle: Bundle) -> None:
    """A broken file does not become a correct one by being hashed."""
    _cut(copied_bundle.file(UNET))
    with pytest.raises(TruncatedFile):
        write_manifest(copied_bundle)


def test_a_safetensors_header_that_starts_like_a_pickle_is_accepted(tmp_path: Path) -> None:
    """A header of 0x0280 bytes starts with pickle's two magic bytes and is none."""
    header = json.dumps({"x": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}}).ljust(0x0280).encode()
    path = tmp_path / "x.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    assert path.read_bytes()[:2] == b"\x80\x02"
    check_content(path)


@pytest.mark.parametrize(
    ("name", "error"),
    [("model.safetensors", ManifestError), ("pytorch_model.bin", PickleFile), ("added_tokens.json", ManifestError)],
)
def test_an_unlisted_file_in_the_base_is_refused(copied_bundle: Bundle, name: str, error: type[BundleError]) -> None:
    """A loader might read it although nothing vouches for it."""
    copied_bundle.file(f"base/text_encoder/{name}").write_bytes(b"{}")
    with pytest.raises(error, match=re.escape(name)):
        copied_bundle.verify()


def test_a_readme_in_the_base_is_no_business_of_the_manifest(copied_bundle: Bundle) -> None:
    """Files that no loader reads may lie there."""
    copied_bundle.file("base/README.md").write_text("hello", encoding="utf-8")
    copied_bundle.file("base/.DS_Store").write_bytes(b"\x00")
    copied_bundle.verify()


def test_a_link_out_of_the_bundle_is_refused(copied_bundle: Bundle, tmp_path: Path) -> None:
    """A listed file may not be a link to another place."""
    outside = tmp_path / "outside.json"
    outside.write_text("{}", encoding="utf-8")
    inside = copied_bundle.file("base/unet/config.json")
    inside.unlink()
    inside.symlink_to(outside)
    with pytest.raises(ManifestError, match="leads out of the bundle"):
        load_bundle(copied_bundle.folder)


parts = st.text("abc._-", min_size=1, max_size=6).filter(lambda part: part not in {".", ".."})


@given(st.lists(parts, min_size=1, max_size=4))
def test_a_path_of_plain_names_stays_inside(names: list[str]) -> None:
    """Whatever a manifest names is joined to the folder as it stands."""
    folder = Path("/some/bundle")
    assert resolve_inside(folder, "/".join(names)) == folder.joinpath(*names)


@given(st.lists(parts, max_size=3), st.sampled_from(["..", "/etc", "C:", "a\\b"]), st.lists(parts, max_size=3))
def test_a_path_that_may_lead_outside_is_refused(before: list[str], step: str, after: list[str]) -> None:
    """Upwards, absolute, or in the words of another system, wherever in the path."""
    relative = step if step == "/etc" else "/".join([*before, step, *after])
    with pytest.raises(ManifestError, match="leads out of the bundle"):
        resolve_inside(Path("/some/bundle"), relative)


def test_an_empty_path_is_no_file(tmp_path: Path) -> None:
    """It would be the folder itself."""
    with pytest.raises(ManifestError):
        resolve_inside(tmp_path, "")


@given(content=st.binary(min_size=1, max_size=200), place=st.integers(0, 199), change=st.integers(1, 255))
@settings(max_examples=30, deadline=None)
def test_any_changed_byte_is_found(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, place: int, change: int
) -> None:
    """A file is its bytes: size and SHA-256 are those of hashlib, and one byte changed anywhere is another file."""
    folder = tmp_path_factory.mktemp("bundle")
    path = folder / "some.txt"
    path.write_bytes(b"." + content)  # so that it begins like none of the kinds that are refused at sight
    record = record_file(path)
    assert record == FileRecord(sha256=hashlib.sha256(b"." + content).hexdigest(), n_bytes=len(content) + 1)
    check_files(folder, {"some.txt": record}, [])
    spoilt = bytearray(b"." + content)
    spoilt[1 + place % len(content)] ^= change
    path.write_bytes(spoilt)
    with pytest.raises(HashMismatch) as caught:
        check_files(folder, {"some.txt": record}, [])
    assert caught.value.path == path


def test_the_first_wrong_file_is_named_whichever_is_the_largest(tmp_path: Path) -> None:
    """Large files are hashed first; messages do not depend on it."""
    sizes = {"a.txt": 10, "b.txt": 100_000, "c.txt": 1000}
    for name, size in sizes.items():
        (tmp_path / name).write_bytes(b"x" * size)
    files = {name: record_file(tmp_path / name) for name in sizes}
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_bytes(b"y" * sizes[name])
    with pytest.raises(HashMismatch, match=r"a\.txt was changed"):
        check_files(tmp_path, files, [])


def test_files_that_a_loader_may_read_are_listed_in_order(tmp_path: Path) -> None:
    """By their endings, in whatever case; hidden files and folders are no loader's."""
    for name in (
        "base/b.json",
        "base/unet/a.SAFETENSORS",
        "base/x.py",
        "base/notes.md",
        "base/.cache/c.json",
        "d.json",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"{}")
    assert loaded_files(tmp_path, "base") == ["base/b.json", "base/unet/a.SAFETENSORS", "base/x.py"]
