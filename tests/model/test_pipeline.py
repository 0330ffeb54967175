import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.model.conftest import BFLOAT16, FLOAT32

from plitka.errors import BundleError
from plitka.model.bundle import Bundle, write_manifest
from plitka.model.latents import decode_latents, encode_picture
from plitka.model.pipeline import Pipeline, load_base, move, place, set_tiling


def test_a_folder_that_is_no_sdxl_is_refused(copied_bundle: Bundle) -> None:
    """A UNet that was configured for other pictures is named by what tells it from SDXL's."""
    config = json.loads(copied_bundle.file("base/unet/config.json").read_text(encoding="utf-8"))
    copied_bundle.file("base/unet/config.json").write_text(json.dumps(config | {"in_channels": 9}), encoding="utf-8")
    with pytest.raises(BundleError, match="is an inpainting model"):
        load_base(write_manifest(copied_bundle), FLOAT32)


def test_an_end_mark_that_the_tokenizer_never_writes_is_refused(copied_bundle: Bundle) -> None:
    """Otherwise the pooled text would always be taken at its first token."""
    path = copied_bundle.file("base/text_encoder_2/config.json")
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**config, "eos_token_id": 7}), encoding="utf-8")
    with pytest.raises(BundleError, match="looks for the end mark 7"):
        load_base(copied_bundle, FLOAT32)


def test_missing_weights_are_refused(copied_bundle: Bundle) -> None:
    """A network is never filled up with random numbers."""
    path = copied_bundle.file("base/vae/diffusion_pytorch_model.fp16.safetensors")
    tensors = load_file(path)
    tensors.pop("decoder.conv_in.weight")
    save_file(tensors, path)
    with pytest.raises(BundleError, match=r"vae lacks 1 weights .* decoder\.conv_in\.weight"):
        load_base(copied_bundle, FLOAT32)


def test_the_parts_get_their_dtypes(tiny_bundle: Bundle) -> None:
    """bfloat16 is for the UNet and the encoders; the VAE stays in float32, and nothing learns."""
    pipe = load_base(tiny_bundle, BFLOAT16)
    assert pipe.unet.dtype == torch.float16
    place(pipe, BFLOAT16)
    assert pipe.unet.dtype == pipe.text_encoder.dtype == pipe.text_encoder_2.dtype == torch.bfloat16
    assert pipe.vae.dtype == torch.float32
    assert not any(weight.requires_grad for weight in pipe.unet.parameters())


def test_moving_keeps_the_format_that_weights_are_fused_in(tiny_bundle: Bundle) -> None:
    """A float16 base holds more digits than bfloat16 keeps, so it is converted only when it is placed."""
    pipe = load_base(tiny_bundle, BFLOAT16)
    move(pipe, BFLOAT16)
    assert {network.dtype for network in (pipe.unet, pipe.vae, pipe.text_encoder, pipe.text_encoder_2)} == {
        torch.float16
    }


@pytest.fixture(scope="module")
def other_pipe(other_vae_bundle: Bundle) -> Pipeline:
    """A pipeline with another autoencoder in float32; a test leaves it as it was."""
    pipe = load_base(other_vae_bundle, FLOAT32)
    place(pipe, FLOAT32)
    return pipe


def test_in_tiles_it_shows_the_same_picture(other_pipe: Pipeline) -> None:
    """Tiles of 512 px overlap and blend; far from their seams nothing changes, and encoding stays in one piece."""
    pipe = other_pipe
    latents = torch.randn(1, 8, 40, 48, generator=torch.Generator().manual_seed(1))
    whole = decode_latents(pipe.vae, latents).astype(int)
    encoded = encode_picture(pipe.vae, whole.astype(np.uint8))
    set_tiling(pipe, on=True)
    try:
        tiled = decode_latents(pipe.vae, latents).astype(int)
        assert torch.equal(encode_picture(pipe.vae, whole.astype(np.uint8)), encoded)
        assert pipe.vae.use_tiling
    finally:
        set_tiling(pipe, on=False)
    assert tiled.shape == whole.shape == (640, 768, 3)
    assert np.abs(tiled - whole).mean() < 1
    assert np.abs(tiled - whole)[:384, :384].max() == 0


@pytest.mark.parametrize("kind", ["VQModel", "AutoencoderKLWan", 7])
def test_another_autoencoder_is_refused_by_name(copied_vae_bundle: Bundle, kind: object) -> None:
    """The message says which ones can be used."""
    path = copied_vae_bundle.file("base/vae/config.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"_class_name": kind}))
    with pytest.raises(BundleError, match=f"names the autoencoder {kind}, and plitka runs AutoencoderKL, Auto"):
        load_base(write_manifest(copied_vae_bundle), FLOAT32)


def test_a_base_without_its_configuration_is_refused(copied_vae_bundle: Bundle) -> None:
    """The file is named."""
    copied_vae_bundle.file("base/vae/config.json").write_text("[]")
    with pytest.raises(BundleError, match="expected a JSON object"):
        load_base(write_manifest(copied_vae_bundle), FLOAT32)


def test_loading_a_base_writes_nothing(tiny_bundle: Bundle, capfd: pytest.CaptureFixture[str]) -> None:
    """Also where the libraries were told to talk."""
    load_base(tiny_bundle, FLOAT32)
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""
