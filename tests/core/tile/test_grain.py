"""Noise of hashed integers."""

import numpy as np
import pytest

from plitka.core.tile.grain import GRAIN, LEVELS_PER_DEVIATION, hashed_noise, make_grain


def test_it_is_noise_of_unit_deviation() -> None:
    """Without any likeness of neighbours or of another number's; mottle is smooth."""
    one, other = hashed_noise(256, 192, GRAIN), hashed_noise(256, 192, GRAIN + 1)
    assert one.mean() == pytest.approx(0, abs=0.02)
    assert one.std() == pytest.approx(1, abs=0.02)
    for shifted in (np.roll(one, 1, 0), np.roll(one, 1, 1), np.roll(one, (1, 1), (0, 1)), other):
        assert np.corrcoef(one.ravel(), shifted.ravel())[0, 1] == pytest.approx(0, abs=0.02)
    mottle = make_grain(256, 192).mottle / LEVELS_PER_DEVIATION
    assert mottle.std() == pytest.approx(1, abs=0.05)
    assert np.corrcoef(mottle.ravel(), np.roll(mottle, 1, 0).ravel())[0, 1] > 0.5


def test_a_larger_picture_has_the_same_in_its_corner() -> None:
    """It depends on the place alone."""
    assert (hashed_noise(64, 64, GRAIN) == hashed_noise(128, 96, GRAIN)[:64, :64]).all()


def test_it_has_the_values_that_a_shader_finds() -> None:
    """Calculated apart, in whole numbers without bounds."""
    word = (5 * 0x9E3779B1 ^ 9 * 0x85EBCA77 ^ 2 * 0xC2B2AE3D) % 2**32
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        word = (word ^ word >> shift) * factor % 2**32
    word ^= word >> 16
    total = sum(word.to_bytes(4, "little"))
    assert hashed_noise(8, 16, 2)[5, 9] == pytest.approx((total - 510) / 147.8)
