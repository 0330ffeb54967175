"""The closed loop of a guided picture: the next attempt's quotas from what was measured on those before it.

Decisions:
* A share answers to its quota one for one until two attempts of one strength have shown another slope.
* After an attempt that did not get better, its own plan is moved one for one and its strength lowered: the map does
  not hold the picture at that strength.
* Zones are corrected each by itself; strength, and whether an attempt got better, are the whole picture's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.generation import Accuracy

Quotas = tuple[tuple[float, ...], ...]
"""For each zone, the share of its map that each of its colours gets: above 0, summing to 1."""
_Shares = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionConfig:
    """How fast quotas are corrected."""

    max_attempts: int = 4
    least_slope: float = 0.4
    """An answer of the picture to the quotas flatter than this is taken for chance."""
    most_slope: float = 6.0
    """Shares of near colours, such as two greys, may move by several times what their quotas move."""
    damping: float = 0.9
    """Of a step by a slope that two attempts have shown: both were measured with an error."""
    least_quota: float = 0.25
    """No colour falls below this part of what was asked of it."""
    least_move: float = 0.001
    """Quotas that move less make hardly another picture: a colour that has all `least_quota` leaves it stays there."""
    least_gain: float = 0.25
    """An attempt that takes less than this part off the error did not get better."""
    strength_step: float = 0.1
    """Taken off after such an attempt."""
    least_strength: float = 0.3
    """Below this the picture stays as flat as its map; a smaller strength that was asked for is kept."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an attempt is made from."""

    quotas: Quotas
    strength: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """A plan, and what was measured on its picture."""

    plan: Plan
    measured: Quotas
    """For each zone, the share of each colour, 0..1."""
    max_error: float
    """The largest distance between asked and measured in any zone, in points."""


class Correction:
    """Plans for one picture, until its aim is met, the attempts are used up, or nothing is left to correct.

    `next_plan` and `tell` take turns, so that attempts at many pictures can be interleaved.
    """

    def __init__(
        self,
        asked: Sequence[Sequence[float]],
        strength: float,
        accuracy: Accuracy,
        config: CorrectionConfig | None = None,
    ) -> None:
        """Begin.

        Args:
            asked: for each zone, the share of each colour, 0..1, summing to 1.
            strength: of the first attempt.
            accuracy: what is aimed at.
            config: how fast to correct.
        """
        self._asked = tuple(tuple(zone) for zone in asked)
        self._strength = strength
        self._accuracy = accuracy
        self._config = config or CorrectionConfig()
        self._attempts: list[Attempt] = []

    @property
    def n_attempts(self) -> int:
        """How many were told."""
        return len(self._attempts)

    @property
    def best(self) -> Attempt:
        """The attempt with the least error, the earlier of two that are as good; there must be one."""
        return _best(self._attempts)

    def next_plan(self) -> Plan | None:
        """What to paint next; None when the best attempt is to be kept."""
        if not self._attempts:
            return Plan(self._asked, self._strength)
        if self.best.max_error <= self._accuracy.aim or self.n_attempts >= self._config.max_attempts:
            return None
        plan = self._corrected()
        if self.best.max_error > self._accuracy.tolerance and self._was_tried(plan):
            plan = replace(plan, strength=self._lowered(plan.strength))
        return None if self._was_tried(plan) else plan

    def tell(self, plan: Plan, measured: Sequence[Sequence[float]]) -> Attempt:
        """Note what was measured on the picture of a plan: for each zone, the share of each colour, 0..1."""
        apart = [_max_apart(asked, found) for asked, found in zip(self._asked, measured, strict=True)]
        attempt = Attempt(plan, tuple(tuple(zone) for zone in measured), max(apart))
        self._attempts.append(attempt)
        return attempt

    def _corrected(self) -> Plan:
        """The best plan so far, moved by what its picture lacks."""
        last, strength = self._attempts[-1], self._attempts[-1].plan.strength
        got_better = self._got_better()
        if not got_better:  # at another strength shares answer otherwise: no slope seen so far holds there
            strength = self._lowered(strength)
        start = self.best if got_better else last
        quotas = []
        for index, asked in enumerate(self._asked):
            slope = self._slope(index) if got_better else None
            quotas.append(self._moved(np.asarray(asked), start.plan.quotas[index], start.measured[index], slope))
        return Plan(tuple(quotas), strength)

    def _moved(
        self, asked: _Shares, quotas: Sequence[float], measured: Sequence[float], slope: float | None
    ) -> tuple[float, ...]:
        """The quotas of one zone after one step."""
        lacking = asked - measured
        step = lacking if slope is None else self._config.damping * lacking / slope
        moved = np.clip(quotas + step, self._config.least_quota * asked, 1)
        return tuple((moved / moved.sum()).tolist())

    def _slope(self, zone: int) -> float | None:
        """How far a zone's shares moved for each point of its quotas, between the best attempt and its latest equal."""
        best = self.best
        others = [one for one in self._attempts if one is not best and one.plan.strength == best.plan.strength]
        if not others:
            return None
        quotas = np.subtract(others[-1].plan.quotas[zone], best.plan.quotas[zone])
        measured = np.subtract(others[-1].measured[zone], best.measured[zone])
        length = float(quotas @ quotas)
        if length == 0:
            return None
        return float(np.clip(quotas @ measured / length, self._config.least_slope, self._config.most_slope))

    def _got_better(self) -> bool:
        """Whether the last attempt has clearly less error than the best before it; a first one always has."""
        *former, last = self._attempts
        return not former or last.max_error <= (1 - self._config.least_gain) * _best(former).max_error

    def _was_tried(self, plan: Plan) -> bool:
        return any(
            plan.strength == one.plan.strength
            and max(map(_furthest, plan.quotas, one.plan.quotas)) < self._config.least_move
            for one in self._attempts
        )

    def _lowered(self, strength: float) -> float:
        return max(min(strength, self._config.least_strength), strength - self._config.strength_step)


def _best(attempts: Sequence[Attempt]) -> Attempt:
    return min(attempts, key=lambda attempt: attempt.max_error)


def _furthest(one: Sequence[float], other: Sequence[float]) -> float:
    return float(np.abs(np.subtract(one, other)).max())


def _max_apart(asked: Sequence[float], found: Sequence[float]) -> float:
    return 100 * _furthest(asked, found)
