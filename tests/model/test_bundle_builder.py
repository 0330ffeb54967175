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
from tests.model.conftest import FLOAT32, Checkpoint, embedding_tensors

from plitka.cli import main
from plitka.errors import BaseUnavailable, BundleError, InputError, MissingFile, PickleFile, PointerFile, TruncatedFile
from plitka.model.base_facts import bundle_facts
from plitka.model.base_files import NETWORKS
from plitka.model.bundle import Bundle, find_bundle
from plitka.model.bundle_builder import BundleParts, add_bundle
from plitka.model.engine import load_engine
from plitka.model.engine_config import EngineConfig
from plitka.model.hub import fetch_base
from plitka.model.parts import FileBase, HubBase, LocalBase, VaePart
from plitka.model.pipeline import load_base

pytestmark = pytest.mark.usefixtures("remembered_networks")

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
    assert "LoRA, written by" in capsys.readouterr().out


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
        (lambda have: replace(have, base=str(have.lora)), BundleError, "is a LoRA; give it with --lora"),
        (
            lambda have: replace(have, base=str(Path(have.base).parent)),
            BundleError,
            "is a model already; name its folder with --model",
        ),
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
        fetch_base("owner/name", commit, dict.fromkeys(NETWORKS, "fp16"))


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


def test_a_file_that_is_no_base_is_refused_before_anything_is_fetched(
    have: BundleParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a machine without a network would otherwise wait, and hear of configurations that it never asked for."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(BundleError, match="is a LoRA; give it with --lora"):
        add_bundle(replace(have, base=str(have.lora)))


def test_a_base_in_one_file_without_a_network_is_told_what_it_lacks(
    have: BundleParts, checkpoint: tuple[Path, Path, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the user's own file, with the two ways out."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "empty"))
    path, _, _ = checkpoint
    with pytest.raises(BaseUnavailable, match=r"brings no configurations .* with --config, since .*hf download"):
        add_bundle(replace(have, base=str(path), lora=None))


@pytest.mark.parametrize(
    "start",
    [
        "model.diffusion_model.input_blocks.4.1.proj_in",
        "first_stage_model.decoder.conv_in",
        "conditioner.embedders.0.transformer.text_model.final_layer_norm",
        "conditioner.embedders.1.model.ln_final",
    ],
)
def test_a_base_in_one_file_with_gaps_is_refused(
    have: BundleParts, checkpoint: tuple[Path, Path, Any], tmp_path: Path, start: str
) -> None:
    """In any of its networks, by the header alone."""
    path, configs, _ = checkpoint
    save_file({key: tensor for key, tensor in load_file(path).items() if not key.startswith(start)}, path)
    with pytest.raises(BundleError, match=r"does not fit its configuration: 2 tensors of"):
        add_bundle(replace(have, base=str(path), config=str(configs), lora=None))
    assert not left_behind(tmp_path)


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


@pytest.mark.parametrize("spelling", ["Stability's", "diffusers'"])
def test_a_file_without_an_autoencoder_takes_one(
    have: BundleParts, checkpoint_source: Checkpoint, tmp_path: Path, spelling: str
) -> None:
    """From a file of either spelling, whose weights are then the picture's."""
    start = "first_stage_model."
    tensors = dict(checkpoint_source.tensors)
    vae = {key.removeprefix(start): tensor + 1 for key, tensor in tensors.items() if key.startswith(start)}
    expected = {key: value + 1 for key, value in checkpoint_source.pipe.vae.state_dict().items()}
    save_file(vae if spelling == "Stability's" else expected, tmp_path / "sdxl_vae.safetensors")
    for name, rest in (("without", {}), ("beside", {key: tensors[key] for key in tensors if key.startswith(start)})):
        others = {key: tensor for key, tensor in tensors.items() if not key.startswith(start)}
        save_file({**others, **rest}, tmp_path / "base.safetensors")
        parts = replace(have, name=name, base=str(tmp_path / "base.safetensors"), lora=None, embeddings=None)
        parts = replace(parts, config=str(checkpoint_source.configs), vae=tmp_path / "sdxl_vae.safetensors")
        bundle = add_bundle(parts)
        assert bundle.vae == VaePart(file=f"{name}_vae.safetensors")
        bundle.verify()
        found = load_base(bundle, FLOAT32).vae.state_dict()
        assert all(torch.equal(found[key], value) for key, value in expected.items())


def test_an_autoencoder_takes_the_place_of_a_folders_own(
    have: BundleParts, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    """Whose weights are then neither linked nor needed: the fp16-fix over SDXL's own, for example."""
    own = load_base(tiny_bundle, FLOAT32).vae.state_dict()
    save_file({key: value + 1 for key, value in own.items()}, tmp_path / "fix.safetensors")
    bundle = add_bundle(replace(have, vae=tmp_path / "fix.safetensors"))
    assert not [name for name in bundle.files if name.startswith("base/vae/") and name.endswith("safetensors")]
    found = load_base(bundle, FLOAT32).vae.state_dict()
    assert all(torch.equal(found[key], value + 1) for key, value in own.items())
    load_engine(bundle, EngineConfig(device="cpu", dtype="float32"))


def test_an_autoencoder_of_another_size_is_refused(have: BundleParts, tmp_path: Path) -> None:
    """With its file, before anything is written."""
    save_file({"decoder.conv_in.weight": torch.ones(4, 4, 3, 3)}, tmp_path / "small.safetensors")
    with pytest.raises(BundleError, match=r"small\.safetensors does not fit its configuration: \d+ tensors of vae"):
        add_bundle(replace(have, vae=tmp_path / "small.safetensors"))
    assert not left_behind(tmp_path)


def test_a_variant_can_be_chosen(have: BundleParts, tiny_bundle: Bundle, tmp_path: Path) -> None:
    """Where a network has none of that name, its best is taken; one that nobody has is refused."""
    base = Path(shutil.copytree(tiny_bundle.folder / "base", tmp_path / "base"))
    unet = base / "unet" / "diffusion_pytorch_model.fp16.safetensors"
    save_file(
        {key: value.bfloat16() for key, value in load_file(unet).items()}, Path(str(unet).replace("fp16", "bf16"))
    )
    bundle = add_bundle(replace(have, base=str(base), variant="bf16"))
    assert isinstance(bundle.base, LocalBase)
    assert bundle.base.variant == "bf16"
    assert bundle.base.variants == dict.fromkeys(("vae", "text_encoder", "text_encoder_2"), "fp16")
    assert "base/unet/diffusion_pytorch_model.fp16.safetensors" not in bundle.files
    found = load_base(bundle, FLOAT32).unet.state_dict()["conv_in.weight"]
    assert torch.equal(found.bfloat16().float(), found.float())
    with pytest.raises(BundleError, match="has no files of the variant 'fp8'"):
        add_bundle(replace(have, name="other", base=str(base), variant="fp8"))


def test_a_distilled_base_brings_its_steps_and_guidance(have: BundleParts, tiny_bundle: Bundle, tmp_path: Path) -> None:
    """And is run in straight steps from the last timestep on."""
    base = Path(shutil.copytree(tiny_bundle.folder / "base", tmp_path / "sdxl-lightning-8step"))
    bundle = add_bundle(replace(have, base=str(base)))
    assert (bundle.defaults.steps, bundle.defaults.guidance, bundle.base.distilled) == (8, 1.0, "lightning")
    steps = bundle_facts(bundle).schedule.steps(8)
    assert steps.is_first_order
    assert steps.timesteps.tolist() == [999, 874, 749, 624, 499, 374, 249, 124]


def _zeros(tensors: dict[str, torch.Tensor], wanted: Callable[[str], bool]) -> dict[str, torch.Tensor]:
    return {key: torch.zeros_like(tensor) if wanted(key) else tensor for key, tensor in tensors.items()}


@pytest.mark.parametrize(
    "change",
    [
        lambda tensors: _zeros(tensors, lambda key: "down_blocks_1" in key and key.endswith("lora_up.weight")),
        lambda tensors: {
            **tensors,
            "lora_te1_text_model_encoder_layers_0_self_attn_q_proj.lora_down.weight": torch.zeros(0, 32),
            "lora_te1_text_model_encoder_layers_0_self_attn_q_proj.lora_up.weight": torch.zeros(32, 0),
        },
        lambda tensors: {
            key: tensor.to(torch.float8_e4m3fn) if tensor.is_floating_point() else tensor
            for key, tensor in tensors.items()
        },
    ],
    ids=["a block that was not trained", "a text encoder of rank 0", "float8"],
)
def test_a_lora_that_trainers_write_runs(
    have: BundleParts, change: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]
) -> None:
    """Added and loaded by the same reading."""
    assert have.lora is not None
    save_file(change(load_file(have.lora)), have.lora)
    load_engine(add_bundle(have), EngineConfig(device="cpu", dtype="float32"))


@pytest.mark.parametrize(
    "wanted",
    [lambda key: key.endswith("lora_up.weight"), lambda key: key.endswith("alpha")],
    ids=["up-matrices of zeros", "alpha 0"],
)
def test_a_lora_that_changes_nothing_is_refused(
    have: BundleParts, tmp_path: Path, wanted: Callable[[str], bool]
) -> None:
    """Its picture would be the base's, and nobody would know."""
    assert have.lora is not None
    save_file(_zeros(load_file(have.lora), wanted), have.lora)
    with pytest.raises(BundleError, match=r"my lora\.safetensors changes nothing: in all of its"):
        add_bundle(have)
    assert not left_behind(tmp_path)
