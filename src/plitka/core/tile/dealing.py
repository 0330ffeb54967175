"""Which colour each chip of a layer gets.

Decisions:
* Percent means visible area, so colours are dealt by the area that is seen of each chip.
* Large chips are dealt first, in random order; small ones then settle what is still owed.
* Where colours are coarse or fine, the chips of a coarseness are shared out among its colours. What a coarseness
  shows too much goes to the next one: the chips that are nearest to that in size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from plitka.core.scene import Coarseness
from plitka.core.tile.granules import CoarsenessShares, FloatMap

_DEALT_BY = (0.5, 0.8, 0.97)
"""Chips are dealt in groups of falling size that end at these shares of their number; the last few one by one."""
_FEW = 80
"""So few chips are all dealt one by one: the smallest of them could not settle what the large ones leave owed."""


Deal = Callable[
    [npt.NDArray[np.int64], Sequence[float], np.random.Generator],
    npt.NDArray[np.int32],
]
"""`deal_colours` or `deal_exactly`."""


@dataclass(frozen=True, slots=True)
class Chips:
    """What decides the colours of the chips of a layer, or of a part of it."""

    areas: npt.NDArray[np.int64]
    """(n,) cells in which each chip is seen; 0 for one that lies off the tile."""
    coarseness: npt.NDArray[np.int8]
    """(n,) place of its coarseness in `Coarseness`."""
    radius_mm: FloatMap
    """(n,) of the whole chip."""

    def only(self, which: "npt.NDArray[np.integer | np.bool_]") -> "Chips":
        """Some of them: by number, or where true."""
        return Chips(self.areas[which], self.coarseness[which], self.radius_mm[which])


def deal_colours(
    areas: npt.NDArray[np.int64], shares: Sequence[float], rng: np.random.Generator
) -> npt.NDArray[np.int32]:
    """Give each chip a colour so that the seen areas meet the shares.

    Args:
        areas: (n_chips,) cells seen of each chip.
        shares: of each colour, 0..1, summing to 1.

    Returns:
        (n_chips,) index of the colour. Chips are dealt in random order, so colours mix by chance; large ones
        first, because the small ones then settle what is still owed.
    """
    owed = np.asarray(shares, np.float64) * areas.sum()
    dealt = np.zeros(areas.size, np.int32)
    by_size = np.argsort(-areas, kind="stable")
    ends = (np.array(_DEALT_BY) * (areas.size if areas.size > _FEW else 0)).astype(int)
    for begin, end in zip([0, *ends], ends, strict=False):
        group = rng.permutation(by_size[begin:end])
        dealt[group] = _deal_runs(areas[group], owed)
        owed -= np.bincount(dealt[group], areas[group], minlength=owed.size)
    for chip in by_size[ends[-1] :]:
        dealt[chip] = owed.argmax()
        owed[dealt[chip]] -= areas[chip]
    return dealt


def deal_exactly(
    areas: npt.NDArray[np.int64], shares: Sequence[float], rng: np.random.Generator
) -> npt.NDArray[np.int32]:
    """The same; then chips swap colours until the areas match, where a large one fell to a small share."""
    return _balance(deal_colours(areas, shares, rng), areas, np.asarray(shares))


def _deal_runs(areas: npt.NDArray[np.int64], owed: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Cut a row of chips into one run for each colour, as long as what it is owed."""
    edges = np.maximum(owed, 0).cumsum()
    if edges[-1] == 0:
        return np.zeros(areas.size, np.int64)
    middles = (areas.cumsum() - areas / 2) / max(areas.sum(), 1)
    runs: npt.NDArray[np.int64] = np.minimum(np.searchsorted(edges / edges[-1], middles), owed.size - 1)
    return runs


def coarseness_shares(shares: Sequence[float], coarseness: Sequence[Coarseness]) -> CoarsenessShares:
    """How much of the face chips of each coarseness shall show.

    Args:
        shares: of each colour, 0..1.
        coarseness: of each colour.
    """
    pairs = list(zip(shares, coarseness, strict=True))
    return tuple((kind, sum(share for share, own in pairs if own is kind)) for kind in Coarseness if kind in coarseness)


