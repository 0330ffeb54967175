"""Words for letters on a tile."""

import re

import pytest

from plitka.core.language import lettering


@pytest.mark.parametrize("word", ["text", "lettering", "надписью", "текстом", "буквами"])
def test_writing_needs_no_colour_beside_it(word: str) -> None:
    """It is told of nothing else."""
    assert re.fullmatch(lettering.WRITING, word)
    assert not re.fullmatch(lettering.NAMED, word)


@pytest.mark.parametrize("word", ["number", "figure", "цифрой", "номер"])
def test_numbers_need_one(word: str) -> None:
    """An order has them too."""
    assert re.fullmatch(lettering.NAMED, word)
    assert not re.fullmatch(lettering.WRITING, word)
