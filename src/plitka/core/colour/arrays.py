"""Colour arithmetic on arrays, and the linear light of lit granules.

sRGB is IEC 61966-2-1; its matrix and white stand in `plitka.core.colour.spaces`, which does the same for one colour.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from plitka.core.colour.palette import Colour
from plitka.core.colour.spaces import WHITE_D65, XYZ_OF_RGB, hex_to_srgb8

Srgb8Array = npt.NDArray[np.uint8]
"""(..., 3) sRGB, 0..255."""
LinearRgb = npt.NDArray[np.floating[Any]]
"""(..., 3) linear light in sRGB primaries, 0..1 inside the gamut."""
LabArray = npt.NDArray[np.floating[Any]]
"""(..., 3) CIE L*a*b* under D65, L* 0..100; or OKLab times 100, whose lightness has the same range."""
Precision = Literal["float32", "float64"]

LAB_EPSILON = (6 / 29) ** 3
"""XYZ over white below which L*a*b* is linear (CIE 15:2004, 8.2.1.1)."""
LAB_SLOPE, LAB_OFFSET = 1 / (3 * (6 / 29) ** 2), 4 / 29


def decode_srgb8(srgb8: Srgb8Array, precision: Precision = "float32") -> LinearRgb:
    """Linear light, float32, of 8-bit sRGB of any shape.

    Args:
        srgb8: levels.
        precision: in which the curve is computed before it is rounded. Pictures are made with float32 and measured
            with float64: the two differ in the last bit, which would change the bytes of a seed's picture.
    """
    decoded: LinearRgb = _decoding_table(precision)[srgb8]
    return decoded


@cache
def _decoding_table(precision: Precision) -> LinearRgb:
    """(256,) linear light of each level."""
    encoded: LinearRgb = np.arange(256).astype(precision) / 255
    table: LinearRgb = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )
    table.flags.writeable = False
    return table


def encode_srgb8(linear: LinearRgb) -> Srgb8Array:
    """8-bit sRGB of linear light of any shape; light outside 0..1 is clipped."""
    srgb8: Srgb8Array = np.rint(encode_srgb(linear) * 255).astype(np.uint8)
    return srgb8


def encode_srgb(linear: LinearRgb) -> LinearRgb:
    """sRGB in 0..1 of linear light of any shape; light outside 0..1 is clipped."""
    clipped = np.clip(linear, 0, 1)
    encoded: LinearRgb = np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** (1 / 2.4) - 0.055)
    return encoded


def linear_to_lab(linear: LinearRgb) -> LabArray:
    """CIE Lab under D65 of (..., 3) linear light; negative light counts as none."""
    t = np.clip(linear.astype(np.float32, copy=False) @ lab_matrix(), 0, None)
    root = np.where(t > LAB_EPSILON, np.cbrt(t), t * np.float32(LAB_SLOPE) + np.float32(LAB_OFFSET))
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1).astype(np.float32)


def lab_matrix() -> LinearRgb:
    """(3, 3) float32 that linear light is multiplied with to get XYZ over white."""
    white = np.round(WHITE_D65, 5)  # as tables print it
    matrix: LinearRgb = (np.array(XYZ_OF_RGB) / white[:, None]).T.astype(np.float32)
    return matrix


def linear_to_oklab(linear: LinearRgb) -> LabArray:
    """OKLab times 100 of (..., 3) linear light (B. Ottosson 2020, "A perceptual color space for image processing")."""
    to_cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ],
        np.float32,
    )
    to_oklab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ],
        np.float32,
    )
    oklab: LabArray = 100 * np.cbrt(linear @ to_cones.T) @ to_oklab.T
    return oklab


def lit_colours(colours: Sequence[Colour], precision: Precision = "float32") -> LinearRgb:
    """(n, 3) linear light of the lit facets of each colour's granules; `precision` as for `decode_srgb8`."""
    srgb8 = np.array([hex_to_srgb8(colour.lit_hex or colour.srgb_hex) for colour in colours], np.uint8)
    return decode_srgb8(srgb8.reshape(-1, 3), precision)
