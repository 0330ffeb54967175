"""The measure's eye on a painter's device: what `plitka.core.measure.sight.PointSight` computes, by torch.

The look of the colours is fitted on some thousand points by the processor, as ever; what is computed of each of the
picture's quarter of a million points is computed here, in float32 as there. Shares agree to a thousandth of a point.
Every plane is (h, w) points, and the networks see all points of a colour at once.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from functools import cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog
import torch
from torch.nn import functional

from plitka.core.colour import arrays
from plitka.core.colour.palette import Colour
from plitka.core.generation import Swatch
from plitka.core.measure import classifier as numbers
from plitka.core.measure.brightness import BIN_WIDTH, LOWEST_BIN, N_BINS
from plitka.core.measure.colour_model import MAX_EXPONENT, OTHER_DENSITY, Fit
from plitka.core.measure.points import POINT_PX, Cut, choose_drawn
from plitka.core.measure.samples import Labels, Mask, Samples, choose_samples
from plitka.core.measure.shading_curve import LEAST_CHROMA, STEPS_PER_LIGHTNESS, curve_tables, nearest_gap
from plitka.core.measure.shares import measure_shares

FloatArray = npt.NDArray[np.floating[Any]]
log = structlog.get_logger(__name__)

Layers = list[tuple[torch.Tensor, torch.Tensor]]


class DeviceMeasure:
    """`measure_shares` with the device's sight; a `plitka.core.measure.shares.MeasureShares`.

    On a GPU it has a stream of its own, so that it waits for nothing that is painted meanwhile. Where the device fails,
    numpy measures.
    """

    def __init__(self, device: torch.device) -> None:
        self._see = partial(DeviceSight, device)
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None  # type: ignore[no-untyped-call]

    def __call__(
        self,
        pixels: npt.NDArray[np.uint8],
        colours: Sequence[Colour],
        *,
        laid: Labels | None = None,
        swatch: Swatch | None = None,
        where: Mask | None = None,
    ) -> dict[str, float]:
        """The percent of each colour.

        Raises:
            InputError: as `measure_shares`.
        """
        measured = partial(measure_shares, pixels, colours, laid=laid, swatch=swatch, where=where)
        try:
            with torch.cuda.stream(self._stream) if self._stream else nullcontext():
                return measured(see=self._see)
        except RuntimeError as error:
            log.warning("device_measure_failed", reason=str(error))
            return measured()


class DeviceSight:
    """The points of a picture on a device; a `plitka.core.measure.sight.Sight`."""

    def __init__(self, device: torch.device, cut: Cut) -> None:
        self._device, self._cut = device, cut
        pixels = torch.from_numpy(np.ascontiguousarray(cut.pixels)).to(device)
        light = _decoding_table(device)[pixels.permute(2, 0, 1).long()]  # (3, 2h, 2w)
        total = torch.zeros((), device=device)
        for place in range(POINT_PX * POINT_PX):
            total = total + light[:, place // POINT_PX :: POINT_PX, place % POINT_PX :: POINT_PX]
        self._linear = total / (POINT_PX * POINT_PX)
        self._inside = torch.from_numpy(cut.inside).to(device)
        self._windows = _Windows(self._inside.float() if cut.is_zone else None)

    def draw(self, n: int) -> FloatArray:
        """As every `Sight`."""
        own = np.flatnonzero(self._cut.inside)
        return self._at(own[choose_drawn(len(own), n)])

    def samples(self, n_colours: int) -> Samples | None:
        """As every `Sight`."""
        cut = self._cut
        if cut.labels is None:
            return None
        places, labels = choose_samples(cut.inside.shape, cut.labels, n_colours, cut.inside)
        return Samples(self._at(places), labels)

    def _at(self, places: npt.NDArray[np.intp]) -> FloatArray:
        """(k, 3) linear light of some points."""
        chosen = self._linear.flatten(1)[:, torch.from_numpy(places).to(self._device)]
        found: FloatArray = chosen.T.contiguous().cpu().numpy()
        return found

    def mean_chances(self, fit: Fit, *, is_learnt: bool) -> FloatArray:
        """As every `Sight`."""
        with torch.no_grad():
            features = _Features(self._linear, fit, self._windows)
            logits = _classified(features, self._inside, self._windows, is_learnt=is_learnt)
            means: FloatArray = _means_inside(logits.softmax(0), self._inside).cpu().numpy()
        return means


class _Windows:
    """As `plitka.core.measure.windows.Windows`, over (c, h, w)."""

    def __init__(self, zone: torch.Tensor | None) -> None:
        self._zone = zone

    def mean(self, values: torch.Tensor, side: int) -> torch.Tensor:
        if self._zone is None:
            return _window_mean(values, side)
        filled = _window_mean(self._zone[None], side).clamp(min=0.5 / side**2)
        return torch.where(self._zone > 0, _window_mean(values * self._zone, side) / filled, values)


def _window_mean(values: torch.Tensor, side: int) -> torch.Tensor:
    """Mean over rows, then over columns; the edge repeats."""
    padded = functional.pad(values[None], (side // 2,) * 4, mode="replicate")
    return functional.avg_pool2d(functional.avg_pool2d(padded, (side, 1), 1), (1, side), 1)[0]


class _Residuals:
    """As `plitka.core.measure.shading_curve.residuals_of`: (n, h, w) each."""

    def __init__(self, lab: torch.Tensor, tables: torch.Tensor) -> None:
        last = tables.shape[-1] - 1
        step = (lab[0] * STEPS_PER_LIGHTNESS + 0.5).clamp(0, last).long()
        expected_a, expected_b, self.chroma, self.brightness = tables[:, :, step].unbind(1)
        off_a, off_b = lab[1] - expected_a, lab[2] - expected_b
        self.distance = (off_a.square() + off_b.square()).sqrt()
        self.along = (off_a * expected_a + off_b * expected_b) / (self.chroma + LEAST_CHROMA)

    @property
    def bins(self) -> torch.Tensor:
        """(n, h, w) of the histograms of brightness."""
        return ((self.brightness - LOWEST_BIN) * (1 / BIN_WIDTH)).to(torch.int32).clamp(0, N_BINS - 1)

    @property
    def scaled(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """What the networks see of them."""
        most = numbers.LARGEST_DISTANCE
        return (
            (self.distance / numbers.DISTANCE_SCALE).clamp(max=most),
            (self.along / numbers.DISTANCE_SCALE).clamp(-most, most),
            self.brightness.clamp(numbers.DARKEST_LOG, numbers.BRIGHTEST_LOG),
        )


class _Features:
    """As `plitka.core.measure.classifier.Features`, with the numbers in front."""

    def __init__(self, linear: torch.Tensor, fit: Fit, windows: _Windows) -> None:
        around = windows.mean(linear, numbers.AROUND_SIDE)
        lab, lab_around = _lab(linear), _lab(around)
        tables = torch.from_numpy(curve_tables(fit.lit)).to(linear.device)
        here, near = _Residuals(lab, tables), _Residuals(lab_around, tables)
        logs = [_scaled_log_joint(fit, residuals) for residuals in (here, near)]
        self.shared = _shared(lab[0], lab_around[0], windows)
        """(5, h, w)."""
        self.own = _own(fit, here, near, logs)
        """(12, n, h, w)."""
        self.other = _other(self.own, logs)
        """(6, h, w)."""


def _own(fit: Fit, here: _Residuals, near: _Residuals, logs: list[torch.Tensor]) -> torch.Tensor:
    lit = arrays.linear_to_lab(fit.lit)
    gap = np.minimum(nearest_gap(lit), numbers.LARGEST_GAP)
    known = np.stack([lit[:, 0] / numbers.LIGHTNESS_SCALE - 1, gap / numbers.GAP_SCALE - 1]).astype(np.float32)
    lightness, gaps = torch.from_numpy(known).to(here.chroma.device)[..., None, None].expand(-1, *here.chroma.shape)
    brightness = _log_brightness(fit, here).clamp(min=numbers.LEAST_LOG_BRIGHTNESS)
    parts = [
        *here.scaled,
        *near.scaled,
        here.chroma / numbers.CHROMA_SCALE - 1,
        lightness,
        gaps,
        brightness / numbers.LOG_BRIGHTNESS_SCALE + 1,
        *(part[:-1] for part in logs),
    ]
    return torch.stack(parts)


def _other(own: torch.Tensor, logs: list[torch.Tensor]) -> torch.Tensor:
    nearest, place = own[0].min(0)
    parts = [nearest, own[3].amin(0), *(own[index].gather(0, place[None])[0] for index in (2, 5))]
    return torch.stack([*parts, *(part[-1] for part in logs)])


def _shared(lightness: torch.Tensor, around: torch.Tensor, windows: _Windows) -> torch.Tensor:
    both = torch.stack([lightness, lightness.square()])
    near, power = windows.mean(both, numbers.NEAR_SIDE)
    (far,) = windows.mean(lightness[None], numbers.FAR_SIDE)
    parts = [
        lightness / numbers.LIGHTNESS_SCALE - 1,
        (around - lightness) / numbers.AROUND_SCALE,
        (near - lightness) / numbers.NEAR_SCALE,
        (far - lightness) / numbers.FAR_SCALE,
        (power - near.square()).clamp(min=0).sqrt() / numbers.DEVIATION_SCALE,
    ]
    return torch.stack(parts)


def _scaled_log_joint(fit: Fit, residuals: _Residuals) -> torch.Tensor:
    """(n + 1, h, w) as the networks see it."""
    weight = (np.log(fit.shares) - np.log(2 * np.pi * fit.spread**2)).astype(np.float32)
    far = (residuals.distance * (1 / fit.spread)).clamp(max=MAX_EXPONENT)
    weights = torch.from_numpy(weight).to(far.device)[:, None, None]
    of_colours = weights + _log_brightness(fit, residuals) - far
    of_other = torch.full_like(of_colours[:1], float(np.log(OTHER_DENSITY)))
    logs = torch.cat([of_colours, of_other]).log_softmax(0)
    return logs.clamp(min=numbers.LEAST_LOG_JOINT) / numbers.LOG_JOINT_SCALE


def _log_brightness(fit: Fit, residuals: _Residuals) -> torch.Tensor:
    """(n, h, w) log probability of each point's brightness, were it of the colour."""
    bins = residuals.bins
    logs = torch.from_numpy(np.log(fit.brightness).astype(np.float32)).to(bins.device)
    of_each = logs.expand(len(bins), -1)
    return of_each.gather(1, bins.flatten(1).long()).view(bins.shape)


