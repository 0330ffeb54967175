import shlex
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.model.conftest import FLOAT32
from tests.model.small_hub import COMMIT, REPOSITORY, SmallHub, small_hub

from plitka.errors import BaseUnavailable, PickleFile
from plitka.model.base_files import NETWORKS
from plitka.model.bundle import Bundle
from plitka.model.bundle_builder import BundleParts, add_bundle
from plitka.model.hub import base_patterns, config_patterns, download_command, fetch_base, fetch_configs, list_files
from plitka.model.parts import HubBase
from plitka.model.pipeline import load_base

pytestmark = pytest.mark.usefixtures("remembered_networks")

FP16 = dict.fromkeys(NETWORKS, "fp16")
PLAIN = dict.fromkeys(NETWORKS, "")
Fill = Callable[[Callable[[Path], bool]], Path]


@pytest.fixture
def fill_cache(tiny_bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fill:
    """Put files of a base into a hub cache as a download of `owner/name` leaves them; nothing can be fetched."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    base, root = tiny_bundle.folder / "base", tmp_path / "models--owner--name"

    def fill(is_wanted: Callable[[Path], bool]) -> Path:
        snapshot = root / "snapshots" / COMMIT
        for source in filter(Path.is_file, base.rglob("*")):
            if is_wanted(source.relative_to(base)):
                target = snapshot / source.relative_to(base)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
        (root / "refs").mkdir(exist_ok=True)
        (root / "refs" / "main").write_text(COMMIT, encoding="ascii")
        return snapshot

    return fill


def test_a_base_in_the_cache_needs_no_network(fill_cache: Fill) -> None:
    """The folder of its commit, whose name is the commit, by the commit as by the newest."""
    snapshot = fill_cache(lambda _: True)
    assert fetch_base("owner/name", COMMIT, FP16) == snapshot
    assert fetch_configs("owner/name", None) == fetch_configs("owner/name", COMMIT) == snapshot
    assert snapshot.name == COMMIT


def test_configurations_alone_are_no_base(fill_cache: Fill) -> None:
    """The cache calls such a snapshot present."""
    snapshot = fill_cache(lambda path: path.suffix != ".safetensors")
    assert fetch_configs("owner/name", None) == snapshot
    with pytest.raises(BaseUnavailable, match="cannot be fetched"):
        fetch_base("owner/name", COMMIT, FP16)


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder", "text_encoder_2"])
def test_a_base_without_one_networks_weights_is_incomplete(fill_cache: Fill, part: str) -> None:
    """A download that was broken off is not taken for whole."""
    fill_cache(lambda path: path.parts[0] != part or path.suffix != ".safetensors")
    with pytest.raises(BaseUnavailable):
        fetch_base("owner/name", COMMIT, FP16)


def test_weights_of_another_variant_do_not_count(fill_cache: Fill) -> None:
    """fp16 files are no base for somebody who asks for the plain ones."""
    fill_cache(lambda _: True)
    with pytest.raises(BaseUnavailable):
        fetch_base("owner/name", COMMIT, PLAIN)


def test_weights_in_several_files_are_whole(fill_cache: Fill) -> None:
    """The hub splits large networks into shards."""
    snapshot = fill_cache(lambda _: True)
    whole = snapshot / "unet" / "diffusion_pytorch_model.fp16.safetensors"
    whole.rename(whole.with_name("diffusion_pytorch_model.fp16-00001-of-00002.safetensors"))
    assert fetch_base("owner/name", COMMIT, FP16) == snapshot


def test_a_base_that_is_not_here_names_the_download_command(fill_cache: Fill, tmp_path: Path) -> None:
    """Offline, the error carries the id, the revision and the command for a connected machine."""
    fill_cache(lambda _: True)
    revision = "462165984030d82259a11f4367a4eed129e94a7b"
    base = HubBase(hub="stabilityai/stable-diffusion-xl-base-1.0", revision=revision)
    with pytest.raises(BaseUnavailable) as caught:
        Bundle(folder=tmp_path, name="v45", licence="MIT", base=base).base_folder()
    assert f"hf download stabilityai/stable-diffusion-xl-base-1.0 --revision {revision}" in str(caught.value)
    assert "HF_HOME" in str(caught.value)


def test_only_safetensors_of_the_variant_are_fetched() -> None:
    """No pickle, no ONNX and no second precision is asked of the hub."""
    patterns = base_patterns(FP16)
    assert "unet/diffusion_pytorch_model.fp16.safetensors" in patterns
    assert all(pattern.endswith((".json", ".txt", ".safetensors")) for pattern in patterns)
    assert not any("fp16" in pattern for pattern in base_patterns(PLAIN))
    assert not any("safetensors" in pattern for pattern in config_patterns())


@given(st.lists(st.sampled_from([*base_patterns(FP16), *base_patterns(PLAIN)]), max_size=8))
def test_the_download_command_can_be_pasted_into_a_shell(patterns: list[str]) -> None:
    """Each pattern arrives at the tool as one word, with its stars."""
    words = shlex.split(download_command("owner/name", COMMIT, patterns))
    assert words[:5] == ["hf", "download", "owner/name", "--revision", COMMIT]
    assert words[5::2] == ["--include"] * len(patterns)
    assert words[6::2] == patterns


@pytest.fixture
def hub(tiny_bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallHub]:
    """A hub with the tiny base, whose files a test may change, and an empty cache."""
    folder = Path(shutil.copytree(tiny_bundle.folder / "base", tmp_path / "hub"))
    with small_hub(folder) as server:
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", server.url)
        template = f"{server.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setenv("PLITKA_HOME", str(tmp_path / "home"))
        yield server


def _drop_variant(folder: Path, *parts: str) -> None:
    for part in parts:
        for path in (folder / part).glob("*.fp16.safetensors"):
            path.rename(path.with_name(path.name.replace(".fp16", "")))


@pytest.mark.parametrize("plain", [NETWORKS, ("vae",), ("text_encoder", "text_encoder_2"), ()])
def test_of_a_hub_base_only_the_best_of_each_network_is_fetched(
    hub: SmallHub, tiny_bundle: Bundle, plain: Sequence[str]
) -> None:
    """Configurations when the bundle is made, weights when it is loaded; other variants and pickles never."""
    _drop_variant(hub.folder, *plain)
    for name in ("unet/diffusion_pytorch_model.non_ema.safetensors", "unet/diffusion_pytorch_model.bin"):
        (hub.folder / name).write_bytes(b"much")
    bundle = add_bundle(BundleParts(name="mine", base=REPOSITORY))
    assert isinstance(bundle.base, HubBase)
    assert bundle.base.by_part(NETWORKS) == {part: "" if part in plain else "fp16" for part in NETWORKS}
    assert not [name for name in hub.fetched if name.endswith(("safetensors", "bin"))]
    found, expected = load_base(bundle, FLOAT32), load_base(tiny_bundle, FLOAT32)
    assert torch.equal(found.unet.conv_in.weight, expected.unet.conv_in.weight)
    stems = {part: "model" if "text" in part else "diffusion_pytorch_model" for part in NETWORKS}
    assert {name for name in hub.fetched if name.endswith(("safetensors", "bin"))} == {
        f"{part}/{stem}{'' if part in plain else '.fp16'}.safetensors" for part, stem in stems.items()
    }


def test_a_hub_base_of_pickles_is_refused(hub: SmallHub) -> None:
    """When the bundle is made, by the hub's list of files."""
    whole = hub.folder / "unet" / "diffusion_pytorch_model.fp16.safetensors"
    whole.rename(whole.with_name("diffusion_pytorch_model.bin"))
    with pytest.raises(PickleFile, match="owner/name: unet has its weights only as a pickle"):
        add_bundle(BundleParts(name="mine", base=REPOSITORY))


def test_a_hub_that_does_not_know_the_repository_is_no_traceback(hub: SmallHub) -> None:
    """The cache is then all that is known."""
    assert list_files(REPOSITORY, COMMIT) == hub.names()
    assert list_files("owner/other", COMMIT) is None


def test_a_lack_of_memory_is_not_taken_for_a_hub_that_is_away(hub: SmallHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on to who can tell it."""
    assert hub.names()

    def short(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("huggingface_hub.HfApi.list_repo_files", short)
    with pytest.raises(MemoryError):
        list_files(REPOSITORY, COMMIT)
