"""The granule map of a guided picture: what lies where, and how it is lit."""

import hashlib
import pickle
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from tests.core.laid_once import laid_once

from plitka.core.colour.arrays import decode_srgb8, linear_to_lab
from plitka.core.generation import CompleteRequest, Defaults, Request
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Granules, Lighting, Scene, Size, Surface, Zone
from plitka.core.tile.granule_map import GranuleMap, GuideConfig, MapSpec, lay_map, stretch_map
from plitka.core.tile.layout import Layout
from plitka.core.tile.renderer import LitLayer, light_layer, paint_layer

CONFIG = GuideConfig()


def ask(
    text: str = "60% red, 40% black", width_px: int = 256, height_px: int = 256, seed: int = 3, **look: object
) -> CompleteRequest:
    """A complete request for a scene of one zone."""
    size = Size(width_px=width_px, height_px=height_px)
    scene = replace(Scene.of(parse_recipe(text).recipe, size), **look)  # type: ignore[arg-type]  # by name
    return Defaults().complete(Request(scene=scene, seed=seed))


@cache
def lay(spec: MapSpec) -> GranuleMap:
    """A map that several tests look at."""
    return lay_map(spec, CONFIG)


def digits(array: np.ndarray) -> str:
    """The first digits of a hash of an array."""
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("width_px", "height_px", "seed", "expected"),
    [
        (192, 192, 7, ("925ad4055a843eec", "c1eeb31d5c70908e", "c2a311643f7dc439", "e8a997b6885ba7f3")),
        (256, 128, 5, ("138007f89f35f0f2", "05e6db7814f4a032", "d5d588fece0b8419", "1965cda44e2e4691")),
        (512, 512, 11, ("5d345ed9162c120c", "c29400c18247e70c", "df7da4621525fc5a", "834ae73c318e4270")),
    ],
)
def test_maps_of_the_usual_look_keep_their_bytes(
    width_px: int, height_px: int, seed: int, expected: tuple[str, ...]
) -> None:
    """A seed goes on meaning the same picture; on a machine whose rounding differs these hashes do not hold."""
    granules = lay(MapSpec.of(ask(width_px=width_px, height_px=height_px, seed=seed)))
    assert granules.light is not None
    assert (digits(granules.cells), *(digits(part) for part in granules.light)) == expected


@pytest.mark.parametrize(("width_px", "height_px"), [(512, 192), (192, 512), (64, 64)])
def test_a_map_has_the_format_of_the_picture(width_px: int, height_px: int) -> None:
    """It is cut from a square of the longer side."""
    longer = max(width_px, height_px)
    part, square = (lay(MapSpec.of(ask(width_px=w, height_px=h))) for w, h in ((width_px, height_px), (longer, longer)))
    assert part.ids.shape == (height_px, width_px)
    assert (part.chips.areas > 0).all()
    cut = square.ids[:height_px, :width_px]
    assert ((cut[:, 1:] != cut[:, :-1]) == (part.ids[:, 1:] != part.ids[:, :-1])).all()


def test_a_spec_decides_a_map_and_can_be_sent_to_another_process() -> None:
    """The colours of a plain scene do not count, but its seed and its look do."""
    spec = MapSpec.of(ask())
    assert spec == MapSpec.of(ask("100% blue")) == pickle.loads(pickle.dumps(spec))  # noqa: S301  (our own bytes)
    assert hash(spec) == hash(MapSpec.of(ask("100% blue")))
    for other in (ask(seed=4), ask(wet=True), ask(light=Lighting.SUN), ask(granules=Granules(fine=("RED",)))):
        assert MapSpec.of(other) != spec
    granules = lay(spec)
    again = pickle.loads(pickle.dumps(granules))  # noqa: S301  (our own bytes)
    assert (again.ids == granules.ids).all()


def test_masks_count_only_where_mixes_differ() -> None:
    """Maps of plain granules are shared by all zones that may lie on them."""
    inner = Zone(parse_recipe("white").recipe, "circle")
    zoned = replace(ask(), scene=replace(ask().scene, zones=(*ask().scene.zones, inner)))
    assert MapSpec.of(zoned) == MapSpec.of(ask())
    fine = replace(zoned, scene=replace(zoned.scene, granules=Granules(fine=("WHITE",))))
    spec = MapSpec.of(fine)
    assert (spec.masks, len(spec.mixes)) == (("circle",), 2)
    granules, plain = lay(spec), lay(MapSpec.of(ask()))
    middle = (slice(96, 160), slice(96, 160))
    assert np.unique(granules.ids[middle]).size > 2 * np.unique(plain.ids[middle]).size


