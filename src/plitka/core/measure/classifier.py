"""Which colour each point of a tile shows: a small network, the same for every colour and every palette.

Decisions:
* The network sees a point relative to one asked colour at a time and gives one number; the softmax of
  these over the colours, and over "none of them", is the answer. So it knows no colour by name.
* It runs in stages: each later one also sees what the one before said of the neighbourhood and of the
  whole picture. A gap then goes to its chips, and a colour that is not there stays away.
* It was trained on renders under many lights with known shares (`recipes/measure`); numpy runs it.
* Where the look of the colours was learnt from what was laid, another network, trained on such fits, is surer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.measure.colour_model import Fit, Residuals, nearest_gap, residuals_of, to_lab

FloatArray = npt.NDArray[np.floating[Any]]
Weights = dict[str, FloatArray]

WINDOWS = (3, 7, 13)
"""Sides of the neighbourhoods whose mean answer a stage sees, in points."""
_LIT_WINDOW = 5
_CHUNK = 4096
"""Points worked on at a time: their numbers then stay in the processor's cache."""
_N_LAYERS = 3


@dataclass(frozen=True, slots=True)
class Features:
    """What the network sees of an (h, w) grid of points."""

    shared: FloatArray
    """(h, w, 5) without regard to any colour: lightness, and how it differs from the surroundings'."""
    own: FloatArray
    """(h, w, n, 12) relative to each colour."""
    off: FloatArray
    """(h, w, 6) relative to all colours at once."""


def describe(points: FloatArray, fit: Fit) -> Features:
    """Features of (h, w, 3) linear light, given how the colours look."""
    lab, lab_around = to_lab(points), to_lab(window_mean(points, 3))
    here, around = residuals_of(lab, fit.lit), residuals_of(lab_around, fit.lit)
    log_here, log_around = (_log_softmax(fit.log_joint(part)) for part in (here, around))
    lit = to_lab(fit.lit)
    even = np.zeros_like(here.distance)
    own = np.stack(
        [
            *_scaled(here),
            *_scaled(around),
            here.chroma / 40 - 1,
            even + (lit[:, 0] / 50 - 1),
            even + (np.minimum(nearest_gap(lit), 60) / 30 - 1),
            np.maximum(fit.log_brightness(here), -8) / 4 + 1,
            np.maximum(log_here[..., :-1], -10) / 4,
            np.maximum(log_around[..., :-1], -10) / 4,
        ],
        -1,
    ).astype(np.float32, copy=False)
    best = own[..., 0].argmin(-1)[..., None]
    nearest = [own[..., 0].min(-1), own[..., 3].min(-1)]
    nearest += [np.take_along_axis(own[..., index], best, -1)[..., 0] for index in (2, 5)]
    off = np.stack([*nearest, *(np.maximum(logs[..., -1], -10) / 4 for logs in (log_here, log_around))], -1)
    return Features(_surroundings(lab[..., 0], lab_around[..., 0]), own, off.astype(np.float32, copy=False))


def _scaled(residuals: Residuals) -> tuple[FloatArray, FloatArray, FloatArray]:
    return (
        np.minimum(residuals.distance / 12, 4),
        np.clip(residuals.along / 12, -4, 4),
        np.clip(residuals.brightness, -4, 1.2),
    )


def _surroundings(lightness: FloatArray, around: FloatArray) -> FloatArray:
    near, power, far = (
        window_mean(part[..., None], side)[..., 0]
        for part, side in ((lightness, 7), (lightness * lightness, 7), (lightness, 15))
    )
    deviation = np.sqrt(np.maximum(power - near * near, 0))
    parts = (lightness / 50 - 1, (around - lightness) / 15, (near - lightness) / 20, (far - lightness) / 20)
    return np.stack([*parts, deviation / 15], -1).astype(np.float32)


