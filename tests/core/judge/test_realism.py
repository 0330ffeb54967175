"""Distances between pictures, on textures whose difference is known."""

from collections.abc import Callable
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.core.colour.arrays import decode_srgb8, linear_to_oklab
from plitka.core.judge import realism
from plitka.core.judge.realism import (
    Distances,
    Statistics,
    compare,
    describe_photograph,
    image_statistics,
    measure_distances,
)
from plitka.core.recipes.reading import parse_recipe
from plitka.errors import InputError

Picture = npt.NDArray[np.uint8]


def crumb(seed: int, *, side_px: int = 544, grain_px: float = 16.0, contrast: float = 35.0) -> Picture:
    """Even spots of one size in reddish brown: noise that passed a ring of frequencies."""
    noise = np.fft.rfft2(np.random.default_rng(seed).normal(size=(side_px, side_px)))
    frequency = np.hypot(np.fft.fftfreq(side_px)[:, None], np.fft.rfftfreq(side_px)[None, :])
    spots = np.fft.irfft2(noise * np.exp(-((frequency * grain_px - 1) ** 2) * 4), s=(side_px, side_px))
    grey = 128 + contrast * spots / spots.std()
    picture: Picture = np.clip(grey[..., None] * np.array([1.1, 0.8, 0.6]), 0, 255).astype(np.uint8)
    return picture


def blurred(picture: Picture) -> Picture:
    """Three passes of a five tap mean in both directions."""
    soft = picture.astype(np.float64)
    for _ in range(3):
        for axis in (0, 1):
            soft = np.mean([np.roll(soft, step, axis) for step in range(-2, 3)], axis=0)
    return soft.astype(np.uint8)


def noisy(picture: Picture) -> Picture:
    """Grey noise on every pixel."""
    noise = np.random.default_rng(5).normal(0, 15, (*picture.shape[:2], 1))
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@cache
def described(seed: int) -> Statistics:
    """What is known of a picture that many others are held against."""
    return image_statistics(crumb(seed))


def test_a_picture_is_at_no_distance_from_itself() -> None:
    """The same pixels give the same statistics, and those no distance."""
    one, again = image_statistics(crumb(1)), image_statistics(crumb(1))
    apart = measure_distances(one, again)
    assert (*apart.levels, apart.spectrum, apart.lightness) == (0,) * 6


def test_the_other_half_of_a_photograph_scores_one() -> None:
    """By construction: it is what ratios are measured in."""
    photograph = crumb(1, side_px=1024)
    reference = describe_photograph(photograph)
    inside = photograph[128:896, 128:896]
    assert reference.statistics.lightness.shape == (64,)
    right = realism._statistics_of(linear_to_oklab(decode_srgb8(inside[:, 384:], "float64")))
    ratios = compare([(measure_distances(right, reference.statistics), reference.halves)])
    assert (ratios.patches, ratios.spectrum, ratios.lightness) == pytest.approx((1, 1, 1))


def test_another_picture_of_the_same_texture_scores_about_one() -> None:
    """A perfect renderer paints another tile of the same kind, not the photograph."""
    references = [describe_photograph(crumb(seed, side_px=1024)) for seed in range(3)]
    others = [image_statistics(crumb(seed)) for seed in range(10, 13)]
    ratios = compare(
        (measure_distances(other, reference.statistics), reference.halves)
        for other, reference in zip(others, references, strict=True)
    )
    assert 0.5 < ratios.patches < 2
    assert 0.5 < ratios.spectrum < 2
    assert 0.3 < ratios.lightness < 3


def figure_of(apart: Distances, figure: str) -> float:
    """One of the distances, by its name in words."""
    levels = {"finest level": apart.levels[0], "coarsest level": apart.levels[-1]}
    return {**levels, "spectrum": apart.spectrum, "lightness": apart.lightness}[figure]


