"""Colours by names that no maker of granules has, `burgundy`, «графитовый», `dark teal`, and names with a slip in them.

Two tables lie under `data`: `general_names.csv`, of the colour survey of xkcd.com (CC0), CSS and the trade's paints,
and `general_names_ru.csv`; numbers of RAL Classic and most of its names are such names as well. Such a name stands for
the colour of the palette that looks most like it, if one is near enough; else for its own sRGB value.
"""

import csv
import difflib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import groupby

from plitka.core.colour.modifiers import MODIFIERS
from plitka.core.colour.palette import Colour, Palette, free_colour, nearest
from plitka.core.colour.ral import ral_names, ral_values
from plitka.core.colour.spaces import Lab, ciede2000, hex_to_lab_d65, lab_d65_to_hex
from plitka.core.language.ordinary import MISTAKABLE, ORDINARY
from plitka.core.language.spelling import (
    ADJECTIVES,
    MAX_QUERY,
    fold,
    forms_of,
    is_cyrillic,
    is_next_key,
    is_one_edit,
    name_key,
    shorter_by_one,
    slips,
    transliterated,
)
from plitka.core.language.vocabulary import PLAIN_COLOURS

NEAR_DELTA_E = 12.0
"""CIEDE2000 within which a granule of the palette passes for a colour that was named."""
GREY_DELTA_E = 7.0
"""CIEDE2000 within which a grey passes for a colour."""
COLOURFUL_CHROMA = 14.0
"""CIE Lab chroma from which a name is of no grey."""
MAX_COLOURFUL = (1.8, 12.0)
"""Times, and CIE Lab chroma more, that granules are as colourful as a name for which they pass: no salmon for `light
brown`."""
SAME_HUE_DELTA_E = 20.0
"""CIEDE2000, at one lightness, within which a name beside a code describes it, as in «RAL 3020 красный», and a plain
name a finer one, as in `anthracite grey`."""
MAX_SAID_APART = 25
"""L* between a code and a name beside it that says how light it is."""
_DARK, _LIGHT = re.compile(r"dark|deep|т[её]мн"), re.compile(r"light|pale|светл|бледн")
MAX_LIGHTNESS_APART = 45.0
"""CIE L between such a name and what it describes: `grey (RAL 7035)`, but not `black (RAL 9010)`."""
ONE_HUE_DELTA_E = 25.0
"""CIEDE2000 within which two colours in one word are one between them."""
MIN_TYPO = 6
"""Letters of a name that is read though one of them is wrong: in shorter ones that is too often another word."""
MIN_SLIP = 5
"""Letters of a name that is read though two changed places, or one of a pair is missing."""
MIN_COUNTED = 4
"""The same of a name with its number beside it, also where any letter is missing."""
_LIKE_MODIFIER = 0.65
"""difflib's ratio of a word that may be a shade with two slips, as in «срытло-серый»."""
_VOWELS = frozenset("aeiouyаеиоуыэюя")
MIN_LIKE = 4
MAX_LIKE = 3
MIN_LONG = 7
"""Letters of a key that is like a name from which it differs in about two of them."""


_SPELLED_MODIFIERS = {
    **{modifier: modifier for modifier in ("dark", "light", "pale", "bright")},
    **{f"{stem}{ending}": modifier for stem, modifier in (("темн", "dark"), ("светл", "light"), ("ярк", "bright"),
       ("бледн", "pale")) for ending in ("о", "ый", "ая", "ого", "ой")},
}  # fmt: skip
"""The modifiers in which slips are looked for, as they are spelled right before a colour."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a name that is not the palette's own stands for."""

    colour: Colour
    delta_e: float
    """CIEDE2000 to what the name means; to the nearest granule where the colour is the name's own value."""
    nearest: Colour
    """Of the palette."""
    own: Colour
    """The name's own value."""


