"""The granule map and the correction of quotas, without a network."""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plitka.core.colour.palette import default_palette
from plitka.core.generation import Accuracy
from plitka.core.recipes.recipe import Recipe, parse_recipe
from plitka.core.tile.granules import GranuleConfig
from plitka.core.tile.renderer import RenderConfig, render
from plitka.core.tile.shading import lit_colours, to_linear
from plitka.errors import InputError
from plitka.model.guide import (
    Attempt,
    GranuleMap,
    GuideConfig,
    Plan,
    check_map,
    lay_map,
    paint_until_true,
    stretch_map,
)

CONFIG = GuideConfig()
NOTHING = np.zeros((2, 2, 3), np.uint8)
SHARES = st.lists(st.integers(2, 60), min_size=2, max_size=8).map(lambda parts: [part / sum(parts) for part in parts])
CODES = [colour.code for colour in default_palette().colours]


@cache
def laid(width_px: int = 512, height_px: int = 512, seed: int = 3) -> GranuleMap:
    """A map that several tests look at."""
    return lay_map(width_px, height_px, seed, CONFIG)


def recipe_of(text: str) -> Recipe:
    """A recipe as people write it."""
    return parse_recipe(text).recipe


@given(SHARES, st.integers(0, 2**32 - 1))
@example([part / 158 for part in (15.5, 1, 1, 20.5, 30, 30, 30, 30)], 52)  # a large chip for a small share
@settings(max_examples=60, deadline=None)
def test_quotas_are_exact_on_the_map(shares: list[float], seed: int) -> None:
    """Whatever the recipe, its shares of the visible cells are met to a twentieth of a point."""
    granules = laid()
    reached = granules.shares(granules.deal(shares, seed), len(shares))
    assert np.abs(np.subtract(reached, shares)).max() <= 0.0005


@pytest.mark.parametrize(("width_px", "height_px"), [(512, 192), (192, 512), (64, 64)])
def test_a_map_has_the_format_of_the_picture(width_px: int, height_px: int) -> None:
    """It is cut from a square; quotas are dealt on what is left, to a point even where that is little."""
    granules, square = laid(width_px, height_px), laid(max(width_px, height_px), max(width_px, height_px))
    h, w = height_px // CONFIG.px_per_cell, width_px // CONFIG.px_per_cell
    assert granules.ids.shape == (h, w)
    assert (granules.areas > 0).all()
    cut, part = square.ids[:h, :w], granules.ids
    assert ((cut[:, 1:] != cut[:, :-1]) == (part[:, 1:] != part[:, :-1])).all()
    reached = granules.shares(granules.deal((0.7, 0.2, 0.1), 1), 3)
    assert np.abs(np.subtract(reached, (0.7, 0.2, 0.1))).max() < 0.01


def test_a_seed_names_a_map_and_its_colours() -> None:
    """The same seed paints the same flat picture, another seed another."""
    recipe = recipe_of("60% red, 40% black")
    again, other = lay_map(512, 512, 3, CONFIG), laid(seed=4)
    pictures = [granules.paint(recipe, recipe.shares, 3, CONFIG) for granules in (laid(), again, other)]
    assert pictures[0].shape == (512, 512, 3)
    assert pictures[0].tobytes() == pictures[1].tobytes()
    assert pictures[0].tobytes() != pictures[2].tobytes()


def test_a_little_more_of_a_colour_leaves_the_rest_alone() -> None:
    """Two points from red to black change a few chips, and no others."""
    recipe, granules = recipe_of("60% red, 40% black"), laid()
    before, after = (granules.paint(recipe, (red, 1 - red), 3, CONFIG) for red in (0.60, 0.58))
    assert 0.01 < (before != after).any(2).mean() < 0.06


def test_neighbours_of_one_colour_are_parted_by_a_seam() -> None:
    """Of two granules side by side, the first is darker in its last cell; at the picture's end there is none."""
    recipe = recipe_of("100% RED")
    granules = stretch_map(np.array([[1, 1, 2, 2]] * 2, np.int32), 8, 4, CONFIG)
    assert granules.seams.tolist() == [[False] * 3 + [True] + [False] * 4] * 4
    row = to_linear(granules.paint(recipe, (1.0,), 1, CONFIG))[0, :, 0]
    assert row[3] == pytest.approx(CONFIG.seam * (row[0] - CONFIG.veil) + CONFIG.veil, rel=0.02)
    assert row[-1] == row[4]


def test_a_laid_map_hints_at_its_relief() -> None:
    """Light varies within a chip and is 1 on the mean; a map without relief has one colour inside each."""
    recipe, granules = recipe_of("100% RED"), laid(256, 256)
    assert granules.relief is not None
    assert granules.relief.light.mean() == pytest.approx(1, abs=0.02)
    assert granules.relief.sheen.mean() == pytest.approx(1, abs=0.1)
    assert stretch_map(granules.ids, 256, 256, CONFIG).relief is None
    inside = ~granules.seams & (granules.ids == granules.areas.argmax())
    shown, flat = (
        GranuleMap(granules.ids, 1, relief).paint(recipe, (1.0,), 1, CONFIG)[inside]
        for relief in (granules.relief, None)
    )
    assert len(np.unique(flat, axis=0)) == 1
    assert len(np.unique(shown, axis=0)) > 10


