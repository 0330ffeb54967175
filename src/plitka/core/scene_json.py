"""Scenes as JSON and from what people choose, in the words of the command line, HTTP and our pictures' text fields."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from types import MappingProxyType
from typing import Any

from plitka.core.colour.palette import Palette, default_palette
from plitka.core.recipes.beside import Beside
from plitka.core.recipes.mixes import Reading
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import Notice, Recipe, format_colours
from plitka.core.scene import Granules, Lighting, Scene, Size, Surface, Zone, fraction_mm, naming_zone, short_mask
from plitka.errors import FieldName, InputError

_LARGEST_NUMBER = 1e9
"""Nothing in a scene comes near it."""
_SHOWN_CH = 80


def build_scene(
    recipe: Recipe,
    *,
    zones: Sequence[tuple[str, str]] = (),
    zone_names: Sequence[str] | None = None,
    granules: str | None = None,
    granule_mm: Sequence[float] | None = None,
    coarse: Iterable[str] = (),
    fine: Iterable[str] = (),
    surface: str | None = None,
    light: str | None = None,
    wet: bool | None = None,
    field_mm: float | None = None,
    words: Iterable[str] = (),
    size: Size | None = None,
    palette: Palette | None = None,
    strict: bool = False,
) -> tuple[Scene, tuple[Notice, ...]]:
    """The scene of what somebody chose, and what had to be settled to read the zones' recipes.

    Args:
        recipe: of the ground.
        zones: a mask and the words of a recipe for each further zone.
        zone_names: what each of their masks is called in messages; None: the masks themselves.
        granules: a fraction of the trade; `granule_mm`: smallest and largest granule in its place.
        coarse: names or codes of colours whose chips are larger; `fine`: of those whose chips are smaller.
        surface: one of `Surface`; `light`: one of `Lighting`.
        wet: a film of water lies on it.
        words: what else was said of the look, for the prompt.
        size: of the picture; None leaves it to the engine. `field_mm`: length that its longer side shows.
        palette: the colours that can be named; ours by default. `strict`: as for `parse_recipe`.

    Raises:
        InputError: a choice that does not exist, or two that contradict each other.
    """
    palette = palette or default_palette()
    further, notices = _build_zones(zones, zone_names, palette, strict=strict)
    scene = Scene(
        zones=(Zone(recipe), *further),
        granules=_granules(_size_mm(granules, granule_mm), palette, coarse, fine),
        surface=_choice("surface", Surface, surface, Surface.PRESSED),
        light=_choice("light", Lighting, light, Lighting.STUDIO),
        wet=bool(wet),
        size=size,
        field_mm=field_mm,
        words=tuple(words),
    )
    return scene, notices


def _granules(size_mm: tuple[float, float], palette: Palette, coarse: Iterable[str], fine: Iterable[str]) -> Granules:
    larger, smaller = (tuple(colour.code for colour in palette.named(names)) for names in (coarse, fine))
    return Granules(size_mm=size_mm, coarse=larger, fine=smaller)


def _build_zones(
    zones: Sequence[tuple[str, str]], names: Sequence[str] | None, palette: Palette, *, strict: bool
) -> tuple[list[Zone], tuple[Notice, ...]]:
    built, notices = [], list[Notice]()
    for number, ((mask, text), name) in enumerate(zip(zones, names or repeat(None), strict=names is not None), 1):
        with naming_zone(number, name or short_mask(mask)):
            reading = parse_recipe(text, palette, strict=strict, beside=Beside.NOTHING)
        built.append(Zone(reading.recipe, mask, name))
        values = {"number": number, "mask": built[-1].title}
        notices += [
            Notice("zone {number} ({mask}): {reason}", values | {"reason": notice}) for notice in reading.warnings
        ]
    return built, tuple(notices)


def to_json(scene: Scene) -> dict[str, Any]:
    """What is not usual about a scene, beside its ground's recipe and its size in pixels; empty for a plain tile."""
    granules, usual = scene.granules, Granules()
    zones = [{"mask": zone.mask, "recipe": format_colours(zone.recipe)} for zone in scene.zones[1:]]
    told: dict[str, Any] = {
        "zones": zones,
        "granule_mm": list(granules.size_mm) if granules.size_mm != usual.size_mm else None,
        "coarse": list(granules.coarse),
        "fine": list(granules.fine),
        "surface": scene.surface.value if scene.surface is not Surface.PRESSED else None,
        "light": scene.light.value if scene.light is not Lighting.STUDIO else None,
        "wet": scene.wet,
        "field_mm": scene.field_mm,
        "words": list(scene.words),
    }
    return {name: value for name, value in told.items() if value}


