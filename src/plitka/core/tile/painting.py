"""Colours on a lit layer, as a camera takes them: matter and light, then the tone curve, noise and the lens.

All of it is done on the picture's pixels: the chips of a pixel's cells are averaged, and so is the light on them. A
browser's shader does the same (`web/preview`). Arithmetic is in linear light up to the tone curve, and in sRGB, 0..1,
after it, where cameras sharpen. Pictures are periodic.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import LinearRgb, encode_srgb, lit_colours
from plitka.core.scene import Lighting
from plitka.core.tile.bands import fill_bands
from plitka.core.tile.finishes import GAINS, MATTER, Camera, FinishRows, load_finishes
from plitka.core.tile.grain import LEVELS_PER_DEVIATION, make_grain
from plitka.core.tile.granules import FloatMap, IdMap
from plitka.core.tile.lighting import LIGHTS, LightConfig
from plitka.core.tile.shading import LightMaps, shrink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plitka.core.scene import Scene

BOUNCE, BOUNCE_AGAIN, BOUNCE_OF_LOST = 0.7, 0.8, 0.25
"""Of the light that a gap lacks and its neighbours throw back: how much arrives, how much of that is thrown again, and
how much of what the gap itself lost comes to its mouth. By eye, beside path-traced shards."""
NEAR_PX = 8
"""Side of the squares whose mean lightness stands for what is near."""
DARKEST = 1e-4
"""Least lightness of a surface whose hue is asked for."""
TINT = 0.008
"""Deviation of the logarithm of each primary among chips of a colour."""
MOST_TONE = 0.4
"""Deviations of a chip in lightness beyond this, as a logarithm, are clipped: rubber has no such outliers."""
MOST_DRAWN = 4.0
"""And draws beyond so many deviations."""
SHOULDER = 0.72
"""Linear light above this is bent towards white."""
MIDDLE = 0.2
"""Linear light that contrast leaves as it is."""
BRIGHTEST = 0.992
"""sRGB of the brightest point: photographs are hardly ever clipped."""
_TONE_LEVELS, _MOST_ROOT = 4096, 2.0
"""Entries of the tone curve's table, and the root of the light at its end."""
_PAPER = 0.7
"""Shoulder of the white paper beside a whole tile, which no finish changes."""

Planes = npt.NDArray[np.float32]
"""(C, H, W)"""


@dataclass(frozen=True, slots=True)
class PixelChips:
    """Which chips each pixel shows."""

    first: IdMap
    """(H, W) the chip of the upper left cell."""
    mixed: npt.NDArray[np.intp]
    """(m,) numbers of the pixels that show others as well."""
    cells: npt.NDArray[np.int32]
    """(k, m) the chips of all cells of those."""

    @classmethod
    def of(cls, ids: IdMap, oversample: int) -> "PixelChips":
        """Those of (H k, W k) cells."""
        corners = [
            ids[down::oversample, right::oversample] for down in range(oversample) for right in range(oversample)
        ]
        differ = np.zeros(corners[0].shape, bool)
        for corner in corners[1:]:
            differ |= corner != corners[0]
        mixed = np.flatnonzero(differ)
        return cls(corners[0], mixed, np.stack([corner[differ] for corner in corners]))

    def show(self, of_chips: FloatMap) -> Planes:
        """(c, H, W) mean over each pixel of figures (n, c) of chips."""
        planes = np.empty((of_chips.shape[1], *self.first.shape), np.float32)
        for plane, figures in zip(planes, of_chips.T, strict=True):
            own = np.ascontiguousarray(figures, np.float32)
            np.take(own, self.first, out=plane, mode="clip")
            plane.ravel()[self.mixed] = own[self.cells].mean(0)
        return planes


@dataclass(frozen=True, slots=True)
class ChipPaint:
    """What each chip is made of."""

    albedo: LinearRgb
    """(n, 3) linear light, wet or dry."""
    coat: FloatMap
    """(n,) light that it adds where it mirrors the lamp."""
    mottle: FloatMap
    """(n,) deviation of its points."""

    @property
    def figures(self) -> FloatMap:
        """(n, 5) all of these."""
        return np.concatenate([self.albedo, self.coat[:, None], self.mottle[:, None]], 1).astype(np.float32)


