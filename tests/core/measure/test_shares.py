"""The measure of shares, held against renders whose shares are exact."""

from collections.abc import Callable
from functools import cache
from io import BytesIO

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from plitka.core.colour.arrays import decode_srgb8, encode_srgb8
from plitka.core.colour.palette import Colour, default_palette
from plitka.core.measure.shares import Measurement, measure
from plitka.core.recipes.reading import parse_recipe
from plitka.core.tile.dealing import deal_colours
from plitka.core.tile.granules import Geometry, GranuleConfig, lay_granules
from plitka.core.tile.lighting import LightConfig
from plitka.core.tile.renderer import Rendering, recolour
from plitka.core.tile.shading import LightMaps, compute_light
from plitka.errors import InputError

Picture = npt.NDArray[np.uint8]

SIZE_PX = 320
MIXES = (
    "60% red, 30% black, 10% yellow",
    "50% black, 50% white",
    "25% blue, 25% dark green, 25% red, 25% yellow",
    "40% blue, 40% dark blue, 20% sky blue",
    "85% green apple, 15% orange",
    "30% red, 30% terracotta, 40% beige",
    "20% black, 20% white, 20% pink, 20% turquoise, 20% khaki",
)

SIMILAR = (MIXES[3], MIXES[5])
"""Their colours differ as light and shade do, so more error is allowed."""


@cache
def _layer(seed: int) -> tuple[Geometry, LightMaps, LightConfig]:
    scale = (0.8, 1.0, 1.3)[seed % 3]
    geometry = lay_granules(GranuleConfig(size_px=SIZE_PX, field_mm=SIZE_PX / 7 / scale), 500 + seed)
    config = LightConfig(azimuth_deg=110.0 * seed, elevation_deg=45.0 + 8 * seed, warmth=(-0.5, 0.0, 0.5)[seed % 3])
    return geometry, compute_light(geometry, config), config


@cache
def _render(mix: str, seed: int = 0) -> Rendering:
    return recolour(*_layer(seed)[:2], parse_recipe(mix).recipe, _layer(seed)[2], seed)


@cache
def _measured(mix: str, seed: int = 0) -> Measurement:
    return measure(_render(mix, seed).pixels, _colours(mix))


def _colours(mix: str) -> tuple[Colour, ...]:
    return parse_recipe(mix).recipe.colours


def _colour(name: str) -> Colour:
    colour = default_palette().find(name)
    assert colour is not None
    return colour


def _errors(found: Measurement, rendering: Rendering) -> npt.NDArray[np.float64]:
    errors: npt.NDArray[np.float64] = np.abs(np.array(list(found.percents.values())) - 100 * np.array(rendering.shares))
    return errors


def _gain(pixels: Picture, *gains: float) -> Picture:
    return encode_srgb8(decode_srgb8(pixels) * np.array(gains, np.float32))


def _on_white(tile: Picture, seed: int = 0) -> Picture:
    """The tile on white ground, with a ragged edge of 8 px and a soft shadow below it."""
    rng = np.random.default_rng(seed)
    height, width = tile.shape[:2]
    canvas = np.full((height + 96, width + 96, 3), 255, np.float64)
    for depth in range(12):
        canvas[48 + height + depth, 60:-40] -= 60 * np.exp(-depth / 4)
    top, bottom = rng.integers(0, 9, (2, width))
    left, right = rng.integers(0, 9, (2, height))
    y, x = np.mgrid[:height, :width]
    kept = (y >= top) & (y < height - bottom) & (x >= left[:, None]) & (x < (width - right)[:, None])
    canvas[48:-48, 48:-48][kept] = tile[kept]
    return canvas.astype(np.uint8)


def _blurred(pixels: Picture, sigma_px: float) -> Picture:
    """Under a Gaussian of 7 taps."""
    taps = np.exp(-((np.arange(-3, 4) / sigma_px) ** 2) / 2)
    soft = pixels.astype(np.float64)
    for axis in (0, 1):
        padded = np.pad(soft, [(3, 3) if side == axis else (0, 0) for side in range(3)], mode="edge")
        soft = np.apply_along_axis(np.convolve, axis, padded, taps / taps.sum(), "valid")
    return np.rint(soft).astype(np.uint8)


def _noisy(pixels: Picture, levels: float) -> Picture:
    noise = np.random.default_rng(0).normal(0, levels, pixels.shape)
    return np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8)


def _compressed(pixels: Picture, quality: float) -> Picture:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=int(quality))
    return np.asarray(Image.open(file))


def _resized_and_back(pixels: Picture, factor: float) -> Picture:
    image = Image.fromarray(pixels)
    small = image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.BICUBIC)
    return np.asarray(small.resize(image.size, Image.Resampling.BICUBIC))