def deal_by_coarseness(
    chips: Chips,
    shares: Sequence[float],
    coarseness: Sequence[Coarseness],
    rng: np.random.Generator,
    deal: Deal = deal_exactly,
) -> npt.NDArray[np.int32]:
    """Give each chip a colour whose coarseness it has, so that the seen areas meet the shares.

    Args:
        chips: laid with the `coarseness_shares` of nearly the same shares.
        shares: of each colour, 0..1, summing to 1.
        coarseness: of each colour.
        deal: what deals where all colours have one coarseness.

    Returns:
        (n,) index of the colour.
    """
    wanted = coarseness_shares(shares, coarseness)
    if len(wanted) < 2:
        return deal(chips.areas, shares, rng)
    dealt = np.zeros(chips.areas.size, np.int32)
    place_of_chip = _settle(chips, wanted)
    for place, (kind, _) in enumerate(wanted):
        some = np.flatnonzero(place_of_chip == place)
        colours = np.flatnonzero([own is kind for own in coarseness])
        if some.size:
            own_shares = np.array(shares)[colours]
            dealt[some] = colours[deal_exactly(chips.areas[some], own_shares / own_shares.sum(), rng)]
    return dealt


def _balance(
    dealt: npt.NDArray[np.int32], areas: npt.NDArray[np.int64], wanted: npt.NDArray[np.float64]
) -> npt.NDArray[np.int32]:
    """The same colours, or coarsenesses, but for chips that one with too much and one with too little swap.

    Few chips may leave more than a cell or two to settle; the difference of two chips settles it.
    """
    while True:
        excess = np.bincount(dealt, areas, minlength=wanted.size) - wanted * areas.sum()
        giver, taker = int(excess.argmax()), int(excess.argmin())
        owed = min(excess[giver], -excess[taker])
        given, back = (np.flatnonzero(dealt == colour) for colour in (giver, taker))
        swap = _best_swap(areas[given], areas[back], owed)
        if swap is None:
            return dealt
        dealt[given[swap[0]]] = taker
        if swap[1] is not None:
            dealt[back[swap[1]]] = giver


def _best_swap(given: npt.NDArray[np.int64], back: npt.NDArray[np.int64], owed: float) -> tuple[int, int | None] | None:
    """Which chip is given and which, if any, comes back, so that what is owed moves; None where none gets nearer.

    The most that is not too much, if that is a cell or more; else the least that is too much, where what is owed
    too much afterwards is less than what is owed now.
    """
    by_size = np.argsort(back, kind="stable")
    returned = np.concatenate([[0], back[by_size]])  # the first stands for nothing that comes back
    match = np.searchsorted(returned, given - owed)
    moved = given - np.append(returned, np.inf)[match]
    best = int(moved.argmax()) if moved.size else 0
    if moved.max(initial=0) < 1:
        if owed < 1:
            return None
        match = match - 1  # a smaller one comes back, and more than what is owed moves
        moved = np.where(match < 0, np.inf, given - returned[np.maximum(match, 0)])
        best = int(moved.argmin())
        if moved[best] >= 2 * owed:
            return None
    return best, int(by_size[match[best] - 1]) if match[best] else None


def _settle(chips: Chips, wanted: CoarsenessShares) -> npt.NDArray[np.int32]:
    """(n,) place in `wanted` that each chip serves, after as few as possible went over to the next in size."""
    ranks = [list(Coarseness).index(kind) for kind, _ in wanted]
    places = np.abs(chips.coarseness[:, None] - np.array(ranks)).argmin(1).astype(np.int32)
    areas, shares = chips.areas, np.array([share for _, share in wanted])
    owed = shares * areas.sum()
    steps = range(owed.size - 1)
    for finer in (*steps, *steps):  # twice, because a coarseness can pass on only what it has got
        shown = np.bincount(places, areas, minlength=owed.size)
        excess = (shown - owed)[: finer + 1].sum()
        giver, taker = (finer, finer + 1) if excess > 0 else (finer + 1, finer)
        given = np.flatnonzero(places == giver)
        by_size = given[np.argsort(chips.radius_mm[given] * np.sign(taker - giver), kind="stable")[::-1]]
        places[_fill(by_size, areas, abs(excess))] = taker
    return _balance(places, areas, shares)


def _fill(chips: npt.NDArray[np.int64], areas: npt.NDArray[np.int64], owed: float) -> list[int]:
    """Of the chips in this order, those that fit into what is owed."""
    taken = []
    for chip, area in zip(chips.tolist(), areas[chips].tolist(), strict=True):
        if 0 < area <= owed:
            taken.append(chip)
            owed -= area
    return taken
