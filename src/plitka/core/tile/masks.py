"""Where the zones of a tile lie: masks by name, in words, or as a picture, on the grid of a tile's pixels.

```
border:8%      a frame, as wide as this part of the shorter side
stripes:4      upright stripes, as wide as the gaps between them
stripes:20-30% one upright stripe, from and to so much of the width; stripes:20-30+70-80% two
rows:4         the same stripes lying; rows:20-30% from and to so much of the height, from the top
half:right     one half of the tile: left, right, top or bottom
checker:2      squares, so many along the shorter side, every other one
circle         a disc about the middle; circle:50% of the shorter side, 60% where nothing is said
text:START     words, as large as the tile takes; / or a new line begins a new line
data:image/... a PNG, white where the zone lies, as a data URL
```

Decisions:
* A mask is stretched over the picture and cut hard at half coverage: the zone's edge is made by whole granules.
* A picture of other proportions than the tile's is refused: stretching would distort a logo.
"""

import base64
import binascii
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from plitka.core.language.looks import USUAL_CIRCLE_PERCENT
from plitka.core.scene import Scene, naming_zone, short_mask
from plitka.core.tile.lettering import draw_text
from plitka.errors import InputError, Phrase

Mask = npt.NDArray[np.bool_]
"""(h, w) true where the zone lies."""
ZoneIndex = npt.NDArray[np.uint8]
"""(h, w) place of the zone in its scene, from 0 for the ground."""

MAX_MASK_BYTES = 256 * 1024
"""Of a picture, decoded from its data URL."""
MAX_MASK_PX = 8192
"""Longest side of a PNG."""
PROPORTION_TOLERANCE = 0.02
"""A picture whose proportions differ by no more is stretched over the tile."""
SHAPE_EXAMPLES = ("border:8%", "stripes:4", "rows:4", "half:right", "checker:2", "circle:60%", "text:WORDS")
"""Each built-in shape once, as messages and the OpenAPI document show it."""
PNG_PREFIX = "data:image/png;base64,"
_MAX_COUNT = 64
"""Of stripes or squares; more are finer than granules."""
_PERCENT = re.compile(r"[0-9]{1,3}([.,][0-9]{1,6})?%")
_NUMBER = re.compile(r"[0-9]{1,4}")
_BOUND = r"[0-9]{1,3}(?:[.,][0-9]{1,6})?"
_BANDS = re.compile(rf"{_BOUND}-{_BOUND}(?:\+{_BOUND}-{_BOUND}){{0,15}}%")
"""Single stripes, each from and to so much of the width."""
_HALVES: Mapping[str, tuple[bool, bool]] = MappingProxyType(
    {"left": (True, False), "right": (True, True), "top": (False, False), "bottom": (False, True)}
)
"""Sides -> whether the tile is cut across its width, and whether it is the half farther from its first pixel."""
_PROBE_PX = 64
_SIDES_AT = (16, 20)
"""Where a PNG's header has its width and its height, of 4 bytes each."""
_HALF = 128
"""Of 255: levels from here on are white, or opaque."""


def zone_labels(scene: Scene, width_px: int, height_px: int) -> ZoneIndex:
    """Which zone of a scene lies at each pixel.

    Raises:
        InputError: as `label_masks`.
    """
    zones = [zone for zone in scene.zones if zone.mask is not None]
    return label_masks([zone.mask or "" for zone in zones], width_px, height_px, names=[zone.title for zone in zones])


def label_masks(
    masks: Sequence[str],
    width_px: int,
    height_px: int,
    *,
    names: Sequence[str] | None = None,
    shown_px: tuple[int, int] | None = None,
) -> ZoneIndex:
    """(h, w) 0 where no mask lies, else the number from 1 of the last one that does.

    Args:
        masks: one after another, the later ones on top.
        width_px: of the labels, as is `height_px`.
        names: what messages call the masks; None: the masks themselves.
        shown_px: width and height that messages name, where the labels are finer than the picture.

    Raises:
        InputError: a mask that cannot be read, is empty, or is wholly covered by later ones; or nothing is left for
            the ground.
    """
    names = [short_mask(mask) for mask in masks] if names is None else names
    labels = np.zeros((height_px, width_px), np.uint8)
    for number, (mask, name) in enumerate(zip(masks, names, strict=True), 1):
        with naming_zone(number, name):
            inside = rasterise(mask, width_px, height_px, shown_px=shown_px)
        if not inside.any():
            raise InputError("zone {number} ({mask}) is empty: its mask marks nothing", number=number, mask=name)
        labels[inside] = number
    counts = np.bincount(labels.ravel(), minlength=len(masks) + 1)
    for number, name in enumerate(names, 1):
        if not counts[number]:
            raise InputError(
                "zone {number} ({mask}) is wholly covered by later zones; change their order, or leave it out",
                number=number,
                mask=name,
            )
    if not counts[0]:
        raise InputError(
            "the masks leave nothing of the tile for the ground; make one smaller, or make its recipe the ground's"
        )
    return labels


