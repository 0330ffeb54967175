"""Everyday words for where a tile lies."""

import re

from plitka.core.colour.palette import default_palette
from plitka.core.language.places import DATES, PLACES, TOWN


def test_no_place_is_the_name_of_a_colour() -> None:
    """Else it would be left out of a mix."""
    palette = default_palette()
    assert not [word for word in PLACES.split(", ") if palette.find(word) is not None]


def test_dates_and_towns() -> None:
    """A town has a capital, so that `terrace in terrazzo` has none."""
    for text in ("by friday", "needed by end of june", "к пятнице"):
        assert re.fullmatch(DATES, text)
    assert re.search(TOWN, "kindergarten in Leeds")
    assert not re.search(TOWN, "terrace in terrazzo")
