"""Pictures with known shares, spread wider than any tile: lights, sizes, drifting colours, poor cameras, files."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from autoencoder import pass_through
from PIL import Image

from plitka.core.colour.arrays import decode_srgb8, encode_srgb8, linear_to_lab, lit_colours
from plitka.core.colour.palette import Colour, default_palette
from plitka.core.measure.classifier import Features, compute_features
from plitka.core.measure.colour_model import fit_colours
from plitka.core.measure.shading_curve import nearest_gap
from plitka.core.measure.windows import window_mean
from plitka.core.scene import Lighting, Surface
from plitka.core.tile.dealing import deal_colours
from plitka.core.tile.finishes import CAMERA, GAINS, MATTER, Camera, FinishRows, load_finishes
from plitka.core.tile.granules import GranuleConfig, lay_granules
from plitka.core.tile.lighting import LIGHTS, LightConfig
from plitka.core.tile.painting import paint_dealt
from plitka.core.tile.renderer import LitLayer
from plitka.core.tile.shading import compute_light
from plitka.core.tile.surfaces import finished

CATALOGUE = default_palette().catalogue
LABS = np.array([colour.lab_d65 for colour in CATALOGUE])
NEUTRALS = np.flatnonzero(np.hypot(LABS[:, 1], LABS[:, 2]) < 8)
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
POINT_PX = 2
N_SAMPLES = 5000
NEAR_PAIRS = (
    ("white", "pearl"),
    ("white", "pearl"),
    ("black", "dark gray"),
    ("gray", "light gray"),
    ("gray", "dark gray"),
    ("gray", "light gray"),
    ("black", "dark gray"),
    ("blue", "dark blue"),
    ("khaki", "beige"),
    ("white", "pearl"),
    ("sand", "beige"),
    ("brown", "terracotta"),
    ("red", "terracotta"),
    ("black", "dark blue"),
)
"""Those that are hardest to tell apart stand twice, so that they are drawn twice as often."""
PLAIN = 0.25
"""Share of pictures that are renders as they leave the renderer."""
PAIRS, CONTRASTS, ABSENT = 0.22, 0.35, 0.4
"""Share of recipes of a near pair, and of black with white; and of those of near pairs that lack one of them."""
MOST_NOISE = 10.0
"""Levels, the deviation of the noise of files."""

MATTER_SPREAD = 0.3
"""Deviation of the logarithm of what granules of a colour are made of, where it is not as it was photographed."""
GAIN_SPREAD = 0.05


@dataclass(frozen=True)
class Example:
    """What the network sees of a picture, and what is true."""

    features: Features
    truth: npt.NDArray[np.float16]  # (h, w, n + 1), last what nobody asked for


def draw_layer(seed: int, size_px: int) -> LitLayer:
    """Granules of any size on any surface under any light."""
    rng = np.random.default_rng(seed)
    u = rng.uniform
    scale = float(np.exp(u(np.log(0.5), np.log(1.7))))
    surface = draw_surface(u(), 0.12)
    granules = GranuleConfig(size_px=size_px, field_mm=size_px / 7 / scale, press=u(0.25, 0.7), surface=surface)
    geometry, config = lay_granules(granules, seed), finished(draw_light(rng), surface)
    return LitLayer(geometry, compute_light(geometry, config), config)


def draw_surface(drawn: float, unusual: float) -> Surface:
    """The usual surface or, in this share of draws, any of the others.

    Args:
        drawn: evenly from 0..1.
        unusual: 0..1.
    """
    others = [surface for surface in Surface if surface is not Surface.PRESSED]
    return others[int(drawn / unusual * len(others))] if drawn < unusual else Surface.PRESSED


def draw_light(rng: np.random.Generator) -> LightConfig:
    """Any light, or one of those that renders are made in, with its lamp elsewhere."""
    u = rng.uniform
    lamp = LightConfig(azimuth_deg=u(0, 360), elevation_deg=u(35, 72), warmth=u(-1, 1))
    if u() < 0.4:
        named = list(LIGHTS.values())[rng.integers(len(LIGHTS))] if u() < 0.5 else LIGHTS[Lighting.STUDIO]
        return replace(named, azimuth_deg=lamp.azimuth_deg, elevation_deg=lamp.elevation_deg, warmth=lamp.warmth)
    total = u(0.8, 1.35)
    direct = total * u(0.28, 0.65)
    return replace(
        lamp, softness_deg=u(4, 34), lamp=direct, sky=total - direct, sheen=u(0.01, 0.5), sheen_exponent=u(6, 75),
        fine_relief_px=u(0.02, 0.3), coarse_relief_px=u(0.5, 1.6), wetness=max(0.0, u(-1.5, 0.6)),
    )  # fmt: skip


def draw_finishes(lit: np.ndarray, shares: np.ndarray | list[float], rng: np.random.Generator) -> FinishRows:
    """(n, `FIELDS`) of (n, 3) linear lit colours in a mix: half of them as photographed, others anything about that."""
    table = load_finishes()
    rows = table.mixed(table.of_levels(encode_srgb8(np.clip(lit, 0, 1)).astype(np.float32)), list(shares), lit)
    if rng.random() < 0.5:
        rows[:, : GAINS.start] *= np.exp(rng.normal(0, MATTER_SPREAD, (len(rows), GAINS.start)))
        rows[:, GAINS] *= np.exp(rng.normal(0, GAIN_SPREAD, (len(rows), 1)))
    return rows


def draw_camera(rows: FinishRows, shares: np.ndarray | list[float], rng: np.random.Generator) -> Camera:
    """What the renderer takes such a mix with, or in part what it takes any other colour with."""
    finishes, part = load_finishes(), max(0.0, rng.uniform(-1, 1))
    own = finishes.camera(rows, list(shares))
    other = rng.choice(finishes.rows[:, len(MATTER) :])
    mixed = {
        name: getattr(own, name) * (1 - part) + part * float(value) for name, value in zip(CAMERA, other, strict=True)
    }
    return Camera(**mixed | {"gloss": own.gloss})


def draw_examples(seed: int, size_px: int, autoencoder: Path | None) -> Iterator[Example]:
    """Pictures of one layer without end; some have passed through an autoencoder, if its folder is given."""
    layer, rng = draw_layer(seed, size_px), np.random.default_rng([seed, 1])
    while True:
        yield draw_example(layer, rng, autoencoder)


def draw_example(layer: LitLayer, rng: np.random.Generator, autoencoder: Path | None) -> Example:
    asked, shares = draw_recipe(rng)
    others, other_share = draw_others(asked, rng)
    palette = lit_colours(asked)
    lit = lit_colours([*asked, *others])
    plain = rng.random() < PLAIN
    pixels, truth = paint_layer(
        layer,
        lit if plain else drift(lit, rng),
        [*(shares * (1 - other_share)), *([other_share] * len(others))],
        rng,
    )
    if not others:
        truth = np.concatenate([truth, np.zeros_like(truth[..., :1])], -1)
    pixels = pixels if plain else disturb(degrade(pixels, rng), rng, autoencoder)
    points = shrink_to_points(decode_srgb8(pixels))
    flat = points.reshape(-1, 3)
    fit = fit_colours(flat[rng.choice(len(flat), min(N_SAMPLES, len(flat)), replace=False)], palette)
    seen = compute_features(points, fit)
    # Half precision: a thousand examples then fit into memory.
    half = Features(*(part.astype(np.float16) for part in (seen.shared, seen.own, seen.other)))
    return Example(half, truth.astype(np.float16))


def draw_recipe(rng: np.random.Generator) -> tuple[list[Colour], npt.NDArray[np.float64]]:
    """Colours and shares; some colours are near-equal, some all neutral, and some asked for but absent."""
    kind = rng.random()
    if kind < PAIRS:
        return draw_pair(rng)
    if kind < PAIRS + CONTRASTS:
        chosen = [default_palette().find(name) for name in ("black", "white")]
        return chosen, rng.dirichlet((2, 2))
    n = int(rng.choice(np.arange(1, 9), p=[0.04, 0.32, 0.2, 0.16, 0.1, 0.07, 0.05, 0.06]))
    chosen = list(rng.choice(len(CATALOGUE), n, replace=False))
    if n in (2, 3) and rng.random() < 0.15:
        near = [default_palette().find(name) for name in NEAR_PAIRS[rng.integers(len(NEAR_PAIRS))]]
        pair = [CATALOGUE.index(colour) for colour in near]
        chosen = [*pair, *(index for index in chosen if index not in pair)][:n]
        rng.shuffle(chosen)
    elif n in (2, 3) and rng.random() < 0.3:
        chosen = list(rng.choice(NEUTRALS, n, replace=False))
    elif n > 1 and rng.random() < 0.45:
        apart = np.linalg.norm(LABS - LABS[chosen[0]], axis=1)
        apart[chosen] = np.inf
        chosen[1] = int(rng.choice(np.argsort(apart)[:4]))
    shares = rng.dirichlet(np.full(n, rng.choice([0.5, 1, 3])))
    if n > 1 and rng.random() < 0.35:
        shares[rng.integers(n)] = 0
    return [CATALOGUE[index] for index in chosen], shares / shares.sum()


def draw_pair(rng: np.random.Generator) -> tuple[list[Colour], npt.NDArray[np.float64]]:
    """Two near colours in any shares, of which one may be absent, and at times a third."""
    chosen = [default_palette().find(name) for name in NEAR_PAIRS[rng.integers(len(NEAR_PAIRS))]]
    if rng.random() < 0.35:
        index = int(rng.integers(len(CATALOGUE)))
        order = np.argsort(np.linalg.norm(LABS - LABS[index], axis=1))
        chosen = [CATALOGUE[index], CATALOGUE[int(order[rng.integers(1, 4)])]]
    rng.shuffle(chosen)
    shares = rng.dirichlet((0.8, 0.8))
    if rng.random() < ABSENT:
        shares = np.array([1.0, 0.0])
    third = CATALOGUE[rng.integers(len(CATALOGUE))]
    if rng.random() < 0.15 and third not in chosen:
        part = rng.uniform(0.02, 0.6)
        return [*chosen, third], np.append(shares * (1 - part), part)
    return chosen, shares


def draw_others(asked: list[Colour], rng: np.random.Generator) -> tuple[list[Colour], float]:
    """Sometimes a colour that nobody asked for, unlike all that were, and its share."""
    labs = np.array([colour.lab_d65 for colour in asked])
    if rng.random() < 0.3:
        for index in rng.permutation(len(CATALOGUE)):
            if np.linalg.norm(labs - LABS[index], axis=1).min() > 28:
                return [CATALOGUE[index]], float(rng.choice([0.01, 0.03, 0.1, 0.2]))
    return [], 0.0


def paint_layer(
    layer: LitLayer, lit: np.ndarray, shares: list[float], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """(S, S, 3) sRGB, and (S/2, S/2, n) shares of each point."""
    geometry, oversample = layer.geometry, layer.geometry.config.oversample
    dealt, finishes = deal_colours(geometry.areas, shares, rng), draw_finishes(lit, shares, rng)
    pixels, _ = paint_dealt(layer, lit, finishes, dealt, draw_camera(finishes, shares, rng), rng)
    cells = POINT_PX * oversample
    return pixels, point_shares(dealt[geometry.ids], len(shares), cells)


def point_shares(colour: np.ndarray, n_colours: int, cells: int) -> np.ndarray:
    """(N/c, N/c, n) share of each colour over squares of so many cells."""
    n = len(colour) // cells
    parts = colour[: n * cells, : n * cells].reshape(n, cells, n, cells)
    return np.stack([(parts == index).mean((1, 3), dtype=np.float32) for index in range(n_colours)], -1)


def drift(lit: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Colours as another batch shows them: all more saturated, each its own way, less where two are near."""
    if rng.random() < 0.5:
        lit = saturate(lit, rng.uniform(0.9, 1.35))
    if rng.random() < 0.5:
        freedom = np.minimum(nearest_gap(linear_to_lab(lit)), 40)[:, None] / 40
        lit = saturate(lit, 1 + freedom * rng.uniform(-0.1, 0.5, (len(lit), 1)))
        lit = lit * np.exp(freedom * (rng.normal(0, 0.10, (len(lit), 1)) + rng.normal(0, 0.07, lit.shape)))
    return np.clip(lit, 0.003, 1.2).astype(np.float32)


