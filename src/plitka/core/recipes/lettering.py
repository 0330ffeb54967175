"""Letters on a tile that a text tells with their words: `black with white text 'EXIT'`, «с белой надписью СТАРТ».

```
lettering = [colour], "text", [":" | "saying"], word, [["in"], colour] ;
          | word, "in", colour, "letters"
          | "with", colour, word, "on it"
          | colour, (quoted | capital), "on" | quoted, colour, "on" ;
word      = quoted | capitals | figures ;
```
"""

import re
from dataclasses import dataclass, replace

from plitka.core.language import lettering
from plitka.core.recipes.look import option_of_zone
from plitka.core.recipes.part_names import SIZE, small_letters
from plitka.core.recipes.source import Source
from plitka.core.recipes.zone_sizes import without_places
from plitka.core.recipes.zone_texts import Read, TileText, Zoned, ZoneInText, trimmed
from plitka.core.recipes.zones import find_zones
from plitka.errors import RecipeError

_QUOTED = r"[\"'`«“‘„](?P<quoted>[^\"'`»”’\n]{1,24})[\"'`»”’]"
_WORD = (
    rf"(?:{_QUOTED}|(?P<plain>[A-ZА-ЯЁ][A-ZА-ЯЁ0-9]{{0,11}}(?:[ ][A-ZА-ЯЁ]{{2,12}}){{0,2}}|\d{{1,3}})(?![^\W_]|[ ]?%))"
)
_THINGS = rf"(?i:(?P<writing>{lettering.WRITING})|{lettering.NAMED})"
_AHEAD = re.compile(rf"(?<![^\W_]){_THINGS}(?:(?i:[ ]{lettering.SAYS})|[ ]?[:-])?[ ]?{_WORD}")
_AHEAD_OF_ONE = re.compile(_AHEAD.pattern.replace("{0,2}", "{0,0}"))
_BEHIND = re.compile(rf"{_WORD}[ ](?i:{lettering.IN}[ ])?(?P<colour>(?:[^\W\d_]+[ -]){{1,3}}){_THINGS}(?![^\W_])")
_PLACED = re.compile(
    rf"(?i:(?:,|(?<![^\W_])(?:with|and|и|с|со))[ ](?:(?:a|an|the|one|big|large|большой|крупной)[ ])*)"
    rf"(?P<colour>(?:[^\W\d_]+[ -]){{1,3}})(?:{_QUOTED}|(?P<plain>[A-ZА-ЯЁ]{{1,12}}|\d{{1,3}})(?![^\W_]|[ ]?%))"
    rf"(?i:[ ](?:{lettering.ON_IT}))(?![^\W_])"
)
"""`With a white 7 on it`: where it lies tells that it is drawn."""
_COLOUR_BETWEEN = re.compile(
    rf"(?<![^\W_])(?i:{lettering.WRITING}|{lettering.NAMED})[ ](?:(?i:{lettering.IN})[ ])?"
    rf"(?P<colour>[^\W\d_]+(?:[ -][^\W\d_]+)?)[ :]+{_QUOTED}"
)
"""«Надпись белая "МОСКВА"»."""
_CAPITALS_BEHIND = re.compile(
    r"(?P<colour>(?:[^\W\d_]+[ -]){1,3})[\"'«“](?P<plain>[A-ZА-ЯЁ]{2,12}(?: [A-ZА-ЯЁ]{2,12})*)[\"'»”]"
    r"(?=[ ]*(?:[,.;]|$))"
)
_QUOTED_BEHIND = re.compile(rf"(?P<colour>(?:[^\W\d_]+[ -]){{1,3}}){_QUOTED}(?=[ ](?i:on|на)[ ])")
_CAPITAL_BEHIND = re.compile(
    r"(?P<colour>(?:[^\W\d_]+[ -]){1,3})(?P<plain>[A-ZА-ЯЁ])(?=[ ](?i:on|на|in the middle|по центру)(?![^\W_]))"
)
_QUOTED_AHEAD = re.compile(
    rf"(?:(?<![^\W_])(?i:{lettering.WRITING})[ :]+)?{_QUOTED}[ ]"
    rf"(?:(?i:{lettering.IN})[ ])?(?P<colour>[^\W\d_]+(?:[ -][^\W\d_]+)?)(?=[ ](?i:on|на|по)[ ])"
)
"""`White "STOP" on red`, «"ФИНИШ" чёрным на жёлтом»."""
_DRAWN = re.compile(r"digit|figure|letter|цифр|букв", re.IGNORECASE)
"""No number of an order is called so."""
_BARE = (_QUOTED_BEHIND, _CAPITAL_BEHIND, _CAPITALS_BEHIND)
"""Words before their colour are of the ground."""
_PLACED_BEFORE = re.compile(rf"(?<![^\W_])(?i:{lettering.ON_IT})[ :,]*\Z")
_WORDS_BEFORE = re.compile(r"(?:[^\W\d_]+[ -]){1,3}\Z")
_WORDS_BEHIND = re.compile(rf",?[ ](?:(?P<told>{lettering.IN})[ ])?(?P<colour>[^\W\d_]+(?:[ -][^\W\d_]+)?)")
_WRITING = re.compile(rf"(?<![^\W_])(?:{lettering.WRITING})(?![^\W_])", re.IGNORECASE)
_GAME = re.compile(r"\bhopscotch\b(?: tile)?:?|\bклассик\w*:?", re.IGNORECASE)
"""What a tile with a figure is for."""
_ON_BEFORE = re.compile(r"(?<![^\W_])(?:on|на|по)(?: (?:a|the))?[ ]\Z", re.IGNORECASE)
"""Before a colour of the ground."""
_ANY_LETTERS = "START"
"""In an example, where a text does not tell which."""
_ANY_QUOTED = re.compile(_QUOTED)
_APART = re.compile(
    rf"(?<![^\W_])(?i:{lettering.WRITING})[ ]*[:-]?[ ]*(?:(?i:in|are|is)[ ])?(?P<colour>[^\W\d_]+(?:[ -][^\W\d_]+)?)"
)
"""`Letters white`, with the word in quotes elsewhere."""
_AROUND_LETTERS = re.compile(
    r"(?<![^\W_])(?i:(?:with|and|с|со|и)(?:[ ](?:a|an|the|one|big|large|большой|крупной))*)?[ ]{3,}"
    rf"(?i:{lettering.ON_IT})?(?![^\W_])"
)
"""Words before letters and behind them, where these are left out: «чёрная с ... по центру»."""
_MAX_BEFORE = 40
"""Characters of the colour before such a word."""


