"""What a tile shows: which mix lies where, of which granules, how its face is finished and how it is lit.

A scene is plain data, from the standard library alone. What its words mean for chips and light is said in
`plitka.core.tile`; as JSON it is in `plitka.core.scene_json`.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Self

from plitka.core.colour.palette import Colour
from plitka.core.recipes.recipe import COMPUTED_STEP, MAX_COLOURS, Part, Recipe, quantise
from plitka.errors import FieldName, InputError, Phrase, RecipeError, TooFine

SIZE_PX_RANGE = (64, 2048)
USUAL_LEARNT_PX = 1024
"""Side of the pictures that a training learns."""
SIZE_STEP_PX = 64
"""Sides are multiples of this."""
GRANULE_MM_RANGE = (0.2, 20.0)
MAX_FIELD_MM = 2000.0
MIN_GRANULE_PX = 3
"""A chip of fewer pixels has no shape."""
MAX_ZONES = 64
MAX_SCENE_COLOURS = 64
_SHOWN_CHARACTERS = 40

FRACTIONS_MM: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"0.5-1.5": (0.5, 1.5), "1-3": (1.0, 3.0), "1-4": (1.0, 4.0), "2-4": (2.0, 4.0)}
)
"""Smallest and largest granule of the fractions that the trade sells, by their usual names."""
USUAL_FRACTION = "1-4"


class Coarseness(StrEnum):
    """How large the chips of a colour are beside the usual ones, the smallest first."""

    FINE = "fine"
    USUAL = "usual"
    COARSE = "coarse"

    @property
    def scale(self) -> float:
        """Times the usual diameter."""
        return _SCALES[self]


_SCALES = {Coarseness.FINE: 0.5, Coarseness.USUAL: 1.0, Coarseness.COARSE: 1.6}
"""Fine of 1-3 is the trade's 0.5-1.5; a coarse chip of 1-4 is about as large as one of 3-5."""


class Described(StrEnum):
    """Choices that are each told in a few words: by the command line, the OpenAPI document and the docs."""

    description: str
    """English; its Russian text is in the catalogue."""

    def __new__(cls, value: str, description: str = "") -> Self:
        """A member that is its value, such as `cut`."""
        member = str.__new__(cls, value)
        member._value_, member.description = value, description
        return member

    @classmethod
    def describe(cls, translate: Callable[[str], str] = str) -> str:
        """All of them in one line."""
        return "; ".join(f"{member.value}: {translate(member.description)}" for member in cls)


class Surface(Described):
    """How the face of the tile came about; `plitka.core.tile.surfaces` has what it does."""

    PRESSED = "pressed", "moulded under a press, with relief and dark gaps"
    CUT = "cut", "sliced from a block, flat and almost without shadow"


class Lighting(Described):
    """What the tile is lit by; `plitka.core.tile.lighting` has the lamps."""

    STUDIO = "studio", "a soft lamp and much light from all around, as in the photographs"
    SUN = "sun", "a low, hard lamp: sharp shadows"
    OVERCAST = "overcast", "a cloudy sky: soft shadows, little gloss"
    WARM = "warm", "a lamp as yellow as a bulb"
    COLD = "cold", "a bluish lamp"


class View(StrEnum):
    """Where the picture is taken from."""

    TOP = "top"


