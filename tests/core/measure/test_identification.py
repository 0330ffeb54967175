"""Which colours a picture has."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tests.core.measure.tile_pictures import Pixels, tile

from plitka.core.colour.arrays import lit_colours
from plitka.core.colour.palette import default_palette
from plitka.core.measure.identification import (
    Identification,
    find_even,
    identify,
    identify_beside,
    measure_named,
)
from plitka.core.measure.points import cut_points
from plitka.core.measure.shares import measure
from plitka.core.recipes.reading import parse_recipe
from plitka.errors import InputError

CATALOGUE = default_palette().catalogue
THREE = "60% red, 30% black, 10% white"


@cache
def identified(recipe: str) -> Identification:
    """What is found in a picture, for several tests."""
    return identify(tile(recipe, side_px=384), CATALOGUE)


class TestIdentify:
    """`identify`."""

    @pytest.mark.parametrize("step", [1, -1])
    def test_a_plain_colour_is_meant_where_a_finer_one_explains_no_more(self, step: int) -> None:
        """In whichever order they stand; the other is told."""
        named = {colour.caption_name: colour for colour in CATALOGUE}
        twin = replace(named["white"], code="TWIN", caption_name="pearl")
        candidates = [twin, *(named[name] for name in ("white", "red", "black"))][::step]
        found = identify(tile(THREE, side_px=384), candidates)
        assert {colour.code for colour in found.colours} == {"RED", "BLACK", "WHITE"}
        assert ("WHITE", "TWIN") in {(doubt.colour.code, doubt.instead.code) for doubt in found.doubts}

    @pytest.mark.parametrize(
        ("recipe", "look"),
        [
            ("100% red", {}),
            ("60% red, 30% black, 10% white", {}),
            ("50% blue, 50% yellow", {"light": "warm"}),
            ("70% emerald, 30% sand", {"wet": True}),
            ("40% terracotta, 60% light gray", {"surface": "cut", "light": "cold"}),
            ("80% green apple, 20% violet", {"light": "sun"}),
            ("35% pink, 35% dark gray, 30% turquoise", {"wet": True, "surface": "cut"}),
            ("100% gray", {"wet": True, "light": "overcast"}),
        ],
    )
    def test_the_colours_of_a_tile_are_found(self, recipe: str, look: dict[str, str]) -> None:
        """Under several lights, with their shares."""
        found = identify(tile(recipe, side_px=384, **look), CATALOGUE)
        asked = {name.split("% ")[1]: float(name.split("% ")[0]) for name in recipe.split(", ")}
        assert {colour.caption_name for colour in found.colours} == set(asked)
        for colour in found.colours:
            assert found.measurement.percents[colour.code] == pytest.approx(asked[colour.caption_name], abs=5)

    @pytest.mark.parametrize("light", ["studio", "sun"])
    def test_a_colour_that_is_seen_nowhere_is_not_found(self, light: str) -> None:
        """Though some squares speak for grass green between a dark one and black."""
        found = identify(tile("60% dark green, 40% black", side_px=512, light=light, whole=True), CATALOGUE)
        assert [colour.code for colour in found.colours] == ["DKGREEN", "BLACK"]
        assert sum(found.measurement.percents.values()) == pytest.approx(100)
        assert {doubt.colour.code for doubt in found.doubts} <= {"DKGREEN", "BLACK"}

    def test_the_largest_comes_first_and_the_recipe_sums_to_100(self) -> None:
        """In steps of a tenth."""
        found = identified(THREE)
        assert [colour.code for colour in found.colours] == ["RED", "BLACK", "WHITE"]
        assert sum(part.percent for part in found.recipe.parts) == 100

    def test_a_whole_tile_on_white_is_taken_without_its_ground(self) -> None:
        """White is none of its colours."""
        found = identify(tile("50% red, 50% blue", side_px=512, whole=True), CATALOGUE)
        assert {colour.code for colour in found.colours} == {"RED", "BLUE"}

    def test_what_no_candidate_explains_is_told_by_its_hex(self) -> None:
        """Lilac and red, where only red and black can be chosen."""
        known = default_palette().named(["red", "black"])
        found = identify(tile("70% red, 30% emerald", side_px=384), known)
        assert found.colours[0].code == "RED"
        assert [colour.source for colour in found.colours[1:]] == ["free"]
        assert found.measurement.percents[found.colours[1].code] == pytest.approx(30, abs=6)

    def test_a_batch_that_looks_otherwise_is_of_its_candidate(self) -> None:
        """What is laid looks like green apple; the dark green of another batch does so as well."""
        known = [colour for colour in CATALOGUE if colour.code != "GRNAPL"]
        [apple] = [colour for colour in CATALOGUE if colour.code == "GRNAPL"]
        assert apple.lit_hex is not None
        pixels = tile("60% green apple, 40% red", side_px=512, whole=True)
        for hexes in ((), (apple.lit_hex,)):
            dark_green = replace(next(each for each in known if each.code == "DKGREEN"), batch_lit_hexes=hexes)
            found = identify(pixels, [dark_green, *(each for each in known if each.code != "DKGREEN")])
            assert (dark_green in found.colours) is bool(hexes)
        assert {colour.code for colour in found.colours} == {"DKGREEN", "RED"}
        assert found.measurement.percents["DKGREEN"] == pytest.approx(60, abs=4)

    def test_candidates_are_needed(self) -> None:
        """There is nothing to choose from."""
        with pytest.raises(InputError, match="1 to 256"):
            identify(tile("100% red"), ())

    def test_one_picture_is_found_alike_each_time(self) -> None:
        """Nothing is left to chance."""
        assert identify(tile(THREE, side_px=384), CATALOGUE) == identified(THREE)


class TestIdentifyBeside:
    """`identify_beside`."""

    @pytest.fixture
    def pixels(self) -> Pixels:
        """A picture of three colours."""
        return tile(THREE, side_px=384)

    def test_the_recipe_that_was_laid_is_no_worse_than_what_is_found(self, pixels: Pixels) -> None:
        """And what is found is what `identify` finds."""
        found, misfit = identify_beside(pixels, CATALOGUE, parse_recipe(THREE).recipe)
        assert found == identified(THREE)
        assert misfit.of_recipe < 0.1
        assert misfit.of_shares < 0.1

    @pytest.mark.parametrize(
        ("recipe", "of_recipe", "of_shares"),
        [
            ("30% red, 60% black, 10% white", 0.15, 0.15),
            ("60% red, 40% black", 0.1, 0.0),
            ("60% blue, 30% black, 10% white", 1.0, 0.0),
            ("60% red, 30% black, 10% #10e0e0", 0.1, 0.0),
        ],
    )
    def test_another_recipe_is_worse(self, pixels: Pixels, recipe: str, of_recipe: float, of_shares: float) -> None:
        """By its shares or by its colours, also by those that are no candidates."""
        found, misfit = identify_beside(pixels, CATALOGUE, parse_recipe(recipe).recipe)
        assert [colour.code for colour in found.colours] == ["RED", "BLACK", "WHITE"]
        assert misfit.of_recipe > of_recipe
        assert misfit.of_shares >= of_shares


class TestFindEven:
    """`find_even`."""

    def test_edges_of_chips_are_left_out(self) -> None:
        """About two thirds are left, all of them on the tile."""
        points = cut_points(tile("50% red, 50% blue"), None, None, widest_px=512)
        even = find_even(points.linear, points.inside)
        assert 0.5 < even.mean() < 0.7

    def test_few_chips_in_a_very_even_tile_are_seen(self) -> None:
        """Lit by their surroundings, they vary more than all of those."""
        linear = np.full((60, 60, 3), lit_colours(default_palette().named(["red"]))[0])
        noise = np.random.default_rng(0).normal(0, 0.12, (6, 6, 3))
        linear[20:26, 20:26] = lit_colours(default_palette().named(["blue"]))[0] * np.exp(noise)
        even = find_even(linear, np.ones((60, 60), np.bool_))
        assert even[21:25, 21:25].mean() > 0.5

    def test_a_tile_of_one_row_has_some_all_the_same(self) -> None:
        """Nothing is divided by nothing."""
        assert find_even(np.full((1, 4, 3), 0.2, np.float32), np.ones((1, 4), np.bool_)).any()


class TestMeasureNamed:
    """`measure_named`."""

    @pytest.mark.parametrize(
        ("laid", "near"),
        [("blue", "dark blue"), ("gray", "dark gray"), ("dark gray", "black"), ("gray", "light gray")],
    )
    def test_a_near_colour_that_is_absent_gets_nothing(self, laid: str, near: str) -> None:
        """Light and shade of one colour are not taken for two; what could hide is said."""
        [own, other] = default_palette().named([laid, near])
        found = measure_named(tile(f"100% {laid}", side_px=384), [own, other])
        assert found.percents[other.code] <= 3
        assert found.percents[own.code] + found.percents[other.code] == pytest.approx(100)
        assert 1.5 <= found.uncertainty <= 15

    def test_a_near_colour_that_is_there_is_measured(self) -> None:
        """A fifth of it, which is more than can hide."""
        colours = default_palette().named(["blue", "dark blue"])
        pixels = tile("80% blue, 20% dark blue", side_px=384)
        assert measure_named(pixels, colours) == measure(pixels, colours)

    def test_what_is_off_the_palette_without_a_colour_is_of_it(self) -> None:
        """Though the search finds a single colour, where the other is rare."""
        colours = default_palette().named(["dark blue", "khaki"])
        pixels = tile("96% dark blue, 4% khaki", side_px=384, light="overcast")
        found = measure_named(pixels, colours)
        assert found == measure(pixels, colours)
        assert found.percents["KHAKI"] == pytest.approx(4, abs=1)

    def test_a_colour_told_apart_surely_stays_as_it_is_measured(self) -> None:
        """However little there is of it."""
        colours = default_palette().named(["red", "black", "white"])
        pixels = tile("98% red, 2% white", side_px=384)
        found = measure_named(pixels, colours)
        assert found == measure(pixels, colours)
        assert list(found.percents) == ["RED", "BLACK", "WHITE"]

    def test_one_colour_has_it_all(self) -> None:
        """There is nothing to choose."""
        assert measure_named(tile("100% red"), default_palette().named(["red"])).percents == {"RED": 100}
