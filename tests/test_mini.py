"""The shipped bundle from the command line to the PNG, and the scripts that made it, at toy size."""

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from plitka.cli import main
from plitka.core.files.picture import read_fields
from plitka.core.generation import Engine
from plitka.core.maker import Maker
from plitka.core.tile.granule_map import GuideConfig
from plitka.core.tile.map_pool import MapPool
from plitka.model.bundle import find_bundle
from plitka.model.engine import load_painter
from plitka.model.engine_config import EngineConfig
from plitka.model.painter import DiffusionPainter

ROOT = Path(__file__).parents[1]
RECIPE = "60% red, 30% black, 10% white"
MAX_BYTES = 32_000_000


class Kept(Maker[DiffusionPainter]):
    """An engine that one command after the other closes, and the next one needs."""

    def close(self) -> None:
        """Its maps alone."""
        self._workshop.maps.close()


@lru_cache
def load(model: str, device: str) -> Engine:
    """The engine that the command would load, once for all tests of this file."""
    return Kept(load_painter(find_bundle(model), EngineConfig(device=device)), MapPool(GuideConfig()))


def generate(path: Path, *options: str, size_px: int = 256) -> Path:
    """A picture of the recipe in text mode, by the shipped bundle unless the options say otherwise."""
    assert run(path, "--mode", "text", *options, size_px=size_px) == 0
    return path


def run(path: Path, *options: str, size_px: int = 256, recipe: str = RECIPE) -> int:
    """The exit code of making a picture of the recipe."""
    command = ["generate", recipe, "--size", str(size_px), "--device", "cpu", "--quiet", "-o", str(path), *options]
    return main(command, load_engine=lambda model, config, _: load(model, config.device))


def test_the_shipped_bundle_is_what_its_manifest_says() -> None:
    """Every file has its size and hash, and all of them together stay small enough to ship."""
    bundle = find_bundle("mini")
    bundle.verify()
    assert bundle.lora
    assert bundle.embeddings
    assert sum(record.n_bytes for record in bundle.files.values()) <= MAX_BYTES


def test_a_seed_names_a_picture(tmp_path: Path) -> None:
    """The same command with the same seed writes the same bytes; another seed makes another picture."""
    first, again, other = (
        generate(tmp_path / f"{name}.png", "--seed", seed, size_px=128).read_bytes()
        for name, seed in (("first", "5"), ("again", "5"), ("other", "6"))
    )
    assert first == again
    assert first != other


def test_request_and_measurement_stand_in_the_json_and_in_the_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Machines read both from stdout, and the PNG carries them along."""
    path = generate(tmp_path / "tile.png", "--seed", "5", "--json", size_px=128)
    (image,) = json.loads(capsys.readouterr().out)["images"]
    assert image["requested"] == {"RED": 60.0, "BLACK": 30.0, "WHITE": 10.0}
    assert sum(image["measured"].values()) == pytest.approx(100)
    fields = read_fields(path)
    assert fields["seed"] == "5"
    assert json.loads(fields["requested"]) == image["requested"]
    assert json.loads(fields["measured"]).keys() == image["measured"].keys()


def test_guided_pictures_are_nearer_than_text_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The default mode repeats itself until the shares are true, says so, and its exit code keeps the promise."""
    codes = [run(tmp_path / name, "--seed", "5", "--json") for name in ("first.png", "again.png")]
    guided, _ = (json.loads(line)["images"][0] for line in capsys.readouterr().out.splitlines())
    generate(tmp_path / "text.png", "--seed", "5", "--json")
    (text,) = json.loads(capsys.readouterr().out)["images"]
    assert (guided["mode"], text["mode"]) == ("guided", "text")
    assert guided["max_error"] < max(3.0, text["max_error"])
    assert codes == [0 if guided["max_error"] <= 3 else 5] * 2
    assert 1 <= guided["attempts"] <= 4
    assert (tmp_path / "first.png").read_bytes() == (tmp_path / "again.png").read_bytes()


@pytest.mark.parametrize("recipe", [RECIPE, "60% red, 40% black", "100% black"])
def test_the_colours_of_a_guided_picture_are_found_unnamed(
    recipe: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Black has the grain of the network, and is none the lighter for it."""
    run(tmp_path / "tile.png", "--seed", "5", "--json", recipe=recipe)
    (image,) = json.loads(capsys.readouterr().out)["images"]
    assert main(["measure", str(tmp_path / "tile.png"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["shares"]
    assert found == pytest.approx(image["measured"], abs=5)


def test_the_picture_is_granulate_in_roughly_the_asked_colours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Shares are within 20 points, and the texture has the contrast of chips at their scale."""
    path = generate(tmp_path / "tile.png", "--seed", "7", "--json", size_px=512)
    (image,) = json.loads(capsys.readouterr().out)["images"]
    assert image["max_error"] < 20
    grey = np.asarray(Image.open(path).convert("L"), np.float32)
    blocks = grey.reshape(64, 8, 64, 8).mean((1, 3))
    assert grey.std() > 25
    assert np.abs(np.diff(blocks, axis=1)).mean() > 10
