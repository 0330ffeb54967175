"""How much of a tile each asked colour covers, in any picture of it.

Decisions:
* Percent means visible area. The shade between chips belongs to the chips around it.
* Shares are sums of probabilities, not counts of the likeliest: doubtful points then cancel out instead of
  all falling to one side.
* Of a picture that plitka painted over a map, it is known where each colour was laid. From that the look of the
  colours is learnt and nothing is counted: shares are of what the points show.
* Of one that it painted without a map, the look is learnt on a swatch: another picture of the same colours by the
  same hand, over a map with as much of each, so that it tells nothing of shares.
* The doubt that is left, times a factor found on renders, is the uncertainty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from plitka.core.colour.palette import Colour
from plitka.core.measure.classifier import Features, classify, classify_laid, describe
from plitka.core.measure.colour_model import Fit, fit_colours, fit_laid_colours, share_out
from plitka.core.measure.ground import CELL_PX, find_tile
from plitka.core.measure.samples import Labels, sure_points
from plitka.errors import InputError

if TYPE_CHECKING:
    from plitka.core.generation import Swatch

FloatArray = npt.NDArray[np.floating[Any]]

_LEAST_PX = 64
_POINT_PX = 2
"""Points of the picture are squares of this side; chips are several times wider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureConfig:
    """How finely a picture is looked at, and what its doubt means."""

    widest_px: int = 1600
    """A larger picture is shrunk below this side first; it shows the same tile."""
    n_samples: int = 5000
    """Points on which the look of the colours is fitted."""
    points_per_doubt: float = 0.65
    """Uncertainty in points for each point of doubt; covers the largest error of 9 renders in 10."""
    points_per_ambiguity: float = 0.3
    """The same for each point by which a share differs in another reading of the light that is as likely."""
    least_uncertainty: float = 0.5
    """Points: no measurement is surer than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Shares of the asked colours over the visible tile."""

    percents: dict[str, float]
    """Percent by colour code; sums to 100."""
    uncertainty: float
    """Points within which the largest error of `percents` is expected to lie, 9 times in 10."""
    off_palette: float
    """Percent of the tile in colours that nobody asked for."""


def measure(
    pixels: npt.NDArray[np.uint8],
    colours: Sequence[Colour],
    config: MeasureConfig | None = None,
    *,
    laid: Labels | None = None,
    swatch: "Swatch | None" = None,
) -> Measurement:
    """Estimate the share of each colour over a tile, which fills the picture or lies on white ground.

    Args:
        pixels: (H, W, 3) uint8 sRGB, each side at least 64 px.
        colours: the colours to look for, at least one, each once.
        laid: (H, W) index into `colours` of the one that was laid at each pixel, if known; what is seen may differ.
        swatch: another picture of these colours in the same light, of which that is known; in place of `laid`.

    Raises:
        InputError: another shape or type, a picture too small, no colour, or one twice.
    """
    config = config or MeasureConfig()
    view = _look(pixels, colours, config, laid, swatch)
    chances = view.chances()
    others = view.chances_blind() if view.is_told else chances
    doubt = 100 * (chances * (1 - chances)).mean(0)[:-1] / _shares(chances).sum()
    return Measurement(
        percents=_percents(chances, colours),
        uncertainty=_uncertainty(doubt, 100 * view.ambiguity, config),
        off_palette=float(100 * others[:, -1].mean()),
    )


def measure_shares(
    pixels: npt.NDArray[np.uint8],
    colours: Sequence[Colour],
    *,
    laid: Labels | None = None,
    swatch: "Swatch | None" = None,
) -> dict[str, float]:
    """The percents of `measure` alone, which take half the time where it is known how the colours look.

    Raises:
        InputError: as `measure`.
    """
    return _percents(_look(pixels, colours, MeasureConfig(), laid, swatch).chances(), colours)


@dataclass(frozen=True, slots=True)
class _View:
    """The points of a tile, by how near each is to the look of each colour."""

    features: Features
    inside: npt.NDArray[np.bool_]
    """(h, w) the points that belong to the tile."""
    ambiguity: float
    is_told: bool
    """Whether the look was learnt from what was laid."""

    def chances(self) -> FloatArray:
        """(m, n + 1) probability of each colour, in the order of their codes, and of none of them."""
        if not self.is_told:
            return self.chances_blind()
        return classify_laid(self.features, self.inside)[self.inside].astype(np.float64)

    def chances_blind(self) -> FloatArray:
        """The same by the network that has seen colours that nobody asked for; the other one takes all for asked."""
        return classify(self.features, self.inside)[self.inside].astype(np.float64)


def _look(
    pixels: npt.NDArray[np.uint8],
    colours: Sequence[Colour],
    config: MeasureConfig,
    laid: Labels | None,
    swatch: "Swatch | None",
) -> _View:
    _check(pixels, colours)
    points, inside, laid = _points(*_shrunk(pixels, _ordered(laid, pixels, colours), config.widest_px))
    if laid is None and swatch is not None:
        fit = share_out(_learn(swatch, colours, config), _draw(points, inside, config))
        return _View(describe(points, fit), inside, fit.ambiguity, is_told=True)
    fit = _fit(points, inside, laid, colours, config)
    return _View(describe(points, fit), inside, fit.ambiguity, is_told=laid is not None)


def _learn(swatch: "Swatch", colours: Sequence[Colour], config: MeasureConfig) -> Fit:
    """How the colours look on a swatch."""
    _check(swatch.pixels, colours)
    laid = _ordered(swatch.laid, swatch.pixels, colours)
    return _fit(*_points(*_shrunk(swatch.pixels, laid, config.widest_px)), colours, config)


