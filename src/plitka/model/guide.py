"""The granule map that a guided picture starts from, and how its quotas are corrected by what was measured.

Decisions:
* The map is almost flat: each chip in one colour, the mean of how a lit tile shows it, with a hint of its facets and
  of where the binder shines, and darker along two of its sides, so that neighbours of one colour stay apart. Without
  the hint a network that makes few steps paints dull pebbles: it cannot know how a chip was torn. The rest of light,
  shade and matter is its to add.
* A map from outside has no relief, and is painted flat.
* Percent means visible area, so quotas are dealt by the area that is seen of each chip.
* Chips, their tones and the noise depend on the seed alone: from attempt to attempt only a few chips change
  their colour, so that the picture answers to the quotas and to nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from plitka.core.generation import Accuracy
from plitka.core.recipes.recipe import Recipe
from plitka.core.tile.dealing import deal_exactly
from plitka.core.tile.granules import GranuleConfig, lay_granules
from plitka.core.tile.lighting import LightConfig
from plitka.core.tile.shading import light_granules, lit_colours, to_srgb8, vary_chips
from plitka.errors import InputError

if TYPE_CHECKING:
    import numpy.typing as npt

    from plitka.core.generation import ColourIndex, GranuleIds, RgbImage
    from plitka.core.tile.granules import FloatMap, Geometry


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideConfig:
    """How the map is laid and how fast it is corrected."""

    px_per_mm: float = 7.0
    """Scale of the picture, as in the photographs."""
    px_per_cell: int = 1
    """Side of the map's cells: on wider ones torn edges are stairs."""
    layers: float = 2.5
    """Of a relief's six, enough for a hint of it; what is bare is given to the chips around it."""
    bare_share: float = 0.05
    n_places: int = 4
    n_shapes: int = 120
    mean_of_lit: float = 0.81
    veil: float = 0.008
    """Linear light inside a chip: `mean_of_lit` of its lit colour, and on top of it the sheen of the binder, on the
    mean, which black shows as well. With the seams it is the mean of a rendered layer: least squares over renders of
    catalogue colours in the usual light."""
    relief: float = 0.5
    """How much the map shows of the light and shade that a lamp would put on its chips: 0 is flat, 1 all of it."""
    seam: float = 0.85
    """Part of a chip's colour that is left in the cells at its right and lower sides."""
    max_attempts: int = 4
    least_slope: float = 0.4
    """An answer of the picture to the quotas flatter than this is taken for chance."""
    most_slope: float = 6.0
    """Shares of near colours, such as two greys, may move by several times what their quotas move."""
    damping: float = 0.9
    """Of a step by a slope that two attempts have shown: both were measured with an error."""
    least_quota: float = 0.25
    """No colour falls below this part of what was asked of it."""
    least_move: float = 0.001
    """Quotas that move less make hardly another picture: a colour that has all `least_quota` leaves it stays there."""
    least_gain: float = 0.25
    """An attempt that takes less than this part off the error did not get better: the map does not hold it."""
    strength_step: float = 0.1
    """Taken off after such an attempt."""
    least_strength: float = 0.3
    """Below this the picture stays as flat as its map; a smaller strength that was asked for is kept."""


@dataclass(frozen=True, slots=True)
class Relief:
    """How a lamp would light the granules: (h, w) maps, each 1 on the mean."""

    light: "FloatMap"
    sheen: "FloatMap"


