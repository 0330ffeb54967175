"""Guesses at the colours of a tile whose light is not known: which candidates explain a sample of it, and how well.

Each look that a tile may have explains the sample by all candidates together; in the looks that explain it best,
colours are taken away as long as none is missed more than it costs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import linear_to_lab, lit_colours
from plitka.core.colour.palette import Colour
from plitka.core.measure.looks import Look

FloatArray = npt.NDArray[np.floating[Any]]

SQUARE_SIDE = 3
"""Of the squares that a sample consists of, in points."""
_OTHER_LOG = float(np.log(0.01 / 52 / (np.pi * 50.0**2)))
"""Log likelihood of a point of a colour that is no candidate: even over brightness and over a* and b*."""
OTHER_SHARE = 0.003
"""Of squares that none of the colours taken explains."""
ROUNDS, ROUNDS_WITHOUT = 15, 12
"""Of a fit of shares, and of one that only compares."""
_SPARSE_LOSS = 0.003
"""What each colour loses in every round of the first fit, so that those that explain little vanish."""
_LEAST_SHARE = 0.004
COLOUR_COST = 0.03
"""Implausibility, in nats a square, of one colour more."""
_N_LOOKS = 4
"""Those that go on to the search."""
_LEAST_LOG = -6.0
"""Of one point beside that: a single glint never rules a colour out."""


@dataclass(frozen=True, slots=True)
class Batches:
    """All that may explain a square: the candidates, then their other batches."""

    lit: FloatArray
    """(k, 3) linear light of lit facets."""
    owners: tuple[int, ...]
    """(k,) the candidate of each."""
    n_candidates: int

    @classmethod
    def of(cls, candidates: Sequence[Colour]) -> "Batches":
        """Those of candidates, each once."""
        others = [(owner, text) for owner, colour in enumerate(candidates) for text in colour.batch_lit_hexes]
        colours = [*candidates, *(replace(candidates[owner], lit_hex=text) for owner, text in others)]
        owners = (*range(len(candidates)), *(owner for owner, _ in others))
        return cls(lit_colours(colours, "float64"), owners, len(candidates))

    def candidates_of(self, taken: Iterable[int]) -> list[int]:
        """Those that some batches are of, each once."""
        return list(dict.fromkeys(self.owners[index] for index in taken))


@dataclass(frozen=True, slots=True)
class Guess:
    """Some batches that explain a sample in one look."""

    look: Look
    likelihoods: FloatArray
    """(m, k) of m squares in all batches, beside that of another colour; 0 of those that the look does not have."""
    taken: tuple[int, ...]
    shares: FloatArray
    cost: float
    """Implausibility, in nats a square."""


def search(
    squares: FloatArray, batches: Batches, looks: Sequence[Look], colour_cost: float = COLOUR_COST
) -> list[Guess]:
    """The best guess in each of the most plausible looks, the best first."""
    lab = linear_to_lab(squares.reshape(-1, 3))
    firsts = sorted((_first_guess(lab, batches, look) for look in looks), key=lambda guess: guess.cost)
    guesses = (_prune(guess, colour_cost) for guess in firsts[:_N_LOOKS])
    return sorted(guesses, key=lambda guess: total_cost(guess, colour_cost))


def total_cost(guess: Guess, colour_cost: float = COLOUR_COST) -> float:
    """Implausibility in nats a square, its number of colours included."""
    return guess.cost + colour_cost * len(guess.taken)


def _first_guess(lab: FloatArray, batches: Batches, look: Look) -> Guess:
    """All batches that explain a part of the sample worth mentioning."""
    # Renders show the candidates themselves.
    n = len(batches.lit) if look.is_photograph else batches.n_candidates
    logs = np.maximum(look.log_likelihood(lab, batches.lit[:n]) - _OTHER_LOG, _LEAST_LOG)
    likelihoods = np.exp(logs.reshape(-1, SQUARE_SIDE**2, n).mean(1, dtype=np.float64))
    shares, cost = fit_shares(likelihoods, range(n), ROUNDS_WITHOUT, _SPARSE_LOSS)
    likelihoods = np.pad(likelihoods, [(0, 0), (0, len(batches.lit) - n)])
    taken = tuple(np.flatnonzero(shares > _LEAST_SHARE).tolist()) or (int(shares.argmax()),)
    return Guess(look, likelihoods, taken, shares[list(taken)], cost)


def fit_shares(
    likelihoods: FloatArray, taken: Sequence[int], n_rounds: int, loss: float = 0.0
) -> tuple[FloatArray, float]:
    """(k,) shares of the candidates taken, by expectation and maximisation, and the cost in nats a square."""
    own = likelihoods[:, list(taken)]
    shares = np.full(own.shape[1], 1 / own.shape[1])
    for _ in range(n_rounds):
        weighed = own * shares
        shares = np.maximum((weighed / (weighed.sum(1, keepdims=True) + OTHER_SHARE)).mean(0) - loss, 1e-6)
    return shares, float(-np.log((own * shares).sum(1) + OTHER_SHARE).mean())


def _prune(guess: Guess, colour_cost: float) -> Guess:
    """Take colours away, each time the one that is missed least, as long as none is missed more than it costs."""
    taken = list(guess.taken)
    shares, cost = fit_shares(guess.likelihoods, taken, ROUNDS)
    while len(taken) > 1:
        rests = [[other for other in taken if other != index] for index in taken]
        without = [fit_shares(guess.likelihoods, rest, ROUNDS_WITHOUT)[1] for rest in rests]
        least = int(np.argmin(without))
        if without[least] - cost > colour_cost:
            break
        taken = rests[least]
        shares, cost = fit_shares(guess.likelihoods, taken, ROUNDS)
    return replace(guess, taken=tuple(taken), shares=shares, cost=cost)
