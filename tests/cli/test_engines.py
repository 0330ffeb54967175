"""Where the command line gets its engines from."""

import pytest

from plitka.cli.engines import DEFAULT_MODEL, load_bundled_engine
from plitka.core.generation import Request
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene
from plitka.errors import BundleError, EngineError
from plitka.model.engine_config import EngineConfig

FIRST = Request(scene=Scene.of(parse_recipe("60% red, 40% black").recipe), seed=7)


def test_the_shipped_model_is_loaded() -> None:
    """It can say what it would make before it makes anything."""
    engine = load_bundled_engine(DEFAULT_MODEL, EngineConfig(device="cpu"))
    assert engine.name.startswith("mini@")
    assert "60% red, 40% black" in engine.prompt(engine.complete(FIRST))
    engine.close()


def test_a_missing_model_is_told() -> None:
    """By its name."""
    with pytest.raises(BundleError, match="ghost"):
        load_bundled_engine("ghost", EngineConfig(), FIRST)


def test_a_missing_device_is_told() -> None:
    """Before anything is painted."""
    with pytest.raises(EngineError, match="cuda:99"):
        load_bundled_engine(DEFAULT_MODEL, EngineConfig(device="cuda:99"), FIRST)
    with pytest.raises(EngineError, match="'mps' for half of the guidance"):
        load_bundled_engine(DEFAULT_MODEL, EngineConfig(device="cpu", guidance_device="mps"), FIRST)