@dataclass(frozen=True, slots=True)
class GranuleMap:
    """Which granule lies at each cell of a picture."""

    ids: "GranuleIds"
    """(h, w) 0..n-1 without holes."""
    px_per_cell: int
    relief: Relief | None = None
    """None where only outlines are known."""

    @property
    def areas(self) -> "npt.NDArray[np.int64]":
        """(n,) cells of each granule."""
        return np.bincount(self.ids.ravel())

    @property
    def seams(self) -> "npt.NDArray[np.bool_]":
        """(h, w) whether another granule begins in the next cell to the right or below."""
        ends = np.zeros(self.ids.shape, np.bool_)
        ends[:, :-1] = self.ids[:, :-1] != self.ids[:, 1:]
        ends[:-1] |= self.ids[:-1] != self.ids[1:]
        return ends

    def deal(self, quotas: Sequence[float], seed: int) -> "npt.NDArray[np.int32]":
        """(n,) index of each granule's colour."""
        return deal_exactly(self.areas, quotas, _dealer(seed))

    def lay(self, quotas: Sequence[float], seed: int) -> "ColourIndex":
        """(h, w) times `px_per_cell`: index of the colour that `paint` lays at each pixel."""
        cells = self.deal(quotas, seed).astype(np.uint8)[self.ids]
        return cells.repeat(self.px_per_cell, 0).repeat(self.px_per_cell, 1)

    def shares(self, dealt: "npt.NDArray[np.int32]", n_colours: int) -> tuple[float, ...]:
        """Share of the area, 0..1, that each colour has."""
        areas = self.areas
        return tuple((np.bincount(dealt, areas, minlength=n_colours) / areas.sum()).tolist())

    def paint(self, recipe: Recipe, quotas: Sequence[float], seed: int, config: GuideConfig) -> "RgbImage":
        """The picture to start from: (h, w) times `px_per_cell`, no two chips of a colour alike."""
        rng = _dealer(seed)
        dealt = deal_exactly(self.areas, quotas, rng)
        lit = config.mean_of_lit * vary_chips(lit_colours(recipe.colours), dealt, rng)
        shown = np.where(self.seams, np.float32(config.seam), np.float32(1))
        veil = np.full(self.ids.shape, config.veil, np.float32)
        if self.relief is not None:
            shown *= 1 + config.relief * (self.relief.light - 1)
            veil *= self.relief.sheen
        cells = to_srgb8(lit[self.ids] * shown[..., None] + veil[..., None])
        return cells.repeat(self.px_per_cell, 0).repeat(self.px_per_cell, 1)


def _dealer(seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, 1])


