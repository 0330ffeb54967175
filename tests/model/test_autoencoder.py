"""Autoencoders as a painter runs them.

Bases whose autoencoder is an `AutoencoderTiny` or `AutoencoderDC`, with 16 px to a place of 8 channels; the fast one.
"""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from tests.model.pictures import TinyEngine, make
from tests.model.test_lean_autoencoder import small_vae

from plitka.core.generation import Mode, Request
from plitka.errors import BadOutput
from plitka.model.autoencoder import Autoencoder, FastAutoencoder, autoencoder_of
from plitka.model.bundle import Bundle
from plitka.model.engine import load_engine
from plitka.model.engine_config import EngineConfig
from plitka.model.recordings import Recordings

Ask = Callable[..., Request]


@pytest.fixture(scope="module")
def engine(other_vae_bundle: Bundle) -> TinyEngine:
    """An engine on the CPU in float32."""
    return load_engine(other_vae_bundle, EngineConfig(device="cpu", dtype="float32"))


@pytest.mark.parametrize("mode", list(Mode))
def test_such_a_base_makes_pictures(engine: TinyEngine, ask: Ask, mode: Mode) -> None:
    """In both modes, a seed repeating the bytes."""
    first, again = (make(engine, ask(mode=mode, width_px=128)) for _ in range(2))
    assert first.pixels.shape == (64, 128, 3)
    assert first.pixels.tobytes() == again.pixels.tobytes()


HERE = torch.device("cpu")
PIXELS = np.random.default_rng(0).integers(0, 256, (64, 48, 3), np.uint8)
LATENTS = torch.randn(1, 4, 16, 12, generator=torch.Generator().manual_seed(0))


def test_the_fast_one_is_the_plain_one_up_to_rounding() -> None:
    """Both ways, twice over, whichever sizes come between."""
    vae = small_vae()
    plain, fast = Autoencoder(vae), autoencoder_of(vae, HERE, torch.float32, Recordings(HERE))
    assert isinstance(fast, FastAutoencoder)
    for pixels, latents in ((PIXELS, LATENTS), (PIXELS[:32], LATENTS[..., :8]), (PIXELS, LATENTS)):
        torch.testing.assert_close(fast.encode(pixels), plain.encode(pixels), atol=1e-5, rtol=1e-4)
        assert np.abs(fast.decode(latents).astype(int) - plain.decode(latents)).max() <= 1


def test_a_picture_that_overflows_is_made_again_by_the_modules() -> None:
    """With their bytes, and the next one is fast again."""
    vae = small_vae()
    plain, fast = Autoencoder(vae), FastAutoencoder(vae, HERE, torch.float32, Recordings(HERE))
    usual, gives = fast._decoder, [torch.nan, 1.0]
    fast._decoder = lambda values: usual(values) * gives.pop(0)  # type: ignore[assignment]
    assert (fast.decode(LATENTS) == plain.decode(LATENTS)).all()
    assert np.abs(fast.decode(LATENTS).astype(int) - plain.decode(LATENTS)).max() <= 1
    assert not gives


def test_where_the_modules_overflow_as_well_it_is_an_answer() -> None:
    """NaN in, error out."""
    fast = FastAutoencoder(small_vae(), HERE, torch.float32, Recordings(HERE))
    with pytest.raises(BadOutput):
        fast.decode(LATENTS * torch.nan)


def test_tiles_and_other_autoencoders_are_left_to_the_modules() -> None:
    """What cannot be run lean is not tried."""
    vae = small_vae()
    vae.enable_tiling()
    vae.tile_latent_min_size = 8
    recordings = Recordings(HERE)
    fast = FastAutoencoder(vae, HERE, torch.float32, recordings)
    assert (fast.decode(LATENTS) == Autoencoder(vae).decode(LATENTS)).all()
    assert len(recordings) == 0
    assert type(autoencoder_of(small_vae(act_fn="mish"), HERE, torch.float32, Recordings(HERE))) is Autoencoder
    assert type(autoencoder_of(vae, HERE, torch.float32, None)) is Autoencoder