@lru_cache(maxsize=1024)
def resolve(lab_d65: Lab, palette: Palette) -> Resolved:
    """The palette's nearest colour, or the value itself where none is near enough.

    A maker's own palette is asked alone; else the 29 colours and those of the trade.
    """
    own = [colour for colour in palette.colours if colour.source == "custom"]
    offered = own or [colour for colour in palette.colours if colour.source in ("catalogue", "trade")]
    closest = nearest(lab_d65, offered)
    delta_e = ciede2000(lab_d65, closest.lab_d65)
    value = free_colour(lab_d65_to_hex(lab_d65))
    assert value is not None  # a hex always is one
    is_near = delta_e <= NEAR_DELTA_E and not (delta_e > GREY_DELTA_E and _is_other(lab_d65, closest.lab_d65))
    return Resolved(closest if is_near else value, delta_e, closest, value)


def _is_other(lab_d65: Lab, granule: Lab) -> bool:
    """Whether granules are grey where the name is not, anthracite for petrol, or far more colourful than it."""
    named, offered = (math.hypot(*lab[1:]) for lab in (lab_d65, granule))
    times, more = MAX_COLOURFUL
    is_greyed = named > COLOURFUL_CHROMA and offered < named / 3
    return is_greyed or (offered > times * named and offered > named + more)


def hue_between(first: Lab, second: Lab) -> Lab | None:
    """The one colour of two in one word, as in «песочно-бежевый»; None where they are too far apart to be one."""
    if ciede2000(first, second) > ONE_HUE_DELTA_E:
        return None
    lightness, a, b = (sum(values) / 2 for values in zip(first, second, strict=True))
    return lightness, a, b


def is_alike(first: Lab, second: Lab) -> bool:
    """Whether two colours differ in lightness more than in hue, and in that not too much."""
    lightness = (first[0] + second[0]) / 2
    is_near = abs(first[0] - second[0]) <= MAX_LIGHTNESS_APART
    return is_near and ciede2000((lightness, *first[1:]), (lightness, *second[1:])) <= SAME_HUE_DELTA_E


def is_lightness_denied(name: str, named: Lab, coded: Lab) -> bool:
    """Whether a code beside a name is much lighter than what that calls dark, or darker than what it calls light."""
    lighter = coded[0] - named[0]
    says_dark, says_light = (says.search(name.casefold()) is not None for says in (_DARK, _LIGHT))
    return (says_dark and lighter > MAX_SAID_APART) or (says_light and -lighter > MAX_SAID_APART)


def find_general(key: str) -> Lab | None:
    """CIE Lab of a general name by its `name_key`; None if no list has it."""
    value = _general_names().get(key)
    return None if value is None else hex_to_lab_d65(value)


@cache
def longest_general() -> int:
    """How many words the longest general name has."""
    return max(name.count(" ") + name.count("-") + 1 for name, _ in general_names())


def find_modifier(text: str, *, is_joined: bool = False) -> str | None:
    """The one modifier of which a word is a slip: two letters that changed places, or one that is missing.

    Args:
        text: one word of any case.
        is_joined: a hyphen joins it to a colour, «светлло-серый», so that any one letter may be wrong.
    """
    word = fold(text)
    if len(word) < MIN_COUNTED or word in ORDINARY | MISTAKABLE:
        return None
    found = {
        modifier
        for spelled, modifier in _SPELLED_MODIFIERS.items()
        if word in {*_swapped(spelled), *(shorter_by_one(spelled) if len(spelled) >= MIN_SLIP else ())}
        or (is_joined and is_one_edit(word, spelled))
    }
    return found.pop() if len(found) == 1 else None


def like_modifiers(text: str) -> tuple[str, ...]:
    """The Russian shades that a word is spelled nearly like, as they stand before a colour: «светло»."""
    word = fold(text)
    if not is_cyrillic(word) or len(word) < MIN_SLIP or word in ORDINARY:
        return ()
    shades = [spelled for spelled in _SPELLED_MODIFIERS if spelled.endswith("о") and spelled[0] == word[0]]
    return tuple(difflib.get_close_matches(word, shades, 1, _LIKE_MODIFIER))


