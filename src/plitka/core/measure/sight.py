"""A tile or a zone as the measure sees it: points to fit colours on, and how likely each point is of each colour.

`PointSight` computes with numpy. Where a painter's device is quicker, another `Sight` computes there; both give
the same shares, but for rounding.
"""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import decode_srgb8
from plitka.core.measure.classifier import Features, classify, compute_features
from plitka.core.measure.colour_model import Fit
from plitka.core.measure.points import POINT_PX, Cut, Points, block_means
from plitka.core.measure.samples import Samples, draw_samples
from plitka.core.measure.windows import Windows

FloatArray = npt.NDArray[np.floating[Any]]


class Sight(Protocol):
    """What is seen of a tile or of a zone."""

    def draw(self, n: int) -> FloatArray:
        """(m, 3) linear light of at most `n` of its points, the same for the same picture."""
        ...

    def samples(self, n_colours: int) -> Samples | None:
        """Points of each colour by what was laid; None where that is not known."""
        ...

    def mean_chances(self, fit: Fit, *, is_learnt: bool) -> FloatArray:
        """(n + 1,) mean probability over all its points of each colour, and of another one.

        Args:
            fit: how the colours look.
            is_learnt: that was learnt from labelled samples.
        """
        ...


See = Callable[[Cut], Sight]
"""Looks at a part of a picture."""


class PointSight:
    """The points of a picture in this process's memory."""

    def __init__(self, cut: Cut) -> None:
        self.points = Points(block_means(decode_srgb8(cut.pixels, "float64"), POINT_PX), cut.inside, cut.labels)
        self._windows = Windows(cut.inside if cut.is_zone else None)

    def draw(self, n: int) -> FloatArray:
        """As every `Sight`."""
        return self.points.draw(n)

    def samples(self, n_colours: int) -> Samples | None:
        """As every `Sight`."""
        points = self.points
        return None if points.labels is None else draw_samples(points.linear, points.labels, n_colours, points.inside)

    def mean_chances(self, fit: Fit, *, is_learnt: bool) -> FloatArray:
        """As every `Sight`."""
        means: FloatArray = self.chances(self.features(fit), is_learnt=is_learnt).mean(0)
        return means

    def features(self, fit: Fit) -> Features:
        """What the networks see of the points."""
        return compute_features(self.points.linear, fit, self._windows)

    def chances(self, features: Features, *, is_learnt: bool) -> FloatArray:
        """(m, n + 1) probability of each colour at the points that are measured, and of another one."""
        inside = self.points.inside
        chances = classify(features, inside, self._windows, is_learnt=is_learnt)
        planes = [chances[..., index][inside].astype(np.float64) for index in range(chances.shape[-1])]
        return np.stack(planes).T
