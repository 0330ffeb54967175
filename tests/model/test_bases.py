"""Bases as public trackers describe them: right to the last weight, or refused by name before anything is written."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.model.conftest import FLOAT32, Checkpoint

from plitka.core.generation import Defaults
from plitka.core.painter import Canvas, Painted
from plitka.core.watch import Unwatched
from plitka.errors import BundleError
from plitka.model import base_facts, base_kinds, noise_marks, scheduler_config
from plitka.model.bundle import Bundle
from plitka.model.bundle_builder import BundleParts, add_bundle
from plitka.model.engine import load_painter
from plitka.model.engine_config import EngineConfig
from plitka.model.painter import DiffusionPainter
from plitka.model.pipeline import load_base

pytestmark = pytest.mark.usefixtures("remembered_networks")

UNET, VAE = "model.diffusion_model.", "first_stage_model."
FIRST, SECOND = "conditioner.embedders.0.transformer.", "conditioner.embedders.1.model."
PARTS = ("unet", "vae", "text_encoder", "text_encoder_2")
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5135149760\n"
FP16_UNET = "unet/diffusion_pytorch_model.fp16.safetensors"

Tensors = dict[str, torch.Tensor]
ChangeFile = Callable[[Tensors], Tensors | tuple[Tensors, dict[str, str]]]
ChangeFolder = Callable[[Path], object]
ONE = Canvas(prompt="60% red", negative_prompt="", seed=1, width_px=64, height_px=64, steps=2, guidance=2.0)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for models."""
    monkeypatch.setenv("PLITKA_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "models"


def weights(pipe: Any) -> Tensors:  # noqa: ANN401
    """Every weight of a pipeline."""
    return {f"{part}.{key}": value for part in PARTS for key, value in getattr(pipe, part).state_dict().items()}


def assert_same(found: Any, expected: Any, rounded: Callable[[str, torch.Tensor], torch.Tensor]) -> None:  # noqa: ANN401
    """All weights are those that are expected, in the formats that the file has them in."""
    there, here = weights(found), weights(expected)
    assert there.keys() == here.keys()
    wrong = [key for key, value in here.items() if not torch.equal(there[key].float(), rounded(key, value).float())]
    assert not wrong


def under(tensors: Tensors, *prefixes: str) -> Tensors:
    """Those whose keys begin so."""
    return {key: value for key, value in tensors.items() if key.startswith(prefixes)}


def without(tensors: Tensors, *prefixes: str) -> Tensors:
    """The others."""
    return {key: value for key, value in tensors.items() if not key.startswith(prefixes)}


def renamed(tensors: Tensors, pattern: str, name: str) -> Tensors:
    """With another spelling of the keys."""
    return {re.sub(pattern, name, key): value for key, value in tensors.items()}


def cast(tensors: Tensors, *prefixes: str, dtype: torch.dtype) -> Tensors:
    """With another number format."""
    return {key: value.to(dtype) if key.startswith(prefixes) else value for key, value in tensors.items()}


def linear_projection(tensors: Tensors) -> Tensors:
    """The projection of the second encoder as a linear layer keeps it."""
    projection = tensors.pop(f"{SECOND}text_projection")
    return tensors | {f"{SECOND}text_projection.weight": projection.T.contiguous()}


def flat_attention(tensors: Tensors) -> Tensors:
    """The autoencoder's attention as linear layers, not as 1x1 convolutions."""
    return {
        key: value[:, :, 0, 0] if value.dim() == 4 and "attn_1." in key else value for key, value in tensors.items()
    }


def as_it_is(_: str, value: torch.Tensor) -> torch.Tensor:
    """Not rounded."""
    return value


def in_fp8(key: str, value: torch.Tensor) -> torch.Tensor:
    """As ComfyUI saves a checkpoint in float8: the UNet alone."""
    return value.to(torch.float8_e4m3fn) if key.startswith("unet.") else value


def in_bf16(key: str, value: torch.Tensor) -> torch.Tensor:
    """As trainers save: bfloat16, and the autoencoder in float32."""
    return value if key.startswith("vae.") else value.to(torch.bfloat16)


ACCEPTED_FILES: dict[str, tuple[ChangeFile, Callable[[str, torch.Tensor], torch.Tensor]]] = {
    "ComfyUI, A1111: as published": (lambda tensors: tensors, as_it_is),
    "the original trainer: averaged weights beside it (model_ema)": (
        lambda tensors: tensors | {f"model_ema.{key}": value + 1 for key, value in under(tensors, UNET).items()},
        as_it_is,
    ),
    "kohya: position_ids of both encoders, as floats": (
        lambda tensors: tensors | {f"{FIRST}text_model.embeddings.position_ids": torch.arange(77.0)[None]},
        as_it_is,
    ),
    "the original: logit_scale of OpenCLIP": (
        lambda tensors: tensors | {f"{SECOND}logit_scale": torch.tensor(4.6)},
        as_it_is,
    ),
    "merging tools: text_projection as a linear layer": (linear_projection, as_it_is),
    "CompVis: buffers of the schedule (betas, alphas_cumprod)": (
        lambda tensors: tensors | {"betas": torch.rand(1000), "alphas_cumprod": torch.linspace(0.999, 0.0047, 1000)},
        as_it_is,
    ),
    "ComfyUI: the autoencoder under vae.": (
        lambda tensors: renamed(tensors, r"^first_stage_model\.", "vae."),
        as_it_is,
    ),
    "diffusers' converter: attention of the autoencoder as linear layers": (flat_attention, as_it_is),
    "ComfyUI: UNet in float8": (lambda tensors: cast(tensors, UNET, dtype=torch.float8_e4m3fn), in_fp8),
    "trainers: bfloat16 with the autoencoder in float32": (
        lambda tensors: cast(cast(tensors, UNET, FIRST, SECOND, dtype=torch.bfloat16), VAE, dtype=torch.float32),
        in_bf16,
    ),
    "sd-scripts: a whole modelspec": (
        lambda tensors: (
            tensors,
            {
                "modelspec.sai_model_spec": "1.0.0",
                "modelspec.architecture": "stable-diffusion-xl-v1-base",
                "modelspec.implementation": "https://github.com/Stability-AI/generative-models",
                "modelspec.prediction_type": "epsilon",
                "modelspec.resolution": "1024x1024",
            },
        ),
        as_it_is,
    ),
}


def wide_input(n_channels: int) -> ChangeFile:
    """A UNet that takes more channels."""
    key = f"{UNET}input_blocks.0.0.weight"
    return lambda tensors: tensors | {key: torch.zeros(tensors[key].shape[0], n_channels, 3, 3)}


def only(**tensors: tuple[int, ...]) -> ChangeFile:
    """A file with other tensors alone; two underscores stand for a dot."""
    return lambda _: {key.replace("__", "."): torch.zeros(shape) for key, shape in tensors.items()}


REFUSED_FILES: dict[str, tuple[ChangeFile, str]] = {
    "diffusers' SDXL inpainting: 9 channels": (wide_input(9), "is an inpainting model"),
    "SDXL InstructPix2Pix: 8 channels": (wide_input(8), "edits pictures"),
    "SDXL refiner": (
        lambda tensors: renamed(without(tensors, FIRST), r"^conditioner\.embedders\.1\.", "conditioner.embedders.0."),
        "is the SDXL refiner",
    ),
    "SD 1.5": (
        lambda tensors: renamed(without(tensors, SECOND), r"^conditioner\.embedders\.0\.", "cond_stage_model."),
        "is SD 1.5",
    ),
    "SD 2.1": (
        lambda tensors: renamed(without(tensors, FIRST), r"^conditioner\.embedders\.1\.", "cond_stage_model."),
        "is SD 2;",
    ),
    "FLUX in ComfyUI's checkpoint": (
        only(model__diffusion_model__double_blocks__0__img_attn__qkv__weight=(8, 8)),
        "is FLUX",
    ),
    "SD 3 medium": (only(model__diffusion_model__joint_blocks__0__x_block__attn__qkv__weight=(8, 8)), "is SD 3"),
    "Stable Cascade, stage C": (only(clip_txt_mapper__weight=(8, 8)), "is Stable Cascade"),
    "AuraFlow": (only(model__double_layers__0__attn__w1q__weight=(8, 8)), "is AuraFlow"),
    "Wan and its like": (only(blocks__0__self_attn__q__weight=(8, 8)), "is a transformer, not a UNet"),
    "ComfyUI: a UNet saved by ModelSave": (lambda tensors: under(tensors, UNET), "lacks vae, text_encoder, text_enc"),
    "DMD2: a UNet alone without a prefix": (
        lambda tensors: renamed(under(tensors, UNET), r"^model\.diffusion_model\.", ""),
        "is a UNet alone; put it into a folder",
    ),
    "naifu: a UNet alone with diffusers' names": (
        only(down_blocks__0__resnets__0__conv1__weight=(8, 8)),
        "a UNet alone",
    ),
    "an autoencoder alone, as sdxl_vae.safetensors": (
        lambda tensors: renamed(under(tensors, VAE), r"^first_stage_model\.", ""),
        "is an autoencoder alone; give it with --vae",
    ),
    "a file without an autoencoder (SatPony)": (lambda tensors: without(tensors, VAE), "no autoencoder.*with --vae"),
    "a file without text encoders": (lambda tensors: without(tensors, FIRST, SECOND), "lacks text_encoder, text_enc"),
    "an autoencoder whose encoder was pruned": (
        lambda tensors: without(tensors, f"{VAE}encoder."),
        "tensors of vae are missing.*encoder.conv_in",
    ),
    "SSD-1B, Vega: fewer layers than SDXL": (
        lambda tensors: without(tensors, f"{UNET}output_blocks.0.1.transformer_blocks.1."),
        "does not fit its configuration.*tensors of unet.*name the configuration",
    ),
    "IP-Adapter merged into the UNet": (
        lambda tensors: tensors | {f"{UNET}input_blocks.4.1.transformer_blocks.0.attn2.ip.weight": torch.ones(2, 2)},
        "does not fit its configuration|belong to no layer",
    ),
    "a ControlNet": (only(control_model__time_embed__0__weight=(8, 8)), "is a ControlNet"),
    "a LoRA": (only(lora_unet_mid__lora_down__weight=(4, 8), lora_unet_mid__lora_up__weight=(8, 4)), "--lora"),
    "learned tokens": (only(clip_l=(2, 32), clip_g=(2, 64)), "learned tokens; give it with --embeddings"),
    "ComfyUI: scaled float8": (
        lambda tensors: tensors | {"scaled_fp8": torch.zeros(2), f"{UNET}out.2.scale_weight": torch.ones(1)},
        "whose weights are quantised",
    ),
    "bitsandbytes: NF4": (
        lambda tensors: tensors | {f"{UNET}out.2.weight.quant_state.bitsandbytes__nf4": torch.zeros(9).byte()},
        "whose weights are quantised",
    ),
    "int8 weights": (lambda tensors: cast(tensors, f"{UNET}mid", f"{UNET}out.2.", dtype=torch.int8), "tensors are I8"),
    "modelspec of a refiner": (
        lambda tensors: (tensors, {"modelspec.architecture": "stable-diffusion-xl-v1-refiner"}),
        "says in its header that it is 'stable-diffusion-xl-v1-refiner'",
    ),
    "modelspec of a LoRA": (
        lambda tensors: (tensors, {"modelspec.architecture": "stable-diffusion-xl-v1-base/lora"}),
        "says in its header",
    ),
}


def write(tensors: Tensors, change: ChangeFile, path: Path) -> Path:
    """A file with changed tensors, and the header fields that the change has."""
    changed = change(dict(tensors))
    found, metadata = changed if isinstance(changed, tuple) else (changed, None)
    save_file({key: value.clone().contiguous() for key, value in found.items()}, path, metadata)
    return path


@pytest.mark.parametrize("name", ACCEPTED_FILES)
def test_a_file_that_tools_write_is_loaded_right(checkpoint_source: Checkpoint, tmp_path: Path, name: str) -> None:
    """Every weight of the four networks is the file's."""
    change, rounded = ACCEPTED_FILES[name]
    path = write(dict(checkpoint_source.tensors), change, tmp_path / "file.safetensors")
    bundle = add_bundle(BundleParts(name="mine", base=str(path), config=str(checkpoint_source.configs)))
    assert_same(load_base(bundle, FLOAT32), checkpoint_source.pipe, rounded)


@pytest.mark.parametrize("name", REFUSED_FILES)
def test_a_file_of_something_else_is_refused_by_name(
    checkpoint_source: Checkpoint, tmp_path: Path, home: Path, name: str
) -> None:
    """With the user's own path, and nothing is written."""
    change, message = REFUSED_FILES[name]
    path = write(dict(checkpoint_source.tensors), change, tmp_path / "file.safetensors")
    with pytest.raises(BundleError, match=message) as caught:
        add_bundle(BundleParts(name="mine", base=str(path), config=str(checkpoint_source.configs)))
    assert str(path) in str(caught.value)
    assert not home.exists()


def rename(part: str, old: str, new: str) -> ChangeFolder:
    """Another name for the files of a network."""

    def change(base: Path) -> None:
        for path in list((base / part).glob(f"*{old}*")):
            path.rename(path.with_name(path.name.replace(old, new)))

    return change


def each(*changes: ChangeFolder) -> ChangeFolder:
    """One after the other."""
    return lambda base: [change(base) for change in changes]


def rewrite(file: str, change: Callable[[Tensors], Tensors]) -> ChangeFolder:
    """Other tensors in a file."""
    return lambda base: save_file(
        {key: value.clone().contiguous() for key, value in change(load_file(base / file)).items()}, base / file
    )


def edit(file: str, **values: object) -> ChangeFolder:
    """Other values in a configuration."""
    return lambda base: (base / file).write_text(json.dumps(json.loads((base / file).read_text()) | values))


def shard(names: tuple[str, str], index: str) -> ChangeFolder:
    """The UNet in two files with an index."""

    def change(base: Path) -> None:
        tensors = load_file(base / FP16_UNET)
        keys = sorted(tensors)
        halves = dict(zip(names, (keys[::2], keys[1::2]), strict=True))
        for name, chosen in halves.items():
            save_file({key: tensors[key] for key in chosen}, base / "unet" / name)
        (base / FP16_UNET).unlink()
        table = {key: name for name, chosen in halves.items() for key in chosen}
        (base / "unet" / index).write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": table}))

    return change


DPM = "diffusion_pytorch_model"
OLD_SHARDS = (f"{DPM}.fp16-00001-of-00002.safetensors", f"{DPM}.fp16-00002-of-00002.safetensors")
NEW_SHARDS = (f"{DPM}-00001-of-00002.fp16.safetensors", f"{DPM}-00002-of-00002.fp16.safetensors")
PLAIN_SHARDS = (f"{DPM}-00001-of-00002.safetensors", f"{DPM}-00002-of-00002.safetensors")
OLD_NAMES = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}


