"""Histograms of log brightness."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.measure.brightness import (
    N_BINS,
    bins_of,
    exposure_of,
    lit_lift,
    mean_lift,
    smooth,
    usual_histogram,
)


def usual_points(n: int = 20_000) -> np.ndarray:
    """Log brightnesses distributed as is usual."""
    bins = np.random.default_rng(0).choice(N_BINS, n, p=usual_histogram())
    return (bins + np.random.default_rng(1).random(n)) / 10 - 4


@given(st.lists(st.floats(-20, 20), min_size=1))
def test_every_brightness_has_a_bin(values: list[float]) -> None:
    """What is darker or brighter than all bins lies in the first or the last."""
    bins = bins_of(np.array(values))
    assert ((bins >= 0) & (bins < N_BINS)).all()
    assert (np.diff(bins_of(np.sort(np.array(values)))) >= 0).all()


def test_a_lit_facet_lies_where_brightness_is_1() -> None:
    """Bins are a tenth wide, from -4 on."""
    assert bins_of(np.array([-4.0, -3.95, 0.001, 1.15])).tolist() == [0, 0, 40, 51]


def test_the_usual_histogram_is_a_distribution() -> None:
    """It sums to 1, and no brightness is impossible."""
    usual = usual_histogram()
    assert usual.shape == (N_BINS,)
    assert usual.sum() == pytest.approx(1)
    assert usual.min() > 0


def test_smoothing_keeps_what_lies_inside() -> None:
    """Half of a bin stays, and a quarter goes to each side."""
    assert smooth(np.eye(5)[2]).tolist() == [0, 0.25, 0.5, 0.25, 0]


def test_the_usual_light_has_no_exposure() -> None:
    """Nor a lift of any kind."""
    points = usual_points()
    assert exposure_of(usual_histogram()) == 0
    assert exposure_of(7 * usual_histogram()) == pytest.approx(0)
    assert mean_lift(points, np.ones(len(points)), usual_histogram()) == pytest.approx(0, abs=0.02)
    assert lit_lift(points) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("steps", [-3, 2])
def test_another_exposure_is_told(steps: int) -> None:
    """A histogram moved by some bins, and the lit points with it, are brighter by as many tenths."""
    deep, rest = usual_histogram()[0], usual_histogram()[1:]  # what is below all bins stays there
    moved = np.concatenate([[deep], np.roll(rest, steps)])
    assert exposure_of(moved) == pytest.approx(steps / 10, abs=0.05)
    assert lit_lift(usual_points() + steps / 10) - lit_lift(usual_points()) == pytest.approx(steps / 10)


def test_points_without_weight_do_not_count() -> None:
    """However bright they are."""
    points, weights = np.array([0.1, 9.0]), np.array([1.0, 0.0])
    assert mean_lift(points, weights, usual_histogram()) == mean_lift(points[:1], weights[:1], usual_histogram())
