"""What a speaker takes back: `blue seventy, yellow thirty, no wait, make it eighty twenty`."""

import re
from collections.abc import Sequence
from dataclasses import replace

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.open_amounts import INSTEAD
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError

_MARK = re.compile(
    r"(?<![^\W_])(?:(?:(?:oh|actually|oops|sorry|hmm|um|uh)[, ]+)*(?:no[, ]+wait|wait[, ]+no|scratch that|strike that"
    r"|correction|no[, ]+(?:sorry|actually|make (?:it|that))"
    r"|actually[, ]+make (?:it|that)|sorry[, ]+(?:i (?:mean|meant)|make (?:it|that))"
    r"|i (?:mean|meant)|or rather"
    r"|on second thoughts?|oops|my mistake|(?:(?<=\.\.)|(?<=\.\. )|(?<=[-—] ))no(?=,))"
    r"(?:[, ]+(?:no|actually|sorry|rather|better|let['’]?s (?:do|make it|say)|make (?:it|that)|i (?:mean|meant)))*"
    r"|(?:ой[, ]+)?(?:хотя нет|нет[, ]+(?:стоп|погоди(?:те)?|подожди(?:те)?|лучше|давай(?:те)?|пусть будет)"
    r"|стоп[, ]+нет|вернее"
    r"|точнее|поправка|ошибся|ошиблась|виноват|(?:(?<=\.\.)|(?<=\.\. )|(?<=[-—] ))нет(?=,))"
    r"(?:[, ]+(?:нет|лучше|давай(?:те)?|пусть будет|сделай(?:те)?|не так))*)(?![^\W_])[ \t]*[,:.-]?"
)
_DENIES = frozenset({"not", "не"})
_BUT = re.compile(r"(?<![^\W_])(?:а|но|but)(?![^\W_])")
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_UNITS = frozenset({Kind.PERCENT, Kind.PARTS, Kind.MASS})
_BOUNDS = frozenset({Kind.SEPARATOR, Kind.BRACKET})
_GAPS = frozenset({Kind.SEPARATOR, Kind.LINK, Kind.SLASH, Kind.BASE, Kind.NOT})
_PAIR = 2
_WHOLE = 100
"""Percent."""


def find_marks(source: Source) -> list[tuple[int, int]]:
    """Where the words stand with which something is taken back, as they were typed."""
    return [source.span(*match.span()) for match in _MARK.finditer(source.folded)]


def corrected(source: Source, tokens: Sequence[Token]) -> tuple[list[Token], list[Notice]]:
    """The tokens of what is meant at last, with what is told of the rest; all of them where nothing is taken back.

    Raises:
        RecipeError: it is not clear what is taken back.
    """
    marks = find_marks(source)
    tokens, remarks = without_denied(source, tokens)
    if not marks:
        return tokens, remarks
    kept = [token for token in tokens if token.span[0] < marks[0][0]]
    for mark, until in zip(marks, [*(start for start, _ in marks[1:]), len(source.text)], strict=True):
        words = [token for token in tokens if mark[0] <= token.span[0] < mark[1]]
        behind = [token for token in tokens if mark[1] <= token.span[0] < until]
        if not any(token.kind in _NUMBERS | {Kind.COLOUR} for token in kept):
            kept += [*words, *behind]
            continue
        meant = _meant(kept, behind)
        if meant is None:
            raise _refuse(source, mark)
        kept = meant
        values = {"words": _typed(source, mark)}
        remarks += [Notice("what stands behind {words!r} is taken for what it corrects", values)]
    return kept, remarks