def saturate(lit: np.ndarray, factor: float | np.ndarray) -> np.ndarray:
    grey = (lit @ LUMINANCE)[:, None]
    return grey + (lit - grey) * factor


def degrade(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What cameras do: exposure, white balance, uneven light, contrast, veil, sharpening or a soft lens."""
    linear = decode_srgb8(pixels)
    if rng.random() < 0.6:
        linear = linear * np.exp(rng.normal(0, 0.05, 3) + rng.normal(0, 0.12))
    if rng.random() < 0.3:
        y, x = np.mgrid[: len(linear), : len(linear)] / len(linear) - 0.5
        linear = linear * (1 + rng.uniform(-0.25, 0.25) * x + rng.uniform(-0.25, 0.25) * y)[..., None]
    if rng.random() < 0.3:
        linear = linear ** rng.uniform(0.9, 1.12)
    if rng.random() < 0.3:
        linear = linear + rng.uniform(0, 0.015)
    kind = rng.random()
    if kind < 0.5:
        soft = window_mean(linear.astype(np.float32), int(rng.choice([3, 3, 5])))
        linear = linear + (soft - linear) * (rng.uniform(0.3, 1) if kind < 0.25 else rng.uniform(-0.8, -0.2))
    return encode_srgb8(linear)


def disturb(srgb8: np.ndarray, rng: np.random.Generator, autoencoder: Path | None) -> np.ndarray:
    """What files and networks do, each at times: latents, blur, other pixels and back, noise of its own grain, JPEG."""
    if autoencoder and rng.random() < 0.3:
        srgb8 = to_levels(pass_through(srgb8, autoencoder, rng))
        if rng.random() < 0.5:
            return srgb8
    picture = srgb8.astype(np.float32)
    if rng.random() < 0.6:
        picture = blur(picture, rng.uniform(0.3, 1.2))
    if rng.random() < 0.25:
        picture = resize_and_back(to_levels(picture), rng.uniform(0.6, 0.95)).astype(np.float32)
    if rng.random() < 0.2:
        picture = move(to_levels(picture), rng).astype(np.float32)
    if rng.random() < 0.5:
        noise = rng.normal(0, 1, picture.shape) * rng.uniform(0, MOST_NOISE)
        if rng.random() < 0.25:
            noise = blur(noise, 0.6) * 2
        picture = picture + noise
    levels = to_levels(picture)
    return compress(levels, rng) if rng.random() < 0.55 else levels


def blur(picture: np.ndarray, sigma_px: float) -> np.ndarray:
    reach = int(4 * sigma_px + 0.5)
    taps = np.exp(-((np.arange(-reach, reach + 1) / sigma_px) ** 2) / 2)
    for axis in (0, 1):
        padded = np.pad(picture, [(reach, reach) if side == axis else (0, 0) for side in range(3)], "symmetric")
        lines = np.lib.stride_tricks.sliding_window_view(padded, len(taps), axis)
        picture = (lines @ (taps / taps.sum())).astype(picture.dtype)
    return picture


def resize_and_back(srgb8: np.ndarray, factor: float) -> np.ndarray:
    image, side = Image.fromarray(srgb8), round(len(srgb8) * factor)
    return np.asarray(image.resize((side, side), Image.Resampling.BICUBIC).resize(image.size, Image.Resampling.BICUBIC))


def move(srgb8: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """By a part of a pixel, as a tile that is turned upright is: its points stay where they are."""
    right, down = rng.uniform(-0.5, 0.5, 2)
    moved = (1, 0, right, 0, 1, down)
    image = Image.fromarray(srgb8)
    return np.asarray(image.transform(image.size, Image.Transform.AFFINE, moved, Image.Resampling.BICUBIC))


def compress(srgb8: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """As JPEG of a quality that people use, with colours at full size or at half in one direction or both."""
    file, quality, subsampling = BytesIO(), int(rng.integers(70, 97)), int(rng.choice([0, 1, 2, 2]))
    Image.fromarray(srgb8).save(file, "JPEG", quality=quality, subsampling=subsampling)
    return np.asarray(Image.open(file))


def to_levels(picture: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def shrink_to_points(linear: np.ndarray) -> np.ndarray:
    n = len(linear) // POINT_PX
    return linear.reshape(n, POINT_PX, n, POINT_PX, 3).mean((1, 3), dtype=np.float32)
