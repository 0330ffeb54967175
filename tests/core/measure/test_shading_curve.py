"""The curve of a colour from light to shadow, and how points differ from it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.colour.arrays import linear_to_lab, lit_colours
from plitka.core.colour.palette import default_palette
from plitka.core.measure.shading_curve import FARTHEST, nearest_gap, residuals_of, shaded

CATALOGUE = default_palette().catalogue
LIT = lit_colours(CATALOGUE)


@given(st.integers(0, len(CATALOGUE) - 1), st.floats(0.1, 1.1))
def test_a_point_on_a_curve_is_of_its_colour(index: int, brightness: float) -> None:
    """Its distance is next to nothing, and its brightness is found again."""
    point = shaded(LIT[index], np.array([brightness], np.float32))
    residuals = residuals_of(linear_to_lab(point), LIT[index : index + 1])
    assert residuals.distance.item() < 1.5
    assert residuals.brightness.item() == pytest.approx(np.log(brightness), abs=0.15)


def test_a_lit_facet_is_the_colour_itself() -> None:
    """At brightness 1 nothing bounces; in full shadow there is nothing but what does."""
    curve = shaded(LIT[0], np.array([0.0, 1.0]))
    assert curve[1] == pytest.approx(LIT[0])
    assert (curve[0] < LIT[0]).all()
    assert (curve[0] > 0).all()


def test_shadows_are_more_saturated_than_black_would_make_them() -> None:
    """Light between chips of one colour is tinted twice."""
    red = lit_colours([colour for colour in CATALOGUE if colour.code == "RED"])[0]
    dark = shaded(red, np.array([0.2]))[0]
    assert dark[0] / dark[2] > red[0] / red[2]


def test_a_more_saturated_point_lies_further_along() -> None:
    """The sign tells it; a grey has no direction, but a number all the same."""
    lab = linear_to_lab(LIT)
    strong, weak = (lab * np.array([1, factor, factor], np.float32) for factor in (1.2, 0.8))
    chromatic = np.hypot(lab[:, 1], lab[:, 2]) > 15
    along = [np.diagonal(residuals_of(each, LIT).along)[chromatic] for each in (strong, weak)]
    assert (along[0] > 0).all()
    assert (along[1] < 0).all()
    assert np.isfinite(residuals_of(lab, LIT).along).all()


def test_residuals_have_the_shape_of_points_by_colours() -> None:
    """Whatever grid the points stand in."""
    residuals = residuals_of(np.zeros((4, 5, 3), np.float32), LIT)
    for part in (residuals.distance, residuals.along, residuals.chroma, residuals.brightness):
        assert part.shape == (4, 5, len(CATALOGUE))


def test_the_nearest_gap_is_that_to_another_colour() -> None:
    """Alone, a colour has no neighbour."""
    lab = np.array([[50.0, 0, 0], [53, 4, 0], [50, 0, 60]])
    assert nearest_gap(lab) == pytest.approx([5, 5, np.hypot(np.hypot(3, 4), 60)], abs=0.5)
    assert nearest_gap(lab[:1]).tolist() == [FARTHEST]