def without_denied(source: Source, tokens: Sequence[Token]) -> tuple[list[Token], list[Notice]]:
    """The tokens without numbers that are said not to be meant, «не 30, а 20%» and `so not 15`, and what is told."""
    kept, remarks = list(tokens), []
    for at in reversed(range(len(kept) - 1)):
        end = _end_of_denied(source, kept, at) if at < len(kept) else None  # what stood behind may be gone
        if end is None or not any(token.kind in _NUMBERS for token in (*kept[:at], *kept[end:])):
            continue
        words = source.text[kept[at].span[0] : kept[end - 1].span[1]].rstrip(" ,")
        remarks.append(Notice("{words!r} is no part of the mix; it is left out", {"words": words}))
        kept[at - (kept[at].choice == INSTEAD) : end] = []
    return kept, remarks


def _end_of_denied(source: Source, tokens: Sequence[Token], at: int) -> int | None:
    """Where the numbers end that a word denies, or a clause of such numbers: `not the 60 40 we did before`."""
    is_instead = tokens[at].choice == INSTEAD
    if tokens[at].kind is not Kind.NOT or not (is_instead or tokens[at].text in _DENIES):
        return None
    if _kind(tokens, at + 1) not in _NUMBERS:
        return None
    end = at + 1
    while _kind(tokens, end) in _NUMBERS | _UNITS | {Kind.SLASH, Kind.LINK}:
        if _kind(tokens, end) in _NUMBERS and _BUT.search(_gap(source, tokens, end)):
            return end
        end += 1
    if _kind(tokens, end) is Kind.SEPARATOR and _BUT.search(_gap(source, tokens, end + 1)):
        return end + 1
    start = tokens[at - 1].kind if at else Kind.SEPARATOR
    while start in _BOUNDS and _kind(tokens, end) in (Kind.UNKNOWN, Kind.ASIDE):
        end += 1
    if is_instead and _kind(tokens, end) in (Kind.UNKNOWN, Kind.ASIDE) and _kind(tokens, end + 1) in _NUMBERS:
        return end  # «вместо 60/40 делаем 70/30»
    is_head = end < len(tokens) and tokens[end].text == ":"
    return end if is_head or _kind(tokens, end) in {None, *_BOUNDS} else None


def _gap(source: Source, tokens: Sequence[Token], at: int) -> str:
    """What was typed between a token and the one before it, with that one where it is `but`."""
    if at >= len(tokens):
        return ""
    before = tokens[at - 1]
    start = before.span[0] if before.kind is Kind.SEPARATOR else before.span[1]
    return source.text[start : tokens[at].span[0]].casefold()


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if at < len(tokens) else None


def _meant(before: list[Token], behind: list[Token]) -> list[Token] | None:
    """What is meant of the tokens before such words and behind them; None where that is not clear."""
    numbers = [at for at, token in enumerate(before) if token.kind in _NUMBERS]
    new = [token for token in behind if token.kind in _NUMBERS]
    if Kind.COLOUR not in {token.kind for token in behind}:
        is_ratio = len(new) == len(numbers) > 0 and {token.kind for token in behind} <= _NUMBERS | _UNITS | _GAPS
        return _with_numbers(before, numbers, new) if is_ratio else None
    colours = {token.colour for token in behind if token.colour is not None}
    old = {token.colour for token in before if token.colour is not None}
    if (recounted := _with_last_number(before, behind)) is not None:
        return recounted
    is_whole = sum(_percent(token) for token in new) == _WHOLE or (not new and not numbers and len(colours) >= len(old))
    if is_whole:
        return behind
    return _with_last_one(before, behind) or _with_other_number(before, behind) or _with_last_split(before, behind)


