"""Many recipes from a file: what is to be made of each, and which pictures are there already."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plitka.cli.output import Output, check_writable
from plitka.cli.request import random_seed, read_request, seeds_from
from plitka.cli.terminal import Terminal
from plitka.core.recipes.recipe import format_colours
from plitka.core.scene_json import to_json
from plitka.errors import InputError, Phrase

if TYPE_CHECKING:
    from plitka.core.generation import Request

STANDARD_INPUT = "-"
_COMMENT = "#"
_SHEET = "sheet.png"


@dataclass(frozen=True, slots=True)
class Batch:
    """The pictures that are still to be made, in the order of the file."""

    requests: "Sequence[Request]"
    output: Output
    """With the pictures that an earlier run made."""


def read_batch(options: argparse.Namespace, terminal: Terminal) -> Batch:
    """What the recipes of `--batch` ask for, a picture each, in the folder of `--output`.

    Seeds are consecutive, from a random one if none is given. A picture that is there is left as it is, so that a batch
    which was stopped goes on.

    Raises:
        InputError: no recipe, one that cannot be read, options that name another recipe, or a picture of another recipe
            where one is to be written.
    """
    if options.recipe is not None or options.like is not None or options.like_photo is not None or options.count != 1:
        raise InputError("--batch brings its own recipes; leave out RECIPE, --like, --like-photo and --count")
    folder = options.output or Path("tiles")
    lines = _read_lines(options.batch)
    is_seed_given = options.seed not in {None, -1}
    seeds = seeds_from(options.seed if is_seed_given else random_seed(), len(lines))
    requests, paths, there = [], [], {}
    for place, (number, text) in enumerate(lines):
        request = _read_line(number, text, seeds[place], options, terminal)
        path = folder / f"{place + 1:0{len(str(len(lines)))}d}.png"
        if _is_there(path, request, is_seed_given=is_seed_given):
            there[place] = path
        else:
            requests.append(request)
            paths.append(path)
    folder.mkdir(parents=True, exist_ok=True)
    check_writable(folder)
    return Batch(requests, Output(paths, folder / _SHEET, there))


def _read_lines(source: str) -> list[tuple[int, str]]:
    """The numbers and texts of the lines that have a recipe."""
    try:
        text = sys.stdin.read() if source == STANDARD_INPUT else Path(source).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("{path} cannot be read: {reason}", path=_told(source), reason=error) from error
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    found = [(number, line) for number, line in lines if line and not line.startswith(_COMMENT)]
    if not found:
        raise InputError("{path} holds no recipe; write one a line", path=_told(source))
    return found


def _read_line(number: int, text: str, seed: int, options: argparse.Namespace, terminal: Terminal) -> "Request":
    own = argparse.Namespace(**vars(options) | {"recipe": text, "seed": seed})
    try:
        return read_request(own, None, terminal)
    except InputError as error:
        place = _told(options.batch)
        raise InputError("{path}, line {line}: {reason}", path=place, line=number, reason=error) from error


def _told(source: str) -> str:
    """Where the recipes come from, for a person."""
    return Phrase("standard input") if source == STANDARD_INPUT else source


def _is_there(path: Path, request: "Request", *, is_seed_given: bool) -> bool:
    """Whether an earlier run made the picture."""
    if not path.exists():
        return False
    from plitka.core.files.picture import read_fields

    fields = read_fields(path)
    wanted = {"recipe": format_colours(request.scene.recipe)} | ({"seed": str(request.seed)} if is_seed_given else {})
    is_other = _zones_told(fields.get("scene", "")) != to_json(request.scene).get("zones")
    if is_other or any(fields.get(name) != text for name, text in wanted.items()):
        raise InputError("{path} is there, and of another recipe or seed; choose another folder", path=path)
    return True


def _zones_told(scene: str) -> object:
    """The zones of a picture's field; None where it has none, or no JSON of ours."""
    try:
        told = json.loads(scene)
    except ValueError:
        return None
    return told.get("zones") if isinstance(told, dict) else None
