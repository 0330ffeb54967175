"""The layer of granules: what covers what, and how colours are dealt over it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.core.granules import Geometry, GranuleConfig, Surface, deal_colours, lay_granules

SMALL = GranuleConfig(size_px=192, field_mm=192 / 7)


@pytest.fixture(scope="module")
def small() -> Geometry:
    """A layer of some hundred chips."""
    return lay_granules(SMALL, 3)


@pytest.fixture(scope="module")
def large() -> Geometry:
    """A layer as large as a usual picture."""
    return lay_granules(GranuleConfig(), 3)


def test_every_cell_has_a_chip_and_every_chip_is_seen(small: Geometry) -> None:
    """Ids run from 0 without holes, so areas can be summed by them."""
    assert small.ids.min() == 0
    assert small.ids.shape == (SMALL.n_cells, SMALL.n_cells)
    assert (small.areas > 0).all()
    assert small.areas.sum() == SMALL.n_cells**2


def test_a_seed_names_a_layer(small: Geometry) -> None:
    """The same seed lays the same chips, another seed others."""
    again, other = lay_granules(SMALL, 3), lay_granules(SMALL, 4)
    assert again.ids.tobytes() == small.ids.tobytes()
    assert again.height_mm.tobytes() == small.height_mm.tobytes()
    assert other.height_mm.tobytes() != small.height_mm.tobytes()


@pytest.mark.parametrize("axis", [0, 1])
def test_opposite_edges_continue(small: Geometry, axis: int) -> None:
    """Across the edge neither chips nor heights change more than between neighbours inside."""
    height = np.moveaxis(small.height_mm, axis, 0)
    ids = np.moveaxis(small.ids, axis, 0)
    steps = np.abs(np.diff(height, axis=0)).mean(1)
    changes = (np.diff(ids, axis=0) != 0).mean(1)
    assert np.abs(height[0] - height[-1]).mean() <= steps.max()
    assert (ids[0] != ids[-1]).mean() <= changes.max()


def test_larger_granules_make_fewer_chips() -> None:
    """Sizes are millimetres of the field, not pixels."""
    coarse = lay_granules(replace(SMALL, granule_mm=(2.0, 6.0)), 3)
    fine = lay_granules(replace(SMALL, granule_mm=(0.7, 2.0)), 3)
    assert coarse.areas.size * 4 < fine.areas.size


def test_a_cut_surface_is_flat(small: Geometry) -> None:
    """What a blade leaves has a fraction of the relief of a pressed face."""
    cut = lay_granules(replace(SMALL, surface=Surface.CUT), 3)
    assert cut.height_mm.std() < 0.3 * small.height_mm.std()
    assert (cut.ids == small.ids).all()


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
