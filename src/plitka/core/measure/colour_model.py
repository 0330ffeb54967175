"""How each asked colour looks in one picture, fitted by expectation and maximisation.

Decisions:
* In one picture brightness is distributed alike over the granules of every colour, so one histogram is fitted for
  all, together with the shares. Without it black would take the shadows of the other colours.
* Lit colours start at what the palette's usually look like (`plitka.core.measure.facets`) and move: together, as
  exposure and white balance do, and each for itself, less where another asked colour is near.
* Where labelled samples are given, the look of each colour is learnt from them, though some may show another colour
  than their label says. Labels say nothing of shares, which are of what all points show.

The numbers were tuned by hand on renders; `benchmarks/measure_accuracy.py` shows what a change does.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import linear_to_lab
from plitka.core.measure.brightness import (
    N_BINS,
    bins_of,
    exposure_of,
    lit_lift,
    mean_lift,
    smooth,
    usual_histogram,
)
from plitka.core.measure.facets import usual_facets
from plitka.core.measure.samples import Samples
from plitka.core.measure.shading_curve import DARKEST, Residuals, nearest_gap, residuals_of, shaded

FloatArray = npt.NDArray[np.floating[Any]]

_OTHER_PRIOR, _OTHER_RADIUS = 0.01, 50.0
"""A colour that was not asked for: share of points before they are looked at, and how far from grey, in Lab units."""
OTHER_DENSITY = _OTHER_PRIOR / N_BINS / (np.pi * _OTHER_RADIUS**2)
"""Its likelihood, even over a* and b* and over the bins of brightness."""
MAX_EXPONENT = 30.0
"""A point is at most this many spreads away, so that its likelihood stays above 0."""
_WIDEST, _NARROWEST = 8.0, 1.1
"""Bounds of the spread about a curve, in Lab units."""
_LEAST_SHARE = 1e-4
_TINY = 1e-6
"""Keeps quotients finite."""

_ROUNDS = 10
_COOLING = 0.7
"""The least spread falls by this factor each round, from the widest on."""
_SETTLED = 2.5
"""Exposure is fitted once the least spread is below this, in Lab units: colours that are told apart only vaguely would
pull it to the mean of all."""
_START_LOG_GAINS = (-0.35, 0.0, 0.35)
"""Exposures from which the fit is started, about 0.5 stops apart; the most plausible end is taken."""
_MOST_SINGLE_STARTS = 3
"""Up to so many colours, the fit is also started with nearly all of one colour: of similar ones, one may be absent."""
_SINGLE_SHARE, _OTHER_SHARE = 0.98, 0.02
"""Of the colours at such a start."""
_EQUALLY_PLAUSIBLE = 0.08
"""Fits whose implausibility differs by less, in nats a point, are equally good."""
_TINT_COST, _EXPOSURE_COST, _ENTROPY_COST = 2.0, 1.0, 0.05
"""Implausibility, in nats a point, for each unit of: deviation of the channels' log gains, size of their mean, and
entropy of the shares."""

_EXPOSURE_PRIOR = 0.09
"""Weight, in shares of the tile, of the prior that exposure is the palette's."""
_OWN_PRIOR = 0.15
"""Weight, in shares of the tile, of the prior that a colour differs from the palette as all do."""
_GAIN_STEP = 0.7
"""Part of a correction of brightness that is made in one round, so that it does not overshoot."""
_USUAL_WEIGHT = 0.8
"""Weight of the usual histogram of brightness against that of the picture."""
_FARTHEST_MEANT = 20.0
"""Lab units; distances are clipped to it before they are averaged."""
_MEAN_OVER_SPREAD = 2.0
"""The mean of an exponential fall in two dimensions is twice its scale."""

_IS_OF_COLOUR, _IS_LIT, _LEAST_LIT_POINTS = 0.5, -0.8, 8
"""The gain of a colour is read from points that are of it with this probability and of at least this log brightness, if
there are so many of them."""
_LARGEST_TINT = 1.0
"""Natural logarithm, of one point's departure from its colour; what is beyond is clipped."""
_LARGEST_GAP, _FREE_GAP, _FREE_PART = 55.0, 35.0, 0.45
"""A colour may move by this part of the Lab distance to its nearest neighbour, less where that is nearer than 35; a
distance of more than 55 counts as 55."""

