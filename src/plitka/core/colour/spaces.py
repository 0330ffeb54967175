"""From a hex to CIE Lab under D65, and the CIEDE2000 distance; arrays of colours are in `plitka.core.colour.arrays`.

sRGB is IEC 61966-2-1. Lab is relative to the white that sRGB (255, 255, 255) itself gives, so that
every grey has a* = b* = 0 to rounding.
"""

import math
import re
from functools import lru_cache

Srgb8 = tuple[int, int, int]
"""sRGB, 0..255 each."""
LinearColour = tuple[float, float, float]
"""Linear light in sRGB primaries, 0..1 each inside the gamut."""
Xyz = tuple[float, float, float]
"""CIE 1931 XYZ, Y = 1 for white."""
Lab = tuple[float, float, float]
"""CIE L*a*b* under D65; L* is 0..100."""

_HEX = re.compile(r"#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})")

XYZ_OF_RGB = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
"""Linear sRGB light to CIE XYZ (IEC 61966-2-1, annex F)."""
WHITE_D65: Xyz = (sum(XYZ_OF_RGB[0]), sum(XYZ_OF_RGB[1]), sum(XYZ_OF_RGB[2]))
"""XYZ of sRGB (255, 255, 255)."""

_RGB_OF_XYZ = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)
"""The inverse of `XYZ_OF_RGB`."""
_GAMUT_STEPS = 50
_GAMUT_SLACK = 0.002

# CIE 15:2004, 8.2.1.1, as exact fractions.
_EPSILON = 216 / 24389
_KAPPA = 24389 / 27


def hex_to_srgb8(colour_hex: str) -> Srgb8:
    """The three bytes of `#A63D30` or of the short `#a63`.

    Raises:
        ValueError: anything else.
    """
    match = _HEX.fullmatch(colour_hex)
    if not match:
        raise ValueError(f"expected #RRGGBB or #RGB, not {colour_hex!r}")
    digits = match[1] if len(match[1]) == 6 else "".join(2 * digit for digit in match[1])
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


def srgb8_to_hex(srgb8: Srgb8) -> str:
    """The upper-case hex of three bytes: `#A63D30`."""
    return "#" + bytes(srgb8).hex().upper()


def srgb8_to_linear(srgb8: Srgb8) -> LinearColour:
    """Linear light of an sRGB colour."""
    red, green, blue = (_decode(value / 255) for value in srgb8)
    return red, green, blue


def linear_to_xyz(linear_rgb: LinearColour) -> Xyz:
    """CIE XYZ of linear sRGB light."""
    return _multiply(XYZ_OF_RGB, linear_rgb)


def xyz_to_lab_d65(xyz: Xyz) -> Lab:
    """CIE Lab of XYZ, relative to the white of sRGB (CIE 15:2004, 8.2.1)."""
    fx, fy, fz = (_lab_root(value / white) for value, white in zip(xyz, WHITE_D65, strict=True))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@lru_cache(maxsize=2048)
def hex_to_lab_d65(colour_hex: str) -> Lab:
    """CIE Lab of a hex; raises ValueError as `hex_to_srgb8` does."""
    return xyz_to_lab_d65(linear_to_xyz(srgb8_to_linear(hex_to_srgb8(colour_hex))))


def lab_d65_to_hex(lab_d65: Lab) -> str:
    """The hex of a Lab colour; one that sRGB cannot show keeps its lightness and hue, and loses chroma.

    Args:
        lab_d65: L* beyond 0..100 is cut.
    """
    lightness, a, b = lab_d65
    lightness = min(max(lightness, 0.0), 100.0)
    for step in range(_GAMUT_STEPS + 1):
        kept = 1 - step / _GAMUT_STEPS
        linear = _multiply(_RGB_OF_XYZ, _lab_to_xyz((lightness, kept * a, kept * b)))
        if all(-_GAMUT_SLACK <= value <= 1 + _GAMUT_SLACK for value in linear):
            break
    red, green, blue = (round(255 * _encode(min(max(value, 0.0), 1.0))) for value in linear)
    return srgb8_to_hex((red, green, blue))


