"""Numbers in words with a slip in them."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "percents", "notice"),
    [
        ("fourty percent red, 60% black", {"RED": 40, "BLACK": 60}, "'fourty' is read as 'forty'"),
        ("fourty-five percent red, rest black", {"RED": 45, "BLACK": 55}, "'fourty' is read as 'forty'"),
        ("шестьдесять процентов красного, остальное чёрный", {"RED": 60, "BLACK": 40}, "'шестьдесять' is read as"),
        ("eigthy black, twenty red", {"BLACK": 80, "RED": 20}, "'eigthy' is read as 'eighty'"),
    ],
)
def test_a_slip_is_read_with_a_notice(text: str, percents: dict[str, float], notice: str) -> None:
    """Before its unit, or before a colour where no number is in digits."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == percents
    assert any(str(warning).startswith(notice) for warning in reading.warnings)


@pytest.mark.parametrize("text", ["forte black 60, red 40%, white", "forth percent red", "zixty percent red"])
def test_other_words_are_no_numbers(text: str) -> None:
    """A name beside a colour that has its number in digits, or a word that no number is near to."""
    with pytest.raises(RecipeError):
        parse_recipe(text)
