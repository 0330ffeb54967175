"""Colours that stand out."""

from plitka.core.colour.contrast import contrasting
from plitka.core.colour.palette import default_palette


def test_dark_stands_out_from_light_and_light_from_dark() -> None:
    """The farthest first, and no more than were asked for."""
    palette = default_palette()
    white, black = palette.named(["white", "black"])
    found = contrasting(white, palette.catalogue, 3)
    assert len(found) == 3
    assert found[0].lab_d65[0] < 35
    assert contrasting(black, palette.catalogue, 1)[0].lab_d65[0] > 65
