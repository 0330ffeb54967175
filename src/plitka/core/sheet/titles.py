"""What colours and zones are called on a sheet, in its language: as the page calls them, and not as programs do."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from plitka.core.colour.palette import Colour
from plitka.core.language.spelling import name_key
from plitka.core.recipes.recipe import Notice

_SHAPES: Mapping[str, Notice] = MappingProxyType(
    {
        "border": Notice("Border"),
        "stripes": Notice("Stripes"),
        "rows": Notice("Bands across"),
        "checker": Notice("Squares"),
        "circle": Notice("Circle"),
        "half:left": Notice("Left half"),
        "half:right": Notice("Right half"),
        "half:top": Notice("Upper half"),
        "half:bottom": Notice("Lower half"),
    }
)
"""By what a mask begins with."""
_TEXT = "text:"


def mask_title(mask: str, say: Callable[[Notice], str]) -> str:
    """What a zone of this mask is called; every picture is a logo.

    Args:
        mask: of a scene.
        say: the words of a text, in the sheet's language.
    """
    if mask.startswith(_TEXT):
        return say(Notice("“{text}”", {"text": mask.removeprefix(_TEXT)}))
    return say(next((title for start, title in _SHAPES.items() if mask.startswith(start)), Notice("Logo")))


def colour_title(colour: Colour, language: str) -> str:
    """The name of a colour in small letters, and the number that its seller has for it."""
    number = colour.ral or (colour.code if colour.source in ("maker", "custom") else "")
    name = (colour.name_ru if language == "ru" else colour.caption_name).removeprefix("trade ")
    if number and name_key(name).startswith(name_key(number)):
        name = name[len(number) :].strip()
    small = name if colour.source == "free" else name[:1].lower() + name[1:]
    return " ".join(filter(None, (small, number)))