class LitPixels(Protocol):
    """Granules and the light on them, as a picture's pixels show them."""

    @property
    def pixel_chips(self) -> PixelChips: ...

    @property
    def pixel_light(self) -> LightMaps: ...

    @property
    def light_config(self) -> LightConfig:
        """What the light was computed by."""
        ...


def finishes_of(scene: "Scene", areas: "Sequence[float]") -> tuple[FinishRows, Camera]:
    """The finish of each colour of a scene, whose zones cover these parts of the tile, and the camera that takes it."""
    codes, shares = [colour.code for colour in scene.colours], np.zeros(len(scene.colours))
    for zone, area in zip(scene.zones, areas, strict=True):
        for colour, share in zip(zone.recipe.colours, zone.recipe.shares, strict=True):
            shares[codes.index(colour.code)] += area * share
    table = load_finishes()
    rows, of_tile = table.of(scene.colours), shares.tolist()
    return table.mixed(rows, of_tile, lit_colours(scene.colours)), table.camera(rows, of_tile)


def paint_dealt(
    lit: LitPixels,
    colours: LinearRgb,
    finishes: FinishRows,
    dealt: npt.NDArray[np.int32],
    camera: Camera,
    rng: np.random.Generator,
    ground: tuple[FloatMap, FloatMap] | None = None,
) -> tuple[npt.NDArray[np.uint8], FloatMap]:
    """A picture of granules that have their colours, and the albedo of each.

    Args:
        lit: laid and lit.
        colours: (k, 3) linear light of the lit facets of each colour.
        finishes: (k, `FIELDS`) of each colour.
        dealt: (n,) place of each chip's colour among these.
        camera: that takes the picture.
        rng: what chips of one colour differ by is drawn from it.
        ground: as `take_picture` has it.
    """
    drawn = draw_chips(dealt.size, rng)
    albedo = vary_tones(colours[dealt], finishes[dealt], drawn)
    illumination = Illumination.of(lit.light_config, camera)
    chips = make_chips(albedo, finishes[dealt], drawn, illumination)
    return take_picture(lit.pixel_chips, lit.pixel_light, chips, illumination, camera, ground), albedo


def draw_chips(n: int, rng: np.random.Generator) -> FloatMap:
    """(5, n) by what chips of one colour differ, in deviations: tone, red, green, blue, shine."""
    drawn: FloatMap = np.clip(rng.standard_normal((5, n), np.float32), -MOST_DRAWN, MOST_DRAWN)
    return drawn


def vary_tones(colours: LinearRgb, finishes: FinishRows, drawn: FloatMap) -> LinearRgb:
    """(n, 3) colours of chips, each a little lighter or darker and a little off in tint, by (5, n) draws."""
    tone = np.clip(finishes[:, MATTER.index("tone")] * drawn[0], -MOST_TONE, MOST_TONE)
    varied: LinearRgb = (colours * np.exp(tone + TINT * drawn[1:4]).T).astype(np.float32)
    return varied


def make_chips(albedo: LinearRgb, finishes: FinishRows, drawn: FloatMap, light: "Illumination") -> ChipPaint:
    """Chips of (n, 3) varied colours and the finishes (n, `FIELDS`) of their colours."""
    coat, spread, _, mottle = finishes.T[: GAINS.start]
    seen = (albedo * finishes[:, GAINS]) ** light.exponent * light.gain
    return ChipPaint(seen, coat * np.exp(spread * drawn[4]), mottle)


@dataclass(frozen=True, slots=True, kw_only=True)
class LightFactors:
    """A light beside the usual one, whatever the camera, and what water does to chips."""

    odds: float
    """Of the lamp against the sky, over the usual ones."""
    total: float
    """Light of both on a level chip in the open, of 1."""
    cast: tuple[float, float, float]
    """What the tint of the lamp adds to the light of both, in each primary."""
    coat: float
    """By what the light of coats is multiplied."""
    water: float
    """Light that a film of water adds to each coat's."""
    exponent: float
    gain: float
    """Of albedos."""

    @classmethod
    def of(cls, config: LightConfig) -> "LightFactors":
        """Those of a light on a surface, wet or dry."""
        usual, (red, green, blue) = LIGHTS[Lighting.STUDIO], config.lamp_rgb
        lamp = config.lamp / (usual.lamp + usual.sky)
        return cls(
            odds=(config.lamp / config.sky) / (usual.lamp / usual.sky),
            total=(config.lamp + config.sky) / (usual.lamp + usual.sky),
            cast=(lamp * (red - 1), lamp * (green - 1), lamp * (blue - 1)),
            coat=config.sheen / usual.sheen,
            water=config.highlight - config.sheen,
            exponent=config.albedo_exponent,
            gain=config.albedo_gain,
        )


