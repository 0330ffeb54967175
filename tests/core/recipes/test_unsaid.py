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
        ("Rest as discussed", "as discussed", "leaves open which colours there are"),
        ("red 30, остальное как договорились", "как договорились", "leaves open which colours there are"),
        ("the usual black/red", "the usual", "tells of a mix that is not known here"),
        ("same as last time but red", "same as last time", "tells of a mix that is not known here"),
        ("красный (можно терракот) 60, чёрный 40", "можно терракот", "leaves open which colour it is"),
        ("красный/терракот на выбор", "на выбор", "leaves open which colour it is"),
        ("Rainbow tile for the kindergarten", "Rainbow", "leaves open which colours there are"),
        ("Радужная плитка для детского сада", "Радужная", "leaves open which colours there are"),
        (
            "grey 60% black 30% (missing 10% up to you)",
            "missing 10% up to you",
            "which colour has 10 %;.* 70% grey, 30% black",
        ),
        ("grey 60%, black 30%, 10% your choice", "10% your choice", "which colour has 10 %;.* 70% grey, 30% black"),
        (
            "60% серый, 30% чёрный, 10% на ваш выбор",
            "10% на ваш выбор",
            "which colour has 10 %;.* 70% серый, 30% чёрный",
        ),
        ("серый 60%, остальные 40% на ваш выбор", "остальные 40% на ваш выбор", "which colour has 40 %;.* 100% серый"),
        ("20% red? or 25%?, rest black", "or", "leaves open which number it is"),
        ("20 или 25% красного, остальное чёрный", "или", "leaves open which number it is"),
        ("As per sample approved on site 14/03", "As per sample", "tells of a mix that is not known here"),
        ("согласно утверждённому образцу", "согласно утверждённому образцу", "tells of a mix that is not known here"),
        ("50% grn, 50% [illegible]", "illegible", "leaves open which colours there are"),
        ("50% зел, 50% [неразборчиво]", "неразборчиво", "leaves open which colours there are"),
        ("70% black of which half is dark grey, 30% blue", "of which", "parts a share again"),
        ("70% чёрный, из которого половина тёмно-серый, 30% синий", "из которого", "parts a share again"),
        ("60% teel, as last time", "teel", "did you mean"),
    ],
)
def test_the_error_says_what_is_left_open(text: str, blamed: str, message: str) -> None:
    """And not that one of its words is an unknown colour; but a slip in a name is said first."""
    with pytest.raises(RecipeError, match=message) as caught:
        parse_recipe(text)
    assert text[slice(*caught.value.span)] == blamed


def test_a_whole_mix_is_told_whatever_is_left_to_a_talk() -> None:
    """The rest is then no part of it."""
    for text in ("red 60, black 40, rest as discussed", "as discussed: red 60, black 40", "red 60 black 40 as usual"):
        assert parse_recipe(text).recipe.percents == {"RED": 60, "BLACK": 40}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("серый 50%, ещё немного белого", "'немного' leaves the number open; .*90% серый, 10% белого"),
        ("чёрного на 20% больше, чем серого", "'больше' leaves the number open; .*90% чёрного, 10% серого"),
        ("Прошу выставить счёт: цвет синий 50кв, зелёный 30кв", "tells of more than one tile"),
        ("??????", "no colour is named"),
        ("50% не чёрный", "'50% не чёрный' says which colour it is not"),
        ("Ч/К 70/30", "'Ч' is one letter"),
        ("чёрн\N{REPLACEMENT CHARACTER}й 60, белый 40", "the text is garbled"),
        ("в центре логотип клуба жёлтым, фон чёрный", "'логотип' is a shape that no zone draws"),
        ("фон синий, цифры белые", "'цифры белые' is no part of the mix: ask for it as a zone"),
    ],
)
def test_what_is_wrong_is_told_rather_than_a_word(text: str, message: str) -> None:
    """An unknown word beside it is not to blame."""
    with pytest.raises(RecipeError, match=message):
        parse_recipe(text)
