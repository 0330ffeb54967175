"""A whole SDXL of real classes at small width, with its LoRA and embeddings, made from nothing."""

import importlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.model.pictures import TinyEngine
from tests.model.single_file import to_single_file

from plitka.core.generation import Defaults, Mode, Request
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import Notice
from plitka.core.scene import Scene, Size
from plitka.model import base_shapes
from plitka.model.base_facts import BaseFacts
from plitka.model.bundle import Bundle, load_bundle, write_manifest
from plitka.model.device import Placement
from plitka.model.engine import load_engine
from plitka.model.engine_config import EngineConfig
from plitka.model.library_imports import quiet_libraries
from plitka.model.parts import EmbeddingsPart, LocalBase, LoraPart
from plitka.model.pipeline import import_libraries, load_base
from plitka.model.rehearsal import rehearse

if TYPE_CHECKING:
    from transformers import CLIPTokenizer

WORDS = re.findall(
    r"[a-z]+|[0-9]|[^ \w]+",
    "ohwx rubber tile photorealistic rubber tile , high quality detailed texture professional photography sharp focus "
    "red black white blue green yellow grey dark light grass pearl salmon terracotta % . " + Defaults().negative_prompt,
)
WIDTH_L, WIDTH_G = 32, 64
STRENGTH = 0.7
FLOAT32 = Placement(torch.device("cpu"), torch.float32, Notice("test"))
BFLOAT16 = Placement(torch.device("cpu"), torch.bfloat16, Notice("test"))
RANK, ALPHA = 4, 2
_END = "<|endoftext|>"


def build_base(folder: Path, vae_kind: str = "AutoencoderKL") -> None:
    """Save an SDXL in hub layout, float16, with files named as stabilityai names them."""
    diffusers: Any = importlib.import_module("diffusers")  # untyped
    torch.manual_seed(0)
    tokenizers = [_build_tokenizer(folder.parent / "vocabulary", pad) for pad in (_END, "!")]
    text_encoder, text_encoder_2 = _build_encoders(tokenizers[0])
    vae = _build_vae(diffusers, vae_kind)
    unet = diffusers.UNet2DConditionModel(
        sample_size=8,
        in_channels=vae.config.latent_channels,
        out_channels=vae.config.latent_channels,
        block_out_channels=(16, 32, 32),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=(1, 1, 2),
        attention_head_dim=(2, 4, 4),
        use_linear_projection=True,
        norm_num_groups=8,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=WIDTH_G + 6 * 8,
        cross_attention_dim=WIDTH_L + WIDTH_G,
    )
    pipe = diffusers.StableDiffusionXLPipeline(
        vae=vae,
        text_encoder=text_encoder,
        text_encoder_2=text_encoder_2,
        tokenizer=tokenizers[0],
        tokenizer_2=tokenizers[1],
        unet=unet,
        scheduler=diffusers.EulerDiscreteScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            timestep_spacing="leading",
            steps_offset=1,
        ),
        add_watermarker=False,
    )
    for part in (unet, vae, text_encoder, text_encoder_2):
        part.to(torch.float16)
    pipe.save_pretrained(folder, variant="fp16", safe_serialization=True)


def _build_vae(diffusers: Any, kind: str) -> Any:  # noqa: ANN401
    if kind == "AutoencoderTiny":  # 16 px to a place of 8 channels
        return diffusers.AutoencoderTiny(
            latent_channels=8,
            encoder_block_out_channels=(8,) * 5,
            decoder_block_out_channels=(8,) * 5,
            num_encoder_blocks=(1,) * 5,
            num_decoder_blocks=(1,) * 5,
            scaling_factor=1.25,
        )
    if kind == "AutoencoderDC":  # likewise
        vae = diffusers.AutoencoderDC(
            latent_channels=8,
            encoder_block_out_channels=(8,) * 5,
            decoder_block_out_channels=(8,) * 5,
            encoder_layers_per_block=(0, 1, 1, 1, 1),
            decoder_layers_per_block=(0, 1, 1, 1, 1),
            encoder_qkv_multiscales=((),) * 5,
            decoder_qkv_multiscales=((),) * 5,
            scaling_factor=1.25,
        )
        # What an SDXL pipeline reads of its autoencoder, and this class does not have by itself.
        vae.register_to_config(block_out_channels=(8,) * 5, force_upcast=False)
        return vae
    return diffusers.AutoencoderKL(
        block_out_channels=(8, 16, 16, 16),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        norm_num_groups=4,
        scaling_factor=0.13025,
        force_upcast=True,
        sample_size=64,
    )


def _build_encoders(tokenizer: "CLIPTokenizer") -> tuple[torch.nn.Module, torch.nn.Module]:
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    sizes = {
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": 77,
        "vocab_size": len(tokenizer),
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }
    small = CLIPTextConfig(hidden_size=WIDTH_L, intermediate_size=64, projection_dim=WIDTH_L, **sizes)
    large = CLIPTextConfig(hidden_size=WIDTH_G, intermediate_size=64, projection_dim=WIDTH_G, **sizes)
    return CLIPTextModel(small), CLIPTextModelWithProjection(large)


