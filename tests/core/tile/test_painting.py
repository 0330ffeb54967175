"""Matter, tone curve and lens, each by what it is to do."""

from dataclasses import replace

import numpy as np
import pytest

from plitka.core.colour.arrays import decode_srgb8
from plitka.core.scene import Lighting
from plitka.core.tile.finishes import CAMERA, FIELDS, Camera
from plitka.core.tile.lighting import LIGHTS, LightConfig, wetted
from plitka.core.tile.painting import (
    BRIGHTEST,
    NEAR_PX,
    ChipPaint,
    Illumination,
    LightFactors,
    PixelChips,
    draw_chips,
    make_chips,
    take_picture,
    tone_table,
    vary_tones,
)
from plitka.core.tile.shading import LightMaps, shrink

PLAIN = Camera(**dict.fromkeys(CAMERA, 0.0) | {"lamp": 0.5, "occlusion": 1.0, "gamma": 1.0, "gloss": 1.0})
USUAL = Illumination.of(LightConfig(), PLAIN)
SIDE = 40


def flat_light(sky: float = 1.0, sheen: float = 0.0) -> LightMaps:
    """The same light on each pixel."""
    ones = np.ones((SIDE, SIDE), np.float32)
    return LightMaps(ones, sky * ones, sheen * ones)


def halves() -> PixelChips:
    """The left half is chip 0, the right half 1; two cells to a pixel's side, and the middle falls within a pixel."""
    ids = np.zeros((2 * SIDE, 2 * SIDE), np.int32)
    ids[:, SIDE + 1 :] = 1
    return PixelChips.of(ids, 2)


def chips_of(*albedos: float, coat: float = 0.0, mottle: float = 0.0) -> ChipPaint:
    """Grey chips."""
    albedo = np.repeat(np.array(albedos, np.float32)[:, None], 3, 1)
    return ChipPaint(albedo, np.full(len(albedos), coat, np.float32), np.full(len(albedos), mottle, np.float32))


def mean_light(pixels: np.ndarray) -> float:
    """Of a picture."""
    return float(decode_srgb8(pixels).mean())


def test_a_pixel_shows_the_chips_of_its_cells() -> None:
    """As much of each as it has cells of it."""
    rng = np.random.default_rng(1)
    ids, colours = rng.integers(0, 5, (12, 16)).astype(np.int32), rng.random((5, 3)).astype(np.float32)
    planes = PixelChips.of(ids, 2).show(colours)
    assert planes == pytest.approx(np.moveaxis(shrink(colours[ids], 2), -1, 0), abs=1e-6)


