"""`measure` with labels of what was laid, in the picture or on a swatch: it learns from them how the colours look."""

from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from plitka.core.colour.palette import Colour
from plitka.core.generation import Swatch
from plitka.core.measure.shares import Measurement, measure
from plitka.core.recipes.reading import parse_recipe
from plitka.core.tile.dealing import deal_colours
from plitka.core.tile.granules import Geometry, GranuleConfig, lay_granules
from plitka.core.tile.lighting import LightConfig
from plitka.core.tile.renderer import Rendering, recolour
from plitka.core.tile.shading import LightMaps, compute_light
from plitka.errors import InputError

Labels = npt.NDArray[np.int64]

SIZE_PX = 384
SEED = 700
NEAR = (
    "70% gray, 30% dark gray",
    "50% blue, 50% dark blue",
    "80% khaki, 20% beige",
    "30% khaki, 70% beige",
    "60% white, 40% pearl",
    "50% sand, 50% beige",
    "60% black, 40% dark gray",
)
HARDEST = "40% gray, 60% light gray"
OTHERS = ("60% red, 30% black, 10% white", "25% blue, 25% dark green, 25% red, 25% yellow")


@cache
def _layer(seed: int = SEED) -> tuple[Geometry, LightMaps]:
    geometry = lay_granules(GranuleConfig(size_px=SIZE_PX, field_mm=SIZE_PX / 7), seed)
    return geometry, compute_light(geometry, LightConfig())


@cache
def _render(mix: str) -> Rendering:
    return recolour(*_layer(), parse_recipe(mix).recipe, LightConfig(), SEED)


@cache
def _told(mix: str) -> Measurement:
    return measure(_render(mix).pixels, _colours(mix), laid=_laid(mix))


def _colours(mix: str) -> tuple[Colour, ...]:
    return parse_recipe(mix).recipe.colours


def _laid(mix: str, flipped: float = 0.0) -> Labels:
    """The colour of each pixel; a part of the chips is said to be of any colour, all alike."""
    geometry, colours = _layer()[0], parse_recipe(mix).recipe.shares
    dealt = deal_colours(geometry.areas, colours, np.random.default_rng([SEED, 1]))
    rng = np.random.default_rng(3)
    chips = rng.permutation(dealt.size)[: round(flipped * dealt.size)]
    dealt[chips] = rng.integers(len(colours), size=chips.size)
    return _at_pixels(geometry, dealt)


def _at_pixels(geometry: Geometry, dealt: npt.NDArray[np.int32]) -> Labels:
    oversample = geometry.config.oversample
    at_pixels: Labels = dealt[geometry.ids[::oversample, ::oversample]].astype(np.int64)
    return at_pixels


def _swatch(mix: str) -> Swatch:
    """On other granules than the pictures."""
    layer, recipe, seed = _layer(SEED + 1), parse_recipe(mix).recipe, SEED + 1
    dealt = deal_colours(layer[0].areas, recipe.shares, np.random.default_rng([seed, 1]))
    pixels = recolour(*layer, recipe, LightConfig(), seed).pixels
    return Swatch(pixels, _at_pixels(layer[0], dealt).astype(np.uint8))


def _even(mix: str) -> str:
    """As much of each colour."""
    names, n = [part.split("% ")[1] for part in mix.split(", ")], len(mix.split(", "))
    return ", ".join(f"{100 // n + (index < 100 % n)}% {name}" for index, name in enumerate(names))


def _largest_error(found: Measurement, mix: str) -> float:
    return float(np.abs(np.subtract(list(found.percents.values()), 100 * np.array(_render(mix).shares))).max())


@pytest.mark.parametrize("mix", [*NEAR, *OTHERS])
def test_shares_of_near_colours_are_found(mix: str) -> None:
    """Nearly all of the doubt between them was about how they look."""
    assert _largest_error(_told(mix), mix) < 2


def test_the_hardest_pair_is_known_to_be_doubtful() -> None:
    """Two light greys are found within the uncertainty that is stated."""
    told = _told(HARDEST)
    assert _largest_error(told, HARDEST) < told.uncertainty < 8


def test_near_colours_are_better_known_than_without() -> None:
    """On the mean by half."""
    blind = [_largest_error(measure(_render(mix).pixels, _colours(mix)), mix) for mix in NEAR]
    assert np.mean([_largest_error(_told(mix), mix) for mix in NEAR]) < np.mean(blind) / 2


@pytest.mark.parametrize("mix", ["60% red, 40% black", "60% gray, 40% dark gray", "60% khaki, 40% beige"])
def test_the_picture_is_believed_and_not_the_map(mix: str) -> None:
    """With 15 % of the chips, or 30 %, untrue, shares stay those of the picture, whatever the map's are."""
    for flipped in (0.15, 0.3):
        found = measure(_render(mix).pixels, _colours(mix), laid=_laid(mix, flipped))
        assert _largest_error(found, mix) < 2


def test_a_colour_that_was_not_painted_is_not_found() -> None:
    """A map says that 30 % are black, the picture is red: the shares are the picture's."""
    mix, laid = "100% red", _laid("70% red, 30% black")
    found = measure(_render(mix).pixels, _colours("70% red, 30% black"), laid=laid)
    assert found.percents["RED"] > 98


