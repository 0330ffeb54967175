"""Files that threads in public trackers tell of: used right, or refused by a message that names what they are.

Each is named by its thread and by what it is. They are not those of `test_bases`, which has the kinds that tools write.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.model.conftest import FLOAT32, Checkpoint
from tests.model.test_bases import (
    DPM,
    SECOND,
    UNET,
    VAE,
    ChangeFile,
    ChangeFolder,
    Tensors,
    as_it_is,
    assert_same,
    each,
    edit,
    renamed,
    without,
    write,
)

from plitka.errors import BundleError
from plitka.model.base_facts import bundle_facts
from plitka.model.bundle import Bundle
from plitka.model.bundle_builder import BundleParts, add_bundle
from plitka.model.embeddings import read_embeddings
from plitka.model.fusing import component_weights, fuse_lora
from plitka.model.pipeline import load_base

pytestmark = pytest.mark.usefixtures("remembered_networks")

LAYER = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"
FLAT = LAYER.replace(".", "_")
DOWN = torch.linspace(-1, 1, 4 * 32).reshape(4, 32)
UP = torch.linspace(1, -0.5, 32 * 4).reshape(32, 4)
UNKNOWN = "keys fit no module of this base"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for models."""
    monkeypatch.setenv("PLITKA_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "models"


def lora(module: str, down: str = "lora_down.weight", up: str = "lora_up.weight") -> Tensors:
    """Two matrices of 32 inputs and outputs under the names of a file."""
    return {f"{module}.{down}": DOWN.clone(), f"{module}.{up}": UP.clone()}


def saved(tensors: Mapping[str, torch.Tensor], path: Path) -> Path:
    """A file of them."""
    save_file({key: value.clone().contiguous() for key, value in tensors.items()}, path)
    return path


WIDE = torch.linspace(-1, 1, 4 * 64).reshape(4, 64)
LORAS: dict[str, tuple[Tensors, dict[str, torch.Tensor]]] = {
    "diffusers 8237, ComfyUI 1163: OneTrainer's projection of the second encoder": (
        {"lora_te2_text_projection.lora_down.weight": WIDE, "lora_te2_text_projection.lora_up.weight": WIDE.T},
        {"text_encoder_2.text_projection": WIDE.T @ WIDE},
    ),
    "diffusers 6382, 11790, peft 3238: the adapter's name in the keys, default_0": (
        lora(f"unet.{LAYER}", "lora_A.default_0.weight", "lora_B.default_0.weight"),
        {f"unet.{LAYER}": UP @ DOWN},
    ),
    "latent-consistency-model 57: PEFT's own prefix": (
        lora(f"base_model.model.{LAYER}", "lora_A.weight", "lora_B.weight"),
        {f"unet.{LAYER}": UP @ DOWN},
    ),
    "ComfyUI 5417: SimpleTuner's LyCORIS prefix before a plain LoRA": (
        lora(f"lycoris_{FLAT}"),
        {f"unet.{LAYER}": UP @ DOWN},
    ),
    "kohya_ss 3105: extracted by svd, with the first encoder alone": (
        lora("lora_te1_text_model_encoder_layers_0_self_attn_q_proj"),
        {"text_encoder.encoder.layers.0.self_attn.q_proj": UP @ DOWN},
    ),
}

NOT_LORAS: dict[str, tuple[Tensors, str]] = {
    "ComfyUI 1347: LyCORIS with trained norms": (
        lora(f"lora_unet_{FLAT}") | {"lora_unet_down_blocks_1_attentions_0_norm.w_norm": torch.ones(32)},
        "is full difference, not a LoRA",
    ),
    "sd-mecha 55: LoKr, norms and a few plain modules": (
        lora(f"lora_unet_{FLAT}") | {"lora_unet_out_2.lokr_w1": torch.ones(2, 2)},
        "is LoKr, not a LoRA",
    ),
    "ComfyUI 3518: of SD 1.5, with attention in the first block": (
        lora("lora_unet_down_blocks_0_attentions_0_proj_in"),
        "was made for SD 1.5 or SD 2",
    ),
    "ComfyUI 6397: IA3": ({f"lora_unet_{FLAT}.on_input": torch.ones(1)}, "is IA3, not a LoRA"),
    "KJNodes 146: FLUX with biases": (
        {"double_blocks.0.img_attn.qkv.lora_B.bias": torch.ones(2), **lora("double_blocks.0.img_attn.qkv")},
        "was made for FLUX",
    ),
    "diffusers 4302: a whole checkpoint": (
        {f"{UNET}out.2.weight": torch.ones(2, 2)},
        "is a whole base model, not a LoRA; give it as the base",
    ),
    "InvokeAI 5012: an IP-Adapter": (
        {"image_proj.proj.weight": torch.ones(2, 2), "ip_adapter.1.to_k_ip.weight": torch.ones(2, 2)},
        "is an IP-Adapter, not a LoRA",
    ),
    "Forge classic 1110: a Control-LoRA": (
        {"lora_controlnet": torch.zeros(0), "input_blocks.4.1.proj_in.up": UP, "input_blocks.4.1.proj_in.down": DOWN},
        "is a Control-LoRA, not a LoRA",
    ),
    "sd-scripts: a ControlNet-LLLite": (
        lora("lllite_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q"),
        "is a ControlNet-LLLite, not a LoRA",
    ),
    "AnimateDiff: a motion LoRA": (
        lora("unet.down_blocks.0.motion_modules.0.transformer_blocks.0.attn1.to_q", "lora_A.weight", "lora_B.weight"),
        "is for the motion of a video, not a LoRA",
    ),
    "peft: biases beside the matrices": (
        lora(f"unet.{LAYER}", "lora_A.weight", "lora_B.weight") | {f"unet.{LAYER}.lora_B.bias": torch.ones(32)},
        "trains more than two matrices for a module, not a LoRA",
    ),
    "sd-scripts 1024: saved while compiled": (
        lora(f"unet._orig_mod.{LAYER}", "lora_A.weight", "lora_B.weight"),
        UNKNOWN,
    ),
}

EMBEDDINGS: dict[str, tuple[Tensors, tuple[str, str]]] = {
    "diffusers 8854: clip_g and clip_l": (
        {"clip_g": torch.linspace(0, 1, 64)[None], "clip_l": torch.linspace(1, 0, 32)[None]},
        ("clip_l", "clip_g"),
    ),
    "cog-sdxl: text_encoders_0 and _1, a single row without its axis": (
        {"text_encoders_0": torch.linspace(0, 1, 32), "text_encoders_1": torch.linspace(1, 0, 64)},
        ("text_encoders_0", "text_encoders_1"),
    ),
}

NOT_EMBEDDINGS: dict[str, tuple[Tensors, str]] = {
    "diffusers 5327: of SD 1.5 (fastnegative)": ({"emb_params": torch.ones(1, 32)}, "for SD 1.5 or SD 2; SDXL needs"),
    "diffusers 7511: a whole text encoder": (
        {"text_model.embeddings.position_embedding.weight": torch.ones(77, 32)},
        "expected the tensors clip_l and clip_g.*found text_model.embeddings",
    ),
    "A1111 14691: string_to_param, as its own training writes": (
        {"string_to_param.*": torch.ones(1, 32)},
        "expected the tensors clip_l and clip_g.*found string_to_param",
    ),
}

NONE = torch.empty(0)
SCHEDULES: dict[str, tuple[ChangeFile, dict[str, str]]] = {
    "ComfyUI 12579: naifu's header, prediction_type v": (
        lambda tensors: (tensors, {"prediction_type": "v"}),
        {"predicts": "v_prediction", "kind": "betas", "spacing": "karras"},
    ),
    "A1111 16567: an empty v_pred": (
        lambda tensors: tensors | {"v_pred": NONE},
        {"predicts": "v_prediction", "kind": "betas", "spacing": "karras"},
    ),
    "ComfyUI 5573, InvokeAI 7495: NoobAI's v_pred and ztsnr": (
        lambda tensors: tensors | {"v_pred": NONE, "ztsnr": NONE},
        {"predicts": "v_prediction", "kind": "zero terminal SNR", "spacing": "trailing"},
    ),
    "diffusers 7230: Playground v2.5 in one file": (
        lambda tensors: tensors | {"edm_mean": torch.zeros(4), "edm_std": torch.ones(4)},
        {"predicts": "epsilon", "kind": "EDM", "spacing": "karras"},
    ),
}


def plain(base: Path) -> Path:
    """A tokenizer's files as SDXL is published: a vocabulary and merges, and no tokenizer.json."""
    for name in ("tokenizer", "tokenizer_2"):
        whole = base / name / "tokenizer.json"
        model = json.loads(whole.read_text())["model"]
        merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
        (base / name / "vocab.json").write_text(json.dumps(model["vocab"]))
        (base / name / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]) + "\n")
        whole.unlink()
    return base


