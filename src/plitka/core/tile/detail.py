"""What is too fine for a network, given back to its picture from the map that it painted over.

An autoencoder keeps one place for each square of several pixels: grain comes back as clouds, thin edges as thick ones.
What is coarser than a few pixels stays as the network painted it.
"""

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage


def restore_detail(painted: "RgbImage", start: "RgbImage", detail_px: float) -> "RgbImage":
    """The painted picture with what is finer in the start picture than a blur of so many pixels.

    Args:
        painted: (H, W, 3) uint8 sRGB.
        start: the same shape, what it was painted over: only where its edges are still at their places.
        detail_px: deviation of the blur.
    """
    coarse, coarse_start = (_blurred(picture, detail_px) for picture in (painted, start))
    restored: RgbImage = np.clip(coarse + start - coarse_start, 0, 255).astype(np.uint8)
    return restored


def _blurred(picture: "RgbImage", deviation_px: float) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(deviation_px)), np.int16)
