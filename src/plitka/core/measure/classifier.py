"""Which colour each point of a tile shows: a small network, the same for every colour and every palette.

Decisions:
* The network sees a point relative to one asked colour at a time and gives one number; the softmax of
  these over the colours, and over "another colour", is the answer. So it knows no colour by name.
* It runs in stages: each later one also sees the answers of the one before for the neighbourhood and for the whole
  picture. So the shade between chips goes to the chips around it, and a colour that is absent is found nowhere.
* It was trained on renders under many lights with known shares (`recipes/measure`); numpy runs it.
* Where the look of the colours was learnt from labelled samples, another network, trained on such fits, errs less.

The scales of the features bring each to about -1..1. The networks were trained with them, so that they can change only
with the weights.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import linear_to_lab
from plitka.core.measure.colour_model import Fit
from plitka.core.measure.shading_curve import Residuals, nearest_gap, residuals_of
from plitka.core.measure.windows import Windows
from plitka.core.tile.bands import thread_count

FloatArray = npt.NDArray[np.floating[Any]]
Mask = npt.NDArray[np.bool_]
Weights = dict[str, FloatArray]

CONTEXT_SIDES = (3, 7, 13)
"""Sides of the windows, in points, whose mean answer a later stage sees."""
LIT_SIDE = 5
"""Of the window whose mean answer is weighed by light."""
AROUND_SIDE, NEAR_SIDE, FAR_SIDE = 3, 7, 15
"""Of the windows whose mean colour or lightness is compared with the point's."""

DISTANCE_SCALE, LARGEST_DISTANCE = 12.0, 4.0
"""Lab units; the second after scaling, as all limits below."""
DARKEST_LOG, BRIGHTEST_LOG = -4.0, 1.2
"""Limits of log brightness."""
CHROMA_SCALE = 40.0
LIGHTNESS_SCALE = 50.0
LARGEST_GAP, GAP_SCALE = 60.0, 30.0
"""Lab distance to the nearest other colour, clipped before it is scaled."""
LEAST_LOG_BRIGHTNESS, LOG_BRIGHTNESS_SCALE = -8.0, 4.0
LEAST_LOG_JOINT, LOG_JOINT_SCALE = -10.0, 4.0
LEAST_LOG_ANSWER, LOG_ANSWER_SCALE = -8.0, 4.0
"""Of log probabilities, which have no lower end."""
AROUND_SCALE, NEAR_SCALE, FAR_SCALE, DEVIATION_SCALE = 15.0, 20.0, 20.0, 15.0
"""Of differences of lightness, L* units."""
LEAST_LIGHT = 0.01
"""Weight of a black point among its neighbours."""
LEAST_PRESENCE = 1e-4
"""Share of the picture, added to that of each colour before its logarithm."""
MOMENTS = ((0, 1), (1, 1), (2, 1), (2, 2))
"""Places of own features, and their powers, whose means over the points of a colour a later stage sees: distance, its
part along the chroma, brightness and its square."""
SHARPNESS = (1, 2, 4)
"""Places of shared features whose mean squares over the picture a later stage sees: how lightness changes between near
points tells how soft the picture is, and so what its edges are."""
LEAST_PART = 1e-3
"""Share of the picture, added to that of a colour before its means are divided by it: those of an absent one are 0."""

_CHUNK = 4096
"""Points worked on at a time: their numbers then stay in the processor's cache."""
N_LAYERS = 3


@dataclass(frozen=True, slots=True)
class Features:
    """What the network sees of an (h, w) grid of points: float32, about -1..1.

    Computed features lie in memory one number of all points after the other: numpy works along the points.
    """

    shared: FloatArray
    """(h, w, 5) without regard to any colour: lightness, and how it differs from the surroundings'."""
    own: FloatArray
    """(h, w, n, 12) relative to each colour."""
    other: FloatArray
    """(h, w, 6) relative to all colours at once, for the class of other colours."""