FOLDERS: dict[str, ChangeFolder] = {
    "diffusers 7708: vocab.json and merges.txt, and no config.json in the tokenizers' folders": plain,
    "kohya-colab 147, 246: added_tokens.json with a token of the vocabulary": each(
        plain, lambda base: (base / "tokenizer_2" / "added_tokens.json").write_text('{"!": 0}')
    ),
    "macOS: a shadow of each file (AppleDouble)": lambda base: [
        path.with_name(f"._{path.name}").write_bytes(b"\0\5\x16\7" * 20) for path in list(base.glob("*/*"))
    ],
    "diffusers: a pipeline of one's own in model_index.json": edit(
        "model_index.json", _class_name=["pipeline", "MyPipeline"]
    ),
}

NOT_FOLDERS: dict[str, tuple[ChangeFolder, str]] = {
    "InvokeAI 4583: Stability's names in the autoencoder's folder": (
        lambda base: saved({"encoder.down.0.block.0.conv1.weight": NONE}, base / f"vae/{DPM}.fp16.safetensors"),
        "base/vae does not fit its configuration: 181 tensors of vae are missing",
    ),
    "japanese-stable-diffusion 6: a vocabulary of sentencepiece": (
        lambda base: [(base / "tokenizer/tokenizer.json").rename(base / "tokenizer/spiece.model")],
        "base/tokenizer has no vocabulary: expected tokenizer.json, or vocab.json and merges.txt",
    ),
    "diffusers 7716: a folder with a checkpoint and no configurations": (
        lambda base: (base / "model_index.json").unlink(),
        "model_index.json is not there",
    ),
    "diffusers 9213: weights quantised by bitsandbytes": (
        edit("unet/config.json", quantization_config={"quant_method": "bitsandbytes", "load_in_4bit": True}),
        r"unet/config.json says that its weights are quantised \(bitsandbytes\).*was not quantised",
    ),
    "diffusers 14811: a pickle in shards": (
        lambda base: [
            (base / f"unet/{DPM}.fp16.safetensors").rename(base / f"unet/{DPM}-00001-of-00001.bin"),
            (base / f"unet/{DPM}.bin.index.json").write_text("{}"),
        ],
        "unet has its weights only as a pickle.*convert it",
    ),
    "diffusers 7621: CosXL Edit, with the picture among the inputs": (
        edit("unet/config.json", in_channels=8),
        "a model that edits pictures",
    ),
    "optimum: an export to ONNX": (
        edit("model_index.json", _class_name="ORTStableDiffusionXLPipeline"),
        "is ORTStableDiffusionXLPipeline",
    ),
}

