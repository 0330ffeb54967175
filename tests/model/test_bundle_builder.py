import errno
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.model.conftest import FLOAT32, embedding_tensors

from plitka.cli import main
from plitka.errors import BundleError, InputError, MissingFile, PickleFile, PointerFile, TruncatedFile
from plitka.model.bundle import Bundle, FileBase, HubBase, LocalBase, find_bundle
from plitka.model.bundle_builder import BundleParts, add_bundle
from plitka.model.engine import load_engine
from plitka.model.engine_config import EngineConfig
from plitka.model.hub import fetch_base
from plitka.model.pipeline import load_base

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 101961928\n"


@pytest.fixture
def have(tiny_bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BundleParts:
    """What a user brings: files from elsewhere, and a models folder that is empty."""
    monkeypatch.setenv("PLITKA_HOME", str(tmp_path / "home"))
    assert tiny_bundle.lora is not None
    assert tiny_bundle.embeddings is not None
    lora, embeddings = tmp_path / "my lora.safetensors", tmp_path / "my embeddings.safetensors"
    shutil.copyfile(tiny_bundle.file(tiny_bundle.lora.file), lora)
    shutil.copyfile(tiny_bundle.file(tiny_bundle.embeddings.file), embeddings)
    return BundleParts(
        name="mine",
        base=str(tiny_bundle.folder / "base"),
        lora=lora,
        embeddings=embeddings,
        strength=0.7,
        trigger="tok",
    )


def left_behind(tmp_path: Path) -> list[Path]:
    """What lies in the models folder."""
    folder = tmp_path / "home" / "models"
    return list(folder.iterdir()) if folder.is_dir() else []


def test_files_from_elsewhere_become_a_bundle_that_runs(have: BundleParts) -> None:
    """The base is linked, the small files are copied, and an engine loads and proves all of it."""
    bundle = add_bundle(have)
    assert find_bundle("mine") == bundle
    assert isinstance(bundle.base, LocalBase)
    assert bundle.base.variant == "fp16"
    bundle.verify()
    engine = load_engine(bundle, EngineConfig(device="cpu", dtype="float32"))
    assert engine.name.startswith("mine@")
    unet = "unet/diffusion_pytorch_model.fp16.safetensors"
    assert bundle.file(f"base/{unet}").samefile(Path(have.base) / unet)


def test_the_command_line_adds_and_tells(have: BundleParts, capsys: pytest.CaptureFixture[str]) -> None:
    """`plitka model add` writes the bundle and `info` names producer, rank, targets, number format and tokens."""
    words = ["--name", "mine", "--base", have.base, "--lora", str(have.lora), "--embeddings", str(have.embeddings)]
    assert main(["model", "add", *words, "--strength", "0.7", "--trigger", "ohwx", "--json"]) == 0
    added = json.loads(capsys.readouterr().out)
    assert main(["model", "info", "mine", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == added
    assert told["lora"]["producer"] == ["Eden, OneTrainer (legacy), ai-toolkit"]
    assert told["lora"]["rank"] == [4]
    assert told["lora"]["dtype"] == ["BF16"]
    assert told["lora"]["targets"]["to_q"] == told["lora"]["targets"]["to_out"]
    assert "conv2" in told["lora"]["targets"]
    assert told["embeddings"]["tokens"] == ["<s0>", "<s1>"]
    assert main(["model", "info", "mine"]) == 0
    assert "lora.producer" in capsys.readouterr().out


def test_embeddings_that_a_lora_brings_need_no_file(have: BundleParts) -> None:
    """One file then has two uses, and a manifest that forgets the second is refused."""
    assert have.lora is not None
    rows = {
        f"bundle_emb.<s{token}>.{encoder}": tensor[token : token + 1].clone()
        for encoder, tensor in embedding_tensors().items()
        for token in range(2)
    }
    save_file({**load_file(have.lora), **rows}, have.lora)
    bundle = add_bundle(replace(have, embeddings=None))
    assert bundle.embeddings is not None
    assert bundle.lora is not None
    assert bundle.embeddings.file == bundle.lora.file
    load_engine(bundle, EngineConfig(device="cpu", dtype="float32"))
    with pytest.raises(BundleError, match=r"brings the tokens <s0>, <s1>"):
        load_engine(replace(bundle, embeddings=None), EngineConfig(device="cpu", dtype="float32"))


def test_the_alpha_of_a_peft_adapter_is_read_from_the_file_beside_it(have: BundleParts, tmp_path: Path) -> None:
    """adapter_model.safetensors does not say it; without it the strength would be wrong in silence."""
    folder = tmp_path / "adapter"
    folder.mkdir()
    assert have.lora is not None
    tensors = {
        key.replace("lora_down", "lora_A").replace("lora_up", "lora_B"): tensor
        for key, tensor in load_file(have.lora).items()
        if not key.endswith("alpha")
    }
    lora = folder / "adapter_model.safetensors"
    save_file(tensors, lora)
    (folder / "adapter_config.json").write_text('{"r": 4, "lora_alpha": 16, "use_rslora": true}', encoding="utf-8")
    assert add_bundle(replace(have, lora=lora)).lora.alpha == 32  # type: ignore[union-attr]
    (folder / "adapter_config.json").write_text('{"r": 4}', encoding="utf-8")
    with pytest.raises(BundleError, match="does not say lora_alpha and r"):
        add_bundle(replace(have, lora=lora, name="other"))


def _point(have: BundleParts) -> BundleParts:
    assert have.lora is not None
    have.lora.write_bytes(POINTER)
    return have


def _cut(have: BundleParts) -> BundleParts:
    assert have.lora is not None
    have.lora.write_bytes(have.lora.read_bytes()[:-10])
    return have


def _pickle(have: BundleParts) -> BundleParts:
    assert have.embeddings is not None
    path = have.embeddings.with_suffix(".pt")
    path.write_bytes(b"PK\x03\x04" + bytes(60))
    return replace(have, embeddings=path)


def _embed(**tensors: torch.Tensor) -> Callable[[BundleParts], BundleParts]:
    def change(have: BundleParts) -> BundleParts:
        assert have.embeddings is not None
        save_file(tensors, have.embeddings)
        return have

    return change


def _bundle_token(token: str) -> Callable[[BundleParts], BundleParts]:
    def change(have: BundleParts) -> BundleParts:
        assert have.lora is not None
        rows = {f"bundle_emb.{token}.{key}": value[:1].clone() for key, value in embedding_tensors().items()}
        save_file({**load_file(have.lora), **rows}, have.lora)
        return replace(have, embeddings=None)

    return change


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (_point, PointerFile, "git lfs pull"),
        (_cut, TruncatedFile, "fetch the file again"),
        (_pickle, PickleFile, "safetensors"),
        (lambda have: replace(have, lora=Path("nowhere.safetensors")), MissingFile, "name a safetensors file"),
        (lambda have: replace(have, base="nowhere.safetensors"), MissingFile, "or a hub id such as"),
        (lambda have: replace(have, base=str(have.lora)), BundleError, "is not an SDXL checkpoint"),
        (lambda have: replace(have, lora=have.embeddings), BundleError, "holds embeddings, not a LoRA"),
        (lambda have: replace(have, embeddings=have.lora), BundleError, "expected the tensors clip_l and clip_g"),
        (_embed(clip_l=torch.ones(2, 768), clip_g=torch.ones(2, 1280)), BundleError, r"\[2, 768\].*need \[2, 32\]"),
        (_embed(clip_l=torch.ones(2, 32)), BundleError, "expected the tensors clip_l and clip_g"),
        (_bundle_token("red</w>"), BundleError, r"vocabulary already has red</w>"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_written(
    have: BundleParts,
    tmp_path: Path,
    change: Callable[[BundleParts], BundleParts],
    error: type[BundleError],
    message: str,
) -> None:
    """Each refusal names the file, and the models folder stays empty."""
    with pytest.raises(error, match=message) as caught:
        add_bundle(change(replace(have, config=have.base)))
    assert type(caught.value) is error
    assert not left_behind(tmp_path)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"strength": 2.5}, "strength must lie in 0..2, not 2.5"),
        ({"strength": -0.1}, "strength must lie in 0..2"),
        ({"strength": float("nan")}, "strength must lie in 0..2"),
        ({"name": "../mine"}, "letters, digits"),
    ],
)
def test_a_choice_out_of_range_is_refused(have: BundleParts, choice: dict[str, Any], message: str) -> None:
    """Strength and name are the user's to put right."""
    with pytest.raises(InputError, match=message):
        replace(have, **choice)


