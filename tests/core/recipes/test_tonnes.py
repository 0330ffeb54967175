"""Whether «т» is a tonne or dark."""

from tests.core.recipes.tables import check_each

from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.signs import SHORT_SHADE
from plitka.core.recipes.tonnes import counts_tonnes, is_paired

READ = [
    ("св серый 30 т серый 70", {"LTGRAY": 30, "DKGRAY": 70}),
    ("чёрный 30 т серый 70", {"BLACK": 30, "DKGRAY": 70}),
    ("чёрный 30 т серый 70 т", {"BLACK": 30, "GRAY": 70}),
    ("30 т серый, 70 т белый", {"GRAY": 30, "WHITE": 70}),
    ("5 т красного и 3 т чёрного", {"RED": 62.5, "BLACK": 37.5}),
    ("45 т.серый, 55 белый", {"DKGRAY": 45, "WHITE": 55}),
]


def test_a_shade_between_a_colour_with_its_number_and_another_is_dark() -> None:
    """Where the numbers are not all of tonnes."""

    def check(text: str, percents: dict[str, float]) -> None:
        assert parse_recipe(text).recipe.percents == percents

    check_each(READ, check)


def test_a_unit_stands_behind_a_number() -> None:
    """Before the colour that it counts."""
    text = "чёрный 30 т серый 70"
    shade = SHORT_SHADE.match(text, text.index("т серый"))
    assert shade is not None
    assert is_paired(text, shade, len("чёрный"))
    assert not counts_tonnes(text, shade, len("чёрный"))
    assert counts_tonnes(text, shade, None)
