"""Two colours in one word that are a mix."""

from plitka.core.recipes.reading import parse_recipe


def test_a_mix_of_two_colours_in_one_word_is_of_both() -> None:
    """Where a word for a mix stands before it or behind; else it is the hue between."""
    for text in ("сине-зелёная смесь", "blue-green mix", "mix of blue-green"):
        assert parse_recipe(text).recipe.percents == {"BLUE": 50, "GREEN": 50}
    assert parse_recipe("сине-зелёная плитка").recipe.percents == {"TEAL": 100}


def test_a_name_with_a_number_or_a_shade_is_one() -> None:
    """`Blue-green mix 60%` is one of two, and «тёмно-синяя» no mix of dark and blue."""
    assert len(parse_recipe("blue-green mix 60%, black 40%").recipe.parts) == 2
    assert parse_recipe("тёмно-синяя смесь").recipe.percents == {"DKBLUE": 100}
