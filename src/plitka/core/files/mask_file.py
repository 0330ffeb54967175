"""Masks from files: what people draw zones with, as the one line of text that a scene keeps.

A mask of a scene is text (`plitka.core.tile.masks`); a picture or a drawing becomes a data URL, always in the same
form: a PNG of one bit a pixel, at most 2048 px a side. The same file gives the same bytes.
"""

import re
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
from PIL import Image

from plitka.core.files.svg import draw_svg
from plitka.core.scene import SIZE_PX_RANGE
from plitka.core.tile.masks import (
    MAX_MASK_BYTES,
    PNG_PREFIX,
    Mask,
    canonical_shape,
    decode_png,
    encode_mask,
    is_shape,
    open_png,
    open_url,
)
from plitka.errors import InputError, Phrase

MAX_FILE_BYTES = 16 * 1024 * 1024
_LABEL = re.compile(r"(?P<path>.+\.png)#(?P<label>[0-9]{1,5})", re.IGNORECASE)
_LABEL_MODES = {"P", "L", "I;16", "I", "1"}
"""Pillow's words for palette indices and for grey of any depth."""
_SVG_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*<|\xff\xfe<\0|\xfe\xff\0<")
"""XML of any kind, in UTF-16 as well: `draw_svg` says what is wrong with it."""
_PNG_START = b"\x89PNG"
_DEPTH_AT = 24
"""Where a PNG's header has the bits of a sample; behind them the kind of its colours, 0 for grey."""
_FEW_LEVELS = 16
"""A grey picture of no more, all of them dark, looks like labels."""


def read_mask(source: str) -> str:
    """A mask as the command line names it, as a scene keeps it.

    Args:
        source: a shape in words such as `border:8%`, a data URL, or a file: a PNG whose white is the zone,
            `FILE.png#3` for the pixels of number 3, or an SVG.

    Raises:
        InputError: no such shape or file, or a picture that marks no zone.
    """
    if source.startswith("data:") or is_shape(source):
        return canonical_mask(source)
    label = _LABEL.fullmatch(source)
    path = Path(label["path"] if label else source)
    return mask_of_bytes(_read(path), str(path), int(label["label"]) if label else None)


def canonical_mask(mask: str, label_form: str = "plan.png#{label}") -> str:
    """A shape or a data URL as a scene keeps it: a picture as a PNG of one bit a pixel.

    A mask that is one already stays as it is, byte for byte, whatever versions of the libraries are installed.

    Args:
        mask: of a zone.
        label_form: as `mask_of_bytes`.

    Raises:
        InputError: no such shape, or a picture that cannot be read or marks no zone.
    """
    if not mask.startswith("data:"):
        return canonical_shape(mask)
    kind, content = open_url(mask)
    del kind  # what it is shows in its content
    if mask.startswith(PNG_PREFIX) and content.startswith(_PNG_START) and _is_canonical(content):
        return mask
    return mask_of_bytes(content, Phrase("the mask"), label_form=label_form)


def mask_of_bytes(content: bytes, name: str, label: int | None = None, label_form: str = "{path}#{label}") -> str:
    """A picture's bytes as the mask that a scene keeps.

    Args:
        content: of a PNG or an SVG.
        name: what messages call it.
        label: the number of the pixels that are the zone, in a PNG with a palette or in grey; None: the white ones,
            or the opaque ones where parts are transparent.
        label_form: how messages say where a label is named.

    Raises:
        InputError: neither PNG nor SVG, damaged, too large, or nothing is marked.
    """
    if content.startswith(_PNG_START):
        mask = _of_picture(content, name, label_form) if label is None else _of_label(content, name, label)
        return _bounded(_shrunk(mask), name)
    if _SVG_START.match(content):
        if label is not None:
            raise InputError("{path} is an SVG, whose parts have no numbers; leave out the label", path=name)
        return _bounded(draw_svg(content), name)
    raise InputError(
        "{path} is no mask: give a black and white PNG, a PNG of labels as {example}, or an SVG",
        path=name,
        example=label_form.format(path="plan.png", label=3),
    )


def _is_canonical(content: bytes) -> bool:
    image = open_png(content, Phrase("the mask"))
    return image.mode == "1" and "transparency" not in image.info and max(image.size) <= SIZE_PX_RANGE[1]


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InputError(
                "{path} has more than {limit} MB; make the picture smaller", path=path, limit=MAX_FILE_BYTES // 2**20
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(
            "there is no mask {path}: neither a file nor a shape such as border:8%, stripes:4, rows:4, half:right, "
            "checker:2, circle or text:WORDS",
            path=path,
        ) from error
    except OSError as error:
        raise InputError("{path} cannot be read: {reason}", path=path, reason=error) from error


def _of_label(content: bytes, name: str, label: int) -> Mask:
    image = open_png(content, name)
    if image.mode not in _LABEL_MODES:
        raise InputError(
            "{path} is a PNG in {mode}, whose pixels are no numbers; save it with a palette or in grey without "
            "transparency, or name no label",
            path=name,
            mode=image.mode,
        )
    numbers = _numbers(image, content)
    mask: Mask = numbers == label
    if not mask.any():
        raise InputError(
            "{path} has no pixel of number {label}; it has {known}", path=name, label=label, known=_levels(numbers)
        )
    return mask


def _numbers(image: Image.Image, content: bytes) -> npt.NDArray[np.int64]:
    """The pixels' numbers as the file has them: Pillow spreads grey of 2 and 4 bits over 0..255."""
    numbers = np.asarray(image).astype(np.int64)
    depth, is_grey = content[_DEPTH_AT], content[_DEPTH_AT + 1] == 0
    return numbers // (255 // (2**depth - 1)) if is_grey and depth in {2, 4} else numbers


def _of_picture(content: bytes, name: str, label_form: str) -> Mask:
    mask = decode_png(content, name)
    if not mask.any():
        _refuse_dark(content, name, label_form)
    return mask


def _refuse_dark(content: bytes, name: str, label_form: str) -> NoReturn:
    """Say why a picture marks nothing."""
    image = open_png(content, name)
    if image.mode in _LABEL_MODES:
        numbers = _numbers(image, content)
        if 1 < np.unique(numbers).size <= _FEW_LEVELS:
            raise InputError(
                "{path} has no white pixel; if its pixels are labels ({known}), name one, such as {example}",
                path=name,
                known=_levels(numbers),
                example=label_form.format(path=name, label=numbers.max()),
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
