"""Numbers as languages write them."""

from fractions import Fraction

import pytest

from plitka.core.language.figures import figure, plain_figure


@pytest.mark.parametrize(
    ("value", "decimals", "english", "russian"),
    [
        (1234567.891, 1, "1,234,567.9", "1\u00a0234\u00a0567,9"),
        (Fraction(1, 3), 2, "0.33", "0,33"),
        (2.675, 2, "2.68", "2,68"),
        (-1200, 0, "-1,200", "-1\u00a0200"),
    ],
)
def test_a_number_in_both_languages(value: float | Fraction, decimals: int, english: str, russian: str) -> None:
    """Halves go up, as people round."""
    assert figure(value, decimals, "en") == english
    assert figure(value, decimals, "ru") == russian


def test_spreadsheets_get_no_groups() -> None:
    """They would read them as text."""
    assert figure(1234.5, 1, "ru", grouped=False) == "1234,5"


def test_zeros_at_the_end_are_left_out() -> None:
    """Those before the point stay."""
    assert plain_figure(30.0, "en") == "30"
    assert plain_figure(Fraction(155, 100), "ru") == "1,55"
    assert plain_figure(1000, "en") == "1,000"