@pytest.mark.parametrize("code", ["RED", "WHITE", "GRAY", "DKGREEN", "BLUE"])
def test_flat_colours_have_the_mean_of_a_lit_tile(code: str) -> None:
    """The primary that a colour is known by is as bright, in linear light, as the renderer shows it on average."""
    recipe = recipe_of(f"100% {code}")
    flat = to_linear(laid(256, 256).paint(recipe, (1.0,), 3, CONFIG)).mean((0, 1))
    granules = GranuleConfig(size_px=256, field_mm=256 / 7)
    lit = to_linear(render(recipe, RenderConfig(granules=granules), 3).pixels).mean((0, 1))
    primary = int(lit_colours(recipe.colours)[0].argmax())
    assert flat[primary] == pytest.approx(lit[primary], rel=0.06)


def test_a_map_from_outside_is_stretched_over_the_picture() -> None:
    """Each cell takes the granule at its middle, and numbers may be any."""
    guide = np.array([[9, 9, 500], [9, 70, 500]], np.int32)
    ids = stretch_map(guide, 96, 32, CONFIG).ids
    assert ids.shape == (32, 96)
    assert (ids[:16, :64] == 0).all()
    assert (ids[16:, 32:64] == 1).all()
    assert (ids[:, 64:] == 2).all()


def test_granules_too_large_for_the_shares_are_refused() -> None:
    """Two halves can be 50 to 50 and not 70 to 30."""
    halves = stretch_map(np.array([[1, 2]], np.int32), 128, 128, CONFIG)
    check_map(halves, (0.5, 0.5), 1, 3.0)
    with pytest.raises(InputError, match=r"the 2 granules .* 20.0 points off"):
        check_map(halves, (0.7, 0.3), 1, 3.0)


def painter(
    answer: Callable[[Plan], Sequence[float]], plans: list[Plan]
) -> Callable[[Plan, int], tuple[np.ndarray, Sequence[float]]]:
    """Paints nothing and measures what `answer` says; keeps the plans that it was given."""

    def paint(plan: Plan, number: int) -> tuple[np.ndarray, Sequence[float]]:
        plans.append(plan)
        assert number == len(plans)
        return NOTHING, answer(plan)

    return paint


def run(
    asked: Sequence[float], answer: Callable[[Plan], Sequence[float]], strength: float = 0.6
) -> tuple[Attempt, list[Plan]]:
    """The closed loop over an answer, and the plans that were tried."""
    plans: list[Plan] = []
    best, n_attempts = paint_until_true(asked, strength, Accuracy(), painter(answer, plans), CONFIG)
    assert n_attempts == len(plans)
    return best, plans


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
        read = reads[plan.quotas[1] < 0.01]
        return 1 - read, read

    best, plans = run((0.98, 0.02), answer, strength=strengths[0])
    assert plans[1].quotas == pytest.approx((0.995, 0.005), abs=2e-4)
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
    best, plans = run(asked, lambda plan: tuple(contrast * np.array(plan.quotas) + (1 - contrast) * bias))
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
        assert sum(plan.quotas) == pytest.approx(1)
        assert all(quota > 0.1 * share for quota, share in zip(plan.quotas, asked, strict=True))
        assert plan.strength >= CONFIG.least_strength
    assert best.max_error == pytest.approx(min(errors))


def test_a_true_picture_needs_one_attempt() -> None:
    """Within the aim nothing is corrected."""
    best, plans = run((0.6, 0.4), lambda plan: plan.quotas)
    assert (len(plans), best.max_error, best.plan) == (1, 0, Plan((0.6, 0.4), 0.6))


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
    _, plans = run(asked, lambda plan: (0.5 * plan.quotas[0] + 0.4, 0.5 * plan.quotas[1] + 0.1))
    first, second = (later.quotas[1] - earlier.quotas[1] for earlier, later in pairwise(plans[:3]))
    assert first == pytest.approx(0.15)
    assert second == pytest.approx(0.9 * 0.075 / 0.5)


def test_the_aim_is_never_above_the_tolerance() -> None:
    """A strict tolerance makes the aim as strict; a loose one leaves it."""
    assert (Accuracy().aim, Accuracy().tolerance) == (1.5, 3.0)
    assert Accuracy(tolerance=0.5).aim == 0.5
    assert Accuracy(tolerance=9).aim == 1.5
    with pytest.raises(InputError, match="tolerance"):
        Accuracy(tolerance=101)


def test_every_catalogue_colour_can_be_painted() -> None:
    """No colour of the palette is without a flat one."""
    for code in CODES:
        assert laid(64, 64).paint(recipe_of(f"100% {code}"), (1.0,), 1, CONFIG).any()
