"""Qualities, as they are written in requests and pictures."""

from plitka.core.quality import USUAL_QUALITY, Quality


def test_a_quality_is_its_word() -> None:
    """In orders, in the fields of a picture and on the command line; exact is what is made unless it is asked for."""
    assert [str(one) for one in Quality] == ["exact", "fast"]
    assert Quality("exact") is USUAL_QUALITY
