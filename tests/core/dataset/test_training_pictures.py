"""Pictures as a model learns them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from plitka.core.colour.palette import default_palette
from plitka.core.dataset.folder import Entry, read_folder
from plitka.core.dataset.training_pictures import (
    Captioned,
    PictureConfig,
    caption_of,
    fitted,
    read_captioned,
    with_trigger,
)
from plitka.core.recipes.recipe import Notice, PromptStyle
from plitka.errors import InputError

STYLE = PromptStyle(trigger="tile", tokens=("<a0>", "<a1>"), descriptors=("real",))
PLAIN = PictureConfig(size_px=128, is_cropped=False)


def entry(caption: str) -> Entry:
    """A picture that says so."""
    return Entry(name="a.png", path=Path("a.png"), caption=caption)


class TestCaptions:
    """`caption_of` and `with_trigger`."""

    def test_a_recipe_becomes_the_prompt_that_it_is_asked_for_with(self) -> None:
        """Whatever words it was written in."""
        caption, recipe = caption_of(entry("TOK, 40% black and 60% red"), default_palette(), STYLE, PLAIN)
        assert caption == "tile <a0><a1>, 40% black, 60% red, real"
        assert recipe is not None
        assert recipe.percents == {"BLACK": 40, "RED": 60}

    def test_it_stays_where_that_is_asked_for(self) -> None:
        """Under the model's trigger."""
        config = PictureConfig(as_prompts=False)
        caption, recipe = caption_of(entry("TOK, 60% red, 40% black, wet"), default_palette(), STYLE, config)
        assert caption == "tile <a0><a1>, 60% red, 40% black, wet"
        assert recipe is not None

    def test_what_tells_no_recipe_is_learnt_as_it_stands(self) -> None:
        """And no recipe is told of it."""
        assert caption_of(entry("a cat asleep"), default_palette(), STYLE, PLAIN) == (
            "tile <a0><a1>, a cat asleep",
            None,
        )

    def test_another_trigger_is_replaced_and_colours_never_are(self) -> None:
        """By what stands before the first comma."""
        for caption, expected in {
            "TOK, 100% red": "tile <a0><a1>, 100% red",
            "60% red, 40% black": "tile <a0><a1>, 60% red, 40% black",
            "100% red": "tile <a0><a1>, 100% red",
            "black with red, 10% white": "tile <a0><a1>, black with red, 10% white",
        }.items():
            assert with_trigger(caption, default_palette(), STYLE) == expected


class TestPictures:
    """`fitted`."""

    def test_squares_are_the_middle(self) -> None:
        """Of a picture that is wider than high."""
        pixels = np.zeros((64, 192, 3), np.uint8)
        pixels[:, 64:128] = 200
        assert fitted(pixels, PLAIN).shape == (128, 128, 3)
        assert fitted(pixels, PLAIN)[:, 8:-8].min() == 200

    def test_tiles_of_any_size_are_fitted(self) -> None:
        """Also of sides that rounding makes longer than they are: the first of these and others."""
        for side in range(98, 200):
            assert fitted(np.zeros((side, side, 3), np.uint8), PLAIN).shape == (128, 128, 3)

    def test_shapes_are_kept_in_steps(self) -> None:
        """With no more pixels than the square."""
        config = PictureConfig(size_px=256, is_cropped=False, keeps_shape=True)
        for height, width, expected in ((100, 100, (256, 256)), (100, 200, (128, 320)), (300, 100, (384, 128))):
            found = fitted(np.zeros((height, width, 3), np.uint8), config).shape[:2]
            assert found == expected
            assert found[0] * found[1] <= 256**2

    def test_other_sizes_are_refused(self) -> None:
        """Networks halve a picture six times."""
        for size_px in (100, 16, 9000):
            with pytest.raises(InputError, match="size"):
                PictureConfig(size_px=size_px)


def test_nothing_is_fatal_to_the_rest(tmp_path: Path) -> None:
    """What is left out is told, and so is a caption that tells no recipe; kohya's folders repeat."""
    folder = tmp_path / "3_red"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save(folder / name)
    (folder / "b.txt").write_text("a cat", encoding="utf-8")
    Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save(tmp_path / "c.png")
    (tmp_path / "d.png").write_bytes(b"")
    (tmp_path / "d.txt").write_text("100% red", encoding="utf-8")
    problems: list[Notice] = []
    found: list[Captioned] = list(
        read_captioned(read_folder(tmp_path), default_palette(), STYLE, PLAIN, problems.append)
    )
    assert {one.name: (one.caption, one.repeats) for one in found} == {
        "3_red/a.png": ("tile <a0><a1>, 100% red, real", 3),
        "3_red/b.png": ("tile <a0><a1>, a cat", 3),
    }
    assert sorted(str(problem.values["path"]).rpartition("/")[2] for problem in problems) == ["b.png", "c.png", "d.png"]
