"""The data of an SVG path, the `d` of `<path>`, as closed rings of points.

```
path    = { command }
command = letter { number }        repeated numbers repeat the command; after M they are L
letter  = M | L | H | V | C | S | Q | T | A | Z       small letters are relative to the last point
```

The grammar and the formula of arcs are those of SVG 2, chapter 9 and appendix B.2.4.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from plitka.errors import InputError

Ring = npt.NDArray[np.float64]
"""(n, 2) points x, y of a closed outline."""

MAX_POINTS = 200_000
_CURVE_STEPS = 16
"""Straight pieces of a curve, or of half a turn of an arc."""
_N_NUMBERS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_TOKEN = re.compile(
    r"[\s,]*(?:(?P<letter>[MLHVCSQTAZmlhvcsqtaz])|(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?))"
)
_FLAG = re.compile(r"[\s,]*([01])")
_TRAILING = re.compile(r"[\s,]*$")


def parse_path(data: str) -> list[Ring]:
    """The rings of a path; those of fewer than three points enclose nothing and are left out.

    Raises:
        InputError: it is no path, or has too many points.
    """
    pen, scanner = _Pen(), _Scanner(data)
    while not scanner.at_end:
        letter = scanner.letter()
        if not pen.has_moved and letter not in "Mm":
            raise scanner.error()
        scanner.repeat(letter, pen.draw)
    return [np.array(ring) for ring in pen.rings if len(ring) > 2]


@dataclass(slots=True)
class _Scanner:
    """Where in the data it is read."""

    data: str
    place: int = 0

    @property
    def at_end(self) -> bool:
        return _TRAILING.match(self.data, self.place) is not None

    def letter(self) -> str:
        match = _TOKEN.match(self.data, self.place)
        if match is None or not match["letter"]:
            raise self.error()
        self.place = match.end()
        return match["letter"]

    def repeat(self, letter: str, draw: "Callable[[str, Sequence[float]], None]") -> None:
        """Draw the command once, and again for all further numbers before the next letter."""
        draw(letter, self._numbers(letter))
        while letter not in "Zz" and self._is_number_next():
            letter = {"M": "L", "m": "l"}.get(letter, letter)
            draw(letter, self._numbers(letter))

    def error(self) -> InputError:
        """The data cannot be read from here on."""
        return InputError(
            "a path of the SVG cannot be read from character {place} on: {rest!r}",
            place=self.place,
            rest=self.data[self.place : self.place + 20],
        )

    def _is_number_next(self) -> bool:
        match = _TOKEN.match(self.data, self.place)
        return match is not None and match["number"] is not None

    def _numbers(self, letter: str) -> list[float]:
        kind = letter.upper()
        return [self._number(is_flag=kind == "A" and index in {3, 4}) for index in range(_N_NUMBERS[kind])]

    def _number(self, *, is_flag: bool) -> float:
        match = (_FLAG if is_flag else _TOKEN).match(self.data, self.place)
        text = match and match[1 if is_flag else "number"]
        if match is None or text is None:
            raise self.error()
        self.place = match.end()
        return float(text)


@dataclass(slots=True)
class _Pen:
    """What has been drawn, and where the next piece begins."""

    rings: list[list[tuple[float, float]]] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0
    control: tuple[float, float] | None = None
    """Last control point of a curve, which a smooth one mirrors."""
    curve: str = ""
    """Kind of that curve: C or Q."""
    n_points: int = 0

    @property
    def has_moved(self) -> bool:
        return bool(self.rings)

    def draw(self, letter: str, numbers: "Sequence[float]") -> None:
        """Draw one command."""
        kind = letter.upper()
        own = list(numbers)
        if letter.islower():
            own = self._absolute(kind, own)
        _COMMANDS[kind](self, own)
        if kind not in "CSQT":
            self.control, self.curve = None, ""

    def _absolute(self, kind: str, numbers: list[float]) -> list[float]:
        if kind == "H":
            return [numbers[0] + self.x]
        if kind == "V":
            return [numbers[0] + self.y]
        if kind == "A":
            return [*numbers[:5], numbers[5] + self.x, numbers[6] + self.y]
        return [number + (self.y if index % 2 else self.x) for index, number in enumerate(numbers)]

    def move(self, numbers: list[float]) -> None:
        """M: begin a ring."""
        self.x, self.y = numbers
        self.rings.append([(self.x, self.y)])

    def line(self, numbers: list[float]) -> None:
        """L."""
        self._add([(numbers[0], numbers[1])])

    def across(self, numbers: list[float]) -> None:
        """H."""
        self._add([(numbers[0], self.y)])

    def down(self, numbers: list[float]) -> None:
        """V."""
        self._add([(self.x, numbers[0])])

    def cubic(self, numbers: list[float]) -> None:
        """C."""
        self._bezier([(self.x, self.y), *_pairs(numbers)], "C")

    def smooth_cubic(self, numbers: list[float]) -> None:
        """S."""
        self._bezier([(self.x, self.y), self._mirrored("C"), *_pairs(numbers)], "C")

    def quadratic(self, numbers: list[float]) -> None:
        """Q."""
        self._bezier([(self.x, self.y), *_pairs(numbers)], "Q")

    def smooth_quadratic(self, numbers: list[float]) -> None:
        """T."""
        self._bezier([(self.x, self.y), self._mirrored("Q"), *_pairs(numbers)], "Q")

    def arc(self, numbers: list[float]) -> None:
        """A."""
        self._add(_arc_points((self.x, self.y), numbers))

    def close(self, _numbers: list[float]) -> None:
        """Z: back to the ring's first point, where the next ring begins unless it is moved."""
        self.move(list(self.rings[-1][0]))

    def _mirrored(self, curve: str) -> tuple[float, float]:
        if self.control is None or self.curve != curve:
            return self.x, self.y
        return 2 * self.x - self.control[0], 2 * self.y - self.control[1]

    def _bezier(self, points: list[tuple[float, float]], curve: str) -> None:
        """De Casteljau's construction at even steps."""
        steps = np.arange(1, _CURVE_STEPS + 1)[:, None, None] / _CURVE_STEPS
        level = np.broadcast_to(np.array(points), (_CURVE_STEPS, len(points), 2))
        while level.shape[1] > 1:
            level = level[:, :-1] * (1 - steps) + level[:, 1:] * steps
        self._add([(float(x), float(y)) for x, y in level[:, 0]])
        self.control, self.curve = points[-2], curve

    def _add(self, points: "Sequence[tuple[float, float]]") -> None:
        self.n_points += len(points)
        if self.n_points > MAX_POINTS:
            raise InputError("the SVG has more than {limit} points; simplify its paths", limit=MAX_POINTS)
        self.rings[-1].extend(points)
        self.x, self.y = points[-1]