def compute_features(points: FloatArray, fit: Fit, windows: Windows | None = None) -> Features:
    """What the network sees.

    Args:
        points: (h, w, 3) linear light.
        fit: how the colours look.
        windows: in which each point's surroundings are seen; the whole grid counts by default.
    """
    windows = windows or Windows()
    with ThreadPoolExecutor(1) as beside:
        elsewhere = beside.submit(_seen, windows.mean(points, AROUND_SIDE), fit)
        (lab, here, log_here), (lab_around, around, log_around) = _seen(points, fit), elsewhere.result()
        shared = beside.submit(_shared_features, lab[..., 0], lab_around[..., 0], windows)
        logs = (log_here, log_around)
        own = _own_features(fit, here, around, logs)
        return Features(shared.result(), own, _other_features(own, logs))


def _seen(points: FloatArray, fit: Fit) -> tuple[FloatArray, Residuals, FloatArray]:
    """CIE Lab of points, how they differ from the colours, and how likely each colour is, (..., n + 1)."""
    lab = linear_to_lab(points)
    residuals = residuals_of(lab, fit.lit)
    logs = np.maximum(_log_softmax(fit.log_joint(residuals)), LEAST_LOG_JOINT) / LOG_JOINT_SCALE
    return lab, residuals, logs


def _own_features(fit: Fit, here: Residuals, around: Residuals, logs: Sequence[FloatArray]) -> FloatArray:
    """(h, w, n, 12), of which 0 to 2 are of the point and 3 to 5 of its surroundings."""
    lit = linear_to_lab(fit.lit)
    everywhere = np.zeros_like(here.distance)
    gap = np.minimum(nearest_gap(lit), LARGEST_GAP)
    log_brightness = np.maximum(fit.log_brightness(here), LEAST_LOG_BRIGHTNESS)
    parts = [
        *_scaled(here),
        *_scaled(around),
        here.chroma / CHROMA_SCALE - 1,
        everywhere + (lit[:, 0] / LIGHTNESS_SCALE - 1),
        everywhere + (gap / GAP_SCALE - 1),
        log_brightness / LOG_BRIGHTNESS_SCALE + 1,
        *(part[..., :-1] for part in logs),
    ]
    return _stacked(parts)


def _scaled(residuals: Residuals) -> tuple[FloatArray, FloatArray, FloatArray]:
    return (
        np.minimum(residuals.distance / DISTANCE_SCALE, LARGEST_DISTANCE),
        np.clip(residuals.along / DISTANCE_SCALE, -LARGEST_DISTANCE, LARGEST_DISTANCE),
        np.clip(residuals.brightness, DARKEST_LOG, BRIGHTEST_LOG),
    )


def _other_features(own: FloatArray, logs: Sequence[FloatArray]) -> FloatArray:
    """(h, w, 6): distances from the nearest colour, its brightness, and how likely another colour is."""
    nearest = own[..., 0].argmin(-1)[..., None]
    parts = [own[..., 0].min(-1), own[..., 3].min(-1)]
    parts += [np.take_along_axis(own[..., index], nearest, -1)[..., 0] for index in (2, 5)]
    return _stacked([*parts, *(part[..., -1] for part in logs)])


def _shared_features(lightness: FloatArray, around: FloatArray, windows: Windows) -> FloatArray:
    near, power, far = (
        windows.mean(part[..., None], side)[..., 0]
        for part, side in ((lightness, NEAR_SIDE), (lightness * lightness, NEAR_SIDE), (lightness, FAR_SIDE))
    )
    deviation = np.sqrt(np.maximum(power - near * near, 0))
    parts = [
        lightness / LIGHTNESS_SCALE - 1,
        (around - lightness) / AROUND_SCALE,
        (near - lightness) / NEAR_SCALE,
        (far - lightness) / FAR_SCALE,
        deviation / DEVIATION_SCALE,
    ]
    return _stacked(parts)


def _stacked(parts: Sequence[FloatArray]) -> FloatArray:
    """(h, w, k) or (h, w, n, k) float32 of k arrays, one after the other in memory."""
    first = np.moveaxis(parts[0], (0, 1), (-2, -1))
    planes = np.empty((len(parts), *first.shape), np.float32)
    for plane, part in zip(planes, parts, strict=True):
        plane[:] = np.moveaxis(part, (0, 1), (-2, -1))
    return np.moveaxis(planes, (0, -2, -1), (-1, 0, 1))


