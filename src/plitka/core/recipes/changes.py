"""A change to a mix that the same text tells: what is tried where the change stops the reading.

```
swap = verb, colour, ("for" | "на"), colour, ",", mix | mix, ",", verb, colour, ("for" | "на"), colour ;
said = words of two colours, (":" | "."), mix ;         `drop the red, use brown instead: black 70, red 30`
put  = "instead of", colour, ["use"], colour, ":", mix | colour, "instead of", colour, ":", mix ;     and behind a mix
new  = verb, [words], ("to" | "на"), mix ;              «заменить на 60% коричневый, 40% бежевый»
```
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import dropwhile

from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.open_amounts import CHANGES, INSTEAD, REMOVES
from plitka.core.recipes.part_names import find_part
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

VERB = (
    r"(?<![^\W_])(?P<verb>swap(?:ped)?|switch(?:ed)?|replaced?|changed?|chng|exchange|substitute"
    r"|(?:замен|измен|смен)(?:и|ите|ить)|(?:по)?меня(?:й|йте|ть|ем))(?![^\W_])"
)
TO = r"(?P<to>(?:for|with|by|to|на)(?: the)?)[ ]+"
"""Between what is changed and what comes for it."""
_CHANGE = re.compile(
    rf"{VERB}(?P<what>(?:[ ,]+(?:please|пожалуйста)[ ,]+)?(?:[^,.;:\n\d%]|(?:ral|рал)[ ]?\d{{4}})*?)[ ]+{TO}"
)
_CHANGED = re.compile(
    r"[ ,]*(?:(?:please|пожалуйста|надо|нужно|прошу|лучше|should|to|must|can|could|is|was|be)[ ,]+)*"
    r"(?:replaced?|swap(?:ped)?|switch(?:ed)?|changed?|(?:замен|смен)[а-я]+|(?:по)?меня(?:й|йте|ть|ем))[ ,]+"
    r"(?:(?:please|пожалуйста)[ ,]+)?(?:for|with|by|to|на)[ ]+(?:the )?"
)
"""Between a colour and the one that comes for it: «белый заменить на серый», `white to be replaced by grey`."""
_ARTICLES = frozenset({"", "please", "please the", "пожалуйста", "the", "all the", "out the", "весь", "всю"})
_INSIDE = frozenset(
    {
        "in",
        "in the",
        "in this",
        "in the mix",
        "in mix",
        "in the recipe",
        "в смеси",
        "в рецепте",
        "в составе",
        "of",
        "в",
        "из",
    }
)
"""Between a change and the mix behind it."""
_WAS = frozenset({"was", "were", "it was", "было", "был", "была", "были"})
_TO = frozenset({"to", "на"})
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_BOUNDS = frozenset({Kind.SEPARATOR, Kind.BRACKET, Kind.LINK})
_MIX_NAME = re.compile(r"(?<![^\W_])(?:mix|blend|mixture|смесь|микс)[ ]*$")
OPEN = frozenset(
    {
        Kind.VAGUE, Kind.NOT, Kind.RANGE, Kind.ZONE, Kind.LAYER, Kind.REST, Kind.EACH, Kind.EQUAL, Kind.SAME,
        Kind.COMPARED, Kind.HALF, Kind.MASS, Kind.PARTS, Kind.SBR,
    }
)  # fmt: skip
"""Words with which more is said of a mix than its numbers."""
_BEFORE_NEW = frozenset({None, Kind.SEPARATOR, Kind.LINK, Kind.BRACKET, Kind.UNKNOWN, Kind.ASIDE, Kind.LIKE})
"""What may stand before the colour that stands for another: a bound, or a word such as `use`."""
_TURNED = re.compile(
    r"(?<![^\W_])(?<!not )(?<!not the )(?<!не )(?:(?:the )?other way (?:a)?round|vice versa|наоборот)(?![^\W_])"
)
"""What exchanges the numbers before it."""
_PUT = re.compile(
    r"(?<![^\W_])(?:by|with|to|use|using|put|take|add|на|вместо (?:него|неё|нее|этого|них)|взять|возьм[а-я]+|став[а-я]+"
    r"|сдела[а-я]+|будет|лучше|нуж[а-я]+)(?: the)?[ :,—-]+$"
)
"""Before the colour that stands for another."""
_FOR = re.compile(r"(?<![^\W_])(?:for|with|to|by|на)(?: the)? +$")
"""Before the colour that comes for another."""
_PUT_BEHIND = re.compile(r"[ ,]*(?:instead|in its place)(?![^\W_]| of)")
_BY_IT = ("ым", "им")
"""Endings of a Russian colour with which another is replaced."""
_DEGREES = frozenset({"more", "less", "fewer", "больше", "меньше"})
_COMMAS = frozenset({",", ";", "and", "и"})
_PAIR = 2
_ENDS = frozenset({None, Kind.SEPARATOR, Kind.BRACKET, Kind.LINK})
_MAX_WORDS = 4
_WHOLE = 100
"""Percent."""


def with_change(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens of the mix after the change that is asked for; None where the mix is not told or it is not clear."""
    read = (_put, _announced, _replaced, _told_at_last, _named, _changed)
    for changed in (one(source, tokens) for one in read):
        if changed is not None:
            return changed
    found = list(_CHANGE.finditer(source.folded))
    if len(found) != 1:
        return None
    start, end = source.span(*found[0].span())
    before = [token for token in tokens if token.span[0] < start]
    said = [token for token in tokens if start <= token.span[0] < end]
    behind = [token for token in tokens if token.span[0] >= end]
    if swapped := _swapped(source, found[0], before, said, behind):
        return swapped
    is_new = found[0]["to"] in _TO and is_whole(behind) and not any(token.kind in _NUMBERS for token in said)
    if not is_new or any(token.kind in OPEN | {Kind.COLOUR} for token in before):
        return None
    words = source.text[start:end].rstrip()
    span = (start, start + len(words))
    label = Token(kind=Kind.LABEL, span=span, text=words, choice=LETTERED)
    if before and before[-1].kind is Kind.LINK:
        before = before[:-1]
    return [*before, _comma(start), label, _comma(span[1]), *behind]


