"""What a text leaves to others."""

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError


@pytest.mark.parametrize(
    ("text", "blamed", "message"),
    [
        ("как в прошлый раз для зала", "как в прошлый раз", "tells of a mix that is not known here"),
        ("same as the sample you sent", "same as the sample", "tells of a mix that is not known here"),
        ("red or black", "or", "leaves open which colour it is"),
        ("красный или оранжевый 70%, серый 30%, ещё не решили", "или", "leaves open which colour it is"),
        ("40% red, 40% black, the rest to be confirmed", "to be confirmed", "leaves open which colours there are"),
        ("60% зелёного, остальное на ваше усмотрение", "на ваше усмотрение", "leaves open which colours there are"),
        ("60% teel, as last time", "teel", "did you mean"),
    ],
)
def test_the_error_says_what_is_left_open(text: str, blamed: str, message: str) -> None:
    """And not that one of its words is an unknown colour; but a slip in a name is said first."""
    with pytest.raises(RecipeError, match=message) as caught:
        parse_recipe(text)
    assert text[slice(*caught.value.span)] == blamed
