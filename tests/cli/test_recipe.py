"""Recipes as the options of a command have them read."""

import argparse
import io
from pathlib import Path

import pytest

from plitka.cli.recipe import palette_of, read_recipe, split_names
from plitka.cli.terminal import Terminal
from plitka.errors import RecipeError


def options(palette: Path | None = None, *, strict: bool = False) -> argparse.Namespace:
    """Those that say how a recipe is read."""
    return argparse.Namespace(palette=palette, strict=strict, by="area")


def test_a_guess_is_told_and_strict_makes_none() -> None:
    """Percents that do not sum to 100 are scaled, or refused."""
    terminal = Terminal(stdout=io.StringIO(), stderr=io.StringIO(), language="en")
    assert read_recipe("45% red, 45% black", options(), terminal).recipe.percents == {"RED": 50, "BLACK": 50}
    assert isinstance(terminal.stderr, io.StringIO)
    assert "scaled to 100" in terminal.stderr.getvalue()
    with pytest.raises(RecipeError):
        read_recipe("45% red, 45% black", options(strict=True), terminal)


def test_a_makers_colours_come_first(tmp_path: Path) -> None:
    """One of theirs has the name."""
    (tmp_path / "own.csv").write_text("code,name,hex\nOWN,red,#aa0000\n", "utf-8")
    colour = palette_of(options(tmp_path / "own.csv")).find("red")
    assert colour is not None
    assert colour.code == "OWN"


def test_names_stand_between_commas() -> None:
    """Empty ones are none."""
    assert split_names(" red, красный ,,RAL 3020,") == ["red", "красный", "RAL 3020"]
    assert split_names(" , ") == []
