"""Which colours a tile has that nobody has named, and how much of each.

Decisions:
* The light is not known either. Each look that a tile may have explains a sample of small squares by all candidates
  together; the looks that explain it best go on. White ground says that a photograph was taken in white light.
* A square of nine points is of one colour: their likelihoods are averaged, since glints and chinks are smaller than
  chips. Squares that are most even in hue are taken, so that few lie across the edge of a chip.
* A colour stays if the sample is less likely without it by more than a colour costs.
* Granules of one name differ from batch to batch. In the looks of photographs each batch that was measured of a
  candidate explains squares like a candidate of its own; what is found is the candidate.
* What no candidate explains is a colour of its own, known by its hex.
* Where another candidate in place of one explains the sample nearly as well, the output says so. Where a plain colour
  does it as well, as white in place of pearl, it is that.
* Shares are those of `plitka.core.measure.shares`, for the colours that were found.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import encode_srgb8, linear_to_lab
from plitka.core.colour.palette import Colour, free_colour
from plitka.core.colour.spaces import ciede2000, srgb8_to_hex
from plitka.core.language.vocabulary import PLAIN_COLOURS
from plitka.core.measure.ground import find_ground
from plitka.core.measure.guesses import (
    COLOUR_COST,
    OTHER_SHARE,
    ROUNDS,
    ROUNDS_WITHOUT,
    SQUARE_SIDE,
    Batches,
    Guess,
    fit_shares,
    search,
    total_cost,
)
from plitka.core.measure.looks import Look, usual_looks
from plitka.core.measure.points import cut_points
from plitka.core.measure.shading_curve import residuals_of
from plitka.core.measure.shares import MeasureConfig, Measurement, measure
from plitka.core.measure.windows import window_mean
from plitka.core.recipes.recipe import COMPUTED_STEP, MAX_COLOURS, Part, Recipe, quantise
from plitka.errors import InputError

FloatArray = npt.NDArray[np.floating[Any]]
Mask = npt.NDArray[np.bool_]

MAX_CANDIDATES = 256
"""Each costs time and memory in every look."""
_N_SQUARES = 500
_EVEN_PART = 0.65
"""Of the squares, those whose hue varies least beside its chroma."""
_EVEN_CHROMA = 150.0
"""Squared Lab units, added to the squared chroma that a variance is divided by."""
_EVEN_ENOUGH, _LEAST_CHROMA = 0.15, 20.0
"""Squares of at least this chroma that vary less are even, however even the rest of the tile is: a few chips in a tile
of another colour take up its light and are less even than all of it."""
_NAMED_COST = 0.01
"""The same where somebody has named the colours, and may know that they are there."""
_MAY_HIDE, _TOLD_APART = 15.0, 3.0
"""Percent of a colour that can be there and not be missed, and up to which the measure is believed where it is not."""
_MISSED = 2.0
"""Percent of the tile that is off the palette without a colour and not with it, from which it is there after all."""
_FAR, _LEAST_PART = 28.0, 0.03
"""Lab units of a* and b* from its colour's curve: what is further off is of no candidate, unless it is a smaller part
of the squares, which is chance."""
_LEAST_SEEN = 0.5
"""Percent of the tile: a colour that some squares speak for and the measure sees nowhere is not there."""
_PALER_PART = 0.5
"""Of the distance, what lacks in chroma where a facet mirrors the lamp."""
_MOST_UNKNOWN = 3
_GROUP_RADIUS = 14.0
"""Lab units of a* and b* about an unknown colour."""
_LIT_QUANTILE = 0.7
_AS_GOOD = 0.02
"""Nats a square: a plain colour that explains a tile worse by less stands for a finer one, which is rarer."""
_NEAR_COLOUR = 30.0
"""CIEDE2000 up to which a candidate may be taken for another in other light."""
_DOUBT = 0.6
"""Nats a square of that colour: less than this speaks against the alternative."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A colour that may as well be another."""

    colour: Colour
    instead: Colour


