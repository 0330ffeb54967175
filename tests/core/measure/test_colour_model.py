"""The fit of how colours look, on points that were made of known colours in known light."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.core.colour.arrays import lit_colours
from plitka.core.colour.palette import default_palette
from plitka.core.measure.brightness import N_BINS, usual_histogram
from plitka.core.measure.colour_model import Fit, estimate_shares, fit_colours, fit_labelled_colours
from plitka.core.measure.facets import usual_facets
from plitka.core.measure.samples import Samples
from plitka.core.measure.shading_curve import shaded

FloatArray = npt.NDArray[np.floating]
Labels = npt.NDArray[np.integer]


def colours(*names: str) -> FloatArray:
    """(n, 3) linear light of colours by their names."""
    found = [default_palette().find(name) for name in names]
    return lit_colours([colour for colour in found if colour is not None])


def points_of(lit: FloatArray, shares: tuple[float, ...], n: int = 3000, seed: int = 0) -> tuple[FloatArray, Labels]:
    """(n, 3) points of usual looks in the usual light, with a little noise, and the colour of each."""
    lit = usual_facets().lift(lit)
    rng = np.random.default_rng(seed)
    labels = rng.choice(len(lit), n, p=shares)
    bins = rng.choice(N_BINS, n, p=usual_histogram())
    brightness = np.exp((bins + rng.random(n)) / 10 - 4)
    linear = np.concatenate([shaded(lit[label], level[None]) for label, level in zip(labels, brightness, strict=True)])
    return (linear * np.exp(rng.normal(0, 0.05, linear.shape))).astype(np.float32), labels


LIT = colours("red", "blue", "yellow")
SHARES = (0.6, 0.3, 0.1)


def test_shares_of_points_are_found() -> None:
    """Within two points, with all colours as the palette has them."""
    fit = fit_colours(points_of(LIT, SHARES)[0], LIT)
    assert fit.shares == pytest.approx(SHARES, abs=0.02)
    assert np.abs(fit.common).max() < 0.1
    assert fit.spread < 4


@pytest.mark.parametrize("gains", [(1.15, 1.0, 0.85), (0.8, 0.8, 0.8), (1.2, 1.2, 1.2)])
def test_exposure_and_white_balance_are_found(gains: tuple[float, float, float]) -> None:
    """They go to what all colours have in common; lightness tells no two of these apart."""
    linear = points_of(LIT, SHARES)[0] * np.array(gains, np.float32)
    fit = fit_colours(linear, LIT)
    assert np.exp(fit.common) == pytest.approx(gains, rel=0.12)
    assert fit.shares == pytest.approx(SHARES, abs=0.03)


def test_a_colour_of_another_batch_is_found_by_its_labels() -> None:
    """Red is darker than the palette's, by a third; nothing else is."""
    drifted = LIT * np.array([[0.7], [1], [1]], np.float32)
    linear, labels = points_of(drifted, SHARES)
    fit = fit_labelled_colours(linear, LIT, Samples(linear, labels))
    assert np.log(fit.lit / usual_facets().lift(drifted)) == pytest.approx(np.zeros((3, 3)), abs=0.12)
    assert fit.shares == pytest.approx(SHARES, abs=0.02)
    assert fit.brightness.shape == (3, N_BINS)


def test_labels_do_not_count_as_shares() -> None:
    """As many samples of each: the shares are still those of the points."""
    linear, labels = points_of(LIT, SHARES)
    each = np.concatenate([np.flatnonzero(labels == colour)[:200] for colour in range(3)])
    fit = fit_labelled_colours(linear, LIT, Samples(linear[each], labels[each]))
    assert fit.shares == pytest.approx(SHARES, abs=0.03)


def test_wrong_labels_are_outvoted() -> None:
    """A seventh of them name another colour; the look hardly moves."""
    linear, labels = points_of(LIT, SHARES)
    wrong = np.where(np.arange(len(labels)) % 7 == 0, (labels + 1) % 3, labels)
    right, misled = (fit_labelled_colours(linear, LIT, Samples(linear, each)) for each in (labels, wrong))
    assert np.abs(np.log(misled.lit / right.lit)).max() < 0.1
    assert misled.shares == pytest.approx(right.shares, abs=0.02)


def test_a_colour_without_samples_stays_the_palettes() -> None:
    """But for the light that all have in common."""
    linear, labels = points_of(LIT[:2], (0.6, 0.4))
    fit = fit_labelled_colours(linear, LIT, Samples(linear, labels))
    assert fit.own[2] == pytest.approx(np.zeros(3), abs=1e-9)
    assert fit.shares[2] < 0.02


def test_no_samples_at_all_leave_the_palette() -> None:
    """A zone whose map has none of its colours is judged by what the palette's usually look like."""
    linear, _ = points_of(LIT, SHARES)
    fit = fit_labelled_colours(linear, LIT, Samples(np.zeros((0, 3), np.float32), np.zeros(0, np.int64)))
    assert fit.lit == pytest.approx(usual_facets().lift(LIT), rel=0.02)
    assert fit.shares == pytest.approx(SHARES, abs=0.05)


def test_a_held_look_gives_shares_of_other_points() -> None:
    """As a swatch does: learnt on one picture, used on another."""
    even, labels = points_of(LIT, (1 / 3, 1 / 3, 1 / 3), seed=1)
    learnt = fit_labelled_colours(even, LIT, Samples(even, labels))
    fit = estimate_shares(learnt, points_of(LIT, SHARES, seed=2)[0])
    assert fit.shares == pytest.approx(SHARES, abs=0.03)
    assert (fit.lit == learnt.lit).all()


def test_doubt_between_two_readings_is_told() -> None:
    """Of gray and light gray in the same light two fits may be as likely; of red and white only one is."""
    near, apart = colours("gray", "light gray"), colours("red", "white")
    assert fit_colours(points_of(apart, (0.5, 0.5))[0], apart).ambiguity < 0.02
    assert fit_colours(points_of(near, (0.5, 0.5))[0], near).ambiguity > 0.02


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_any_points_give_shares(n_colours: int, n_points: int, seed: int) -> None:
    """Of however few points of whatever colour: finite, above 0, at most about 1 in sum."""
    rng = np.random.default_rng(seed)
    lit = rng.uniform(0.01, 1, (n_colours, 3)).astype(np.float32)
    linear = rng.uniform(0, 1, (n_points, 3)).astype(np.float32)
    samples = Samples(linear, rng.integers(0, n_colours, n_points))
    fits: tuple[Fit, ...] = (fit_colours(linear, lit), fit_labelled_colours(linear, lit, samples))
    for fit in fits:
        assert np.isfinite(fit.lit).all()
        assert (fit.shares > 0).all()
        assert fit.shares.sum() <= 1 + 1e-4 * n_colours + 1e-9
        assert 1.1 <= fit.spread <= 8
        assert np.isfinite(fit.cost)
