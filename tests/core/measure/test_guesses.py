"""Which candidates explain a sample of a tile."""

import numpy as np
import pytest
from tests.core.measure.tile_pictures import tile

from plitka.core.colour.arrays import decode_srgb8
from plitka.core.colour.palette import default_palette
from plitka.core.measure.guesses import COLOUR_COST, SQUARE_SIDE, Batches, fit_shares, search, total_cost
from plitka.core.measure.looks import usual_looks

CATALOGUE = default_palette().catalogue


def test_shares_are_those_of_a_mixture() -> None:
    """Of squares that one candidate each explains; what explains nothing has next to nothing."""
    likelihoods = np.full((400, 3), 1e-3)
    likelihoods[:300, 0] = likelihoods[300:, 1] = 50.0
    shares, cost = fit_shares(likelihoods, (0, 1, 2), 30)
    assert shares == pytest.approx((0.75, 0.25, 0), abs=0.01)
    assert cost < fit_shares(likelihoods, (0, 2), 30)[1]


def test_the_best_guess_has_the_colours_of_the_tile() -> None:
    """It comes first, and its cost counts each colour."""
    linear = decode_srgb8(tile("60% red, 40% black", side_px=384), "float64")
    starts = np.random.default_rng(1).integers(0, 384 - SQUARE_SIDE, (300, 2))
    squares = np.stack([linear[y : y + SQUARE_SIDE, x : x + SQUARE_SIDE].reshape(-1, 3) for y, x in starts])
    batches = Batches.of(CATALOGUE)
    guesses = search(squares, batches, usual_looks())
    assert {CATALOGUE[place].code for place in batches.candidates_of(guesses[0].taken)} == {"RED", "BLACK"}
    costs = [total_cost(guess) for guess in guesses]
    assert costs == sorted(costs)
    assert costs[0] == pytest.approx(guesses[0].cost + 2 * COLOUR_COST)


def test_other_batches_are_of_their_candidate() -> None:
    """Granules of one name that were photographed twice."""
    batches = Batches.of(CATALOGUE)
    assert batches.n_candidates == len(CATALOGUE) < len(batches.lit) == len(batches.owners)
    assert batches.candidates_of(range(len(batches.lit))) == list(range(len(CATALOGUE)))