@dataclass(frozen=True, slots=True)
class Identification:
    """What a picture shows."""

    colours: tuple[Colour, ...]
    """Those found, the largest share first; one that no candidate explains has its hex for a code."""
    measurement: Measurement
    """Their shares."""
    doubts: tuple[Doubt, ...]

    @property
    def recipe(self) -> Recipe:
        """The same mix as a recipe, in steps of 0.1 percent; of more colours than it can have, those with most."""
        kept = self.colours[:MAX_COLOURS]
        exact = [Fraction(self.measurement.percents[colour.code]) for colour in kept]
        percents = quantise([100 * percent / sum(exact) for percent in exact], COMPUTED_STEP)
        parts = zip(kept, percents, strict=True)
        return Recipe(tuple(Part(colour, percent) for colour, percent in parts if percent > 0))


@dataclass(frozen=True, slots=True)
class Misfit:
    """By how much a recipe explains a picture worse than others would: nats a square, each 0 or nearly so at best."""

    of_recipe: float
    """Beside what is found, or the recipe's own colours in other shares if those explain it better still."""
    of_shares: float
    """Beside its own colours in the shares that explain it best."""


def identify(
    pixels: npt.NDArray[np.uint8], candidates: Sequence[Colour], config: MeasureConfig | None = None
) -> Identification:
    """Find which of the candidates a tile has, and how much of each.

    Args:
        pixels: (H, W, 3) uint8 sRGB, each side at least 64 px; the tile fills it or lies on white ground.
        candidates: colours to choose from, each once, such as the catalogue's.
        config: how finely shares are measured.

    Raises:
        InputError: no candidates or too many, or as `measure`.
    """
    _check_n_candidates(candidates)
    squares = _draw_squares(pixels, config or MeasureConfig())
    batches = Batches.of(candidates)
    return _identified(pixels, squares, batches, search(squares, batches, _possible_looks(pixels)), candidates, config)


def identify_beside(
    pixels: npt.NDArray[np.uint8], candidates: Sequence[Colour], recipe: Recipe, config: MeasureConfig | None = None
) -> tuple[Identification, Misfit]:
    """What a tile has, and how much worse a recipe that somebody has told explains it.

    Args:
        pixels: as `identify` takes them.
        candidates: colours to choose from beside those of the recipe.
        recipe: with its shares.
        config: how finely shares are measured.

    Returns:
        What is found, and how implausible the recipe is beside it.

    Raises:
        InputError: as `identify`.
    """
    known = {colour.code for colour in candidates}
    every = (*candidates, *(colour for colour in recipe.colours if colour.code not in known))
    _check_n_candidates(every)
    squares = _draw_squares(pixels, config or MeasureConfig())
    batches = Batches.of(every)
    guesses = search(squares, batches, _possible_looks(pixels))
    owners = np.array([every[owner].code for owner in batches.owners])
    told, free = _costs_of_recipe(guesses, owners, recipe)
    misfit = told - min(free, total_cost(guesses[0]))
    return _identified(pixels, squares, batches, guesses, every, config), Misfit(misfit, told - free)


def _costs_of_recipe(guesses: Sequence[Guess], owners: npt.NDArray[np.str_], recipe: Recipe) -> tuple[float, float]:
    """In nats a square, of a recipe and of its colours in any shares; each in the look that explains it best.

    Args:
        guesses: one in each of several looks.
        owners: (k,) code of the colour that each batch is of.
        recipe: each of its colours in whichever of its batches explains a square best.
    """
    told, free = [], []
    for guess in guesses:
        own = np.stack([guess.likelihoods[:, owners == colour.code].max(1) for colour in recipe.colours], 1)
        told.append(float(-np.log((own * recipe.shares).sum(1) + OTHER_SHARE).mean()))
        free.append(fit_shares(own, range(len(recipe.parts)), ROUNDS)[1])
    cost = COLOUR_COST * len(recipe.parts)
    return min(told) + cost, min(free) + cost


def _check_n_candidates(candidates: Sequence[Colour]) -> None:
    if not 1 <= len(candidates) <= MAX_CANDIDATES:
        raise InputError(
            "colours can be found among 1 to {limit}, not {n}; give a shorter palette",
            limit=MAX_CANDIDATES,
            n=len(candidates),
        )