def _build_tokenizer(folder: Path, pad: str) -> "CLIPTokenizer":
    """A CLIP tokenizer over a byte-level BPE vocabulary trained on the words above."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
    from transformers import CLIPTokenizer

    folder.mkdir(exist_ok=True)
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>", unk_token=_END))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=900,
        initial_alphabet=alphabet,
        end_of_word_suffix="</w>",
        show_progress=False,
        # What it is not told it finds in another order in each process, and another vocabulary is another network.
        special_tokens=[*alphabet, *(f"{character}</w>" for character in alphabet)],
    )
    tokenizer.train_from_iterator(WORDS * 8, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    vocabulary = model["vocab"]
    for token in ("<|startoftext|>", _END):
        vocabulary.setdefault(token, len(vocabulary))
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    loaded: CLIPTokenizer = CLIPTokenizer.from_pretrained(folder, pad_token=pad, model_max_length=77)
    return loaded


def lora_tensors(unet: torch.nn.Module, seed: int = 1) -> dict[str, torch.Tensor]:
    """Random matrices for attention and conv2, as Eden's trainer names and types them."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, module in unet.named_modules():
        if not name.endswith(("to_q", "to_k", "to_v", "to_out.0", "resnets.0.conv2")):
            continue
        n_out, n_in, *kernel = module.weight.shape
        flat = f"lora_unet_{name.replace('.', '_')}"
        down = torch.randn(RANK, n_in, *kernel, generator=generator) * 0.1
        up = torch.randn(n_out, RANK, *(1 for _ in kernel), generator=generator) * 0.1
        tensors[f"{flat}.lora_down.weight"] = down.bfloat16()
        tensors[f"{flat}.lora_up.weight"] = up.bfloat16()
        tensors[f"{flat}.alpha"] = torch.tensor(ALPHA, dtype=torch.int64)
    return tensors


def embedding_tensors(n_tokens: int = 2, width_l: int = WIDTH_L, width_g: int = WIDTH_G) -> dict[str, torch.Tensor]:
    """Learned rows; the file lists clip_g before clip_l, as v45's does."""
    generator = torch.Generator().manual_seed(2)
    return {
        "clip_g": torch.randn(n_tokens, width_g, generator=generator).bfloat16(),
        "clip_l": torch.randn(n_tokens, width_l, generator=generator).bfloat16(),
    }


BuildBundle = Callable[..., Bundle]


@pytest.fixture(scope="session", autouse=True)
def one_torch_thread() -> None:
    """Two threads on networks this small only wait for each other where other work shares the processor."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A bundle with all four parts, as v45 has them, in a folder that no test may change."""
    folder = tmp_path_factory.mktemp("tiny")
    import_libraries()  # without the garbage collector, which would go through all that comes again and again
    with quiet_libraries():
        build_base(folder / "base")
        unet = importlib.import_module("diffusers").UNet2DConditionModel.from_pretrained(
            folder / "base" / "unet", variant="fp16"
        )
    save_file(lora_tensors(unet), folder / "tiny_sdxl_lora.safetensors")
    save_file(embedding_tensors(), folder / "tiny_sdxl_embeddings.safetensors")
    shutil.rmtree(folder / "vocabulary")
    return write_manifest(
        Bundle(
            folder=folder,
            name="tiny",
            licence="MIT",
            base=LocalBase(path="base"),
            lora=LoraPart(file="tiny_sdxl_lora.safetensors", strength=STRENGTH),
            embeddings=EmbeddingsPart(file="tiny_sdxl_embeddings.safetensors", tokens=("<s0>", "<s1>")),
            defaults=Defaults(steps=3, width_px=64, height_px=64),
        )
    )


@pytest.fixture(scope="session", params=["AutoencoderTiny", "AutoencoderDC"])
def other_vae_bundle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A base alone, whose autoencoder is not SDXL's own, in a folder that no test may change."""
    folder = tmp_path_factory.mktemp("other_vae")
    with quiet_libraries():
        build_base(folder / "base", request.param)
    shutil.rmtree(folder / "vocabulary")
    defaults = Defaults(steps=3, width_px=64, height_px=64)
    return write_manifest(
        Bundle(folder=folder, name=request.param.lower(), licence="MIT", base=LocalBase(path="base"), defaults=defaults)
    )


@pytest.fixture
def copied_bundle(tiny_bundle: Bundle, tmp_path: Path) -> Bundle:
    """The same bundle in a folder of the test's own."""
    folder = tmp_path / "tiny"
    shutil.copytree(tiny_bundle.folder, folder)
    return load_bundle(folder)


