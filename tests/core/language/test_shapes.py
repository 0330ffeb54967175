"""Words for shapes."""

import re

import pytest

from plitka.core.language import shapes


@pytest.mark.parametrize(
    ("words", "pattern"),
    [
        ("stars", shapes.FIGURE), ("кольцом", shapes.FIGURE), ("wavy lines", shapes.FIGURE),
        ("цифра", shapes.CHARACTER), ("on the diagonal", shapes.DIAGONAL), ("по диагонали", shapes.DIAGONAL),
        ("укладка", shapes.LAID), ("точками", shapes.SPOTS),
    ],
)  # fmt: skip
def test_words_for_shapes_are_known(words: str, pattern: str) -> None:
    """In both languages and their forms."""
    assert re.fullmatch(pattern, words)


@pytest.mark.parametrize("word", ["start", "цвет", "цвета", "крестьянин", "ringed", "circle", "star-like"])
def test_other_words_are_none(word: str) -> None:
    """Colours, and shapes that zones have."""
    assert not re.fullmatch(shapes.FIGURE, word)
