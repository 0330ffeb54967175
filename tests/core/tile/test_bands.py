"""Work on maps in bands of rows."""

import numpy as np

from plitka.core.tile.bands import BAND_PX, compute_bands, fill_bands, row_bands


def test_bands_are_all_rows_in_their_order() -> None:
    """The last one has what is left; of no rows there is none."""
    for n_rows in (1, BAND_PX, 2 * BAND_PX + 1):
        bands = list(row_bands(n_rows))
        assert [row for band in bands for row in range(n_rows)[band]] == list(range(n_rows))
        assert all(band.stop - band.start == BAND_PX for band in bands[:-1])
        assert bands[-1].stop == n_rows
    assert not list(row_bands(0))


def test_what_is_computed_by_bands_is_what_is_computed_at_once() -> None:
    """Bit for bit, whichever thread is done first."""
    cells = np.random.default_rng(1).random((5 * BAND_PX + 3, 40), np.float32)
    made = compute_bands(row_bands(len(cells)), lambda rows: cells[rows] ** np.float32(1 / 2.4))
    assert np.array_equal(made, cells ** np.float32(1 / 2.4))


def test_maps_before_each_other_stay_so() -> None:
    """Bands are of rows, whatever number of maps there is; and a map can be filled in place."""
    maps = np.random.default_rng(1).random((3, 2 * BAND_PX + 5, 8), np.float32)
    filled = np.zeros_like(maps)

    def double(rows: slice) -> None:
        filled[:, rows] = 2 * maps[:, rows]

    fill_bands(maps.shape[1], double)
    assert np.array_equal(filled, 2 * maps)
    assert np.array_equal(compute_bands(row_bands(maps.shape[1]), lambda rows: 2 * maps[:, rows]), filled)