def _swapped(
    source: Source, found: "re.Match[str]", before: list[Token], said: list[Token], behind: list[Token]
) -> list[Token] | None:
    """The mix with one colour for another, if it is whole and has the one and not the other."""
    colours = [token for token in said if token.kind is Kind.COLOUR]
    if len(colours) != 1 or not behind or behind[0].kind is not Kind.COLOUR:
        return None
    first, second, rest = colours[0], behind[0], behind[1:]
    is_turned = found["verb"].startswith("substitut") and found["to"].startswith("for")  # A comes for B
    old, new = (second, first) if is_turned else (first, second)
    verb, to = source.span(*found.span("verb")), source.span(*found.span("to"))
    around = source.text[verb[1] : first.span[0]].strip(" ,").casefold(), source.text[first.span[1] : to[0]].strip()
    is_inside = bool(rest) and source.text[second.span[1] : rest[0].span[0]].strip().casefold() in _INSIDE
    is_clear = around[0] in _ARTICLES and not around[1] and (not rest or rest[0].kind in _BOUNDS or is_inside)
    told = [*before, *(token for token in rest[not is_inside :] if token.text not in _WAS)]
    if not is_clear:
        return None
    codes = [token.colour.code for token in told if token.colour is not None]
    if new.colour and old.colour and codes.count(new.colour.code) == 1 and old.colour.code not in codes:
        label = _label(source, said[0].span[0], second.span[1])
        return [*before, _comma(label.span[0]), label, _comma(label.span[1]), *rest] if is_whole(told) else None
    return None if new.remark is not None else with_other(source, told, old, new)