def test_colours_that_nobody_asked_for_are_found() -> None:
    """A tenth of the picture is yellow, of which its map knows nothing."""
    mix = "50% red, 40% black, 10% yellow"
    laid = np.where(_laid(mix) == 2, 0, _laid(mix))
    assert measure(_render(mix).pixels, _colours(mix)[:2], laid=laid).off_palette == pytest.approx(10, abs=1)
    assert _told("60% red, 30% black, 10% white").off_palette < 0.5


def test_a_colour_that_was_laid_nowhere_is_measured() -> None:
    """Nothing is learnt of it; the palette and the light of the others stand for it."""
    mix = "60% red, 40% white"
    found = measure(_render(mix).pixels, _colours("50% red, 40% white, 10% black"), laid=_laid(mix))
    assert found.percents["RED"] == pytest.approx(100 * _render(mix).shares[0], abs=2)
    assert found.percents["BLACK"] < 2


def test_the_order_of_colours_only_orders_the_answer() -> None:
    """With the indices that go with the order."""
    mix = OTHERS[0]
    back = measure(_render(mix).pixels, _colours(mix)[::-1], laid=2 - _laid(mix))
    assert back.percents == _told(mix).percents
    assert list(back.percents) == list(_told(mix).percents)[::-1]


def test_one_colour_has_it_all() -> None:
    """There is nothing to doubt."""
    mix = "100% red"
    found = measure(_render(mix).pixels, _colours(mix), laid=_laid(mix))
    assert found.percents == pytest.approx({"RED": 100})
    assert found.uncertainty == 0
    assert found.off_palette < 1.5


def test_a_large_picture_is_shrunk_with_what_was_laid() -> None:
    """Six times as large a picture of the same tile has the same shares."""
    mix = OTHERS[0]
    large, laid = np.kron(_render(mix).pixels, np.ones((6, 6, 1), np.uint8)), np.kron(_laid(mix), np.ones((6, 6), int))
    assert _largest_error(measure(large, _colours(mix), laid=laid), mix) < 3


@cache
def _by_swatch(mix: str) -> Measurement:
    return measure(_render(mix).pixels, _colours(mix), swatch=_swatch(_even(mix)))


@pytest.mark.parametrize("mix", [*NEAR, *OTHERS])
def test_a_swatch_tells_how_colours_look(mix: str) -> None:
    """What was laid is known of another picture with as much of each: within the 3 points of the promise."""
    assert _largest_error(_by_swatch(mix), mix) < min(3, _by_swatch(mix).uncertainty)


def test_where_a_swatch_tells_less_that_is_said() -> None:
    """By its uncertainty."""
    by_swatch = _by_swatch(HARDEST)
    assert _largest_error(by_swatch, HARDEST) < by_swatch.uncertainty < 8


def test_near_colours_are_better_known_by_a_swatch() -> None:
    """Than by the picture alone; within a point on the mean."""
    blind = [_largest_error(measure(_render(mix).pixels, _colours(mix)), mix) for mix in NEAR]
    assert np.mean([_largest_error(_by_swatch(mix), mix) for mix in NEAR]) < min(1, float(np.mean(blind)))


@pytest.mark.parametrize("mix", ["80% khaki, 20% beige", "60% red, 30% black, 10% white"])
def test_a_swatch_tells_nothing_of_shares(mix: str) -> None:
    """Whether a colour is rare on it or common, the shares are the picture's; and so in any order."""
    *first, last = mix.split(", ")
    names = [part.split("% ")[1] for part in (*first, last)]
    rare = ", ".join([f"{100 - 5 * (len(names) - 1)}% {names[0]}", *(f"5% {name}" for name in names[1:])])
    common = ", ".join([f"{90 // (len(names) - 1)}% {name}" for name in names[1:]])
    common = f"10% {names[0]}, {common}"
    found = [measure(_render(mix).pixels, _colours(mix), swatch=_swatch(other)) for other in (rare, common)]
    assert max(_largest_error(one, mix) for one in found) < 2
    back = _swatch(rare)
    back = Swatch(back.pixels, (len(names) - 1 - back.laid).astype(np.uint8))
    assert measure(_render(mix).pixels, _colours(mix)[::-1], swatch=back).percents == found[0].percents


def test_what_was_laid_in_the_picture_is_believed_before_a_swatch() -> None:
    """It is about the picture itself."""
    mix = OTHERS[0]
    assert measure(_render(mix).pixels, _colours(mix), laid=_laid(mix), swatch=_swatch(_even(mix))) == _told(mix)


def test_an_impossible_swatch_is_refused() -> None:
    """As what was laid in the picture would be."""
    mix, swatch = OTHERS[0], Swatch(np.zeros((64, 64, 3), np.uint8), np.full((64, 64), 3, np.uint8))
    with pytest.raises(InputError, match="from 0 to 2, not 3 to 3"):
        measure(_render(mix).pixels, _colours(mix), swatch=swatch)


@pytest.mark.parametrize(
    ("laid", "message"),
    [
        (np.zeros((64, 63), np.int64), "whole numbers"),
        (np.zeros((64, 64, 1), np.int64), "whole numbers"),
        (np.zeros((64, 64), np.float64), "whole numbers"),
        (np.full((64, 64), 2), "from 0 to 1, not 2 to 2"),
        (np.full((64, 64), -1), "from 0 to 1, not -1 to -1"),
    ],
)
def test_what_cannot_have_been_laid_is_refused(laid: Labels, message: str) -> None:
    """With a sentence that says what to give."""
    with pytest.raises(InputError, match=message):
        measure(np.zeros((64, 64, 3), np.uint8), _colours("50% red, 50% black"), laid=laid)
