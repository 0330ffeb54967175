"""Figures that see what an eye sees at full size."""

import numpy as np
import pytest

from plitka.core.judge.close_look import PERIODS_PX, figures, lattice_spikes, look_closely
from plitka.core.recipes.reading import parse_recipe
from plitka.core.tile.granules import GranuleConfig, lay_granules
from plitka.core.tile.lighting import LightConfig
from plitka.core.tile.renderer import recolour
from plitka.core.tile.shading import compute_light

SIDE_PX = 320


@pytest.fixture(scope="module")
def grain() -> np.ndarray:
    """A picture of soft grain, like nothing but itself."""
    noise = np.random.default_rng(1).normal(size=(SIDE_PX, SIDE_PX))
    for axis in (0, 1):
        noise = (np.roll(noise, 1, axis) + 2 * noise + np.roll(noise, -1, axis)) / 4
    levels = np.clip(120 + 60 * noise, 0, 255)
    return np.rint(levels).astype(np.uint8)[..., None].repeat(3, -1)


@pytest.mark.parametrize("period", PERIODS_PX)
def test_a_lattice_is_seen_where_it_is(grain: np.ndarray, period: int) -> None:
    """Two levels on every place of a lattice are hardly visible, and stand out of its period's spikes."""
    plain = np.array(lattice_spikes(grain[..., 0].astype(float)))
    assert plain.max() < 15
    marked = grain[..., 0].astype(float)
    marked[::period, ::period] += 2 * period
    spikes = lattice_spikes(marked)
    assert spikes[PERIODS_PX.index(period)] > 100


def test_tails_count_pixels(grain: np.ndarray) -> None:
    """Gaps, glints and clipping are shares of the area, in percent."""
    marked = grain.copy()
    marked[:32, :32] = 0
    marked[-32:, -32:] = 255
    one_percent = 100 * 32**2 / SIDE_PX**2
    look, plain = look_closely(marked), look_closely(grain)
    assert look.gaps - plain.gaps == pytest.approx(one_percent, abs=0.1)
    assert look.glints - plain.glints == pytest.approx(one_percent, abs=0.1)
    assert look.clipped - plain.clipped == pytest.approx(one_percent, abs=0.1)


def test_edges_are_as_wide_as_their_blur() -> None:
    """An edge that rises over four pixels is 3.2 px wide from 10 to 90 %."""
    ramp = np.interp(np.arange(SIDE_PX) % 80, [20, 24, 60, 64], [60, 200, 200, 60])
    stripes = np.broadcast_to(ramp[None, :, None], (SIDE_PX, SIDE_PX, 3)).astype(np.uint8)
    assert look_closely(stripes).edge_px == pytest.approx(3.2, abs=0.2)


def test_gray_has_no_chroma_and_long_granules_are_long(grain: np.ndarray) -> None:
    """Chroma is what parts the primaries; stretched granules have another shape."""
    long = grain.repeat(3, 1)[:, :SIDE_PX]
    assert look_closely(grain).chroma == pytest.approx(0, abs=1e-3)
    assert look_closely(long).elongation > look_closely(grain).elongation + 0.4


def test_a_render_has_no_lattice() -> None:
    """The renderer knows nothing of places."""
    light, recipe = LightConfig(), parse_recipe("60% red, 40% black").recipe
    geometry = lay_granules(GranuleConfig(size_px=SIDE_PX, field_mm=SIDE_PX / 7), 1)
    found = figures(look_closely(recolour(geometry, compute_light(geometry, light), recipe, light, 1).pixels))
    assert max(found[f"lattice_{period}"] for period in PERIODS_PX) < 15
    assert 1 < found["edge_px"] < 3


def test_a_small_picture_is_refused() -> None:
    """Nothing can be said of a crop."""
    with pytest.raises(ValueError, match="256"):
        look_closely(np.zeros((200, 300, 3), np.uint8))
