"""A picture as a file: PNG with the whole request in its text fields.

The same request gives the same bytes: neither time nor place is written into a file. Every text field
is an iTXt chunk in UTF-8, which any image viewer shows.
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
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngImageFile, PngInfo

from plitka.core.generation import Mode
from plitka.core.recipes.recipe import format_colours, to_hundredths
from plitka.core.report import report_zone
from plitka.core.scene_json import to_json
from plitka.core.tile.masks import naming_png
from plitka.errors import InputError

if TYPE_CHECKING:
    from plitka.core.generation import GranuleIds, Result, RgbImage

SUFFIX = ".png"
MARK = "plitka"
"""The text field that only our pictures have; its value is plitka's version."""
WHOLE_TILE = "whole_tile"
"""The text field of a render that shows the tile with its rim."""

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
        "size": f"{request.size.width_px}x{request.size.height_px}",
        "mode": request.mode.value,
        "model": result.engine,
        "requested": _shares_text(result.asked),
        "measured": _shares_text(result.measured),
    }
    return fields | _guided_fields(result) | _scene_fields(result)


def _guided_fields(result: Result) -> dict[str, str]:
    """What only a guided picture has; the renderer's, which paints nothing over, has none of it."""
    request = result.request
    if request.mode is not Mode.GUIDED or request.strength == 0:
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


def name_guide(ids: GranuleIds) -> str:
    """The first 12 digits of a hash of granules from outside: their numbers and their arrangement."""
    content = f"{ids.shape}".encode() + np.ascontiguousarray(ids, "<i4").tobytes()
    return hashlib.sha256(content).hexdigest()[:_GUIDE_DIGITS]


def _shares_text(percents: Mapping[str, float]) -> str:
    return json.dumps(to_hundredths(percents))


def encode_png(pixels: RgbImage, fields: Mapping[str, str] | None = None) -> bytes:
    """(H, W, 3) uint8 sRGB as the bytes of a PNG, with a text field for each item of `fields`."""
    info = PngInfo()
    for name, text in (fields or {}).items():
        info.add_itxt(name, text)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", pnginfo=info)
    return buffer.getvalue()


def read_fields(path: Path) -> dict[str, str]:
    """The text fields of one of our pictures.

    Raises:
        InputError: the file cannot be read, is no PNG, or was not made by plitka.
    """
    with naming_png(path), Image.open(path, formats=("PNG",)) as image:
        image.load()
        fields = dict(image.text) if isinstance(image, PngImageFile) else {}
    if MARK not in fields:
        raise InputError("{path} carries no recipe: plitka did not make it, or its text was stripped", path=path)
    return fields


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
