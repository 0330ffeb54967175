"""Folders of rendered tiles with captions; the command that makes them is tested in tests/cli."""

import csv
import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from plitka.core.colour.palette import Colour, Palette, default_palette
from plitka.core.dataset.rendering import SMALLEST_PERCENT, DatasetConfig, draw_recipe, render_dataset
from plitka.errors import InputError

CODES = tuple(colour.code for colour in default_palette().colours)


def config_of(seed: int = 4, granules: str = "1-3", n_colours: int = 3) -> DatasetConfig:
    """Small pictures of some colours."""
    codes = ("RED", "BLACK", "WHITE") if n_colours == 3 else CODES[:n_colours]
    return DatasetConfig(size_px=128, seed=seed, codes=codes, granules=granules, version="x")


def test_a_dataset_keeps_its_bytes(tmp_path: Path) -> None:
    """Picture by picture and in its tables; on a machine whose rounding differs these hashes do not hold."""
    assert render_dataset(tmp_path, config_of(), default_palette(), 3) == 3
    digits = {
        str(path.relative_to(tmp_path)): hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in tmp_path.rglob("*.*")
        if path.is_file()
    }
    assert digits == {
        "000000.png": "fa8fccb5304000d9",
        "000001.png": "f70b3e41e04a45ec",
        "000002.png": "486206d72af080ec",
        "metadata.csv": "226d50e82fad8407",
        ".plitka/block-000000.csv": "226d50e82fad8407",
        ".plitka/settings.json": "c68cf7c2eb93ab49",
    }


def test_a_dataset_grows_by_what_is_missing(tmp_path: Path) -> None:
    """What is there is neither made again nor changed, and the table tells every picture."""
    told: list[int] = []
    render_dataset(tmp_path, config_of(), default_palette(), 1)
    first = (tmp_path / "000000.png").read_bytes()
    assert render_dataset(tmp_path, config_of(), default_palette(), 2, on_pictures=told.append) == 1
    assert (tmp_path / "000000.png").read_bytes() == first
    with (tmp_path / "metadata.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file_name"] for row in rows] == ["000000.png", "000001.png"]
    assert sum(told) == 2
    for row in rows:
        assert sum(float(row[code]) for code in ("RED", "BLACK", "WHITE")) == pytest.approx(100, abs=0.01)
        with Image.open(tmp_path / row["file_name"]) as image:
            assert np.asarray(image).shape == (128, 128, 3)


@given(st.integers(0, 2**32 - 1), st.integers(0, 10**6), st.integers(1, 12))
@settings(max_examples=80, deadline=None)
def test_recipes_are_whole_percents_of_the_named_colours(seed: int, number: int, n_colours: int) -> None:
    """None is tiny, together they are 100, and a number draws the same one again."""
    config = config_of(seed, n_colours=n_colours)
    drawn = draw_recipe(config, default_palette(), number)
    percents = drawn.percents
    assert set(percents) <= set(config.codes)
    assert sum(percents.values()) == 100
    assert all(percent >= SMALLEST_PERCENT and percent == int(percent) for percent in percents.values())
    assert draw_recipe(config, default_palette(), number) == drawn


@pytest.mark.parametrize(
    ("choices", "says"),
    [({"codes": ()}, "at least one colour"), ({"size_px": 32}, "64..2048"), ({"granules": "4-1"}, "no fraction")],
)
def test_settings_that_cannot_be_are_refused(choices: dict[str, object], says: str) -> None:
    """Before a folder is begun."""
    usual: dict[str, object] = {"size_px": 128, "codes": ("RED",), "version": "x"}
    with pytest.raises(InputError, match=says):
        DatasetConfig(**(usual | choices))  # type: ignore[arg-type]  # by name


def test_a_folder_of_other_settings_is_refused(tmp_path: Path) -> None:
    """With the setting that differs."""
    render_dataset(tmp_path, config_of(), default_palette(), 1)
    with pytest.raises(InputError, match="another seed: 4, not 5"):
        render_dataset(tmp_path, config_of(seed=5), default_palette(), 1)


def test_a_folder_of_other_colours_is_refused(tmp_path: Path) -> None:
    """A palette's code may stand for another colour than when the folder was begun."""

    def palette_of(srgb_hex: str) -> Palette:
        own = Colour(code="AA", caption_name="alpha", name_ru="альфа", srgb_hex=srgb_hex, source="custom")
        return default_palette().with_colours([own])

    config = DatasetConfig(size_px=128, codes=("AA", "RED"), version="x")
    render_dataset(tmp_path, config, palette_of("#FF0000"), 1)
    assert render_dataset(tmp_path, config, palette_of("#FF0000"), 1) == 0
    for other in (palette_of("#0000FF"), default_palette()):
        with pytest.raises(InputError, match=r"another palette: .*#FF0000"):
            render_dataset(tmp_path, config, other, 1)


def test_settings_that_are_no_object_are_refused(tmp_path: Path) -> None:
    """Somebody has changed the file."""
    (tmp_path / ".plitka").mkdir()
    (tmp_path / ".plitka/settings.json").write_text("[1]")
    with pytest.raises(InputError, match=r"settings.json cannot be read"):
        render_dataset(tmp_path, config_of(), default_palette(), 1)
