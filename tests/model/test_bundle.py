import json
import re
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from plitka.errors import (
    BaseUnavailable,
    BundleError,
    HashMismatch,
    ManifestError,
    MissingFile,
    PickleFile,
    PointerFile,
    TruncatedFile,
)
from plitka.model.bundle import (
    MANIFEST,
    Bundle,
    HubBase,
    LoraPart,
    find_bundle,
    list_bundles,
    load_bundle,
    write_manifest,
)
from plitka.model.hub import base_patterns
from plitka.model.integrity import check_content

UNET = "base/unet/diffusion_pytorch_model.fp16.safetensors"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 101961928\n"

Spoil = Callable[[Path], object]


def test_a_written_manifest_reads_back_equal(copied_bundle: Bundle) -> None:
    """What `write_manifest` writes is what `load_bundle` reads."""
    assert load_bundle(copied_bundle.folder) == copied_bundle
    assert write_manifest(copied_bundle) == copied_bundle


def test_an_untouched_bundle_verifies(tiny_bundle: Bundle) -> None:
    """Every file that the builder wrote passes."""
    tiny_bundle.verify()
    assert UNET in tiny_bundle.files


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


def test_no_manifest_can_be_written_for_a_file_that_is_not_there(copied_bundle: Bundle) -> None:
    """The builder is told which file to make first."""
    with pytest.raises(MissingFile, match=re.escape("other.safetensors")):
        write_manifest(replace(copied_bundle, lora=LoraPart(file="other.safetensors")))


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


def _rewrite(bundle: Bundle, old: str, new: str) -> Path:
    path = bundle.folder / MANIFEST
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return bundle.folder


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("strength = 0.7", "strenght = 0.7", r"'lora.strenght'.*'lora.strength'"),
        ("licence =", "license = 'x'\nlicence =", r"'license'.*'licence'"),
        ("strength = 0.7", "strength = 2.5", r"lora.strength: expected a number from 0 to 2, found 2.5"),
        ("strength = 0.7", "strength = true", r"lora.strength: expected a number"),
        ("steps = 3", "steps = 0", r"defaults.steps: expected a whole number from 1 to 150"),
        ("width_px = 64", "width_px = 100", r"a multiple of 64, found 100"),
        ('"<s0>",', '"<s1>",', r"\[embeddings\].*each another"),
        ('path = "base"', 'path = "base"\nhub = "a/b"', r"\[base\].*not both"),
        ('path = "base"', "", r"\[base\].*either path"),
        ('path = "base"', 'path = "../base"', r"leads out of the bundle"),
        ('path = "base"', 'path = "/base"', r"leads out of the bundle"),
        ('path = "base"', 'hub = "a/b"\nrevision = "main"', r"base.revision: expected a string like"),
        ('"base/model_index.json"', '"base/../../x.json"', r"leads out of the bundle"),
        ('"base/model_index.json"', '"base/model_inde.json"', r"'base/model_index.json' is used but not listed"),
        ('name = "tiny"', 'name = "a/b"', r"name: expected a string like"),
        ('name = "tiny"', "", r"name is missing"),
        ('name = "tiny"', "name = ", r"is not TOML"),
        ("[lora]", "[[lora]]", r"lora: expected a table"),
        ("descriptors = [", "descriptors = [1,", r"prompt.descriptors: expected a list of strings"),
    ],
)
def test_a_wrong_manifest_names_the_key(copied_bundle: Bundle, old: str, new: str, message: str) -> None:
    """Each mistake in bundle.toml is refused with its place and what was expected."""
    with pytest.raises(ManifestError, match=message):
        load_bundle(_rewrite(copied_bundle, old, new))


def test_a_link_out_of_the_bundle_is_refused(copied_bundle: Bundle, tmp_path: Path) -> None:
    """A listed file may not be a link to another place."""
    outside = tmp_path / "outside.json"
    outside.write_text("{}", encoding="utf-8")
    inside = copied_bundle.file("base/unet/config.json")
    inside.unlink()
    inside.symlink_to(outside)
    with pytest.raises(ManifestError, match="leads out of the bundle"):
        load_bundle(copied_bundle.folder)


def test_the_digest_changes_with_what_changes_a_picture(tiny_bundle: Bundle) -> None:
    """Strength, base and file hashes count; the licence's wording does not."""
    assert tiny_bundle.lora is not None
    stronger = replace(tiny_bundle, lora=replace(tiny_bundle.lora, strength=0.75))
    fewer = replace(tiny_bundle, files={})
    assert len({tiny_bundle.digest, stronger.digest, fewer.digest}) == 3
    assert replace(tiny_bundle, licence="other").digest == tiny_bundle.digest
    assert re.fullmatch(r"tiny@[0-9a-f]{12}", tiny_bundle.label)


def test_a_bundle_is_found_by_name_and_by_folder(
    copied_bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`$PLITKA_HOME/models/NAME` and a path name the same bundle."""
    monkeypatch.setenv("PLITKA_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    copied_bundle.folder.rename(tmp_path / "models")
    (tmp_path / "home" / "models").mkdir()
    own = tmp_path / "home" / "models" / "tiny"
    (tmp_path / "models").rename(own)
    assert list_bundles()["tiny"] == own
    assert find_bundle("tiny") == find_bundle(str(own))


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way out is the folder where bundles are looked for."""
    monkeypatch.setenv("PLITKA_HOME", str(tmp_path))
    with pytest.raises(MissingFile, match=re.escape(str(tmp_path / "models"))):
        find_bundle("nonsense")


def test_a_folder_without_a_manifest_is_no_bundle(tmp_path: Path) -> None:
    """The error says what makes a folder a bundle."""
    with pytest.raises(MissingFile, match=re.escape("a folder with a bundle.toml")):
        find_bundle(str(tmp_path))


def test_a_missing_shipped_model_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without package data does not take `mini` for a stranger's name."""
    monkeypatch.setattr("plitka.model.bundle._SHIPPED", tmp_path)
    with pytest.raises(MissingFile, match="not part of this installation"):
        find_bundle("mini")


def test_a_hub_base_that_is_not_here_names_the_download_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Offline, the error carries the id, the revision and the command for a connected machine."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    revision = "462165984030d82259a11f4367a4eed129e94a7b"
    base = HubBase(hub="stabilityai/stable-diffusion-xl-base-1.0", revision=revision)
    with pytest.raises(BaseUnavailable) as caught:
        Bundle(folder=tmp_path, name="v45", licence="MIT", base=base).base_folder()
    assert f"hf download stabilityai/stable-diffusion-xl-base-1.0 --revision {revision}" in str(caught.value)
    assert "HF_HOME" in str(caught.value)


def test_only_safetensors_of_the_variant_are_fetched() -> None:
    """No pickle, no ONNX and no second precision is asked of the hub."""
    patterns = base_patterns("fp16")
    assert "unet/*.fp16.safetensors" in patterns
    assert all(pattern.endswith((".json", ".txt", ".safetensors")) for pattern in patterns)
    assert "unet/*.safetensors" not in base_patterns("")


def test_a_hub_base_is_written_and_read(tmp_path: Path) -> None:
    """A bundle may have no local file at all."""
    base = HubBase(hub="owner/name", revision="0" * 40)
    bundle = write_manifest(Bundle(folder=tmp_path, name="far", licence="MIT", base=base))
    assert bundle.base == base
    assert bundle.files == {}
    bundle.verify()