def rasterise(mask: str, width_px: int, height_px: int, *, shown_px: tuple[int, int] | None = None) -> Mask:
    """Where a mask lies on a picture of that size.

    Args:
        mask: in words or as a data URL.
        width_px: of the picture, as is `height_px`.
        shown_px: as for `label_masks`.

    Raises:
        InputError: no such shape, a value out of range, or a picture that cannot be read or has other proportions.
    """
    if mask.startswith("data:"):
        return _rasterise_url(mask, width_px, height_px, shown_px)
    name, value = _shape_of(mask)
    if name not in _SHAPES:
        raise InputError(
            "there is no mask {mask!r}; choose one of {known}, or give a picture",
            mask=short_mask(mask),
            known=", ".join(SHAPE_EXAMPLES),
        )
    return _SHAPES[name](value, width_px, height_px)


def is_shape(mask: str) -> bool:
    """Whether a mask is a shape in words, such as `border:8%`."""
    return _shape_of(mask)[0] in _SHAPES


def canonical_shape(mask: str) -> str:
    """A shape in words as a scene keeps it: `border:8%` for `Border: 8%`.

    Raises:
        InputError: there is no such shape, or its value is out of range.
    """
    rasterise(mask, _PROBE_PX, _PROBE_PX)
    name, value = _shape_of(mask)
    return f"{name}:{value}" if value else name


def _shape_of(mask: str) -> tuple[str, str]:
    """The name of a shape and the value behind its colon."""
    name, _, value = mask.partition(":")
    return name.strip().lower(), value.strip()


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
    return np.broadcast_to(_along("stripes", value, width_px), (height_px, width_px)).copy()


def _rows(value: str, width_px: int, height_px: int) -> Mask:
    return np.broadcast_to(_along("rows", value, height_px)[:, None], (height_px, width_px)).copy()


def _along(name: str, value: str, length_px: int) -> Mask:
    """Where stripes lie along the side of the tile that they part."""
    if _BANDS.fullmatch(value):
        return _bands(name, value, length_px)
    turns = _middles(length_px) * _count(name, value)
    inside: Mask = np.abs(turns % 1 - 0.5) < 0.25
    return inside


def _bands(name: str, value: str, length_px: int) -> Mask:
    inside = np.zeros(length_px, bool)
    for band in value.removesuffix("%").replace(",", ".").split("+"):
        start, end = (float(bound) / 100 for bound in band.split("-"))
        if not start < end <= 1:
            raise InputError(
                "the stripe {band} of the mask {mask!r} has to begin before it ends, and to end by 100 %, as in "
                "{example}",
                band=band,
                mask=f"{name}:{value}",
                example=f"{name}:20-30%",
            )
        inside |= (start <= _middles(length_px)) & (_middles(length_px) < end)
    return inside


def _half(value: str, width_px: int, height_px: int) -> Mask:
    side = value.lower()
    if side not in _HALVES:
        raise InputError(
            "the mask half takes one of {sides}, such as {example}, not {value!r}",
            sides=", ".join(_HALVES),
            example=_example("half"),
            value=value,
        )
    is_across, is_far = _HALVES[side]
    beyond = _middles(width_px) > 0.5 if is_across else _middles(height_px)[:, None] > 0.5
    return np.broadcast_to(beyond == is_far, (height_px, width_px)).copy()


def _checker(value: str, width_px: int, height_px: int) -> Mask:
    n, shorter = _count("checker", value), min(width_px, height_px)
    columns, rows = (
        np.floor(_middles(length) * max(1, round(n * length / shorter))).astype(int) for length in (width_px, height_px)
    )
    odd: Mask = (rows[:, None] + columns) % 2 == 1
    return odd


def _circle(value: str, width_px: int, height_px: int) -> Mask:
    diameter = (_part("circle", value, 1.0) if value else USUAL_CIRCLE_PERCENT / 100) * min(width_px, height_px)
    across, down = ((_middles(length) - 0.5) * length for length in (width_px, height_px))
    return np.hypot(down[:, None], across) < diameter / 2


def _text(value: str, width_px: int, height_px: int) -> Mask:
    return draw_text(value, width_px, height_px)


_SHAPES: Mapping[str, Callable[[str, int, int], Mask]] = MappingProxyType(
    {
        "border": _border, "stripes": _stripes, "rows": _rows, "half": _half, "checker": _checker, "circle": _circle,
        "text": _text,
    }
)  # fmt: skip


def _middles(n: int) -> npt.NDArray[np.float64]:
    """Middles of n equal parts of 0..1."""
    return (np.arange(n) + 0.5) / n


