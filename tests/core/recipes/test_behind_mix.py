"""What stands behind a whole mix and is none of it."""

import pytest
from tests.core.recipes.tables import check_each

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.behind_mix import without_told_behind, without_words_behind
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError

BLACK_75 = {"BLACK": 75, "RED": 25}
BLACK_60 = {"BLACK": 60, "RED": 40}
BLACK_70 = {"BLACK": 70, "RED": 30}


def check_told(text: str, words: str, percents: dict[str, float]) -> None:
    """The mix as it stands, and a notice with the words that are none of it."""
    reading = parse_recipe(text)
    assert reading.recipe.percents == percents
    assert {"words": words} in [notice.values for notice in reading.warnings]


def test_layers_of_a_thickness_are_no_shares() -> None:
    """In brackets behind its length, with a dash before it or without."""
    layers = "total thickness 50mm (40 SBR base + 10 EPDM)"
    check_each(
        [
            (f"black 75 % + red 25 % – {layers}", f"– {layers}", BLACK_75),
            (f"black 75 %, red 25 %, {layers}", layers, BLACK_75),
            ("black 75, red 25, thickness: 50 mm (40 base + 10 top)", "thickness: 50 mm (40 base + 10 top)", BLACK_75),
            ("black 75, red 25 - overall 50 mm (40+10)", "- overall 50 mm (40+10)", BLACK_75),
            (
                "чёрный 75% + красный 25% – общая толщина 50мм (40 SBR + 10 EPDM)",
                "– общая толщина 50мм (40 SBR + 10 EPDM)",
                BLACK_75,
            ),
        ],
        check_told,
    )


def test_a_bracket_that_tells_what_was_is_left_out() -> None:
    """Behind a whole mix, if nothing in it says what is now."""
    check_each(
        [
            ("black 60%, red 40% (was 50% in the estimate)", "(was 50% in the estimate)", BLACK_60),
            ("black 60%, red 40% (earlier 55/45)", "(earlier 55/45)", BLACK_60),
            ("чёрный 60%, красный 40% (в смете было 45% - исправили)", "(в смете было 45% - исправили)", BLACK_60),
            ("чёрный 60%, красный 40% (ранее 45%)", "(ранее 45%)", BLACK_60),
        ],
        check_told,
    )
    with pytest.raises(RecipeError):
        parse_recipe("black 60%, red 40% (was 40%, now 50%)")


def test_words_behind_a_whole_mix_are_left_out() -> None:
    """What names no colour cannot be one more of them."""

    def check(text: str, words: str, percents: dict[str, float]) -> None:
        reading = parse_recipe(text)
        assert reading.recipe.percents == percents
        assert any(words in str(notice) for notice in reading.warnings)

    check_each(
        [
            ("red with 30% black, bulk, need sample A4", "need sample A4", {"RED": 70, "BLACK": 30}),
            ("black tile, 30% red, 8 mm chamfered edge, dowel pins", "chamfered edge", BLACK_70),
            ("black 70, red 30, 8 mm chamfered edge, dowel pins", "dowel pins", BLACK_70),
            ("black 70, red 30, 8 mm chamfered edge, locking bolts", "locking bolts", BLACK_70),
            ("чёрный 70, красный 30, навал, образец А4", "образец А4", BLACK_70),
        ],
        check,
    )
    assert parse_recipe("black 70, red 30, pins").recipe.percents == BLACK_70


@pytest.mark.parametrize(
    "text", ["black 70, red 30, gren", "чёрный 70, красный 30, сений", "black, 20% red, ocean mist"]
)
def test_a_word_that_may_be_a_colour_is_refused(text: str) -> None:
    """A slip of one, or a word where a colour may still stand."""
    with pytest.raises(RecipeError, match="unknown colour"):
        parse_recipe(text)


def test_what_is_no_whole_keeps_its_words() -> None:
    """So that nothing is left out of an open mix."""
    for text in ("black 60% (was 50%)", "black, red - total thickness 50 mm (40 + 10)"):
        source = Source(text)
        tokens = scan(source, default_palette())
        assert without_told_behind(source, tokens) == list(tokens)
    source = Source("black 60, red, thistledown")
    assert without_words_behind(source, scan(source, default_palette()), default_palette()) is None
