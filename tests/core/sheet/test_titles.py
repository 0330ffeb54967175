"""What colours and zones are called on a sheet."""

import pytest

from plitka.core.colour.palette import default_palette, free_colour
from plitka.core.sheet.titles import colour_title, mask_title
from plitka.core.tile.masks import SHAPE_EXAMPLES


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_two_colours_are_called_the_same(language: str) -> None:
    """Each has its number where others have its name; those that are a number alone have it once."""
    colours = [one for one in default_palette().colours if one.source != "ral"]
    titles = [colour_title(one, language) for one in colours]
    assert len(set(titles)) == len(colours)
    assert not [title for title in titles if "trade" in title or title != title.strip()]
    number = default_palette().find("RAL 5005")
    assert number is not None
    assert colour_title(number, language) == "RAL 5005"
    free = free_colour("#A63D30")
    assert free is not None
    assert colour_title(free, language).upper() == "#A63D30"


def test_every_shape_has_a_title() -> None:
    """None of them a word of programs."""
    titles = [mask_title(mask, str) for mask in SHAPE_EXAMPLES]
    assert "Logo" not in titles
    assert not [title for title in titles if ":" in title or "%" in title]