def classify(features: Features, inside: npt.NDArray[np.bool_], weights: Weights | None = None) -> FloatArray:
    """(h, w, n + 1) probability of each colour, and last of none of them.

    Args:
        features: of the points.
        inside: (h, w) the points that belong to the tile.
        weights: of the network; those shipped if not given.
    """
    weights = weights if weights is not None else _shipped("classifier.npz")
    height, width, n, _ = features.own.shape
    shared = features.shared.reshape(height * width, -1)
    own = features.own.reshape(height * width, n, -1)
    off = features.off.reshape(height * width, 1, -1)
    light = ((features.shared[..., :1] + 1) / 2) ** 3 + np.float32(0.01)
    logits = np.concatenate([_run(weights, "first", shared, own), _run(weights, "first_off", shared, off)], -1)
    stage = 0
    while f"next.{stage}.0.weight" in weights:
        logs = _log_softmax(logits)
        seen = _context(logs.reshape(height, width, n + 1), light, inside).reshape(height * width, n + 1, -1)
        change_own = _run(weights, f"next.{stage}", shared, np.concatenate([own, seen[:, :n]], -1))
        change_off = _run(weights, f"next_off.{stage}", shared, np.concatenate([off, seen[:, n:]], -1))
        logits = np.maximum(logs, -8) + np.concatenate([change_own, change_off], -1)
        stage += 1
    return np.exp(_log_softmax(logits)).reshape(height, width, n + 1)


def classify_laid(features: Features, inside: npt.NDArray[np.bool_]) -> FloatArray:
    """The same where the look of the colours is known from what was laid."""
    return classify(features, inside, _shipped("classifier_laid.npz"))


def _context(logs: FloatArray, light: FloatArray, inside: npt.NDArray[np.bool_]) -> FloatArray:
    """(h, w, n + 1, 6) what the last stage said here, around, of the lit points around, and everywhere."""
    said = np.exp(logs)
    lit = window_mean(said * light, _LIT_WINDOW) / window_mean(light, _LIT_WINDOW)
    everywhere = np.log(said[inside].mean(0) + 1e-4) / 4
    around = [window_mean(said, side) for side in WINDOWS]
    parts = [np.maximum(logs, -8) / 4, *around, lit, np.broadcast_to(everywhere, logs.shape)]
    return np.stack(parts, -1).astype(np.float32, copy=False)


def _run(weights: Weights, name: str, shared: FloatArray, own: FloatArray) -> FloatArray:
    """(m, n) output of one network for (m, 5) shared and (m, n, f) own features."""
    n_points, n, n_features = own.shape
    (first, second, last), biases = _layers(weights, name)
    of_shared, of_own = first[: shared.shape[1]], first[shared.shape[1] :]
    out = np.empty((n_points, n), np.float32)
    for start in range(0, n_points, _CHUNK):
        part = slice(start, start + _CHUNK)
        hidden = (own[part].reshape(-1, n_features) @ of_own).reshape(-1, n, of_own.shape[1])
        # What the colours share is multiplied once for all of them.
        hidden += (shared[part] @ of_shared + biases[0])[:, None]
        hidden = np.maximum(hidden, 0, out=hidden).reshape(-1, hidden.shape[-1]) @ second
        hidden += biases[1]
        out[part] = (np.maximum(hidden, 0, out=hidden) @ last[:, 0] + biases[2]).reshape(-1, n)
    return out


def _layers(weights: Weights, name: str) -> tuple[Sequence[FloatArray], Sequence[FloatArray]]:
    """Matrices, inputs by outputs, and biases of one network."""
    keys = [f"{name}.{2 * index}" for index in range(_N_LAYERS)]
    matrices = [np.ascontiguousarray(weights[f"{key}.weight"].T) for key in keys]
    return matrices, [weights[f"{key}.bias"] for key in keys]


@cache
def _shipped(name: str) -> Weights:
    with resources.files("plitka.core.measure").joinpath("data", name).open("rb") as file, np.load(file) as data:
        return {name: data[name] for name in data.files}


def window_mean(values: FloatArray, side: int) -> FloatArray:
    """Mean of (h, w, c) over a square window of odd side; the edge repeats."""
    for axis in (0, 1):
        values = np.moveaxis(_running_mean(np.moveaxis(values, axis, 0), side), 0, axis)
    return values


def _running_mean(values: FloatArray, side: int) -> FloatArray:
    """Mean along the first axis: a sum of rows that gains one row and loses one at each step."""
    reach = side // 2
    padded = np.concatenate([np.repeat(values[:1], reach, 0), values, np.repeat(values[-1:], reach, 0)])
    total = padded[:side].sum(0)
    mean = np.empty_like(values)
    for row in range(len(values)):
        np.multiply(total, np.float32(1 / side), out=mean[row])
        if row + 1 < len(values):
            total += padded[row + side]
            total -= padded[row]
    return mean


def _log_softmax(logits: FloatArray) -> FloatArray:
    shifted: FloatArray = logits - logits.max(-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(-1, keepdims=True))
    return shifted