def _classified(features: _Features, inside: torch.Tensor, windows: _Windows, *, is_learnt: bool) -> torch.Tensor:
    """(n + 1, h, w) logits, as `plitka.core.measure.classifier.classify` has them before its last softmax."""
    weights = _weights(is_learnt, features.shared.device)
    light = ((features.shared[:1] + 1) / 2) ** 3 + numbers.LEAST_LIGHT
    logits = _asked(weights, "first", "first_off", features, None, None)
    stage = 0
    while f"next.{stage}" in weights:
        logs = logits.log_softmax(0)
        seen = _context(logs, light, inside, windows)
        means = _moments(logs[:-1], features, inside)
        change = _asked(weights, f"next.{stage}", f"next_off.{stage}", features, seen, means)
        logits = logs.clamp(min=numbers.LEAST_LOG_ANSWER) + change
        stage += 1
    return logits


def _asked(
    weights: dict[str, Layers],
    own: str,
    other: str,
    features: _Features,
    seen: torch.Tensor | None,
    means: torch.Tensor | None,
) -> torch.Tensor:
    """(n + 1, h, w) what the networks for asked colours and for another one say."""
    n = features.own.shape[1]
    answers = []
    for index in range(n + 1):
        parts = [features.shared, features.other if index == n else features.own[:, index]]
        if seen is not None:
            parts.append(seen[:, index])
        if means is not None and index < n:
            parts.append(means[:, index])
        hidden = torch.cat(parts).flatten(1)
        layers = weights[other if index == n else own]
        for matrix, bias in layers[:-1]:
            hidden = torch.addmm(bias, matrix, hidden).relu_()
        matrix, bias = layers[-1]
        answers.append(torch.addmm(bias, matrix, hidden))
    return torch.cat(answers).view(n + 1, *features.shared.shape[1:])


