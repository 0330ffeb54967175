"""Chips given to zones, and dealt zone by zone."""

from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import Recipe
from plitka.core.scene import Coarseness, Granules, Scene, Size, Zone
from plitka.core.tile.dealing import Chips
from plitka.core.tile.granules import Geometry, GranuleConfig, lay_granules
from plitka.core.tile.masks import zone_labels
from plitka.core.tile.zones import ZonedChips, asked_shares, part_at_edges, zone_mixes, zone_of_chips
from plitka.errors import InputError

SIDE = 512
SHAPES = st.sampled_from(["border:12%", "stripes:2", "checker:2", "circle", "circle:40%", "text:АБ"])


def recipe(text: str) -> Recipe:
    """A recipe without its notices."""
    return parse_recipe(text).recipe


def scene_of(*masks: str, granules: Granules | None = None) -> Scene:
    """A ground of two colours, and a zone of two for each mask."""
    mixes = ("50% blue, 50% white", "30% yellow, 70% red", "20% white, 80% green")
    zones = (Zone(recipe(mix), mask) for mix, mask in zip(mixes, masks, strict=False))
    return Scene(
        zones=(Zone(recipe("60% red, 40% black")), *zones),
        granules=granules or Granules(),
        size=Size(width_px=SIDE, height_px=SIDE),
    )


@cache
def layer() -> Geometry:
    """A layer of some thousand chips."""
    return lay_granules(GranuleConfig(size_px=SIDE, field_mm=SIDE / 7, oversample=1, layers=2.5), 3)


def zoned(scene: Scene) -> tuple[ZonedChips, npt.NDArray[np.uint8]]:
    """The layer's chips by the zones of a scene, and the zones' pixels."""
    geometry, labels = layer(), zone_labels(scene, SIDE, SIDE)
    chips = Chips(geometry.areas, geometry.coarseness, geometry.radius_mm)
    return ZonedChips.of(scene, chips, geometry.ids, labels), labels


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_a_chip_belongs_to_the_zone_that_holds_most_of_it(seed: int, n_zones: int, n_chips: int) -> None:
    """Counted chip by chip."""
    rng = np.random.default_rng(seed)
    _, ids = np.unique(rng.integers(n_chips, size=(16, 16)), return_inverse=True)
    ids, labels = ids.reshape(16, 16), rng.integers(n_zones, size=(16, 16)).astype(np.uint8)
    for chip, zone in enumerate(zone_of_chips(np.asarray(ids, np.int32), labels, n_zones)):
        cells = np.bincount(labels[ids == chip], minlength=n_zones)
        assert cells[zone] == cells.max()