_LABEL_IS_TRUE = 0.85
"""Probability that a sample shows the colour of its label, before it is looked at."""
_TRUSTING_ROUNDS, _DOUBTING_ROUNDS, _SHARE_ROUNDS = 4, 4, 30
"""Rounds in which all labels are taken as true, in which each sample counts by the probability that its label is true,
and in which only shares are fitted."""
_SAMPLE_PRIOR = 100
"""Prior strength, in points, that a colour differs from the palette as all do; that is about three chips."""
_TRUST_FLOOR = 0.01
"""Least sum of trust that is divided by, where there are no samples."""
_COMMON_WEIGHT, _USUAL_LABELLED_WEIGHT = 0.1, 0.05
"""Weights of the usual histogram of brightness: in that of all colours, and in that of each."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The asked colours as they look in one picture."""

    palette: FloatArray
    """(n, 3) log linear light of the asked colours' lit facets as they usually look."""
    common: FloatArray
    """(3,) log gain of all of them."""
    own: FloatArray
    """(n, 3) log gain of each."""
    shares: FloatArray
    """(n,) share of each colour, 0..1, by each point alone."""
    brightness: FloatArray
    """(52,) distribution of log brightness, alike for every colour; (n, 52) if it is known of each."""
    spread: float
    """Scale of the distance from the curves, in Lab units."""
    cost: float = 0.0
    """Mean negative log likelihood of a point."""
    ambiguity: float = 0.0
    """How much a share differs, 0..1, in another fit that is nearly as likely."""

    @property
    def lit(self) -> FloatArray:
        """(n, 3) linear light of the lit facets."""
        return np.exp(self.palette + self.common + self.own).astype(np.float32)

    def log_brightness(self, residuals: Residuals) -> FloatArray:
        """(..., n) log probability of each point's brightness, were it of the colour."""
        logs, bins = np.log(self.brightness).astype(np.float32), bins_of(residuals.brightness)
        found: FloatArray = logs[bins] if logs.ndim == 1 else logs[np.arange(len(logs)), bins]
        return found

    def log_joint(self, residuals: Residuals) -> FloatArray:
        """(..., n + 1) log likelihood times share of each colour, and last of a colour that was not asked for."""
        weight = np.log(self.shares) - np.log(2 * np.pi * self.spread**2)
        of_colours = weight.astype(np.float32) + self.log_brightness(residuals)
        of_colours -= np.minimum(residuals.distance * np.float32(1 / self.spread), MAX_EXPONENT)
        of_other = np.full((*of_colours.shape[:-1], 1), np.log(OTHER_DENSITY), np.float32)
        return np.concatenate([of_colours, of_other], -1)

    def joint(self, residuals: Residuals) -> FloatArray:
        """The same without the logarithm, in double precision."""
        return np.exp(self.log_joint(residuals).astype(np.float64))


def fit_colours(linear: FloatArray, lit: FloatArray) -> Fit:
    """Find how the colours look in a picture without labels.

    Args:
        linear: (m, 3) linear light of points drawn from the tile.
        lit: (n, 3) linear light of the lit colours asked for.
    """
    n = len(lit)
    starts = [(log_gain, np.full(n, 1 / n)) for log_gain in _START_LOG_GAINS]
    if 1 < n <= _MOST_SINGLE_STARTS:
        starts += [(0.0, np.where(np.arange(n) == index, _SINGLE_SHARE, _OTHER_SHARE)) for index in range(n)]
    fits = sorted((_fit_from(*start, linear, lit) for start in starts), key=_implausibility)
    best = fits[0]
    as_good = [fit for fit in fits if _implausibility(fit) < _implausibility(best) + _EQUALLY_PLAUSIBLE]
    return replace(best, ambiguity=max(float(np.abs(fit.shares - best.shares).max()) for fit in as_good))


def _fit_from(log_gain: float, shares: FloatArray, linear: FloatArray, lit: FloatArray) -> Fit:
    lab, log_linear = linear_to_lab(linear), _log_light(linear)
    facets = _log_light(usual_facets().lift(lit))
    fit = Fit(facets, np.full(3, log_gain), np.zeros_like(lit, np.float64), shares, usual_histogram(), _WIDEST)
    for index in range(_ROUNDS):
        least_spread = max(_WIDEST * _COOLING ** (index + 1), _NARROWEST)
        fit = _improve(fit, lab, log_linear, least_spread)
    return fit


def _log_light(linear: FloatArray) -> FloatArray:
    logs: FloatArray = np.log(np.maximum(linear, DARKEST))
    return logs