def _with_other_number(before: list[Token], behind: list[Token]) -> list[Token] | None:
    """`Red 40, green 40... no, green 30, the rest black` has 30 of green, if that is a whole or leaves a rest."""
    end = next((at for at, token in enumerate(behind) if token.kind in _BOUNDS), len(behind))
    said = [token for token in behind[:end] if token.kind in _NUMBERS | {Kind.COLOUR}]
    colour = next((token.colour for token in said if token.kind is Kind.COLOUR), None)
    number = next((token for token in said if token.kind in _NUMBERS), None)
    at = next((at for at, token in enumerate(before) if colour is not None and token.colour == colour), None)
    if at is None or number is None or len(said) != _PAIR:
        return None
    places = (at + 1,) if before[0].kind is Kind.COLOUR else (at - 1, at - 2)
    own = next((place for place in places if place >= 0 and _kind(before, place) in _NUMBERS), None)
    if own is None:
        return None
    meant = [*before[:own], replace(before[own], value=number.value, kind=number.kind, text=number.text)]
    meant += before[own + 1 :]
    total, others = sum(_percent(token) for token in meant if token.kind in _NUMBERS), behind[end:]
    kinds = {token.kind for token in others}
    has_rest = Kind.REST in kinds and total < _WHOLE
    return [*meant, *others] if has_rest or (total == _WHOLE and Kind.COLOUR not in kinds) else None


def _with_numbers(before: list[Token], numbers: list[int], new: list[Token]) -> list[Token]:
    """What was said first with the numbers that were said last."""
    meant = list(before)
    for at, number in zip(numbers, new, strict=True):
        meant[at] = replace(before[at], kind=number.kind, value=number.value, text=number.text)
    return meant


def _with_last_one(before: list[Token], behind: list[Token]) -> list[Token] | None:
    """`60% blue, no wait, green, 40% white` has green for blue."""
    last = max((at for at, token in enumerate(before) if token.kind is Kind.COLOUR), default=-1)
    if last < 0:
        return None
    beyond = [token for token in before[last + 1 :] if token.kind not in _GAPS]
    head = [token for token in behind if token.kind not in _GAPS]
    if not beyond and head and head[0].kind is Kind.COLOUR:
        return [*before[:last], *behind[behind.index(head[0]) :]]
    return None


def _with_last_number(before: list[Token], behind: list[Token]) -> list[Token] | None:
    """`Purple 55, actually make that 45, and pink 55` has 45 of purple, if that is a whole."""
    numbers = [at for at, token in enumerate(before) if token.kind in _NUMBERS]
    end = next((at for at, token in enumerate(behind) if token.kind in _BOUNDS), len(behind))
    own = [token for token in behind[:end] if token.kind not in _UNITS | _GAPS]
    if not numbers or len(own) != 1 or own[0].kind not in _NUMBERS:
        return None
    meant = [*_with_numbers(before, numbers[-1:], own), *behind[end:]]
    return meant if _is_whole(meant) else None


def _with_last_split(before: list[Token], behind: list[Token]) -> list[Token] | None:
    """`60% burgundy, 40% grey - no, make that 30% grey and 10% cream` shares out the 40 of the grey anew."""
    last = max((at for at, token in enumerate(before) if token.kind in _BOUNDS), default=-1)
    colours = {token.colour for token in before[last + 1 :] if token.kind is Kind.COLOUR}
    is_named = len(colours) == 1 and colours <= {token.colour for token in behind}
    meant = [*before[: last + 1], *behind]
    return meant if last >= 0 and is_named and _is_whole(meant) else None


def _is_whole(tokens: Sequence[Token]) -> bool:
    """Whether there are as many numbers as colours, no colour is named twice, and the numbers add up to 100."""
    colours = [token.colour for token in tokens if token.kind is Kind.COLOUR]
    shares = [_percent(token) for token in tokens if token.kind in _NUMBERS]
    return len(shares) == len(colours) == len({*colours}) > 1 and sum(shares) == _WHOLE


def _percent(token: Token) -> float:
    return float(token.value * (_WHOLE if token.kind is Kind.FRACTION else 1))


def _typed(source: Source, span: tuple[int, int]) -> str:
    return source.text[slice(*span)].strip(" \t,:.-")


def _refuse(source: Source, mark: tuple[int, int]) -> RecipeError:
    return source.refuse(
        "{words!r} takes something back, and it is not clear what; write the mix once, as in: anthracite 90%, "
        "terracotta 10%",
        mark,
        words=_typed(source, mark),
    )
