"""Patterns of signs."""

import re

import pytest

from plitka.core.recipes import signs

PATTERNS = {name: pattern for name, pattern in vars(signs).items() if isinstance(pattern, re.Pattern)}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SYMBOL", "12.5"),
        ("SYMBOL", "#a63d30"),
        ("SYMBOL", "<s0>"),
        ("RESOLUTION", "4k"),
        ("WITH", "w/o"),
        ("JOINT", " and "),
        ("IN_THOUSANDS", "1,000"),
        ("SHORT_SHADE", "т."),
        ("IS_CODE", "с010"),
        ("MAY_BE_CODE", "ral 3020"),
        ("MINUS_BEFORE_NUMBER", "-5"),
    ],
)
def test_a_sign_is_taken_from_its_beginning(name: str, text: str) -> None:
    """Whatever stands behind it."""
    match = PATTERNS[name].match(f"{text}red" if text == "т." else text)
    assert match is not None
    assert text.startswith(match[0])


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_no_pattern_takes_long(pattern: re.Pattern[str]) -> None:
    """On a thousand of any of the signs; a pattern that backtracks would not end."""
    for sign in "1 a.-/т,":
        match = pattern.match(sign * 1000)
        assert match is None or match.end() <= 1000
