"""A picture as a file, with the whole request in its text fields and its scale in its density.

The same request gives the same bytes: neither time nor place is written into a file. In a PNG every text field is an
iTXt chunk in UTF-8, which any image viewer shows; JPEG and WebP carry all of them as JSON in EXIF's ImageDescription,
and what A1111 writes in its UserComment.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngImageFile, PngInfo

from plitka.core.files.infotext import SAMPLER, write_infotext
from plitka.core.generation import Mode
from plitka.core.quality import USUAL_QUALITY
from plitka.core.recipes.recipe import format_colours, to_hundredths
from plitka.core.report import report_zone
from plitka.core.scene_json import to_json
from plitka.core.tile.masks import naming_png
from plitka.errors import InputError

if TYPE_CHECKING:
    from plitka.core.generation import CompleteRequest, GranuleIds, Result, RgbImage

SUFFIX = ".png"
WRITTEN = MappingProxyType({".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"})
"""The endings of the files that are written, in lower case, with Pillow's names of their formats."""
MARK = "plitka"
"""The text field that only our pictures have; its value is plitka's version."""
WHOLE_TILE = "whole_tile"
"""The text field of a render that shows the tile with its rim."""
PARAMETERS = "parameters"
"""The text field that A1111's web UI introduced; image viewers and sites show it."""

_KINDS = "PNG, JPEG or WebP"
_MM_PER_INCH = 25.4
_COMPRESSION = 2
"""Of PNG, 0..9: at 6, which is usual, tiles take half as long again, mostly, and are from 7 % smaller to 8 % larger."""
_QUALITY = 95
_MOST_OF_JPEG = 65533
"""Bytes of EXIF: a segment's length has two of its own."""
_GUIDE_DIGITS = 12


def text_fields(result: Result, version: str) -> dict[str, str]:
    """The text fields of a result's picture: what repeats it, and what was measured on it.

    `requested` and `measured` are of the whole tile. `zones` and `scene`, both JSON, stand only where there are several
    zones, and where the scene is not the plain one of its recipe; `palette` only where colours are not ours.
    """
    request = result.request
    fields = {
        MARK: version,
        "recipe": format_colours(request.scene.recipe),
        "prompt": result.prompt,
        "negative_prompt": request.negative_prompt,
        "seed": str(request.seed),
        "steps": str(request.steps),
        "guidance": str(request.guidance),
        "size": f"{result.pixels.shape[1]}x{result.pixels.shape[0]}",
        **({"mode": request.mode.value} if request.is_painted else {}),
        **({"quality": request.quality.value} if request.quality is not USUAL_QUALITY else {}),
        "model": result.engine,
        "requested": _shares_text(result.asked),
        "measured": _shares_text(result.measured),
    }
    return fields | _guided_fields(result) | _scene_fields(result) | _parameters_field(result)


def _guided_fields(result: Result) -> dict[str, str]:
    """What only a guided picture has; the renderer's, which paints nothing over, has none of it."""
    request = result.request
    if request.mode is not Mode.GUIDED or not request.is_painted:
        return {}
    fields = {
        "strength": str(request.strength),
        "tolerance": str(request.tolerance),
        "attempts": str(result.attempts),
    }
    return fields if request.guide is None else fields | {"guide": name_guide(request.guide)}


def _scene_fields(result: Result) -> dict[str, str]:
    """What the recipe alone does not say of the scene."""
    fields = {}
    own = {colour.caption_name: colour.srgb_hex for colour in result.request.scene.colours if colour.source == "custom"}
    if own:
        fields["palette"] = json.dumps(own)
    if len(result.zones) > 1:
        fields["zones"] = json.dumps([report_zone(shares) for shares in result.zones])
    scene = to_json(result.request.scene)
    if scene:
        fields["scene"] = json.dumps(scene, ensure_ascii=False)
    return fields


def _parameters_field(result: Result) -> dict[str, str]:
    """How a network was asked, as A1111's web UI writes it; the renderer asks none."""
    is_painted = result.request.is_painted
    return {PARAMETERS: infotext_of(result.request, result.prompt, result.engine)} if is_painted else {}


def infotext_of(request: CompleteRequest, prompt: str, engine: str) -> str:
    """How a network is asked, as A1111's web UI writes it; `engine` is NAME@VERSION."""
    name, _, digest = engine.partition("@")
    told = {
        "Steps": request.steps,
        "Sampler": SAMPLER,
        "CFG scale": f"{request.guidance:g}",
        "Seed": request.seed,
        "Size": f"{request.size.width_px}x{request.size.height_px}",
        "Model hash": digest,
        "Model": name,
    }
    return write_infotext(prompt, request.negative_prompt, told)


def px_per_mm(result: Result) -> float:
    """The scale of a result's picture."""
    return float(max(result.pixels.shape[:2])) / result.request.field_mm


def name_guide(ids: GranuleIds) -> str:
    """The first 12 digits of a hash of granules from outside: their numbers and their arrangement."""
    content = f"{ids.shape}".encode() + np.ascontiguousarray(ids, "<i4").tobytes()
    return hashlib.sha256(content).hexdigest()[:_GUIDE_DIGITS]


def _shares_text(percents: Mapping[str, float]) -> str:
    return json.dumps(to_hundredths(percents))


def encode_png(pixels: RgbImage, fields: Mapping[str, str] | None = None, px_per_mm: float | None = None) -> bytes:
    """(H, W, 3) uint8 sRGB as the bytes of a PNG.

    Args:
        pixels: the picture.
        fields: a text field for each item.
        px_per_mm: its scale, if it has one.
    """
    info = PngInfo()
    for name, text in (fields or {}).items():
        info.add_itxt(name, text)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", pnginfo=info, compress_level=_COMPRESSION, **_density(px_per_mm))
    return buffer.getvalue()