def lay_map(width_px: int, height_px: int, seed: int, config: GuideConfig) -> GranuleMap:
    """Granules over a picture of any format, cut from a square of its longer side; a seed names a map."""
    side_px = max(width_px, height_px)
    granules = GranuleConfig(
        size_px=side_px // config.px_per_cell,
        field_mm=side_px / config.px_per_mm,
        oversample=1,
        n_shapes=config.n_shapes,
        n_places=config.n_places,
        layers=config.layers,
        bare_share=config.bare_share,
    )
    geometry = lay_granules(granules, seed)
    relief, window = _light(geometry), (slice(height_px // config.px_per_cell), slice(width_px // config.px_per_cell))
    return _numbered(geometry.ids[window], config, Relief(relief.light[window], relief.sheen[window]))


def _light(geometry: "Geometry") -> Relief:
    """As lamp and sky stand over the photographs."""
    look = LightConfig()
    maps = light_granules(geometry, look)
    light = look.lamp * maps.lamp + look.sky * maps.sky
    return Relief(light / light.mean(), maps.sheen / maps.sheen.mean())


def stretch_map(guide: "GranuleIds", width_px: int, height_px: int, config: GuideConfig) -> GranuleMap:
    """A map from outside over a picture: each cell takes the granule at its middle."""
    rows, columns = (
        ((np.arange(n_cells) + 0.5) * length / n_cells).astype(int)
        for n_cells, length in zip(
            (height_px // config.px_per_cell, width_px // config.px_per_cell), guide.shape, strict=True
        )
    )
    return _numbered(guide[np.ix_(rows, columns)], config)


def check_map(granules: GranuleMap, asked: Sequence[float], seed: int, tolerance: float) -> None:
    """Refuse a map from outside whose granules cannot be dealt within the tolerance.

    Raises:
        InputError: with how far off its shares would be.
    """
    shares = granules.shares(granules.deal(asked, seed), len(asked))
    points = _max_apart(asked, shares)
    if points > tolerance:
        raise InputError(
            "the {n} granules of the guide are too few or too large for this recipe: dealt by it, a share is "
            "{points:.1f} points off and {tolerance} are allowed; give smaller granules or a larger tolerance",
            n=granules.areas.size,
            points=points,
            tolerance=tolerance,
        )


def _numbered(ids: "GranuleIds", config: GuideConfig, relief: Relief | None = None) -> GranuleMap:
    _, dense = np.unique(ids, return_inverse=True)
    return GranuleMap(dense.reshape(ids.shape).astype(np.int32), config.px_per_cell, relief)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an attempt is made from."""

    quotas: tuple[float, ...]
    """Share of the map for each colour: above 0, summing to 1."""
    strength: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """A picture that was painted by a plan, and what was measured on it."""

    plan: Plan
    pixels: "RgbImage"
    measured: tuple[float, ...]
    """Share of the picture for each colour, 0..1."""
    max_error: float
    """The largest distance between asked and measured, in points."""


Paint = Callable[[Plan, int], tuple["RgbImage", Sequence[float]]]
"""(plan, number of the attempt from 1) -> picture and measured shares, 0..1."""


def paint_until_true(
    asked: Sequence[float], strength: float, accuracy: Accuracy, paint: Paint, config: GuideConfig
) -> tuple[Attempt, int]:
    """Paint, measure and correct until the aim is met, the attempts are used up, or nothing is left to correct.

    Args:
        asked: share of each colour, 0..1, summing to 1.
        strength: of the first attempt.

    Returns:
        The attempt with the least error, the earlier of two that are as good, and how many were made.
    """
    attempts: list[Attempt] = []
    plan = Plan(tuple(asked), strength)
    while True:
        pixels, measured = paint(plan, len(attempts) + 1)
        attempts.append(Attempt(plan, pixels, tuple(measured), _max_apart(asked, measured)))
        best = _best(attempts)
        if best.max_error <= accuracy.aim or len(attempts) == config.max_attempts:
            return best, len(attempts)
        plan = correct(asked, attempts, config)
        if best.max_error > accuracy.tolerance and _was_tried(plan, attempts, config):
            plan = replace(plan, strength=_lowered(plan.strength, config))
        if _was_tried(plan, attempts, config):
            return best, len(attempts)


def _was_tried(plan: Plan, attempts: Sequence[Attempt], config: GuideConfig) -> bool:
    return any(
        plan.strength == one.plan.strength
        and float(np.abs(np.subtract(plan.quotas, one.plan.quotas)).max()) < config.least_move
        for one in attempts
    )


def correct(asked: Sequence[float], attempts: Sequence[Attempt], config: GuideConfig) -> Plan:
    """The next plan: the best one so far, moved by what its picture lacks.

    A share is taken to answer to its quota one for one until two attempts of one strength have shown another
    slope. After an attempt that did not get better, its own plan is moved one for one and its strength lowered.
    """
    last, strength = attempts[-1], attempts[-1].plan.strength
    if _got_better(attempts, config):
        start, slope = _best(attempts), _slope(attempts, config)
    else:  # at another strength shares answer otherwise, and what was seen of their slope is worth nothing
        start, slope = last, None
        strength = _lowered(strength, config)
    lacking = np.asarray(asked) - start.measured
    step = lacking if slope is None else config.damping * lacking / slope
    quotas = np.clip(start.plan.quotas + step, config.least_quota * np.asarray(asked), 1)
    return Plan(tuple((quotas / quotas.sum()).tolist()), strength)


def _lowered(strength: float, config: GuideConfig) -> float:
    return max(min(strength, config.least_strength), strength - config.strength_step)


def _got_better(attempts: Sequence[Attempt], config: GuideConfig) -> bool:
    """Whether the last attempt has clearly less error than the best before it; a first one has nothing to beat."""
    *former, last = attempts
    return not former or last.max_error <= (1 - config.least_gain) * _best(former).max_error


def _slope(attempts: Sequence[Attempt], config: GuideConfig) -> float | None:
    """How far the shares moved for each point that the quotas were moved, between the best and its latest equal."""
    best = _best(attempts)
    others = [one for one in attempts if one is not best and one.plan.strength == best.plan.strength]
    if not others:
        return None
    quotas = np.subtract(others[-1].plan.quotas, best.plan.quotas)
    measured = np.subtract(others[-1].measured, best.measured)
    length = float(quotas @ quotas)
    if length == 0:
        return None
    return float(np.clip(quotas @ measured / length, config.least_slope, config.most_slope))


def _best(attempts: Sequence[Attempt]) -> Attempt:
    return min(attempts, key=lambda attempt: attempt.max_error)


def _max_apart(asked: Sequence[float], found: Sequence[float]) -> float:
    return 100 * float(np.abs(np.subtract(asked, found)).max())