def from_json(recipe: Recipe, content: Mapping[str, Any], size: Size | None, palette: Palette | None = None) -> Scene:
    """The scene that `to_json` told.

    Args:
        recipe: of the ground.
        content: as `to_json` gives it.
        size: of the picture.
        palette: the colours that its recipes name.

    Raises:
        InputError: it is not of that form, or a choice does not exist.
    """
    return build_scene(recipe, size=size, palette=palette, **read_choices(content))[0]


def merge_choices(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Choices of which the second win; the size of granules is one choice in two forms."""
    if "granules" in over or "granule_mm" in over:
        under = {name: value for name, value in under.items() if name not in {"granules", "granule_mm"}}
    return {**under, **over}


def with_zones(choices: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    """Choices with the zones that a recipe's text tells of; those that were chosen beside it lie on top."""
    if not reading.zones:
        return dict(choices)
    told = [(mask, format_colours(zone.recipe)) for mask, zone in reading.zones]
    chosen = choices.get("zones", ())
    names = choices.get("zone_names") or [short_mask(mask) for mask, _ in chosen]
    return {**choices, "zones": [*told, *chosen], "zone_names": [*(mask for mask, _ in told), *names]}


def read_choices(content: Mapping[str, Any]) -> dict[str, Any]:
    """What `build_scene` takes by name, of a scene's JSON.

    Args:
        content: as `to_json` gives it; `granules` may stand for `granule_mm`.

    Raises:
        InputError: it is not of that form.
    """
    unknown = sorted(set(content) - set(LOOK_NAMES))
    if unknown:
        raise InputError("a scene has no {name!r}; it has {known}", name=unknown[0], known=", ".join(LOOK_NAMES))
    try:
        return {name: _READERS[name](value) for name, value in content.items() if value is not None}
    except InputError as error:
        raise InputError("the scene {scene} cannot be read: {reason}", scene=_short(content), reason=error) from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise InputError("{value} is no text", value=_short(value))
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError("{value} is no number", value=_short(value))
    if abs(value) > _LARGEST_NUMBER:  # also of an integer, which may be beyond a float
        raise InputError("{value} is too large", value=_short(value))
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise InputError("{value} is neither true nor false", value=_short(value))
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise InputError("{value} is no list", value=_short(value))
    return list(value)


def _names(value: object) -> list[str]:
    return [_text(name) for name in _list(value)]


def _lengths(value: object) -> tuple[float, float]:
    lengths = [_number(length) for length in _list(value)]
    if len(lengths) != 2:
        raise InputError("{value} is not the smallest and the largest length", value=_short(value))
    return lengths[0], lengths[1]


def _zones(value: object) -> list[tuple[str, str]]:
    return [_zone(zone) for zone in _list(value)]


def _zone(value: object) -> tuple[str, str]:
    if not isinstance(value, Mapping) or not {"mask", "recipe"} <= set(value):
        raise InputError("{value} is no zone, which has a mask and a recipe", value=_short(value))
    return _text(value["mask"]), _text(value["recipe"])


_READERS: Mapping[str, Callable[[object], Any]] = MappingProxyType(
    {
        "zones": _zones,
        "granules": _text,
        "granule_mm": _lengths,
        "coarse": _names,
        "fine": _names,
        "surface": _text,
        "light": _text,
        "wet": _truth,
        "field_mm": _number,
        "words": _names,
    }
)
LOOK_NAMES = tuple(_READERS)
"""What a scene's JSON may have; all of it may be left out."""


def _short(content: object) -> str:
    try:
        text = json.dumps(content, ensure_ascii=False, default=str)
    except RecursionError:
        text = "..."
    return text if len(text) <= _SHOWN_CH else f"{text[: _SHOWN_CH - 3]}..."


def _size_mm(granules: str | None, granule_mm: Sequence[float] | None) -> tuple[float, float]:
    if granules is not None and granule_mm is not None:
        raise InputError(
            "the size of the granules is given twice; leave out {one} or {other}",
            one=FieldName("granules"),
            other=FieldName("granule_mm"),
        )
    if granules is not None:
        return fraction_mm(granules)
    if granule_mm is None:
        return Granules().size_mm
    smallest, largest = granule_mm
    return float(smallest), float(largest)


def _choice(name: str, kind: Any, value: str | None, usual: Any) -> Any:  # noqa: ANN401  (any of our enumerations)
    if value is None:
        return usual
    try:
        return kind(value)
    except ValueError as error:
        raise InputError(
            "there is no {name} {value!r}; choose one of {known}",
            name=name,
            value=value,
            known=", ".join(kind),
        ) from error