def old_attention(tensors: Tensors) -> Tensors:
    """An autoencoder's attention as diffusers named it before 0.16."""
    return {
        re.sub(
            r"(attentions\.0\.)(to_[qkv]|to_out\.0)\.", lambda match: f"{match[1]}{OLD_NAMES[match[2]]}.", key
        ): value
        for key, value in tensors.items()
    }


def move_out(*, is_link: bool) -> ChangeFolder:
    """The UNet's file lies elsewhere, as in the hub's cache."""

    def change(base: Path) -> None:
        target = base.parent / "blob"
        (base / FP16_UNET).rename(target)
        if is_link:
            (base / FP16_UNET).symlink_to(target)

    return change


ACCEPTED_FOLDERS: dict[str, ChangeFolder] = {
    "float16 for the UNet alone": each(
        rename("vae", ".fp16.", "."), rename("text_encoder", ".fp16.", "."), rename("text_encoder_2", ".fp16.", ".")
    ),
    "float16 for all but the autoencoder": rename("vae", ".fp16.", "."),
    "bfloat16 only": each(*(rename(part, ".fp16.", ".bf16.") for part in PARTS)),
    "no variant at all": each(*(rename(part, ".fp16.", ".") for part in PARTS)),
    "a variant of another name for the UNet": rename("unet", ".fp16.", ".ema."),
    "weights that were not averaged beside the others": lambda base: save_file(
        {"x": torch.ones(1)}, base / "unet" / f"{DPM}.non_ema.safetensors"
    ),
    "float16 shards with the variant before the number": shard(OLD_SHARDS, f"{DPM}.safetensors.index.fp16.json"),
    "float16 shards with the variant behind the number": shard(NEW_SHARDS, f"{DPM}.safetensors.index.fp16.json"),
    "shards without a variant": shard(PLAIN_SHARDS, f"{DPM}.safetensors.index.json"),
    "a pickle beside safetensors": lambda base: (base / "unet" / f"{DPM}.fp16.bin").write_bytes(b"PK\x03\x04"),
    "an index that names what is not used": edit(
        "model_index.json",
        feature_extractor=["transformers", "CLIPImageProcessor"],
        image_encoder=["transformers", "CLIPVisionModelWithProjection"],
        safety_checker=["stable_diffusion", "StableDiffusionSafetyChecker"],
    ),
    "an index of image-to-image": edit("model_index.json", _class_name="StableDiffusionXLImg2ImgPipeline"),
    "an index that names a scheduler of tomorrow": edit("model_index.json", scheduler=["diffusers", "NewScheduler"]),
    "an autoencoder of diffusers before 0.16": rewrite(f"vae/{DPM}.fp16.safetensors", old_attention),
    "encoders with the level that transformers 5 dropped": rewrite(
        "text_encoder/model.fp16.safetensors",
        lambda tensors: {f"text_model.{key.removeprefix('text_model.')}": value for key, value in tensors.items()},
    ),
    "encoders with position_ids": rewrite(
        "text_encoder/model.fp16.safetensors",
        lambda tensors: tensors | {"text_model.embeddings.position_ids": torch.arange(77)[None]},
    ),
    "links into the hub's cache": move_out(is_link=True),
    "a scheduler configuration with exponential sigmas": edit(
        "scheduler/scheduler_config.json", use_exponential_sigmas=True, timestep_spacing="trailing"
    ),
    "a scheduler configuration with beta and flow sigmas": edit(
        "scheduler/scheduler_config.json", use_beta_sigmas=True, use_flow_sigmas=True, final_sigmas_type="sigma_min"
    ),
}