def _swapped(word: str) -> list[str]:
    """A word with each two neighbouring letters changed."""
    return [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)]


def find_typo(text: str, palette: Palette, *, has_number: bool = False) -> str | None:
    """The one name, of the palette or general, that differs from a text in a single letter; None if none or several do.

    Codes are not compared, for they differ in single letters from one another.

    Args:
        text: one word or a few.
        palette: whose names are meant, beside the general ones.
        has_number: a number stands beside the text as beside a colour, so that a short name may be meant too.
    """
    key = name_key(text[:MAX_QUERY])
    n_letters = sum(map(str.isalpha, text))
    n_least = MIN_COUNTED if has_number else MIN_SLIP
    is_word = text.casefold() in MISTAKABLE or not ORDINARY.isdisjoint(text.casefold().split())  # `should read brown`
    if is_word or n_letters < n_least or len(text) > MAX_QUERY or not key.isalpha() or _is_mood(key, palette):
        return None
    doubled = _names_but_for_doubles(fold(text), palette)
    near = _names_one_letter_off(key, palette) or doubled
    if has_number and len({_meaning(name, palette) for name in doubled.values()}) == 1:
        names = doubled
    elif n_letters >= MIN_TYPO:
        names = near or _forms_one_letter_off(fold(text), palette)
    elif n_letters < MIN_SLIP and len({_meaning(name, palette) for name in near.values()}) > 1:
        return None
    else:
        names = _short_slips(fold(text), near, palette, has_number=has_number)
    nearest = _nearest(fold(text), names, {**near, **names}, palette) if names else names
    meant = {_meaning(name, palette) for name in nearest.values()}
    return next(iter(nearest.values())) if len(meant) == 1 else None


def _is_mood(key: str, palette: Palette) -> bool:
    """Whether a word is made of the name of a thing, `earthy`, and says what something is like: no slip in `earth`."""
    thing = key.removesuffix("y")
    return thing not in (key, *PLAIN_COLOURS) and _meaning(thing, palette) is not None


def find_double(text: str, palette: Palette) -> str | None:
    """As `find_typo` for a word with its number, where the slip is a letter that is doubled or single: `redd`."""
    name = find_typo(text, palette, has_number=True)
    return name if name is not None and _single(name_key(name)) == _single(name_key(text)) else None


def _nearest(word: str, likely: Mapping[str, str], near: Mapping[str, str], palette: Palette) -> Mapping[str, str]:
    """The likely names, unless another that is near has a form with fewer slips: «сений» is «синий», not «серый».

    Of names that are as near, those of granules come before general ones.
    """
    index = _forms_by_shorter(palette) if is_cyrillic(word) else {}
    forms = ((form, name) for part in (word, *shorter_by_one(word)) for form, name in index.get(part, ()))
    near = {**near, **{name_key(name): name for form, name in forms if is_one_edit(word, form)}}
    if len({_meaning(name, palette) for name in near.values()}) == 1:
        return likely
    typed = _together(word)
    n_slips = {key: min(slips(typed, _together(form)) for form in forms_of(fold(name))) for key, name in near.items()}
    least = min(n_slips.values())
    nearest = {key: name for key, name in near.items() if n_slips[key] == least}
    own = {key: name for key, name in nearest.items() if isinstance(_meaning(name, palette), Colour)}
    meant = {_meaning(name, palette) for name in (own or nearest).values()}
    return {key: name for key, name in likely.items() if _meaning(name, palette) in meant} or own or nearest


def _together(name: str) -> str:
    return name.replace(" ", "").replace("-", "")


