"""How lit facets of each colour look."""

from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import lit_colours
from plitka.core.colour.palette import default_palette
from plitka.core.measure.brightness import bins_of
from plitka.core.measure.facets import BRIGHTEST, DARKEST, usual_facets

CATALOGUE = lit_colours(default_palette().catalogue, "float64")


def lit(name: str) -> npt.NDArray[np.floating[Any]]:
    """(1, 3) linear light of a colour by the palette."""
    return lit_colours(default_palette().named([name]), "float64")


class TestLift:
    """`Facets.lift`."""

    def test_black_facets_are_lifted_most_and_white_ones_are_creamy(self) -> None:
        """Black granules mirror the lamp; white ones can hardly be lighter."""
        facets = usual_facets()
        black, white = (facets.lift(lit(name)) / lit(name) for name in ("black", "white"))
        assert black.min() > 1
        assert white.max() < black.min()
        assert white[0, 2] < white[0, 0]

    def test_a_colour_of_the_catalogue_has_its_own_lift(self) -> None:
        """As it was counted."""
        facets = usual_facets()
        assert np.allclose(np.log(facets.lift(CATALOGUE) / CATALOGUE), facets.log_lift, atol=1e-3)

    def test_one_far_from_all_is_as_they_are_on_the_mean(self) -> None:
        """And no facet is darker or lighter than any can be."""
        facets = usual_facets()
        magenta = np.array([[1.0, 0.01, 1.0]])
        assert np.allclose(np.log(facets.lift(magenta) / magenta), facets.log_lift.mean(0), atol=0.1)
        assert facets.lift(np.zeros((1, 3))).min() == np.float64(DARKEST)
        assert facets.lift(np.full((1, 3), 9.0)).max() == BRIGHTEST


class TestUsualFacets:
    """`usual_facets`."""

    def test_most_points_are_darker_than_lit_facets(self) -> None:
        """The histogram is of shares, and shade is more than glints."""
        histogram = usual_facets().histogram
        assert np.isclose(histogram.sum(), 1, atol=1e-3)
        lit_bin = bins_of(np.zeros(1))[0]
        assert histogram[:lit_bin].sum() > 0.5 > histogram[lit_bin + 1 :].sum() > 0.05
