"""Numbers as a language writes them."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

_SPACE = "\u00a0"
"""Not broken at the end of a line."""


def figure(value: float | Fraction | Decimal, decimals: int, language: str, *, grouped: bool = True) -> str:
    """A number with a decimal point and commas between thousands; in Russian a comma and spaces that do not break.

    Args:
        value: it.
        decimals: after the point; halves are rounded up.
        language: one of `LANGUAGES`.
        grouped: separate thousands, which spreadsheets do not read.
    """
    parts = value.as_integer_ratio() if isinstance(value, Fraction) else (Decimal(str(value)), 1)
    number = Decimal(parts[0]) / parts[1]
    rounded = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{rounded:,f}" if grouped else f"{rounded:f}"
    return text.translate({ord(","): _SPACE, ord("."): ","}) if language == "ru" else text


def plain_figure(value: float | Fraction | Decimal, language: str, *, most: int = 3, grouped: bool = True) -> str:
    """As `figure`, without the zeros at its end."""
    text = figure(value, most, language, grouped=grouped)
    point = "," if language == "ru" else "."
    return text.rstrip("0").rstrip(point) if point in text else text