@dataclass(frozen=True, slots=True)
class _Letters:
    word: str
    colour: str
    """As it was typed; empty where none is told."""
    place: tuple[int, int]
    apart: tuple[int, int] = (0, 0)
    """Where their colour is said, if not there."""


def find_lettering(text: str, read: Read) -> Zoned | None:
    """The ground and the zone of letters that a text tells of with their word and colour; None where it does not.

    Args:
        text: as for `parse_recipe`.
        read: how one mix is read.
    """
    tile = TileText(text, small_letters(text), read)
    letters = _find(tile)
    if letters is None or not letters.colour:
        return None
    placed = _PLACED_BEFORE.search(text, 0, letters.place[0])
    around = without_places(text, [letters.place, letters.apart, *([placed.span()] if placed else [])])
    around = _AROUND_LETTERS.sub(lambda left: " " * len(left[0]), around)
    ground, colour = tile.mix(_GAME.sub(" ", around)), tile.mix(letters.colour)
    if ground is None and colour is not None and (zoned := find_zones(around, read)) is not None:
        return replace(
            zoned,
            zones=(*zoned.zones, ZoneInText(f"text:{letters.word}", colour[1].recipe, colour[0], letters.place)),
            is_told=True,
        )
    if ground is None or colour is None:
        return None
    zone = ZoneInText(f"text:{letters.word}", colour[1].recipe, colour[0], letters.place)
    return Zoned(ground[0], (zone,), (), is_told=True)


def find_writing(text: str) -> tuple[int, int, str] | None:
    """Where a text names letters, and the mask of some; None where it does not."""
    found = _WRITING.search(text)
    return None if found is None else (*found.span(), f"text:{_ANY_LETTERS}")


def check_lettering(source: Source, read: Read) -> None:
    """Nothing unless letters are told of whose colour or ground is not known.

    Raises:
        RecipeError: with the option that writes them.
    """
    letters = _find(TileText(source.text, small_letters(source.text), read))
    if letters is not None:
        raise _refuse(source, letters)


def _refuse(source: Source, letters: _Letters) -> RecipeError:
    is_size = letters.word.isdigit() and SIZE.match(f"{letters.word}{source.text[letters.place[1] :]}") is not None
    word = _ANY_LETTERS if is_size else letters.word
    return source.refuse(
        "{words!r} is drawn on the tile, and is no share of the mix: write the mix of the ground alone, and "
        "ask for the letters as a zone{hint}",
        letters.place,
        words=source.text[slice(*letters.place)],
        hint=option_of_zone(f"text:{word}", letters.colour or "RECIPE"),
    )


