"""Where the zones of a tile lie: masks by name, in words, or as a picture, on the grid of a tile's pixels.

```
border:8%      a frame, as wide as this part of the shorter side
stripes:4      upright stripes, as wide as the gaps between them
checker:2      squares, so many along the shorter side, every other one
circle         a disc about the middle; circle:50% of the shorter side, 60% where nothing is said
text:START     words, as large as the tile takes; / or a new line begins a new line
data:image/... a PNG, white where the zone lies, or an SVG's filled shapes, as a data URL
```

Decisions:
* A mask is stretched over the picture and cut hard at half coverage: the zone's edge is made by whole granules.
* A picture of other proportions than the tile's is refused: stretching would distort a logo.
"""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from plitka.core.scene import Scene
from plitka.core.tile.lettering import draw_text
from plitka.core.tile.svg import fill_drawing, parse_svg
from plitka.errors import InputError

Mask = npt.NDArray[np.bool_]
"""(h, w) true where the zone lies."""
ZoneIndex = npt.NDArray[np.uint8]
"""(h, w) place of the zone in its scene, from 0 for the ground."""

MAX_MASK_BYTES = 256 * 1024
"""Of a PNG or an SVG, decoded from its data URL."""
MAX_MASK_PX = 8192
"""Longest side of a PNG."""
PROPORTION_TOLERANCE = 0.02
"""A picture whose proportions differ by no more is stretched over the tile."""
SHAPE_EXAMPLES = ("border:8%", "stripes:4", "checker:2", "circle", "text:WORDS")
"""Each built-in shape once, as messages and the OpenAPI document show it."""
PNG_PREFIX = "data:image/png;base64,"
SVG_PREFIX = "data:image/svg+xml;base64,"
_USUAL_CIRCLE = 0.6
_MAX_COUNT = 64
"""Of stripes or squares; more are finer than granules."""
_HALF = 128
"""Of 255: levels from here on are white, or opaque."""
_SHOWN_CHARACTERS = 24


def zone_labels(scene: Scene, width_px: int, height_px: int) -> ZoneIndex:
    """Which zone of a scene lies at each pixel.

    Raises:
        InputError: as `label_masks`.
    """
    return label_masks([zone.mask for zone in scene.zones if zone.mask is not None], width_px, height_px)


def label_masks(masks: Sequence[str], width_px: int, height_px: int) -> ZoneIndex:
    """(h, w) 0 where no mask lies, else the number from 1 of the last one that does.

    Raises:
        InputError: a mask that cannot be read, is empty, or is wholly covered by later ones; or nothing is left for
            the ground.
    """
    labels = np.zeros((height_px, width_px), np.uint8)
    for number, mask in enumerate(masks, 1):
        inside = rasterise(mask, width_px, height_px)
        if not inside.any():
            raise InputError("zone {number} ({mask}) is empty: its mask marks nothing", number=number, mask=short(mask))
        labels[inside] = number
    counts = np.bincount(labels.ravel(), minlength=len(masks) + 1)
    for number, mask in enumerate(masks, 1):
        if not counts[number]:
            raise InputError(
                "zone {number} ({mask}) is wholly covered by later zones; change their order, or leave it out",
                number=number,
                mask=short(mask),
            )
    if not counts[0]:
        raise InputError(
            "the masks leave nothing of the tile for the main recipe; make one smaller, or make its recipe the main one"
        )
    return labels


def rasterise(mask: str, width_px: int, height_px: int) -> Mask:
    """Where a mask lies on a picture of that size.

    Raises:
        InputError: no such shape, a value out of range, or a picture that cannot be read or has other proportions.
    """
    if mask.startswith("data:"):
        return _rasterise_url(mask, width_px, height_px)
    name, _, value = mask.partition(":")
    if not is_shape(mask):
        raise InputError(
            "there is no mask {mask!r}; choose one of {known}, or give a picture",
            mask=short(mask),
            known=", ".join(SHAPE_EXAMPLES),
        )
    return _SHAPES[name](value, width_px, height_px)


def short(mask: str) -> str:
    """A mask as a message names it: words as they are, a picture by its kind."""
    if mask.startswith("data:"):
        return mask.partition(";")[0].partition(",")[0]
    return mask if len(mask) <= _SHOWN_CHARACTERS else f"{mask[: _SHOWN_CHARACTERS - 3]}..."


def is_shape(mask: str) -> bool:
    """Whether a mask is a shape in words, such as `border:8%`."""
    return mask.partition(":")[0] in _SHAPES


def encode_svg(content: bytes) -> str:
    """An SVG as a data URL.

    Raises:
        InputError: it cannot be read, has no filled shape, or is too large.
    """
    if len(content) > MAX_MASK_BYTES:
        raise _too_large()
    parse_svg(content)
    return SVG_PREFIX + base64.b64encode(content).decode()


def encode_mask(mask: Mask) -> str:
    """The mask as the data URL of a PNG of one bit a pixel."""
    buffer = BytesIO()
    Image.fromarray(mask).save(buffer, format="PNG", optimize=True)
    return PNG_PREFIX + base64.b64encode(buffer.getvalue()).decode()


def _border(value: str, width_px: int, height_px: int) -> Mask:
    thickness = round(_part("border", value, 0.5) * min(width_px, height_px))
    inside = np.ones((height_px, width_px), bool)
    inside[thickness : height_px - thickness, thickness : width_px - thickness] = False
    return inside


def _stripes(value: str, width_px: int, height_px: int) -> Mask:
    turns = _middles(width_px) * _count("stripes", value)
    return np.broadcast_to(np.abs(turns % 1 - 0.5) < 0.25, (height_px, width_px)).copy()


