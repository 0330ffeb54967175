"""Pictures of which it is known what was laid, but for some chips: near colours in any shares, mostly in usual light.

The look of the colours is then learnt from what was laid (`plitka.core.measure.colour_model.fit_labelled_colours`).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from autoencoder import pass_through
from scenes import (
    CATALOGUE,
    LABS,
    N_SAMPLES,
    NEAR_PAIRS,
    POINT_PX,
    Example,
    blur,
    compress,
    draw_camera,
    draw_finishes,
    draw_light,
    draw_surface,
    drift,
    move,
    point_shares,
    shrink_to_points,
    to_levels,
)

from plitka.core.colour.arrays import decode_srgb8, encode_srgb8, lit_colours
from plitka.core.colour.palette import Colour, default_palette
from plitka.core.measure.classifier import Features, compute_features
from plitka.core.measure.colour_model import fit_labelled_colours
from plitka.core.measure.samples import Samples, draw_samples
from plitka.core.tile.dealing import deal_colours
from plitka.core.tile.granules import Geometry, GranuleConfig, lay_granules
from plitka.core.tile.lighting import LightConfig
from plitka.core.tile.painting import paint_dealt
from plitka.core.tile.renderer import LitLayer
from plitka.core.tile.shading import compute_light
from plitka.core.tile.surfaces import finished

MOST_FLIPPED = 0.12
MOST_NOISE = 7.0
"""Levels, the deviation of the noise of files."""
SWATCHES = 0.4
"""Share of pictures whose colours are learnt on another picture, with as much of each."""
STRANGE, PATCHED, MOST_PATCHED = 0.06, 0.1, 0.6
"""Share of maps that are of another picture, and of those that are so in a part of at most this side."""
UNPAINTED, MOST_UNPAINTED = 0.25, 0.4
"""Share of pictures that lack a colour of their map, and of the map's chips that are said to be of it."""


def draw_laid_examples(seed: int, size_px: int, autoencoder: Path | None) -> Iterator[Example]:
    """Pictures of one layer without end; some have passed through an autoencoder, if its folder is given."""
    layer, rng = draw_layer(seed, size_px), np.random.default_rng([seed, 1])
    while True:
        yield draw_example(layer, rng, autoencoder)


def draw_layer(seed: int, size_px: int) -> LitLayer:
    """Granules of about the usual size; half of the layers in the usual light, some in any."""
    rng = np.random.default_rng([seed, 2])
    u = rng.uniform
    scale = float(np.exp(rng.normal(0, 0.12) if u() < 0.75 else u(np.log(0.6), np.log(1.6))))
    surface = draw_surface(u(), 0.04)
    press = u(0.25, 0.7) if u() < 0.3 else GranuleConfig().press
    granules = GranuleConfig(size_px=size_px, field_mm=size_px / 7 / scale, press=press, surface=surface)
    geometry, config = lay_granules(granules, seed), finished(draw_laid_light(rng), surface)
    return LitLayer(geometry, compute_light(geometry, config), config)


def draw_laid_light(rng: np.random.Generator) -> LightConfig:
    kind, usual = rng.random(), LightConfig()
    if kind < 0.4:
        return usual
    if kind < 0.8:
        u, about = rng.uniform, lambda value: value * float(np.exp(rng.normal(0, 0.12)))
        return replace(
            usual, lamp=about(usual.lamp), sky=about(usual.sky), occlusion=about(usual.occlusion),
            sheen=usual.sheen * u(0.5, 1.4), coarse_relief_px=about(usual.coarse_relief_px), warmth=u(-0.5, 0.5),
        )  # fmt: skip
    return draw_light(rng)


def draw_example(layer: LitLayer, rng: np.random.Generator, autoencoder: Path | None) -> Example:
    """One picture, with the look of its colours learnt from a map that it does not quite keep to."""
    geometry, oversample = layer.geometry, layer.geometry.config.oversample
    asked, shares = draw_recipe(rng)
    lit = lit_colours(asked)
    dealt = deal_colours(geometry.areas, list(shares), rng)
    shown, of_look = drift(lit, rng) if rng.random() < 0.4 else lit, int(rng.integers(2**32))

    def paint(of_chips: np.ndarray, parts: np.ndarray) -> np.ndarray:
        look = np.random.default_rng(of_look)
        finishes = draw_finishes(lit, parts, look)
        return paint_dealt(layer, shown, finishes, of_chips, draw_camera(finishes, parts, look), rng)[0]

    pixels = disturb(paint(dealt, shares), rng, autoencoder)
    swatch = draw_swatch(geometry, len(asked), paint, rng) if rng.random() < SWATCHES else None
    said = dealt
    if swatch is None and rng.random() < UNPAINTED:
        asked, said = [*asked, draw_other(asked, rng)], say_unpainted(dealt, len(asked), rng)
        lit, shares = lit_colours(asked), np.append(shares, 0.0)
    points = shrink_to_points(decode_srgb8(pixels))
    flat = points.reshape(-1, 3)
    drawn = flat[rng.choice(len(flat), min(N_SAMPLES, len(flat)), replace=False)]
    if swatch is None:
        laid = mistake(lay_apart(geometry, said, shares, rng), geometry, shares, rng)
        swatch = draw_samples(points, laid, len(asked))
    seen = compute_features(points, fit_labelled_colours(drawn, lit, swatch))
    half = Features(*(part.astype(np.float16) for part in (seen.shared, seen.own, seen.other)))
    truth = point_shares(dealt[geometry.ids], len(asked), POINT_PX * oversample)
    return Example(half, np.concatenate([truth, np.zeros_like(truth[..., :1])], -1).astype(np.float16))