_COMMANDS: dict[str, Callable[[_Pen, list[float]], None]] = {
    "M": _Pen.move,
    "L": _Pen.line,
    "H": _Pen.across,
    "V": _Pen.down,
    "C": _Pen.cubic,
    "S": _Pen.smooth_cubic,
    "Q": _Pen.quadratic,
    "T": _Pen.smooth_quadratic,
    "A": _Pen.arc,
    "Z": _Pen.close,
}


def _pairs(numbers: list[float]) -> list[tuple[float, float]]:
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _arc_points(start: tuple[float, float], numbers: list[float]) -> list[tuple[float, float]]:
    """Points of an elliptical arc after its start, by the centre that SVG 2, B.2.4 gives."""
    rx, ry, turn_deg, is_large, is_clockwise, x, y = numbers
    rx, ry, end = abs(rx), abs(ry), (x, y)
    if not rx or not ry or start == end:
        return [end]
    # With the ellipse as a circle of radius 1: turned back, and each axis divided by its radius.
    turn = complex(math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg)))
    one, other = (_to_circle(complex(*point), turn, rx, ry) for point in (start, end))
    half = abs(other - one) / 2
    growth = max(1.0, half)  # radii too short to reach are stretched until they do
    one, other = one / growth, other / growth
    rise = math.sqrt(max(0.0, 1 - (abs(other - one) / 2) ** 2)) * (1 if is_large == is_clockwise else -1)
    centre = (one + other) / 2 + rise * (other - one) / abs(other - one) * -1j
    begin, sweep = _angle(one - centre), _angle((other - centre) / (one - centre))
    if is_clockwise and sweep < 0:
        sweep += 2 * math.pi
    elif not is_clockwise and sweep > 0:
        sweep -= 2 * math.pi
    n = max(2, math.ceil(_CURVE_STEPS * abs(sweep) / math.pi))
    angles = [begin + sweep * step / n for step in range(1, n)]
    on_circle = [centre + complex(math.cos(angle), math.sin(angle)) for angle in angles]
    points = [complex(rx * growth * p.real, ry * growth * p.imag) * turn for p in on_circle]
    return [*((point.real, point.imag) for point in points), end]


def _to_circle(point: complex, turn: complex, rx: float, ry: float) -> complex:
    turned = point / turn
    return complex(turned.real / rx, turned.imag / ry)


def _angle(point: complex) -> float:
    return math.atan2(point.imag, point.real)
