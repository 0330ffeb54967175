"""Zones that are finer than their granules."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.core.generation import CompleteRequest, Defaults, Request
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Granules, Scene, Size, Zone
from plitka.core.tile.fineness import _wide_part, remark_fine_zones
from plitka.errors import InputError

BLACK, WHITE = (parse_recipe(text).recipe for text in ("black", "white"))


def ask(side_px: int, *masks: str, granules: Granules | None = None) -> CompleteRequest:
    """A square picture of black with white zones, at the usual scale."""
    scene = Scene(
        zones=(Zone(BLACK), *(Zone(WHITE, mask) for mask in masks)),
        granules=granules or Granules(),
        size=Size(width_px=side_px, height_px=side_px),
    )
    return Defaults().complete(Request(scene=scene, seed=0))


@pytest.mark.parametrize(
    ("side_px", "mask", "is_fine"),
    [
        (1024, "text:СТАРТ", False),
        (256, "text:СТАРТ", True),
        (256, "text:1", False),
        (1024, "stripes:16", False),
        (1024, "stripes:64", True),
        (256, "stripes:4", False),
        (256, "checker:16", True),
        (256, "border:8%", False),
        (256, "border:2%", True),
    ],
)
def test_strokes_narrower_than_a_granule_are_remarked(side_px: int, mask: str, is_fine: bool) -> None:
    """At the picture's scale."""
    assert bool(remark_fine_zones(ask(side_px, mask))) is is_fine


def test_smaller_granules_make_finer_zones() -> None:
    """By the mean size of those that the zone has."""
    assert remark_fine_zones(ask(256, "stripes:8"))
    assert not remark_fine_zones(ask(256, "stripes:8", granules=Granules(size_mm=(0.5, 1.5))))
    assert not remark_fine_zones(ask(256, "stripes:8", granules=Granules(fine=("WHITE",))))


def test_a_remark_names_the_zone() -> None:
    """By its number and its mask; a plain tile has none."""
    [notice] = remark_fine_zones(ask(256, "circle:50%", "border:2%"))
    assert str(notice).startswith("zone 2 (border:2%) is finer than its granules of about 2.5 mm")
    assert remark_fine_zones(ask(256)) == ()
    with pytest.raises(InputError, match=r"zone 1 \(star\): there is no mask"):
        remark_fine_zones(ask(256, "star"))


@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_what_is_wide_is_covered_by_squares_inside(seed: int, side: int) -> None:
    """As found one square after another."""
    mask = np.random.default_rng(seed).random((12, 15)) < 0.8
    covered = np.zeros_like(mask)
    for row in range(12 - side + 1):
        for column in range(15 - side + 1):
            square = slice(row, row + side), slice(column, column + side)
            covered[square] |= mask[square].all()
    assert _wide_part(mask, side) == pytest.approx(covered.sum() / mask.sum())