def _implausibility(fit: Fit) -> float:
    """Cost of the points, of unusual light, and of more colours than needed; in nats a point."""
    entropy = -float((fit.shares * np.log(fit.shares)).sum())
    exposure, tint = abs(float(fit.common.mean())), float(fit.common.std())
    return fit.cost + _EXPOSURE_COST * exposure + _TINT_COST * tint + _ENTROPY_COST * entropy


def _improve(fit: Fit, lab: FloatArray, log_linear: FloatArray, least_spread: float) -> Fit:
    """One round: which point is of which colour by the old fit, then a fit to that."""
    residuals = residuals_of(lab, fit.lit)
    joint = fit.joint(residuals)
    total = joint.sum(-1)
    belongs = joint[:, :-1] / total[:, None]
    shares = belongs.mean(0)
    brightness = _common_histogram(residuals, belongs)
    gains = _gains(fit, residuals, belongs, log_linear, brightness)
    common = (shares[:, None] * gains).sum(0) / (shares.sum() + _EXPOSURE_PRIOR)
    own = _bounded(fit, common, (gains - common) * (shares / (shares + _OWN_PRIOR))[:, None])
    return replace(
        fit,
        common=fit.common if least_spread > _SETTLED else common + _GAIN_STEP * exposure_of(brightness),
        own=own,
        shares=np.maximum(shares, _LEAST_SHARE),
        brightness=brightness,
        spread=float(np.clip(max(_mean_spread(residuals, belongs), least_spread), _NARROWEST, _WIDEST)),
        cost=float(-np.log(total).mean()),
    )


def _common_histogram(residuals: Residuals, belongs: FloatArray) -> FloatArray:
    """(52,) distribution of brightness over all colours, drawn a little to the usual one."""
    counts = np.bincount(bins_of(residuals.brightness).ravel(), belongs.ravel(), N_BINS).astype(np.float64)
    of_picture = (1 - _USUAL_WEIGHT) * smooth(counts) / max(float(counts.sum()), 1.0)
    return of_picture + _USUAL_WEIGHT * usual_histogram()


def _mean_spread(residuals: Residuals, belongs: FloatArray) -> float:
    apart = (belongs * np.minimum(residuals.distance, _FARTHEST_MEANT)).sum() / max(float(belongs.sum()), 1.0)
    return float(apart / _MEAN_OVER_SPREAD)


def fit_labelled_colours(linear: FloatArray, lit: FloatArray, samples: Samples) -> Fit:
    """Learn how the colours look from labelled samples, then find their shares with that held.

    Args:
        linear: (m, 3) linear light of points drawn from the tile.
        lit: (n, 3) linear light of the lit colours asked for.
        samples: points, each with the colour that it is said to show; there may be none of a colour.
    """
    n, palette = len(lit), _log_light(usual_facets().lift(lit))
    usual = np.tile(usual_histogram(), (n, 1))
    fit = Fit(palette, np.zeros(3), np.zeros_like(palette, np.float64), np.full(n, 1 / n), usual, _WIDEST)
    lab, log_linear = linear_to_lab(samples.linear), _log_light(samples.linear)
    is_labelled = samples.labels[:, None] == np.arange(n)
    for index in range(_TRUSTING_ROUNDS + _DOUBTING_ROUNDS):
        residuals = residuals_of(lab, fit.lit)
        is_true = _label_truth(fit, residuals, samples) if index >= _TRUSTING_ROUNDS else np.ones(len(lab))
        fit = _learn(fit, residuals, log_linear, is_true[:, None] * is_labelled)
    return estimate_shares(fit, linear)


def _label_truth(fit: Fit, residuals: Residuals, samples: Samples) -> FloatArray:
    """(k,) probability that a sample shows the colour of its label."""
    joint, points = fit.joint(residuals), np.arange(len(samples.labels))
    prior = np.full(joint.shape, (1 - _LABEL_IS_TRUE) / max(len(fit.lit) - 1, 1))
    prior[points, samples.labels] = _LABEL_IS_TRUE
    posterior = prior * joint
    truth: FloatArray = posterior[points, samples.labels] / posterior.sum(-1)
    return truth