NOT_FILES: dict[str, tuple[ChangeFile, str]] = {
    "kohya_ss 2737: a LoRA as the checkpoint": (lambda _: lora(f"lora_unet_{FLAT}"), "is a LoRA; give it with --lora"),
    "ComfyUI-SUPIR 81: without the projection of the second encoder": (
        lambda tensors: without(tensors, f"{SECOND}text_projection"),
        "1 tensors of text_encoder_2 are missing.*text_projection.weight",
    ),
    "sd-scripts 1024: a UNet that was saved while compiled": (
        lambda tensors: renamed(tensors, r"^model\.diffusion_model\.", f"{UNET}_orig_mod."),
        "lacks time_embed.0.weight|UNet belong to no layer|lacks the tensor",
    ),
    "convert_to_quant 21: int8 of ComfyUI": (
        lambda tensors: tensors | {f"{UNET}out.2.comfy_quant": torch.ones(3).byte()},
        "whose weights are quantised",
    ),
    "diffusers: all networks with its own names in one file": (
        lambda _: {"unet.conv_in.weight": NONE, "vae.decoder.conv_in.weight": NONE, "text_encoder.x": NONE},
        "has diffusers' names in one file; save it with save_pretrained",
    ),
    "a trainer's whole state, with a level above": (
        lambda tensors: {f"state_dict.{key}": value for key, value in tensors.items()},
        "is not an SDXL checkpoint: it lacks unet",
    ),
}