@pytest.fixture
def copied_vae_bundle(other_vae_bundle: Bundle, tmp_path: Path) -> Bundle:
    """The base with another autoencoder in a folder of the test's own."""
    shutil.copytree(other_vae_bundle.folder, tmp_path / "copy")
    return load_bundle(tmp_path / "copy")


@dataclass(frozen=True)
class Checkpoint:
    """A base with Stability's names that no test may change."""

    tensors: Mapping[str, torch.Tensor]
    configs: Path
    """Hub layout, with weights."""
    pipe: Any
    """What it was made of."""


@pytest.fixture(scope="session")
def checkpoint_source(tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """The tensors of one file, with as many layers to a block as its names need."""
    folder = tmp_path_factory.mktemp("checkpoint")
    pipe = load_base(tiny_bundle, FLOAT32)
    torch.manual_seed(1)
    with quiet_libraries():
        config = {**pipe.unet.config, "layers_per_block": 2}
        pipe.register_modules(unet=importlib.import_module("diffusers").UNet2DConditionModel.from_config(config))
        vae = {**pipe.vae.config, "layers_per_block": 2}
        pipe.register_modules(vae=importlib.import_module("diffusers").AutoencoderKL.from_config(vae))
        for part in (pipe.unet, pipe.vae):
            part.half()
        pipe.save_pretrained(folder)
    return Checkpoint(to_single_file(pipe), folder, pipe)


@pytest.fixture
def checkpoint(checkpoint_source: Checkpoint, tmp_path: Path) -> tuple[Path, Path, Any]:
    """One file with Stability's names, a folder of its configurations, and the pipeline that it was made of."""
    path = tmp_path / "sd_xl.safetensors"
    save_file(dict(checkpoint_source.tensors), path)
    shutil.copytree(checkpoint_source.configs, tmp_path / "configs")
    return path, tmp_path / "configs", checkpoint_source.pipe


@pytest.fixture
def bundle_with(copied_bundle: Bundle) -> BuildBundle:
    """Build a bundle whose LoRA or embedding tensors are others, with a manifest that agrees."""

    def build(
        lora: Mapping[str, torch.Tensor] | None = None, embeddings: Mapping[str, torch.Tensor] | None = None
    ) -> Bundle:
        for tensors, part in ((lora, copied_bundle.lora), (embeddings, copied_bundle.embeddings)):
            if tensors is not None and part is not None:
                save_file(dict(tensors), copied_bundle.file(part.file))
        return write_manifest(copied_bundle)

    return build


class KnownNetworks:
    """Networks without weights that were built and have run well, by their configurations."""

    def __init__(self) -> None:
        self._built: dict[str, Any] = {}
        self._run_well: list[Any] = []
        self._build = base_shapes.empty_networks

    def build(self, facts: BaseFacts) -> Any:  # noqa: ANN401
        """As `empty_networks`."""
        key = json.dumps([facts.configs, facts.vae_config, facts.vae_kind])
        if key not in self._built:
            self._built[key] = self._build(facts)
        return self._built[key]

    def rehearse(self, networks: Any, folder: Path) -> None:  # noqa: ANN401
        """As `rehearse`."""
        if not any(networks is one for one in self._run_well):
            rehearse(networks, folder)
            self._run_well.append(networks)


@pytest.fixture(scope="session")
def known_networks() -> KnownNetworks:
    """Those of all tests."""
    return KnownNetworks()


@pytest.fixture
def remembered_networks(known_networks: KnownNetworks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks of the same configurations are built and rehearsed once, which takes longest: no check changes them."""
    monkeypatch.setattr(base_shapes, "empty_networks", known_networks.build)
    monkeypatch.setattr(base_shapes, "rehearse", known_networks.rehearse)


@pytest.fixture(scope="session")
def tiny_lora(tiny_bundle: Bundle) -> Mapping[str, torch.Tensor]:
    """The tensors of the bundle's LoRA file."""
    assert tiny_bundle.lora is not None
    return load_file(tiny_bundle.file(tiny_bundle.lora.file))


@pytest.fixture(scope="session")
def tiny_engine(tiny_bundle: Bundle) -> Iterator[TinyEngine]:
    """An engine on the CPU in float32; between requests it keeps a swatch and nothing that a test could change."""
    engine = load_engine(tiny_bundle, EngineConfig(device="cpu", dtype="float32"))
    yield engine
    engine.close()


@pytest.fixture
def ask() -> Callable[..., Request]:
    """Build a request from a recipe's text, in text mode unless it is another; sides that are not given are 64 px."""

    def build(
        text: str = "60% red, 40% black",
        *,
        seed: int = 1,
        mode: Mode = Mode.TEXT,
        width_px: int = 64,
        height_px: int = 64,
        **choices: float | str,
    ) -> Request:
        scene = Scene.of(parse_recipe(text).recipe, Size(width_px=width_px, height_px=height_px))
        return Request(scene=scene, seed=seed, mode=mode, **choices)  # type: ignore[arg-type]

    return build