def _part(name: str, value: str, limit: float) -> float:
    """A percentage as a part, above 0 and up to the limit."""
    part = float(value.removesuffix("%").replace(",", ".")) / 100 if _PERCENT.fullmatch(value) else 0.0
    if not 0 < part <= limit:
        raise InputError(
            "the mask {name} takes a part of the shorter side, above 0 and up to {limit} %, such as {example}, not "
            "{value!r}",
            name=name,
            limit=round(100 * limit),
            example=_example(name),
            value=value,
        )
    return part


def _count(name: str, value: str) -> int:
    number = int(value) if _NUMBER.fullmatch(value) else 0
    if not 1 <= number <= _MAX_COUNT:
        raise InputError(
            "the mask {name} takes a number from 1 to {limit}, such as {example}, not {value!r}",
            name=name,
            limit=_MAX_COUNT,
            example=_example(name),
            value=value,
        )
    return number


def _example(name: str) -> str:
    return next(example for example in SHAPE_EXAMPLES if example.startswith(name))


def _rasterise_url(mask: str, width_px: int, height_px: int, shown_px: tuple[int, int] | None) -> Mask:
    kind, content = open_url(mask)
    if kind != "image/png":  # an SVG is made one by `plitka.core.files.mask_file`
        raise InputError("the mask of a scene is a PNG, not {kind!r}", kind=kind)
    return _stretch(decode_png(content, Phrase("the mask")), width_px, height_px, shown_px or (width_px, height_px))


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
        raise InputError(
            "the base64 of the mask {mask} is damaged; copy it whole, without line breaks", mask=short_mask(url)
        ) from error
    if not content:
        raise InputError("the mask {mask} has no content", mask=short_mask(url))
    if len(content) > MAX_MASK_BYTES:
        raise _too_large()
    return kind, content


def _too_large() -> InputError:
    return InputError(
        "the mask has more than {limit} kB; make the picture smaller, or its edges smoother",
        limit=MAX_MASK_BYTES // 1024,
    )


def open_png(content: bytes, name: str) -> Image.Image:
    """The PNG, loaded, and turned as its camera says.

    Raises:
        InputError: no PNG, not a whole one, or too large.
    """
    width, height = (int.from_bytes(content[start : start + 4]) for start in _SIDES_AT)
    if max(width, height) > MAX_MASK_PX:  # before Pillow looks at it
        raise InputError(
            "{path} has {width}x{height} px; a mask has at most {limit} px a side, so make it smaller first",
            path=name,
            width=width,
            height=height,
            limit=MAX_MASK_PX,
        )
    with naming_png(name):
        image = Image.open(BytesIO(content), formats=("PNG",))
        image.load()
        return ImageOps.exif_transpose(image)


@contextmanager
def naming_png(name: str | Path, kinds: str = "PNG") -> Iterator[None]:
    """Raise what Pillow says of a PNG, or of another of the kinds, as an InputError that names it.

    Raises:
        InputError: no PNG, not a whole one, or one that no memory holds.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of size, where the limits are our own; damaged EXIF turns nothing
            yield
    except UnidentifiedImageError as error:
        raise InputError("{path} is not a {kinds} picture, or not a whole one", path=name, kinds=kinds) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:  # so Pillow reports damage
        raise InputError("{path} cannot be read: {reason}", path=name, reason=error) from error


def decode_png(content: bytes, name: str) -> Mask:
    """(h, w) where a PNG is white; where parts of it are transparent, where it is opaque.

    Raises:
        InputError: as `open_png`.
    """
    image = open_png(content, name)
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip
        levels, transparent = np.asarray(image), image.info.get("transparency")
        is_cut_out = transparent is not None and (levels == transparent).any()
        return levels != transparent if is_cut_out else levels >= 2**15
    alpha = np.asarray(image.convert("RGBA"))[..., 3]
    if alpha.min() >= _HALF:
        return np.asarray(image.convert("L")) >= _HALF
    return alpha >= _HALF


def _stretch(mask: Mask, width_px: int, height_px: int, shown_px: tuple[int, int]) -> Mask:
    """The mask over a picture of nearly its proportions: each pixel takes what lies at its middle."""
    height, width = mask.shape
    if abs(width * height_px / (height * width_px) - 1) > PROPORTION_TOLERANCE:
        raise InputError(
            "a mask of the proportions {own} does not fit a picture of {width_px}x{height_px} px, which is {wanted}; "
            "give one of the same proportions",
            own=_proportions(width, height),
            width_px=shown_px[0],
            height_px=shown_px[1],
            wanted=_proportions(*shown_px),
        )
    rows, columns = ((_middles(n) * length).astype(int) for n, length in ((height_px, height), (width_px, width)))
    return mask[np.ix_(rows, columns)]


def _proportions(width: int, height: int) -> str:
    """Width to height in small numbers: a mask's own pixels may have been more than a scene keeps."""
    ratio = Fraction(width, height)
    ratio = ratio.limit_denominator(100) or ratio
    return f"{ratio.numerator}:{ratio.denominator}"
