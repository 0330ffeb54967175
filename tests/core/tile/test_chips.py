"""The shape of one chip."""

import numpy as np

from plitka.core.tile.chips import make_chip, rasterise


def test_the_raster_cuts_no_chip() -> None:
    """A chip that reached the border of its raster would have a straight edge along rows or columns."""
    for seed in range(100):
        bottom, top = rasterise(make_chip(np.random.default_rng(seed)), radius_cells=12.0)
        solid = top > bottom
        inside = np.pad(solid[1:-1, 1:-1], 1)
        assert inside.any()
        assert (inside == solid).all(), f"chip {seed} is cut"
