"""Words for limits."""

from plitka.core.language.limits import AT_LEAST, AT_MOST, LIMITS


def test_no_word_is_a_limit_on_both_sides() -> None:
    """`At least` and `at most` share none."""
    assert not {*LIMITS[AT_LEAST].split(", ")} & {*LIMITS[AT_MOST].split(", ")}
