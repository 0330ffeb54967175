"""`plitka parse` and `plitka colours`."""

import json

import pytest
from tests.cli.conftest import Run

from plitka.core.colour.palette import default_palette

RECIPE = "60% red, 40% black"


def test_parse_shows_shares_and_prompt(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """For a person: the shares, then the whole prompt."""
    assert run("parse", RECIPE) == 0
    out = capsys.readouterr().out
    assert "RED" in out
    assert "60" in out
    assert "60% red, 40% black" in out


def test_parse_answers_a_machine(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """For a machine: requested, warnings and prompt."""
    assert run("parse", RECIPE, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["requested"] == {"RED": 60.0, "BLACK": 40.0}
    assert answer["warnings"] == []
    assert "60% red, 40% black" in answer["prompt"]


def test_parse_shows_the_zones_of_a_tile(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The ground first; a machine has them in a list, and no prompt, which would be of the whole."""
    text = "Border 10%: 100% black. Field: 80% red, 20% white."
    assert run("parse", text) == 0
    out = capsys.readouterr().out
    assert out.index("RED") < out.index("zone 1, border:10%:") < out.index("BLACK")
    assert run("parse", text, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["requested"] == {"RED": 80.0, "WHITE": 20.0}
    assert answer["zones"] == [{"mask": "border:10%", "requested": {"BLACK": 100.0}, "by_mass": {"BLACK": 100.0}}]
    assert answer["prompt"] is None


def test_colours_lists_the_palette(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Every colour of the palette is in the JSON with all its names."""
    assert run("colours", "--json") == 0
    listed = json.loads(capsys.readouterr().out)["colours"]
    assert {colour["code"] for colour in listed} == {colour.code for colour in default_palette().colours}
    assert set(listed[0]) >= {"code", "name", "name_ru", "hex", "source"}


def test_colours_can_be_filtered(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Only colours with the text in a code or a name, whatever its case."""
    assert run("colours", "ЧЁРН", "--json") == 0
    names = [colour["name_ru"].lower() for colour in json.loads(capsys.readouterr().out)["colours"]]
    assert names
    assert all("чёрн" in name or "черн" in name for name in names)
    assert run("colours", "zzz") == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "no colour has 'zzz'" in told.err


@pytest.mark.parametrize(
    ("recipe", "code"),
    [
        ("60% red, 39% black", 2),
        ("black with a bit of white", 2),
        ("60% red, 40% black, autumn mood", 2),
        ("red, black", 0),
        ("60% dark teal, 40% black", 0),
    ],
)
def test_strict_refuses_what_help_says(run: Run, capsys: pytest.CaptureFixture[str], recipe: str, code: int) -> None:
    """And no more than that; without it all of them are read, with a note."""
    assert run("parse", recipe) == 0
    assert "note" in capsys.readouterr().err
    assert run("parse", recipe, "--strict") == code