def _told_at_last(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The whole mix behind a wish about its colours: `we want more brown - call it 50% brown, 50% tan`.

    What there is to be more of is in it, and what is taken out is not.
    """
    changes = [at for at, token in enumerate(tokens) if token.kind is Kind.VAGUE and token.choice in CHANGES]
    bounds = (at for at in _before_wholes(tokens) if tokens[at].kind in _BOUNDS)
    end = next((at for at in bounds if changes and at > changes[-1] and _is_told(tokens[at + 1 :])), None)
    if end is None or any(tokens[at].choice == INSTEAD for at in changes):
        return None
    codes, wished = _codes(tokens[end + 1 :]), _codes(tokens[:end])
    is_more = all(tokens[at].text in _DEGREES for at in changes) and wished <= codes
    is_more &= tokens[end].text not in _COMMAS  # else `more red, red 60, black 40` may be a mix to be changed
    new = [token for token in tokens[:end] if token.colour is not None][-1:]
    is_swap = len(wished) == _PAIR and len(wished & codes) == 1 and wished & codes == _codes(new)
    is_swap &= bool(new) and _FOR.search(source.text[: new[0].span[0]].casefold()) is not None
    is_out = all(tokens[at].text.startswith(REMOVES) for at in changes) and wished.isdisjoint(codes)
    return _behind(source, tokens, end) if is_more or is_out or is_swap else None


def _named(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The whole mix behind its name: `sand and stone: beige 60, grey 40`, `brown/tan: 50% brown, 50% tan`."""
    wholes = ((at, tokens[at]) for at in _before_wholes(tokens))
    heads = (
        at
        for at, token in wholes
        if token.text == ":" or (at and (_is_dash(source, token) or _is_of_mix(source, token)))
    )
    end = next((at for at in heads if _is_told(tokens[at + 1 :])), None)
    if end is None or _CHANGE.search(source.folded):
        return None
    name = [token for token in tokens[:end] if token.choice != "most"]  # `mainly earthy tones - brown 45, ...`
    codes, named = _codes(tokens[end + 1 :]), _codes(name)
    kinds = {token.kind for token in name}
    is_list = kinds <= {Kind.COLOUR, Kind.SEPARATOR, Kind.SLASH}
    is_part = named.isdisjoint(codes) and end and find_part(source.text[: tokens[end].span[0]])
    is_name = bool(named) and not is_part and (is_list or named <= codes or named.isdisjoint(codes))
    return _behind(source, tokens, end) if is_name and OPEN.isdisjoint(kinds) else None


def _is_dash(source: Source, token: Token) -> bool:
    return token.text == "-" and source.text[: token.span[0]][-1:].isspace()


def _is_of_mix(source: Source, token: Token) -> bool:
    """Whether a comma stands behind the name of a mix: `warm grey mix, two thirds ...`."""
    return token.text == "," and _MIX_NAME.search(source.text[: token.span[0]].casefold()) is not None


def _behind(source: Source, tokens: Sequence[Token], end: int) -> list[Token] | None:
    """What stands behind a place, with all before it as a label, if that has no number."""
    before = list(dropwhile(lambda token: token.kind in _BOUNDS, tokens[:end]))
    numbers = [at for at, token in enumerate(before) if token.kind in _NUMBERS]
    if not before or any(_kind(before, at - 1) is not Kind.LABEL for at in numbers):  # `per addendum 2`
        return None
    label = _label(source, before[0].span[0], before[-1].span[1])
    return [label, _comma(label.span[1]), *tokens[end + 1 :]]


def _codes(tokens: Sequence[Token]) -> set[str]:
    return {token.colour.code for token in tokens if token.colour is not None}


def _is_told(tokens: Sequence[Token]) -> bool:
    """Whether a whole mix begins right there: its first number and colour lie before the next bound."""
    until = next((at for at, token in enumerate(tokens) if token.kind in _BOUNDS), len(tokens))
    return Kind.COLOUR in {token.kind for token in tokens[:until]} and is_whole(tokens)


def _label(source: Source, start: int, end: int) -> Token:
    return Token(kind=Kind.LABEL, span=(start, end), text=source.text[start:end], choice=LETTERED)


def _announced(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The mix behind a sentence about two of its colours: `drop the red, use brown instead: black 70, red 30`."""
    if not any(token.kind is Kind.VAGUE and token.choice in CHANGES for token in tokens):
        return None
    end = next((at for at in _before_wholes(tokens) if tokens[at].text in (":", ".", "\n", *_WAS)), None)
    said, told = (tokens[:end], list(tokens[end + 1 :])) if end else ([], [])
    colours = {token.colour.code: token for token in said if token.colour is not None}
    is_change = any(token.kind is Kind.VAGUE and token.choice in CHANGES for token in said)
    if not is_change or len(colours) != _PAIR or any(token.kind in _NUMBERS for token in said):
        return None
    first, last = colours.values()
    pairs = [
        (old, new)
        for old, new in ((first, last), (last, first))
        if _PUT.search(source.text[: new.span[0]].casefold())
        or _PUT_BEHIND.match(source.text[new.span[1] :].casefold())
    ]
    if len(pairs) != 1 or pairs[0][1].remark is not None:
        return None
    codes = [token.colour.code for token in told if token.colour is not None]
    label = Token(kind=Kind.LABEL, span=(said[0].span[0], said[-1].span[1]), text="", choice=LETTERED)
    old, new = pairs[0]
    if codes.count(new.colour.code if new.colour else "") == 1 and (old.colour and old.colour.code not in codes):
        return [label, _comma(label.span[1]), *told]
    return with_other(source, told, old, new)


def find_untold_change(source: Source, tokens: Sequence[Token]) -> tuple[int, int] | None:
    """Where one colour is changed to another and no number is told, or numbers are exchanged; None if nowhere.

    `Change the green to blue`, `red 60, black 40, but the other way round`.
    """
    numbers = [token.span[0] for token in tokens if token.kind in _NUMBERS]
    turned = _TURNED.search(source.folded)
    if turned is not None and len(numbers) >= _PAIR and source.span(*turned.span())[0] > numbers[-1]:
        return source.span(*turned.span())
    for found in _CHANGE.finditer(source.folded):
        start, end = source.span(*found.span())
        said = [token for token in tokens if start <= token.span[0] < end and token.kind is Kind.COLOUR]
        new = next((token for token in tokens if token.span[0] >= end), None)
        has_number = any(token.kind in _NUMBERS | {Kind.EQUAL} for token in tokens)
        if len(said) == 1 and new is not None and new.kind is Kind.COLOUR and not has_number:
            return start, new.span[1]
    return None


def _put(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The mix with the colour that is said to stand for another: `instead of red use blue: black 80, red 20`."""
    places = [at for at, token in enumerate(tokens) if token.kind is Kind.VAGUE and token.choice == INSTEAD]
    at = places[0] if len(places) == 1 else len(tokens)
    if (anew := _without_old(source, tokens, at)) is not None:
        return anew
    if _kind(tokens, at + 2) is Kind.NUMBER:
        return _anew(source, tokens, at)
    if (recounted := _recounted(source, tokens, at)) is not None:
        return recounted
    if _kind(tokens, at + 2) is not Kind.COLOUR:
        return None
    start, end, new = at, at + 3, None
    if _kind(tokens, at - 1) is Kind.COLOUR and _kind(tokens, at - 2) in _BEFORE_NEW and _kind(tokens, end) in _ENDS:
        start, new = at - 1, tokens[at - 1]
    else:
        while _kind(tokens, end) in _BEFORE_NEW - {None} and end < at + 3 + _MAX_WORDS:
            end += 1
        if _kind(tokens, end) is Kind.COLOUR and _kind(tokens, end + 1) in _ENDS:
            end, new = end + 1, tokens[end]
    if new is None or new.remark is not None:
        return None
    rest = tokens[end + (_kind(tokens, end) is Kind.LINK) :]
    told = [*tokens[:start], _comma(tokens[start].span[0]), *rest]
    if any(token.colour == new.colour for token in told if token.kind is Kind.COLOUR) and is_whole(told):
        span = (tokens[start].span[0], tokens[end - 1].span[1])
        label = Token(kind=Kind.LABEL, span=span, text=source.text[slice(*span)], choice=LETTERED)
        has_old = any(token.colour == tokens[at + 2].colour for token in told)
        return None if has_old else [*tokens[:start], _comma(span[0]), label, _comma(span[1]), *rest]
    return with_other(source, told, tokens[at + 2], new)


def _without_old(source: Source, tokens: Sequence[Token], at: int) -> list[Token] | None:
    """The whole mix beside a colour that it does not have: `instead of the usual black 70% brown and 30% sand`."""
    end = at + 2
    while _kind(tokens, end) in (Kind.UNKNOWN, Kind.ASIDE):
        end += 1
    if _kind(tokens, end) is not Kind.COLOUR:
        return None
    counted = end + 2 + (_kind(tokens, end + 2) is Kind.PERCENT)  # «вместо зелёного 30% положите ...»
    while _kind(tokens, counted) in (Kind.UNKNOWN, Kind.ASIDE):
        counted += 1
    for last in (end + 1, *((counted,) if _kind(tokens, end + 1) is Kind.NUMBER else ())):
        told = [*tokens[:at], *tokens[last:]]
        if is_whole(told) and tokens[end].colour not in {token.colour for token in told}:
            label = _label(source, tokens[at].span[0], tokens[last - 1].span[1])
            return [*tokens[:at], _comma(label.span[0]), label, _comma(label.span[1]), *tokens[last:]]
    return None


def _anew(source: Source, tokens: Sequence[Token], at: int) -> list[Token] | None:
    """The whole mix behind a share that is no more: «вместо 30% красного делаем 40% красного и 60% чёрного»."""
    end = at + 3
    while _kind(tokens, end) in (Kind.SLASH, Kind.LINK) and _kind(tokens, end + 1) is Kind.NUMBER:
        end += 2
    end += _kind(tokens, end) is Kind.PERCENT
    end += _kind(tokens, end) is Kind.COLOUR
    while _kind(tokens, end) in _BEFORE_NEW - {None}:
        end += 1
    if not is_whole([*tokens[:at], *tokens[end:]]):
        return None
    span = (tokens[at].span[0], tokens[end - 1].span[1])
    label = Token(kind=Kind.LABEL, span=span, text=source.text[slice(*span)], choice=LETTERED)
    return [*tokens[:at], _comma(span[0]), label, _comma(span[1]), *tokens[end:]]


def _recounted(source: Source, tokens: Sequence[Token], at: int) -> list[Token] | None:
    """The colour with its new share: «вместо красного 60% делаем 50%, остальное чёрный»."""
    kinds = [_kind(tokens, place) for place in range(at + 2, at + 5)]
    if kinds != [Kind.COLOUR, Kind.NUMBER, Kind.PERCENT]:
        return None
    end = at + 5
    while _kind(tokens, end) in (Kind.UNKNOWN, Kind.ASIDE):
        end += 1
    if [_kind(tokens, end), _kind(tokens, end + 1)] != [Kind.NUMBER, Kind.PERCENT]:
        return None
    label = _label(source, tokens[at].span[0], tokens[at + 4].span[1])
    return [*tokens[:at], _comma(label.span[0]), label, _comma(label.span[1]), tokens[at + 2], *tokens[end:]]


def _replaced(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The mix with the colour that is said to come for another: «заменить жёлтый оранжевым: чёрный 85, жёлтый 15»."""
    for at, token in enumerate(tokens):
        is_change = token.kind is Kind.VAGUE and token.choice in CHANGES - {INSTEAD}
        kinds = [_kind(tokens, place) for place in (at + 1, at + 2)]
        if is_change and kinds == [Kind.COLOUR] * 2 and tokens[at + 2].text.endswith(_BY_IT):
            rest = tokens[at + 3 + (_kind(tokens, at + 3) in (Kind.LINK, Kind.SEPARATOR)) :]
            return with_other(source, [*tokens[:at], _comma(token.span[0]), *rest], tokens[at + 1], tokens[at + 2])
    return None


def _changed(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The mix with the colour that comes for another, as in «синий 60, белый 40. Белый заменить на серый»."""
    for at, old in enumerate(tokens):
        new = next((place for place in range(at + 1, len(tokens)) if tokens[place].kind is Kind.COLOUR), None)
        if old.kind is not Kind.COLOUR or new is None or _kind(tokens, new + 1) not in _ENDS:
            continue
        between = source.text[old.span[1] : tokens[new].span[0]].casefold()
        if _kind(tokens, at - 1) in _ENDS and _CHANGED.fullmatch(between):
            told = [*tokens[: max(0, at - 1)], *tokens[new + 1 :]]
            return None if tokens[new].remark is not None else with_other(source, told, old, tokens[new])
    return None


def with_other(source: Source, told: list[Token], old: Token, new: Token) -> list[Token] | None:
    """A mix with one colour for another, if it is whole and has the one and not the other."""
    places = [at for at, token in enumerate(told) if token.colour == old.colour and token.kind is Kind.COLOUR]
    has_new = any(token.colour == new.colour for token in told if token.kind is Kind.COLOUR)
    if len(places) != 1 or has_new or not is_whole(told):
        return None
    values = {"old": source.text[slice(*old.span)], "new": source.text[slice(*new.span)]}
    remark = Notice("{new!r} stands for {old!r} of the mix that is told, as asked", values)
    told[places[0]] = replace(new, span=told[places[0]].span, remark=remark)
    return told


def _before_wholes(tokens: Sequence[Token]) -> list[int]:
    """Places behind which all is a whole mix, `is_whole`, found in one pass."""
    places: list[int] = []
    n_numbers = n_colours = 0
    total = Fraction(0)
    for at in reversed(range(len(tokens))):
        if n_colours == n_numbers > 1 and total == _WHOLE:
            places.append(at)
        token = tokens[at]
        if token.kind in OPEN:
            break
        n_colours += token.kind is Kind.COLOUR
        if token.kind in _NUMBERS:
            n_numbers += 1
            total += token.value * (_WHOLE if token.kind is Kind.FRACTION else 1)
    return places[::-1]


def is_whole(tokens: Sequence[Token], n_least: int = _PAIR) -> bool:
    """Whether these are colours, at least so many, with as many numbers that add up to 100, and nothing is open."""
    numbers = [
        token.value * (_WHOLE if token.kind is Kind.FRACTION else 1) for token in tokens if token.kind in _NUMBERS
    ]
    n_colours = sum(token.kind is Kind.COLOUR for token in tokens)
    is_counted = n_colours == len(numbers) >= n_least
    return is_counted and sum(numbers) == _WHOLE and OPEN.isdisjoint({t.kind for t in tokens})


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None


def _comma(at: int) -> Token:
    return Token(kind=Kind.SEPARATOR, span=(at, at), text=",")