def _short_slips(word: str, near: Mapping[str, str], palette: Palette, *, has_number: bool) -> dict[str, str]:
    """Which of the names that a short word is near to it may be, most likely.

    With a number also one that has a letter more, or the letter of a neighbouring key.
    """
    key = name_key(word)
    slips = {other: name for other, name in near.items() if _is_slip(key, other)}
    short = {other: name for other, name in near.items() if has_number and len(key) < len(other)}
    likely = slips or _forms_one_letter_off(word, palette) or short
    if likely or not has_number or len(word) < MIN_SLIP:
        return likely
    beside = {other: name for other, name in near.items() if is_next_key(key, other)}
    plain = {**near} if {*near.values()} <= {*PLAIN_COLOURS} else {}  # `grean`, which has no other name so near
    return beside or _forms_one_letter_off(word, palette, has_next_key=True) or plain


def _meaning(name: str, palette: Palette) -> Colour | Lab | None:
    key = name_key(name)
    return palette.find_key(key) or find_general(key)


@lru_cache(maxsize=4096)
def like_names(word: str, palette: Palette) -> tuple[str, ...]:
    """Names and codes that a word is spelled nearly like; where there are some, it must not pass for anything else."""
    if word.casefold() in ORDINARY:
        return ()
    keys = [name_key(one) for one in (word, *transliterated(word)) if len(one) >= MIN_LIKE]
    return tuple(dict.fromkeys(name for key in keys for name in _names_like(key, palette)))[:MAX_LIKE]


def _names_like(key: str, palette: Palette) -> Iterator[str]:
    index = _by_shorter(palette)
    for part in (key, *shorter_by_one(key)):
        for other, name in index.get(part, ()):
            if len(key) >= MIN_LONG or key == other or is_one_edit(key, other):
                yield name
    yield from (code for code in _codes_near(key, palette) if is_one_edit(key, name_key(code)))


def _codes_near(key: str, palette: Palette) -> Iterator[str]:
    codes = (colour.code for colour in palette.colours if colour.source in ("catalogue", "custom"))
    return (code for code in codes if abs(len(code) - len(key)) <= 1)


def _names_one_letter_off(key: str, palette: Palette) -> dict[str, str]:
    index = _by_shorter(palette)
    near: dict[str, str] = {}
    for part in (key, *shorter_by_one(key)):
        near |= {other: name for other, name in index.get(part, ()) if is_one_edit(key, other)}
    return near


def _names_but_for_doubles(word: str, palette: Palette) -> dict[str, str]:
    """Names that differ in doubled letters alone: `teracota`."""
    key = name_key(word)
    single = _single(key)
    names = {other: name for other, name in _by_single(palette).get(single, ()) if other != key}
    undoubled = _single(word)
    if not names and undoubled != word and _meaning(undoubled, palette) is not None:
        return {name_key(undoubled): undoubled}  # «зеленныйй» has a letter more in its ending too
    return names


def _single(key: str) -> str:
    return "".join(letter for letter, _ in groupby(key))