@dataclass(frozen=True, slots=True)
class Illumination:
    """How much light of each kind one camera sees on a level chip in the open; of lamp and sky usually 1 together."""

    lamp: tuple[float, float, float]
    """In each primary."""
    sky: float
    coat: float
    """Part of each coat's light."""
    water: float
    """Light that a film of water adds to it."""
    exponent: float
    gain: float
    """Of albedos."""

    @classmethod
    def of(cls, config: LightConfig, camera: Camera) -> "Illumination":
        """A light as a camera takes it that has a part of its own for the lamp in the usual light.

        The colour cast of a warm or cold lamp is the same in all of them.
        """
        factors = LightFactors.of(config)
        odds = factors.odds * camera.lamp / (1 - camera.lamp)
        lamp = factors.total * odds / (1 + odds)
        red, green, blue = factors.cast
        return cls(
            lamp=(lamp + red, lamp + green, lamp + blue),
            sky=factors.total / (1 + odds),
            coat=camera.gloss * factors.coat,
            water=factors.water,
            exponent=factors.exponent,
            gain=factors.gain,
        )


def light_pixels(light: LightMaps, oversample: int) -> LightMaps:
    """The light on cells as it is on pixels."""
    return LightMaps(*(shrink(one[..., None], oversample)[..., 0] for one in light))


def take_picture(
    chips: PixelChips,
    light: LightMaps,
    paint: ChipPaint,
    illumination: Illumination,
    camera: Camera,
    ground: "tuple[FloatMap, FloatMap] | None" = None,
) -> npt.NDArray[np.uint8]:
    """The painted layer as an sRGB picture.

    Args:
        light: (H, W) on pixels.
        ground: the part of each pixel that is tile, 0..1, and the linear light of what is seen beside it, (H, W).

    Returns:
        (H, W, 3).
    """
    planes = chips.show(paint.figures)
    near, grain, table = _mean_of_squares(planes[:3].mean(0)), make_grain(*chips.first.shape), tone_table(camera)

    def take(rows: slice) -> None:
        around = _near_rows(near, rows, chips.first.shape[1])
        band = _shine(planes[:, rows], around, grain.mottle[rows], light.rows(rows), illumination, camera)
        encoded = _look_up(table, band)
        if ground is not None:
            tile, beside = (part[rows] for part in ground)
            paper = encode_srgb(_roll_off(beside, _PAPER)).astype(np.float32)
            encoded = (tile * encoded + (1 - tile) * paper).astype(np.float32)
        noise = (camera.noise / LEVELS_PER_DEVIATION) * grain.grain[rows]
        hues = np.float32(camera.hue_noise / LEVELS_PER_DEVIATION) * grain.hues[:, rows]
        planes[:3, rows] = encoded + noise + hues

    fill_bands(len(chips.first), take)
    return _focus(planes[:3], camera)


def _shine(
    planes: Planes,
    near: FloatMap,
    noise: npt.NDArray[np.int8],
    light: LightMaps,
    illumination: Illumination,
    camera: Camera,
) -> Planes:
    """(3, h, W) linear light of some rows.

    What is thrown back is as light as what is near, and of the place's own hue: gaps are deep in colour.
    """
    coat, mottle = planes[3], planes[4]
    mottled = 1 + (mottle / LEVELS_PER_DEVIATION) * noise
    open_sky = np.maximum(light.sky, 0) ** camera.occlusion
    lost, root = BOUNCE * (1 - open_sky), BOUNCE_OF_LOST * np.sqrt(open_sky)
    glint = (illumination.coat * coat + illumination.water) * light.sheen + camera.veil * light.sky
    shone = np.empty_like(planes[:3])
    around = near / np.maximum(planes[:3].mean(0), DARKEST)
    for primary, (surface, lamp) in enumerate(zip(planes[:3], illumination.lamp, strict=True)):
        hidden = lost * np.minimum(around * surface, 1)
        falls = (lamp * light.lamp + illumination.sky * open_sky) / (1 - BOUNCE_AGAIN * hidden) + root * hidden
        shone[primary] = surface * mottled * falls + glint
    return shone