def test_neighbours_are_parted_by_a_seam() -> None:
    """Of two granules side by side the first ends in its last cell; at the picture's end there is no seam."""
    granules = stretch_map(np.array([[1, 1, 2, 2]] * 2, np.int32), 8, 4)
    assert granules.seams.tolist() == [[False] * 3 + [True] + [False] * 4] * 4


def test_a_laid_map_is_lit_and_one_from_outside_is_not() -> None:
    """Light varies; on a cut face that of the lamp and of the sky hardly varies."""
    pressed, cut = lay(MapSpec.of(ask())), lay(MapSpec.of(ask(surface=Surface.CUT)))
    assert pressed.light is not None
    assert cut.light is not None
    assert {part.shape for part in pressed.light} == {pressed.ids.shape}
    assert cut.light.lamp.std() < 0.7 * pressed.light.lamp.std()
    assert cut.light.sky.std() < 0.7 * pressed.light.sky.std()
    assert stretch_map(pressed.ids, 256, 256).light is None


def test_a_map_from_outside_is_stretched_over_the_picture() -> None:
    """Each cell takes the granule at its middle, and numbers may be any."""
    guide = np.array([[9, 9, 500], [9, 70, 500]], np.int32)
    ids = stretch_map(guide, 96, 32).ids
    assert ids.shape == (32, 96)
    assert (ids[:16, :64] == 0).all()
    assert (ids[16:, 32:64] == 1).all()
    assert (ids[:, 64:] == 2).all()


@cache
def lay_to_render(spec: MapSpec) -> LitLayer:
    """The layer that renders of several colours are painted on."""
    return light_layer(laid_once(spec), spec)


LOOKS = [
    {"granules": Granules(size_mm=(0.5, 1.5))},
    *(
        {"surface": surface, "light": light, "wet": wet}
        for surface, light, wet in product(Surface, Lighting, (False, True))
    ),
]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(str(value) for value in look.values()))
@pytest.mark.parametrize("code", ["WHITE", "GRAY", "RED", "BLACK"])
def test_a_map_is_as_bright_as_a_render_in_its_light(look: dict[str, Any], code: str) -> None:
    """On every surface, under every light, dry and wet, on the mean: as an eye sees it, in CIE Lab."""
    request = ask(f"100% {code}", **look)
    painted = decode_srgb8(Layout(request, lay(MapSpec.of(request)), CONFIG).paint([(1.0,)])).mean((0, 1))
    lit = decode_srgb8(paint_layer(lay_to_render(MapSpec.of(request)), request.scene, request.seed).pixels)
    assert linear_to_lab(painted) == pytest.approx(linear_to_lab(lit.mean((0, 1))), abs=2.0)


@pytest.mark.parametrize("light", Lighting)
def test_a_map_without_light_of_its_own_is_about_as_bright(light: Lighting) -> None:
    """As one with it, and tinted alike."""
    request = ask("100% GRAY", light=light)
    guided = replace(request, guide=lay(MapSpec.of(request)).ids)
    outlines = stretch_map(lay(MapSpec.of(request)).ids, 256, 256)
    full, flat = (
        decode_srgb8(Layout(one, granules, CONFIG).paint([(1.0,)])).mean((0, 1))
        for one, granules in ((request, lay(MapSpec.of(request))), (guided, outlines))
    )
    assert flat == pytest.approx(full, rel=0.15)
    assert flat[0] / flat[2] == pytest.approx(full[0] / full[2], rel=0.05)


def test_outlines_are_finer_than_pixels() -> None:
    """Where two granules meet in a pixel it shows both, so that an outline is smooth and no stairs."""
    granules = lay(MapSpec.of(ask()))
    assert granules.cells.shape == (512, 512)
    k = granules.oversample
    assert (granules.ids == granules.cells[::k, ::k]).all()
    torn = np.zeros(granules.ids.shape, bool)
    for down, right in product(range(k), repeat=2):
        torn |= granules.cells[down::k, right::k] != granules.ids
    assert 0.05 < torn.mean() < 0.5
