"""Which models are served, and what is known of them without loading one."""

from pathlib import Path

import pytest
from tests.ray_app import fast_models
from tests.ray_app.fast_models import FastModels

from plitka.errors import BundleError, InputError
from plitka.ray_app.bundles import USUAL, Choices, engine_of, models_of, read_served
from plitka.serve.served_model import engine_for, settle_model


def test_the_first_makes_what_names_none(tmp_path: Path) -> None:
    """Each is known by its name, with or without its version."""
    paths = [fast_models.write(tmp_path / name, name, "1" * 12) for name in ("one", "two")]
    served = read_served(FastModels(), paths)
    engine = engine_of(served)
    assert [one.plain_name for one in served] == ["one", "two"]
    assert settle_model("two", engine) == "two"
    assert settle_model(f"two@{'1' * 12}", engine) == f"two@{'1' * 12}"
    chosen = {name: engine_for(name, engine) for name in (None, "one", "two", f"two@{'1' * 12}")}
    assert [one.name.partition("@")[0] for one in chosen.values() if one is not None] == ["one", "one", "two", "two"]


def test_names_are_each_of_one_model(tmp_path: Path) -> None:
    """Two versions of one at once are refused, and so is none."""
    paths = [fast_models.write(tmp_path / version, "one", version) for version in ("1", "2")]
    with pytest.raises(InputError, match="one"):
        read_served(FastModels(), paths)
    with pytest.raises(InputError, match="no model"):
        read_served(FastModels(), [])


def test_bundles_are_known_by_their_manifests() -> None:
    """Those of `plitka model list`, and loaded as everywhere; another is told as such."""
    models = models_of(USUAL)
    name, defaults = models.describe("mini")
    assert name.startswith("mini@")
    with pytest.raises(BundleError):
        models.describe("nowhere")
    with pytest.raises(InputError, match="MODULE:NAME"):
        models_of("plitka.nothing:Here")
    engine = models.load("mini", Choices(device="cpu", guidance_device="auto", batch=2))
    assert (engine.name, engine.defaults, engine.max_batch) == (name, defaults, 2)
    engine.close()
