import json
import resource
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.model.conftest import FLOAT32, WIDTH_G, WIDTH_L

from plitka.errors import BundleError, TruncatedFile
from plitka.model.base_facts import read_base
from plitka.model.base_shapes import check_single_file, read_base_shapes
from plitka.model.bundle import Bundle
from plitka.model.formats import COMPONENTS
from plitka.model.fusing import component_weights
from plitka.model.pipeline import load_base


def test_the_shapes_are_those_of_the_loaded_base(tiny_bundle: Bundle) -> None:
    """Every weight that a LoRA may change, both widths and both tokenizers, as loading would give them."""
    pipe = load_base(tiny_bundle, FLOAT32)
    shapes = read_base_shapes(read_base(tiny_bundle.base_folder()))
    weights = component_weights({component: getattr(pipe, component) for component in COMPONENTS})
    assert shapes.weights == {name: weight.shape for name, weight in weights.items()}
    assert (shapes.width_l, shapes.width_g) == (WIDTH_L, WIDTH_G)
    for ours, theirs in zip(shapes.tokenizers, (pipe.tokenizer, pipe.tokenizer_2), strict=True):
        assert ours.pad_token == theirs.pad_token  # in which SDXL's two differ
        assert ours("60% red, 40% black")["input_ids"] == theirs("60% red, 40% black")["input_ids"]


def test_no_weights_are_needed(copied_bundle: Bundle) -> None:
    """The configurations of a base that is not downloaded are enough."""
    for path in copied_bundle.base_folder().rglob("*.safetensors"):
        path.unlink()
    assert len(read_base_shapes(read_base(copied_bundle.base_folder())).weights) > 50


def test_a_full_size_base_takes_no_memory(copied_bundle: Bundle) -> None:
    """SDXL's own UNet has 2.6 billion weights, which would be ten gigabytes."""
    path = copied_bundle.base_folder() / "unet" / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config |= {
        "block_out_channels": [320, 640, 1280],
        "transformer_layers_per_block": [1, 2, 10],
        "attention_head_dim": [5, 10, 20],
        "norm_num_groups": 32,
        "cross_attention_dim": 2048,
        "layers_per_block": 2,
        "addition_time_embed_dim": 256,
        "projection_class_embeddings_input_dim": 2816,
    }
    path.write_text(json.dumps(config), encoding="utf-8")
    for part, width in (("text_encoder", 768), ("text_encoder_2", 1280)):
        encoder = copied_bundle.base_folder() / part / "config.json"
        widths = {"hidden_size": width, "projection_dim": width}
        encoder.write_text(json.dumps(json.loads(encoder.read_text(encoding="utf-8")) | widths), encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    weights = read_base_shapes(read_base(copied_bundle.base_folder())).weights
    n_weights = sum(shape.numel() for name, shape in weights.items() if name.startswith("unet."))
    assert n_weights > 2.5e9
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # KiB


@pytest.mark.parametrize("file", ["unet/config.json", "text_encoder/config.json", "vae/config.json"])
def test_a_folder_whose_configuration_is_broken_is_refused(copied_bundle: Bundle, file: str) -> None:
    """The file is named."""
    (copied_bundle.base_folder() / file).write_text("[", encoding="utf-8")
    with pytest.raises(BundleError, match="expected a JSON object") as caught:
        read_base_shapes(read_base(copied_bundle.base_folder()))
    assert caught.value.path == copied_bundle.base_folder() / file


def test_an_autoencoder_that_cannot_be_used_is_refused(copied_bundle: Bundle) -> None:
    """Before anything of the base is downloaded."""
    path = copied_bundle.base_folder() / "vae" / "config.json"
    path.write_text('{"_class_name": "VQModel"}', encoding="utf-8")
    with pytest.raises(BundleError, match="names the autoencoder VQModel"):
        read_base_shapes(read_base(copied_bundle.base_folder()))


def test_one_file_has_sdxls_own_autoencoder_only(other_vae_bundle: Bundle, checkpoint: tuple[Path, Path, Any]) -> None:
    """Stability's names know no other."""
    assert read_base_shapes(read_base(other_vae_bundle.base_folder())).weights
    with pytest.raises(BundleError, match="plitka runs AutoencoderKL here"):
        read_base(other_vae_bundle.base_folder(), checkpoint[0])


def test_a_checkpoint_of_the_configured_size_passes(checkpoint: tuple[Path, Path, Any]) -> None:
    """Nothing is raised for the file that was made of these configurations."""
    path, configs, _ = checkpoint
    check_single_file(path, facts := read_base(configs, path), read_base_shapes(facts))


@pytest.mark.usefixtures("remembered_networks")
@pytest.mark.parametrize(
    "key",
    [
        "model.diffusion_model.input_blocks.4.1.proj_in.weight",
        "model.diffusion_model.out.2.weight",
        "conditioner.embedders.1.model.token_embedding.weight",
    ],
)
@pytest.mark.parametrize("change", ["missing", "wider"])
def test_a_checkpoint_of_another_size_is_named(checkpoint: tuple[Path, Path, Any], key: str, change: str) -> None:
    """A refiner or an SD 1.5 lacks SDXL's blocks or has another second encoder."""
    path, configs, _ = checkpoint
    tensors = load_file(path)
    value = tensors.pop(key)
    if change == "wider":
        tensors[key] = torch.cat([value, value], dim=1).contiguous()
    save_file(tensors, path)
    with pytest.raises(BundleError, match="does not fit its configuration: 1 tensors of"):
        check_single_file(path, facts := read_base(configs, path), read_base_shapes(facts))


def test_a_checkpoint_that_was_cut_is_told_as_such(checkpoint: tuple[Path, Path, Any]) -> None:
    """And not as one of another size."""
    path, configs, _ = checkpoint
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(TruncatedFile):
        check_single_file(path, facts := read_base(configs, path), read_base_shapes(facts))
