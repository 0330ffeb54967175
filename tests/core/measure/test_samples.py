"""Labelled samples: which points are taken, and how many."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.measure.samples import draw_samples


def test_points_are_of_the_colour_they_are_labelled_with() -> None:
    """Three of a point's four pixels at least; at most 2,500 of each colour, and none of one that is not there."""
    labels = np.zeros((160, 160), np.int64)
    labels[:, 101:] = 1
    points = np.kron(labels.reshape(80, 2, 80, 2).mean((1, 3))[..., None], np.ones(3))
    samples = draw_samples(points, labels, 3)
    assert set(zip(samples.linear[:, 0].tolist(), samples.labels.tolist(), strict=True)) == {(0.0, 0), (1.0, 1)}
    assert np.bincount(samples.labels, minlength=3).tolist() == [2500, 29 * 80, 0]


def test_only_points_of_the_zone_are_taken() -> None:
    """The zone is the upper half, where only the first colour lies."""
    labels = np.repeat([0, 1], 40)[:, None] * np.ones((80, 80), np.int64)
    where = np.zeros((40, 40), bool)
    where[:20] = True
    samples = draw_samples(np.zeros((40, 40, 3)), labels, 2, where)
    assert np.bincount(samples.labels, minlength=2).tolist() == [800, 0]


@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_the_same_picture_gives_the_same_samples(seed: int, n_colours: int) -> None:
    """Drawn at random, but always alike; labels are indices of colours."""
    rng = np.random.default_rng(seed)
    points, labels = rng.random((8, 8, 3)), rng.integers(0, n_colours, (16, 16))
    first, second = (draw_samples(points, labels, n_colours) for _ in range(2))
    assert (first.linear == second.linear).all()
    assert (first.labels == second.labels).all()
    assert len(first.labels) == len(first.linear) <= 64