def _ordered(laid: Labels | None, pixels: npt.NDArray[np.uint8], colours: Sequence[Colour]) -> Labels | None:
    """What was laid, as indices of the colours in the order of their codes."""
    if laid is None:
        return None
    _check_laid(laid, pixels, len(colours))
    ordered: Labels = np.argsort(_by_code(colours))[laid]
    return ordered


def _by_code(colours: Sequence[Colour]) -> list[int]:
    """Indices of the colours. They are worked on in this order, so that the order asked cannot change any sum."""
    return sorted(range(len(colours)), key=lambda index: colours[index].code)


def _percents(chances: FloatArray, colours: Sequence[Colour]) -> dict[str, float]:
    shares = _shares(chances)
    by_code = dict(zip(_by_code(colours), (100 * shares / shares.sum()).tolist(), strict=True))
    return {colour.code: by_code[index] for index, colour in enumerate(colours)}


def _shares(chances: FloatArray) -> FloatArray:
    """(n,) of the whole tile, of which some may be of no colour; above 0."""
    shares: FloatArray = chances.mean(0)[:-1] + 1e-9
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


def _check_laid(laid: Labels, pixels: npt.NDArray[np.uint8], n: int) -> None:
    if not np.issubdtype(laid.dtype, np.integer) or laid.shape != pixels.shape[:2]:
        raise InputError(
            "the colours laid must be (height, width) whole numbers like the picture's {expected}, not {shape} "
            "{dtype}; give the index of a colour for each pixel",
            expected=pixels.shape[:2],
            shape=laid.shape,
            dtype=laid.dtype,
        )
    if laid.min() < 0 or laid.max() >= n:
        raise InputError(
            "the colours laid must be numbers from 0 to {last}, not {least} to {most}; give indices of the colours "
            "to measure",
            last=n - 1,
            least=int(laid.min()),
            most=int(laid.max()),
        )


def _shrunk(
    pixels: npt.NDArray[np.uint8], laid: Labels | None, widest_px: int
) -> tuple[npt.NDArray[np.uint8], Labels | None]:
    """The picture and what was laid, each side divided by the least whole number that brings it below a limit."""
    factor = -(-max(pixels.shape[:2]) // widest_px)
    if factor == 1:
        return pixels, laid
    shrunk = np.rint(_blocks(pixels.astype(np.float32), factor)).astype(np.uint8)
    return shrunk, None if laid is None else laid[factor // 2 :: factor, factor // 2 :: factor]


def _points(
    pixels: npt.NDArray[np.uint8], laid: Labels | None
) -> tuple[FloatArray, npt.NDArray[np.bool_], Labels | None]:
    """(h, w, 3) linear light of the points around the tile, (h, w) which of them it covers, and what was laid there."""
    cells = find_tile(pixels)
    rows, columns = (np.flatnonzero(cells.any(axis)) for axis in (1, 0))
    window = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    top, bottom, left, right = (CELL_PX * edge for part in window for edge in (part.start, part.stop))
    linear = _decode_srgb(pixels[top:bottom, left:right])
    per_cell = np.ones((CELL_PX // _POINT_PX,) * 2, np.bool_)
    if laid is not None:
        laid = laid[top:bottom, left:right]
    return _blocks(linear, _POINT_PX), np.kron(cells[window], per_cell), laid


def _fit(
    points: FloatArray,
    inside: npt.NDArray[np.bool_],
    laid: Labels | None,
    colours: Sequence[Colour],
    config: MeasureConfig,
) -> Fit:
    lit, drawn = _lit([colours[index] for index in _by_code(colours)]), _draw(points, inside, config)
    if laid is None:
        return fit_colours(drawn, lit)
    return fit_laid_colours(drawn, lit, *sure_points(points, laid, len(colours)))


def _draw(points: FloatArray, inside: npt.NDArray[np.bool_], config: MeasureConfig) -> FloatArray:
    """Some points of the tile."""
    tile = points[inside]
    return tile[np.random.default_rng(0).choice(len(tile), min(config.n_samples, len(tile)), replace=False)]


def _uncertainty(doubt: FloatArray, ambiguity: float, config: MeasureConfig) -> float:
    if doubt.size == 1:
        return 0.0
    from_doubt = config.points_per_doubt * float(doubt.max())
    return config.least_uncertainty + from_doubt + config.points_per_ambiguity * ambiguity


def _lit(colours: Sequence[Colour]) -> FloatArray:
    """(n, 3) linear light of the lit facets."""
    texts = [colour.lit_hex or colour.srgb_hex for colour in colours]
    return _decode_srgb(np.array([[int(text[i : i + 2], 16) for i in (1, 3, 5)] for text in texts], np.uint8))


def _decode_srgb(srgb8: npt.NDArray[np.uint8]) -> FloatArray:
    """8-bit sRGB to linear light by IEC 61966-2-1."""
    level = np.arange(256) / 255
    table = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4).astype(np.float32)
    return table[srgb8]


def _blocks(values: FloatArray, side: int) -> FloatArray:
    """Mean of (H, W, C) over blocks; what is left over at the right and below is dropped."""
    rows, columns = (length // side for length in values.shape[:2])
    whole = values[: rows * side, : columns * side]
    parts = [whole[row::side, column::side] for row in range(side) for column in range(side)]
    mean: FloatArray = np.mean(parts, axis=0, dtype=np.float32)
    return mean
