"""Points of a picture where it is known which colour was laid: from them the look of the colours is learnt.

Decisions:
* Points at the edges of chips are taken too: they lie in the shade, and a rare colour has more of them than one
  whose chips lie side by side. Without them the rare one would seem to be in another light.
* At most so many of each colour are looked at, drawn at random: what was laid more is not seen better.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
Labels = npt.NDArray[np.integer[Any]]

_MOST = 2500
"""Points of one colour that are looked at."""
_MOSTLY = 0.6
"""More than this share of a point's pixels must be of its colour."""


def sure_points(points: FloatArray, laid: Labels, n: int) -> tuple[FloatArray, Labels]:
    """(k, 3) points that are for the most part of one colour, and (k,) index of that colour.

    Args:
        points: (h, w, 3) of the picture.
        laid: (h * side, w * side) index of the colour at each pixel, points being squares of that side.
        n: number of colours.
    """
    rng = np.random.default_rng(0)
    taken, labels = [], []
    for colour in range(n):
        places = np.flatnonzero(_share(laid == colour, points.shape) > _MOSTLY)
        places = rng.choice(places, min(_MOST, len(places)), replace=False)
        taken.append(points.reshape(-1, 3)[places])
        labels.append(np.full(len(places), colour))
    return np.concatenate(taken), np.concatenate(labels)


def _share(is_laid: npt.NDArray[np.bool_], shape: tuple[int, ...]) -> FloatArray:
    """(h, w) share of each point's pixels."""
    rows, columns, *_ = shape
    side = is_laid.shape[0] // rows
    share: FloatArray = is_laid.reshape(rows, side, columns, side).mean((1, 3))
    return share