@pytest.mark.parametrize(("mask", "axis"), [("half:right", 1), ("half:top", 0)])
def test_no_zone_reaches_over_the_edge_of_the_tile(mask: str, axis: int) -> None:
    """A chip that lies at two opposite edges is cut where the zones there differ, and lies in its own zone at each."""
    scene, ids = scene_of(mask), layer().ids
    labels = zone_labels(scene, SIDE, SIDE)
    origin, parted = part_at_edges(ids, labels, 2)
    assert origin.size > int(ids.max()) + 1
    assert (origin[parted] == ids).all()
    assert np.unique(parted).size == origin.size
    own, meant = (np.moveaxis(zones, axis, 0) for zones in (zone_of_chips(parted, labels, 2)[parted], labels))
    for edge in (slice(SIDE // 8), slice(-SIDE // 8, None)):
        assert (own[edge] == meant[edge]).all()


def test_chips_stay_whole_where_the_zones_at_both_edges_are_the_same() -> None:
    """A border's are, and those of one mix."""
    ids = layer().ids
    for scene in (scene_of("border:12%"), scene_of("circle")):
        origin, parted = part_at_edges(ids, zone_labels(scene, SIDE, SIDE), 2)
        assert (parted == ids).all()
        assert (origin == np.arange(origin.size)).all()


@given(st.lists(SHAPES, min_size=1, max_size=3, unique=True), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_zones_share_out_the_tile(masks: list[str], seed: int) -> None:
    """Areas sum to 1 and every granule is in one zone; each zone has colours of its own recipe and no others."""
    scene = scene_of(*masks)
    try:
        found, labels = zoned(scene)
    except InputError as error:
        assert "covered" in str(error)
        return
    assert sum(found.areas) == pytest.approx(1)
    assert sum(found.n_granules) == layer().areas.size
    of_masks = np.bincount(labels.ravel(), minlength=len(scene.zones)) / labels.size
    assert found.areas == pytest.approx(of_masks.tolist(), abs=0.03)
    dealt = found.deal(asked_shares(scene), np.random.default_rng(seed))
    codes = np.array([colour.code for colour in scene.colours])
    for number, zone in enumerate(scene.zones):
        assert set(codes[dealt[found.zone_of_chip == number]]) <= {colour.code for colour in zone.recipe.colours}


@given(SHAPES, st.integers(2, 98), st.integers(0, 2**32 - 1))
@example("circle:40%", 2, 372)  # the largest chip of all fell to the small share
@settings(max_examples=40, deadline=None)
def test_shares_of_a_zone_are_exact(mask: str, percent: int, seed: int) -> None:
    """To 0.05 points where it has 2,000 granules or more, and to half a point where it has some hundred."""
    found, _ = zoned(scene_of(mask))
    quotas = ((percent / 100, 1 - percent / 100), (1 - percent / 100, percent / 100))
    reached = found.shares(found.deal(quotas, np.random.default_rng(seed)))
    for quota, shares, n_granules in zip(quotas, reached, found.n_granules, strict=True):
        assert shares == pytest.approx(quota, abs=0.0005 if n_granules >= 2000 else 0.005)


def test_a_later_mask_lies_on_top() -> None:
    """Of two that overlap, the order decides what each keeps."""
    circle_on_top, stripes_on_top = (
        zoned(scene_of(*masks))[0] for masks in (("stripes:2", "circle"), ("circle", "stripes:2"))
    )
    assert circle_on_top.areas[2] == pytest.approx(np.pi * 0.3**2, abs=0.02)
    assert stripes_on_top.areas[2] == pytest.approx(0.5, abs=0.02)
    assert stripes_on_top.areas[1] < circle_on_top.areas[2]


def test_one_zone_draws_as_if_there_were_none() -> None:
    """So that plain tiles keep their bytes; and a zone's dealing does not hang on how many follow."""
    plain, geometry = scene_of(), layer()
    chips = Chips(geometry.areas, geometry.coarseness, geometry.radius_mm)
    found = ZonedChips.of(plain, chips, geometry.ids, None)
    assert (found.areas, found.n_granules) == ((1.0,), (geometry.areas.size,))
    one = zoned(scene_of("circle"))[0]
    two = zoned(scene_of("circle", "border:5%"))[0]
    in_circle = one.zone_of_chip == 1
    dealt = [each.deal(asked_shares(each.scene), np.random.default_rng(1))[in_circle] for each in (one, two)]
    assert (dealt[0] == dealt[1]).all()


def test_a_zone_without_granules_is_refused_by_its_name() -> None:
    """A frame of one pixel may hold no granule for the most part."""
    scene = scene_of("border:8%")
    geometry = layer()
    labels = np.zeros((SIDE, SIDE), np.uint8)
    largest = int(geometry.areas.argmax())
    labels[tuple(np.argwhere(geometry.ids == largest)[0])] = 1
    chips = Chips(geometry.areas, geometry.coarseness, geometry.radius_mm)
    with pytest.raises(InputError, match=r"zone 1 \(border:8%\): it is too small"):
        ZonedChips.of(scene, chips, geometry.ids, labels)


def test_mixes_are_told_apart_only_where_they_differ() -> None:
    """All usual: none. One recipe, or zones alike: one. Else one for each zone."""
    usual, fine = (Coarseness.USUAL, 1.0), (Coarseness.FINE, 0.5)
    assert zone_mixes(scene_of("circle")) == ()
    assert zone_mixes(scene_of(granules=Granules(coarse=("RED",)))) == (
        ((Coarseness.USUAL, 0.4), (Coarseness.COARSE, 0.6)),
    )
    alike = Scene(
        zones=(Zone(recipe("50% red, 50% black")), Zone(recipe("50% red, 50% white"), "circle")),
        granules=Granules(fine=("RED",)),
    )
    assert zone_mixes(alike) == ((fine, (Coarseness.USUAL, 0.5)),)
    assert zone_mixes(scene_of("circle", granules=Granules(fine=("BLUE",)))) == (
        (usual,),
        (fine, (Coarseness.USUAL, 0.5)),
    )
