"""The layer of granules: what covers what, and how colours are dealt over it."""

from dataclasses import replace

import numpy as np
import pytest

from plitka.core.tile.granules import (
    FRACTIONS_MM,
    Geometry,
    Grain,
    GranuleConfig,
    Surface,
    fraction_mm,
    lay_granules,
)
from plitka.errors import InputError

SMALL = GranuleConfig(size_px=192, field_mm=192 / 7)
MIXED = replace(SMALL, grains=((Grain.FINE, 0.3), (Grain.USUAL, 0.4), (Grain.COARSE, 0.3)))


@pytest.fixture(scope="module")
def small() -> Geometry:
    """A layer of some hundred chips."""
    return lay_granules(SMALL, 3)


@pytest.fixture(scope="module")
def mixed() -> Geometry:
    """A layer of three grains."""
    return lay_granules(MIXED, 3)


@pytest.fixture(params=["small", "mixed"])
def layer(request: pytest.FixtureRequest) -> Geometry:
    """Each of the two."""
    found: Geometry = request.getfixturevalue(request.param)
    return found


def test_every_cell_has_a_chip_and_every_chip_is_seen(layer: Geometry) -> None:
    """Ids run from 0 without holes, so areas can be summed by them; grain and radius are known of each."""
    assert layer.ids.min() == 0
    assert layer.ids.shape == (SMALL.n_cells, SMALL.n_cells)
    assert (layer.areas > 0).all()
    assert layer.areas.sum() == SMALL.n_cells**2
    assert layer.grains.shape == layer.radius_mm.shape == layer.areas.shape


def test_a_seed_names_a_layer(layer: Geometry) -> None:
    """The same seed lays the same chips, another seed others."""
    again, other = lay_granules(layer.config, 3), lay_granules(layer.config, 4)
    assert again.ids.tobytes() == layer.ids.tobytes()
    assert again.height_mm.tobytes() == layer.height_mm.tobytes()
    assert other.height_mm.tobytes() != layer.height_mm.tobytes()


@pytest.mark.parametrize("axis", [0, 1])
def test_opposite_edges_continue(layer: Geometry, axis: int) -> None:
    """Across the edge neither chips nor heights change more than between neighbours inside."""
    height = np.moveaxis(layer.height_mm, axis, 0)
    ids = np.moveaxis(layer.ids, axis, 0)
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


def test_grains_have_their_sizes(mixed: Geometry) -> None:
    """A fine chip is half as large as a usual one, a coarse one 1.6 times."""
    fine, usual, coarse = (float(np.median(mixed.radius_mm[mixed.grains == index])) for index in range(3))
    assert fine / usual == pytest.approx(Grain.FINE.scale, rel=0.15)
    assert coarse / usual == pytest.approx(Grain.COARSE.scale, rel=0.15)


@pytest.mark.parametrize("shares", [(0.8, 0.1, 0.1), (0.1, 0.1, 0.8)])
def test_grains_show_about_what_is_wanted(shares: tuple[float, ...]) -> None:
    """Though fine chips slip into gaps and coarse ones hide them: 6 points on 27 mm, where single chips count."""
    config = replace(SMALL, grains=tuple(zip(Grain, shares, strict=True)))
    layer = lay_granules(config, 3)
    shown = np.bincount(layer.grains, layer.areas) / layer.areas.sum()
    assert shown == pytest.approx(shares, abs=0.06)


def test_fractions_have_the_names_of_the_trade() -> None:
    """A fraction's name is its sizes; no other name is one."""
    for name, sizes in FRACTIONS_MM.items():
        assert fraction_mm(name) == tuple(float(size) for size in name.split("-")) == sizes
    with pytest.raises(InputError, match=r"0\.5-1\.5, 1-3, 1-4, 2-4"):
        fraction_mm("4-1")