@pytest.mark.parametrize(
    ("spoiled", "figure"),
    [
        (lambda: blurred(crumb(2)), "finest level"),
        (lambda: noisy(crumb(2)), "finest level"),
        (lambda: blurred(crumb(2)), "spectrum"),
        (lambda: noisy(crumb(2)), "spectrum"),
        (lambda: crumb(2, grain_px=26), "spectrum"),
        (lambda: crumb(2, grain_px=10), "spectrum"),
        (lambda: crumb(2) // 2, "lightness"),
        (lambda: crumb(2, contrast=15), "lightness"),
        (lambda: crumb(2)[..., ::-1], "coarsest level"),
    ],
    ids=["blur", "noise", "blur spectrum", "noise spectrum", "coarse", "fine", "dark", "flat", "blue"],
)
def test_a_spoiled_picture_scores_worse_where_it_should(spoiled: Callable[[], Picture], figure: str) -> None:
    """Each fault shows in its own figure, at many times the distance of an unspoiled picture."""
    good, bad = (measure_distances(one, described(1)) for one in (described(2), image_statistics(spoiled())))
    assert figure_of(bad, figure) > 4 * figure_of(good, figure)


def test_colour_alone_leaves_spectrum_and_lightness_nearly_alone() -> None:
    """They look at lightness only; a tint that keeps it moves neither far."""
    one = crumb(1)
    tinted = np.clip(one + np.array([10, -5, 5]), 0, 255).astype(np.uint8)
    apart = measure_distances(image_statistics(tinted), image_statistics(one))
    assert apart.spectrum < 1
    assert apart.lightness < 2
    assert apart.levels[-1] > 10 * apart.levels[0]


def test_the_statistics_of_the_photographs_travel_with_the_package() -> None:
    """29 solids and 15 mixes, each half at some distance from the other, in a small file."""
    references = realism.load_references()
    mixes = [key for key in references if " " in key]
    assert (len(references) - len(mixes), len(mixes)) == (29, 15)
    assert all(min(one.halves.levels) > 0 and one.halves.spectrum > 0 for one in references.values())
    assert resources.files("plitka.core.judge").joinpath("data/photo_statistics.npz").stat().st_size < 300_000  # type: ignore[attr-defined]


def test_what_is_packed_is_what_was_described() -> None:
    """Half precision costs little of what two halves differ by, at every level."""
    reference = describe_photograph(crumb(1, side_px=1024))
    packed = realism.pack_references({"BROWN:100": reference})
    kept = packed["patches"][0].astype(np.float32)
    lost = np.abs(kept - reference.statistics.patches).mean(axis=(1, 2))
    assert (lost < 0.1 * np.array(reference.halves.levels)).all()


def test_a_recipe_is_filed_whatever_its_order() -> None:
    """Blue and red is red and blue."""
    one, other = (parse_recipe(text).recipe for text in ("40% blue, 60% red", "60% red, 40% blue"))
    assert realism.recipe_key(one) == realism.recipe_key(other) == "BLUE:40 RED:60"


def test_a_picture_smaller_than_a_window_is_refused() -> None:
    """Nothing can be said of its spectrum."""
    with pytest.raises(ValueError, match="256 px"):
        image_statistics(crumb(1, side_px=200))


@given(st.integers(0, 9), st.integers(10, 19))
@settings(max_examples=10, deadline=None)
def test_distance_is_the_same_both_ways(first: int, second: int) -> None:
    """And never below 0."""
    one, other = image_statistics(crumb(first, side_px=256)), image_statistics(crumb(second, side_px=256))
    assert measure_distances(one, other) == measure_distances(other, one)
    assert min(*measure_distances(one, other).levels, measure_distances(one, other).spectrum) >= 0


def test_ratios_are_of_means() -> None:
    """Two pictures, at twice and four times the distance of halves: three times, and so at each level."""
    halves = Distances(levels=(1.0, 2.0, 3.0, 4.0), spectrum=5.0, lightness=6.0)
    twice, fourfold = (
        Distances(
            levels=tuple(factor * level for level in halves.levels), spectrum=factor * 5.0, lightness=factor * 6.0
        )
        for factor in (2, 4)
    )
    ratios = compare([(twice, halves), (fourfold, halves)])
    assert (ratios.patches, ratios.spectrum, ratios.lightness) == pytest.approx((3, 3, 3))
    assert ratios.levels == pytest.approx((3, 3, 3, 3))


def test_small_and_oblong_pictures_are_described() -> None:
    """Statistics have one shape whatever the picture's."""
    shapes = {image_statistics(crumb(1)[:height_px]).patches.shape for height_px in (256, 300, 544)}
    assert shapes == {(4, 32, 16)}


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (lambda: crumb(1, side_px=512), "at least 684 px"),
        (lambda: np.full((1024, 1024, 3), 90, np.uint8), "shows no granules"),
    ],
    ids=["small", "even"],
)
def test_a_photograph_that_tells_nothing_is_refused(picture: Callable[[], Picture], says: str) -> None:
    """Its halves must hold a window, and differ."""
    with pytest.raises(InputError, match=says):
        describe_photograph(picture())
