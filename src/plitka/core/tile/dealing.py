"""Which colour each chip of a layer gets.

Decisions:
* Percent means visible area, so colours are dealt by the area that is seen of each chip.
* Large chips are dealt first, in random order; small ones then settle what is still owed.
* Where colours have grains of their own, the chips of a grain are shared out among its colours. What a grain
  shows too much goes to the next one: the chips that are nearest to that in size.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from plitka.core.tile.granules import Geometry, Grain

_DEALT_BY = (0.5, 0.8, 0.97)
"""Chips are dealt in groups of falling size that end at these shares of their number; the last few one by one."""
_FEW = 80
"""So few chips are all dealt one by one: the smallest of them could not settle what the large ones leave owed."""


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
    """The same, and what a large chip that fell to a small share leaves owed is settled by exchange."""
    return _balance(deal_colours(areas, shares, rng), areas, np.asarray(shares))


def _deal_runs(areas: npt.NDArray[np.int64], owed: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Cut a row of chips into one run for each colour, as long as what it is owed."""
    edges = np.maximum(owed, 0).cumsum()
    if edges[-1] == 0:
        return np.zeros(areas.size, np.int64)
    middles = (areas.cumsum() - areas / 2) / max(areas.sum(), 1)
    runs: npt.NDArray[np.int64] = np.minimum(np.searchsorted(edges / edges[-1], middles), owed.size - 1)
    return runs


def grain_shares(shares: Sequence[float], grains: Sequence[Grain]) -> tuple[tuple[Grain, float], ...]:
    """How much of the face each grain shall show, as `GranuleConfig.grains` has it; none if all are usual."""
    if set(grains) == {Grain.USUAL}:
        return ()
    pairs = list(zip(shares, grains, strict=True))
    return tuple((grain, sum(share for share, own in pairs if own is grain)) for grain in Grain if grain in grains)


def deal_grains(
    geometry: Geometry,
    areas: npt.NDArray[np.int64],
    shares: Sequence[float],
    grains: Sequence[Grain],
    rng: np.random.Generator,
) -> npt.NDArray[np.int32]:
    """Give each chip a colour whose grain it is of, so that the seen areas meet the shares.

    Args:
        geometry: laid with the `grain_shares` of the same shares and grains.
        areas: (n_chips,) cells seen of each chip; 0 for one that lies off the tile.
        shares: of each colour, 0..1, summing to 1.
        grains: of each colour.

    Returns:
        (n_chips,) index of the colour.
    """
    if not grains or len(geometry.config.grains) < 2:
        return deal_colours(areas, shares, rng)
    owned = np.array(shares)
    dealt = np.zeros(areas.size, np.int32)
    grain_of_chip = _settle(geometry, areas)
    for index, (grain, _) in enumerate(geometry.config.grains):
        chips = np.flatnonzero(grain_of_chip == index)
        colours = np.flatnonzero([own is grain for own in grains])
        if chips.size:
            wanted = owned[colours] / owned[colours].sum()
            dealt[chips] = colours[deal_exactly(areas[chips], wanted, rng)]
    return dealt


def _balance(
    dealt: npt.NDArray[np.int32], areas: npt.NDArray[np.int64], wanted: npt.NDArray[np.float64]
) -> npt.NDArray[np.int32]:
    """The same colours, or grains, but for chips that one with too much and one with too little exchange.

    Few chips may leave more than a cell or two to settle; the difference of two chips settles it.
    """
    while True:
        excess = np.bincount(dealt, areas, minlength=wanted.size) - wanted * areas.sum()
        giver, taker = int(excess.argmax()), int(excess.argmin())
        owed = min(excess[giver], -excess[taker])
        given, back = (np.flatnonzero(dealt == colour) for colour in (giver, taker))
        back = back[np.argsort(areas[back], kind="stable")]
        returned = np.concatenate([[0], areas[back]])  # the first stands for nothing given back
        match = np.searchsorted(returned, areas[given] - owed)
        moved = areas[given] - np.append(returned, np.inf)[match]
        if moved.max(initial=0) < 1:
            return dealt
        best = int(moved.argmax())
        dealt[given[best]] = taker
        if match[best]:
            dealt[back[match[best] - 1]] = giver


def _settle(geometry: Geometry, areas: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """(n_chips,) grain of each chip, after as few as possible went over to the next grain in size."""
    grains = geometry.grains.astype(np.int32)
    shares = np.array([share for _, share in geometry.config.grains])
    owed = shares * areas.sum()
    steps = range(owed.size - 1)
    for finer in (*steps, *steps):  # twice, because a grain can pass on only what it has got
        shown = np.bincount(grains, areas, minlength=owed.size)
        excess = (shown - owed)[: finer + 1].sum()
        giver, taker = (finer, finer + 1) if excess > 0 else (finer + 1, finer)
        chips = np.flatnonzero(grains == giver)
        by_size = chips[np.argsort(geometry.radius_mm[chips] * np.sign(taker - giver), kind="stable")[::-1]]
        grains[_fill(by_size, areas, abs(excess))] = taker
    return _balance(grains, areas, shares)


def _fill(chips: npt.NDArray[np.int64], areas: npt.NDArray[np.int64], owed: float) -> list[int]:
    """Of the chips in this order, those that fit into what is owed."""
    taken = []
    for chip, area in zip(chips.tolist(), areas[chips].tolist(), strict=True):
        if 0 < area <= owed:
            taken.append(chip)
            owed -= area
    return taken
