"""Scenes as the command line asks for them."""

from base64 import b64encode
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.cli.conftest import Run
from tests.cli.patch_engine import PatchEngine

from plitka.cli.scene import split_zone
from plitka.core.scene import Coarseness, Lighting, Surface
from plitka.core.tile.masks import encode_mask
from plitka.errors import InputError

RECIPE = "60% red, 40% black"


def test_every_look_reaches_the_engine(run: Run, engine: PatchEngine) -> None:
    """All options of the scene at once."""
    words = (
        "--granules", "1-3", "--coarse", "красный", "--surface", "cut", "--light", "sun", "--wet",
        "--size", "128", "--field-mm", "30", "--zone", "circle=50% white, 50% red",
    )  # fmt: skip
    assert run("generate", RECIPE, *words) == 0
    request = engine.requests[0]
    scene = request.scene
    assert (scene.surface, scene.light, scene.wet, request.field_mm) == (Surface.CUT, Lighting.SUN, True, 30)
    assert scene.granules.size_mm == (1.0, 3.0)
    assert scene.granules.coarseness("RED") is Coarseness.COARSE
    assert [(zone.mask, zone.recipe.percents) for zone in scene.zones] == [
        (None, {"RED": 60, "BLACK": 40}),
        ("circle", {"WHITE": 50, "RED": 50}),
    ]


def test_without_options_the_scene_is_plain(run: Run, engine: PatchEngine) -> None:
    """A bare recipe."""
    assert run("generate", RECIPE) == 0
    assert engine.requests[0].scene.is_plain


def test_masks_come_from_files_and_words(run: Run, engine: PatchEngine, tmp_path: Path) -> None:
    """Every sort of mask ends as the text that a scene keeps; labels of one file make several zones."""
    labels = np.zeros((64, 64), np.uint8)
    labels[:, 32:48], labels[:, 48:] = 1, 2
    Image.fromarray(labels).save(tmp_path / "labels.png")
    Image.fromarray(labels * 127).save(tmp_path / "mask.png")
    words = ("labels.png#1=red", "labels.png#2=white", "text:СТАРТ=blue", "mask.png=black")
    assert run("generate", RECIPE, *(word for mask in words for word in ("--zone", mask))) == 0
    _, first, second, text, picture = (zone.mask for zone in engine.requests[0].scene.zones)
    assert first == encode_mask(labels == 1)
    assert second == encode_mask(labels == 2)
    assert text == "text:СТАРТ"
    assert str(picture).startswith("data:image/png;base64,")


def test_a_guess_in_a_zone_is_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """As one in the recipe, and `--strict` refuses both."""
    assert run("generate", RECIPE, "--zone", "circle=60% red, 50% white") == 0
    assert "scaled to 100" in capsys.readouterr().err
    assert run("generate", RECIPE, "--zone", "circle=60% red, 50% white", "--strict") == 2


def test_a_wrong_choice_is_refused_with_the_right_ones(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """In the words of the option."""
    assert run("generate", RECIPE, "--light", "dark") == 2
    assert "'studio', 'sun'" in capsys.readouterr().err
    assert run("generate", RECIPE, "--fine", ",") == 2
    assert "--fine names no colour; name some of RED, BLACK" in capsys.readouterr().err


masks = st.text("abcdef:/.#%8СТАРТ-", min_size=1).filter(lambda text: not text.startswith("data:"))
recipes = st.text("red 60%=,", min_size=1).map(str.strip).filter(bool)
pictures = st.binary(min_size=1, max_size=40)


@given(masks, recipes)
def test_a_mask_ends_at_the_first_equals_sign(mask: str, recipe: str) -> None:
    """A recipe may have further ones."""
    assert split_zone(f"{mask}={recipe}") == (mask, recipe)


@given(pictures, recipes.filter(lambda text: not text.startswith("=")))
def test_a_data_url_ends_behind_its_padding(content: bytes, recipe: str) -> None:
    """Base64 may end in equals signs of its own."""
    url = f"data:image/png;base64,{b64encode(content).decode()}"
    assert split_zone(f"{url}={recipe}") == (url, recipe)


@pytest.mark.parametrize("text", ["circle", "circle=", "=red", "", "=", "data:image/png;base64,AAAA"])
def test_half_a_zone_is_refused(text: str) -> None:
    """It is told how one looks."""
    with pytest.raises(InputError, match="MASK=RECIPE"):
        split_zone(text)
