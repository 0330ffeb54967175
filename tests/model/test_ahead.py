"""A map that another process lays."""

from dataclasses import replace

import numpy as np
import pytest

from plitka.core.generation import Defaults, Mode, Request
from plitka.core.recipes.recipe import parse_recipe
from plitka.model.ahead import MapAhead, lay_ahead
from plitka.model.guide import GuideConfig, lay_map

CONFIG = GuideConfig()
ASKED = 128, 64, 7, CONFIG
FIRST = Request(recipe=parse_recipe("100% red").recipe, seed=7, width_px=128, height_px=64)


def test_it_is_the_map_that_would_be_laid_here() -> None:
    """Granules and the light on them, to the bit."""
    granules, own = MapAhead(*ASKED).take(*ASKED), lay_map(*ASKED)
    assert granules is not None
    assert granules.relief is not None
    assert own.relief is not None
    assert np.array_equal(granules.ids, own.ids)
    assert np.array_equal(granules.relief.light, own.relief.light)


def test_another_map_is_not_given() -> None:
    """The one that was asked for is still there."""
    ahead = MapAhead(*ASKED)
    assert ahead.take(128, 64, 8, CONFIG) is None
    assert ahead.take(*ASKED) is not None


def test_a_process_that_was_ended_gives_none() -> None:
    """The map is then laid where it is needed."""
    ahead = MapAhead(*ASKED)
    ahead.process.kill()
    ahead.process.join()
    assert ahead.take(*ASKED) is None


def test_the_bundle_says_how_large_the_picture_will_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the request leaves it open."""
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    ahead = lay_ahead(replace(FIRST, width_px=None), Defaults(width_px=64), CONFIG)
    assert ahead is not None
    assert ahead.take(64, 64, 7, CONFIG) is not None


@pytest.mark.parametrize(
    ("n_processors", "first"),
    [(1, FIRST), (2, replace(FIRST, mode=Mode.TEXT)), (2, replace(FIRST, guide=np.zeros((8, 8), np.int32)))],
)
def test_no_process_where_it_would_be_for_nothing(
    n_processors: int, first: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On one processor, or for a picture that no map of ours comes under."""
    monkeypatch.setattr("os.cpu_count", lambda: n_processors)
    assert lay_ahead(first, Defaults(), CONFIG) is None
