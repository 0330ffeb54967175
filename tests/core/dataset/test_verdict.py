"""Names of verdicts."""

from plitka.core.dataset.verdict import Verdict


def test_a_verdict_is_its_word() -> None:
    """As JSON has it."""
    assert [f"{verdict}" for verdict in Verdict] == ["fine", "doubtful", "wrong", "no caption", "unreadable"]