def _find(tile: TileText) -> _Letters | None:
    has_small = tile.text != tile.text.upper()
    ahead = _AHEAD if has_small else _AHEAD_OF_ONE  # else the ground of capitals would be of the letters
    with_colour = ((_BEHIND,) if has_small else ()) + (
        _PLACED,
        _COLOUR_BETWEEN,
        _QUOTED_BEHIND,
        _QUOTED_AHEAD,
        _CAPITAL_BEHIND,
        _CAPITALS_BEHIND,
    )
    for found in (found for pattern in with_colour for found in pattern.finditer(tile.text)):
        colour = _last_colour(tile, found["colour"])
        others = found["colour"].removesuffix(colour)
        if found.re is _CAPITALS_BEHIND and _colour(tile, found["plain"]):
            continue  # grey "GRAPHITE"
        if colour and (found.re in _BARE or not others.strip(" -")):
            return _Letters(_word(found), colour.strip(), (_start(found, others), found.end()))
    if (letters := _apart(tile)) is not None:
        return letters
    for found in ahead.finditer(tile.text):
        if (letters := _told(tile, found)) is not None:
            return letters
    return None


def _start(found: "re.Match[str]", others: str) -> int:
    """Where letters begin, without the words of the ground before their colour."""
    return found.start() + (len(others) if found.re in _BARE else 0)


def _apart(tile: TileText) -> _Letters | None:
    """The letters of `"WELCOME" mat: black, letters white`."""
    quoted, said = [*_ANY_QUOTED.finditer(tile.text)], _APART.search(tile.text)
    if len(quoted) != 1 or said is None or said.start() < quoted[0].end():
        return None
    colour = _first_colour(tile, said["colour"])
    if not colour or not trimmed(tile.text[quoted[0].end() : said.start()]):
        return None
    return _Letters(_word(quoted[0]), colour, quoted[0].span(), (said.start(), said.start("colour") + len(colour)))


def _told(tile: TileText, found: "re.Match[str]") -> _Letters | None:
    """The letters of a word for them with what is written behind it, with the colour before or behind."""
    start, end = found.span()
    before = _WORDS_BEFORE.search(tile.text, max(0, start - _MAX_BEFORE), start)
    colour = _last_colour(tile, before[0]) if before else ""
    if colour and not _ON_BEFORE.search(tile.text, 0, start - len(colour)):
        return _Letters(_word(found), colour.strip(), (start - len(colour), end))
    behind = _WORDS_BEHIND.match(tile.text, end)
    colour = _first_colour(tile, behind["colour"]) if behind else ""
    is_own = not any(map(str.isdigit, tile.sized[end:])) or _DRAWN.match(found[0]) is not None
    if behind is not None and colour and (behind["told"] or found["writing"] or is_own):
        return _Letters(_word(found), colour, (start, behind.start("colour") + len(colour)))
    return _Letters(_word(found), "", (start, end)) if found["writing"] else None


def _word(found: "re.Match[str]") -> str:
    named = found.groupdict()
    return (named.get("quoted") or named.get("plain") or "").strip()


def _last_colour(tile: TileText, words: str) -> str:
    """As many of the last words as name one colour, with the space behind them; empty where the last does not."""
    starts = [found.start() for found in re.finditer(r"[^\W\d_]+", words)]
    last = next(iter(starts[::-1]), 0)
    if not _colour(tile, words[last:]):
        return ""
    whole = (start for start in starts[:-1] if _is_finer(tile, words[start:], words[last:]))
    return words[
        next((start for start in whole if _is_finer(tile, words[start:], _without_first(words[start:]))), last) :
    ]


def _first_colour(tile: TileText, words: str) -> str:
    """The first word, or two, where they name one colour; empty where they do not."""
    first, *others = words.split(" ")
    if others and _is_finer(tile, words, first) and _is_finer(tile, words, others[-1]):
        return words
    return first if _colour(tile, first) else ""


def _without_first(words: str) -> str:
    return words.partition(" ")[2]


def _is_finer(tile: TileText, words: str, fewer: str) -> bool:
    """Whether words name one colour, and another than fewer of them do: no little word stands among them."""
    named = _colour(tile, words)
    return bool(named) and named != _colour(tile, fewer)


def _colour(tile: TileText, words: str) -> str:
    """The code of the one colour that words name; empty where they name none."""
    reading = tile.read(words.strip(" -"))
    if reading is None or len(reading.recipe.parts) != 1 or reading.words or reading.look:
        return ""
    return reading.recipe.parts[0].colour.code