def test_a_name_that_is_taken_is_refused(have: BundleParts) -> None:
    """A model is never written over."""
    add_bundle(have)
    for name in ("mine", "mini"):
        with pytest.raises(InputError, match="already there"):
            add_bundle(replace(have, name=name))


def _cache(tiny_bundle: Bundle, cache: Path, names: Callable[[Path], bool]) -> str:
    """A hub cache that holds some files of the base, as a download leaves it."""
    commit = "0123456789abcdef0123456789abcdef01234567"
    root = cache / "models--owner--name"
    base = tiny_bundle.folder / "base"
    for source in filter(Path.is_file, base.rglob("*")):
        if names(source):
            target = root / "snapshots" / commit / source.relative_to(base)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text(commit, encoding="ascii")
    return commit


def test_a_hub_base_is_checked_by_its_configurations_alone(
    have: BundleParts, tiny_bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest commit is pinned; without the weights the bundle is made but the base not taken for complete."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    commit = _cache(tiny_bundle, tmp_path / "cache", lambda path: path.suffix != ".safetensors")
    bundle = add_bundle(replace(have, base="owner/name"))
    assert bundle.base == HubBase(hub="owner/name", revision=commit)
    with pytest.raises(BundleError, match="hf download owner/name"):
        fetch_base("owner/name", commit, "fp16")


def test_a_base_in_one_file_is_read_whole(have: BundleParts, checkpoint: tuple[Path, Path, Any]) -> None:
    """Every tensor of the four networks comes out of the file as it went in, and no weight lies beside it."""
    path, configs, pipe = checkpoint
    bundle = add_bundle(replace(have, base=str(path), config=str(configs), lora=None))
    assert bundle.base == FileBase(file="base.safetensors", path="base")
    assert [name for name in bundle.files if name.endswith("safetensors")] == [
        "base.safetensors",
        "mine_sdxl_embeddings.safetensors",
    ]
    loaded = load_base(bundle, FLOAT32)
    for part in ("unet", "vae", "text_encoder", "text_encoder_2"):
        expected, actual = getattr(pipe, part).state_dict(), getattr(loaded, part).state_dict()
        assert expected.keys() == actual.keys()
        assert all(torch.equal(expected[key], actual[key]) for key in expected), part


@pytest.mark.parametrize(
    "start", ["model.diffusion_model.input_blocks.4.1.proj_in", "first_stage_model.decoder.conv_in"]
)
def test_a_base_in_one_file_with_gaps_is_refused(
    have: BundleParts, checkpoint: tuple[Path, Path, Any], start: str
) -> None:
    """The UNet's gaps are seen in the header, the others' when the base is loaded."""
    path, configs, _ = checkpoint
    save_file({key: tensor for key, tensor in load_file(path).items() if not key.startswith(start)}, path)
    with pytest.raises(BundleError, match=r"missing or differ|lacks 2 weights|not a usable SDXL base"):
        load_base(add_bundle(replace(have, base=str(path), config=str(configs), lora=None)), FLOAT32)


def test_an_adapter_with_an_alpha_for_each_module_is_refused(have: BundleParts, tmp_path: Path) -> None:
    """Its file beside the weights cannot be read as one alpha, and the way out is a file that says it itself."""
    assert have.lora is not None
    tensors = {
        key.replace("lora_down", "lora_A").replace("lora_up", "lora_B"): tensor
        for key, tensor in load_file(have.lora).items()
        if not key.endswith("alpha")
    }
    save_file(tensors, have.lora)
    config = {"r": 4, "lora_alpha": 8, "alpha_pattern": {"to_q": 1}}
    have.lora.with_name("adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(BundleError, match=r"sets alpha_pattern, .* save_lora_weights"):
        add_bundle(have)
    assert not left_behind(tmp_path)


def test_an_alpha_in_the_lora_itself_comes_before_the_file_beside_it(have: BundleParts) -> None:
    """A file of another adapter may lie in the same folder."""
    assert have.lora is not None
    have.lora.with_name("adapter_config.json").write_text('{"r": 4, "lora_alpha": 64}', encoding="utf-8")
    bundle = add_bundle(have)
    assert bundle.lora is not None
    assert bundle.lora.alpha is None


def test_across_disks_the_base_is_copied(
    have: BundleParts, tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no second name can be given to a file, its bytes are there all the same."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    bundle = add_bundle(have)
    unet = "base/unet/diffusion_pytorch_model.fp16.safetensors"
    assert not bundle.file(unet).samefile(tiny_bundle.file(unet))
    bundle.verify()
