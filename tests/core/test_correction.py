"""The closed loop of a guided picture, without a picture."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.core.correction import Attempt, Correction, CorrectionConfig, Plan
from plitka.core.generation import Accuracy
from plitka.errors import InputError

CONFIG = CorrectionConfig()
SHARES = st.lists(st.integers(2, 60), min_size=2, max_size=8).map(lambda parts: [part / sum(parts) for part in parts])


def run(
    asked: Sequence[float], answer: Callable[[Plan], Sequence[float]], strength: float = 0.6
) -> tuple[Attempt, list[Plan]]:
    """The closed loop over an answer in a tile of one zone, and the plans that were tried."""
    correction, plans = Correction([asked], strength, Accuracy()), []
    while (plan := correction.next_plan()) is not None:
        plans.append(plan)
        correction.tell(plan, [answer(plan)])
        assert correction.n_attempts == len(plans)
    return correction.best, plans


def quotas_of(plan: Plan) -> tuple[float, ...]:
    """Of the only zone."""
    (quotas,) = plan.quotas
    return quotas


def in_turn(*errors: float) -> Callable[[Plan], Sequence[float]]:
    """Measures half and half, off by these points one after the other."""
    left = iter(errors)

    def answer(_plan: Plan) -> Sequence[float]:
        off = next(left) / 100
        return 0.5 + off, 0.5 - off

    return answer


@pytest.mark.parametrize(
    ("reads", "strengths"),
    [
        ((0.055, 0.036), [0.05] * 2),  # as near as it comes, and within 3 points
        ((0.08, 0.055), [0.05] * 2),  # not within, but there is no strength to take off
        ((0.08, 0.055), [0.6, 0.6, 0.5, 0.4]),
    ],
)
def test_the_same_picture_is_not_painted_twice(reads: tuple[float, float], strengths: list[float]) -> None:
    """A rare colour is read as too much even with the least of it laid, which its first correction lays."""

    def answer(plan: Plan) -> Sequence[float]:
        read = reads[quotas_of(plan)[1] < 0.01]
        return 1 - read, read

    best, plans = run((0.98, 0.02), answer, strength=strengths[0])
    assert quotas_of(plans[1]) == pytest.approx((0.995, 0.005), abs=2e-4)
    assert [plan.strength for plan in plans] == pytest.approx(strengths)
    assert best.max_error == pytest.approx(100 * (reads[1] - 0.02))


@given(SHARES, st.floats(0.6, 1.0), st.lists(st.floats(0.7, 1.3), min_size=8, max_size=8))
@settings(max_examples=200, deadline=None)
def test_a_picture_that_leans_to_some_colours_is_corrected(
    asked: list[float], contrast: float, leaning: list[float]
) -> None:
    """A network that answers to quotas with less contrast and a bias is brought within the aim."""
    bias = np.multiply(asked, leaning[: len(asked)])
    bias /= bias.sum()
    best, plans = run(asked, lambda plan: tuple(contrast * np.array(quotas_of(plan)) + (1 - contrast) * bias))
    assert best.max_error <= Accuracy().aim
    assert len(plans) <= CONFIG.max_attempts


@given(SHARES, st.lists(st.lists(st.floats(0.01, 1), min_size=8, max_size=8), min_size=4, max_size=4))
@settings(max_examples=100, deadline=None)
def test_whatever_is_measured_plans_stay_possible(asked: list[float], answers: list[list[float]]) -> None:
    """Quotas sum to 1 and no colour that is asked falls to nothing; the least error is returned."""
    left, errors = iter(answers), []

    def answer(_plan: Plan) -> Sequence[float]:
        weights = next(left)[: len(asked)]
        measured = [weight / sum(weights) for weight in weights]
        errors.append(100 * np.abs(np.subtract(measured, asked)).max())
        return measured

    best, plans = run(asked, answer)
    for plan in plans:
        assert sum(quotas_of(plan)) == pytest.approx(1)
        assert all(quota > 0.1 * share for quota, share in zip(quotas_of(plan), asked, strict=True))
        assert plan.strength >= CONFIG.least_strength
    assert best.max_error == pytest.approx(min(errors))


def test_a_true_picture_needs_one_attempt() -> None:
    """Within the aim nothing is corrected."""
    best, plans = run((0.6, 0.4), quotas_of)
    assert (len(plans), best.max_error, best.plan) == (1, 0, Plan(((0.6, 0.4),), 0.6))


def test_the_best_attempt_is_returned_and_the_earlier_of_two() -> None:
    """Later ones may be worse."""
    best, plans = run((0.5, 0.5), in_turn(9, 4, 6, 4))
    assert len(plans) == 4
    assert best.max_error == pytest.approx(4)
    assert best.plan is plans[1]


def test_strength_falls_only_after_an_attempt_that_did_not_get_better() -> None:
    """Halving the error keeps it; a tenth less is no better."""
    _, plans = run((0.5, 0.5), in_turn(12, 6, 5.5, 5.6))
    assert [plan.strength for plan in plans] == pytest.approx([0.6, 0.6, 0.6, 0.5])


@pytest.mark.parametrize(("strength", "lowest"), [(0.35, 0.3), (0.1, 0.1)])
def test_strength_does_not_fall_to_flatness(strength: float, lowest: float) -> None:
    """It stops where the picture would stay as flat as its map, or where it was asked to be."""
    _, plans = run((0.5, 0.5), in_turn(9, 9, 9, 9), strength)
    assert [plan.strength for plan in plans] == pytest.approx([strength, strength, lowest, lowest])


def test_a_shown_slope_is_used() -> None:
    """Where shares move by half of what quotas move, the second correction is nearly twice as long."""
    asked = (0.5, 0.5)
    _, plans = run(asked, lambda plan: (0.5 * quotas_of(plan)[0] + 0.4, 0.5 * quotas_of(plan)[1] + 0.1))
    first, second = (quotas_of(later)[1] - quotas_of(earlier)[1] for earlier, later in pairwise(plans[:3]))
    assert first == pytest.approx(0.15)
    assert second == pytest.approx(0.9 * 0.075 / 0.5)


def test_the_aim_is_never_above_the_tolerance() -> None:
    """A strict tolerance makes the aim as strict; a loose one leaves it."""
    assert (Accuracy().aim, Accuracy().tolerance) == (1.5, 3.0)
    assert Accuracy(tolerance=0.5).aim == 0.5
    assert Accuracy(tolerance=9).aim == 1.5
    with pytest.raises(InputError, match="tolerance"):
        Accuracy(tolerance=101)


@given(st.lists(SHARES, min_size=2, max_size=5), st.lists(st.floats(0.6, 1.4), min_size=8, max_size=8))
@settings(max_examples=100, deadline=None)
def test_zones_are_corrected_each_by_itself(asked: list[list[float]], leaning: list[float]) -> None:
    """Each zone leans to some of its colours by its own measure, and all are brought within the aim."""
    correction = Correction(asked, 0.6, Accuracy())

    def answer(zone: int, quotas: Sequence[float]) -> list[float]:
        bias = np.multiply(asked[zone], np.roll(leaning, zone)[: len(quotas)])
        return list(0.8 * np.array(quotas) + 0.2 * bias / bias.sum())

    while (plan := correction.next_plan()) is not None:
        correction.tell(plan, [answer(zone, quotas) for zone, quotas in enumerate(plan.quotas)])
    assert correction.best.max_error <= Accuracy().aim


def test_a_zone_that_is_true_stays_where_it_is() -> None:
    """Only what lacks something is moved, and the error is that of the worst zone."""
    correction = Correction([(0.6, 0.4), (1.0,), (0.3, 0.7)], 0.6, Accuracy())
    first = correction.next_plan()
    assert first is not None
    attempt = correction.tell(first, [(0.6, 0.4), (1.0,), (0.4, 0.6)])
    assert attempt.max_error == pytest.approx(10)
    second = correction.next_plan()
    assert second is not None
    assert second.quotas[:2] == first.quotas[:2]
    assert second.quotas[2] == pytest.approx((0.2, 0.8))


def test_nothing_is_planned_after_the_last_attempt() -> None:
    """However far off the picture still is."""
    correction = Correction([(0.5, 0.5)], 0.6, Accuracy(), CorrectionConfig(max_attempts=1))
    plan = correction.next_plan()
    assert plan is not None
    correction.tell(plan, [(0.9, 0.1)])
    assert correction.next_plan() is None