REFUSED_FOLDERS: dict[str, tuple[ChangeFolder, str]] = {
    "a text encoder as a pickle alone": (
        lambda base: (base / "text_encoder" / "model.fp16.safetensors").rename(
            base / "text_encoder" / "pytorch_model.fp16.bin"
        ),
        "text_encoder has its weights only as a pickle .*convert it",
    ),
    "no weights at all": (move_out(is_link=False), "unet has no weights by a name that diffusers gives"),
    "a pointer in the place of the UNet": (
        lambda base: (base / FP16_UNET).write_bytes(POINTER),
        "base/unet/.*Git-LFS pointer.*git lfs pull",
    ),
    "a cut autoencoder": (
        lambda base: (base / f"vae/{DPM}.fp16.safetensors").write_bytes(
            (base / f"vae/{DPM}.fp16.safetensors").read_bytes()[:-9]
        ),
        "base/vae/.*ends after",
    ),
    "a pointer in the place of a configuration": (
        lambda base: (base / "unet" / "config.json").write_bytes(POINTER),
        "base/unet/config.json is a Git-LFS pointer",
    ),
    "a shard that was not fetched": (
        each(
            shard(OLD_SHARDS, f"{DPM}.safetensors.index.fp16.json"),
            lambda base: (base / "unet" / OLD_SHARDS[1]).unlink(),
        ),
        "00002-of-00002.safetensors is not there, and the index",
    ),
    "an index that leads out of the folder": (
        each(
            shard(OLD_SHARDS, f"{DPM}.safetensors.index.fp16.json"),
            edit(f"unet/{DPM}.safetensors.index.fp16.json", weight_map={"conv_in.weight": "../vae/x.safetensors"}),
        ),
        "an index names the shards beside it",
    ),
    "weights of another configuration": (
        rewrite(FP16_UNET, lambda tensors: without(tensors, "mid_block.")),
        "tensors of unet are missing",
    ),
    "an inpainting UNet": (edit("unet/config.json", in_channels=9), "is an inpainting model"),
    "the refiner": (edit("unet/config.json", cross_attention_dim=1280), "is the SDXL refiner"),
    "SD 1.5": (edit("model_index.json", _class_name="StableDiffusionPipeline"), "is SD 1.5 or SD 2"),
    "SD 3": (edit("model_index.json", _class_name="StableDiffusion3Pipeline"), "is SD 3"),
    "Kolors": (edit("model_index.json", _class_name="KolorsPipeline"), "is Kolors"),
    "a pipeline that nobody knows": (edit("model_index.json", _class_name="HiDreamImagePipeline"), "is HiDreamImageP"),
    "an encoder of another width": (edit("unet/config.json", cross_attention_dim=2048), "cross_attention_dim is 2048"),
    "a flow-matching scheduler": (
        edit("scheduler/scheduler_config.json", _class_name="FlowMatchEulerDiscreteScheduler"),
        "trained by flow matching",
    ),
    "no scheduler": (lambda base: shutil.rmtree(base / "scheduler"), "scheduler_config.json is not there"),
    "no second tokenizer": (lambda base: shutil.rmtree(base / "tokenizer_2"), "base/tokenizer_2 has no vocabulary"),
    "a tokenizer that does not say how much is read": (
        edit("tokenizer/tokenizer_config.json", model_max_length=None),
        "model_max_length of tokenizer is",
    ),
    "a tokenizer that reads more than its encoder": (
        edit("tokenizer_2/tokenizer_config.json", model_max_length=2**63),
        "model_max_length of tokenizer_2 is 9223372036854775808, the other parts need 77",
    ),
    "a width of sizes that is a list": (
        edit("unet/config.json", addition_time_embed_dim=[8]),
        "not a usable SDXL base|do not fit each other",
    ),
    "an end mark that the tokenizer never writes": (edit("text_encoder_2/config.json", eos_token_id=7), "end mark 7"),
}