def classify(
    features: Features,
    inside: Mask,
    windows: Windows | None = None,
    *,
    is_learnt: bool = False,
) -> FloatArray:
    """(h, w, n + 1) probability of each colour, and last of another one.

    Args:
        features: of the points.
        inside: (h, w) the points that are measured; their mean answer stands for the whole picture's.
        windows: as for the features.
        is_learnt: the look of the colours was learnt from labelled samples.
    """
    windows = windows or Windows()
    weights = shipped_weights(is_learnt=is_learnt)
    shared, own, other = _planes(features)
    # L*/100 cubed is about linear light.
    light = ((features.shared[..., :1] + 1) / 2) ** 3 + np.float32(LEAST_LIGHT)
    logits = np.concatenate([_run(weights, "first", shared, own), _run(weights, "first_off", shared, other)])
    stage = 0
    while f"next.{stage}.0.weight" in weights:
        logs = _log_softmax(logits, 0)
        answers = np.exp(logs)
        seen = _context(_as_map(logs, inside), _as_map(answers, inside), light, windows)
        everywhere = _everywhere(answers, inside)
        alike = np.concatenate([everywhere[:, :-1], _moments(answers[:-1], shared, own, inside)])
        change_own = _run(weights, f"next.{stage}", shared, own, seen[:, :-1], alike=alike)
        change_other = _run(weights, f"next_off.{stage}", shared, other, seen[:, -1:], alike=everywhere[:, -1:])
        logits = np.maximum(logs, LEAST_LOG_ANSWER) + np.concatenate([change_own, change_other])
        stage += 1
    return _as_map(np.exp(_log_softmax(logits, 0)), inside)


def _as_map(planes: FloatArray, inside: Mask) -> FloatArray:
    """(h, w, n) of (n, m)."""
    return np.moveaxis(planes.reshape(-1, *inside.shape), 0, -1)


def _planes(features: Features) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(5, m), (12, n, m) and (6, 1, m) of m points: what `_run` takes; a view of features that were just computed."""
    n_points, n = features.shared[..., 0].size, features.own.shape[2]
    return (
        np.moveaxis(features.shared, -1, 0).reshape(-1, n_points),
        np.moveaxis(features.own, (3, 2), (0, 1)).reshape(-1, n, n_points),
        np.moveaxis(features.other, -1, 0).reshape(-1, 1, n_points),
    )


def _context(logs: FloatArray, answers: FloatArray, light: FloatArray, windows: Windows) -> FloatArray:
    """(5, n + 1, m) answers of the last stage: here, around, and of the lit points around."""
    lit = windows.mean(answers * light, LIT_SIDE) / windows.mean(light, LIT_SIDE)
    around = [windows.mean(answers, side) for side in CONTEXT_SIDES]
    here = np.maximum(logs, LEAST_LOG_ANSWER) / LOG_ANSWER_SCALE
    seen = np.empty((len(CONTEXT_SIDES) + 2, logs.shape[-1], *logs.shape[:2]), np.float32)
    for plane, part in zip(seen, (here, *around, lit), strict=True):
        plane[:] = np.moveaxis(part, -1, 0)
    return seen.reshape(*seen.shape[:2], -1)


def _everywhere(answers: FloatArray, inside: Mask) -> FloatArray:
    """(1, n + 1) answers of the last stage (n + 1, m) over the whole picture."""
    shares = (answers if inside.all() else answers[:, inside.ravel()]).mean(1)
    everywhere: FloatArray = np.log(shares + np.float32(LEAST_PRESENCE))[None] / np.float32(LOG_ANSWER_SCALE)
    return everywhere


def _moments(answers: FloatArray, shared: FloatArray, own: FloatArray, inside: Mask) -> FloatArray:
    """(7, n) what the points of a colour look like over the whole picture, by the last stage's answers (n, m)."""
    counted = answers * (inside.ravel() / np.float32(np.count_nonzero(inside)))
    parts = counted.sum(1) + np.float32(LEAST_PART)
    means = [np.einsum("nm,nm->n", counted, own[place] ** power) / parts for place, power in MOMENTS]
    sharpness = (shared[list(SHARPNESS)][:, inside.ravel()] ** 2).mean(1)
    means += [np.full(len(answers), value) for value in sharpness]
    return np.array(means, np.float32)


