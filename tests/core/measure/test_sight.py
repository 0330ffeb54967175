"""A tile as the measure sees it, with numpy."""

import numpy as np
from tests.core.measure.tile_pictures import tile

from plitka.core.colour.arrays import lit_colours
from plitka.core.measure.colour_model import fit_colours
from plitka.core.measure.points import cut_picture
from plitka.core.measure.sight import PointSight
from plitka.core.recipes.reading import parse_recipe

MIX = "60% red, 40% black"


def test_mean_chances_are_the_means_of_all_points() -> None:
    """Of the asked colours and of another one they sum to 1."""
    sight = PointSight(cut_picture(tile(MIX), None, None, widest_px=1600))
    lit = lit_colours(parse_recipe(MIX).recipe.colours, "float64")
    fit = fit_colours(sight.draw(1000), lit)
    means = sight.mean_chances(fit, is_learnt=False)
    assert (means == sight.chances(sight.features(fit), is_learnt=False).mean(0)).all()
    assert abs(means.sum() - 1) < 1e-5


def test_samples_are_known_only_with_labels() -> None:
    """They are drawn where a colour was laid."""
    pixels = tile(MIX)
    labels = np.indices(pixels.shape[:2])[1] // 64 % 2
    assert PointSight(cut_picture(pixels, None, None, widest_px=1600)).samples(2) is None
    samples = PointSight(cut_picture(pixels, labels, None, widest_px=1600)).samples(2)
    assert samples is not None
    assert set(samples.labels.tolist()) == {0, 1}