def test_a_level_chip_in_the_open_has_its_colour() -> None:
    """In the usual light, through a plain camera; at an edge both are mixed in light."""
    pixels = take_picture(halves(), flat_light(), chips_of(0.4, 0.1), USUAL, PLAIN)
    light = decode_srgb8(pixels)[..., 0]
    assert light[:, : SIDE // 2] == pytest.approx(0.4, abs=0.004)
    assert light[:, SIDE // 2 + 1 :] == pytest.approx(0.1, abs=0.004)
    assert light[:, SIDE // 2] == pytest.approx(0.25, abs=0.004)


def test_a_gap_gets_light_of_what_is_near_in_its_own_hue() -> None:
    """Between light chips more than between dark ones; and red stays red beside grey."""
    red = np.array([[0.5, 0.05, 0.05], [0.2, 0.2, 0.2]], np.float32)
    lights = {}
    for name, albedo in (("light", 0.9), ("dark", 0.02)):
        chips = chips_of(0.2, albedo)
        own = take_picture(halves(), flat_light(sky=0.3), chips, USUAL, PLAIN)[:, SIDE // 2 - NEAR_PX : SIDE // 2 - 1]
        lights[name] = mean_light(own)
    assert lights["light"] > 1.02 * lights["dark"]
    paint = replace(chips_of(0, 0), albedo=red)
    shown = decode_srgb8(take_picture(halves(), flat_light(sky=0.3), paint, USUAL, PLAIN))[:, 5]
    assert (shown[:, 0] / shown[:, 1] > 10).all()


def test_coat_veil_and_water_add_white() -> None:
    """Where the lamp is mirrored; gloss takes a part of it."""
    bare = mean_light(take_picture(halves(), flat_light(sheen=1), chips_of(0.1, 0.1), USUAL, PLAIN))
    coated = chips_of(0.1, 0.1, coat=0.2)
    for camera, light, added in (
        (PLAIN, LightConfig(), 0.2),
        (replace(PLAIN, gloss=0.5), LightConfig(), 0.1),
        (replace(PLAIN, veil=0.05), LightConfig(), 0.25),
        (PLAIN, LightConfig(sheen=LightConfig().sheen / 2), 0.1),
        (PLAIN, LightConfig(wetness=1.0), 0.45),
    ):
        illumination = Illumination.of(light, camera)
        seen = mean_light(take_picture(halves(), flat_light(sheen=1), coated, illumination, camera))
        assert seen - bare == pytest.approx(added, abs=0.012)


def test_tone_bends_from_black_to_white() -> None:
    """A toe makes black, contrast parts light from dark, and nothing is clipped."""
    plain, toe, steep = (tone_table(replace(PLAIN, **change)) for change in ({}, {"toe": 0.01}, {"gamma": 1.3}))
    root = np.linspace(0, 2, plain.size)
    assert (np.diff(plain) >= 0).all()
    assert plain[-1] <= 1
    assert toe[root**2 < 0.01].max() == 0 < plain[root**2 > 0.001].min()
    assert (steep < plain)[(root > 0.05) & (root**2 < 0.19)].all()
    assert (steep >= plain)[root**2 > 0.21].all()


def test_the_lens_softens_and_sharpens_edges() -> None:
    """And leaves what is even as it is."""

    def step(camera: Camera) -> float:
        pixels = take_picture(halves(), flat_light(), chips_of(0.3, 0.1), USUAL, camera).astype(int)
        assert np.ptp(pixels[:, 4 : SIDE // 2 - 4]) == 0
        return float(np.abs(np.diff(pixels[5, :, 0])).max())

    assert step(replace(PLAIN, lens_px=0.7)) < step(PLAIN) < step(replace(PLAIN, sharpen=0.8))


def test_noise_is_of_its_deviation() -> None:
    """In levels, of all primaries together and of each alone; and white has room above it."""
    noisy = take_picture(halves(), flat_light(), chips_of(0.3, 0.3), USUAL, replace(PLAIN, noise=0.02)).astype(float)
    assert noisy.std() == pytest.approx(0.02 * 255, rel=0.1)
    assert np.ptp(noisy, -1).max() == 0
    hues = take_picture(halves(), flat_light(), chips_of(0.3, 0.3), USUAL, replace(PLAIN, hue_noise=0.02)).astype(float)
    assert np.corrcoef(hues[..., 0].ravel(), hues[..., 2].ravel())[0, 1] == pytest.approx(0, abs=0.1)
    assert take_picture(halves(), flat_light(), chips_of(3, 3), USUAL, PLAIN).max() <= round(BRIGHTEST * 255)


def test_points_of_a_chip_differ() -> None:
    """By its mottle."""
    plain, mottled = (
        take_picture(halves(), flat_light(), chips_of(0.3, 0.3, mottle=value), USUAL, PLAIN).std() for value in (0, 0.1)
    )
    assert plain < 0.5
    assert mottled > 3


def test_chips_of_a_colour_differ_by_their_draws() -> None:
    """As much as its finish says: in tone, tint and coat."""
    row = np.zeros((4000, len(FIELDS)), np.float32)
    for name, value in {"coat": 0.2, "coat_spread": 0.5, "tone": 0.1, "red": 1.2, "green": 1.0, "blue": 0.8}.items():
        row[:, FIELDS.index(name)] = value
    drawn = draw_chips(len(row), np.random.default_rng(2))
    albedo = vary_tones(np.full((len(row), 3), 0.3, np.float32), row, drawn)
    made = make_chips(albedo, row, drawn, USUAL)
    assert np.log(albedo).std() == pytest.approx(0.1, rel=0.05)
    assert np.log(made.coat).std() == pytest.approx(0.5, rel=0.05)
    assert np.median(made.albedo, 0) == pytest.approx([0.36, 0.3, 0.24], rel=0.03)
    assert np.log(albedo[:, 0] / albedo[:, 2]).std() == pytest.approx(0.008 * 2**0.5, rel=0.06)


@pytest.mark.parametrize("name", Lighting)
def test_a_light_keeps_its_odds_and_its_sum(name: Lighting) -> None:
    """Whatever part the lamp has of the usual light in a camera; water leaves lamp and sky as they are."""
    config, camera = LIGHTS[name], replace(PLAIN, lamp=0.3)
    lit, factors = Illumination.of(config, camera), LightFactors.of(config)
    assert lit.lamp[1] + lit.sky == pytest.approx(factors.total)
    assert lit.lamp[1] / lit.sky == pytest.approx(factors.odds * 0.3 / 0.7)
    cast = config.lamp * (config.lamp_rgb[0] - 1) / (config.lamp + config.sky)
    assert (lit.lamp[0] + lit.sky) / factors.total == pytest.approx(1 + cast)
    wet = Illumination.of(wetted(config), camera)
    assert (wet.lamp, wet.sky) == (lit.lamp, lit.sky)
    assert wet.water > lit.water == 0
