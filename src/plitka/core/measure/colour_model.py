"""How each asked colour looks in one picture, from its lit facets down into its shadow.

Decisions:
* A granule of one colour is seen along a curve in Lab from light to shadow. A pixel is described by its
  distance from the curve at its own lightness, and by how brightly lit the colour would have to be there.
* Light knows no colours: in one picture brightness is distributed alike over the granules of every
  colour. So one distribution is fitted for all, together with the shares. This is what keeps black from
  swallowing the shadows of the others.
* Lit colours start at the palette's and move: together, as exposure and white balance do, and each for
  itself, less where another asked colour is near.
* Where it is known which colour was laid where, how each looks is learnt from points amid its chips, though
  some may show another colour than was laid. What was laid never says how much there is of a colour.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]

_BOUNCE = 0.45
"""How much a shadow is filled with light that its own colour has tinted."""
_BRIGHTNESS = np.exp(np.linspace(np.log(0.015), np.log(2.6), 40)).astype(np.float32)
"""Points of a colour's curve; 1 is a lit facet."""
_LIGHTNESS_STEPS = 200
_DARKEST = 0.004
"""Linear light below this is noise."""

_BIN = 0.1
_BIN_FROM, _N_BINS = -4.0, 52
_BINS = _BIN_FROM + _BIN * (np.arange(_N_BINS) + 0.5)
_USUAL_PER_MILLE = (
    *(7, 1, 1, 1, 1, 1, 1, 1, 2, 1, 2, 3, 3, 3, 5, 5, 6, 8, 10, 10, 12, 13, 12, 17, 15, 17),
    *(15, 16, 18, 18, 19, 24, 24, 29, 36, 43, 52, 65, 78, 96, 111, 100, 58, 29, 10, 3, 1, 1, 0.5, 0.5, 0.3, 0.3),
)
"""Log brightness over the bins: mean of 40 renders under different lights."""
_LIT_QUANTILE = 0.75
"""This quantile of brightness is held where it usually lies; else exposure could not be told from it."""
_OFF_DENSITY = 0.01 / _N_BINS / (np.pi * 50**2)
"""A colour nobody asked for: one pixel in a hundred, anywhere within 50 units of grey."""
_WIDEST, _NARROWEST = 8.0, 1.1
"""Bounds of the spread about a curve, in Lab units."""
_SETTLED = 2.5
"""The common gain moves once the spread may be less than this."""
_ROUNDS = 10
_EXPOSURES = (-0.35, 0.0, 0.35)
"""Log gains from which the fit is started; the likeliest end is taken."""
_TIE = 0.08
"""Fits whose implausibility differs by less, per point, are equally good."""
_FEW = 3
"""Up to so many colours, one-colour starts are tried as well."""
_LAID_TRUE = 0.85
"""Probability that a point shows the colour that was laid there, before it is looked at."""
_TRUSTING_ROUNDS, _DOUBTING_ROUNDS, _SHARE_ROUNDS = 4, 4, 30
_LIT_QUANTILES = (0.6, 0.7, 0.8, 0.9)
"""These of brightness tell the light on a colour; the lower ones depend on how much of its chips' edges is taken."""
_FEW_LAID = 100
"""So many points, about three chips, weigh as much as the belief that a colour differs from the palette as all do."""


@dataclass(frozen=True, slots=True)
class Residuals:
    """What tells points apart from n colours: (..., n) each."""

    distance: FloatArray
    """From the colour's curve at the point's lightness, in Lab units."""
    along: FloatArray
    """Its part along the expected chroma: positive is more saturated."""
    chroma: FloatArray
    """The chroma expected there."""
    brightness: FloatArray
    """Log brightness that the colour would have; 0 is a lit facet."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The asked colours as they look in one picture."""

    palette: FloatArray
    """(n, 3) log linear light of the lit colours asked for."""
    common: FloatArray
    """(3,) log gain of all of them."""
    own: FloatArray
    """(n, 3) log gain of each."""
    shares: FloatArray
    """(n,) estimate without any look at neighbours."""
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
        logs, bins = np.log(self.brightness).astype(np.float32), _bins(residuals)
        found: FloatArray = logs[bins] if logs.ndim == 1 else logs[np.arange(len(logs)), bins]
        return found

    def log_joint(self, residuals: Residuals) -> FloatArray:
        """(..., n + 1) log likelihood times share of each colour, and last of none of them."""
        weight = np.log(self.shares) - np.log(2 * np.pi * self.spread**2)
        near = weight.astype(np.float32) + self.log_brightness(residuals)
        near -= np.minimum(residuals.distance * np.float32(1 / self.spread), 30)
        off = np.full((*near.shape[:-1], 1), np.log(_OFF_DENSITY), np.float32)
        return np.concatenate([near, off], -1)


