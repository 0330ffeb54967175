"""Tokens."""

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.token import Token


def test_what_had_to_be_settled_makes_no_other_token() -> None:
    """Two tokens are the same where they say the same."""
    token = Token(kind=Kind.COLOUR, span=(0, 3), text="red")
    assert token == Token(kind=Kind.COLOUR, span=(0, 3), text="red", remark=Notice("settled"))
    assert token != Token(kind=Kind.COLOUR, span=(0, 3), text="rad")