Disturbance = Callable[[Picture, float], Picture]
DISTURBANCES: tuple[tuple[Disturbance, float], ...] = (
    (_blurred, 0.4),
    (_blurred, 0.9),
    (_noisy, 3),
    (_noisy, 8),
    (_compressed, 85),
    (_resized_and_back, 0.75),
)


def _moved(mix: str, disturb: Disturbance, amount: float) -> float:
    """Points by which the most changed share differs once the picture is disturbed."""
    before, after = _measured(mix).percents, measure(disturb(_render(mix).pixels, amount), _colours(mix)).percents
    return max(abs(before[code] - after[code]) for code in before)


@pytest.mark.parametrize(("disturb", "amount"), DISTURBANCES)
def test_sharpness_and_noise_leave_black_and_white_alone(disturb: Disturbance, amount: float) -> None:
    """A soft, noisy or compressed picture of the tile has the shares of the sharp one."""
    assert _moved(MIXES[1], disturb, amount) < 1


@pytest.mark.parametrize(
    "mix", ["60% red, 30% black, 10% white", MIXES[2], "75% black, 25% white", "90% black, 10% gray"]
)
def test_a_slightly_soft_picture_has_the_same_shares(mix: str) -> None:
    """As one whose edges an interpolation has rounded."""
    assert _moved(mix, _blurred, 0.4) < 1


@pytest.mark.parametrize("mix", MIXES)
def test_shares_of_renders_are_found(mix: str) -> None:
    """Under three lights and sizes of granule the mean error is small."""
    found = [_errors(_measured(mix, seed), _render(mix, seed)) for seed in range(3)]
    assert np.mean(found) < (3.5 if mix in SIMILAR else 1.5)
    assert np.max(found) < 5.5


def test_uncertainty_covers_the_largest_error() -> None:
    """At least 8 times in 10, and without being so wide as to say nothing."""
    cases = [(mix, seed) for mix in MIXES for seed in range(3)]
    found = [_measured(*case) for case in cases]
    errors = [_errors(one, _render(*case)).max() for one, case in zip(found, cases, strict=True)]
    stated = [one.uncertainty for one in found]
    assert np.mean(np.array(errors) <= np.array(stated)) >= 0.8
    assert np.median(stated) < 4


@pytest.mark.parametrize("mix", [MIXES[0], MIXES[1], "70% white, 30% pearl", "90% beige, 10% brown"])
def test_a_tile_is_cut_out_of_white_ground(mix: str) -> None:
    """Ragged edge, shadow and ground change the shares hardly at all, even for a white tile."""
    whole, framed = _measured(mix), measure(_on_white(_render(mix).pixels), _colours(mix))
    for code, percent in whole.percents.items():
        assert framed.percents[code] == pytest.approx(percent, abs=2.5)  # the rim, a quarter of it, is left out
    assert framed.off_palette < whole.off_palette + 1


@pytest.mark.parametrize("gains", [(1.1, 1.0, 0.88), (0.9, 1.0, 1.12), (0.75, 0.75, 0.75), (1.15, 1.15, 1.15)])
def test_light_of_the_camera_does_not_matter(gains: tuple[float, float, float]) -> None:
    """White balance and exposure leave the shares alone."""
    for mix in MIXES[:3]:
        before, after = _measured(mix).percents, measure(_gain(_render(mix).pixels, *gains), _colours(mix)).percents
        assert max(abs(before[code] - after[code]) for code in before) < 3.5


def test_colours_that_nobody_asked_for_are_reported() -> None:
    """Blue in a red and black tile is off the palette; red and black alone are not."""
    asked = _colours("50% red, 50% black")
    strange = measure(_render("40% red, 40% black, 20% blue").pixels, asked)
    assert strange.off_palette == pytest.approx(20, abs=6)
    assert strange.percents["RED"] == pytest.approx(50, abs=5)
    assert measure(_render("50% red, 50% black").pixels, asked).off_palette < 1.5


def test_what_is_off_the_palette_may_be_of_any_colour() -> None:
    """Ten percent of blue were not asked for: each share may be ten points larger."""
    found = measure(_render("50% red, 40% black, 10% blue").pixels, _colours("50% red, 50% black"))
    assert found.uncertainty > found.off_palette > 5


@pytest.mark.parametrize(("present", "absent"), [("red", "terracotta"), ("yellow", "sand"), ("white", "pearl")])
def test_an_absent_similar_colour_stays_away(present: str, absent: str) -> None:
    """Asked for as well, it is given little."""
    found = measure(_render(f"100% {present}").pixels, [_colour(present), _colour(absent)])
    assert found.percents[_colour(absent).code] < 5


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_percents_sum_to_100(n: int) -> None:
    """Whatever is asked of whatever picture."""
    asked = default_palette().catalogue[:n]
    noise = np.random.default_rng(0).integers(0, 256, (64, 96, 3), dtype=np.uint8)
    for pixels in (noise, np.zeros_like(noise), np.full_like(noise, 255), _render(MIXES[0]).pixels):
        found = measure(pixels, asked)
        assert sum(found.percents.values()) == pytest.approx(100)
        assert list(found.percents) == [colour.code for colour in asked]
        assert 0 <= found.off_palette <= 100
        assert np.isfinite(found.uncertainty)