@pytest.fixture
def base(tiny_bundle: Bundle, tmp_path: Path) -> Path:
    """A folder in hub layout, all of whose networks have float16 files, that a test may change."""
    return Path(shutil.copytree(tiny_bundle.folder / "base", tmp_path / "base"))


@pytest.fixture(scope="module")
def expected(tiny_bundle: Bundle) -> DiffusionPainter:
    """A painter with what that folder holds."""
    bundle = replace(tiny_bundle, lora=None, embeddings=None, defaults=Defaults())
    return load_painter(bundle, EngineConfig(device="cpu", dtype="float32"))


def painted(painter: DiffusionPainter) -> np.ndarray:
    """A small picture of its."""
    (outcome,) = painter.paint([ONE], Unwatched())
    assert isinstance(outcome, Painted)
    return outcome.pixels


@pytest.mark.parametrize("name", ACCEPTED_FOLDERS)
def test_a_folder_that_hubs_hold_is_loaded_right(base: Path, expected: DiffusionPainter, name: str) -> None:
    """Every weight of the four networks is the folder's, and so is the picture."""
    ACCEPTED_FOLDERS[name](base)
    bundle = add_bundle(BundleParts(name="mine", base=str(base)))
    found = load_painter(bundle, EngineConfig(device="cpu", dtype="float32"))
    assert_same(found._pipe, expected._pipe, as_it_is)
    assert np.array_equal(painted(found), painted(expected))


@pytest.mark.parametrize("name", REFUSED_FOLDERS)
def test_a_folder_of_something_else_is_refused_by_name(base: Path, home: Path, name: str) -> None:
    """With the user's own path, and nothing is written."""
    change, message = REFUSED_FOLDERS[name]
    change(base)
    with pytest.raises(BundleError, match=message) as caught:
        add_bundle(BundleParts(name="mine", base=str(base)))
    assert str(base) in str(caught.value)
    assert not home.exists()


def test_the_documentation_names_every_mark_that_is_read() -> None:
    """Of single files and schedulers' configurations, distilled methods and classes of autoencoders."""
    text = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
    fields = [*noise_marks._PREDICTION_FIELDS, *noise_marks._VELOCITY_FIELDS, *noise_marks._ZERO_SNR_FIELDS]
    fields += [*scheduler_config._REPLACED, *base_kinds._TITLES, *base_facts.VAE_KINDS]
    missing = [name for name in fields if f"`{name}`" not in text]
    endings = {name: f"`.{name.rpartition('.')[2]}`" for name in noise_marks.TENSORS}
    missing += [name for name, ending in endings.items() if f"`{name}`" not in text and ending not in text]
    missing += [word for word in base_kinds._DISTILLED if word not in text]
    assert not missing
