"""A photograph of a tile, as commands read it."""

import argparse
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.core.measure.tile_pictures import tile

from plitka.cli.terminal import Terminal
from plitka.cli.tile_photograph import read_tile, recipe_of_photograph, tell_doubts
from plitka.core.colour.palette import default_palette
from plitka.core.measure.identification import Doubt
from plitka.errors import InputError


@pytest.fixture
def terminal() -> Terminal:
    """Streams that can be looked at."""
    return Terminal(stdout=io.StringIO(), stderr=io.StringIO(), language="en")


def told(terminal: Terminal) -> str:
    """What was written beside the data."""
    assert isinstance(terminal.stderr, io.StringIO)
    return terminal.stderr.getvalue()


def test_what_shows_no_granules_is_refused(tmp_path: Path, terminal: Terminal) -> None:
    """A wall is no tile."""
    Image.new("RGB", (128, 128), "grey").save(tmp_path / "wall.png")
    with pytest.raises(InputError, match="no granules"):
        read_tile(tmp_path / "wall.png", terminal)


def test_pixels_are_those_of_the_file(tmp_path: Path, terminal: Terminal) -> None:
    """A tile that fills its picture needs no straightening."""
    pixels = tile("50% red, 50% black")
    Image.fromarray(pixels).save(tmp_path / "tile.png")
    assert np.array_equal(read_tile(tmp_path / "tile.png", terminal), pixels)


def test_the_recipe_is_told(tmp_path: Path, terminal: Terminal) -> None:
    """In words that can be typed."""
    Image.fromarray(tile("100% red", side_px=384)).save(tmp_path / "tile.png")
    recipe = recipe_of_photograph(tmp_path / "tile.png", argparse.Namespace(palette=None), terminal)
    assert [part.colour.code for part in recipe.recipe.parts] == ["RED"]
    assert "shows 100% red" in told(terminal)


def test_doubts_are_told_with_the_alternative(terminal: Terminal) -> None:
    """Black may be dark gray."""
    black, dark_gray = default_palette().named(["black", "dark gray"])
    tell_doubts(Path("a.jpg"), [Doubt(black, dark_gray)], terminal)
    assert told(terminal) == "a.jpg: BLACK may be DKGRAY in another light\n"