def _run(
    weights: Weights, name: str, shared: FloatArray, *own: FloatArray, alike: FloatArray | None = None
) -> FloatArray:
    """(n, m) output of one network.

    Args:
        weights: of all networks.
        name: of this one.
        shared: (5, m) features.
        own: parts of the features of each colour, (f, n, m) each.
        alike: (f, n) further ones, which are the same at all points.
    """
    layers, n_points = _layers(weights, name), own[0].shape[2]
    n = own[0].shape[1]
    out = np.empty((n, n_points), np.float32)
    parts = [slice(start, min(start + _CHUNK, n_points)) for start in range(0, n_points, _CHUNK)]
    given = _Given(shared, own, _of_colours(layers[0], n, alike))
    # Numpy holds no lock while it computes; which thread works on a part changes no bit of it.
    n_threads = thread_count(len(parts))
    with ThreadPoolExecutor(n_threads) as beside:
        done = [beside.submit(_run_parts, layers[1:], parts[k::n_threads], given, out) for k in range(n_threads)]
        for one in done:
            one.result()
    return out


@dataclass(frozen=True, slots=True)
class _Given:
    """What one network is given."""

    shared: FloatArray
    """(5, m)."""
    own: Sequence[FloatArray]
    """(f, n, m) each."""
    first: Sequence[FloatArray]
    """The first layer's matrix of each colour."""


def _of_colours(first: FloatArray, n: int, alike: FloatArray | None) -> list[FloatArray]:
    """The first layer's matrix of each of `n` colours: features that are the same at all points are biases."""
    if alike is None:
        return [first] * n
    varying, of_alike, biases = np.split(first, [-1 - len(alike), -1], 1)
    return [np.column_stack([varying, biases[:, 0] + of_alike @ alike[:, colour]]) for colour in range(n)]


def _run_parts(layers: Sequence[FloatArray], parts: Sequence[slice], given: _Given, out: FloatArray) -> None:
    """What `_run` gives for some of the points, written to their places in `out`."""
    (second, last), n_shared = layers, len(given.shared)
    widths = (given.first[0].shape[1], second.shape[1], last.shape[1])
    # The last row of ones is multiplied with the biases.
    inputs = [np.ones((width, parts[0].stop - parts[0].start), np.float32) for width in widths]
    # Numpy compares with an array three times as quickly as with one number.
    none = np.zeros((second.shape[0], inputs[0].shape[1]), np.float32)
    for part in parts:
        seen, hidden, again, zeros = (each[:, : part.stop - part.start] for each in (*inputs, none))
        seen[:n_shared] = given.shared[:, part]
        for colour, first in enumerate(given.first):
            np.concatenate([features[:, colour, part] for features in given.own], out=seen[n_shared:-1])
            np.maximum(np.matmul(first, seen, out=hidden[:-1]), zeros, out=hidden[:-1])
            np.maximum(np.matmul(second, hidden, out=again[:-1]), zeros, out=again[:-1])
            np.matmul(last, again, out=out[colour : colour + 1, part])


def _layers(weights: Weights, name: str) -> list[FloatArray]:
    """Matrices of one network, outputs by inputs, each with its biases as the last column."""
    keys = [f"{name}.{2 * index}" for index in range(N_LAYERS)]
    return [np.column_stack([weights[f"{key}.weight"], weights[f"{key}.bias"]]) for key in keys]


@cache
def shipped_weights(*, is_learnt: bool) -> Weights:
    """The networks' arrays by name; `is_learnt` as for `classify`."""
    name = "classifier_laid.npz" if is_learnt else "classifier.npz"
    with resources.files("plitka.core.measure").joinpath("data", name).open("rb") as file, np.load(file) as data:
        return {name: data[name] for name in data.files}


def _log_softmax(logits: FloatArray, axis: int = -1) -> FloatArray:
    shifted: FloatArray = logits - logits.max(axis, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis, keepdims=True))
    return shifted
