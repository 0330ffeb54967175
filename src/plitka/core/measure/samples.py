"""Labelled samples: points of a picture with the colour that was laid there, from which the look of colours is learnt.

Decisions:
* Points at the edges of chips are taken too: they lie in the shade, and a rare colour has more of them than one
  whose chips lie side by side. Without them the rare one would seem to be in another light.
* At most so many of each colour are taken, drawn at random: a colour that was laid more is not seen better.
"""

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
Labels = npt.NDArray[np.integer[Any]]
Mask = npt.NDArray[np.bool_]

_MOST_PER_COLOUR = 2500
_LEAST_COVER = 0.6
"""More than this share of a point's pixels has one label; of four pixels, three."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Points with labels, some of which may be wrong."""

    linear: FloatArray
    """(k, 3) linear light."""
    labels: Labels
    """(k,) index of the colour, 0..n - 1."""


def draw_samples(points: FloatArray, labels: Labels, n_colours: int, where: Mask | None = None) -> Samples:
    """Samples of each colour, as `choose_samples` has them.

    Args:
        points: (h, w, 3) linear light.
        labels: as of `choose_samples`, as the others.
        n_colours: how many there are.
        where: which points may be taken.
    """
    places, taken = choose_samples(points.shape[:2], labels, n_colours, where)
    return Samples(points.reshape(-1, 3)[places], taken)


def choose_samples(
    shape: tuple[int, ...], labels: Labels, n_colours: int, where: Mask | None = None
) -> tuple[npt.NDArray[np.intp], Labels]:
    """(k,) places in a grid of samples of each colour, at most 2,500, the same for the same picture; and their labels.

    Args:
        shape: height and width of the grid.
        labels: (h * side, w * side) index of the colour that was laid at each pixel; points are squares of that side.
        n_colours: how many there are; of some there may be no sample.
        where: (h, w) the points that may be taken; None: all of them.
    """
    rng = np.random.default_rng(0)
    chosen, taken = [], []
    for colour in range(n_colours):
        is_covered = _cover(labels == colour, shape) > _LEAST_COVER
        places = np.flatnonzero(is_covered if where is None else is_covered & where)
        places = rng.choice(places, min(_MOST_PER_COLOUR, len(places)), replace=False)
        chosen.append(places)
        taken.append(np.full(len(places), colour))
    return np.concatenate(chosen), np.concatenate(taken)


def _cover(is_labelled: Mask, shape: tuple[int, ...]) -> FloatArray:
    """(h, w) share of each point's pixels."""
    side = is_labelled.shape[0] // shape[0]
    counts = is_labelled.view(np.uint8).astype(np.min_scalar_type(side**2), copy=False)
    strips = reduce(np.add, [counts[row::side] for row in range(side)])
    cover: FloatArray = reduce(np.add, [strips[:, column::side] for column in range(side)]) / side**2
    return cover
