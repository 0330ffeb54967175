"""What a sheet is calculated by."""

from fractions import Fraction
from pathlib import Path

import pytest

from plitka.core.sheet.assumptions import ASSUMED, Assumptions, Origin, exact
from plitka.core.sheet.edges import Edge
from plitka.errors import InputError

DOCS = Path(__file__).parents[3] / "docs/sheet.md"


def test_usual_figures_lie_in_their_ranges_and_have_a_source() -> None:
    """All of them."""
    for name, one in ASSUMED.items():
        assert one.low <= one.usual <= one.high, name
        assert str(one.source), name


def test_the_docs_have_every_figure() -> None:
    """With its usual value and range."""
    text = DOCS.read_text(encoding="utf-8")
    for name, one in ASSUMED.items():
        assert f"| `{name}` | {float(one.usual):g} | {one.low:g} to {one.high:g} |" in text, name


def test_what_is_given_wins_and_is_told_apart() -> None:
    """From what is assumed."""
    own = Assumptions.of(waste_percent=7.5, thickness_mm=40)
    assert own.waste_percent == Fraction(15, 2)
    assert own.origin("waste_percent") is Origin.OWN
    assert own.origin("bag_kg") is Origin.USUAL
    assert own.base_mm == 30
    assert own.waste_factor == Fraction(1075, 1000)


def test_a_thin_tile_is_coloured_through() -> None:
    """And depends on nothing of a base."""
    own = Assumptions.of(thickness_mm=8)
    assert [own.wear_mm, own.base_mm] == [8, 0]
    assert not [name for name in own.shown if name.startswith("base_")]


def test_edges_bring_their_waste_and_chamfer() -> None:
    """Unless another waste is given."""
    assert Assumptions.of(Edge.PUZZLE).edge_waste_percent == 5
    assert Assumptions.of(Edge.PUZZLE, edge_waste_percent=2).edge_waste_percent == 2
    assert Assumptions.of(Edge.BEVELLED).bevel_mm == 5
    assert "bevel_mm" not in Assumptions.of().shown


@pytest.mark.parametrize(
    ("edge", "chosen", "said"),
    [
        (Edge.STRAIGHT, {"thickness_mm": 300}, "5..200"),
        (Edge.STRAIGHT, {"waste_percent": -1}, "waste_percent"),
        (Edge.STRAIGHT, {"waste_percent": float("nan")}, "waste_percent"),
        (Edge.STRAIGHT, {"wear_mm": 50}, "thicker than the tile"),
        (Edge.STRAIGHT, {"bevel_mm": 3}, "bevelled"),
        (Edge.BEVELLED, {"bevel_mm": 20, "thickness_mm": 15, "wear_mm": 10}, "leaves nothing"),
    ],
)
def test_what_cannot_be_is_refused(edge: Edge, chosen: dict[str, float], said: str) -> None:
    """With what was expected."""
    with pytest.raises(InputError, match=said):
        Assumptions.of(edge, **chosen)


def test_numbers_are_taken_as_written() -> None:
    """A tenth is a tenth."""
    assert exact(0.1) == Fraction(1, 10)
    assert exact(1e-3) == Fraction(1, 1000)
