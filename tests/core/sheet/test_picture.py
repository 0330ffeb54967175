"""The picture of a sheet that brings none."""

import numpy as np
import pytest
from tests.core.laid_once import laid_once
from tests.core.sheet.floors import sheet_of

from plitka.core.sheet.picture import PATTERNED_PX, SIZE_PX, render_picture
from plitka.core.tile import renderer
from plitka.core.tile.masks import encode_mask


@pytest.fixture(autouse=True)
def _laid_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patterns lie on the same granules, which are most of the work."""
    monkeypatch.setattr(renderer, "lay_geometry", laid_once)


def test_a_render_of_the_scene() -> None:
    """Square, at the usual scale."""
    picture = render_picture(sheet_of("red").scene)
    assert picture.pixels is not None
    assert picture.pixels.shape == (SIZE_PX, SIZE_PX, 3)
    assert picture.field_mm == 73
    assert not picture.notices


def test_a_pattern_is_shown_with_granules_half_as_large() -> None:
    """Whole, in more pixels, so that lettering is read; as fine as a picture of the usual size has them."""
    picture = render_picture(sheet_of("red", mask=("border:10%", "white")).scene)
    assert picture.pixels is not None
    assert picture.pixels.shape == (PATTERNED_PX, PATTERNED_PX, 3)
    assert picture.field_mm == 146


def test_what_so_few_granules_cannot_show_is_told() -> None:
    """The sheet goes without a picture."""
    dot = np.zeros((256, 256), np.bool_)
    dot[60, 60] = True
    picture = render_picture(sheet_of("red", mask=(encode_mask(dot), "white")).scene)
    assert picture.pixels is None
    assert "no picture" in str(picture.notices[0])
