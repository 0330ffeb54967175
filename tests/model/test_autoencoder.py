"""Bases whose autoencoder is an `AutoencoderTiny` or `AutoencoderDC`, with 16 px to a place of 8 channels."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from plitka.core.generation import Mode, Request
from plitka.errors import BundleError
from plitka.model.base_shapes import outline_base
from plitka.model.bundle import Bundle, load_bundle, write_manifest
from plitka.model.device import Placement
from plitka.model.engine import DiffusionEngine, EngineConfig, load_engine
from plitka.model.latents import decode_latents, encode_picture
from plitka.model.pipeline import load_base, read_vae_kind, set_tiling

FLOAT32 = Placement(torch.device("cpu"), torch.float32, "test")
Ask = Callable[..., Request]


@pytest.fixture(scope="module")
def engine(other_vae_bundle: Bundle) -> DiffusionEngine:
    """An engine on the CPU in float32."""
    return load_engine(other_vae_bundle, EngineConfig(device="cpu", dtype="float32"))


@pytest.fixture
def copied(other_vae_bundle: Bundle, tmp_path: Path) -> Bundle:
    """The bundle in a folder of the test's own."""
    shutil.copytree(other_vae_bundle.folder, tmp_path / "copy")
    return load_bundle(tmp_path / "copy")


@pytest.mark.parametrize("mode", list(Mode))
def test_such_a_base_makes_pictures(engine: DiffusionEngine, ask: Ask, mode: Mode) -> None:
    """In both modes, a seed repeating the bytes."""
    first, again = (engine.generate(ask(mode=mode, width_px=128)) for _ in range(2))
    assert first.pixels.shape == (64, 128, 3)
    assert first.pixels.tobytes() == again.pixels.tobytes()


def test_encode_and_decode_are_the_networks_own(engine: DiffusionEngine) -> None:
    """Latents are scaled by the configuration's factor, and a place has 16 px."""
    vae = engine._pipe.vae
    pixels = np.random.default_rng(0).integers(0, 256, (64, 128, 3), np.uint8)
    latents = encode_picture(vae, pixels)
    with torch.no_grad():
        image = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 127.5 - 1
        expected = vae.encoder(image) * 1.25
        shown = (vae.decoder(expected / 1.25)[0] / 2 + 0.5).clamp(0, 1) * 255
    assert latents.shape == (1, 8, 4, 8)
    assert torch.allclose(latents, expected)
    assert np.abs(decode_latents(vae, latents) - shown.permute(1, 2, 0).numpy()).max() <= 0.51


def test_in_tiles_it_shows_the_same_picture(engine: DiffusionEngine) -> None:
    """Tiles of 512 px overlap and blend; far from their seams nothing changes, and encoding stays in one piece."""
    pipe = engine._pipe
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
def test_another_autoencoder_is_refused_by_name(copied: Bundle, kind: object) -> None:
    """Both where a base is loaded and where it is only looked at."""
    path = copied.file("base/vae/config.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"_class_name": kind}))
    with pytest.raises(BundleError, match=f"names the autoencoder {kind}, and plitka runs AutoencoderKL, Auto"):
        load_base(write_manifest(copied), FLOAT32)
    with pytest.raises(BundleError, match=f"names the autoencoder {kind}"):
        outline_base(copied.base_folder())


def test_one_file_has_the_usual_autoencoder_only(copied: Bundle) -> None:
    """Stability's names know no other."""
    assert read_vae_kind(copied.base_folder(), is_one_file=False).lower() == copied.name
    with pytest.raises(BundleError, match="plitka runs AutoencoderKL here"):
        read_vae_kind(copied.base_folder(), is_one_file=True)


def test_a_base_without_its_configuration_is_refused(copied: Bundle) -> None:
    """The folder is named."""
    copied.file("base/vae/config.json").write_text("[]")
    with pytest.raises(BundleError, match="not a usable SDXL base"):
        load_base(write_manifest(copied), FLOAT32)
