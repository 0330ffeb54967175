"""Takes the lattice off a picture that a decoder has shuffled together from the channels of its places.

Of the pixels of one latent place each has weights of its own in such a decoder. Training brings their means together to
a fraction of a level, which no eye sees in one place; but it is the same fraction at every place, so that in the
spectrum of a picture it stands thousands of times above its surroundings. What the pixels of all places have in common
within some granules' distance cannot be the tile's: it is taken off. The network that makes the latents works on every
second place as well, and leaves a fainter lattice of twice that width.
"""

import torch
from torch.nn import functional

SQUARE = 49
"""Of so many places a side the means are compared: many granules, so that hardly anything of them is in the means, and
few enough to follow how a lattice changes with the colours that lie about."""

_STEP = 7
"""Places between two points at which the means are taken: they change slowly."""


def has_shuffled_pixels(vae: object) -> bool:
    """Whether the last layers of an autoencoder's decoder shuffle channels into pixels."""
    return getattr(getattr(vae, "config", None), "upsample_block_type", None) == "pixel_shuffle"


def without_lattice(picture: torch.Tensor, place_px: int) -> torch.Tensor:
    """A picture whose pixels have the same means, whichever of a place's, or of two places' they are.

    On one that is smaller than a square, chance would be taken for a lattice: it stays as it is.

    Args:
        picture: (C, H, W), both sides multiples of `place_px`.
        place_px: pixels of a latent place along one side.
    """
    for period_px in (2 * place_px, place_px):
        if min(picture.shape[1:]) >= SQUARE * period_px and not any(side % period_px for side in picture.shape[1:]):
            picture = _without(picture, period_px)
    return picture


def _without(picture: torch.Tensor, period_px: int) -> torch.Tensor:
    places = functional.pixel_unshuffle(picture[None], period_px)  # (1, C * period_px ** 2, h, w), pixels of one last
    places = places - _means(_apart(places, len(picture)))
    # Between the points at which means are taken, and at the edges, a little is left that all squares have in common.
    places = places - _apart(places, len(picture)).mean((2, 3), keepdim=True)
    return functional.pixel_shuffle(places, period_px)[0]


def _apart(places: torch.Tensor, n_channels: int) -> torch.Tensor:
    """What parts the pixels of a place, channel by channel: like `places`, (1, C * period_px ** 2, h, w)."""
    pixels = places.view(1, n_channels, -1, *places.shape[2:])
    return (pixels - pixels.mean(2, keepdim=True)).flatten(1, 2)


def _means(maps: torch.Tensor) -> torch.Tensor:
    """(1, C, h, w) means over squares about each point, of what lies inside of the map; between a few points evenly."""
    few = functional.avg_pool2d(maps, _STEP, _STEP, ceil_mode=True)
    n = SQUARE // _STEP
    few = functional.avg_pool2d(few, n, 1, n // 2, count_include_pad=False)
    return functional.interpolate(few, maps.shape[2:], mode="bilinear")