def encode_picture(pixels: RgbImage, suffix: str, fields: Mapping[str, str], px_per_mm: float) -> bytes:
    """(H, W, 3) uint8 sRGB as the bytes of a file with that ending, one of `WRITTEN`.

    Raises:
        InputError: a JPEG cannot hold so many fields.
    """
    kind = WRITTEN[suffix.lower()]
    if kind == "PNG":
        return encode_png(pixels, fields, px_per_mm)
    exif = _exif(fields, px_per_mm)
    if kind == "JPEG" and (n_bytes := len(exif.tobytes())) > _MOST_OF_JPEG:
        raise InputError(
            "a JPEG holds {limit} bytes beside its picture, and this one would carry {n_bytes}, most of them masks; "
            "write a .png or .webp file",
            limit=_MOST_OF_JPEG,
            n_bytes=n_bytes,
        )
    fine = {"subsampling": 0} if kind == "JPEG" else {}
    return _encode(Image.fromarray(pixels), kind, exif, px_per_mm, quality=_QUALITY, **fine)


def transcode(png: bytes, kind: str, quality: int) -> bytes:
    """A PNG as another kind of file, with the fields and the scale that it has; a JPEG that cannot hold them has none.

    Args:
        png: the file; of another format it is one without fields.
        kind: JPEG or WEBP.
        quality: 1..100.
    """
    image = Image.open(BytesIO(png))
    fields = dict(image.text) if isinstance(image, PngImageFile) else {}
    px_per_mm = image.info["dpi"][0] / _MM_PER_INCH if fields and "dpi" in image.info else None
    exif = _exif(fields, px_per_mm) if fields else None
    if exif is not None and kind == "JPEG" and len(exif.tobytes()) > _MOST_OF_JPEG:
        exif = None
    return _encode(image.convert("RGB"), kind, exif, px_per_mm, quality=quality)


def _exif(fields: Mapping[str, str], px_per_mm: float | None) -> Image.Exif:
    exif = Image.Exif()
    own = {name: text for name, text in fields.items() if name != PARAMETERS}
    exif[ExifTags.Base.ImageDescription] = json.dumps(own)
    if px_per_mm is not None:
        dpi = float(round(px_per_mm * _MM_PER_INCH))
        exif[ExifTags.Base.XResolution] = exif[ExifTags.Base.YResolution] = dpi
        exif[ExifTags.Base.ResolutionUnit] = 2
    if PARAMETERS in fields:
        comment = b"UNICODE\0" + fields[PARAMETERS].encode("utf-16-be")
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = comment
    return exif


def _encode(
    image: Image.Image,
    kind: str,
    exif: Image.Exif | None,
    px_per_mm: float | None,
    **how: Any,  # noqa: ANN401
) -> bytes:
    """As JPEG or WebP, `how` being Pillow's choices."""
    if exif is not None:
        how |= {"exif": exif}
    if kind == "JPEG" and px_per_mm is not None:
        dpi = round(px_per_mm * _MM_PER_INCH)
        how |= {"dpi": (dpi, dpi)}
    buffer = BytesIO()
    image.save(buffer, format=kind, **how)
    return buffer.getvalue()


def _density(px_per_mm: float | None) -> dict[str, tuple[float, float]]:
    if px_per_mm is None:
        return {}
    dpi = px_per_mm * _MM_PER_INCH
    return {"dpi": (dpi, dpi)}


def read_fields(path: Path) -> dict[str, str]:
    """The text fields of one of our pictures.

    Raises:
        InputError: the file cannot be read, is of a kind that plitka does not write, or was not made by plitka.
    """
    with naming_png(path, _KINDS), Image.open(path, formats=tuple(set(WRITTEN.values()))) as image:
        image.load()
        fields = dict(image.text) if isinstance(image, PngImageFile) else _exif_fields(image)
    if MARK not in fields:
        raise InputError("{path} carries no recipe: plitka did not make it, or its text was stripped", path=path)
    return fields


def read_texts(content: bytes, name: str | Path) -> dict[str, str]:
    """Every text of a PNG, JPEG or WebP file that may be anybody's; its pixels are not decoded.

    Args:
        content: the file.
        name: what errors call it.

    Raises:
        InputError: it is no such file, or a damaged one.
    """
    with naming_png(name, _KINDS), Image.open(BytesIO(content), formats=tuple(set(WRITTEN.values()))) as image:
        if isinstance(image, PngImageFile):
            return {str(key): str(text) for key, text in image.info.items() if isinstance(text, str)}
        comment = image.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment, b"")
        told = _comment_text(comment) if isinstance(comment, bytes) else str(comment)
        return _exif_fields(image) | ({PARAMETERS: told} if told else {})


def _comment_text(comment: bytes) -> str:
    """What a comment of EXIF says, behind the name of its letters."""
    letters = {b"UNICODE\0": "utf-16-be", b"ASCII\0\0\0": "ascii"}.get(comment[:8])
    return comment[8:].decode(letters or "utf-8", "replace").strip("\0") if comment[8:] else ""


def _exif_fields(image: Image.Image) -> dict[str, str]:
    try:
        found = json.loads(image.getexif().get(ExifTags.Base.ImageDescription, ""))
    except (TypeError, ValueError):
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def write_whole(path: Path, content: bytes, *, sync: bool = True, mode: int = 0o666) -> None:
    """Write a file so that its name never stands for half of it; with `sync` not even after a power cut.

    Args:
        path: of the file, in a folder that is there.
        content: all of it.
        sync: wait for the disk.
        mode: permission bits, less the process's umask.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(temporary, "xb", opener=partial(os.open, mode=mode)) as file:
            file.write(content)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