def ciede2000(lab1: Lab, lab2: Lab) -> float:
    """The CIEDE2000 difference of two Lab colours with kL = kC = kH = 1; about 1 is just visible.

    After G. Sharma, W. Wu, E. N. Dalal, "The CIEDE2000 Color-Difference Formula: Implementation Notes,
    Supplementary Test Data, and Mathematical Observations", Color Res. Appl. 30 (2005) 21-30; the
    numbers in the comments are its equations.
    """
    chroma1, hue1, chroma2, hue2 = _chroma_and_hue(lab1, lab2)
    d_lightness = lab2[0] - lab1[0]  # (8)
    d_chroma = chroma2 - chroma1  # (9)
    d_hue_angle = _hue_difference(chroma1 * chroma2, hue2 - hue1)  # (10)
    d_hue = 2 * math.sqrt(chroma1 * chroma2) * math.sin(math.radians(d_hue_angle) / 2)  # (11)

    lightness = (lab1[0] + lab2[0]) / 2  # (12)
    chroma = (chroma1 + chroma2) / 2  # (13)
    hue = _mean_hue(chroma1 * chroma2, hue1, hue2)  # (14)

    s_lightness = 1 + 0.015 * (lightness - 50) ** 2 / math.sqrt(20 + (lightness - 50) ** 2)  # (18)
    s_chroma = 1 + 0.045 * chroma  # (19)
    s_hue = 1 + 0.015 * chroma * _hue_weight(hue)  # (20)
    term_l, term_c, term_h = d_lightness / s_lightness, d_chroma / s_chroma, d_hue / s_hue
    rotation = _rotation(chroma, hue)
    return math.sqrt(term_l**2 + term_c**2 + term_h**2 + rotation * term_c * term_h)  # (22)


def _chroma_and_hue(lab1: Lab, lab2: Lab) -> tuple[float, float, float, float]:
    """C'1, h'1, C'2, h'2 with hues in degrees, 0..360."""
    mean_chroma = (math.hypot(*lab1[1:]) + math.hypot(*lab2[1:])) / 2  # (2), (3)
    stretch = 1.5 - 0.5 * _chroma_root(mean_chroma)  # 1 + G of (4)
    polar = []
    for _, a, b in (lab1, lab2):
        a_prime = stretch * a  # (5)
        polar.append(math.hypot(a_prime, b))  # (6)
        polar.append(math.degrees(math.atan2(b, a_prime)) % 360)  # (7); atan2(0, 0) is 0 as it asks
    return polar[0], polar[1], polar[2], polar[3]


def _chroma_root(chroma: float) -> float:
    return math.sqrt(chroma**7 / (chroma**7 + 25.0**7))


def _hue_difference(chroma_product: float, difference: float) -> float:
    if chroma_product == 0:
        return 0.0
    if difference > 180:
        return difference - 360
    return difference + 360 if difference < -180 else difference


def _mean_hue(chroma_product: float, hue1: float, hue2: float) -> float:
    total = hue1 + hue2
    if chroma_product == 0:
        return total
    if abs(hue1 - hue2) <= 180:
        return total / 2
    return (total + 360) / 2 if total < 360 else (total - 360) / 2


def _hue_weight(hue: float) -> float:
    """T of (15)."""
    return (
        1
        - 0.17 * math.cos(math.radians(hue - 30))
        + 0.24 * math.cos(math.radians(2 * hue))
        + 0.32 * math.cos(math.radians(3 * hue + 6))
        - 0.20 * math.cos(math.radians(4 * hue - 63))
    )


def _rotation(chroma: float, hue: float) -> float:
    """R_T of (21), from the angle of (16) and R_C of (17)."""
    d_theta = 30 * math.exp(-(((hue - 275) / 25) ** 2))
    return -math.sin(math.radians(2 * d_theta)) * 2 * _chroma_root(chroma)


def _decode(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _encode(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def _lab_to_xyz(lab_d65: Lab) -> Xyz:
    """The inverse of `xyz_to_lab_d65`."""
    fy = (lab_d65[0] + 16) / 116
    roots = (fy + lab_d65[1] / 500, fy, fy - lab_d65[2] / 200)
    cubes = (root**3 if root**3 > _EPSILON else (116 * root - 16) / _KAPPA for root in roots)
    x, y, z = (cube * white for cube, white in zip(cubes, WHITE_D65, strict=True))
    return x, y, z


def _lab_root(value: float) -> float:
    return math.cbrt(value) if value > _EPSILON else (_KAPPA * value + 16) / 116


def _multiply(matrix: tuple[tuple[float, float, float], ...], vector: tuple[float, float, float]) -> Xyz:
    x, y, z = (sum(factor * value for factor, value in zip(row, vector, strict=True)) for row in matrix)
    return x, y, z
