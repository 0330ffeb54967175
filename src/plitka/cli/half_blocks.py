"""A small picture in the letters of a terminal: each is a half block, whose two colours are two pixels.

No library that plitka needs draws pictures there.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from plitka.cli.terminal import Terminal

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage

_LONGER_PX = 48
_UPPER_HALF = "▀"
_USUAL_COLOURS = "\x1b[0m"


def show_preview(pixels: "RgbImage", terminal: Terminal) -> None:
    """The picture on stderr, where that takes pictures; else nothing."""
    if terminal.shows_pictures:
        terminal.stderr.writelines(f"{line}\n" for line in half_block_lines(pixels))


def half_block_lines(pixels: "RgbImage") -> Iterator[str]:
    """A picture as lines of at most 48 letters, two rows of pixels a line.

    Args:
        pixels: (H, W, 3) uint8 sRGB.
    """
    import numpy as np
    from PIL import Image

    height_px, width_px = pixels.shape[:2]
    scale = min(1, _LONGER_PX / max(height_px, width_px))
    columns, lines = max(1, round(scale * width_px)), max(1, round(scale * height_px / 2))
    small = Image.fromarray(pixels).resize((columns, 2 * lines), Image.Resampling.BOX)
    for upper, lower in np.asarray(small).reshape(lines, 2, columns, 3).tolist():
        letters = (
            f"\x1b[38;2;{_told(above)};48;2;{_told(below)}m{_UPPER_HALF}"
            for above, below in zip(upper, lower, strict=True)
        )
        yield "".join(letters) + _USUAL_COLOURS


def _told(colour: Sequence[int]) -> str:
    return ";".join(map(str, colour))
