"""Faces of torn chips: bent, folded and coated, each by itself."""

from dataclasses import replace

import numpy as np
import pytest

from plitka.core.scene import Surface
from plitka.core.tile.granules import Geometry, GranuleConfig, lay_granules
from plitka.core.tile.torn import slopes_within, tear

CONFIG = GranuleConfig(size_px=96, field_mm=96 / 7)


@pytest.fixture(scope="module")
def geometry() -> Geometry:
    """A small layer."""
    return lay_granules(CONFIG, 3)


def test_an_outline_is_no_slope() -> None:
    """Two level chips at different heights are level both."""
    ids = np.zeros((16, 16), np.int32)
    ids[:, 8:] = 1
    assert (slopes_within(ids, ids * np.float32(9)) == 0).all()


def test_a_facet_keeps_its_slope() -> None:
    """To the right and downwards, up to its edge."""
    down, right = np.mgrid[:16, :16].astype(np.float32)
    ids = np.zeros((16, 16), np.int32)
    ids[:, 15], ids[15] = 1, 1
    slopes = slopes_within(ids, 0.5 * right - 0.25 * down)
    assert slopes[ids == 0] == pytest.approx(np.tile([0.5, -0.25], (225, 1)))


def test_torn_faces_are_the_same_each_time(geometry: Geometry) -> None:
    """And leave the geometry as it is."""
    before = geometry.height_mm.copy()
    one, other = tear(geometry), tear(geometry)
    assert (one.coat == other.coat).all()
    assert (one.height == other.height).all()
    assert (geometry.height_mm == before).all()


def test_a_blade_leaves_less_of_them(geometry: Geometry) -> None:
    """A cut face is nearly flat."""
    cut = tear(lay_granules(replace(CONFIG, surface=Surface.CUT), 3))
    assert cut.body.std() < 0.5 * tear(geometry).body.std()
