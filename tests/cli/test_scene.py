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
from plitka.core.language.translations import translation
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
    assert run("generate", RECIPE, "--zone", "circle=60% red, 30% white") == 0
    assert "scaled to 100" in capsys.readouterr().err
    assert run("generate", RECIPE, "--zone", "circle=60% red, 30% white", "--strict") == 2


def test_a_field_is_shown_at_the_usual_size(run: Run, engine: PatchEngine) -> None:
    """Nobody has to know that size."""
    assert run("generate", RECIPE, "--field-mm", "20") == 0
    request = engine.requests[0]
    assert (request.field_mm, request.size.width_px) == (20, engine.defaults.width_px)


@pytest.mark.parametrize("command", ["generate", "render"])
def test_help_describes_every_surface_and_light(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """In either language."""
    monkeypatch.setenv("COLUMNS", "1000")
    for language in ("en", "ru"):
        monkeypatch.setenv("PLITKA_LANG", language)
        assert run(command, "--help") == 0
        told = capsys.readouterr().out
        translate = translation(language).gettext
        assert all(translate(member.description) in told for member in (*Surface, *Lighting))


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


@pytest.mark.parametrize(
    ("url", "is_known"),
    [
        (
            "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0H9V9z'/></svg>",
            True,
        ),
        ("data:image/svg+xml;charset=utf-8,%3Csvg viewBox=%270 0 9 9%27%3E%3C/svg%3E", True),
        ("data:image/svg+xml,%3csvg viewBox='0 0 9 9'%3e%3c%2fsvg%3e", True),
        ("data:image/svg+xml,<svg viewBox='0 0 9 9'/>", False),
        ("data:image/png,%89PNG=3", False),
    ],
)
def test_a_data_url_that_is_not_base64_ends_behind_its_drawing(url: str, is_known: bool) -> None:
    """Or is refused with the form whose end can be told."""
    if is_known:
        assert split_zone(f"{url}=60% red=") == (url, "60% red=")
    else:
        with pytest.raises(InputError, match="write it in base64"):
            split_zone(f"{url}=red")


def test_a_file_may_have_an_equals_sign_in_its_name(
    run: Run, engine: PatchEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """If it is there; a shape's name comes first."""
    labels = np.zeros((64, 64), np.uint8)
    labels[:, 32:] = 3
    Image.fromarray(labels).save(tmp_path / "a=b.png")
    (tmp_path / "circle=1.png").write_bytes(b"")
    assert split_zone("a=b.png#3=60% red = 40% black") == ("a=b.png#3", "60% red = 40% black")
    assert split_zone("circle=1.png=red") == ("circle", "1.png=red")
    assert run("generate", RECIPE, "--zone", "a=b.png#3=white") == 0
    assert engine.requests[0].scene.zones[1].title == "a=b.png#3"
    assert run("generate", RECIPE, "--zone", "none=b.png=white") == 2
    assert "zone 1 (none): there is no mask none" in capsys.readouterr().err


def test_an_error_names_its_zone(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By its number and by what was typed, whether its mask, its drawing or its recipe is to blame."""
    (tmp_path / "logo.svg").write_text('<svg viewBox="0 0 9 9"><text>x</text></svg>', "utf-8")
    for zone, says in (
        ("logo.svg=red", "zone 2 (logo.svg): the SVG has a <text>"),
        ("circle=50% teel", "zone 2 (circle): "),
        ("stripes:99=red", "zone 2 (stripes:99): the mask stripes takes"),
        ("data:image/png;base64,AAAA=red", "zone 2 (data:image/png): the mask is no mask"),
    ):
        assert run("generate", RECIPE, "--zone", "border:8%=white", "--zone", zone) == 2
        assert f"error: {says}" in capsys.readouterr().err


def test_options_are_named_as_they_are_typed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """With their dashes."""
    assert run("generate", RECIPE, "--size", "128", "--field-mm", "0") == 2
    assert "--field-mm must be above 0 and at most 2000, not 0" in capsys.readouterr().err
    assert run("generate", RECIPE, "--granules", "1-3", "--granule-mm", "1", "3") == 2
    assert "leave out --granules or --granule-mm" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["circle", "circle=", "=red", "", "=", "data:image/png;base64,AAAA"])
def test_half_a_zone_is_refused(text: str) -> None:
    """It is told how one looks."""
    with pytest.raises(InputError, match="MASK=RECIPE"):
        split_zone(text)


def test_a_recipe_may_say_the_look(run: Run, engine: PatchEngine) -> None:
    """Options win over it; what no scene shows is kept for the prompt."""
    assert run("generate", f"{RECIPE}, wet, sunny, large granules, matte finish", "--light", "cold") == 0
    scene = engine.requests[0].scene
    assert (scene.wet, scene.light, scene.words) == (True, Lighting.COLD, ("matte finish",))
    assert scene.granules.size_mm == (2.0, 4.0)


def test_a_new_recipe_says_the_look_of_a_picture_anew(run: Run, engine: PatchEngine) -> None:
    """What it does not speak of stays as it was, words included."""
    assert run("generate", f"{RECIPE}, wet, sunny, matt", "-o", "first.png") == 0
    assert run("generate", "--like", "first.png", "-o", "second.png") == 0
    assert run("generate", "white, dry, 8k", "--like", "first.png", "-o", "third.png") == 0
    first, second, third = (request.scene for request in engine.requests)
    assert second == first
    assert (third.wet, third.light, third.words) == (False, Lighting.SUN, ("8k",))


@pytest.mark.parametrize(("command", "has_modes"), [("generate", True), ("render", False), ("sheet", False)])
def test_only_a_model_has_a_mode_for_scenes(
    run: Run, capsys: pytest.CaptureFixture[str], command: str, *, has_modes: bool
) -> None:
    """The renderer and the sheet have no modes that their help could speak of."""
    assert run(command, "--help") == 0
    told = capsys.readouterr().out
    assert "what the tile shows" in told
    assert ("in guided mode" in told) is has_modes
