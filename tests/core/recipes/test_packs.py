"""How granules are packed."""

import pytest
from tests.core.recipes.tables import check_each

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError

PACKS = [
    ("red 60% (25kg bags), black 40%", "25kg bags", {"RED": 60, "BLACK": 40}),
    ("60% red (in 20 kg bags), 40% black", "20 kg bags", {"RED": 60, "BLACK": 40}),
    ("чёрный 70 (мешки по 25 кг), красный 30", "мешки по 25 кг", {"BLACK": 70, "RED": 30}),
    ("красный 60 (25 кг), чёрный 40 (25 кг)", "25 кг", {"RED": 60, "BLACK": 40}),
    ("red 60, black 40, in 25 kg bags", "25 kg bags", {"RED": 60, "BLACK": 40}),
]


def test_a_pack_is_no_share_and_is_told() -> None:
    """The numbers outside it stay as they are."""

    def check(text: str, pack: str, percents: dict[str, float]) -> None:
        reading = parse_recipe(text)
        assert reading.recipe.percents == percents
        assert any(notice.values == {"words": pack} for notice in reading.warnings)

    check_each(PACKS, check)


def test_a_colour_with_its_number_and_its_name_counts_once() -> None:
    """So that the size of the bags behind the list is no third amount."""

    def check(text: str, kg: int, percents: dict[str, float]) -> None:
        reading = parse_recipe(text)
        assert reading.recipe.percents == percents
        assert f"a bag is taken as {kg} kg" in map(str, reading.warnings)

    blue_on_black = {"RAL 5015": 25, "BLACK": 75}
    check_each(
        [
            ("2 bags of RAL 5015 blue and 6 bags black, 25 kg bags", 25, blue_on_black),
            ("2 bags of RAL 5015 blue and 6 bags black, bags of 20 kg", 20, blue_on_black),
            ("2 мешка синей RAL 5015 и 6 мешков чёрной, мешки по 20 кг", 20, blue_on_black),
            ("2 мешка RAL 5015 синий, 6 мешков чёрной, в мешках по 25 кг", 25, blue_on_black),
        ],
        check,
    )


def test_what_weighs_the_bags_is_not_said_to_be_left_out() -> None:
    """It is told with their weight."""
    for text, weights in [
        ("3 bags red, 2 bags black, usual 20 kilo bags", [20]),
        ("1 bag red (25kg), 2 bags black (20 kg each)", [25, 20]),
        ("3 мешка чёрной (по 20 кг), 1 мешок красной (25 кг)", [20, 25]),
    ]:
        told = [str(notice) for notice in parse_recipe(text).warnings]
        assert [text for text in told if "bag" in text] == [f"a bag is taken as {kg} kg" for kg in weights]
        assert not any("left out" in text for text in told)


COUNTED = [
    "12.5 kg bag blue x2, 25 kg bag black x3",
    "2 x 12.5 kg bag blue, 3 x 25 kg bag black",
    "2 x 12.5 kg bags of blue, 3 x 25 kg bags of black",
    "blue 12.5 kg bag x2, black 25 kg bag x3",
    "2 bags blue (12.5 kg each), 3 bags black (25 kg)",
    "blue: 2 bags x 12.5 kg, black: 3 bags x 25 kg",
    "blue 2x12.5kg, black 3x25kg",
    "мешок 12,5 кг синего х2, мешок 25 кг чёрного х3",
    "2 мешка по 12,5 кг синего, 3 мешка по 25 кг чёрного",
    "2 х 12,5 кг синий, 3 х 25 кг чёрный",
    "2 bags blue EPDM 12.5kg, 3 bags black EPDM 25kg",
]


def test_packs_are_counted() -> None:
    """As many times as much as one of them weighs, wherever their number stands."""

    def check(text: str) -> None:
        reading = parse_recipe(text)
        assert (reading.recipe.percents, reading.sizes) == ({"BLUE": 25, "BLACK": 75}, ())

    check_each(((text,) for text in COUNTED), check)


def test_the_only_amount_of_a_colour_is_no_pack() -> None:
    """Bags in brackets are amounts where nothing else is; what they weigh together is not weighed again."""
    both = [parse_recipe(text).recipe.percents for text in ("red (3 bags), black (2 bags)", "3 bags red, 2 bags black")]
    assert both[0] == both[1] == {"RED": 60, "BLACK": 40}
    assert parse_recipe("3 bags (75 kg) black, 1 bag (25 kg) red").recipe.percents == {"BLACK": 75, "RED": 25}
    with pytest.raises(RecipeError):
        parse_recipe("red 60%, black (25 kg)")


def test_the_weight_behind_crumb_is_the_bags() -> None:
    """It is no further amount of the colour before it."""

    def check(text: str) -> None:
        assert parse_recipe(text).percents_by_mass == pytest.approx({"BLACK": 80, "BLUE": 20}, abs=0.15)

    check_each(
        [
            ("4 bags black SBR 25kg, 1 bag blue EPDM 25kg",),
            ("4 bags black SBR 25kg, 1 bag blue 25kg",),
            ("4 мешка чёрной SBR 25кг, 1 мешок синей EPDM 25кг",),
        ],
        check,
    )


def test_weights_that_say_another_mix_are_refused() -> None:
    """Those that agree with the percents are left out."""
    assert parse_recipe("red 30% (7.5 kg), black 70% (17.5 kg)").recipe.percents == {"RED": 30, "BLACK": 70}
    with pytest.raises(RecipeError, match="do not agree"):
        parse_recipe("red 30% (10 kg), black 70% (17.5 kg)")
