"""Single colours: hex, CIE Lab and the published CIEDE2000 pairs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.colour.spaces import Lab, ciede2000, hex_to_lab_d65, hex_to_srgb8, srgb8_to_hex

# Sharma, Wu, Dalal 2005, table 1.
SHARMA_PAIRS: list[tuple[Lab, Lab, float]] = [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, 3.1571, -77.2803), (50.0, 0.0, -82.7485), 2.8615),
    ((50.0, 2.8361, -74.02), (50.0, 0.0, -82.7485), 3.4412),
    ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0),
    ((50.0, -1.1848, -84.8006), (50.0, 0.0, -82.7485), 1.0),
    ((50.0, -0.9009, -85.5211), (50.0, 0.0, -82.7485), 1.0),
    ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
    ((50.0, -1.0, 2.0), (50.0, 0.0, 0.0), 2.3669),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0009), 7.1792),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.001), 7.1792),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0011), 7.2195),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0012), 7.2195),
    ((50.0, -0.001, 2.49), (50.0, 0.0009, -2.49), 4.8045),
    ((50.0, -0.001, 2.49), (50.0, 0.001, -2.49), 4.8045),
    ((50.0, -0.001, 2.49), (50.0, 0.0011, -2.49), 4.7461),
    ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.5, 0.0), (61.0, -5.0, 29.0), 22.8977),
    ((50.0, 2.5, 0.0), (56.0, -27.0, -3.0), 31.903),
    ((50.0, 2.5, 0.0), (58.0, 24.0, 15.0), 19.4535),
    ((50.0, 2.5, 0.0), (50.0, 3.1736, 0.5854), 1.0),
    ((50.0, 2.5, 0.0), (50.0, 3.2972, 0.0), 1.0),
    ((50.0, 2.5, 0.0), (50.0, 1.8634, 0.5757), 1.0),
    ((50.0, 2.5, 0.0), (50.0, 3.2592, 0.335), 1.0),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((63.0109, -31.0961, -5.8663), (62.8187, -29.7946, -4.0864), 1.263),
    ((61.2901, 3.7196, -5.3901), (61.4292, 2.248, -4.962), 1.8731),
    ((35.0831, -44.1164, 3.7933), (35.0232, -40.0716, 1.5901), 1.8645),
    ((22.7233, 20.0904, -46.694), (23.0331, 14.973, -42.5619), 2.0373),
    ((36.4612, 47.858, 18.3852), (36.2715, 50.5065, 21.2231), 1.4146),
    ((90.8027, -2.0831, 1.441), (91.1528, -1.6435, 0.0447), 1.4441),
    ((90.9257, -0.5406, -0.9208), (88.6381, -0.8985, -0.7239), 1.5381),
    ((6.7747, -0.2908, -2.4247), (5.8714, -0.0985, -2.2286), 0.6377),
    ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("lab1", "lab2", "expected"), SHARMA_PAIRS)
def test_ciede2000_agrees_with_the_published_pairs(lab1: Lab, lab2: Lab, expected: float) -> None:
    """Each of the 34 pairs gives the published difference to four decimals, both ways round."""
    assert round(ciede2000(lab1, lab2), 4) == expected
    assert round(ciede2000(lab2, lab1), 4) == expected


def test_all_of_sharmas_pairs_are_here() -> None:
    """The paper's table has 34 pairs."""
    assert len(SHARMA_PAIRS) == 34


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_a_hex_survives_its_bytes(srgb8: tuple[int, int, int]) -> None:
    """Every sRGB colour is read from its own hex, in either case."""
    colour_hex = srgb8_to_hex(srgb8)
    assert hex_to_srgb8(colour_hex) == hex_to_srgb8(colour_hex.lower()) == srgb8


@given(st.integers(0, 255))
def test_greys_have_no_chroma(level: int) -> None:
    """White is that of sRGB itself, so a* and b* of every grey are 0."""
    assert hex_to_lab_d65(srgb8_to_hex((level, level, level)))[1:] == pytest.approx((0, 0), abs=1e-9)


@given(st.tuples(*[st.floats(0, 100)] * 3), st.tuples(*[st.floats(0, 100)] * 3))
def test_ciede2000_is_a_difference(lab1: Lab, lab2: Lab) -> None:
    """Never below 0, the same both ways round, and 0 from a colour to itself."""
    assert ciede2000(lab1, lab2) >= 0
    assert ciede2000(lab1, lab2) == pytest.approx(ciede2000(lab2, lab1), abs=1e-9)
    assert ciede2000(lab1, lab1) == 0


@pytest.mark.parametrize(
    ("colour_hex", "expected"),
    [
        ("#FFFFFF", (100.0, 0.0, 0.0)),
        ("#000", (0.0, 0.0, 0.0)),
        ("#FF0000", (53.241, 80.092, 67.203)),
        ("#777777", (50.034, 0.0, 0.0)),
    ],
)
def test_lab_of_known_colours(colour_hex: str, expected: Lab) -> None:
    """White, black, the sRGB red and a grey have their known Lab values."""
    assert hex_to_lab_d65(colour_hex) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("text", ["", "A63D30", "#A63D3", "#GG0000", "#A63D300", "red"])
def test_what_is_no_hex_is_refused(text: str) -> None:
    """Only # with three or six hexadecimal digits is a hex."""
    with pytest.raises(ValueError, match="expected #RRGGBB"):
        hex_to_srgb8(text)