def to_lab(linear: FloatArray) -> FloatArray:
    """Linear sRGB to CIE Lab under D65, in arrays."""
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    to_white = (to_xyz / np.array([[0.95047], [1.0], [1.08883]])).T.astype(np.float32)
    t = np.clip(linear.astype(np.float32, copy=False) @ to_white, 0, None)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t * np.float32(1 / (3 * (6 / 29) ** 2)) + np.float32(4 / 29))
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1).astype(np.float32)


def residuals_of(lab: FloatArray, lit: FloatArray) -> Residuals:
    """Compare points, (..., 3) Lab, with the curves of n colours, (n, 3) linear light when lit."""
    step = np.clip(lab[..., 0] * (_LIGHTNESS_STEPS / 100) + 0.5, 0, _LIGHTNESS_STEPS).astype(np.int32)
    expected = np.stack([table[step] for table in _tables(lit)], -2)
    off = lab[..., None, 1:] - expected[..., :2]
    chroma = np.hypot(expected[..., 0], expected[..., 1])
    along = (off[..., 0] * expected[..., 0] + off[..., 1] * expected[..., 1]) / (chroma + 8)
    return Residuals(np.hypot(off[..., 0], off[..., 1]), along, chroma, expected[..., 2])


def fit_colours(linear: FloatArray, lit: FloatArray) -> Fit:
    """Find how the colours look in a picture, by expectation and maximisation.

    Args:
        linear: (m, 3) linear light of points drawn from the tile.
        lit: (n, 3) linear light of the lit colours asked for.
    """
    n = len(lit)
    starts = [(exposure, np.full(n, 1 / n)) for exposure in _EXPOSURES]
    if 1 < n <= _FEW:
        # Of similar colours asked for, one may be absent; a start that is sure of the other finds that out.
        starts += [(0.0, np.where(np.arange(n) == index, 0.98, 0.02)) for index in range(n)]
    fits = sorted((_fit_from(*start, linear, lit) for start in starts), key=_implausibility)
    best = fits[0]
    as_good = [fit for fit in fits if _implausibility(fit) < _implausibility(best) + _TIE]
    return replace(best, ambiguity=max(float(np.abs(fit.shares - best.shares).max()) for fit in as_good))


def fit_laid_colours(linear: FloatArray, lit: FloatArray, sure: FloatArray, laid: npt.NDArray[np.integer[Any]]) -> Fit:
    """Learn how the colours look where they were laid, then find their shares with that held.

    Args:
        linear: (m, 3) linear light of points drawn from the tile.
        lit: (n, 3) linear light of the lit colours asked for.
        sure: (k, 3) linear light of points that lie amid one colour.
        laid: (k,) index of that colour.
    """
    n = len(lit)
    palette, usual = np.log(np.maximum(lit, _DARKEST)), np.tile(_usual(), (n, 1))
    fit = Fit(palette, np.zeros(3), np.zeros_like(palette, np.float64), np.full(n, 1 / n), usual, _WIDEST)
    lab, seen = to_lab(sure), np.log(np.maximum(sure, _DARKEST))
    for index in range(_TRUSTING_ROUNDS + _DOUBTING_ROUNDS):
        residuals = residuals_of(lab, fit.lit)
        shown = _shown(fit, residuals, laid) if index >= _TRUSTING_ROUNDS else np.ones(len(laid))
        fit = _learn(fit, residuals, seen, shown[:, None] * (laid[:, None] == np.arange(n)))
    return share_out(fit, linear)


def _shown(fit: Fit, residuals: Residuals, laid: npt.NDArray[np.integer[Any]]) -> FloatArray:
    """(k,) probability that a point shows the colour that was laid there."""
    joint, points = np.exp(fit.log_joint(residuals).astype(np.float64)), np.arange(len(laid))
    belief = np.full(joint.shape, (1 - _LAID_TRUE) / max(len(fit.lit) - 1, 1))
    belief[points, laid] = _LAID_TRUE
    weighed = belief * joint
    shown: FloatArray = weighed[points, laid] / weighed.sum(-1)
    return shown


