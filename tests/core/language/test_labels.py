"""Words of orders, places and machines, whose numbers are no shares."""

from plitka.core.colour.naming import find_general
from plitka.core.colour.palette import default_palette
from plitka.core.language.labels import LABELS, PERIODS
from plitka.core.language.spelling import name_key


def test_no_label_is_a_colour() -> None:
    """A word cannot be both."""
    palette = default_palette()
    words = [word for written in (*LABELS.values(), PERIODS) for word in written.split(", ")]
    assert not [word for word in words if palette.find(word) or find_general(name_key(word))]
