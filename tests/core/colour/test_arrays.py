"""Colour arithmetic on arrays: against the arithmetic of single colours, and a few values that must stay."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.colour.arrays import (
    Precision,
    decode_srgb8,
    encode_srgb8,
    linear_to_lab,
    linear_to_oklab,
    lit_colours,
)
from plitka.core.colour.palette import default_palette
from plitka.core.colour.spaces import hex_to_lab_d65, hex_to_srgb8, srgb8_to_hex, srgb8_to_linear

LEVELS = np.arange(256, dtype=np.uint8)
PRECISIONS: tuple[Precision, ...] = ("float32", "float64")


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_level_survives_linear_light(precision: Precision) -> None:
    """Decoded and encoded, each of the 256 levels is itself."""
    assert (encode_srgb8(decode_srgb8(LEVELS, precision)) == LEVELS).all()


@pytest.mark.parametrize("precision", PRECISIONS)
def test_levels_decode_as_single_colours_do(precision: Precision) -> None:
    """The table agrees with `spaces` to single precision."""
    expected = [srgb8_to_linear((level, level, level))[0] for level in range(256)]
    decoded = decode_srgb8(LEVELS, precision)
    assert decoded.dtype == np.float32
    assert decoded == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_both_precisions_keep_their_bits() -> None:
    """Pictures depend on one and measurements on the other, which differ in the last bits of most levels."""
    single, double = (decode_srgb8(LEVELS, precision) for precision in PRECISIONS)
    assert [value.hex() for value in single[[1, 100, 200]].tolist()] == [
        "0x1.3e45680000000p-12",
        "0x1.04fe0e0000000p-3",
        "0x1.27b8a20000000p-1",
    ]
    assert [value.hex() for value in double[[1, 100, 200]].tolist()] == [
        "0x1.3e45680000000p-12",
        "0x1.04fe0c0000000p-3",
        "0x1.27b8a00000000p-1",
    ]


def test_a_decoding_table_cannot_be_changed() -> None:
    """What is returned is a copy; the table itself is shared."""
    decode_srgb8(LEVELS)[:] = 0
    assert decode_srgb8(LEVELS)[255] == 1


def test_light_outside_the_gamut_is_clipped() -> None:
    """Below 0 is black, above 1 is white."""
    assert encode_srgb8(np.array([-0.5, 0.0, 1.0, 7.0], np.float32)).tolist() == [0, 0, 255, 255]


@given(st.lists(st.floats(-0.5, 1.5, width=32), min_size=1, max_size=20))
def test_encoding_keeps_the_order_of_light(levels: list[float]) -> None:
    """More light is never a lower level, in either precision."""
    for dtype in (np.float32, np.float64):
        encoded = encode_srgb8(np.sort(np.array(levels, dtype))).astype(int)
        assert (np.diff(encoded) >= 0).all()


@given(st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=8))
def test_lab_of_arrays_is_that_of_single_colours(colours: list[tuple[int, int, int]]) -> None:
    """To the precision of float32."""
    found = linear_to_lab(decode_srgb8(np.array(colours, np.uint8)))
    assert found == pytest.approx(np.array([hex_to_lab_d65(srgb8_to_hex(colour)) for colour in colours]), abs=2e-3)


def test_lab_has_any_shape() -> None:
    """The last axis is the colour; what stands before it stays."""
    linear = np.random.default_rng(0).random((2, 3, 4, 3))
    assert linear_to_lab(linear).shape == (2, 3, 4, 3)
    assert (linear_to_lab(linear)[1, 2] == linear_to_lab(linear[1, 2])).all()
    assert linear_to_lab(linear).dtype == np.float32


def test_negative_light_counts_as_none() -> None:
    """Noise that was subtracted may leave some."""
    assert linear_to_lab(np.array([[-0.2, -0.1, -0.3]], np.float32)).tolist() == [[0, 0, 0]]


def test_oklab_of_known_colours() -> None:
    """White, black and the sRGB red as Ottosson's page has them, times 100."""
    linear = decode_srgb8(np.array([[255, 255, 255], [0, 0, 0], [255, 0, 0]], np.uint8))
    expected = np.array([[100, 0, 0], [0, 0, 0], [62.796, 22.486, 12.585]])
    assert linear_to_oklab(linear) == pytest.approx(expected, abs=0.01)


def test_lit_colours_are_those_of_the_lit_facets() -> None:
    """Where they were photographed; elsewhere the colour's own hex stands for them."""
    palette = default_palette()
    red, free = palette.find("red"), palette.find("#336699")
    assert red is not None
    assert free is not None
    assert red.lit_hex is not None
    lit = lit_colours([red, free])
    assert encode_srgb8(lit).tolist() == [list(hex_to_srgb8(red.lit_hex)), [0x33, 0x66, 0x99]]
    assert lit_colours([]).shape == (0, 3)