def _learn(fit: Fit, residuals: Residuals, log_linear: FloatArray, belongs: FloatArray) -> Fit:
    """One round: the look of each colour by the samples, (k, n), that show it."""
    totals = belongs.sum(0)
    trust = totals / (totals + _SAMPLE_PRIOR)
    all_trust = max(float(trust.sum()), _TRUST_FLOOR)
    gains = _gains(fit, residuals, belongs, log_linear)
    common = (trust[:, None] * gains).sum(0) / (trust.sum() + _TRUST_FLOOR)
    apart = (belongs * np.minimum(residuals.distance, _FARTHEST_MEANT)).sum(0) / np.maximum(totals, 1)
    spread = (trust * (apart / _MEAN_OVER_SPREAD)).sum() / all_trust
    return replace(
        fit,
        common=common,
        # A label may be of a colour that was never painted: bounded, it is not taken for its neighbour.
        own=_bounded(fit, common, trust[:, None] * (gains - common)),
        brightness=_own_histograms(residuals, belongs, trust),
        spread=float(np.clip(spread, _NARROWEST, _WIDEST)),
    )


def _own_histograms(residuals: Residuals, belongs: FloatArray, trust: FloatArray) -> FloatArray:
    """(n, 52) distribution of each colour's brightness; that of all colours as far as a colour has few samples."""
    each = np.stack(
        [
            smooth(np.bincount(bins, weights, N_BINS).astype(np.float64)) / max(float(weights.sum()), 1.0)
            for bins, weights in zip(bins_of(residuals.brightness).T, belongs.T, strict=True)
        ]
    )
    all_trust = max(float(trust.sum()), _TRUST_FLOOR)
    of_all = (1 - _COMMON_WEIGHT) * (trust[:, None] * each).sum(0) / all_trust + _COMMON_WEIGHT * usual_histogram()
    mixed = trust[:, None] * each + (1 - trust)[:, None] * of_all
    histograms: FloatArray = (1 - _USUAL_LABELLED_WEIGHT) * mixed + _USUAL_LABELLED_WEIGHT * usual_histogram()
    return histograms


def estimate_shares(fit: Fit, linear: FloatArray) -> Fit:
    """The fit with the shares and the cost of (m, 3) points in linear light; how the colours look stays."""
    joint = fit.joint(residuals_of(linear_to_lab(linear), fit.lit))
    # Colour by colour: rows of a few numbers would be added one by one.
    likelihoods, of_other = np.ascontiguousarray(joint[:, :-1].T) / fit.shares[:, None], joint[:, -1].copy()
    shares = fit.shares
    for _ in range(_SHARE_ROUNDS):
        weighed = likelihoods * shares[:, None]
        total = weighed.sum(0) + of_other
        shares = np.maximum((weighed / total).mean(1), _LEAST_SHARE)
    return replace(fit, shares=shares, cost=float(-np.log(total).mean()))


def _gains(
    fit: Fit, residuals: Residuals, belongs: FloatArray, log_linear: FloatArray, brightness: FloatArray | None = None
) -> FloatArray:
    """(n, 3) log gain that fits each colour by itself.

    Args:
        fit: the last one; a colour with too few lit points keeps its common gain.
        residuals: of m points.
        belongs: (m, n) probability that a point is of a colour.
        log_linear: (m, 3) log linear light of the points.
        brightness: (52,) histogram that each colour is to have. None: only its lit facets are to be where they usually
            are, whatever part of it lies in the shade.
    """
    gains = np.tile(fit.common, (len(fit.lit), 1))
    for index, lit in enumerate(fit.lit):
        level, weight = residuals.brightness[:, index], belongs[:, index]
        is_lit = (weight > _IS_OF_COLOUR) & (level > _IS_LIT)
        if np.count_nonzero(is_lit) < _LEAST_LIT_POINTS:
            continue
        expected = _log_light(shaded(lit, np.exp(level[is_lit])))
        tints = np.clip(log_linear[is_lit] - expected, -_LARGEST_TINT, _LARGEST_TINT)
        tint = np.average(tints, axis=0, weights=weight[is_lit])
        lift = lit_lift(level[weight > _IS_OF_COLOUR]) if brightness is None else mean_lift(level, weight, brightness)
        gains[index] = fit.common + fit.own[index] + tint + _GAIN_STEP * lift
    return gains


def _bounded(fit: Fit, common: FloatArray, own: FloatArray) -> FloatArray:
    """Own gains that leave each colour nearer to where it was than to its nearest neighbour."""
    gap = np.minimum(nearest_gap(linear_to_lab(np.exp(fit.palette))), _LARGEST_GAP)
    moved = linear_to_lab(np.exp(fit.palette + common + own)) - linear_to_lab(np.exp(fit.palette + common))
    allowed = _FREE_PART * gap * np.minimum(gap / _FREE_GAP, 1)
    bounded: FloatArray = own * np.minimum(1, allowed / np.maximum(np.linalg.norm(moved, axis=-1), _TINY))[:, None]
    return bounded
