"""How much of a tile each asked colour covers, in any picture of it.

Decisions:
* Percent means visible area. The shade between chips belongs to the chips around it.
* Shares are mean probabilities, not counts of the most probable colour: then the errors of doubtful points cancel out.
* Of a picture that was painted over a map, it is known where each colour was laid. The look of the colours is learnt
  from that; shares are of what the points show.
* Of a picture that was painted without a map, the look is learnt on a swatch: another picture of the same colours by
  the same model, over a map with as much of each.
* A zone is measured by itself: its look is learnt from its own points, and no point outside it is seen.
* The uncertainty adds up: a little that no point tells, such as which granules lie on top; the doubt that the
  probabilities leave; how much shares differ between fits of the light that are as likely; and what is off the palette,
  for it may be of any of the colours. `docs/colour-accuracy.md` tells how the factors were found.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from plitka.core.colour.arrays import lit_colours
from plitka.core.colour.palette import Colour
from plitka.core.measure.colour_model import Fit, estimate_shares, fit_colours, fit_labelled_colours
from plitka.core.measure.points import Cut, cut_picture
from plitka.core.measure.samples import Labels, Mask
from plitka.core.measure.sight import PointSight, See, Sight
from plitka.errors import InputError

if TYPE_CHECKING:
    from plitka.core.generation import Swatch

FloatArray = npt.NDArray[np.floating[Any]]
_S = TypeVar("_S", bound=Sight)
NOT_OF_ZONE = 255
"""In what `zone_laid` gives: a colour was laid here that the zone does not have."""

_LEAST_PX = 64
_SWATCHES_KEPT = 2
_TINY = 1e-9
"""A share of the tile, far below what can be seen: keeps shares above 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureConfig:
    """How finely a picture is sampled, and how doubt becomes an uncertainty."""

    widest_px: int = 1600
    """A larger picture is shrunk to at most this side first."""
    n_samples: int = 5000
    """Points of the picture on which the look of the colours is fitted."""
    uncertainty_per_doubt: float = 0.4
    """Points of uncertainty for each of doubt."""
    uncertainty_per_ambiguity: float = 0.3
    """The same for each point by which a share differs in another fit of the light that is as likely."""
    least_uncertainty: float = 1.5
    """In points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Shares of the asked colours over the visible tile."""

    percents: dict[str, float]
    """Percent by colour code; sums to 100."""
    uncertainty: float
    """Points within which the largest error of `percents` is expected to lie, 9 times in 10."""
    off_palette: float
    """Percent of the tile in colours other than those asked for."""


def measure(
    pixels: npt.NDArray[np.uint8],
    colours: Sequence[Colour],
    config: MeasureConfig | None = None,
    *,
    laid: Labels | None = None,
    swatch: "Swatch | None" = None,
    where: Mask | None = None,
) -> Measurement:
    """Estimate the share of each colour over a tile, which fills the picture or lies on white ground.

    Args:
        pixels: (H, W, 3) uint8 sRGB, each side at least 64 px.
        colours: the colours to look for, at least one, each once.
        config: how finely to look.
        laid: (H, W) index into `colours` of the one that was laid at each pixel, if known; what is seen may differ.
        swatch: another picture of these colours in the same light, of which that is known; in place of `laid`.
        where: (H, W) bool, the pixels of the zone to measure: nothing else is looked at, and `laid` counts only there.
            None: the whole tile.

    Raises:
        InputError: another shape or type, a picture too small, no colour, or one twice; a zone without any pixel.
    """
    config, is_learnt = config or MeasureConfig(), laid is not None or swatch is not None
    sight, fit = _look(pixels, colours, config, laid, swatch, where, PointSight)
    features = sight.features(fit)
    # Numpy holds no lock while it computes: two networks take hardly longer than one where there are two cores.
    with ThreadPoolExecutor(1) as beside:
        # Only the network for unlabelled pictures has an unknown class.
        blind = beside.submit(sight.chances, features, is_learnt=False) if is_learnt else None
        chances = sight.chances(features, is_learnt=is_learnt)
        others = blind.result() if blind else chances
    off_palette = float(100 * others[:, -1].mean())
    return Measurement(
        percents=_percents(chances.mean(0), colours),
        uncertainty=_uncertainty(chances, fit.ambiguity, off_palette, config),
        off_palette=off_palette,
    )


