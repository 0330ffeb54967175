"""What speaks against a picture as one to train with, whatever its caption says.

Sizes and modes are read from the file's header. Sharpness and exposure are those of the tile alone.
"""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image

from plitka.core.recipes.recipe import Notice

FloatArray = npt.NDArray[np.floating[Any]]

LEAST_SIDE_PX = 512
"""Below it a trainer enlarges a picture, whatever it trains on."""
_WIDEST_PX = 1024
_LEAST_SHARP = 0.28
"""Mean square of the steps between neighbouring pixels over that between those two apart: 1/4 where all is smooth. 0.33
and more on the 44 photographs and on renders; out of focus by 1.5 px (the deviation of a Gaussian) 0.27 and less."""
_MOST_BRIGHT = 0.1
"""Share of pixels with a channel at its end: 0.07 of the photograph of white, 0.01 and less of all others and of
renders; 0.3 and more of all but the darkest half a stop above."""
_LEAST_BRIGHT = 110
"""The brightest channel of the brightest pixels but for one in 200: 118 and more on the same, 100 where they are
darkened to 0.4 of their levels."""
_QUANTILE = 99.5
_FULL = 255
_TURNED = range(2, 9)
"""Values of EXIF's Orientation; 1 is upright."""


def check_file(path: Path) -> list[Notice]:
    """What a file's header tells of it; nothing of one that cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                return list(_header_remarks(image))
    except Exception:  # Pillow's readers raise anything; whoever reads the picture says what it is
        return []


def _header_remarks(image: Image.Image) -> list[Notice]:
    found = []
    if min(image.size) < LEAST_SIDE_PX:
        size = {"width": image.width, "height": image.height, "least": LEAST_SIDE_PX}
        found.append(Notice("it has {width}x{height} px; trainers enlarge what is below {least} px", size))
    if image.getexif().get(ExifTags.Base.Orientation) in _TURNED:
        found.append(Notice("its EXIF turns it; some trainers do not look there"))
    if image.has_transparency_data:
        found.append(Notice("it is transparent; here that is white, to some trainers black"))
    elif image.mode not in {"RGB", "P"}:
        found.append(Notice("it is a picture in {mode}, not RGB", {"mode": image.mode}))
    if getattr(image, "is_animated", False):
        found.append(Notice("its file has several pictures; the first is read"))
    return found


def check_tile(tile: npt.NDArray[np.uint8]) -> list[Notice]:
    """What is wrong with the light or the focus.

    Args:
        tile: (h, w, 3) uint8 sRGB, without ground.
    """
    found = []
    if sharpness(tile) < _LEAST_SHARP:
        found.append(Notice("it is out of focus or moved"))
    brightest = tile.max(-1)
    if (brightest == _FULL).mean() > _MOST_BRIGHT:
        found.append(Notice("it is too bright: colours end at 255"))
    if np.percentile(brightest, _QUANTILE) < _LEAST_BRIGHT:
        found.append(Notice("it is too dark"))
    return found


def sharpness(tile: npt.NDArray[np.uint8]) -> float:
    """How fine the finest detail is at 1024 px or less: 0.25 where all is smooth, 1 for noise; 1 of one colour."""
    image = Image.fromarray(tile)
    image.thumbnail((_WIDEST_PX, _WIDEST_PX), Image.Resampling.BOX)
    grey = np.asarray(image).astype(np.float64).mean(-1)
    near, far = (float(((grey[:, step:] - grey[:, :-step]) ** 2).mean()) for step in (1, 2))
    return near / far if far else 1.0