def test_the_order_of_colours_only_orders_the_answer() -> None:
    """Asked in another order, each colour gets the same."""
    pixels, colours = _render(MIXES[2]).pixels, _colours(MIXES[2])
    forward, back = _measured(MIXES[2]), measure(pixels, colours[::-1])
    assert forward.percents == back.percents
    assert (forward.uncertainty, forward.off_palette) == (back.uncertainty, back.off_palette)


def test_one_colour_has_it_all() -> None:
    """There is nothing to doubt."""
    found = measure(_render("100% red").pixels, [_colour("red")])
    assert found.percents == pytest.approx({"RED": 100})
    assert found.uncertainty == 0
    assert found.off_palette < 1.5


def test_a_colour_known_by_its_hex_is_measured() -> None:
    """It has no photographed light and shade; its hex stands for its light."""
    found = measure(_render("60% red, 40% white").pixels, [_colour("#D45244"), _colour("#EFEDE8")])
    assert found.percents["#D45244"] == pytest.approx(60, abs=3)


def test_a_large_picture_is_shrunk() -> None:
    """Twice as large a picture of the same tile has the same shares."""
    pixels, colours = _render(MIXES[0]).pixels, _colours(MIXES[0])
    large = np.kron(pixels, np.ones((6, 6, 1), np.uint8))
    assert measure(large, colours).percents["RED"] == pytest.approx(_measured(MIXES[0]).percents["RED"], abs=3)


@pytest.mark.parametrize(
    ("pixels", "names", "message"),
    [
        (np.zeros((64, 64), np.uint8), ["red"], "must be"),
        (np.zeros((64, 64, 4), np.uint8), ["red"], "must be"),
        (np.zeros((64, 64, 3), np.float32), ["red"], "8-bit"),
        (np.zeros((63, 200, 3), np.uint8), ["red"], "at least 64 px"),
        (np.zeros((64, 64, 3), np.uint8), [], "at least one colour"),
        (np.zeros((64, 64, 3), np.uint8), ["red", "red"], "twice"),
    ],
)
def test_what_cannot_be_measured_is_refused(pixels: Picture, names: list[str], message: str) -> None:
    """With a sentence that says what to do."""
    with pytest.raises(InputError, match=message):
        measure(pixels, [_colour(name) for name in names])


FROZEN: tuple[tuple[str, bool, dict[str, float]], ...] = (
    ("60% red, 30% black, 10% yellow", False, {"RED": 60.7038, "BLACK": 29.2017, "YELLOW": 10.0945}),
    ("60% red, 30% black, 10% yellow", True, {"RED": 60.0923, "BLACK": 29.7093, "YELLOW": 10.1984}),
    ("40% blue, 40% dark blue, 20% sky blue", False, {"BLUE": 39.7249, "DKBLUE": 39.7957, "SKYBLUE": 20.4794}),
    ("40% blue, 40% dark blue, 20% sky blue", True, {"BLUE": 39.7711, "DKBLUE": 40.3190, "SKYBLUE": 19.9099}),
    ("50% khaki, 50% beige", False, {"KHAKI": 50.6417, "BEIGE": 49.3583}),
    ("50% khaki, 50% beige", True, {"KHAKI": 49.7328, "BEIGE": 50.2672}),
)
"""A mix in the usual light, whether its labels are told, and what is measured of it."""


@cache
def _frozen_layer() -> tuple[Geometry, LightMaps]:
    geometry = lay_granules(GranuleConfig(size_px=SIZE_PX, field_mm=SIZE_PX / 7), 500)
    return geometry, compute_light(geometry, LightConfig())


@pytest.mark.parametrize(("mix", "is_told", "percents"), FROZEN)
def test_measurements_stay_what_they_were(mix: str, is_told: bool, percents: dict[str, float]) -> None:
    """Guided pictures are corrected by them, so that their bytes depend on each.

    They repeat to the bit on one machine; elsewhere sums of floats may be added in another order.
    """
    geometry, light = _frozen_layer()
    recipe = parse_recipe(mix).recipe
    pixels = recolour(geometry, light, recipe, LightConfig(), 3).pixels
    dealt = deal_colours(geometry.areas, recipe.shares, np.random.default_rng([3, 1]))
    laid = dealt[geometry.ids[::2, ::2]] if is_told else None
    assert measure(pixels, recipe.colours, laid=laid).percents == pytest.approx(percents, abs=1e-3)