def _identified(
    pixels: npt.NDArray[np.uint8],
    squares: FloatArray,
    batches: Batches,
    guesses: Sequence[Guess],
    candidates: Sequence[Colour],
    config: MeasureConfig | None,
) -> Identification:
    guesses = _plain_first(guesses, batches, candidates)
    best = guesses[0]
    own, is_far = _far_squares(squares, best, batches.lit)
    unknown = _unknown_colours(squares, is_far)
    known = [index for place, index in enumerate(best.taken) if (~is_far & (own == place)).mean() > _LEAST_PART]
    found = [candidates[index] for index in batches.candidates_of(known if unknown else best.taken)] + unknown
    measurement = measure(pixels, found, config)
    seen = [colour for colour in found if measurement.percents[colour.code] >= _LEAST_SEEN]
    if len(seen) < len(found):
        found, measurement = seen, measure(pixels, seen, config)
    doubts = [doubt for doubt in _doubts(guesses, batches, candidates) if doubt.colour in found]
    ordered = sorted(found, key=lambda colour: -measurement.percents[colour.code])
    percents = {colour.code: measurement.percents[colour.code] for colour in ordered}
    return Identification(tuple(ordered), replace(measurement, percents=percents), tuple(doubts))


def measure_named(
    pixels: npt.NDArray[np.uint8], colours: Sequence[Colour], config: MeasureConfig | None = None
) -> Measurement:
    """Shares of named colours; a tile that one of them explains is not taken for two of them in light and shade.

    Args:
        pixels: as `identify` takes them.
        colours: to look for, each once. Where all but one are not missed, those to which `measure` would give much
            have nothing, and `uncertainty` covers what may hide of them.
        config: how finely shares are measured.

    Raises:
        InputError: as `measure`.
    """
    measured = measure(pixels, colours, config)
    if len(colours) == 1:
        return measured
    batches = Batches.of(colours)
    best = search(_draw_squares(pixels, config or MeasureConfig()), batches, _possible_looks(pixels), _NAMED_COST)[0]
    found = {colours[index].code for index in batches.candidates_of(best.taken)}
    absent = {code: had for code, had in measured.percents.items() if code not in found and had > _TOLD_APART}
    if len(found) > 1 or not absent:
        return measured
    rest = measure(pixels, [colour for colour in colours if colour.code not in absent], config)
    if rest.off_palette > measured.off_palette + _MISSED:
        return measured
    return replace(
        rest,
        percents={code: rest.percents.get(code, 0.0) for code in measured.percents},
        uncertainty=max(rest.uncertainty, min(max(absent.values()), _MAY_HIDE)),
    )


def find_even(linear: FloatArray, inside: Mask) -> Mask:
    """(h, w) the points of a tile in the middle of squares that are even in hue, most of them at least.

    Args:
        linear: (h, w, 3) linear light.
        inside: (h, w) the points of the tile.
    """
    chroma = linear_to_lab(linear)[..., 1:]
    mean = window_mean(chroma, SQUARE_SIDE)
    squared = (mean * mean).sum(-1)
    variance = (window_mean(chroma * chroma, SQUARE_SIDE) - mean * mean).sum(-1) / (squared + _EVEN_CHROMA)
    whole = inside.copy()
    whole[[0, -1]] = whole[:, [0, -1]] = False
    if not whole.any():
        return inside
    is_enough = (variance <= _EVEN_ENOUGH) & (squared > _LEAST_CHROMA**2)
    even: Mask = whole & (is_enough | (variance <= np.quantile(variance[whole], _EVEN_PART)))
    return even


def _draw_squares(pixels: npt.NDArray[np.uint8], config: MeasureConfig) -> FloatArray:
    """(m, 9, 3) linear light of even squares, the same for the same picture."""
    points = cut_points(pixels, None, None, widest_px=config.widest_px)
    rows, columns = np.nonzero(find_even(points.linear, points.inside))
    taken = np.random.default_rng(0).choice(len(rows), min(_N_SQUARES, len(rows)), replace=False)
    steps = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1]), -1).reshape(-1, 2)
    height, width = points.inside.shape
    at_rows = np.clip(rows[taken, None] + steps[:, 0], 0, height - 1)
    at_columns = np.clip(columns[taken, None] + steps[:, 1], 0, width - 1)
    squares: FloatArray = points.linear[at_rows, at_columns]
    return squares


def _possible_looks(pixels: npt.NDArray[np.uint8]) -> list[Look]:
    is_on_white = bool(find_ground(pixels).any())
    return [look for look in usual_looks() if look.is_photograph or not is_on_white]


