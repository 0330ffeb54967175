"""Words for the parts of a tile."""

import re

import pytest

from plitka.core.language import zone_words


def patterns() -> list[str]:
    """All of them, also those that stand in tables."""
    told = [value for name, value in vars(zone_words).items() if name.isupper() and not name.startswith("_")]
    return [one for value in told for one in (value.values() if isinstance(value, dict) else [value])]


@pytest.mark.parametrize("pattern", patterns())
def test_patterns_can_be_used(pattern: str) -> None:
    """And none of them matches nothing at all, which would be everywhere."""
    assert re.compile(pattern).fullmatch("") is None


def test_both_languages_name_each_part() -> None:
    """As people write them, in small letters without «ё»."""
    for pattern, english, russian in [
        (zone_words.BORDER, "outer border", "окантовка"),
        (zone_words.EDGE, "around the edge", "по всему периметру"),
        (zone_words.FIELD, "main area", "основное поле"),
        (zone_words.OUTSIDE, "around it", "снаружи"),
        (zone_words.CIRCLE, "inner circle", "внутренний круг"),
        (zone_words.CHECKER, "chequered pattern", "в шахматном порядке"),
        (zone_words.STRIPES, "bands", "в полоску"),
        (zone_words.HALVES["left"], "on the left", "левая половина"),
        (zone_words.HALVES["bottom"], "lower half", "нижняя"),
    ]:
        assert re.fullmatch(pattern, english), english
        assert re.fullmatch(pattern, russian), russian
