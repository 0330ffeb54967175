"""Masks from files: what people draw zones with, as the one line of text that a scene keeps.

A mask of a scene is text (`plitka.core.tile.masks`); a picture becomes a data URL, always in the same form: a PNG of
one bit a pixel, at most 2048 px a side. The same file gives the same bytes.
"""

import re
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
from PIL import Image

from plitka.core.scene import SIZE_PX_RANGE
from plitka.core.tile.masks import (
    MAX_MASK_BYTES,
    Mask,
    decode_png,
    encode_mask,
    encode_svg,
    is_shape,
    open_png,
    open_url,
    rasterise,
)
from plitka.errors import InputError

MAX_FILE_BYTES = 16 * 1024 * 1024
_LABEL = re.compile(r"(?P<path>.+\.png)#(?P<label>\d{1,5})", re.IGNORECASE)
_LABEL_MODES = {"P", "L", "I;16", "I", "1"}
"""Pillow's words for palette indices and for grey of any depth."""
_SVG_START = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:\?xml|svg|!--|!DOCTYPE)", re.IGNORECASE)
_PNG_START = b"\x89PNG"
_FEW_LEVELS = 16
"""A grey picture of no more, all of them dark, looks like labels."""
_PROBE_PX = 64


def read_mask(source: str) -> str:
    """A mask as the command line names it, as a scene keeps it.

    Args:
        source: a shape in words such as `border:8%`, a data URL, or a file: a PNG whose white is the zone,
            `FILE.png#3` for the pixels of number 3, or an SVG.

    Raises:
        InputError: no such shape or file, or a picture that marks no zone.
    """
    if source.startswith("data:"):
        kind, content = open_url(source)
        del kind  # what it is shows in its content
        return mask_of_bytes(content, "the mask")
    if is_shape(source):
        rasterise(source, _PROBE_PX, _PROBE_PX)
        return source
    label = _LABEL.fullmatch(source)
    path = Path(label["path"] if label else source)
    return mask_of_bytes(_read(path), str(path), int(label["label"]) if label else None)


def mask_of_bytes(content: bytes, name: str, label: int | None = None) -> str:
    """A picture's bytes as the mask that a scene keeps.

    Args:
        content: of a PNG or an SVG.
        name: what messages call it.
        label: the number of the pixels that are the zone, in a PNG with a palette or in grey; None: the white ones,
            or the opaque ones where parts are transparent.

    Raises:
        InputError: neither PNG nor SVG, damaged, too large, or nothing is marked.
    """
    if content.startswith(_PNG_START):
        mask = _of_label(content, name, label) if label is not None else _of_picture(content, name)
        return _bounded(_shrunk(mask), name)
    if _SVG_START.match(content) and label is None:
        return encode_svg(content)
    raise InputError(
        "{path} is no mask: give a black and white PNG, a PNG of labels as FILE.png#3, or an SVG", path=name
    )


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InputError("{path} has more than {limit} MB; make the picture smaller", path=path, limit=16)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(
            "there is no mask {path}: neither a file nor a shape such as border:8%, stripes:4, checker:2, circle or "
            "text:WORDS",
            path=path,
        ) from error
    except OSError as error:
        raise InputError("{path} cannot be read: {reason}", path=path, reason=error) from error


def _of_label(content: bytes, name: str, label: int) -> Mask:
    numbers = _numbers(open_png(content, name), name)
    mask: Mask = numbers == label
    if not mask.any():
        raise InputError(
            "{path} has no pixel of number {label}; it has {known}", path=name, label=label, known=_levels(numbers)
        )
    return mask


def _numbers(image: Image.Image, name: str) -> npt.NDArray[Any]:
    if image.mode not in _LABEL_MODES:
        raise InputError(
            "{path} is a PNG in {mode}, whose pixels are no numbers; save it with a palette or in grey without "
            "transparency, or leave out the number behind #",
            path=name,
            mode=image.mode,
        )
    return np.asarray(image)


def _of_picture(content: bytes, name: str) -> Mask:
    mask = decode_png(content, name)
    if not mask.any():
        _refuse_dark(open_png(content, name), name)
    return mask


def _refuse_dark(image: Image.Image, name: str) -> NoReturn:
    """Say why a picture marks nothing."""
    if image.mode in _LABEL_MODES:
        numbers = np.asarray(image)
        if 1 < np.unique(numbers).size <= _FEW_LEVELS:
            raise InputError(
                "{path} has no white pixel; if its pixels are labels ({known}), name one, such as {path}#{example}",
                path=name,
                known=_levels(numbers),
                example=int(numbers.max()),
            )
    raise InputError(
        "{path} marks no zone: it is neither white anywhere nor opaque beside transparent parts", path=name
    )


def _levels(numbers: npt.NDArray[Any]) -> str:
    levels = [str(level) for level in np.unique(numbers)[: _FEW_LEVELS + 1].tolist()]
    return ", ".join(levels[:_FEW_LEVELS]) + (" ..." if len(levels) > _FEW_LEVELS else "")


def _shrunk(mask: Mask) -> Mask:
    """The mask with no side above the largest picture's."""
    limit = SIZE_PX_RANGE[1]
    if max(mask.shape) <= limit:
        return mask
    scale = limit / max(mask.shape)
    height, width = (max(1, round(length * scale)) for length in mask.shape)
    return np.asarray(Image.fromarray(mask).convert("L").resize((width, height), Image.Resampling.BOX)) >= 128


def _bounded(mask: Mask, name: str) -> str:
    url = encode_mask(mask)
    if len(url) > MAX_MASK_BYTES:
        raise InputError("{path} is too detailed for a mask: smooth its edges, or remove its specks", path=name)
    return url