def _context(logs: torch.Tensor, light: torch.Tensor, inside: torch.Tensor, windows: _Windows) -> torch.Tensor:
    """(6, n + 1, h, w) answers of the last stage: here, around, of the lit points around, and everywhere."""
    answers = logs.exp()
    lit = windows.mean(answers * light, numbers.LIT_SIDE) / windows.mean(light, numbers.LIT_SIDE)
    shares = _means_inside(answers, inside).float()
    everywhere = (shares + numbers.LEAST_PRESENCE).log() / numbers.LOG_ANSWER_SCALE
    here = logs.clamp(min=numbers.LEAST_LOG_ANSWER) / numbers.LOG_ANSWER_SCALE
    around = [windows.mean(answers, side) for side in numbers.CONTEXT_SIDES]
    return torch.stack([here, *around, lit, everywhere[:, None, None].expand_as(logs)])


def _moments(logs: torch.Tensor, features: _Features, inside: torch.Tensor) -> torch.Tensor:
    """(7, n, h, w) what the points of a colour look like over the whole picture."""
    answers = logs.exp() * inside
    parts = _means_inside(logs.exp(), inside) + numbers.LEAST_PART
    own, shared = features.own, features.shared[list(numbers.SHARPNESS)]
    means = [_means_inside(answers * own[place] ** power, inside) / parts for place, power in numbers.MOMENTS]
    means += [value.expand(len(logs)) for value in _means_inside(shared.square(), inside)]
    return torch.stack(means).float()[..., None, None].expand(-1, *logs.shape)


