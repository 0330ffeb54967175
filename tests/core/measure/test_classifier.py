"""The classifier of points: shapes, probabilities, and what it may depend on."""

from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from plitka.core.colour.arrays import decode_srgb8, lit_colours
from plitka.core.measure.classifier import Features, classify, compute_features
from plitka.core.measure.colour_model import Fit, fit_colours
from plitka.core.measure.windows import Windows
from plitka.core.recipes.reading import parse_recipe

COLOURS = parse_recipe("60% red, 30% black, 10% white").recipe.colours
SIDE = 48


@cache
def _labels() -> npt.NDArray[np.int64]:
    """Blocks of four points, of a colour each."""
    blocks = np.random.default_rng(0).choice(3, (SIDE // 4, SIDE // 4), p=(0.6, 0.3, 0.1))
    return blocks.repeat(4, 0).repeat(4, 1)


@cache
def _points() -> npt.NDArray[np.float32]:
    """(48, 48, 3) lit blocks with a little noise."""
    noise = np.exp(np.random.default_rng(1).normal(0, 0.05, (SIDE, SIDE, 3)))
    points: npt.NDArray[np.float32] = (lit_colours(COLOURS)[_labels()] * noise).astype(np.float32)
    return points


@cache
def _fit() -> Fit:
    return fit_colours(_points().reshape(-1, 3), lit_colours(COLOURS))


@cache
def _features() -> Features:
    return compute_features(_points(), _fit())


EVERYWHERE = np.ones((SIDE, SIDE), bool)


def test_features_are_small_numbers_of_single_precision() -> None:
    """Whatever is far off is clipped, so that no point leads the network astray."""
    features = _features()
    assert features.shared.shape == (SIDE, SIDE, 5)
    assert features.own.shape == (SIDE, SIDE, 3, 12)
    assert features.other.shape == (SIDE, SIDE, 6)
    for part in (features.shared, features.own, features.other):
        assert part.dtype == np.float32
        assert np.abs(part).max() <= 5


@pytest.mark.parametrize("is_learnt", [False, True])
def test_probabilities_sum_to_1(is_learnt: bool) -> None:
    """Over the colours and the class of other ones."""
    chances = classify(_features(), EVERYWHERE, is_learnt=is_learnt)
    assert chances.shape == (SIDE, SIDE, 4)
    assert chances.min() >= 0
    assert chances.sum(-1) == pytest.approx(np.ones((SIDE, SIDE)), abs=1e-5)


@pytest.mark.parametrize("is_learnt", [False, True])
def test_plain_points_are_known(is_learnt: bool) -> None:
    """Nearly every lit block is of its colour."""
    chances = classify(_features(), EVERYWHERE, is_learnt=is_learnt)
    assert (chances.argmax(-1) == _labels()).mean() > 0.97


def test_a_colour_is_known_by_its_look_and_not_by_its_place() -> None:
    """Turned about, the colours have the same probabilities in turn."""
    turned = Fit(
        _fit().palette[::-1],
        _fit().common,
        _fit().own[::-1],
        _fit().shares[::-1],
        _fit().brightness,
        _fit().spread,
    )
    chances = classify(_features(), EVERYWHERE)
    back = classify(compute_features(_points(), turned), EVERYWHERE)
    assert back[..., [2, 1, 0, 3]] == pytest.approx(chances, abs=1e-4)


def test_nothing_outside_a_zone_changes_what_is_seen_in_it() -> None:
    """Its left half is a zone: the right half may show anything."""
    zone = np.zeros((SIDE, SIDE), bool)
    zone[:, : SIDE // 2] = True
    other = _points().copy()
    other[:, SIDE // 2 :] = decode_srgb8(np.array([20, 200, 30], np.uint8))
    windows = Windows(zone)
    found = [classify(compute_features(points, _fit(), windows), zone, windows)[zone] for points in (_points(), other)]
    assert found[0] == pytest.approx(found[1], abs=1e-4)


def test_without_a_zone_the_surroundings_are_seen() -> None:
    """The same change does reach over the border of the halves."""
    other = _points().copy()
    other[:, SIDE // 2 :] = decode_srgb8(np.array([20, 200, 30], np.uint8))
    found = [classify(compute_features(points, _fit()), EVERYWHERE)[:, : SIDE // 2] for points in (_points(), other)]
    assert np.abs(found[0] - found[1]).max() > 0.01
