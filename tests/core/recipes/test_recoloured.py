"""A colour that another takes the place of in a mix."""

import pytest
from tests.core.recipes.tables import check_each

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recoloured import find_recoloured, with_recoloured
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError


def test_the_mix_goes_on_with_the_new_colour() -> None:
    """It has the first number, and what is named behind the ratio the second; the rest is told as left out."""

    def check(text: str, percents: dict[str, float]) -> None:
        reading = parse_recipe(text)
        assert reading.recipe.percents == percents
        assert any("left out" in str(notice) for notice in reading.warnings)

    check_each(
        [
            (
                "Please change colour of item 7 from RAL 3016 to RAL 2004, mix stays 60/40 with black",
                {"RAL 2004": 60, "BLACK": 40},
            ),
            ("change item 2 from red to blue, ratio stays 70/30 with grey", {"BLUE": 70, "GRAY": 30}),
            (
                "Поменяйте цвет позиции 7 с красного на синий, смесь остаётся 60/40 с чёрным",
                {"BLUE": 60, "BLACK": 40},
            ),
        ],
        check,
    )


@pytest.mark.parametrize(
    "text",
    [
        "Please change colour of item 7 from RAL 3016 to RAL 2004",
        "Please change colour of item 7 from RAL 3016 to RAL 2004, mix stays 60/40",
        "Поменяйте цвет позиции 7 с RAL 3016 на RAL 2004",
    ],
)
def test_a_change_of_what_is_not_told_is_refused_with_its_colours(text: str) -> None:
    """The mark is on the whole change, and the message says what to write."""
    with pytest.raises(RecipeError, match="write the whole mix") as refused:
        parse_recipe(text)
    start, end = refused.value.span
    assert "2004" in text[start:end]
    assert "3016" in text[start:end]


def test_other_texts_have_no_change() -> None:
    """A place that a thing comes from, and a lone colour."""
    for text in ("red 60, black 40", "from 80/20 green/black to 70/30 green/black", "change the red 60"):
        source = Source(text)
        tokens = scan(source, default_palette())
        assert find_recoloured(source, tokens) is None
        assert with_recoloured(source, tokens) is None
