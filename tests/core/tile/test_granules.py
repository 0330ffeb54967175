"""The layer of granules: what covers what, and how colours are dealt over it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from plitka.core.scene import Coarseness, Surface
from plitka.core.tile import granules
from plitka.core.tile.granules import USUAL_PX_PER_MM, Geometry, GranuleConfig, lay_granules

SMALL = GranuleConfig(size_px=192, field_mm=192 / 7)
THIRDS = ((Coarseness.FINE, 0.3), (Coarseness.USUAL, 0.4), (Coarseness.COARSE, 0.3))
MIXED = replace(SMALL, mixes=(THIRDS,))


@pytest.fixture(scope="module")
def small() -> Geometry:
    """A layer of some hundred chips."""
    return lay_granules(SMALL, 3)


@pytest.fixture(scope="module")
def mixed() -> Geometry:
    """A layer of fine, usual and coarse chips."""
    return lay_granules(MIXED, 3)


@pytest.fixture(scope="module")
def upright() -> Geometry:
    """A layer that is higher than wide."""
    return lay_granules(replace(SMALL, size_px=128, height_px=256, field_mm=256 / 7), 3)


@pytest.fixture(params=["small", "mixed", "upright"])
def layer(request: pytest.FixtureRequest) -> Geometry:
    """Each of the three."""
    found: Geometry = request.getfixturevalue(request.param)
    return found


def test_every_cell_has_a_chip_and_every_chip_is_seen(layer: Geometry) -> None:
    """Ids run from 0 without holes, so areas can be summed by them; coarseness and radius are known of each."""
    assert layer.ids.min() == 0
    assert layer.ids.shape == layer.height_mm.shape == layer.config.shape
    assert (layer.areas > 0).all()
    assert layer.areas.sum() == layer.ids.size
    assert layer.coarseness.shape == layer.radius_mm.shape == layer.areas.shape


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


def test_a_field_that_is_no_square_has_the_scale_of_its_longer_side(small: Geometry, upright: Geometry) -> None:
    """Its chips are as large as elsewhere, and as many for its area."""
    assert upright.config.shape == (512, 256)
    assert upright.config.cells_per_mm == small.config.cells_per_mm == 14
    per_cell = [layer.areas.size / layer.ids.size for layer in (small, upright)]
    assert per_cell[1] == pytest.approx(per_cell[0], rel=0.1)
    falling = [layer.config.n_falling / layer.ids.size for layer in (small, upright)]
    assert falling[1] == pytest.approx(falling[0], rel=0.01)


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


def test_chips_have_the_sizes_of_their_coarseness(mixed: Geometry) -> None:
    """A fine chip is half as large as a usual one, a coarse one 1.6 times."""
    fine, usual, coarse = (float(np.median(mixed.radius_mm[mixed.coarseness == place])) for place in range(3))
    assert fine / usual == pytest.approx(Coarseness.FINE.scale, rel=0.15)
    assert coarse / usual == pytest.approx(Coarseness.COARSE.scale, rel=0.15)


def test_chips_of_a_plain_layer_are_usual(small: Geometry) -> None:
    """And one that is all fine has nothing else."""
    assert (small.coarseness == list(Coarseness).index(Coarseness.USUAL)).all()
    fine = lay_granules(replace(SMALL, mixes=(((Coarseness.FINE, 1.0),),)), 3)
    assert (fine.coarseness == 0).all()
    assert fine.areas.size > 2 * small.areas.size


@pytest.mark.parametrize("shares", [(0.8, 0.1, 0.1), (0.1, 0.1, 0.8)])
def test_each_coarseness_shows_about_what_is_wanted(shares: tuple[float, ...]) -> None:
    """Though fine chips slip into gaps and coarse ones hide them: 6 points on 27 mm, where single chips count."""
    config = replace(SMALL, mixes=(tuple(zip(Coarseness, shares, strict=True)),))
    layer = lay_granules(config, 3)
    shown = np.bincount(layer.coarseness, layer.areas) / layer.areas.sum()
    assert shown == pytest.approx(shares, abs=0.06)


def test_each_zone_has_chips_of_its_own_mix() -> None:
    """Left all fine, right all coarse: but for chips that reach over the border nothing is mixed."""
    config = replace(SMALL, mixes=(((Coarseness.FINE, 1.0),), ((Coarseness.COARSE, 1.0),)))
    zone_map = np.zeros((config.n_cells, config.n_cells), np.uint8)
    zone_map[:, config.n_cells // 2 :] = 1
    layer = lay_granules(config, 3, zone_map)
    is_coarse = layer.coarseness[layer.ids] == 2
    assert is_coarse[zone_map == 0].mean() < 0.25
    assert is_coarse[zone_map == 1].mean() > 0.75
    middle_of_left = is_coarse[:, 3 * config.n_cells // 16 : 5 * config.n_cells // 16]
    assert not middle_of_left.any()


def test_the_usual_scale_is_that_of_the_usual_field() -> None:
    """So that a picture of 1024 px shows exactly 146 mm."""
    assert GranuleConfig().size_px / USUAL_PX_PER_MM == GranuleConfig().field_mm == 146


@pytest.mark.parametrize(
    "config",
    [
        SMALL,
        MIXED,
        replace(SMALL, mixes=(((Coarseness.FINE, 0.1), (Coarseness.USUAL, 0.9)),)),
        replace(SMALL, mixes=(((Coarseness.FINE, 0.5), (Coarseness.COARSE, 0.5)),)),
        replace(SMALL, granule_mm=(1.0, 3.0)),
        replace(SMALL, size_px=256, granule_mm=(0.5, 1.5)),
    ],
)
def test_how_many_chips_fall_is_known_before(config: GranuleConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a tenth of those that do, so that too many can be refused."""
    fallen, real = [], granules._Layer._rest

    def rest(layer: Any, chip: int, *others: Any, **choices: Any) -> None:  # noqa: ANN401  (passed on)
        fallen.append(chip)
        real(layer, chip, *others, **choices)

    monkeypatch.setattr(granules._Layer, "_rest", rest)
    lay_granules(config, 3)
    assert config.n_falling == pytest.approx(len(fallen), rel=0.1)


@pytest.mark.parametrize("numbers", [[3, 3, 0, 7], [5, 10**7, 5, 2], [-1, 4, -1, -3]])
def test_numbers_become_places(numbers: list[int]) -> None:
    """Few, many and below 0."""
    ids = np.array(numbers, np.int32).reshape(2, 2)
    seen, dense = granules.numbered(ids)
    assert seen.tolist() == sorted(set(numbers))
    assert dense.dtype == np.int32
    assert (seen[dense] == ids).all()
