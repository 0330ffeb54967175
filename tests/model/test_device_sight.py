"""The measure on a device, beside that in numpy; on the processor, where torch computes as it does on a GPU."""

from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from tests.core.measure.tile_pictures import tile

from plitka.core.generation import Swatch
from plitka.core.measure.shares import measure_shares
from plitka.core.recipes.reading import parse_recipe
from plitka.errors import InputError
from plitka.model.device_sight import DeviceMeasure, DeviceSight

MIX = "50% red, 30% black, 20% white"
HERE = torch.device("cpu")
MOST_APART = 0.02
"""Points of share."""


def choices(kind: str) -> dict[str, Any]:
    """What is known of the picture."""
    pixels = tile(MIX)
    laid = np.indices(pixels.shape[:2]).sum(0) // 40 % 3
    where = np.zeros(laid.shape, bool)
    where[20:150, 10:101] = True
    each = {
        "nothing": {},
        "laid": {"laid": laid},
        "swatch": {"swatch": Swatch(pixels, laid)},
        "zone": {"laid": laid, "where": where},
    }
    return each[kind]


@pytest.mark.parametrize("kind", ["nothing", "laid", "swatch", "zone"])
def test_shares_are_those_of_numpy(kind: str) -> None:
    """Whatever is known of the picture."""
    pixels, colours, known = tile(MIX), parse_recipe(MIX).recipe.colours, choices(kind)
    expected = measure_shares(pixels, colours, **known)
    found = measure_shares(pixels, colours, see=partial(DeviceSight, HERE), **known)
    assert found == pytest.approx(expected, abs=MOST_APART)


def test_a_picture_on_white_is_cut_out() -> None:
    """As by numpy, with a row of pixels left over."""
    pixels = np.full((261, 240, 3), 250, np.uint8)
    pixels[48:200, 40:200] = tile(MIX)[:152, :160]
    colours = parse_recipe(MIX).recipe.colours
    found = measure_shares(pixels, colours, see=partial(DeviceSight, HERE))
    assert found == pytest.approx(measure_shares(pixels, colours), abs=MOST_APART)


def test_where_the_device_fails_numpy_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture is measured all the same; what is wrong with it is still said."""

    def fail(*_: object) -> None:
        raise torch.OutOfMemoryError("full")

    colours, measured = parse_recipe(MIX).recipe.colours, DeviceMeasure(HERE)
    assert measured(tile(MIX), colours) == pytest.approx(measure_shares(tile(MIX), colours), abs=MOST_APART)
    monkeypatch.setattr("plitka.model.device_sight.DeviceSight.draw", fail)
    assert measured(tile(MIX), colours) == measure_shares(tile(MIX), colours)
    with pytest.raises(InputError):
        measured(tile(MIX)[:20], colours)