@lru_cache(maxsize=4)
def _by_single(palette: Palette) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Keys of names with the names, by themselves without doubled letters."""
    index: dict[str, dict[str, str]] = {}
    for name in (*_names_of(palette), *(name for name, _ in general_names())):
        key = name_key(name)
        if key.isalpha():
            index.setdefault(_single(key), {}).setdefault(key, name)
    return {single: tuple(names.items()) for single, names in index.items()}


def _forms_one_letter_off(word: str, palette: Palette, *, has_next_key: bool = False) -> dict[str, str]:
    """Names of forms from which a word differs in neighbours that changed places, or a letter: «красынй», «сининй».

    Args:
        word: folded.
        palette: whose names are meant, beside the general ones.
        has_next_key: only in the letter of a neighbouring key, «сервй».
    """
    index = _forms_by_shorter(palette) if is_cyrillic(word) else {}
    return {
        form: name
        for part in (word, *shorter_by_one(word))
        for form, name in index.get(part, ())
        if is_one_edit(word, form)
        and (
            is_next_key(word, form)
            if has_next_key
            else len(word) < len(form) or sorted(word) == sorted(form) or _repeats(word, form)
        )
    }


def _repeats(word: str, form: str) -> bool:
    """Whether a word has a letter more than a form, which is typed again one letter on: «сининй»."""
    return len(word) > len(form) and any(
        word[at] == word[at + 2] and form in (word[:at] + word[at + 1 :], word[: at + 2] + word[at + 3 :])
        for at in range(len(word) - 2)
    )


@lru_cache(maxsize=4)
def _forms_by_shorter(palette: Palette) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Forms of Russian adjectives with the names that they are of, by what is left of them without one letter."""
    index: dict[str, dict[str, str]] = {}
    for name in (*_names_of(palette), *(name for name, _ in general_names())):
        folded = fold(name)
        if not folded.isalpha() or not folded.endswith(ADJECTIVES):
            continue
        for form in sorted(forms_of(folded)):
            for part in (form, *shorter_by_one(form)):
                index.setdefault(part, {}).setdefault(form, name)
    return {part: tuple(forms.items()) for part, forms in index.items()}


def names_beginning(word: str, palette: Palette) -> dict[str, Colour]:
    """The granules by those of their names, in one word, that begin with another."""
    colours = [colour for colour in palette.colours if colour.source in ("catalogue", "custom")]
    named = ((name, colour) for colour in colours for name in (colour.caption_name, colour.name_ru))
    return {name: colour for name, colour in named if name.isalpha() and fold(name).startswith(word)}


def _is_slip(first: str, second: str) -> bool:
    """Whether neighbours changed places, letters are doubled in one alone, or the first lost a vowel of a long name."""
    if len(first) == len(second):
        return sorted(first) == sorted(second)
    if _single(first) == _single(second):
        return True
    lost = (at for at, letter in enumerate(second) if letter in _VOWELS and second[:at] + second[at + 1 :] == first)
    return len(second) >= MIN_TYPO and next(lost, None) is not None


@lru_cache(maxsize=4)
def _by_shorter(palette: Palette) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Keys of names with the names, by themselves and by what is left of them without one letter."""
    index: dict[str, dict[str, str]] = {}
    for name in (*_names_of(palette), *(name for name, _ in general_names())):
        key = name_key(name)
        for spelled in {key, key.replace("gray", "grey")} if key.isalpha() else ():
            for part in (spelled, *shorter_by_one(spelled)):
                index.setdefault(part, {}).setdefault(spelled, name)
    return {part: tuple(names.items()) for part, names in index.items()}


def _names_of(palette: Palette) -> Iterator[str]:
    for colour in palette.colours:
        if colour.source != "maker":
            yield from (colour.caption_name, colour.name_ru, *colour.other_names)


@cache
def general_names() -> tuple[tuple[str, str], ...]:
    """All general names and their hex."""
    folder = resources.files("plitka.core.colour").joinpath("data")
    tables = (folder.joinpath(name).read_text("utf-8") for name in ("general_names.csv", "general_names_ru.csv"))
    return tuple((row["name"], row["hex"]) for table in tables for row in csv.DictReader(table.splitlines()))


@cache
def _general_names() -> Mapping[str, str]:
    return {name_key(name): value for name, value in (*_names_of_ral(), *reversed(general_names()))}


def _names_of_ral() -> Iterator[tuple[str, str]]:
    """Numbers of RAL Classic, and such of its names as are more than plain colours or shades: not `green beige`."""
    two_colours = {*map(name_key, PLAIN_COLOURS), *MODIFIERS}
    for code, value in ral_values().items():
        yield code, value
        words = ral_names()[code].casefold().split()
        is_one = not two_colours.issuperset(map(name_key, words))
        if is_one and all(len(word) > 1 and word != "ral" for word in words):
            yield ral_names()[code], value