NO_TENSORS: dict[str, tuple[bytes, str]] = {
    "diffusers 6713, Wan2GP 1805: the page of a login": (b"<!DOCTYPE html><html>Sign in", "is a web page"),
    "A1111 10014: the answer of a server": (b'{"error": "Unauthorized"}', "is a web page"),
    "ComfyUI-GGUF: another format under this name": (b"GGUF\3\0\0\0", "is a GGUF file"),
}


@pytest.mark.parametrize("name", LORAS)
def test_a_lora_is_fused(tiny_bundle: Bundle, tmp_path: Path, name: str) -> None:
    """Every weight is the base's with the product of the file's matrices, or as it was."""
    tensors, changes = LORAS[name]
    path = saved(tensors, tmp_path / "lora.safetensors")
    bundle = add_bundle(BundleParts(name="mine", base=str(tiny_bundle.folder / "base"), lora=path))
    assert bundle.lora is not None
    pipe = load_base(bundle, FLOAT32)
    found = component_weights({part: getattr(pipe, part) for part in ("unet", "text_encoder", "text_encoder_2")})
    before = {key: weight.clone() for key, weight in found.items()}
    assert fuse_lora(pipe, bundle.file(bundle.lora.file), bundle.lora) == 1
    for key, weight in found.items():
        module = key.replace(".text_model.", ".")
        assert torch.allclose(weight, before[key] + changes.get(module, 0), atol=1e-6), key


@pytest.mark.parametrize("name", EMBEDDINGS)
def test_tokens_are_read(tiny_bundle: Bundle, tmp_path: Path, name: str) -> None:
    """Each encoder has the file's numbers."""
    tensors, (first, second) = EMBEDDINGS[name]
    path = saved(tensors, tmp_path / "tokens.safetensors")
    bundle = add_bundle(BundleParts(name="mine", base=str(tiny_bundle.folder / "base"), embeddings=path))
    assert bundle.embeddings is not None
    found = read_embeddings(bundle.file(bundle.embeddings.file), 1, 32, 64)
    assert torch.equal(found.clip_l, tensors[first].reshape(1, -1))
    assert torch.equal(found.clip_g, tensors[second].reshape(1, -1))


@pytest.mark.parametrize("name", [*NOT_LORAS, *NOT_EMBEDDINGS])
def test_what_is_no_lora_and_no_tokens_is_named(tiny_bundle: Bundle, tmp_path: Path, home: Path, name: str) -> None:
    """With the file, and nothing is written."""
    is_lora = name in NOT_LORAS
    tensors, message = (NOT_LORAS | NOT_EMBEDDINGS)[name]
    path = saved(tensors, tmp_path / "file.safetensors")
    base = str(tiny_bundle.folder / "base")
    adapter, tokens = (path, None) if is_lora else (None, path)
    with pytest.raises(BundleError, match=message) as caught:
        add_bundle(BundleParts(name="mine", base=base, lora=adapter, embeddings=tokens))
    assert caught.value.path == path
    assert not home.exists()


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_file_s_noise_is_known(checkpoint_source: Checkpoint, tmp_path: Path, name: str) -> None:
    """From when it is added on."""
    change, expected = SCHEDULES[name]
    path = write(dict(checkpoint_source.tensors), change, tmp_path / "file.safetensors")
    bundle = add_bundle(BundleParts(name="mine", base=str(path), config=str(checkpoint_source.configs)))
    info = bundle_facts(bundle).noise_info()
    assert {key: info[key] for key in expected} == expected


def _refused(change: Callable[[], Path], message: str, home: Path, config: Path | None = None) -> None:
    path = change()
    with pytest.raises(BundleError, match=message) as caught:
        add_bundle(BundleParts(name="mine", base=str(path), config=str(config) if config else None))
    assert str(path) in str(caught.value)
    assert not home.exists()


@pytest.mark.parametrize("name", NOT_FILES)
def test_a_file_that_is_no_base_is_named(checkpoint_source: Checkpoint, tmp_path: Path, home: Path, name: str) -> None:
    """With its path, and nothing is written."""
    change, message = NOT_FILES[name]
    _refused(
        lambda: write(dict(checkpoint_source.tensors), change, tmp_path / "file.safetensors"),
        message,
        home,
        config=checkpoint_source.configs,
    )


