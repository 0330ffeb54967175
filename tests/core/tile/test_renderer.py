"""Whole renders of scenes: their bytes, their shares, their rim and their maps."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from plitka.core.generation import CompleteRequest, Defaults, Request
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Granules, Lighting, Scene, Size, Surface, Zone
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.granules import USUAL_PX_PER_MM
from plitka.core.tile.masks import encode_mask, rasterise
from plitka.core.tile.renderer import OFF_TILE, Rendering, lay_layer, paint_layer, render, render_maps
from plitka.core.tile.surfaces import SURFACES
from plitka.errors import InputError

THREE = "60% red, 30% black, 10% white"
DEFAULTS = Defaults(px_per_mm=USUAL_PX_PER_MM)
WIDE, UPRIGHT = Size(width_px=320, height_px=128), Size(width_px=128, height_px=320)
MIXED = Granules(coarse=("RED",), fine=("WHITE",))


def scene_of(text: str, size_px: int | Size = 192, *zones: tuple[str, str]) -> Scene:
    """A scene of a ground and of zones by mask and recipe."""
    inner = (Zone(parse_recipe(words).recipe, mask) for mask, words in zones)
    size = size_px if isinstance(size_px, Size) else Size(width_px=size_px, height_px=size_px)
    return Scene(zones=(Zone(parse_recipe(text).recipe), *inner), size=size)


def ask(scene: Scene, seed: int = 7) -> CompleteRequest:
    """A request for a scene."""
    return DEFAULTS.complete(Request(scene=scene, seed=seed))


def render_words(text: str, seed: int = 1) -> Rendering:
    """A small plain render."""
    return render(ask(scene_of(text), seed))


def digits(pixels: np.ndarray) -> str:
    """The first digits of a hash of a picture."""
    return hashlib.sha256(pixels.tobytes()).hexdigest()[:16]


def test_a_render_is_named_by_its_seed() -> None:
    """Same scene and seed: same bytes; another seed: another picture."""
    first, again, other = (render_words("70% red, 30% black", seed) for seed in (1, 1, 2))
    assert first.pixels.tobytes() == again.pixels.tobytes()
    assert first.pixels.tobytes() != other.pixels.tobytes()


@pytest.mark.parametrize(
    ("look", "size_px", "whole_tile", "expected"),
    [
        ({}, 192, False, "05b48da69a29145f"),
        ({"surface": Surface.CUT}, 192, False, "3a0a71d0b5826433"),
        ({"light": Lighting.SUN, "wet": True}, 192, False, "7386858a1b3300b4"),
        ({"light": Lighting.OVERCAST, "granules": Granules(size_mm=(1.0, 3.0))}, 192, False, "6c3bbf1996723c69"),
        ({"granules": MIXED}, 192, False, "05d02b4dfbd69614"),
        ({"granules": Granules(fine=("RED", "BLACK", "WHITE"))}, 192, False, "48ec6d72cbbe4ef1"),
        ({"granules": Granules(fine=("RED", "BLACK"), coarse=("WHITE",))}, 256, False, "a4546d600d2feb39"),
        ({}, 320, True, "23d35471132eb5fb"),
        ({"granules": Granules(coarse=("RED",))}, 320, True, "74c7ae07fe648c4a"),
    ],
)
def test_scenes_of_one_zone_keep_their_bytes(
    look: dict[str, object], size_px: int, whole_tile: bool, expected: str
) -> None:
    """A seed goes on meaning the same picture; on a machine whose rounding differs these hashes do not hold."""
    scene = replace(scene_of(THREE, size_px), **look)  # type: ignore[arg-type]  # by name
    assert digits(render(ask(scene), whole_tile=whole_tile).pixels) == expected


def test_the_plain_render_stays_as_it_is() -> None:
    """What networks were trained on and statistics were made of: another machine may round a level otherwise."""
    spec = MapSpec(width_px=96, height_px=96, field_mm=96 / 7, seed=5, granule_mm=Granules().size_mm)
    rendering = paint_layer(lay_layer(spec), Scene.of(parse_recipe(THREE).recipe), 5)
    with Image.open(Path(__file__).with_name("plain_render.png")) as image:
        kept = np.asarray(image).astype(int)
    assert np.abs(rendering.pixels.astype(int) - kept).max() <= 1


@pytest.mark.parametrize("size_px", [192, WIDE, UPRIGHT], ids=["square", "wide", "upright"])
@pytest.mark.parametrize("axis", [0, 1])
def test_pictures_tile(size_px: int | Size, axis: int) -> None:
    """Across the edge points differ as much as neighbours inside do; unrelated ones would by three times that."""
    across, inside = [], []
    for seed in (1, 2, 3, 4):
        request = ask(scene_of("50% white, 50% black", size_px), seed)
        pixels = np.moveaxis(render(request).pixels.astype(int), axis, 0)
        across.append(np.abs(pixels[0] - pixels[-1]).mean())
        inside.append(np.abs(np.diff(pixels, axis=0)).mean())
    assert np.mean(across) == pytest.approx(np.mean(inside), rel=0.3)


def test_shares_of_a_render_are_the_recipe() -> None:
    """Exact by cell."""
    rendering = render_words(THREE)
    assert rendering.shares == pytest.approx((0.6, 0.3, 0.1), abs=0.001)
    assert (rendering.areas, rendering.zone_shares) == ((1.0,), (rendering.shares,))
    assert (rendering.zone_index == 0).all()


@pytest.mark.parametrize("granules", [Granules(fine=("RED",)), Granules(coarse=("RED",))])
def test_a_coarse_or_fine_colour_keeps_its_share(granules: Granules) -> None:
    """Exact over the cells; its chips have other sizes, so the picture is another one."""
    plain = scene_of("70% black, 30% red")
    rendering = render(ask(replace(plain, granules=granules)))
    assert rendering.shares == pytest.approx((0.7, 0.3), abs=0.001)
    assert rendering.pixels.tobytes() != render(ask(plain)).pixels.tobytes()


def test_a_whole_tile_lies_on_white() -> None:
    """The corners are paper, the edge is ragged, and the shares hold over the tile."""
    rendering = render(ask(scene_of("50% red, 50% blue")), whole_tile=True)
    assert (rendering.pixels[:4, :4] > 235).all()
    ground = rendering.zone_index == OFF_TILE
    first = (~ground).argmax(axis=0)[40:150]
    assert first.std() > 0.5
    assert rendering.shares == pytest.approx((0.5, 0.5), abs=0.003)


@pytest.mark.parametrize("size", [WIDE, UPRIGHT], ids=["wide", "upright"])
def test_a_whole_tile_has_the_proportions_of_its_picture(size: Size) -> None:
    """Paper on each side; masks lie on the tile, drawn ones of the picture's proportions as well."""
    half = np.zeros((size.height_px // 4, size.width_px // 4), bool)
    half[:, : half.shape[1] // 2] = True
    scene = scene_of("50% red, 50% blue", size, (encode_mask(half), "white"))
    rendering = render(ask(scene), whole_tile=True)
    index = rendering.zone_index
    assert index.shape == rendering.pixels.shape[:2] == (size.height_px, size.width_px)
    for axis in (0, 1):
        across = np.moveaxis(index, axis, 0)
        middle = across[:, across.shape[1] // 4 : -across.shape[1] // 4]
        assert (middle != OFF_TILE).mean() == pytest.approx(0.86, abs=0.06)
    assert (rendering.pixels[index == OFF_TILE].mean(-1) > 150).mean() > 0.98
    left, right = index[:, : size.width_px // 2], index[:, size.width_px // 2 :]
    assert (left[left != OFF_TILE] == 1).mean() > 0.9
    assert (right[right != OFF_TILE] == 0).mean() > 0.9
    assert rendering.zone_shares[0] == pytest.approx((0.5, 0.5), abs=0.01)


def test_a_whole_tile_without_room_for_a_rim_is_all_tile() -> None:
    """Granules that reach over the mould's line may then reach over the picture's."""
    rendering = render(ask(scene_of("red", Size(width_px=256, height_px=64))), whole_tile=True)
    assert (rendering.zone_index == 0).mean() > 0.8


@pytest.mark.parametrize("granules", [Granules(), MIXED], ids=["usual", "mixed"])
def test_zones_of_a_picture_that_is_no_square(granules: Granules) -> None:
    """Words measure by the shorter side; shares are exact in each."""
    scene = replace(scene_of(THREE, WIDE, ("border:25%", "50% blue, 50% white")), granules=granules)
    rendering = render(ask(scene))
    assert rendering.zone_shares[0] == pytest.approx((0.6, 0.3, 0.1), abs=0.01)
    assert rendering.zone_shares[1] == pytest.approx((0.5, 0.5), abs=0.01)
    frame = rasterise("border:25%", WIDE.width_px, WIDE.height_px)
    assert ((rendering.zone_index == 1) == frame).mean() > 0.88


def test_a_mixed_whole_tile_keeps_its_shares() -> None:
    """The chips of the rim that fall away are of any coarseness; what is left is settled again."""
    scene = replace(scene_of("70% black, 30% red"), granules=Granules(coarse=("RED",)))
    assert render(ask(scene, 3), whole_tile=True).shares == pytest.approx((0.7, 0.3), abs=0.003)


def test_zones_are_exact_and_lie_where_their_masks_are() -> None:
    """A frame in blue and white about red and black: nearly all of each lies inside its mask."""
    scene = scene_of("60% red, 40% black", 256, ("border:20%", "50% blue, 50% white"))
    rendering = render(ask(scene))
    assert rendering.zone_shares[0] == pytest.approx((0.6, 0.4), abs=0.001)
    assert rendering.zone_shares[1] == pytest.approx((0.5, 0.5), abs=0.001)
    frame = rasterise("border:20%", 256, 256)
    assert sum(rendering.areas) == pytest.approx(1)
    assert rendering.areas[1] == pytest.approx(frame.mean(), abs=0.02)
    assert ((rendering.zone_index == 1) == frame).mean() > 0.93
    redness = rendering.pixels[..., 0].astype(int) - rendering.pixels[..., 2]
    assert redness[rendering.zone_index == 0].mean() > 30
    assert redness[rendering.zone_index == 1].mean() < -10


def test_masks_lie_on_the_whole_tile_and_not_on_the_paper() -> None:
    """A frame of a whole tile begins at its rim."""
    scene = scene_of("red", 320, ("border:10%", "white"))
    index = render(ask(scene), whole_tile=True).zone_index
    middle = index[160]
    tile = np.flatnonzero(middle != OFF_TILE)
    frame_px = 0.1 * 0.86 * 320
    assert (middle[tile[0] : tile[0] + int(frame_px / 2)] == 1).all()
    assert (middle[int(0.07 * 320 + 2 * frame_px) : 160] == 0).all()


def test_fine_chips_fall_in_the_zone_that_wants_them() -> None:
    """Its granules are many more for its area, and the ground's are as large as without it."""
    scene = replace(scene_of("60% red, 40% black", 256, ("border:20%", "white")), granules=Granules(fine=("WHITE",)))
    fine, plain = render(ask(scene)), render(ask(replace(scene, granules=Granules())))
    assert fine.n_granules[1] > 2 * plain.n_granules[1]
    assert fine.n_granules[0] == pytest.approx(plain.n_granules[0], rel=0.25)


def test_maps_have_sixteen_bits_and_the_picture_size() -> None:
    """Six maps; normals have unit length."""
    maps = render_maps(render_words("red"))
    wide = render_maps(render(ask(scene_of("red", WIDE))))
    assert all(samples.shape[:2] == (WIDE.height_px, WIDE.width_px) for samples in wide.values())
    assert set(maps) == {"albedo", "ids", "height", "normal", "roughness", "ao"}
    assert all(samples.dtype == np.uint16 and samples.shape[:2] == (192, 192) for samples in maps.values())
    normal = maps["normal"].astype(float) / 65535 * 2 - 1
    assert np.linalg.norm(normal, axis=-1) == pytest.approx(1, abs=1e-3)


def test_the_base_colour_is_the_same_in_any_light() -> None:
    """It has no shadows; another engine adds its own."""
    scene = scene_of("50% red, 50% white", 128)
    studio, sun = (
        render_maps(render(ask(replace(scene, light=light))))["albedo"] for light in (Lighting.STUDIO, Lighting.SUN)
    )
    assert (studio == sun).all()
    red, white = (studio[..., 1] < 32768).mean(), (studio[..., 1] >= 32768).mean()
    assert red == pytest.approx(white, abs=0.1)


@pytest.mark.parametrize("surface", Surface)
def test_water_makes_the_surface_smooth(surface: Surface) -> None:
    """The roughness map is the surface's, whatever the light, and a wet one is smoother and darker; the others stay."""
    dry = replace(scene_of("red", 128), surface=surface)
    dry_maps, wet_maps, in_the_sun = (
        render_maps(render(ask(scene))) for scene in (dry, replace(dry, wet=True), replace(dry, light=Lighting.SUN))
    )
    assert np.median(dry_maps["roughness"]) / 65535 == pytest.approx(SURFACES[surface].roughness, abs=0.15)
    assert np.median(wet_maps["roughness"]) < 0.7 * np.median(dry_maps["roughness"])
    assert (wet_maps["roughness"] < dry_maps["roughness"]).all()
    assert wet_maps["albedo"].mean() < 0.95 * dry_maps["albedo"].mean()
    assert all((dry_maps[name] == wet_maps[name]).all() for name in ("ids", "height", "normal", "ao"))
    assert all((dry_maps[name] == in_the_sun[name]).all() for name in dry_maps)


def test_a_mask_of_other_proportions_is_told_the_size_of_the_picture() -> None:
    """And not that of the finer cells."""
    url = encode_mask(np.eye(8, 12, dtype=bool))
    with pytest.raises(InputError, match="does not fit a picture of 192x192 px"):
        render(ask(scene_of("red", 192, (url, "white"))))
