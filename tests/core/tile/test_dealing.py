"""How colours are dealt over the chips of a layer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.core.tile.dealing import deal_colours, deal_grains, grain_shares
from plitka.core.tile.granules import Geometry, Grain, GranuleConfig, lay_granules

SMALL = GranuleConfig(size_px=192, field_mm=192 / 7)
THIRDS = ((Grain.FINE, 0.3), (Grain.USUAL, 0.4), (Grain.COARSE, 0.3))
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
    """A layer of three grains."""
    return lay_granules(GranuleConfig(size_px=320, field_mm=320 / 7, grains=THIRDS), 3)


def worst_error(layer: Geometry, dealt: Cells, shares: Sequence[float]) -> float:
    """How far the share of the face that a colour got is from what it was to get."""
    reached = np.bincount(dealt, layer.areas, minlength=len(shares)) / layer.areas.sum()
    return float(np.abs(reached - shares).max())


def draw_mix(rng: np.random.Generator, n: int, smallest: float) -> tuple[list[float], list[Grain]]:
    """Shares of `n` colours and a grain for each: all three if there are three colours."""
    shares = rng.dirichlet(np.full(n, 1.2)) * (1 - smallest * n) + smallest
    return shares.tolist(), (4 * [*Grain])[int(rng.integers(3)) :][:n]


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


def test_coloured_grains_meet_the_shares(mixed: Geometry) -> None:
    """On 200 random recipes of 3 to 8 colours, however far the layer is from what their grains want."""
    rng, worst = np.random.default_rng(0), 0.0
    for number in range(200):
        shares, grains = draw_mix(rng, 3 + number % 6, 0.035)
        config = replace(mixed.config, grains=grain_shares(shares, grains))
        dealt = deal_grains(replace(mixed, config=config), mixed.areas, shares, grains, rng)
        worst = max(worst, worst_error(mixed, dealt, shares))
    assert worst <= 0.0005


@pytest.mark.slow
def test_coloured_grains_meet_the_shares_at_full_size() -> None:
    """Layers of 1024 px, each laid for its own random recipe."""
    rng = np.random.default_rng(0)
    for number in range(16):
        shares, grains = draw_mix(rng, 1 + number % 8, 0.005)
        layer = lay_granules(GranuleConfig(grains=grain_shares(shares, grains)), number)
        dealt = deal_grains(layer, layer.areas, shares, grains, rng)
        assert worst_error(layer, dealt, shares) <= 0.0005


def test_chips_have_the_grain_of_their_colour(mixed: Geometry) -> None:
    """But for a few of the face's percents, which went to the next grain in size so that shares are exact."""
    grains = (Grain.COARSE, Grain.FINE, Grain.USUAL, Grain.COARSE)
    dealt = deal_grains(mixed, mixed.areas, (0.2, 0.3, 0.4, 0.1), grains, np.random.default_rng(1))
    own = np.array([list(Grain).index(grain) for grain in grains])[dealt]
    assert mixed.areas[own != mixed.grains].sum() / mixed.areas.sum() < 0.05
    assert mixed.areas[np.abs(own - mixed.grains) > 1].sum() / mixed.areas.sum() < 0.002


@pytest.mark.parametrize("block_px", [40, 80, 160])
def test_coarse_colours_mix_by_chance_too(mixed: Geometry, block_px: int) -> None:
    """Coarse chips lie no more in clumps than if each lay anywhere, and so do two colours among them."""
    grains = (Grain.COARSE, Grain.COARSE, Grain.USUAL, Grain.FINE)
    among, of_all = [], []
    for seed in range(8):
        dealt = deal_grains(mixed, mixed.areas, (0.15, 0.15, 0.4, 0.3), grains, np.random.default_rng(seed))
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
    ("shares", "grains", "expected"),
    [
        ((0.6, 0.4), (Grain.USUAL, Grain.USUAL), ()),
        ((1.0,), (Grain.FINE,), ((Grain.FINE, 1.0),)),
        ((0.25, 0.25, 0.5), (Grain.COARSE, Grain.COARSE, Grain.FINE), ((Grain.FINE, 0.5), (Grain.COARSE, 0.5))),
    ],
)
def test_what_each_grain_shall_show(
    shares: Sequence[float], grains: Sequence[Grain], expected: tuple[tuple[Grain, float], ...]
) -> None:
    """Colours of a grain add up; a layer of usual grains is no mixed one."""
    assert grain_shares(shares, grains) == expected


@pytest.mark.parametrize("seed", range(8))
def test_a_few_chips_of_very_different_size_are_dealt_exactly(seed: int) -> None:
    """One that covers a tenth of a small picture is not dealt where less is owed."""
    rng = np.random.default_rng(seed)
    areas = np.rint(np.exp(rng.normal(3, 1.3, 56))).astype(np.int64) + 1
    dealt = deal_colours(areas, (0.7, 0.2, 0.1), rng)
    shares = np.bincount(dealt, areas, minlength=3) / areas.sum()
    assert np.abs(shares - (0.7, 0.2, 0.1)).max() < 0.01
