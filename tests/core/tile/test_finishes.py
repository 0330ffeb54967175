"""Which finish a colour has, and what camera takes a mix."""

import numpy as np
import pytest

from plitka.core.colour.arrays import lit_colours
from plitka.core.colour.palette import default_palette
from plitka.core.tile.finishes import CAMERA, FAR_LEVELS, FIELDS, GAINS, MATTER, light_of_others, load_finishes

CATALOGUE = default_palette().catalogue


def test_every_colour_of_the_catalogue_has_its_own() -> None:
    """They were all photographed, and no two are alike."""
    table = load_finishes()
    rows = table.of(CATALOGUE)
    assert rows.shape == (len(CATALOGUE), len(FIELDS))
    assert len(np.unique(rows, axis=0)) == len(CATALOGUE)
    assert (rows[:, CAMERA.index("lamp") + len(MATTER)] < 1).all()


def test_a_strange_colour_has_the_mean_finish() -> None:
    """One that is near a photographed one has nearly that one's, and far ones multiply all primaries alike."""
    table = load_finishes()
    near, far = table.of_levels(np.array([[*table.lit[3] + (1, 0, 0)], [0, 0, 255]], np.float32))
    assert near == pytest.approx(table.rows[3], abs=1.1 / FAR_LEVELS * float(np.ptp(table.rows, 0).max()))
    assert far == pytest.approx(table.mean)
    assert far[MATTER.index("red")] == far[MATTER.index("blue")]


def test_the_camera_of_a_mix_follows_its_shares() -> None:
    """A solid's is its own, halves have that of mixes, and a trace of a colour moves it by a trace."""
    table = load_finishes()
    rows = table.of(CATALOGUE[:2])
    solid, trace, halves = (table.camera(rows, shares) for shares in ((1, 0), (0.9999, 0.0001), (0.5, 0.5)))
    assert [getattr(solid, name) for name in CAMERA] == pytest.approx(rows[0, len(MATTER) :].tolist())
    assert [getattr(halves, name) for name in CAMERA] == pytest.approx(table.mix.tolist())
    for name in CAMERA:
        assert getattr(trace, name) == pytest.approx(getattr(solid, name), abs=0.01)


def test_white_is_cream_among_other_colours() -> None:
    """And as light as it is by itself where it is alone."""
    table = load_finishes()
    colours = [colour for colour in CATALOGUE if colour.code in {"WHITE", "BLACK"}]
    rows, lit = table.of(colours), lit_colours(colours)
    alone, mixed = table.mixed(rows, (0, 1), lit), table.mixed(rows, (0.3, 0.7), lit)
    assert (alone == rows).all()
    black, white = mixed[:, GAINS] / rows[:, GAINS]
    assert (black < 1).all(), "black is deeper beside white"
    assert 0.95 > white[0] > white[1] > white[2]


def test_white_keeps_its_light_among_light_colours() -> None:
    """Dark neighbours swallow light and light ones throw it back: white beside pearl stays lighter than it."""
    table = load_finishes()
    colours = [colour for code in ("WHITE", "PEARL", "BLACK") for colour in CATALOGUE if colour.code == code]
    lit = lit_colours(colours)
    beside_pearl = table.mixed(table.of(colours[:2]), (0.6, 0.4), lit[:2])[0, GAINS]
    beside_black = table.mixed(table.of(colours[::2]), (0.6, 0.4), lit[::2])[0, GAINS]
    alone = table.of(colours[:1])[0, GAINS]
    assert (beside_black < beside_pearl).all()
    assert (beside_pearl < alone).all()
    assert (1 - beside_pearl / alone < (1 - beside_black / alone) / 2).all()
    assert light_of_others(np.array([0.8, 0.2, 0.4]), np.array([0.5, 0.25, 0.25])) == pytest.approx([0.3, 2 / 3, 0.6])
