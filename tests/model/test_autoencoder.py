"""Bases whose autoencoder is an `AutoencoderTiny` or `AutoencoderDC`, with 16 px to a place of 8 channels."""

from collections.abc import Callable

import pytest
from tests.model.pictures import TinyEngine, make

from plitka.core.generation import Mode, Request
from plitka.model.bundle import Bundle
from plitka.model.engine import load_engine
from plitka.model.engine_config import EngineConfig

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
