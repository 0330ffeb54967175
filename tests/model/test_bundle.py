import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.core.generation import Defaults, GuidedDefaults
from plitka.core.recipes.recipe import PromptStyle
from plitka.errors import (
    ManifestError,
    MissingFile,
)
from plitka.model.bundle import MANIFEST, Bundle, find_bundle, list_bundles, load_bundle, models_folder, write_manifest
from plitka.model.parts import FileBase, HubBase, LoraPart

UNET = "base/unet/diffusion_pytorch_model.fp16.safetensors"


def test_a_written_manifest_reads_back_equal(copied_bundle: Bundle) -> None:
    """What `write_manifest` writes is what `load_bundle` reads."""
    assert load_bundle(copied_bundle.folder) == copied_bundle
    assert write_manifest(copied_bundle) == copied_bundle


def test_an_untouched_bundle_verifies(tiny_bundle: Bundle) -> None:
    """Every file that the builder wrote passes."""
    tiny_bundle.verify()
    assert UNET in tiny_bundle.files


def test_no_manifest_can_be_written_for_a_file_that_is_not_there(copied_bundle: Bundle) -> None:
    """The builder is told which file to make first."""
    with pytest.raises(MissingFile, match=re.escape("other.safetensors")):
        write_manifest(replace(copied_bundle, lora=LoraPart(file="other.safetensors")))


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


def test_a_hub_base_is_written_and_read(tmp_path: Path) -> None:
    """A bundle may have no local file at all."""
    base = HubBase(hub="owner/name", revision="0" * 40)
    bundle = write_manifest(Bundle(folder=tmp_path, name="far", licence="MIT", base=base))
    assert bundle.base == base
    assert bundle.files == {}
    bundle.verify()


strengths = st.floats(0, 2, allow_nan=False)
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)


@given(
    st.builds(
        Defaults,
        steps=st.integers(1, 150),
        guidance=st.floats(1, 20),
        width_px=st.integers(4, 32).map(lambda n: 64 * n),
        px_per_mm=st.floats(1, 100),
        negative_prompt=words,
        guided=st.builds(GuidedDefaults, steps=st.none() | st.integers(1, 150), strength=st.floats(0.05, 1)),
    ),
    st.builds(
        PromptStyle, trigger=words, descriptors=st.lists(words, max_size=3).map(tuple), reads_words=st.booleans()
    ),
    words,
)
@settings(max_examples=40, deadline=None)
def test_every_choice_survives_the_manifest(
    tmp_path_factory: pytest.TempPathFactory, defaults: Defaults, style: PromptStyle, licence: str
) -> None:
    """What is written reads back equal to the last digit, whatever was chosen, and so does its digest."""
    base = HubBase(hub="owner/name", revision="0" * 40, variant="")
    bundle = Bundle(
        folder=tmp_path_factory.mktemp("bundle"), name="x", licence=licence, base=base, defaults=defaults, style=style
    )
    again = write_manifest(bundle)
    assert again == bundle
    assert again.digest == bundle.digest


def test_a_scale_counts_only_where_it_is_not_the_usual(tiny_bundle: Bundle) -> None:
    """Bundles from before there was a scale, and from before guided mode, keep their digests."""
    usual = replace(tiny_bundle, defaults=replace(tiny_bundle.defaults, px_per_mm=Defaults().px_per_mm))
    assert usual.digest == tiny_bundle.digest
    assert "px_per_mm" not in (tiny_bundle.folder / MANIFEST).read_text(encoding="utf-8")
    finer = replace(tiny_bundle, defaults=replace(tiny_bundle.defaults, px_per_mm=3.0))
    shy = replace(tiny_bundle, defaults=replace(tiny_bundle.defaults, guided=GuidedDefaults(strength=0.4)))
    assert len({tiny_bundle.digest, finer.digest, shy.digest}) == 3


def test_without_embeddings_the_prompt_has_no_tokens(tiny_bundle: Bundle) -> None:
    """They would be letters to the text encoders; with embeddings they are those of the file."""
    assert tiny_bundle.style.tokens == ("<s0>", "<s1>")
    assert replace(tiny_bundle, embeddings=None).style.tokens == ()


def test_a_base_in_one_file_is_written_and_read(copied_bundle: Bundle) -> None:
    """The file is listed beside the configurations, and missing it is a fault of the manifest."""
    copied_bundle.file("one.safetensors").write_bytes(
        copied_bundle.file("base/unet/diffusion_pytorch_model.fp16.safetensors").read_bytes()
    )
    bundle = write_manifest(replace(copied_bundle, base=FileBase(file="one.safetensors", path="base")))
    assert bundle.base == FileBase(file="one.safetensors", path="base")
    assert "one.safetensors" in bundle.files
    with pytest.raises(ManifestError, match=r"'one\.safetensors' is used but not listed"):
        load_bundle(_rewrite(bundle, '"one.safetensors" =', '"two.safetensors" ='))


def test_the_shipped_model_cannot_be_shadowed(
    copied_bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`mini` is what was shipped, whatever lies under that name in the models folder."""
    shipped = find_bundle("mini")
    monkeypatch.setenv("PLITKA_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "models").mkdir(parents=True)
    copied_bundle.folder.rename(tmp_path / "home" / "models" / "mini")
    assert find_bundle("mini") == shipped


def test_models_lie_where_the_platform_keeps_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless `$PLITKA_HOME` says otherwise."""
    monkeypatch.delenv("PLITKA_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/some/data")
    assert models_folder().parts[-2:] == ("plitka", "models")
    monkeypatch.setenv("PLITKA_HOME", "/elsewhere")
    assert models_folder() == Path("/elsewhere/models")


def test_what_reads_no_words_paints_the_same_pictures(tiny_bundle: Bundle) -> None:
    """The digest tells pictures of recipes apart, and these are the same."""
    mute = replace(tiny_bundle, style=replace(tiny_bundle.style, reads_words=False))
    assert mute.digest == tiny_bundle.digest
