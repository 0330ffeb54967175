"""Everyday words that are no slips of a colour's name."""

from plitka.core.colour.naming import find_typo, like_names
from plitka.core.colour.palette import default_palette
from plitka.core.language.ordinary import ORDINARY


def test_they_are_like_no_name() -> None:
    """Neither read as one nor suggested for one."""
    palette = default_palette()
    assert not [word for word in ORDINARY if like_names(word, palette) or find_typo(word, palette)]


def test_no_colour_is_among_them() -> None:
    """They would be refused."""
    palette = default_palette()
    assert not [word for word in ORDINARY if palette.find(word) is not None]
