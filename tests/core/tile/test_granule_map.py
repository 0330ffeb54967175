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

from plitka.core.colour.arrays import decode_srgb8
from plitka.core.generation import CompleteRequest, Defaults, Request
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Granules, Lighting, Scene, Size, Surface, Zone
from plitka.core.tile.granule_map import GranuleMap, GuideConfig, MapSpec, flat_exposure, lay_map, stretch_map
from plitka.core.tile.layout import Layout
from plitka.core.tile.lighting import LIGHTS
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
        (192, 192, 7, ("8322e6e0ee5d7bb5", "7d4ab7d756f2f122", "771458180fba3ec3")),
        (256, 128, 5, ("fb4a6dd5c19ea8a7", "0203ea67df7a5fde", "e5dbdcc947faa812")),
        (512, 512, 11, ("b5a96976de212e54", "ec00b7c953bc7ef4", "55d10d977d9710ee")),
    ],
)
def test_maps_of_the_usual_look_keep_their_bytes(
    width_px: int, height_px: int, seed: int, expected: tuple[str, ...]
) -> None:
    """A seed goes on meaning the same picture; on a machine whose rounding differs these hashes do not hold."""
    granules = lay(MapSpec.of(ask(width_px=width_px, height_px=height_px, seed=seed)))
    assert granules.relief is not None
    assert (digits(granules.ids), digits(granules.relief.light), digits(granules.relief.sheen)) == expected


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
    granules = stretch_map(np.array([[1, 1, 2, 2]] * 2, np.int32), 8, 4, CONFIG)
    assert granules.seams.tolist() == [[False] * 3 + [True] + [False] * 4] * 4


def test_a_laid_map_hints_at_its_relief_and_one_from_outside_has_none() -> None:
    """Light varies and is 1 on the mean; on a cut face it hardly varies."""
    pressed, cut = lay(MapSpec.of(ask())), lay(MapSpec.of(ask(surface=Surface.CUT)))
    assert pressed.relief is not None
    assert cut.relief is not None
    assert pressed.relief.light.mean() == pytest.approx(1, abs=0.02)
    assert pressed.relief.sheen.mean() == pytest.approx(1, abs=0.1)
    assert cut.relief.light.std() < 0.6 * pressed.relief.light.std()
    assert stretch_map(pressed.ids, 256, 256, CONFIG).relief is None


def test_a_map_from_outside_is_stretched_over_the_picture() -> None:
    """Each cell takes the granule at its middle, and numbers may be any."""
    guide = np.array([[9, 9, 500], [9, 70, 500]], np.int32)
    ids = stretch_map(guide, 96, 32, CONFIG).ids
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
    """On every surface, under every light, dry and wet: in linear light, on the mean, each primary to a tenth."""
    request = ask(f"100% {code}", **look)
    spec = MapSpec.of(request)
    painted = decode_srgb8(Layout(request, lay(spec), CONFIG).paint([(1.0,)])).mean((0, 1))
    lit = decode_srgb8(paint_layer(lay_to_render(spec), request.scene, request.seed).pixels).mean((0, 1))
    assert painted == pytest.approx(lit, rel=0.1)


@pytest.mark.parametrize("light", Lighting)
def test_a_map_without_relief_is_tinted_as_one_with_it(light: Lighting) -> None:
    """From the lamp's own light alone: as red or blue beside green, and about as bright."""
    laid = lay(MapSpec.of(ask(light=light))).relief
    assert laid is not None
    flat, full = flat_exposure(LIGHTS[light]), laid.exposure
    assert flat.gain == pytest.approx(full.gain, rel=0.12)
    assert flat.gain[0] / flat.gain[2] == pytest.approx(full.gain[0] / full.gain[2], rel=0.08)
    if light is Lighting.STUDIO:
        assert flat.gain == full.gain == (1, 1, 1)
