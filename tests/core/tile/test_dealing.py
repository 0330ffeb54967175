"""How colours are dealt over the chips of a layer."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.core.scene import Coarseness
from plitka.core.tile.dealing import Chips, _balance, coarseness_shares, deal_by_coarseness, deal_colours, deal_exactly
from plitka.core.tile.granules import CoarsenessShares, Geometry, GranuleConfig, lay_granules

SMALL = GranuleConfig(size_px=192, field_mm=192 / 7)
THIRDS = ((Coarseness.FINE, 0.3), (Coarseness.USUAL, 0.4), (Coarseness.COARSE, 0.3))
Cells = npt.NDArray[np.integer[Any]]


@pytest.fixture(scope="module")
def small() -> Geometry:
    """A layer of some hundred chips."""
    return lay_granules(SMALL, 3)


@pytest.fixture(scope="module")
def large() -> Geometry:
    """A layer as large as a usual picture."""
    return lay_granules(GranuleConfig(), 3)


@pytest.fixture(scope="module")
def mixed() -> Geometry:
    """A layer of fine, usual and coarse chips."""
    return lay_granules(GranuleConfig(size_px=320, field_mm=320 / 7, mixes=(THIRDS,)), 3)


def chips_of(layer: Geometry) -> Chips:
    """All chips of a layer."""
    return Chips(layer.areas, layer.coarseness, layer.radius_mm)


def worst_error(layer: Geometry, dealt: Cells, shares: Sequence[float]) -> float:
    """How far the share of the face that a colour got is from what it was to get."""
    reached = np.bincount(dealt, layer.areas, minlength=len(shares)) / layer.areas.sum()
    return float(np.abs(reached - shares).max())


def draw_mix(rng: np.random.Generator, n: int, smallest: float) -> tuple[list[float], list[Coarseness]]:
    """Shares of `n` colours and a coarseness for each: all three if there are three colours."""
    shares = rng.dirichlet(np.full(n, 1.2)) * (1 - smallest * n) + smallest
    return shares.tolist(), (4 * [*Coarseness])[int(rng.integers(3)) :][:n]


def test_dealt_colours_meet_the_shares(large: Geometry) -> None:
    """On 200 random recipes of 1 to 8 colours no share is off by more than 0.05 points."""
    rng = np.random.default_rng(0)
    areas, worst = large.areas, 0.0
    for number in range(200):
        shares = rng.dirichlet(np.full(1 + number % 8, 1.2)) * 0.92 + 0.08 / (1 + number % 8)
        dealt = deal_colours(areas, shares.tolist(), rng)
        reached = np.bincount(dealt, areas, minlength=shares.size) / areas.sum()
        worst = max(worst, float(np.abs(reached - shares).max()))
    assert worst <= 0.0005


@given(st.lists(st.integers(1, 99), min_size=1, max_size=8), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_dealing_uses_every_chip_once(small: Geometry, weights: list[int], seed: int) -> None:
    """Each chip gets one of the colours, whatever the recipe."""
    shares = [weight / sum(weights) for weight in weights]
    dealt = deal_colours(small.areas, shares, np.random.default_rng(seed))
    assert dealt.shape == small.areas.shape
    assert dealt.min() >= 0
    assert dealt.max() < len(weights)


@pytest.mark.parametrize("block_px", [64, 128, 256])
def test_colours_mix_by_chance_at_every_scale(large: Geometry, block_px: int) -> None:
    """Shares of blocks scatter as those of independent chips do: no clumps and no grid."""
    dealt = deal_colours(large.areas, (0.5, 0.5), np.random.default_rng(1))
    n = block_px * large.config.oversample
    k = large.config.n_cells // n
    blocks = (dealt == 0)[large.ids].reshape(k, n, k, n)
    chips = large.ids.reshape(k, n, k, n).transpose(0, 2, 1, 3).reshape(k * k, -1)
    # The variance of independent chips of unequal area in a block: sum(a^2) / (4 sum(a)^2).
    expected = np.mean([np.square(a := np.bincount(block)).sum() / (4 * a.sum() ** 2) for block in chips])
    ratio = blocks.mean((1, 3)).var() / expected
    assert 0.4 < ratio < 1.8


def test_coarse_and_fine_colours_meet_the_shares(mixed: Geometry) -> None:
    """On 200 random recipes of 3 to 8 colours, however far the layer is from what they want."""
    rng, worst = np.random.default_rng(0), 0.0
    for number in range(200):
        shares, coarseness = draw_mix(rng, 3 + number % 6, 0.035)
        dealt = deal_by_coarseness(chips_of(mixed), shares, coarseness, rng)
        worst = max(worst, worst_error(mixed, dealt, shares))
    assert worst <= 0.0005


@pytest.mark.slow
def test_coarse_and_fine_colours_meet_the_shares_at_full_size() -> None:
    """Layers of 1024 px, each laid for its own random recipe."""
    rng = np.random.default_rng(0)
    for number in range(16):
        shares, coarseness = draw_mix(rng, 1 + number % 8, 0.005)
        layer = lay_granules(GranuleConfig(mixes=(coarseness_shares(shares, coarseness),)), number)
        dealt = deal_by_coarseness(chips_of(layer), shares, coarseness, rng)
        assert worst_error(layer, dealt, shares) <= 0.0005


def test_chips_have_the_coarseness_of_their_colour(mixed: Geometry) -> None:
    """But for a few of the face's percents, which went to the next one in size so that shares are exact."""
    coarseness = (Coarseness.COARSE, Coarseness.FINE, Coarseness.USUAL, Coarseness.COARSE)
    dealt = deal_by_coarseness(chips_of(mixed), (0.2, 0.3, 0.4, 0.1), coarseness, np.random.default_rng(1))
    own = np.array([list(Coarseness).index(kind) for kind in coarseness])[dealt]
    assert mixed.areas[own != mixed.coarseness].sum() / mixed.areas.sum() < 0.05
    assert mixed.areas[np.abs(own - mixed.coarseness) > 1].sum() / mixed.areas.sum() < 0.002


