"""Masks of single stripes."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.recipes.bands import (
    MOST_BANDS,
    bands_apart,
    bands_by_turns,
    bands_mask,
    bands_of_each,
    bands_of_widths,
)
from plitka.core.tile.masks import rasterise


@given(n=st.integers(1, MOST_BANDS), part=st.fractions(Fraction(1, 10), Fraction(9, 10)))
def test_stripes_on_a_ground_have_their_width_and_lie_evenly(n: int, part: Fraction) -> None:
    """Turned round, the tile looks the same."""
    mask = rasterise(bands_apart(n, part * 100 / n), 4800, 1)[0]
    assert mask.mean() == pytest.approx(float(part), abs=0.02)
    assert (mask == mask[::-1]).mean() > 0.98


@given(n=st.integers(2, MOST_BANDS))
def test_every_second_stripe_is_of_the_zone(n: int) -> None:
    """Counted from the second."""
    mask = rasterise(bands_by_turns(n), 100 * n, 1)[0]
    assert [bool(mask[100 * at + 50]) for at in range(n)] == [at % 2 == 1 for at in range(n)]


@given(names=st.lists(st.sampled_from("abc"), min_size=2, max_size=6), step=st.fractions(Fraction(7), Fraction(50)))
def test_stripes_side_by_side_fill_the_tile(names: list[str], step: Fraction) -> None:
    """None lies on another, and the last is cut by the edge."""
    bands = bands_of_each(names, step)
    masks = [rasterise(bands_mask(places), 1000, 1)[0] for places in bands.values()]
    assert np.sum(masks, axis=0).min() >= 0
    assert np.abs(np.sum(masks, axis=0) - 1).mean() < 0.02


def test_stripes_of_their_own_widths_follow_each_other() -> None:
    """The last is cut by the edge."""
    start, first, second, end = (Fraction(percent) for percent in (0, 40, 60, 100))
    assert bands_of_widths([("a", first), ("b", second - first)]) == {
        "a": [(start, first), (second, end)],
        "b": [(first, second)],
    }
