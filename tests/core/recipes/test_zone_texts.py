"""Mixes in the text of a tile, without words around them."""

from fractions import Fraction

from tests.core.recipes.test_zones import read

from plitka.core.recipes.part_names import SIZE
from plitka.core.recipes.reading import parse_tile
from plitka.core.recipes.zone_texts import TileText, shown_mix, trimmed, without


def test_a_mix_is_read_without_words_around_it() -> None:
    """And only a whole one, with what each of the mixes has."""
    text = TileText("", "", read)
    mix = text.mix(" - with plain red tile ")
    assert mix is not None
    assert mix[0] == "red"
    assert text.mix("grey 60") is None
    assert text.mix(" , and ") is None
    text.tail = " + 10% white"
    both = text.mix("blue")
    assert both is not None
    assert both[1].recipe.percents["BLUE"] == 90


def test_what_is_told_has_no_scraps() -> None:
    """Such as a lone `w` or the size of the tile."""
    assert shown_mix("grey tile w, 50x50") == "grey"
    assert shown_mix("50x50") == "50x50"
    assert shown_mix("белые , плитка метр на метр") == "белые"
    assert shown_mix("зелёная, размер 50х50") == shown_mix("зелёная, размер") == "зелёная"
    assert shown_mix("blue, size 50x50") == "blue"
    told = str(parse_tile("grey tile w. red border 5cm, 50x50").warnings[0])
    assert told == "'red border 5cm' is read as the zone border:10% of 'red', on a ground of 'grey'"


def test_signs_and_brackets_are_taken_away() -> None:
    """In pairs."""
    assert trimmed("(red, ") == "red"
    assert without(SIZE, "red 5 cm wide") == "red  "


def test_a_size_is_told() -> None:
    """With the mask that it makes."""
    text = TileText("", "", read)
    text.tell_size("5 cm", "border:10%", Fraction(500))
    assert [str(remark) for remark in text.remarks] == ["'5 cm' of a tile of 500 mm is border:10%"]
