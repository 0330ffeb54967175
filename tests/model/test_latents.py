import copy
import importlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.model.conftest import FLOAT32

from plitka.errors import BadOutput
from plitka.model.bundle import Bundle
from plitka.model.latents import decode_latents, encode_picture, preview_latents
from plitka.model.pipeline import load_base


@pytest.fixture(scope="module")
def other_vae(other_vae_bundle: Bundle) -> Any:  # noqa: ANN401
    """An AutoencoderTiny or AutoencoderDC in float32, 16 px to a place of 8 channels."""
    return load_base(other_vae_bundle, FLOAT32).vae.requires_grad_(False)


@pytest.fixture(scope="module")
def vae(tiny_bundle: Bundle) -> Any:  # noqa: ANN401
    """SDXL's own kind in float32, 8 px to a place of 4 channels."""
    return load_base(tiny_bundle, FLOAT32).vae.requires_grad_(False)


def test_encode_and_decode_are_the_networks_own(other_vae: Any) -> None:  # noqa: ANN401
    """Latents are scaled by the configuration's factor, and a place has 16 px."""
    pixels = np.random.default_rng(0).integers(0, 256, (64, 128, 3), np.uint8)
    latents = encode_picture(other_vae, pixels)
    with torch.no_grad():
        image = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 127.5 - 1
        expected = other_vae.encoder(image) * 1.25
        shown = (other_vae.decoder(expected / 1.25)[0] / 2 + 0.5).clamp(0, 1) * 255
    assert latents.shape == (1, 8, 4, 8)
    assert torch.allclose(latents, expected)
    assert np.abs(decode_latents(other_vae, latents) - shown.permute(1, 2, 0).numpy()).max() <= 0.51


def test_sdxls_own_latents_are_the_mean_times_its_factor(vae: Any) -> None:  # noqa: ANN401
    """Nothing is drawn: the same picture has the same latents."""
    pixels = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    with torch.no_grad():
        unit = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 127.5 - 1
        expected = vae.encode(unit).latent_dist.mean * vae.config.scaling_factor
    latents = encode_picture(vae, pixels)
    assert latents.dtype == torch.float32
    assert torch.allclose(latents, expected)
    assert torch.equal(latents, encode_picture(vae, pixels))


def test_scaling_by_channel_and_shift_are_undone_in_decoding(vae: Any) -> None:  # noqa: ANN401
    """A VAE that states mean, deviation and shift gives (z - mean - shift) / std * factor, and takes it back."""
    plain = copy.deepcopy(vae)
    scaled = copy.deepcopy(vae)
    mean, std, shift = [0.1, -0.2, 0.3, 0.0], [2.0, 0.5, 1.0, 4.0], 0.25
    scaled.register_to_config(latents_mean=mean, latents_std=std, shift_factor=shift)
    pixels = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    raw = encode_picture(plain, pixels) / plain.config.scaling_factor
    place = (1, -1, 1, 1)
    expected = (raw - torch.tensor(mean).view(place) - shift) / torch.tensor(std).view(place)
    latents = encode_picture(scaled, pixels)
    assert torch.allclose(latents, expected * scaled.config.scaling_factor, atol=1e-6)
    apart = decode_latents(scaled, latents).astype(int) - decode_latents(plain, encode_picture(plain, pixels))
    assert np.abs(apart).max() <= 1


@pytest.mark.parametrize(("height", "width"), [(8, 8), (32, 32), (33, 64), (128, 96)])
def test_a_preview_is_at_most_32_cells_wide(vae: Any, height: int, width: int) -> None:  # noqa: ANN401
    """Large latents are averaged first, small ones shown as they are."""
    clean = torch.randn(1, 4, height, width, generator=torch.Generator().manual_seed(0)) * 8
    shown = preview_latents(vae, clean)
    factor = max(1, -(-max(height, width) // 32))
    assert shown.shape == (-(-height // factor) * 8, -(-width // factor) * 8, 3)
    assert shown.dtype == np.uint8
    if factor == 1:
        assert np.array_equal(shown, decode_latents(vae, clean))


def test_a_picture_of_one_colour_is_refused(vae: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    """A network that broke makes such pictures; one level of difference is rounding and no content."""
    flat = torch.zeros(1, 3, 64, 64)
    monkeypatch.setattr(vae, "decode", lambda *_, **__: (flat,))
    with pytest.raises(BadOutput, match="of one colour"):
        decode_latents(vae, torch.zeros(1, 4, 8, 8))
    flat[0, 1, 0, 0] = 4 / 255
    assert np.ptp(decode_latents(vae, torch.zeros(1, 4, 8, 8))) > 0


def test_nan_is_refused_with_the_way_out(vae: Any) -> None:  # noqa: ANN401
    """Half precision overflows in some VAEs, and a setting of theirs prevents it."""
    with pytest.raises(BadOutput, match=r"NaN in torch\.float32; set force_upcast"):
        decode_latents(vae, torch.full((1, 4, 8, 8), torch.nan))


@given(levels=st.lists(st.integers(0, 255), min_size=6, max_size=6))
@settings(max_examples=20, deadline=None)
def test_a_level_that_a_decoder_gives_is_the_pixel(levels: list[int]) -> None:
    """-1..1 is 0..255 to the nearest level, and what lies outside is cut."""
    wanted = torch.tensor(levels, dtype=torch.float32).view(1, 3, 1, 2)
    config = SimpleNamespace(scaling_factor=1.0)
    vae = SimpleNamespace(config=config, dtype=torch.float32, decode=lambda *_, **__: (wanted / 127.5 - 1,))
    if np.ptp(np.array(levels).reshape(3, 2), axis=1).max() < 2:
        with pytest.raises(BadOutput):
            decode_latents(vae, torch.zeros(1, 4, 1, 1))
    else:
        assert decode_latents(vae, torch.zeros(1, 4, 1, 1)).transpose(2, 0, 1).ravel().tolist() == levels


def test_pixels_that_were_shuffled_leave_no_lattice() -> None:
    """What each pixel of a place has of its own in an untrained decoder would be seen at every place."""
    widths: Any = {"encoder_block_out_channels": (8, 8, 8), "decoder_block_out_channels": (8, 8, 8)}
    layers: Any = {"encoder_layers_per_block": (0, 1, 1), "decoder_layers_per_block": (0, 1, 1)}
    made: Any = importlib.import_module("diffusers").AutoencoderDC
    plain: Any = {f"{half}_qkv_multiscales": ((), (), ()) for half in ("encoder", "decoder")}
    torch.manual_seed(0)
    shuffling: Any = made(latent_channels=4, scaling_factor=1.0, **widths, **layers, **plain)
    latents = torch.randn(1, 4, 96, 96)
    with torch.no_grad():
        raw = shuffling.decode(latents).sample[0]
    pixels = torch.from_numpy(decode_latents(shuffling, latents).copy()).permute(2, 0, 1).float()
    before, after = (_lattice(part) for part in (127.5 * (raw.clamp(-1, 1) + 1), pixels))
    assert before > 1
    assert after < 0.1 * before


def _lattice(levels: torch.Tensor) -> float:
    """How far the means of the pixels of 4-px places are apart, in levels."""
    means = levels.unfold(1, 4, 4).unfold(2, 4, 4).mean((1, 2))
    return float((means - means.mean((1, 2), keepdim=True)).abs().max())
