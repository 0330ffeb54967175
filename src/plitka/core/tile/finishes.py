"""How granules of a colour take their light and how the camera takes a tile of them, as on photographs.

Each photographed colour has a finish of its own: matter first, camera second. The figures were fitted to statistics of
the photographs (`recipes/look/fit_renders.py`); no picture can be made of them. A colour that nobody photographed has
the finish of the nearest photographed one, or as far off as it is, the mean of all.

A mix has the matter of its colours, each on its own granules, and one camera: the mean of theirs, by shares, and the
more evenly it is mixed the more of the camera of mixes.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from plitka.core.colour.spaces import XYZ_OF_RGB, hex_to_srgb8

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plitka.core.colour.palette import Colour

MATTER = ("coat", "coat_spread", "tone", "mottle", "red", "green", "blue", "red_mixed", "green_mixed", "blue_mixed")
"""Of granules: light of the mirroring coat and the deviation of its logarithm; deviation of the logarithm of the
colour, from granule to granule and from point to point; by what the colour is multiplied in each primary, and by what
again where it is mixed with others."""
GAINS, MIXED_GAINS = slice(4, 7), slice(7, 10)
"""Places of the latter two in a row."""
CAMERA = ("lamp", "occlusion", "veil", "toe", "gamma", "gloss", "lens_px", "sharpen", "noise", "hue_noise")
"""Of a tile: part of the light that is the lamp's; exponent on the sky that a place sees; light that every place
mirrors; light below which all is black; contrast about middle gray; part of the coats that is seen; deviation of the
lens's blur; gain of edges; deviation of points in lightness and in each primary alone, of 1."""
FIELDS = (*MATTER, *CAMERA)
MIX = "mix"
"""Under which the camera of mixes is kept."""
FAR_LEVELS = 60.0
"""Distance of a colour from all that were photographed, in sRGB levels, from which it has the mean finish."""
MIXED_GAIN = 8.0
"""How soon a tile is a mix: of its chance that two places differ in colour, up to 1."""

LUMINANCE = np.array(XYZ_OF_RGB[1], np.float32)
LEAST_OTHERS = 1e-6
"""Share of the other colours of a solid, so that nothing is divided by nothing."""

Floats = npt.NDArray[np.floating[Any]]
FinishRows = npt.NDArray[np.float32]
"""(n, `FIELDS`), one row a colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """What is alike over a whole tile: figures in the order of `CAMERA`."""

    lamp: float
    occlusion: float
    veil: float
    toe: float
    gamma: float
    gloss: float
    lens_px: float
    sharpen: float
    noise: float
    hue_noise: float


@dataclass(frozen=True, slots=True)
class Finishes:
    """The table of finishes."""

    lit: npt.NDArray[np.float32]
    """(n, 3) sRGB levels, 0..255, of the lit facets of each photographed colour."""
    rows: FinishRows
    mix: npt.NDArray[np.float32]
    """(`CAMERA`,) of mixes."""

    @classmethod
    def read(cls, table: "dict[str, dict[str, Any]]") -> "Finishes":
        """A table by colour code, each with its `lit` colour as #RRGGBB, and `mix`."""
        colours = [row for code, row in table.items() if code != MIX]
        lit = np.array([hex_to_srgb8(row["lit"]) for row in colours], np.float32)
        rows = np.array([[row[name] for name in FIELDS] for row in colours], np.float32)
        return cls(lit, rows, np.array([table[MIX][name] for name in CAMERA], np.float32))

    def of(self, colours: "Sequence[Colour]") -> FinishRows:
        """The finish of each colour."""
        levels = [hex_to_srgb8(colour.lit_hex or colour.srgb_hex) for colour in colours]
        return self.of_levels(np.array(levels, np.float32).reshape(-1, 3))

    def of_levels(self, levels: npt.NDArray[np.float32]) -> FinishRows:
        """The finish of each of (n, 3) lit colours in sRGB levels."""
        return weigh_nearest(levels, self.lit, self.rows, self.mean)

    def mixed(self, rows: FinishRows, shares: "Sequence[float]", lit: Floats) -> FinishRows:
        """The finishes of colours as they are on a tile of all of them.

        Dark neighbours throw little light back: what a colour has in mixes, it has the more the darker the others are.

        Args:
            rows: of the colours.
            shares: of each, which sum to 1.
            lit: (n, 3) linear lit colours.
        """
        rows = rows.copy()
        taken = mixedness(shares) * (1 - light_of_others(lit @ LUMINANCE, np.array(shares)))
        rows[:, GAINS] *= 1 + taken[:, None] * (rows[:, MIXED_GAINS] - 1)
        return rows

    @property
    def mean(self) -> npt.NDArray[np.float32]:
        """(`FIELDS`,) of all photographed colours, which multiplies all primaries alike."""
        mean: npt.NDArray[np.float32] = self.rows.mean(0)
        mean[GAINS], mean[MIXED_GAINS] = mean[GAINS].mean(), 1
        return mean

    def camera(self, rows: FinishRows, shares: "Sequence[float]") -> Camera:
        """The camera of a tile of these finishes, whose shares sum to 1."""
        weights = np.array(shares, np.float32)
        own = weights @ rows[:, len(MATTER) :]
        mixed = mixedness(shares)
        return Camera(**dict(zip(CAMERA, (own + mixed * (self.mix - own)).tolist(), strict=True)))


def weigh_nearest(levels: Floats, known: Floats, rows: Floats, mean: Floats) -> npt.NDArray[np.float32]:
    """(n, k) figures of colours: of the nearest known one, the farther it is the more of the mean.

    Args:
        levels: (n, 3) sRGB levels, 0..255.
        known: (m, 3) of the known colours.
        rows: (m, k) their figures.
        mean: (k,) of all.
    """
    apart = np.sqrt(((levels[:, None] - known) ** 2).sum(-1))
    far = np.minimum(apart.min(1) / FAR_LEVELS, 1)[:, None].astype(np.float32)
    found: npt.NDArray[np.float32] = rows[apart.argmin(1)] * (1 - far) + mean * far
    return found


def mixedness(shares: "Sequence[float]") -> float:
    """How much of a mix a tile of these shares is: 0 a solid, 1 from a twentieth or so of another colour."""
    weights = np.array(shares, np.float64)
    return min(1.0, MIXED_GAIN * (1 - float(weights @ weights)))


def light_of_others(light: Floats, shares: Floats) -> Floats:
    """(n,) mean luminance of all colours of a tile but each one, 0..1, of (n,) luminances and shares."""
    others = np.maximum(1 - shares, LEAST_OTHERS)
    return np.clip((light @ shares - light * shares) / others, 0, 1)


@cache
def load_finishes() -> Finishes:
    """The finishes that the package has."""
    text = resources.files("plitka.core.tile").joinpath("data", "finishes.json").read_text("utf-8")
    return Finishes.read(json.loads(text))
