"""What hides the sky and the lamp on a height map."""

import numpy as np
import pytest

from plitka.core.tile.horizons import direction, lamp_visibility, normals, sky_visibility

FLAT = np.zeros((64, 64), np.float32)
STEPS = (1, 2, 4, 8)


def pit() -> np.ndarray:
    """A deep hole in a plane."""
    height = FLAT.copy()
    height[28:36, 28:36] = -20
    return height


def test_a_plane_sees_all_of_the_sky_and_the_lamp() -> None:
    """And its normals point up."""
    assert sky_visibility(FLAT) == pytest.approx(1)
    assert lamp_visibility(FLAT, [direction(225, 60)], STEPS, 1.0) == pytest.approx(1)
    assert normals(FLAT)[..., 2] == pytest.approx(1)


def test_a_pit_sees_little() -> None:
    """Less of the sky, nothing of a low lamp; far from it nothing changes."""
    sky, lamp = sky_visibility(pit()), lamp_visibility(pit(), [direction(225, 45)], STEPS, 1.0)
    assert sky[32, 32] < 0.3
    assert lamp[32, 32] == 0
    assert sky[0, 0] == pytest.approx(1)
    assert lamp[0, 0] == 1