def _learn(fit: Fit, residuals: Residuals, seen: FloatArray, belongs: FloatArray) -> Fit:
    """One round: the look of each colour by the points, (k, n), that show it."""
    totals = belongs.sum(0)
    trust = totals / (totals + _FEW_LAID)
    gains = _gains(fit, residuals, belongs, seen)
    common = (trust[:, None] * gains).sum(0) / (trust.sum() + 0.01)
    counts = [
        _smooth(np.bincount(bins, weights, _N_BINS).astype(np.float64)) / max(float(weights.sum()), 1.0)
        for bins, weights in zip(_bins(residuals).T, belongs.T, strict=True)
    ]
    each = np.stack(counts)
    of_all = 0.9 * (trust[:, None] * each).sum(0) / max(float(trust.sum()), 0.01) + 0.1 * _usual()
    apart = (belongs * np.minimum(residuals.distance, 20)).sum(0) / np.maximum(totals, 1) / 2
    spread = (trust * apart).sum() / max(float(trust.sum()), 0.01)
    return replace(
        fit,
        common=common,
        # What was laid need not have been painted: no colour is taken for its neighbour.
        own=_bounded(fit, common, trust[:, None] * (gains - common)),
        brightness=0.95 * (trust[:, None] * each + (1 - trust)[:, None] * of_all) + 0.05 * _usual(),
        spread=float(np.clip(spread, _NARROWEST, _WIDEST)),
    )


def share_out(fit: Fit, linear: FloatArray) -> Fit:
    """The fit with the shares that (m, 3) points in linear light have by it."""
    joint = np.exp(fit.log_joint(residuals_of(to_lab(linear), fit.lit)).astype(np.float64))
    each, off = joint[:, :-1] / fit.shares, joint[:, -1:]
    shares = fit.shares
    for _ in range(_SHARE_ROUNDS):
        weighed = each * shares
        total = weighed.sum(-1, keepdims=True) + off
        shares = np.maximum((weighed / total).mean(0), 1e-4)
    return replace(fit, shares=shares, cost=float(-np.log(total).mean()))


def _implausibility(fit: Fit) -> float:
    """Cost of the points, of strange light, and of more colours than needed."""
    surprise = -float((fit.shares * np.log(fit.shares)).sum())
    return fit.cost + abs(float(fit.common.mean())) + 2 * float(fit.common.std()) + 0.05 * surprise


def _fit_from(exposure: float, shares: FloatArray, linear: FloatArray, lit: FloatArray) -> Fit:
    lab, seen = to_lab(linear), np.log(np.maximum(linear, _DARKEST))
    palette, common, own = np.log(np.maximum(lit, _DARKEST)), np.full(3, exposure), np.zeros_like(lit, np.float64)
    fit = Fit(palette, common, own, shares, _usual(), _WIDEST)
    for index in range(_ROUNDS):
        fit = _improve(fit, lab, seen, narrowest=max(_WIDEST * 0.7 ** (index + 1), _NARROWEST))
    return fit


def _improve(fit: Fit, lab: FloatArray, seen: FloatArray, narrowest: float) -> Fit:
    """One round: who is what by the old fit, then the fit by that."""
    residuals = residuals_of(lab, fit.lit)
    joint = np.exp(fit.log_joint(residuals).astype(np.float64))
    total = joint.sum(-1)
    belongs = joint[:, :-1] / total[:, None]
    shares = belongs.mean(0)
    counts = np.bincount(_bins(residuals).ravel(), belongs.ravel(), _N_BINS).astype(np.float64)
    brightness = 0.9 * _smooth(counts) / max(float(counts.sum()), 1.0) + 0.1 * _usual()
    # The mean of an exponential fall in two dimensions is twice its scale.
    apart = (belongs * np.minimum(residuals.distance, 20)).sum() / max(float(belongs.sum()), 1.0) / 2
    gains = _gains(fit, residuals, belongs, seen, brightness)
    common = (shares[:, None] * gains).sum(0) / (shares.sum() + 0.05)
    own = _bounded(fit, common, (gains - common) * (shares / (shares + 0.15))[:, None])
    lift = _lit_level(brightness) - _lit_level(_usual())
    return replace(
        fit,
        # As long as colours are told apart vaguely, they would pull the light to the mean of all.
        common=fit.common if narrowest > _SETTLED else common + 0.7 * lift,
        own=own,
        shares=np.maximum(shares, 1e-4),
        brightness=brightness,
        spread=float(np.clip(max(apart, narrowest), _NARROWEST, _WIDEST)),
        cost=float(-np.log(total).mean()),
    )