def test_chips_that_no_colour_wants_serve_the_nearest(mixed: Geometry) -> None:
    """As on a border, where coarse chips of the next zone lie among fine and usual ones: shares stay exact."""
    coarseness = (Coarseness.FINE, Coarseness.USUAL)
    dealt = deal_by_coarseness(chips_of(mixed), (0.3, 0.7), coarseness, np.random.default_rng(1))
    assert worst_error(mixed, dealt, (0.3, 0.7)) <= 0.0005
    assert mixed.areas[(mixed.coarseness == 2) & (dealt == 0)].sum() / mixed.areas.sum() < 0.002


def test_some_chips_are_chosen_by_number_or_where_true(mixed: Geometry) -> None:
    """Their areas, coarseness and radius stay together."""
    chips, which = chips_of(mixed), np.arange(0, mixed.areas.size, 3)
    by_number, where_true = chips.only(which), chips.only(np.isin(np.arange(mixed.areas.size), which))
    for name in ("areas", "coarseness", "radius_mm"):
        assert (getattr(by_number, name) == getattr(chips, name)[which]).all()
        assert (getattr(by_number, name) == getattr(where_true, name)).all()


@given(st.lists(st.integers(3, 60), min_size=2, max_size=8), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_swaps_never_make_a_share_worse(small: Geometry, weights: list[int], seed: int) -> None:
    """On some hundred chips, where the last one may leave something to settle, whatever the recipe."""
    shares = [weight / sum(weights) for weight in weights]
    plain, exact = (deal(small.areas, shares, np.random.default_rng(seed)) for deal in (deal_colours, deal_exactly))
    assert worst_error(small, exact, shares) <= worst_error(small, plain, shares)


@pytest.mark.parametrize("block_px", [40, 80, 160])
def test_coarse_colours_mix_by_chance_too(mixed: Geometry, block_px: int) -> None:
    """Coarse chips lie no more in clumps than if each lay anywhere, and so do two colours among them."""
    coarseness = (Coarseness.COARSE, Coarseness.COARSE, Coarseness.USUAL, Coarseness.FINE)
    chips, shares = chips_of(mixed), (0.15, 0.15, 0.4, 0.3)
    among, of_all = [], []
    for seed in range(8):
        dealt = deal_by_coarseness(chips, shares, coarseness, np.random.default_rng(seed))
        among.append(scatter(mixed, np.array([1, -1, 0, 0])[dealt], block_px))
        of_all.append(scatter(mixed, np.array([1, 1, 0, 0])[dealt], block_px))
    assert 0.3 < np.mean(among) < 1.8
    assert np.mean(of_all) < 1.5


def scatter(layer: Geometry, weights: Cells, block_px: int) -> float:
    """Variance over blocks of the chips' weighted areas, of what chips strewn singly would have.

    Args:
        weights: (n_chips,) -1, 0 or 1.
    """
    n = block_px * layer.config.oversample
    k = layer.config.n_cells // n
    blocks = layer.ids.reshape(k, n, k, n).transpose(0, 2, 1, 3).reshape(k * k, -1)
    sums = weights[blocks].sum(1)
    squares = [np.square(np.bincount(block, np.abs(weights)[block])).sum() for block in blocks]
    return float(sums.var() / np.mean(squares))


@pytest.mark.parametrize(
    ("shares", "coarseness", "expected"),
    [
        ((0.6, 0.4), (Coarseness.USUAL, Coarseness.USUAL), ((Coarseness.USUAL, 1.0),)),
        ((1.0,), (Coarseness.FINE,), ((Coarseness.FINE, 1.0),)),
        (
            (0.25, 0.25, 0.5),
            (Coarseness.COARSE, Coarseness.COARSE, Coarseness.FINE),
            ((Coarseness.FINE, 0.5), (Coarseness.COARSE, 0.5)),
        ),
    ],
)
def test_what_each_coarseness_shall_show(
    shares: Sequence[float], coarseness: Sequence[Coarseness], expected: CoarsenessShares
) -> None:
    """Colours of one coarseness add up, from fine to coarse."""
    assert coarseness_shares(shares, coarseness) == expected


@pytest.mark.parametrize("seed", range(8))
def test_a_few_chips_of_very_different_size_are_dealt_exactly(seed: int) -> None:
    """One that covers a tenth of a small picture is not dealt where less is owed."""
    rng = np.random.default_rng(seed)
    areas = np.rint(np.exp(rng.normal(3, 1.3, 56))).astype(np.int64) + 1
    dealt = deal_colours(areas, (0.7, 0.2, 0.1), rng)
    shares = np.bincount(dealt, areas, minlength=3) / areas.sum()
    assert np.abs(shares - (0.7, 0.2, 0.1)).max() < 0.01


def test_a_chip_larger_than_all_that_is_owed_is_given_back() -> None:
    """Where every swap moves too much, the one that leaves less to settle is made, and smaller ones follow."""
    areas = np.array([900, 600, 500, 40, 30, 20])
    dealt = _balance(np.array([1, 0, 0, 0, 0, 0], np.int32), areas, np.array([0.75, 0.25]))
    assert areas[dealt == 1].sum() == pytest.approx(0.25 * areas.sum(), abs=5)
