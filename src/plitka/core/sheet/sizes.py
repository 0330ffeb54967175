"""Lengths and areas as people write them, `30mm`, «120 м²», and what a recipe says of the floor and its tile."""

import re
from collections.abc import Collection, Iterable
from fractions import Fraction

from plitka.core.sheet.assumptions import ASSUMED, Figure
from plitka.errors import InputError

_NUMBER = r"\d+(?:[.,]\d+)?"
_AREA_UNIT = r"(?:m2|m²|m\^2|sqm|sq\.? ?m|м2|м²|кв\.? ?м\.?)"
_MM = {"mm": 1, "мм": 1, "cm": 10, "см": 10, "m": 1000, "м": 1000}
_AREA = re.compile(rf"({_NUMBER}) ?-?(?:{_AREA_UNIT})")
_BARE_AREA = re.compile(rf"({_NUMBER})")
_LENGTH = re.compile(rf"({_NUMBER}) ?-?({'|'.join(_MM)})?")
_SIDES = re.compile(rf"({_NUMBER})((?: ?[xх×*] ?{_NUMBER}){{1,2}}) ?({'|'.join(_MM)})?")
_PLAIN = re.compile(rf"({_NUMBER}) ?%?")
_TIMES = re.compile(" ?[xх×*] ?")


def read_area_m2(text: str, name: str = "area_m2") -> Fraction:
    """The area of `120`, `120m2` or «120 кв. м»; `name` is that of the choice.

    Raises:
        InputError: it is none.
    """
    sign, rest = _split_sign(text.strip().casefold())
    found = _AREA.fullmatch(rest) or _BARE_AREA.fullmatch(rest)
    if found is None:
        raise InputError("{name}: {text!r} is no area; write square metres, such as 120", name=Figure(name), text=text)
    return sign * _number(found[1])


def read_mm(name: str, text: str) -> Fraction:
    """The millimetres of `30`, `30mm`, `3 cm` or `0.03m`.

    Raises:
        InputError: it is no length.
    """
    sign, rest = _split_sign(text.strip().casefold())
    found = _LENGTH.fullmatch(rest)
    if found is None:
        raise InputError("{name}: {text!r} is no length; write it as 30mm", name=Figure(name), text=text)
    return sign * _number(found[1]) * _MM[found[2] or "mm"]


def read_number(name: str, text: str) -> Fraction:
    """A number with a point or a comma, its percent sign or nothing behind it.

    Raises:
        InputError: it is none.
    """
    sign, rest = _split_sign(text.strip())
    found = _PLAIN.fullmatch(rest)
    if found is None:
        raise InputError("{name}: {text!r} is no number; write it as 12.5", name=Figure(name), text=text)
    return sign * _number(found[1])


def read_tile_mm(text: str) -> tuple[Fraction, Fraction]:
    """The sides of `500`, `500x500` or `50x50cm`, in millimetres.

    Raises:
        InputError: they are none.
    """
    text = text.strip().casefold()
    sides = _sides(text)
    if len(sides) == 2:
        return sides[0], sides[1]
    if sides or not _LENGTH.fullmatch(_split_sign(text)[1]):
        raise InputError("{name}: {text!r} is no size of a tile; write it as 500x500", name=Figure("tile"), text=text)
    return (side := read_mm("tile", text)), side


def said_sizes(sizes: Iterable[str]) -> dict[str, Fraction]:
    """What sizes beside a recipe say of a sheet: `area_m2`, and names of `ASSUMED`.

    `120 m2` is the area, `500x500x30` a tile, a single `30 mm` its thickness. What is said twice, in different ways or
    out of range, is left out.

    Args:
        sizes: as `Reading` has them.
    """
    said: dict[str, set[Fraction]] = {}
    for size in sizes:
        for name, value in _said(size.strip().casefold()).items():
            said.setdefault(name, set()).add(value)
    return {name: values.pop() for name, values in said.items() if len(values) == 1}


def used_sizes(sizes: Iterable[str], given: Collection[str]) -> list[str]:
    """Those of the sizes beside a recipe that a sheet is calculated by.

    Args:
        sizes: as `Reading` has them.
        given: names of figures that are given besides, and count instead of what the recipe says.
    """
    sizes = list(sizes)
    used = said_sizes(sizes).keys() - set(given)
    return [size for size in sizes if used & _said(size.strip().casefold()).keys()]


def _said(size: str) -> dict[str, Fraction]:
    if found := _AREA.fullmatch(size):
        return {"area_m2": _number(found[1])}
    if sides := _sides(size):
        names = ("tile_width_mm", "tile_length_mm", "thickness_mm")
        return {name: side for name, side in zip(names, sides, strict=False) if _fits(name, side)}
    found = _LENGTH.fullmatch(size)
    if found is None or found[2] is None:
        return {}
    length_mm = _number(found[1]) * _MM[found[2]]
    return {"thickness_mm": length_mm} if _fits("thickness_mm", length_mm) else {}


def _sides(text: str) -> tuple[Fraction, ...]:
    found = _SIDES.fullmatch(text)
    if found is None:
        return ()
    return tuple(_number(side) * _MM[found[3] or "mm"] for side in (found[1], *_TIMES.split(found[2])[1:]))


def _fits(name: str, value: Fraction) -> bool:
    return ASSUMED[name].low <= value <= ASSUMED[name].high


def _split_sign(text: str) -> tuple[int, str]:
    """-1 or 1, and what follows: a number below 0 is one, so that it is refused by the range that it misses."""
    return (-1, text[1:]) if text.startswith("-") else (1, text)


def _number(text: str) -> Fraction:
    return Fraction(text.replace(",", "."))