def _gains(
    fit: Fit, residuals: Residuals, belongs: FloatArray, seen: FloatArray, brightness: FloatArray | None = None
) -> FloatArray:
    """(n, 3) log gain that each colour by itself would ask for, to be as bright as all are.

    If it is not given how bright that is, the colour's lit facets are to be where they usually are, whatever part of
    it lies in the shade.
    """
    gains = np.tile(fit.common, (len(fit.lit), 1))
    for index, lit in enumerate(fit.lit):
        level, weight = residuals.brightness[:, index], belongs[:, index]
        sure = (weight > 0.5) & (level > -0.8)
        if np.count_nonzero(sure) < 8:
            continue
        curve = np.log(np.maximum(_curve(lit, np.exp(level[sure])), _DARKEST))
        tint = np.average(np.clip(seen[sure] - curve, -1, 1), axis=0, weights=weight[sure])
        lift = _lift(level, weight, brightness) if brightness is not None else _lit_lift(level[weight > 0.5])
        gains[index] = fit.common + fit.own[index] + tint + 0.7 * lift
    return gains


def _lift(level: FloatArray, weight: FloatArray, brightness: FloatArray) -> float:
    """How much brighter points are on the mean than a distribution."""
    usual_level = float((np.clip(_BINS, -1.2, 0.5) * brightness).sum() / brightness.sum())
    return float(np.average(np.clip(level, -1.2, 0.5), weights=weight)) - usual_level


def _lit_lift(level: FloatArray) -> float:
    """How much brighter the brighter points are than they usually are."""
    usual = np.interp(_LIT_QUANTILES, np.cumsum(_usual()), _BINS + _BIN / 2)
    return float((np.quantile(level, _LIT_QUANTILES) - usual).mean())


def _bounded(fit: Fit, common: FloatArray, own: FloatArray) -> FloatArray:
    """Own gains that keep each colour well on its side of the way to its nearest neighbour."""
    gap = np.minimum(nearest_gap(to_lab(np.exp(fit.palette))), 55)
    moved = to_lab(np.exp(fit.palette + common + own)) - to_lab(np.exp(fit.palette + common))
    allowed = 0.45 * gap * np.minimum(gap / 35, 1)
    bounded: FloatArray = own * np.minimum(1, allowed / np.maximum(np.linalg.norm(moved, axis=-1), 1e-6))[:, None]
    return bounded


def nearest_gap(lab: FloatArray) -> FloatArray:
    """(n,) Lab distance from each of n colours to the nearest other; 200 if there is none."""
    apart = np.linalg.norm(lab[:, None] - lab, axis=-1) + 200 * np.eye(len(lab))
    nearest: FloatArray = np.minimum(apart.min(axis=1), 200)
    return nearest


def _curve(lit: FloatArray, brightness: FloatArray) -> FloatArray:
    """(m, 3) linear light of one colour at m brightnesses."""
    level = brightness[:, None]
    curve: FloatArray = lit * level + _BOUNCE * lit * lit * np.clip(1 - level, 0, None)
    return curve


def _tables(lit: FloatArray) -> FloatArray:
    """(n, steps, 3) a, b and log brightness expected of each colour at each lightness."""
    lightness = np.linspace(0, 100, _LIGHTNESS_STEPS + 1)
    tables = []
    for colour in lit:
        lab = to_lab(_curve(colour, _BRIGHTNESS))
        expected = (lab[:, 1], lab[:, 2], np.log(_BRIGHTNESS))
        tables.append(np.stack([np.interp(lightness, lab[:, 0], values) for values in expected], -1))
    return np.asarray(tables, np.float32)


def _bins(residuals: Residuals) -> npt.NDArray[np.int32]:
    bins: npt.NDArray[np.int32] = ((residuals.brightness - _BIN_FROM) * (1 / _BIN)).astype(np.int32)
    return np.clip(bins, 0, _N_BINS - 1)


def _usual() -> FloatArray:
    smooth = _smooth(np.asarray(_USUAL_PER_MILLE)) + 0.3
    usual: FloatArray = smooth / smooth.sum()
    return usual


def _smooth(histogram: FloatArray) -> FloatArray:
    return np.convolve(histogram, [0.25, 0.5, 0.25], "same")


def _lit_level(brightness: FloatArray) -> float:
    """Log brightness of the lit quantile."""
    return float(np.interp(_LIT_QUANTILE, np.cumsum(brightness / brightness.sum()), _BINS + _BIN / 2))