def _checker(value: str, width_px: int, height_px: int) -> Mask:
    n, shorter = _count("checker", value), min(width_px, height_px)
    columns, rows = (
        np.floor(_middles(length) * max(1, round(n * length / shorter))).astype(int) for length in (width_px, height_px)
    )
    odd: Mask = (rows[:, None] + columns) % 2 == 1
    return odd


def _circle(value: str, width_px: int, height_px: int) -> Mask:
    diameter = (_part("circle", value, 1.0) if value else _USUAL_CIRCLE) * min(width_px, height_px)
    across, down = ((_middles(length) - 0.5) * length for length in (width_px, height_px))
    return np.hypot(down[:, None], across) < diameter / 2


def _text(value: str, width_px: int, height_px: int) -> Mask:
    return draw_text(value, width_px, height_px)


_SHAPES: Mapping[str, Callable[[str, int, int], Mask]] = MappingProxyType(
    {"border": _border, "stripes": _stripes, "checker": _checker, "circle": _circle, "text": _text}
)


def _middles(n: int) -> npt.NDArray[np.float64]:
    """Middles of n equal parts of 0..1."""
    return (np.arange(n) + 0.5) / n


def _part(name: str, value: str, limit: float) -> float:
    """A percentage as a part, above 0 and up to the limit."""
    try:
        part = float(value.removesuffix("%").replace(",", ".")) / 100
    except ValueError:
        part = 0.0
    if not 0 < part <= limit or not value.endswith("%"):
        raise InputError(
            "the mask {name} takes a part of the shorter side, up to {limit} %, such as {name}:8%, not {value!r}",
            name=name,
            limit=round(100 * limit),
            value=value,
        )
    return part


def _count(name: str, value: str) -> int:
    if not value.isdecimal() or not 1 <= int(value) <= _MAX_COUNT:
        raise InputError(
            "the mask {name} takes a number from 1 to {limit}, such as {name}:4, not {value!r}",
            name=name,
            limit=_MAX_COUNT,
            value=value,
        )
    return int(value)


def _rasterise_url(mask: str, width_px: int, height_px: int) -> Mask:
    kind, content = open_url(mask)
    if kind == "image/png":
        return _stretch(decode_png(content, "the mask"), width_px, height_px)
    if kind == "image/svg+xml":
        return fill_drawing(parse_svg(content), width_px, height_px)
    raise InputError("a mask is a PNG or an SVG, not {kind!r}", kind=kind)


def open_url(url: str) -> tuple[str, bytes]:
    """The media type and the bytes of a data URL (RFC 2397).

    Raises:
        InputError: it is damaged, empty or too large.
    """
    head, _, body = url.partition(",")
    kind, *parameters = head.removeprefix("data:").split(";")
    if len(url) > 3 * MAX_MASK_BYTES:  # each byte may be written as %20
        raise _too_large()
    try:
        content = base64.b64decode(body, validate=True) if "base64" in parameters else unquote_to_bytes(body)
    except (binascii.Error, ValueError) as error:
        raise InputError("the mask {mask} cannot be read: {reason}", mask=short(url), reason=error) from error
    if not content:
        raise InputError("the mask {mask} has no content", mask=short(url))
    if len(content) > MAX_MASK_BYTES:
        raise _too_large()
    return kind, content


def _too_large() -> InputError:
    return InputError(
        "the mask has more than {limit} kB; make the picture smaller, or its edges smoother",
        limit=MAX_MASK_BYTES // 1024,
    )


def open_png(content: bytes, name: str) -> Image.Image:
    """The PNG, loaded.

    Raises:
        InputError: no PNG, not a whole one, or too large.
    """
    try:
        image = Image.open(BytesIO(content), formats=("PNG",))
        if max(image.size) <= MAX_MASK_PX:
            image.load()
    except UnidentifiedImageError as error:
        raise InputError("{path} is not a PNG picture, or not a whole one", path=name) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:  # so Pillow reports damage
        raise InputError("{path} cannot be read: {reason}", path=name, reason=error) from error
    if max(image.size) > MAX_MASK_PX:
        raise InputError(
            "{path} has {width}x{height} px; a mask has at most {limit} px a side, so make it smaller first",
            path=name,
            width=image.width,
            height=image.height,
            limit=MAX_MASK_PX,
        )
    return image


def decode_png(content: bytes, name: str) -> Mask:
    """(h, w) where a PNG is white; where parts of it are transparent, where it is opaque.

    Raises:
        InputError: as `open_png`.
    """
    image = open_png(content, name)
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip
        return np.asarray(image) >= 2**15
    alpha = np.asarray(image.convert("RGBA"))[..., 3]
    if alpha.min() >= _HALF:
        return np.asarray(image.convert("L")) >= _HALF
    return alpha >= _HALF


def _stretch(mask: Mask, width_px: int, height_px: int) -> Mask:
    """The mask over a picture of nearly its proportions: each pixel takes what lies at its middle."""
    height, width = mask.shape
    if abs(width * height_px / (height * width_px) - 1) > PROPORTION_TOLERANCE:
        raise InputError(
            "a mask of {width}x{height} px does not fit a picture of {width_px}x{height_px} px; give one of the same "
            "proportions",
            width=width,
            height=height,
            width_px=width_px,
            height_px=height_px,
        )
    rows, columns = ((_middles(n) * length).astype(int) for n, length in ((height_px, height), (width_px, width)))
    return mask[np.ix_(rows, columns)]
