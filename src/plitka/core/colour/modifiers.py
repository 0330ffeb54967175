"""What words such as `dark` and `pale` do to a colour."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from plitka.core.colour.spaces import Lab

NEUTRAL_CHROMA = 12.0
"""CIE Lab chroma below which a colour is a grey, which nothing makes more colourful."""
_MIDDLE = 50
"""CIE L to which no colour is darkened."""
_BLUE_HUE, _BLUE_HUE_WIDTH = 290.0, 12.0
"""Degrees in CIE Lab of the blues that turn to violet as they lose chroma there, and how far on either side all do."""
_BLUE_TURN = math.radians(-50)


@dataclass(frozen=True, slots=True)
class Modifier:
    """What a word such as `dark` does to a colour, in CIE Lab: L is drawn to a lightness, the chroma multiplied."""

    to_lightness: float
    by: float
    """How much of the way, 0..1."""
    chroma: float = 1.0

    def of(self, lab_d65: Lab) -> Lab:
        """The colour that a modified name means."""
        lightness, a, b = lab_d65
        is_neutral = math.hypot(a, b) < NEUTRAL_CHROMA
        chroma = min(self.chroma, 1) if is_neutral else self.chroma
        is_turned = not is_neutral and self.to_lightness >= _MIDDLE
        turn = (1 - min(chroma, 1)) * _turn_of_blue(a, b) if is_turned else 0.0
        a, b = a * math.cos(turn) - b * math.sin(turn), a * math.sin(turn) + b * math.cos(turn)
        return lightness + self.by * (self.to_lightness - lightness), chroma * a, chroma * b


def _turn_of_blue(a: float, b: float) -> float:
    """Radians by which a hue has to turn as all chroma is lost, so that a blue stays one: `pale blue` is no lilac."""
    hue = math.degrees(math.atan2(b, a)) % 360
    near = max(0.0, 1 - max(abs(hue - _BLUE_HUE) - _BLUE_HUE_WIDTH, 0) / _BLUE_HUE_WIDTH)
    return near * _BLUE_TURN


MODIFIERS: Mapping[str, Modifier] = MappingProxyType(
    {
        "dark": Modifier(0, 0.4, 0.85),
        "deep": Modifier(0, 0.25, 1.1),
        "very dark": Modifier(0, 0.6, 0.8),
        "very light": Modifier(100, 0.65, 0.6),
        "light": Modifier(100, 0.4, 0.8),
        "pale": Modifier(100, 0.45, 0.5),
        "pastel": Modifier(100, 0.5, 0.55),
        "bright": Modifier(100, 0.1, 1.3),
        "vivid": Modifier(100, 0.05, 1.4),
        "muted": Modifier(60, 0.2, 0.5),
        "medium": Modifier(50, 0.15, 1.0),
    }
)
"""By their usual English word; `plitka.core.language.vocabulary` has what people write for each."""
