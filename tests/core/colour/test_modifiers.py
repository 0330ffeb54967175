"""What words such as `pale` do to a colour."""

import math

import pytest

from plitka.core.colour.modifiers import MODIFIERS
from plitka.core.colour.palette import default_palette
from plitka.core.colour.spaces import Lab, hex_to_lab_d65


def hue(lab_d65: Lab) -> float:
    """In degrees."""
    return math.degrees(math.atan2(lab_d65[2], lab_d65[1])) % 360


@pytest.mark.parametrize("modifier", ["pale", "pastel", "muted"])
def test_a_blue_that_loses_chroma_stays_one(modifier: str) -> None:
    """And is no lilac, as it would be at the same hue of CIE Lab."""
    blue = default_palette().find("BLUE")
    assert blue is not None
    assert hue(blue.lab_d65) > 285
    assert 260 < hue(MODIFIERS[modifier].of(blue.lab_d65)) < 275


@pytest.mark.parametrize("colour", ["#C74A3E", "#366735", "#844C82", "#40A3AC", "#808080"])
def test_other_colours_keep_their_hue(colour: str) -> None:
    """Also as they are darkened, like a blue."""
    for modifier in MODIFIERS.values():
        assert hue(modifier.of(hex_to_lab_d65(colour))) == pytest.approx(hue(hex_to_lab_d65(colour)))
    blue = hex_to_lab_d65("#3F58B4")
    assert hue(MODIFIERS["dark"].of(blue)) == pytest.approx(hue(blue))