def measure_shares(
    pixels: npt.NDArray[np.uint8],
    colours: Sequence[Colour],
    config: MeasureConfig | None = None,
    *,
    laid: Labels | None = None,
    swatch: "Swatch | None" = None,
    where: Mask | None = None,
    see: See = PointSight,
) -> dict[str, float]:
    """The percents of `measure` alone, which take half the time where it is known how the colours look.

    Args:
        pixels: as of `measure`, as the others.
        colours: the colours to look for.
        config: how finely to look.
        laid: what was laid where.
        swatch: another picture of these colours.
        where: the zone.
        see: by what the picture is looked at.

    Raises:
        InputError: as `measure`.
    """
    sight, fit = _look(pixels, colours, config or MeasureConfig(), laid, swatch, where, see)
    return _percents(sight.mean_chances(fit, is_learnt=laid is not None or swatch is not None), colours)


class MeasureShares(Protocol):
    """Measures as `measure_shares` does, wherever."""

    def __call__(
        self,
        pixels: npt.NDArray[np.uint8],
        colours: Sequence[Colour],
        *,
        laid: Labels | None = None,
        swatch: "Swatch | None" = None,
        where: Mask | None = None,
    ) -> dict[str, float]:
        """The percent of each colour."""
        ...


def zone_laid(laid: Labels, scene_colours: Sequence[Colour], colours: Sequence[Colour]) -> Labels:
    """What was laid, as indices of a zone's own colours.

    Args:
        laid: (H, W) index into `scene_colours`.
        scene_colours: of all zones together, at most 255.
        colours: of the zone.

    Returns:
        (H, W) uint8 index into `colours`; `NOT_OF_ZONE` where a colour was laid that the zone does not have.
    """
    own = {colour.code: index for index, colour in enumerate(colours)}
    index = np.array([own.get(colour.code, NOT_OF_ZONE) for colour in scene_colours], np.uint8)
    return index[laid]


def _look(
    pixels: npt.NDArray[np.uint8],
    colours: Sequence[Colour],
    config: MeasureConfig,
    laid: Labels | None,
    swatch: "Swatch | None",
    where: Mask | None,
    see: Callable[[Cut], _S],
) -> tuple[_S, Fit]:
    """The tile or the zone, and how the colours look there, in the order of their codes."""
    _check(pixels, colours)
    _check_where(where, pixels)
    sight = see(cut_picture(pixels, _ordered(laid, pixels, colours, where), where, widest_px=config.widest_px))
    if laid is None and swatch is not None:
        return sight, estimate_shares(_fit_swatch(swatch, tuple(colours), config, see), sight.draw(config.n_samples))
    return sight, _fit(sight, colours, config)


def _fit(sight: Sight, colours: Sequence[Colour], config: MeasureConfig) -> Fit:
    lit = lit_colours([colours[index] for index in _by_code(colours)], "float64")
    drawn, samples = sight.draw(config.n_samples), sight.samples(len(colours))
    return fit_colours(drawn, lit) if samples is None else fit_labelled_colours(drawn, lit, samples)


@lru_cache(maxsize=_SWATCHES_KEPT)
def _fit_swatch(swatch: "Swatch", colours: tuple[Colour, ...], config: MeasureConfig, see: See) -> Fit:
    """How the colours look on a swatch, by which one picture after another is measured."""
    _check(swatch.pixels, colours)
    labels = _ordered(swatch.laid, swatch.pixels, colours, None)
    return _fit(see(cut_picture(swatch.pixels, labels, None, widest_px=config.widest_px)), colours, config)