def draw_swatch(
    geometry: Geometry, n: int, paint: Callable[[np.ndarray, np.ndarray], np.ndarray], rng: np.random.Generator
) -> Samples:
    """Points of another picture, with as much of each colour, of which all that was laid is known."""
    even = np.full(n, 1 / n)
    dealt = deal_colours(geometry.areas, list(even), rng)
    oversample = geometry.config.oversample
    points = shrink_to_points(decode_srgb8(paint(dealt, even)))
    return draw_samples(points, dealt[geometry.ids][::oversample, ::oversample], n)


def draw_recipe(rng: np.random.Generator) -> tuple[list[Colour], np.ndarray]:
    """Two near colours, alone or with others; several near ones; a near one and a strange one; or any."""
    kind = rng.random()
    if kind < 0.5:
        colours = list(NEAR_PAIRS[rng.integers(len(NEAR_PAIRS))])
        chosen = [default_palette().find(name) for name in colours]
        if rng.random() < 0.3:
            chosen = [CATALOGUE[index] for index in nearest(rng.integers(len(CATALOGUE)), 2, rng)]
        if rng.random() < 0.2:
            chosen += any_colours(rng, int(rng.integers(1, 4)))
    elif kind < 0.65:
        chosen = [CATALOGUE[index] for index in nearest(rng.integers(len(CATALOGUE)), int(rng.integers(3, 6)), rng)]
    elif kind < 0.75:
        chosen = [default_palette().find("black"), *any_colours(rng, 1)]
    else:
        chosen = any_colours(rng, int(rng.choice(np.arange(1, 9), p=[0.25, 0.15, 0.2, 0.15, 0.08, 0.06, 0.055, 0.055])))
    chosen = list(dict.fromkeys(chosen))
    rng.shuffle(chosen)
    return chosen, draw_shares(len(chosen), rng)


def draw_shares(n: int, rng: np.random.Generator) -> np.ndarray:
    """At least 2 % each; of two colours one is often rare, which is the hardest."""
    if n == 2:
        first = 0.02 + 0.96 * rng.beta(0.6, 0.6)
        return np.array([first, 1 - first])
    return 0.02 + (1 - 0.02 * n) * rng.dirichlet(np.full(n, rng.choice([0.5, 1, 3])))


def any_colours(rng: np.random.Generator, n: int) -> list[Colour]:
    return [CATALOGUE[index] for index in rng.choice(len(CATALOGUE), n, replace=False)]


def draw_other(asked: list[Colour], rng: np.random.Generator) -> Colour:
    """A colour that is not among some."""
    return next(colour for colour in any_colours(rng, len(asked) + 1) if colour not in asked)


def say_unpainted(dealt: np.ndarray, colour: int, rng: np.random.Generator) -> np.ndarray:
    """What was dealt, but some chips are said to be of a colour that was not."""
    return np.where(rng.random(len(dealt)) < rng.uniform(0.01, MOST_UNPAINTED), colour, dealt)


def nearest(index: int, n: int, rng: np.random.Generator) -> list[int]:
    """A colour and some of those next to it."""
    order = np.argsort(np.linalg.norm(LABS - LABS[index], axis=1))
    return [int(index), *rng.choice(order[1 : n + 2], n - 1, replace=False).tolist()]


def lay_apart(geometry: Geometry, dealt: np.ndarray, shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(S, S) what a map may say that was laid: some chips are of another colour, and it lies a little beside."""
    n, oversample = len(shares), geometry.config.oversample
    flipped = rng.random(len(dealt)) < rng.uniform(0, MOST_FLIPPED)
    likely = shares if rng.random() < 0.6 else np.full(n, 1 / n)
    laid = np.where(flipped, rng.choice(n, len(dealt), p=likely / likely.sum()), dealt)[geometry.ids]
    down, right = rng.integers(-2, 3, 2) * oversample if rng.random() < 0.6 else (0, 0)
    return np.roll(laid, (down, right), (0, 1))[::oversample, ::oversample]


def mistake(laid: np.ndarray, geometry: Geometry, shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same map or, at times, one that is of another picture: all of it, or a square of it."""
    kind = rng.random()
    if kind > STRANGE + PATCHED:
        return laid
    other = draw_shares(len(shares), rng) if len(shares) > 1 and rng.random() < 0.5 else shares
    dealt = deal_colours(geometry.areas, list(other / other.sum()), rng)
    oversample = geometry.config.oversample
    strange = dealt[geometry.ids][::oversample, ::oversample]
    if kind < STRANGE:
        return strange
    side = int(rng.uniform(0.1, MOST_PATCHED) * len(laid))
    top, left = rng.integers(0, len(laid) - side, 2)
    patched = laid.copy()
    patched[top : top + side, left : left + side] = strange[top : top + side, left : left + side]
    return patched


def disturb(srgb8: np.ndarray, rng: np.random.Generator, autoencoder: Path | None) -> np.ndarray:
    """What the network's autoencoder, exposure, a soft lens, noise and files do, each at times."""
    if autoencoder and rng.random() < 0.4:
        srgb8 = to_levels(pass_through(srgb8, autoencoder, rng))
    if rng.random() < 0.3:
        srgb8 = encode_srgb8(decode_srgb8(srgb8) * np.exp(rng.normal(0, 0.03, 3) + rng.normal(0, 0.08)))
    picture = srgb8.astype(np.float32)
    if rng.random() < 0.4:
        picture = blur(picture, rng.uniform(0.2, 1.0))
    if rng.random() < 0.1:
        picture = move(to_levels(picture), rng).astype(np.float32)
    if rng.random() < 0.4:
        picture = picture + rng.normal(0, 1, picture.shape) * rng.uniform(0, MOST_NOISE)
    levels = to_levels(picture)
    return compress(levels, rng) if rng.random() < 0.2 else levels