def _far_squares(squares: FloatArray, guess: Guess, palette: FloatArray) -> tuple[npt.NDArray[np.intp], Mask]:
    """(m,) which of the colours taken each square shows, and (m,) whether even that one looks otherwise.

    A square that is brighter than lit facets and paler is none of another colour: it mirrors the lamp.
    """
    taken = list(guess.taken)
    own = (guess.likelihoods[:, taken] * guess.shares).argmax(1)
    residuals = residuals_of(linear_to_lab(squares.mean(1)), guess.look.lit(palette[taken]))
    at = np.arange(len(own)), own
    distance = residuals.distance[at]
    is_glint = (residuals.along[at] < -_PALER_PART * distance) & (residuals.brightness[at] > 0)
    return own, (distance > _FAR) & ~is_glint


def _unknown_colours(squares: FloatArray, is_far: Mask) -> list[Colour]:
    """Colours of squares that no candidate explains, each with enough of them, the most frequent first."""
    unknown: list[Colour] = []
    left = squares[is_far].reshape(-1, 3)
    while len(left) >= _LEAST_PART * squares.shape[0] * squares.shape[1] and len(unknown) < _MOST_UNKNOWN:
        chroma = linear_to_lab(left)[:, 1:]
        apart = np.linalg.norm(chroma - np.median(chroma, axis=0), axis=-1)
        middle = chroma[apart.argmin()]
        is_near = np.linalg.norm(chroma - middle, axis=-1) < _GROUP_RADIUS
        if is_near.sum() < _LEAST_PART * squares.shape[0] * squares.shape[1]:
            break
        colour = free_colour(_lit_hex(left[is_near]))
        if colour is not None and colour.code not in {each.code for each in unknown}:
            unknown.append(colour)
        left = left[~is_near]
    return unknown


def _lit_hex(linear: FloatArray) -> str:
    """The hex of the lit ones of (m, 3) points."""
    luminance = linear.mean(-1)
    lit = linear[luminance >= np.quantile(luminance, _LIT_QUANTILE)].mean(0)
    red, green, blue = encode_srgb8(lit).tolist()
    return srgb8_to_hex((red, green, blue))


def _doubts(guesses: Sequence[Guess], batches: Batches, candidates: Sequence[Colour]) -> list[Doubt]:
    """For each colour found, the candidate that could stand in its place, in any look that goes on."""
    best, found = guesses[0], []
    known = batches.candidates_of(best.taken)
    for place, index in enumerate(best.taken):
        limit = total_cost(best) + _DOUBT * float(best.shares[place])
        others = _stand_ins(index, known, batches, candidates)
        costs = [_cost_with(guesses, _exchanged(best, index, other)) for other in others]
        if costs and min(costs) < limit:
            instead = candidates[batches.owners[others[int(np.argmin(costs))]]]
            found.append(Doubt(candidates[batches.owners[index]], instead))
    return found


def _plain_first(guesses: Sequence[Guess], batches: Batches, candidates: Sequence[Colour]) -> Sequence[Guess]:
    """The guesses, the best with white in place of pearl, and the like, where that explains the sample as well."""
    plain = {place for place, colour in enumerate(candidates) if colour.caption_name in PLAIN_COLOURS}
    best, known = guesses[0], batches.candidates_of(guesses[0].taken)
    for index in (index for index in best.taken if batches.owners[index] not in plain):
        for other in _stand_ins(index, known, batches, candidates):
            if batches.owners[other] not in plain:
                continue
            taken = _exchanged(best, index, other)
            shares, cost = fit_shares(best.likelihoods, taken, ROUNDS)
            if cost < guesses[0].cost + _AS_GOOD:
                best = replace(best, taken=tuple(taken), shares=shares, cost=cost)
                break
    return [best, *guesses[1:]]


def _stand_ins(index: int, known: Sequence[int], batches: Batches, candidates: Sequence[Colour]) -> list[int]:
    """Batches of the candidates that may be taken for that of a batch, of which none are known to be there."""
    own = candidates[batches.owners[index]].lab_d65
    near = {place for place, each in enumerate(candidates) if ciede2000(own, each.lab_d65) < _NEAR_COLOUR}
    return [other for other, owner in enumerate(batches.owners) if owner in near.difference(known)]


def _exchanged(guess: Guess, index: int, other: int) -> list[int]:
    return [other if taken == index else taken for taken in guess.taken]


def _cost_with(guesses: Sequence[Guess], taken: Sequence[int]) -> float:
    fits = [fit_shares(guess.likelihoods, taken, ROUNDS_WITHOUT)[1] for guess in guesses]
    return min(fits) + COLOUR_COST * len(taken)
