"""What `plitka generate` asks an engine for: the options, and what a picture to repeat says where they are silent."""

import argparse
import secrets
from typing import TYPE_CHECKING, Any

from plitka.cli.recipe import read_recipe
from plitka.cli.repeat import ENGINE_CHOICES, PictureToRepeat
from plitka.cli.scene import read_scene
from plitka.cli.terminal import Terminal
from plitka.cli.tile_photograph import recipe_of_photograph
from plitka.core.generation import MAX_SEED, RANDOM_SEED_LIMIT, USUAL_MODE, Mode, Request
from plitka.core.recipes.beside import Beside
from plitka.core.recipes.mixes import Reading
from plitka.core.scene import Size, check_range, check_side
from plitka.errors import FieldName, InputError

if TYPE_CHECKING:
    from plitka.core.generation import GranuleIds

MAX_COUNT = 64


def read_request(options: argparse.Namespace, repeated: PictureToRepeat | None, terminal: Terminal) -> Request:
    """The first picture to make.

    Raises:
        InputError: a choice is out of range, belongs to another mode, or names a file that cannot be read.
    """
    chosen = {"seed": random_seed()} | (repeated.choices if repeated else {}) | _given_choices(options)
    is_guided = chosen.get("mode", USUAL_MODE) is Mode.GUIDED
    if not is_guided:
        chosen = _without_guided(chosen, options)
    reading = _recipe(options, repeated, terminal, Beside.SCENE if is_guided else Beside.PROMPT)
    looks = repeated.scene if repeated and is_guided else None
    scene = read_scene(options, reading, size_of(options, repeated), terminal, looks)
    if repeated is not None:
        repeated.check_scene(scene, options)
    guide = _read_guide(options, repeated if is_guided else None)
    return Request(scene=scene, guide=guide, is_forced=options.force, **chosen)


def without_engine_choices(options: argparse.Namespace) -> dict[str, Any]:
    """What replaces a request's choices of a model, by name: the options, and None where they are silent."""
    given = _given_choices(options)
    return {name: given.get(name) for name in ENGINE_CHOICES}


def consecutive_seeds(first: int, count: int) -> list[int]:
    """As many seeds as there are pictures to make.

    Raises:
        InputError: more than 64 pictures, or no seeds left for them.
    """
    check_range(FieldName("count"), count, 1, MAX_COUNT)
    return seeds_from(first, count)


def seeds_from(first: int, count: int) -> list[int]:
    """Consecutive seeds, any number of them; raises InputError if there are not so many."""
    if first + count - 1 > MAX_SEED:
        raise InputError("there are no {count} seeds from {seed} to {high}", count=count, seed=first, high=MAX_SEED)
    return list(range(first, first + count))


def random_seed() -> int:
    """For somebody who does not mind which."""
    return secrets.randbelow(RANDOM_SEED_LIMIT)


def seed_of(options: argparse.Namespace) -> int | None:
    """The seed of `--seed`, where -1 asks for a random one; None without the option."""
    given: int | None = options.seed
    return random_seed() if given == -1 else given


def square(size_px: int) -> Size:
    """The size of a square picture.

    Raises:
        InputError: no picture has such a side.
    """
    check_side(FieldName("size"), size_px)
    return Size(width_px=size_px, height_px=size_px)


def size_of(options: argparse.Namespace, repeated: PictureToRepeat | None) -> Size | None:
    """The size of the options, else that of a picture to repeat; None where neither says one.

    Raises:
        InputError: no picture has such sides, one of them is missing, or both ways of saying it are used.
    """
    width_px, height_px = options.width, options.height
    if options.size is not None:
        if (width_px, height_px) != (None, None):
            raise InputError("--size says the width and the height; leave it out, or --width and --height")
        if len(options.size) == 1:
            return square(*options.size)
        width_px, height_px = options.size
    if width_px is None and height_px is None:
        return repeated.size if repeated else None
    if width_px is None or height_px is None:
        raise InputError("--width and --height belong together; give both, or --size for a square picture")
    for name, side_px in (("width", width_px), ("height", height_px)):
        check_side(FieldName(name), side_px)
    return Size(width_px=width_px, height_px=height_px)


def _recipe(
    options: argparse.Namespace, repeated: PictureToRepeat | None, terminal: Terminal, beside: Beside
) -> Reading:
    if options.like_photo is not None:
        if options.recipe is not None or repeated is not None:
            raise InputError("--like-photo finds the recipe itself; leave out RECIPE and --like")
        return recipe_of_photograph(options.like_photo, options, terminal)
    if options.recipe is not None:
        return read_recipe(options.recipe, options, terminal, beside)
    if repeated is None:
        raise InputError("give a RECIPE, a picture to repeat with --like, or a photograph with --like-photo")
    return read_recipe(repeated.recipe, options, terminal, beside)


def _given_choices(options: argparse.Namespace) -> dict[str, Any]:
    given = {
        "mode": options.mode,
        "quality": options.quality,
        "steps": options.steps,
        "guidance": options.guidance,
        "negative_prompt": options.negative,
        "strength": options.strength,
        "tolerance": options.tolerance,
        "seed": seed_of(options),
    }
    return {name: value for name, value in given.items() if value is not None}


def _without_guided(chosen: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    """The choices for text mode: those of a guided picture to repeat are left out, one that was given is refused.

    The tolerance is the exception: in text mode it is the command's, which exits with 5, and not the request's.
    """
    kept = {name: value for name, value in chosen.items() if name not in {"strength", "tolerance"}}
    return kept if options.strength is None else kept | {"strength": options.strength}


def _read_guide(options: argparse.Namespace, repeated: PictureToRepeat | None) -> "GranuleIds | None":
    """The granules from outside; a picture that was painted over some is not repeated without them."""
    ids = None
    if options.guide is not None:
        from plitka.core.files.id_map import read_ids

        ids = read_ids(options.guide)
    if repeated is not None:
        repeated.check_guide(ids, options.guide)
    return ids
