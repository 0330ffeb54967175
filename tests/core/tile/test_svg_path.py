"""Path data as rings of points."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.core.tile.svg_path import MAX_POINTS, parse_path
from plitka.errors import InputError

SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10]]
RADII = st.integers(5, 60)
COORDINATES = st.integers(-50, 50)


@pytest.mark.parametrize(
    "data",
    [
        "M0 0 L10 0 L10 10 L0 10 Z",
        "M0,0 10,0 10,10 0,10z",
        "m0 0 10 0 0 10-10 0",
        "M0 0H10V10H0Z",
        "m0 0h10v10h-10z",
        "M 0 0 L 1e1 .0 L 10. 10 L +0 10 z",
        " M0\t0\nL10,0 , 10,10 0,10 ",
    ],
)
def test_one_square_written_in_many_ways(data: str) -> None:
    """Large and small letters, repeated commands, and numbers that nothing parts."""
    (ring,) = parse_path(data)
    assert ring.tolist() == SQUARE


def test_rings_begin_where_the_last_one_closed() -> None:
    """After Z a relative move counts from the ring's first point; rings without an inside are left out."""
    first, second = parse_path("M5 5h2v2z m10 0h2v2z M0 0L1 1")
    assert first[0].tolist() == [5, 5]
    assert second[0].tolist() == [15, 5]
    (drawn_on,) = parse_path("M5 5L6 5z L9 5 9 9")
    assert drawn_on.tolist() == [[5, 5], [9, 5], [9, 9]]


@pytest.mark.parametrize(
    ("smooth", "plain"),
    [
        ("M0 0C0 10 5 10 10 0S20-10 20 0", "M0 0C0 10 5 10 10 0C15-10 20-10 20 0"),
        ("M0 0Q5 10 10 0T20 0", "M0 0Q5 10 10 0Q15-10 20 0"),
        ("M0 0L10 0S20 10 20 0", "M0 0L10 0C10 0 20 10 20 0"),
        ("M0 0Q5 10 10 0S20 10 20 0", "M0 0Q5 10 10 0C10 0 20 10 20 0"),
        ("M0 0 l5 5 t5 5 5 0", "M0 0 L5 5 Q5 5 10 10 Q15 15 15 10"),
    ],
)
def test_smooth_curves_mirror_the_last_control_point(smooth: str, plain: str) -> None:
    """Only after a curve of their own kind."""
    assert np.allclose(parse_path(smooth)[0], parse_path(plain)[0])


def test_curves_run_through_their_middle() -> None:
    """At half way a cubic is an eighth of its ends and three eighths of its controls."""
    (ring,) = parse_path("M0 0C0 8 8 8 8 0")
    assert ring[8].tolist() == [4, 6]
    assert ring[-1].tolist() == [8, 0]


@given(
    COORDINATES, COORDINATES, RADII, RADII, st.integers(-180, 180), st.booleans(), st.booleans()
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_arcs_lie_on_an_ellipse_of_their_radii(
    x: int, y: int, rx: int, ry: int, turn_deg: int, is_large: bool, is_clockwise: bool
) -> None:
    """All points are as far from one centre, in radii; large arcs pass more than half of it, in the asked sense."""
    if x == y == 0:
        return
    (ring,) = parse_path(f"M0 0A{rx} {ry} {turn_deg} {is_large:d}{is_clockwise:d}{x} {y}L0 0")
    arc = ring[:-1, 0] + 1j * ring[:-1, 1]
    circle = arc * np.exp(-1j * math.radians(turn_deg))
    circle = circle.real / rx + 1j * circle.imag / ry
    growth = max(1.0, abs(circle[-1] - circle[0]) / 2)
    steps = np.angle(circle[2:] - circle[1:-1]) - np.angle(circle[1:-1] - circle[:-2])
    turns = (steps + np.pi) % (2 * np.pi) - np.pi
    assert (turns > 0).all() if is_clockwise else (turns < 0).all()
    chord = np.abs(np.diff(circle))
    assert chord == pytest.approx(chord[0], rel=1e-6)
    # n chords of one circle: their length and the angle between two give its radius.
    assert chord[0] / (2 * np.sin(abs(turns[0]) / 2)) == pytest.approx(growth, rel=1e-6)
    swept = abs(turns).mean() * len(chord)
    assert swept >= np.pi * 0.99 if is_large else swept <= np.pi * 1.01


@pytest.mark.parametrize("data", ["M0 0A0 5 0 0 1 9 9L0 9", "M0 0A5 0 0 0 1 9 9L0 9", "M0 0L9 9A5 5 0 0 1 9 9L0 9"])
def test_an_arc_without_a_radius_is_a_line(data: str) -> None:
    """And one that goes nowhere is nothing."""
    (ring,) = parse_path(data)
    assert {tuple(point) for point in ring.tolist()} == {(0, 0), (9, 9), (0, 9)}


@pytest.mark.parametrize(
    ("data", "place"),
    [("L0 0", 1), ("M0", 2), ("M0 0 L", 6), ("M0 0 x5", 4), ("M0 0A5 5 0 2 1 9 9", 10), ("5 5", 0), ("M", 1)],
)
def test_what_is_no_path_is_refused_where_it_stops(data: str, place: int) -> None:
    """With the place in the data."""
    with pytest.raises(InputError, match=f"from character {place} on"):
        parse_path(data)


def test_an_empty_path_has_no_rings() -> None:
    """As SVG has it."""
    assert parse_path("") == parse_path("  ") == []


def test_a_path_of_too_many_points_is_refused() -> None:
    """Before it takes the memory."""
    with pytest.raises(InputError, match="simplify"):
        parse_path("M0 0" + "q1 1 2 2" * (MAX_POINTS // 16 + 1))


@given(st.text("MmLlHhVvCcSsQqTtAaZz0123456789.-+e, ", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_path_or_refused(data: str) -> None:
    """Nothing else is raised."""
    try:
        rings = parse_path(data)
    except InputError:
        return
    assert all(ring.ndim == 2 and len(ring) > 2 for ring in rings)
