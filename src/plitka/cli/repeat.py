"""What `--like` takes from a picture: its text fields, as the choices that they were made of."""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from plitka.cli.terminal import Terminal
from plitka.core.generation import Mode
from plitka.core.quality import Quality
from plitka.core.scene import Scene, Size, naming_zone, short_mask
from plitka.core.scene_json import read_choices
from plitka.errors import InputError, RecipeError, UnknownColour

if TYPE_CHECKING:
    from plitka.core.colour.palette import Colour
    from plitka.core.generation import GranuleIds

_T = TypeVar("_T")
_NUMBERS: Mapping[str, Callable[[str], Any]] = {
    "seed": int,
    "steps": int,
    "guidance": float,
    "strength": float,
    "tolerance": float,
    "mode": Mode,
    "quality": Quality,
    "negative_prompt": str,
}
_NOT_OF_ALL = ("mode", "quality", "strength", "tolerance")
"""Pictures that no model painted, or not over a map, have none; nor do those of the usual quality."""
ENGINE_CHOICES = ("steps", "guidance", "strength", "negative_prompt")
"""What is chosen for one model and may ruin the picture of another."""
_SHOWN_CH = 80


@dataclass(frozen=True, slots=True)
class PictureToRepeat:
    """A picture that plitka made, by its text fields.

    Raises:
        InputError: from each property, if its field was changed by hand.
    """

    path: Path
    fields: Mapping[str, str] = field(repr=False)

    @property
    def recipe(self) -> str:
        """The words of the ground's recipe."""
        return self._read("recipe", str)

    @property
    def model(self) -> str | None:
        """Name and hash of the model that made it."""
        return self.fields.get("model")

    def is_by(self, engine: str) -> bool:
        """Whether a model of that name made it, whatever its hash."""
        return _model_name(self.model or "") == _model_name(engine)

    @property
    def is_whole_tile(self) -> bool:
        """Whether it shows a tile with its rim."""
        from plitka.core.files.picture import WHOLE_TILE

        return WHOLE_TILE in self.fields

    @property
    def size(self) -> Size:
        """Of the picture."""
        return self._read("size", _read_size)

    @property
    def scene(self) -> dict[str, Any]:
        """Zones and look, as `build_scene` takes them."""
        return self._read("scene", _read_scene) if "scene" in self.fields else {}

    @property
    def choices(self) -> dict[str, Any]:
        """Seed, mode and what else `Request` takes by name, without the scene and the granules from outside."""
        return {
            name: self._read(name, read)
            for name, read in _NUMBERS.items()
            if name in self.fields or name not in _NOT_OF_ALL
        }

    def check_scene(self, scene: Scene, options: argparse.Namespace) -> None:
        """Refuse a scene whose colours have names of the picture's palette and look otherwise.

        Args:
            scene: what was taken from the picture, and what the options put in its place.
            options: of the command.

        Raises:
            InputError: the palette is missing, or another one.
        """
        if "palette" not in self.fields:
            return
        kept = [] if options.recipe else [(self.recipe, scene.zones[0])]
        if not options.zone:
            texts = [recipe for _, recipe in self.scene.get("zones", ())]
            kept += zip(texts, scene.zones[1:], strict=False)  # where words tell of zones, they replace the picture's
        for text, zone in kept:
            self._check_colours(text, zone.recipe.colours)

    def _check_colours(self, text: str, colours: "Sequence[Colour]") -> None:
        """Where a palette is lost, its names may be read as those of other colours."""
        own = self._read("palette", _read_palette)
        found = {colour.caption_name: colour.srgb_hex for colour in colours}
        for name in (part.partition("% ")[2] for part in text.split(", ")):
            if name in own and found.get(name) != own[name]:
                raise InputError(
                    "{path} was made with another {name} ({wanted}); give the same file with --palette",
                    path=self.path,
                    name=name,
                    wanted=own[name],
                )

    def check_guide(self, ids: "GranuleIds | None", guide: Path | None) -> None:
        """Refuse other granules from outside than those that the picture was painted over.

        Raises:
            InputError: they are missing, or others.
        """
        from plitka.core.files.picture import name_guide

        wanted = self.fields.get("guide")
        if wanted is None:
            return
        if ids is None:
            raise InputError(
                "{path} was painted over granules from outside; give the same file with --guide", path=self.path
            )
        if name_guide(ids) != wanted:
            raise InputError(
                "{path} was painted over other granules than those of {guide}; give the same file with --guide",
                path=self.path,
                guide=guide,
            )

    def _read(self, name: str, read: Callable[[str], _T]) -> _T:
        if name not in self.fields:
            raise InputError("the text fields of {path} were changed: {name} is missing", path=self.path, name=name)
        text = self.fields[name]
        try:
            return read(text)
        except InputError as error:
            raise InputError(
                "the text fields of {path} were changed: {reason}", path=self.path, reason=error
            ) from error
        except (TypeError, ValueError, RecursionError) as error:
            raise InputError(
                "the text fields of {path} were changed: {name} is {text!r}",
                path=self.path,
                name=name,
                text=text if len(text) <= _SHOWN_CH else f"{text[: _SHOWN_CH - 3]}...",
            ) from error


def read_picture_to_repeat(path: Path | None) -> PictureToRepeat | None:
    """The picture of `--like`; None where none is given.

    Raises:
        InputError: it cannot be read, or plitka did not make it.
    """
    if path is None:
        return None
    from plitka.core.files.picture import read_fields

    return PictureToRepeat(path, read_fields(path))


@contextmanager
def hint_at_palette(repeated: PictureToRepeat | None, terminal: Terminal) -> Iterator[None]:
    """Whoever repeats a picture without the palette that names its colours is told to give it."""
    try:
        yield
    except RecipeError as error:
        unknown = error.__cause__ or error  # of a zone
        if repeated is not None and "palette" in repeated.fields and isinstance(unknown, UnknownColour):
            hint = terminal.gettext("{path} has colours of a palette file; give the same file with --palette")
            error.add_note(hint.format(path=repeated.path))
        raise


def _model_name(engine: str) -> str:
    return engine.partition("@")[0]


def _read_size(text: str) -> Size:
    width_px, height_px = map(int, text.split("x"))
    return Size(width_px=width_px, height_px=height_px)


def _read_palette(text: str) -> dict[str, str]:
    return {str(name): str(srgb_hex) for name, srgb_hex in dict(json.loads(text)).items()}


def _read_scene(text: str) -> dict[str, Any]:
    content = json.loads(text)
    if not isinstance(content, dict):
        raise ValueError(f"{text!r} is no object")  # noqa: TRY004  (as all that is wrong with a field's text)
    choices = read_choices(content)
    if "zones" in choices:
        choices["zones"] = [_canonical(number, *zone) for number, zone in enumerate(choices["zones"], 1)]
    return choices


def _canonical(number: int, mask: str, recipe: str) -> tuple[str, str]:
    """A zone with its mask as we write it: a scene that somebody else wrote may have an SVG."""
    from plitka.core.files.mask_file import canonical_mask

    with naming_zone(number, short_mask(mask)):
        return canonical_mask(mask), recipe
