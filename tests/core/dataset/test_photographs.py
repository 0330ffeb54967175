"""Photographs with their recipes."""

from pathlib import Path

import pytest
from PIL import Image

from plitka.core.dataset.photographs import read_photographs
from plitka.errors import InputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two small pictures."""
    for name in ("RED.png", "b.png"):
        Image.new("RGB", (64, 64), "red").save(tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("captions.csv", 'file,caption\nRED.png,"ohwx_rubber_tile <s0><s1>, 100% red"\n'),
        ("captions.csv", "\ufefffile,caption\nRED.png,красный\n"),
        ("metadata.csv", "file_name,text\nRED.png,red\n"),
        ("RED.txt", "TOK, red"),
    ],
)
def test_photographs_come_with_their_recipes(folder: Path, name: str, content: str) -> None:
    """In any layout; one without a caption is passed over."""
    (folder / name).write_text(content, "utf-8")
    [(recipe, pixels)] = read_photographs(folder)
    assert recipe.percents == {"RED": 100}
    assert pixels.shape == (64, 64, 3)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("notes.csv", "", "no photograph with a caption"),
        ("captions.csv", "name,caption\na.png,100% red\n", "no column file"),
        ("captions.csv", "file,caption\n,red\n", "line 2: .*no file"),
        ("captions.csv", "file,caption\nRED.png,100% qwrtzx\n", "captions.csv, line 2: unknown colour 'qwrtzx'"),
        ("RED.txt", "100% qwrtzx", "RED.txt: unknown colour"),
        ("captions.csv", "file,caption\n", "no photograph with a caption"),
        ("captions.csv", 'file,caption\n"a.png,red\n', "cannot be read"),
    ],
)
def test_what_cannot_be_trusted_is_refused(folder: Path, name: str, content: str, says: str) -> None:
    """With its file and line."""
    (folder / name).write_text(content)
    with pytest.raises(InputError, match=says):
        read_photographs(folder)
