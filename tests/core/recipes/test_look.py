"""What a scene shows of words, told in words."""

import pytest

from plitka.core.language.looks import FINISHES
from plitka.core.language.vocabulary import Kind, phrases
from plitka.core.recipes.look import is_finish, shown, shown_by_zones, told_finish
from plitka.core.tile.masks import is_shape

CHOICES = sorted({meaning.text for _, meaning in phrases() if meaning.kind is Kind.LOOK} - {"pattern=mix", "view=top"})
ASIDES = {meaning.text for _, meaning in phrases() if meaning.kind is Kind.ASIDE and meaning.text}
PATTERNS = sorted(ASIDES - FINISHES.keys())


@pytest.mark.parametrize("choice", CHOICES)
def test_every_choice_is_told_in_words(choice: str) -> None:
    """Of the vocabulary; as a buyer would say it, not as JSON has it."""
    text = str(shown("so", choice))
    assert text.startswith("'so' is shown ")
    assert "=" not in text


def test_sizes_are_told_in_millimetres() -> None:
    """And whose granules are larger, where one colour's are."""
    assert str(shown("large granules", "granules=2-4")) == "'large granules' is shown as granules of 2-4 mm"
    assert "'red' that are larger" in str(shown("coarse", "coarse", "red"))


@pytest.mark.parametrize("mask", PATTERNS)
def test_patterns_name_a_zone_that_there_is(mask: str) -> None:
    """What the notice tells to write can be written."""
    assert is_shape(mask)
    assert f"'{mask}=RECIPE'" in str(shown_by_zones("striped", mask))


def test_a_finish_is_told_as_not_shown() -> None:
    """Each of the vocabulary, and no other words."""
    assert all("no scene has gloss" in str(told_finish("so", finish)) for finish in FINISHES)
    assert [is_finish(words) for words in ("matte finish", "Глянцевая", "matte and wet", "8k")] == [
        True,
        True,
        False,
        False,
    ]
