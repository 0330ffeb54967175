"""Parts of a floor."""

from fractions import Fraction

import pytest
from tests.core.sheet.floors import RECIPE

from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene, Size, Zone
from plitka.core.sheet.areas import zone_areas
from plitka.errors import InputError

MIX = parse_recipe(RECIPE).recipe


def scene(*masks: str, size: Size | None = None) -> Scene:
    """A ground and zones."""
    return Scene(zones=(Zone(MIX), *(Zone(MIX, mask) for mask in masks)), size=size)


def test_areas_are_those_of_the_masks() -> None:
    """They sum to exactly the whole, in any proportions."""
    assert [*zone_areas(scene())] == [1]
    assert zone_areas(scene("stripes:4"))[1] == pytest.approx(0.5, abs=0.002)
    wide = zone_areas(scene("stripes:4", "border:10%", size=Size(width_px=1024, height_px=512)))
    assert sum(wide) == 1
    assert all(isinstance(area, Fraction) and area > 0 for area in wide)


def test_a_zone_that_is_covered_is_refused() -> None:
    """As for a picture."""
    with pytest.raises(InputError, match="covered"):
        zone_areas(scene("circle", "circle"))