@pytest.mark.parametrize("name", NO_TENSORS)
def test_what_is_called_safetensors_and_is_none_is_named(tmp_path: Path, home: Path, name: str) -> None:
    """It is not called cut: fetching it again in the same way brings the same."""
    content, message = NO_TENSORS[name]
    path = tmp_path / "file.safetensors"
    path.write_bytes(content + bytes(100))
    _refused(lambda: path, message, home)


@pytest.fixture
def base(tiny_bundle: Bundle, tmp_path: Path) -> Path:
    """A folder in hub layout that a test may change."""
    return Path(shutil.copytree(tiny_bundle.folder / "base", tmp_path / "base"))


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_is_loaded_right(tiny_bundle: Bundle, base: Path, name: str) -> None:
    """The same weights, and the same numbers for the same words."""
    FOLDERS[name](base)
    found, expected = (
        load_base(add_bundle(BundleParts(name="mine", base=str(base))), FLOAT32),
        load_base(tiny_bundle, FLOAT32),
    )
    assert_same(found, expected, as_it_is)
    for one, other in ((found.tokenizer, expected.tokenizer), (found.tokenizer_2, expected.tokenizer_2)):
        words = "60% red rubber tile, black"
        assert one(words, padding="max_length")["input_ids"] == other(words, padding="max_length")["input_ids"]


@pytest.mark.parametrize("name", NOT_FOLDERS)
def test_a_folder_that_cannot_be_used_is_named(base: Path, home: Path, name: str) -> None:
    """With its path, and nothing is written."""
    change, message = NOT_FOLDERS[name]
    change(base)
    _refused(lambda: base, message, home)


def test_a1111_16567_a_configuration_beside_the_file_says_velocity(
    checkpoint_source: Checkpoint, tmp_path: Path, home: Path
) -> None:
    """A1111 reads `base.yaml` beside `base.safetensors`: without it the picture would be that of epsilon."""
    path = write(dict(checkpoint_source.tensors), lambda tensors: tensors, tmp_path / "base.safetensors")
    (tmp_path / "base.yaml").write_text('model:\n  params:\n    parameterization: "v"\n')
    _refused(lambda: path, r"base.yaml beside it says.*--config.*v_prediction", home, config=checkpoint_source.configs)
    marked = write(dict(checkpoint_source.tensors), lambda tensors: tensors | {"v_pred": NONE}, path)
    bundle = add_bundle(BundleParts(name="mine", base=str(marked), config=str(checkpoint_source.configs)))
    assert bundle_facts(bundle).noise_info()["predicts"] == "v_prediction"


def test_a1111_12548_a_whole_checkpoint_gives_its_autoencoder(checkpoint_source: Checkpoint, tmp_path: Path) -> None:
    """Some publish another autoencoder only inside a checkpoint (sd_xl_base_1.0_0.9vae)."""
    lacking = write(
        dict(checkpoint_source.tensors), lambda tensors: without(tensors, VAE), tmp_path / "file.safetensors"
    )
    whole = write(dict(checkpoint_source.tensors), lambda tensors: tensors, tmp_path / "whole.safetensors")
    parts = BundleParts(name="mine", base=str(lacking), vae=whole, config=str(checkpoint_source.configs))
    assert_same(load_base(add_bundle(parts), FLOAT32), checkpoint_source.pipe, as_it_is)


def test_an_index_tells_of_all_that_is_in_its_shards(base: Path, home: Path) -> None:
    """diffusers reads what an index names: a tensor that it forgets would be a random one."""
    whole = base / f"unet/{DPM}.fp16.safetensors"
    keys = sorted(load_file(whole))
    name = f"{DPM}.fp16-00001-of-00001.safetensors"
    whole.rename(base / "unet" / name)
    index = base / f"unet/{DPM}.safetensors.index.fp16.json"
    for named, message in (
        (keys[1:], f"differ in 1 tensors: {keys[0]}"),
        ([*keys, "more"], "differ in 1 tensors: more"),
    ):
        index.write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": dict.fromkeys(named, name)}))
        _refused(lambda: base, message, home)
    index.write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": dict.fromkeys(keys, name)}))
    assert add_bundle(BundleParts(name="mine", base=str(base))).folder.exists()