def _means_inside(planes: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
    """(c,) float64 means of (c, h, w) over the points that are measured."""
    return (planes * inside).flatten(1).sum(1, dtype=torch.float64) / inside.sum()


def _lab(linear: torch.Tensor) -> torch.Tensor:
    """(3, h, w) CIE Lab, as `plitka.core.colour.arrays.linear_to_lab` has it."""
    light = torch.einsum("chw,cx->xhw", linear, _lab_matrix(linear.device)).clamp(min=0)
    root = torch.where(light > arrays.LAB_EPSILON, light.pow(1 / 3), light * arrays.LAB_SLOPE + arrays.LAB_OFFSET)
    x, y, z = root
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@cache
def _decoding_table(device: torch.device) -> torch.Tensor:
    """(256,) linear light of each level."""
    return torch.from_numpy(arrays.decode_srgb8(np.arange(256, dtype=np.uint8), "float64").copy()).to(device)


@cache
def _lab_matrix(device: torch.device) -> torch.Tensor:
    return torch.from_numpy(arrays.lab_matrix()).to(device)


@cache
def _weights(is_learnt: bool, device: torch.device) -> dict[str, Layers]:
    """The layers of each network by its name: (out, in) and (out, 1)."""
    shipped = numbers.shipped_weights(is_learnt=is_learnt)
    names = sorted({name.rsplit(".", 2)[0] for name in shipped})
    return {
        name: [_layer(shipped, f"{name}.{2 * index}", device) for index in range(numbers.N_LAYERS)] for name in names
    }


def _layer(shipped: numbers.Weights, key: str, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    matrix, bias = (torch.from_numpy(shipped[f"{key}.{part}"]).to(device) for part in ("weight", "bias"))
    return matrix, bias[:, None]
