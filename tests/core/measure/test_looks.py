"""The looks of granules in each light."""

import numpy as np

from plitka.core.colour.arrays import linear_to_lab, lit_colours
from plitka.core.colour.palette import default_palette
from plitka.core.measure.looks import N_CLASSES, class_of, place_points, usual_looks
from plitka.core.measure.shading_curve import shaded

PALETTE = lit_colours(default_palette().catalogue, "float64")
CODES = [colour.code for colour in default_palette().catalogue]


class TestUsualLooks:
    """`usual_looks`."""

    def test_there_is_one_for_each_scene_and_some_for_photographs(self) -> None:
        """Five lights, wet or dry, pressed or cut; the dry ones once more with grain; photographs at four exposures."""
        assert [look.is_photograph for look in usual_looks()] == [False] * 30 + [True] * 4

    def test_black_with_grain_is_likeliest_as_black(self) -> None:
        """The neutral colours of a network's pictures deviate by more than a unit of a* and b*."""
        black = CODES.index("BLACK")
        grainy = usual_looks()[20]
        lab = linear_to_lab(np.repeat(grainy.lit(PALETTE[[black]]), 400, 0))
        lab = lab + np.random.default_rng(0).normal(0, 1.2, lab.shape)
        assert grainy.log_likelihood(lab, PALETTE).mean(0).argmax() == black

    def test_water_deepens_colours(self) -> None:
        """Its exponent is above 1 in every wet look."""
        exponents = [look.exponent for look in usual_looks()[:20]]
        assert {exponents[index] for index in range(20) if index % 4 < 2} == {1.0}
        assert min(exponents[index] for index in range(20) if index % 4 >= 2) > 1.3

    def test_black_glints_more_than_gray_where_water_makes_them_equally_light(self) -> None:
        """On a wet flat face, each has its own spread about its lit facets, though both are light under the veil."""
        black, gray = (lit_colours(default_palette().named([name]), "float64") for name in ("black", "gray"))
        wet_cut = usual_looks()[3]
        spreads = []
        for colour in (black, gray):
            brightness = wet_cut.lit(colour)[0] * np.exp(np.linspace(-3, 1.5, 40))[:, None]
            logs = wet_cut.log_likelihood(linear_to_lab(brightness), colour)[:, 0]
            spreads.append(
                np.average((np.arange(40) - np.average(np.arange(40), weights=np.exp(logs))) ** 2, weights=np.exp(logs))
            )
        assert spreads[0] > 2 * spreads[1]

    def test_a_lit_facet_is_likeliest_of_its_own_colour(self) -> None:
        """In the studio, over all of the catalogue, but for pearl's, which is as white's in a little shade."""
        studio = usual_looks()[0]
        logs = studio.log_likelihood(linear_to_lab(studio.lit(PALETTE)), PALETTE)
        taken = {(CODES[own], CODES[other]) for own, other in enumerate(logs.argmax(1)) if own != other}
        assert taken <= {("PEARL", "WHITE")}


class TestPlacePoints:
    """`place_points`."""

    def test_points_on_a_curve_lie_beside_nothing(self) -> None:
        """Light and shade alone take a point no further from its colour."""
        lit = PALETTE[:1].astype(np.float32)
        points = shaded(lit[0], np.array([0.3, 0.6, 1.0, 1.3], np.float32))
        places = place_points(linear_to_lab(points), lit)
        assert (places.beside <= 1).all()
        assert (np.diff(places.light[:, 0]) > 0).all()

    def test_classes_go_from_dark_to_light_and_from_neutral_to_coloured(self) -> None:
        """Black, gray and white, then dark blue and yellow."""
        grey = np.array([[0.04] * 3, [0.22] * 3, [0.84] * 3])
        assert class_of(grey).tolist() == [0, 2, 4]
        assert class_of(lit_colours(default_palette().named(["dark blue", "yellow"]), "float64")).tolist() == [5, 8]

    def test_each_class_has_a_colour_of_the_catalogue(self) -> None:
        """Its tables were counted on something."""
        assert set(class_of(PALETTE).tolist()) == set(range(N_CLASSES))