def _ordered(
    laid: Labels | None, pixels: npt.NDArray[np.uint8], colours: Sequence[Colour], where: Mask | None
) -> Labels | None:
    """What was laid, as indices of the colours in the order of their codes; -1 outside the zone."""
    if laid is None:
        return None
    _check_laid_shape(laid, pixels)
    _check_laid_range(laid if where is None else laid[where], len(colours))
    place: Labels = np.argsort(_by_code(colours)).astype(_label_type(len(colours)))
    return place.take(laid) if where is None else np.where(where, place.take(np.where(where, laid, 0)), -1)


def _label_type(n: int) -> np.dtype[Any]:
    """The smallest that holds -1 and the index of each of `n` colours: a picture's labels are read again and again."""
    return np.result_type(np.int8, np.min_scalar_type(-n))


def _by_code(colours: Sequence[Colour]) -> list[int]:
    """Indices of the colours. They are worked on in this order, so that the order asked cannot change any sum."""
    return sorted(range(len(colours)), key=lambda index: colours[index].code)


def _percents(mean_chances: FloatArray, colours: Sequence[Colour]) -> dict[str, float]:
    shares = _shares(mean_chances)
    by_code = dict(zip(_by_code(colours), (100 * shares / shares.sum()).tolist(), strict=True))
    return {colour.code: by_code[index] for index, colour in enumerate(colours)}


def _shares(mean_chances: FloatArray) -> FloatArray:
    """(n,) of the whole tile, of which some may be of no colour; above 0."""
    shares: FloatArray = mean_chances[:-1] + _TINY
    return shares


def _check(pixels: npt.NDArray[np.uint8], colours: Sequence[Colour]) -> None:
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise InputError(
            "a picture to measure must be (height, width, 3) 8-bit sRGB, not {shape} {dtype}; convert it first",
            shape=pixels.shape,
            dtype=pixels.dtype,
        )
    if min(pixels.shape[:2]) < _LEAST_PX:
        raise InputError(
            "a picture to measure must be at least 64 px wide and high, not {width}x{height}",
            width=pixels.shape[1],
            height=pixels.shape[0],
        )
    codes = [colour.code for colour in colours]
    if not codes:
        raise InputError("name at least one colour to measure")
    if len(set(codes)) < len(codes):
        twice = next(code for code in codes if codes.count(code) > 1)
        raise InputError("the colour {code} is named twice; name each colour once", code=twice)


def _check_where(where: Mask | None, pixels: npt.NDArray[np.uint8]) -> None:
    if where is None:
        return
    if where.dtype != np.bool_ or where.shape != pixels.shape[:2]:
        raise InputError(
            "the zone to measure must be (height, width) booleans like the picture's {expected}, not {shape} {dtype}; "
            "give true for each pixel of the zone",
            expected=pixels.shape[:2],
            shape=where.shape,
            dtype=where.dtype,
        )
    if not where.any():
        raise InputError("the zone to measure has no pixel; give true for at least one")


def _check_laid_shape(laid: Labels, pixels: npt.NDArray[np.uint8]) -> None:
    if not np.issubdtype(laid.dtype, np.integer) or laid.shape != pixels.shape[:2]:
        raise InputError(
            "the colours laid must be (height, width) whole numbers like the picture's {expected}, not {shape} "
            "{dtype}; give the index of a colour for each pixel",
            expected=pixels.shape[:2],
            shape=laid.shape,
            dtype=laid.dtype,
        )


def _check_laid_range(laid: Labels, n: int) -> None:
    if laid.min() < 0 or laid.max() >= n:
        raise InputError(
            "the colours laid must be numbers from 0 to {last}, not {least} to {most}; give indices of the colours "
            "to measure",
            last=n - 1,
            least=int(laid.min()),
            most=int(laid.max()),
        )


def _uncertainty(chances: FloatArray, ambiguity: float, off_palette: float, config: MeasureConfig) -> float:
    """In points; 0 of one colour, which has it all."""
    shares = _shares(chances.mean(0))
    if shares.size == 1:
        return 0.0
    doubt = 100 * (chances * (1 - chances)).mean(0)[:-1].max() / shares.sum()
    from_fit = config.uncertainty_per_ambiguity * 100 * ambiguity
    return float(config.least_uncertainty + config.uncertainty_per_doubt * doubt + from_fit + off_palette)
