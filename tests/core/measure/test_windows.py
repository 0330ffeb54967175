"""Window means, over a whole grid and over a zone of it."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.measure.windows import Windows, window_mean

SIDES = st.sampled_from([1, 3, 5, 7])
SEEDS = st.integers(0, 2**32 - 1)


def slow_mean(values: npt.NDArray[np.float32], side: int) -> npt.NDArray[np.float64]:
    """The mean by definition: every window by itself, with the edge repeated."""
    reach = side // 2
    padded = np.pad(values.astype(np.float64), [(reach, reach), (reach, reach), (0, 0)], mode="edge")
    views = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(0, 1))
    return np.asarray(views.mean((-1, -2)))


@given(SEEDS, SIDES, st.integers(1, 12), st.integers(1, 12))
def test_the_running_mean_is_the_mean(seed: int, side: int, height: int, width: int) -> None:
    """On grids of any size, smaller than the window too."""
    values = np.random.default_rng(seed).random((height, width, 2), np.float32)
    assert window_mean(values, side) == pytest.approx(slow_mean(values, side), abs=1e-5)
    assert (Windows().mean(values, side) == window_mean(values, side)).all()


@given(SEEDS, SIDES)
def test_a_zone_of_everything_is_the_whole_grid(seed: int, side: int) -> None:
    """To rounding."""
    values = np.random.default_rng(seed).random((9, 11, 2), np.float32)
    everything = Windows(np.ones((9, 11), bool))
    assert everything.mean(values, side) == pytest.approx(window_mean(values, side), abs=1e-5)


@given(SEEDS, SIDES)
def test_nothing_outside_a_zone_is_seen(seed: int, side: int) -> None:
    """Whatever stands there, the means of the zone are the same, and within its values."""
    rng = np.random.default_rng(seed)
    zone = rng.random((9, 11)) < 0.5
    values = rng.random((9, 11, 2), np.float32)
    others = np.where(zone[..., None], values, rng.random((9, 11, 2), np.float32))
    found, again = (Windows(zone).mean(each, side)[zone] for each in (values, others))
    assert found == pytest.approx(again, abs=1e-5)
    if zone.any():
        assert values[zone].min() - 1e-5 <= found.min() <= found.max() <= values[zone].max() + 1e-5


def test_points_outside_a_zone_keep_their_own_value() -> None:
    """They are not used, but nothing is divided by 0."""
    zone = np.zeros((20, 20), bool)
    zone[0, 0] = True
    values = np.random.default_rng(0).random((20, 20, 1), np.float32)
    found = Windows(zone).mean(values, 3)
    assert (found[~zone] == values[~zone]).all()
    assert found[0, 0] == pytest.approx(values[0, 0])