def fraction_mm(name: str) -> tuple[float, float]:
    """Smallest and largest granule of a fraction of the trade.

    Raises:
        InputError: there is no such fraction.
    """
    if name not in FRACTIONS_MM:
        raise InputError(
            "there is no fraction {name!r} of granules; choose one of {fractions}",
            name=name,
            fractions=", ".join(FRACTIONS_MM),
        )
    return FRACTIONS_MM[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Granules:
    """The granules that the tile is made of.

    Raises:
        InputError: sizes out of range, or a colour that is both coarse and fine.
    """

    size_mm: tuple[float, float] = FRACTIONS_MM[USUAL_FRACTION]
    """Smallest and largest chip of a colour that is neither coarse nor fine."""
    coarse: tuple[str, ...] = ()
    """Codes of the colours whose chips are larger."""
    fine: tuple[str, ...] = ()
    """Codes of the colours whose chips are smaller."""

    def __post_init__(self) -> None:
        low, high = GRANULE_MM_RANGE
        if not low <= self.size_mm[0] <= self.size_mm[1] <= high:
            raise InputError(
                "granules measure {low:g} to {high:g} mm, the smallest first, not {smallest:g} and {largest:g}",
                low=low,
                high=high,
                smallest=self.size_mm[0],
                largest=self.size_mm[1],
            )
        for code in self.coarse:
            if code in self.fine:
                raise InputError("{code} cannot be both coarse and fine; name it once", code=code)

    def coarseness(self, code: str) -> Coarseness:
        """How large the chips of a colour are."""
        if code in self.coarse:
            return Coarseness.COARSE
        return Coarseness.FINE if code in self.fine else Coarseness.USUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a picture is.

    Raises:
        InputError: a side is out of range or no multiple of 64 px.
    """

    width_px: int
    """64..2048, a multiple of 64."""
    height_px: int

    def __post_init__(self) -> None:
        for name, size_px in (("width", self.width_px), ("height", self.height_px)):
            check_side(name, size_px)

    @property
    def longer_px(self) -> int:
        """The longer side."""
        return max(self.width_px, self.height_px)

    @property
    def shorter_px(self) -> int:
        """The shorter side."""
        return min(self.width_px, self.height_px)


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the tile with a mix of its own."""

    recipe: Recipe
    mask: str | None = None
    """Where it lies: a built-in shape such as `border:8%`, or a PNG as a data URL (`plitka.core.tile.masks`).
    None: all that no mask covers."""
    name: str | None = field(default=None, compare=False)
    """What whoever asked for it calls its mask, such as the name of a file; for messages, and kept nowhere."""

    @property
    def title(self) -> str:
        """What messages call its mask."""
        if self.name is not None:
            return self.name
        return Phrase("the ground") if self.mask is None else short_mask(self.mask)


def short_mask(mask: str) -> str:
    """A mask as messages name it: words as they are if they are few, a picture by its kind."""
    if mask.startswith("data:"):
        return mask.partition(";")[0].partition(",")[0]
    return mask if len(mask) <= _SHOWN_CHARACTERS else f"{mask[: _SHOWN_CHARACTERS - 3]}..."


@contextmanager
def naming_zone(number: int, name: str) -> Iterator[None]:
    """Raise what is wrong with a zone as an error that names it.

    Args:
        number: of the zone, from 1; 0 for the ground, which is called by its name alone.
        name: what its mask is called.

    Raises:
        RecipeError: of a RecipeError, with the same place in the same source.
        InputError: of any other InputError.
    """
    try:
        yield
    except RecipeError as error:
        raise RecipeError(
            "zone {number} ({mask}): {reason}" if number else "{mask}: {reason}",
            source=error.source,
            span=error.span,
            suggestions=error.suggestions,
            reason=error,
            number=number,
            mask=name,
        ) from error
    except InputError as error:
        raise InputError(
            "zone {number} ({mask}): {reason}" if number else "{mask}: {reason}", reason=error, number=number, mask=name
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One tile, whole: its zones and its look.

    Raises:
        InputError: too many zones or colours, a coarse or fine colour that no zone has, or a field that is no length.
    """

    zones: tuple[Zone, ...]
    """The first has no mask: it is the ground, of which each further one takes its mask's part. Where masks overlap,
    the later one is on top."""
    granules: Granules = field(default_factory=Granules)
    surface: Surface = Surface.PRESSED
    light: Lighting = Lighting.STUDIO
    wet: bool = False
    """A film of water lies on it: darker, with a gloss."""
    view: View = View.TOP
    size: Size | None = None
    """None: as large as the engine's usual picture."""
    field_mm: float | None = None
    """Length that the picture's longer side shows; None: at the engine's usual scale."""
    words: tuple[str, ...] = ()
    """What else was said of the look, for the prompt of a model that reads words."""

    def __post_init__(self) -> None:
        if not self.zones or self.zones[0].mask is not None or any(zone.mask is None for zone in self.zones[1:]):
            raise ValueError("the first zone of a scene has no mask, and every further one has")
        if len(self.zones) - 1 > MAX_ZONES:
            raise InputError(
                "a tile has at most {limit} zones with a mask, not {n}", limit=MAX_ZONES, n=len(self.zones) - 1
            )
        if len(self.colours) > MAX_SCENE_COLOURS:
            raise InputError(
                "the zones of a tile have at most {limit} different colours, not {n}",
                limit=MAX_SCENE_COLOURS,
                n=len(self.colours),
            )
        if self.field_mm is not None and not 0 < self.field_mm <= MAX_FIELD_MM:
            raise InputError(
                "{name} must be above 0 and at most {high:g}, not {value:g}",
                name=FieldName("field_mm"),
                high=MAX_FIELD_MM,
                value=self.field_mm,
            )
        self._check_granules()

    def _check_granules(self) -> None:
        own = [colour.code for colour in self.colours]
        for option, codes in (("coarse", self.granules.coarse), ("fine", self.granules.fine)):
            for code in codes:
                if code not in own:
                    raise InputError(
                        "{code} is not in the recipe; {option} takes some of {codes}",
                        code=code,
                        option=FieldName(option),
                        codes=", ".join(own),
                    )

    @classmethod
    def of(cls, recipe: Recipe, size: Size | None = None) -> "Scene":
        """The plain tile of a recipe: one zone, and every look as usual."""
        return cls(zones=(Zone(recipe),), size=size)

    @property
    def recipe(self) -> Recipe:
        """The mix of the ground: the only one of a tile without masks."""
        return self.zones[0].recipe

    @property
    def colours(self) -> tuple[Colour, ...]:
        """The colours of all zones, each once, in the order of first mention."""
        return tuple({colour.code: colour for zone in self.zones for colour in zone.recipe.colours}.values())

    @property
    def is_plain(self) -> bool:
        """Whether its recipe and its words for a prompt alone describe it: one zone, and every look as usual."""
        return self == replace(Scene.of(self.recipe, self.size), words=self.words)

    def coarseness_of(self, recipe: Recipe) -> tuple[Coarseness, ...]:
        """How large the chips of each colour of a recipe are."""
        return tuple(self.granules.coarseness(colour.code) for colour in recipe.colours)

    @property
    def granule_range_mm(self) -> tuple[float, float]:
        """Smallest and largest granule of all its colours."""
        scales = [coarseness.scale for zone in self.zones for coarseness in self.coarseness_of(zone.recipe)]
        return self.granules.size_mm[0] * min(scales), self.granules.size_mm[1] * max(scales)

    def check_scale(self, size: Size, field_mm: float) -> None:
        """Refuse granules that cannot be laid in this field, or would not be seen in this picture.

        Raises:
            InputError: chips too large for the field.
            TooFine: chips of too few pixels.
        """
        smallest, largest = self.granule_range_mm
        if not 2 * largest <= field_mm <= MAX_FIELD_MM:
            raise InputError(
                "{name} must lie in {low:g}..{high:g}, not {value:g}: two of the largest granules must fit into it",
                name=FieldName("field_mm"),
                low=2 * largest,
                high=MAX_FIELD_MM,
                value=field_mm,
            )
        if smallest * size.longer_px / field_mm < MIN_GRANULE_PX:
            raise TooFine(
                "granules of {granule:g} mm would be below {limit} px; choose larger ones ({least:.2f} mm or more), "
                "a larger picture or a smaller {field}",
                granule=smallest,
                limit=MIN_GRANULE_PX,
                least=math.ceil(100 * MIN_GRANULE_PX * field_mm / size.longer_px) / 100,
                field=FieldName("field_mm"),
            )


def overall_recipe(zones: Sequence[Zone], areas: Sequence[float]) -> Recipe:
    """The mix of a whole tile, for a prompt: each zone's recipe by its part of the area.

    At most 8 colours, those that cover most, in steps of 0.1 percent; one zone's own recipe unchanged.

    Args:
        zones: of a scene.
        areas: share of the tile that each covers, 0..1.
    """
    if len(zones) == 1:
        return zones[0].recipe
    totals: dict[str, Fraction] = {}
    colours: dict[str, Colour] = {}
    for zone, area in zip(zones, areas, strict=True):
        for part in zone.recipe.parts:
            colours[part.colour.code] = part.colour
            share = Fraction(area) * Fraction(part.percent)
            totals[part.colour.code] = totals.get(part.colour.code, Fraction(0)) + share
    kept = sorted(totals, key=lambda code: -totals[code])[:MAX_COLOURS]
    kept = [code for code in totals if code in kept]
    whole = sum(totals[code] for code in kept)
    percents = quantise([100 * totals[code] / whole for code in kept], COMPUTED_STEP)
    parts = [Part(colours[code], percent) for code, percent in zip(kept, percents, strict=True) if percent > 0]
    return Recipe(tuple(parts))


def check_side(name: str, size_px: int) -> None:
    """Refuse a side that no picture has.

    Raises:
        InputError: it is out of range or no multiple of 64 px.
    """
    check_range(name, size_px, *SIZE_PX_RANGE)
    if size_px % SIZE_STEP_PX:
        raise InputError("{name} must be a multiple of 64 px, not {value}", name=name, value=size_px)


def check_range(name: str, value: float | None, low: float, high: float) -> None:
    """Refuse a number that lies outside its range; None is no number.

    Raises:
        InputError: with the name, the range and the value.
    """
    if value is not None and not low <= value <= high:
        told = int(value) if float(value).is_integer() else value  # 200, not 200.0
        raise InputError("{name} must lie in {low}..{high}, not {value}", name=name, low=low, high=high, value=told)


def check_text(name: str, text: str) -> None:
    """Refuse halves of characters, as bytes that are no UTF-8 give them: no file and no text encoder takes them.

    Raises:
        InputError: with the name, and the place of the first one.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            "{name}: character {place} is damaged; give the text in UTF-8", name=name, place=error.start + 1
        ) from error


def with_recipe(scene: Scene, recipe: Recipe) -> Scene:
    """The same tile with another mix on its ground."""
    return replace(scene, zones=(Zone(recipe), *scene.zones[1:]))