def _mean_of_squares(plane: FloatMap) -> FloatMap:
    """(ceil(H / `NEAR_PX`), ceil(W / `NEAR_PX`))."""
    height, width = plane.shape
    if height % NEAR_PX or width % NEAR_PX:
        plane = np.pad(plane, ((0, -height % NEAR_PX), (0, -width % NEAR_PX)), mode="wrap")
    rows = plane.reshape(-1, NEAR_PX, plane.shape[1]).sum(1)
    squares: FloatMap = rows.reshape(len(rows), -1, NEAR_PX).sum(2) / np.float32(NEAR_PX**2)
    return squares


def _near_rows(squares: FloatMap, rows: slice, width: int) -> FloatMap:
    """(h, W) the means of squares on some rows of pixels, in straight lines from middle to middle."""
    for axis, places in ((0, np.arange(rows.start, rows.stop)), (1, np.arange(width))):
        at = (places + 0.5) / NEAR_PX - 0.5
        before = np.floor(at).astype(int)
        after = (at - before).astype(np.float32)[(...,) + (None,) * (1 - axis)]
        one, other = (squares.take((before + step) % squares.shape[axis], axis) for step in (0, 1))
        squares = one + after * (other - one)
    return squares


def tone_table(camera: Camera) -> npt.NDArray[np.float32]:
    """sRGB, 0..1, of light whose root rises evenly: what the camera makes of it."""
    light = np.linspace(0, _MOST_ROOT, _TONE_LEVELS) ** 2
    light = np.maximum(light - camera.toe, 0) / (1 - camera.toe)
    bent: npt.NDArray[np.float32] = encode_srgb(_roll_off(MIDDLE * (light / MIDDLE) ** camera.gamma, SHOULDER))
    return bent.astype(np.float32)


def _look_up(table: npt.NDArray[np.float32], light: Planes) -> Planes:
    places = np.sqrt(np.maximum(light, 0, out=light), out=light)
    places *= (_TONE_LEVELS - 1) / _MOST_ROOT
    places += 0.5
    found: Planes = table.take(places.astype(np.int32), mode="clip")
    return found


def _roll_off(linear: LinearRgb, shoulder: float) -> LinearRgb:
    """Highlights bent smoothly towards white instead of clipped, as a camera does."""
    room = 1 - shoulder
    return np.where(linear > shoulder, shoulder + room * np.tanh((linear - shoulder) / room), linear)


def _focus(encoded: Planes, camera: Camera) -> npt.NDArray[np.uint8]:
    """(H, W, 3) through a lens that blurs over three pixels, sharpened against the binomial of five."""
    _, height, width = encoded.shape
    padded = np.pad(encoded, ((0, 0), (2, 2), (2, 2)), mode="wrap")
    side, gain = np.float32(camera.lens_px**2 / 2), np.float32(camera.sharpen)
    picture = np.empty((height, width, 3), np.uint8)

    def take(rows: slice) -> None:
        for primary in range(3):
            block = padded[primary, rows.start : rows.stop + 4]
            far, near, middle = block[:-4] + block[4:], block[1:-3] + block[3:-1], block[2:-2]
            lens = middle + side * (near - 2 * middle)
            out = (1 + gain) * (lens[:, 2:-2] + side * (lens[:, 1:-3] + lens[:, 3:-1] - 2 * lens[:, 2:-2]))
            if gain:
                soft = 6 * middle + 4 * near + far
                soft = 6 * soft[:, 2:-2] + 4 * (soft[:, 1:-3] + soft[:, 3:-1]) + soft[:, :-4] + soft[:, 4:]
                out -= (gain / 256) * soft
            picture[rows, :, primary] = np.rint(np.clip(out, 0, BRIGHTEST) * 255)

    fill_bands(height, take)
    return picture
