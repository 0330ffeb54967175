"""What a speaker takes back: `blue seventy, yellow thirty, no wait, make it eighty twenty`."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from plitka.core.colour.palette import Colour
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.open_amounts import INSTEAD
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError

_MARK = re.compile(
    r"(?<![^\W_])(?:(?:(?:oh|actually|oops|sorry|hmm|um|uh)[, ]+)*(?:no[, ]+wait|wait[, ]+no|scratch that|strike that"
    r"|(?<=[,;.] )now(?: it(?:['’]s| is))?(?=[ ]\d+[ ]?[/:-][ ]?\d)"
    r"|correction|no[, ]+(?:sorry|actually|make (?:it|that))"
    r"|actually[, ]+make (?:it|that)|sorry[, ]+(?:i (?:mean|meant)|make (?:it|that))"
    r"|i (?:mean|meant)|or rather|(?:the |our )?(?:client|customer|boss) (?:has )?changed (?:his|her|their|its) mind"
    r"|(?:the |our )?(?:client|customer|boss) (?:has )?changed (?:it |that |this )?to(?=[ ]\d)"
    r"|(?:sorry|apologies)(?=[, ]+(?:but )?(?:the |our )?(?:client|customer|buyer|architect|boss)(?![^\W_]))"
    r"|on (?:second thoughts?|reflection)|oops|my mistake|(?:(?<=\.\.)|(?<=\.\. )|(?<=[-—] ))no(?=,))"
    r"(?:[, ]+(?:no|actually|sorry|rather|better|let['’]?s (?:do|make it|say)|make (?:it|that)|i (?:mean|meant)))*"
    r"|(?:ой[, ]+)?(?:хотя нет|нет[, ]+(?:стоп|погоди(?:те)?|подожди(?:те)?|лучше|давай(?:те)?|пусть будет)"
    r"|стоп[, ]+нет|вернее|(?<=[,;.] )теперь(?=[ ]\d+[ ]?[/:-][ ]?\d)"
    r"|(?:извините|простите|сорри|пардон|ой)(?=[, ]+(?:но )?(?:заказчик|клиент|покупатель|архитектор|начальник)"
    r"(?![^\W_]))|(?:нет[, ]+)?(?:(?:заказчик|клиент|шеф|начальник) )?передумал(?:а|и)?"
    r"|то есть[, ]+(?:нет|не так)|ой[, ]+нет|точнее|подумав|поправка|ошибся|ошиблась|виноват"
    r"|(?:(?<=\.\.)|(?<=\.\. )|(?<=[-—] ))нет(?=,))"
    r"(?:[, ]+(?:нет|лучше|давай(?:те)?|пусть будет|сделай(?:те)?|не так))*)(?![^\W_])[ \t]*[,:.-]?"
)
_LISTED_MARK = re.compile(
    r"(?<![^\W_])(?:(?<=[.,;(–—-][ ])(?:corrected|updated|исправлен(?:ие|о)|обновлен(?:ие|о))"
    r"|(?:corrected|updated|changed)(?=[ ]?:)|(?:corrected|updated|changed) to"
    r"|(?:исправл|обновл|измен|уточн)(?:ено|ение)(?=[ ]?:)|(?:исправлено|изменено) на)(?![^\W_])[ \t]*[,:.-]?"
)
"""Words that take something back only before colours: «исправление: красный 15», and not `price corrected: 500`."""
_SOFT_MARK = re.compile(
    r"(?:(?<=[-—–,;.(!][ ])|(?<=\n))(?:(?:sorry|apologies|no|(?:let['’]?s )?(?:make|do) (?:it|that)|let['’]?s do"
    r"|whoops|ouch|actually|better|erratum|errata|typo|amended|revised"
    r"|update|(?:revision|rev|issue|amendment|addendum|variation)(?:\.?[ ]?(?:no\.?[ ]?|№[ ]?)?\w{1,2}(?=[ ]?[:,]))?"
    r"|уточнение|замена|(?:изм|ред|правка|редакция|изменение)(?:\.?[ ]?(?:№[ ]?)?\w{1,2}(?=[ ]?[:,]))?"
    r"|простите|извините|сорри|нет|(?:давай(?:те)? )?лучше|ой|ох|упс|стоп|погоди(?:те)?|опечатка|описка"
    r"|все-таки|все же)"
    r"(?:[, ]+(?:sorry|no|make (?:it|that)|better|actually|rather|пусть будет|сделайте|нет|лучше))*)"
    r"(?=[ ,:])[ \t]*[,:.-]?"
)
"""Words that take something back only before a colour that was told before, with another number."""
_READS = frozenset(
    {
        "read", "reads", "reading", "become", "becomes", "state", "say", "show", "следует", "читать", "читаем",
        "читается", "должен", "должна", "должно", "должны", "быть", "будет", "станет", "стать", "становится",
        "считать", "надо", "нужно", "лучше", "better", "rather",
    }
)  # fmt: skip
"""Between a colour and what it has now: `green should read 15%`, «синий должен быть 35%»."""
_DENIES = frozenset({"not", "не"})
_BUT = re.compile(r"(?<![^\W_])(?:а|но|but)(?![^\W_])")
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_UNITS = frozenset({Kind.PERCENT, Kind.PARTS, Kind.MASS})
_BOUNDS = frozenset({Kind.SEPARATOR, Kind.BRACKET})
_GAPS = frozenset({Kind.SEPARATOR, Kind.LINK, Kind.SLASH, Kind.BASE, Kind.NOT})
_SAID_AGAIN = _NUMBERS | _UNITS | _GAPS | {Kind.COLOUR, Kind.FLECK}
_PAIR = 2
_WHOLE = 100
"""Percent."""


def find_marks(source: Source, tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Where the words stand with which something is taken back, as they were typed."""
    listed = [source.span(*match.span()) for match in _LISTED_MARK.finditer(source.folded)]
    last = max((token.span[0] for token in tokens if token.kind is Kind.COLOUR), default=0)
    plain = [source.span(*match.span()) for match in _MARK.finditer(source.folded)]
    return sorted([*plain, *(mark for mark in listed if mark[1] <= last)])


def corrected(source: Source, tokens: Sequence[Token]) -> tuple[list[Token], list[Notice]]:
    """The tokens of what is meant at last, with what is told of the rest; all of them where nothing is taken back.

    Raises:
        RecipeError: it is not clear what is taken back.
    """
    marks = find_marks(source, tokens)
    tokens, remarks = without_denied(source, tokens)
    if not marks:
        softly = _softly_corrected(source, tokens)
        return (tokens, remarks) if softly is None else (softly[0], [*remarks, softly[1]])
    kept = [token for token in tokens if token.span[0] < marks[0][0]]
    for mark, until in zip(marks, [*(start for start, _ in marks[1:]), len(source.text)], strict=True):
        words = [token for token in tokens if mark[0] <= token.span[0] < mark[1]]
        behind = [token for token in tokens if mark[1] <= token.span[0] < until]
        if not any(token.kind in _NUMBERS | {Kind.COLOUR} for token in kept):
            kept += [*words, *behind]
            continue
        meant = _broken_off(kept, behind) or _meant(kept, _without_verbs(behind))
        if meant is None:
            raise _refuse(source, mark)
        kept = meant
        remarks.append(_told(source, mark))
    return kept, remarks


def _broken_off(before: Sequence[Token], behind: Sequence[Token]) -> list[Token] | None:
    """`60 red, 30 black, 10 - no, 10 light grey`, where a number that had no colour yet is said again; else None."""
    kept = list(before)
    while kept and kept[-1].kind in _GAPS:
        kept.pop()
    end = len(kept) - (bool(kept) and kept[-1].kind is Kind.PERCENT)
    said = [token for token in kept if token.kind in _SAID_AGAIN]
    is_lone = end > 1 and kept[end - 1].kind in _NUMBERS and kept[end - 2].kind is Kind.SEPARATOR
    is_again = bool(behind) and behind[0].kind in _NUMBERS and is_lone and behind[0].value == kept[end - 1].value
    named = [sum(token.kind in kinds for token in said) for kinds in (_NUMBERS, {Kind.COLOUR})]
    if not is_again or named[0] != named[1] + 1 or not any(token.kind is Kind.COLOUR for token in behind):
        return None
    return [*kept[: end - 1], *behind]


def _softly_corrected(source: Source, tokens: Sequence[Token]) -> tuple[list[Token], Notice] | None:
    """What is meant where `sorry,` or `no,` stands before the same colours with other numbers; None where none does.

    Raises:
        RecipeError: it does, and the numbers fit no mix.
    """
    found = [source.span(*match.span()) for match in _SOFT_MARK.finditer(source.folded)]
    if len(found) != 1:
        return None
    before = [token for token in tokens if token.span[0] < found[0][0]]
    behind = _without_verbs([token for token in tokens if token.span[0] >= found[0][1]])
    old, new = ({token.colour for token in side if token.kind is Kind.COLOUR} for side in (before, behind))
    is_counted = all(any(token.kind in _NUMBERS for token in side) for side in (before, behind))
    if not is_counted:
        return None
    meant = _with_last_number(before, behind) if old.isdisjoint(new) else _meant(before, behind)
    if meant is None and new <= old and behind[0].kind in _NUMBERS | {Kind.COLOUR}:
        raise _refuse(source, found[0])
    return None if meant is None else (meant, _told(source, found[0]))


def _without_verbs(tokens: Sequence[Token]) -> list[Token]:
    return [token for token in tokens if token.kind not in (Kind.UNKNOWN, Kind.ASIDE) or token.text not in _READS]


def _told(source: Source, mark: tuple[int, int]) -> Notice:
    return Notice("what stands behind {words!r} is taken for what it corrects", {"words": _typed(source, mark)})


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
    if not is_instead and (end := _end_of_denied_mix(tokens, at)) is not None:
        return end
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


def _end_of_denied_mix(tokens: Sequence[Token], at: int) -> int | None:
    """Where a whole mix ends that a word denies beside another: `60 red 40 grey, not 60 grey 40 red as drawn`."""
    end = at + 1
    while end < len(tokens) and not _is_whole(tokens[at + 1 : end]):
        end += 1
    if not _is_whole(tokens[at + 1 : end]) or not {token.kind for token in tokens[at + 1 : end]} <= _SAID_AGAIN:
        return None
    if _kind(tokens, end) is Kind.SEPARATOR and _is_whole(tokens[end + 1 :]) and not _is_whole(tokens[:at]):
        return end + 1
    if not _is_whole(tokens[:at]):
        return None
    while _kind(tokens, end) in (Kind.UNKNOWN, Kind.ASIDE, Kind.LABEL, Kind.BASE, Kind.LIKE):
        end += 1
    return end if _kind(tokens, end) in {None, *_BOUNDS} else None


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
        said = [token for token in behind if token.kind not in (Kind.UNKNOWN, Kind.ASIDE)]  # `client prefers 60/40`
        is_whole = said == behind or sum(_percent(token) for token in new) == _WHOLE
        is_ratio = len(new) == len(numbers) > 0 and {token.kind for token in said} <= _NUMBERS | _UNITS | _GAPS
        is_ratio &= is_whole
        return _with_numbers(before, numbers, new) if is_ratio else None
    colours = {token.colour for token in behind if token.colour is not None}
    old = {token.colour for token in before if token.colour is not None}
    if (recounted := _with_last_number(before, behind)) is not None:
        return recounted
    if len(new) > 1 and colours < old and sum(_percent(token) for token in new) != _WHOLE:
        return _with_own_numbers(before, behind)
    is_whole = sum(_percent(token) for token in new) == _WHOLE or (not new and not numbers and len(colours) >= len(old))
    if is_whole:
        return behind
    ways = (_with_new_name, _with_own_numbers, _with_last_one, _with_last_split, _with_new_colour)
    return next(filter(None, (way(before, behind) for way in ways)), None)


def _with_own_numbers(before: list[Token], behind: list[Token]) -> list[Token] | None:
    """`Black 70, red 20, white 10. Correction: red 15, white 15` has 15 of both, if that is whole or leaves a rest.

    What else is said behind is of the mix as well, such as the rest for a colour that had a number.
    """
    said, others = _said_again(behind)
    anew, first = _in_pairs(said), _in_pairs(before)
    refilled = {token.colour for token in others if token.kind is Kind.COLOUR and _has_kind(others, Kind.REST)}
    if not anew or not {token.kind for token in said} <= _SAID_AGAIN | _BOUNDS or refilled & {*anew}:
        return None
    meant, added = list(before), list[Token]()
    for colour, number in anew.items():
        places = [at for at, token in enumerate(before) if token.kind is Kind.COLOUR and token.colour == colour]
        if not places:  # `black 60, no, black 50 and white 10` has some white as well
            name = next(token for token in said if token.colour == colour)
            added += [_comma(name.span[0]), *sorted((name, said[number]), key=lambda token: token.span)]
            continue
        at = first[colour] if colour in first else _own_number(before, places[0]) if len(places) == 1 else None
        if at is None:
            return None
        meant = _with_numbers(meant, [at], [said[number]])
    gone = _places(meant, first, refilled)
    meant = [token for at, token in enumerate(meant) if at not in gone] + added + others
    return meant if _is_whole(meant) or (not added and _has_rest(meant)) else None


def _with_new_name(before: list[Token], behind: list[Token]) -> list[Token] | None:
    """`Grey 60, blue 40. Correction: grey should read brown` has brown for grey, with its number."""
    said = [token for token in behind if token.kind in _SAID_AGAIN | {Kind.REST}]
    if [token.kind for token in said if token.kind not in _GAPS] != [Kind.COLOUR, Kind.COLOUR]:
        return None
    old, new = (token for token in said if token.kind is Kind.COLOUR)
    places = [at for at, token in enumerate(before) if token.kind is Kind.COLOUR and token.colour == old.colour]
    is_other = new.remark is None and all(token.colour != new.colour for token in before)
    is_joined = said.index(new) == said.index(old) + 1
    if len(places) != 1 or not is_other or not is_joined:
        return None
    meant = list(before)
    meant[places[0]] = replace(new, span=old.span)
    return meant if _is_whole(meant) or _has_rest(meant) else None


def _said_again(behind: list[Token]) -> tuple[list[Token], list[Token]]:
    """The colours and numbers that are told again, and what is said behind them: a rest, or words."""
    rest = next((at for at, token in enumerate(behind) if token.kind is Kind.REST), len(behind))
    end = max((at for at, token in enumerate(behind[:rest]) if token.kind in _BOUNDS), default=0)
    said = behind if rest == len(behind) else behind[:end]
    last = max((at for at, token in enumerate(said) if token.kind in _SAID_AGAIN - _GAPS), default=-1)
    return behind[: last + 1], behind[last + 1 :]


def _in_pairs(tokens: Sequence[Token]) -> dict[Colour | None, int]:
    """Where the number of each colour stands, if each has one on the same side; none where that is not so."""
    own = [at for at, token in enumerate(tokens) if token.kind in _NUMBERS | {Kind.COLOUR}]
    pairs = list(zip(own[::2], own[1::2], strict=False))
    if len(own) % _PAIR:
        return {}
    if not all(tokens[at].kind is Kind.COLOUR and tokens[number].kind in _NUMBERS for at, number in pairs):
        pairs = [(at, number) for number, at in pairs]
    if not all(tokens[at].kind is Kind.COLOUR and tokens[number].kind in _NUMBERS for at, number in pairs):
        return {}
    numbers = {tokens[at].colour: number for at, number in pairs}
    return numbers if len(numbers) == len(pairs) else {}


def _has_rest(tokens: Sequence[Token]) -> bool:
    """Whether one colour has no number, and the numbers leave it something."""
    colours = {token.colour for token in tokens if token.kind is Kind.COLOUR}
    shares = [_percent(token) for token in tokens if token.kind in _NUMBERS]
    return len(shares) == len(colours) - 1 and sum(shares) < _WHOLE


def _with_new_colour(before: list[Token], behind: list[Token]) -> list[Token] | None:
    """`Black 80, blue 20, no, red 20` has red for blue, or for what `instead of` names, if that is a whole."""
    out = [at for at, token in enumerate(behind) if token.choice == INSTEAD]
    end = next((at for at, token in enumerate(behind) if token.kind in _BOUNDS), len(behind))
    said = behind[: out[0]] if out else behind[:end]
    own = [token for token in said if token.kind not in _GAPS | _UNITS]
    if {token.kind for token in own} not in ({Kind.COLOUR, kind} for kind in _NUMBERS) or len(own) != _PAIR:
        return None
    named = [token.colour for token in behind[out[0] : end] if token.kind is Kind.COLOUR] if out else []
    pairs, new = _in_pairs(before), next(token.colour for token in own if token.kind is Kind.COLOUR)
    old = named[0] if len(named) == 1 else next(reversed(pairs), None)
    if old not in pairs or new in pairs or len(named) > 1 or (out and not named):
        return None
    others = behind[end:]
    refilled = {token.colour for token in others if token.kind is Kind.COLOUR and _has_kind(others, Kind.REST)}
    gone = _places(before, pairs, refilled | {old})
    meant = [token for at, token in enumerate(before) if at not in gone]
    meant += [_comma(own[0].span[0]), *(token for token in said if token.kind not in _GAPS), *others]
    return meant if _is_whole(meant) or (refilled and _has_rest(meant)) else None


def _places(tokens: Sequence[Token], pairs: Mapping[Colour | None, int], colours: Set[Colour | None]) -> set[int]:
    """Where colours of such pairs stand, with their numbers and units."""
    places = {at for at, token in enumerate(tokens) if token.kind is Kind.COLOUR and token.colour in colours}
    numbers = {pairs[colour] for colour in colours if colour in pairs}
    return places | numbers | {at + 1 for at in numbers if _kind(tokens, at + 1) in _UNITS}


def _has_kind(tokens: Sequence[Token], kind: Kind) -> bool:
    return any(token.kind is kind for token in tokens)


def _comma(at: int) -> Token:
    return Token(kind=Kind.SEPARATOR, span=(at, at), text=",")


def _own_number(tokens: Sequence[Token], at: int) -> int | None:
    """Where the number of a colour stands beside it; None where it has none, or the number may be another's."""
    start = at - 1
    while start >= 0 and tokens[start].kind in _UNITS:
        start -= 1
    end = at + 1 + (_kind(tokens, at + 1) in (Kind.LINK, Kind.FLECK))
    near = [place for place in (start, end) if place >= 0 and _kind(tokens, place) in _NUMBERS]
    if len(near) != 1:
        return None
    beyond = near[0] - 1 if near[0] < at else near[0] + 1 + (_kind(tokens, near[0] + 1) in _UNITS)
    return None if beyond >= 0 and _kind(tokens, beyond) is Kind.COLOUR else near[0]


def _with_numbers(before: list[Token], numbers: list[int], new: list[Token]) -> list[Token]:
    """What was said first with the numbers that were said last."""
    meant = list(before)
    for at, number in zip(numbers, new, strict=True):
        meant[at] = replace(before[at], kind=number.kind, value=number.value, text=number.text)
    return meant


def _with_last_one(before: list[Token], behind: list[Token]) -> list[Token] | None:
    """`60% blue, no wait, green, 40% white` has green for blue, and so has `blue 60, no, green, white 40`."""
    last = max((at for at, token in enumerate(before) if token.kind is Kind.COLOUR), default=-1)
    head = next((at for at, token in enumerate(behind) if token.kind not in _GAPS), -1)
    if last < 0 or head < 0 or behind[head].kind is not Kind.COLOUR:
        return None
    beyond = [token for token in before[last + 1 :] if token.kind not in _GAPS]
    start = last - _PAIR if _is_described(before, last) else last  # «зеленый (RAL 6017), нет, RAL 6010» is not green
    if not [token for token in beyond if token.text != ")"]:
        return [*before[:start], *behind[head:]]
    end = next((at for at, token in enumerate(behind) if at > head and token.kind in _BOUNDS), len(behind))
    is_named = {token.kind for token in behind[head:end]} <= {Kind.COLOUR} | _GAPS
    numbers = [token for token in beyond if token.kind in _NUMBERS]
    if not is_named or len(numbers) != 1 or not {token.kind for token in beyond} <= _NUMBERS | _UNITS | {Kind.BRACKET}:
        return None
    own = [token for token in beyond if token.kind is not Kind.BRACKET]
    meant = [*before[:start], *behind[head:end], *own, *behind[end:]]
    return meant if _is_whole(meant) or _has_rest(meant) else None


def _is_described(tokens: Sequence[Token], at: int) -> bool:
    """Whether a colour stands in brackets behind its description: «зеленый (RAL 6017)»."""
    return at >= _PAIR and tokens[at - 1].text == "(" and tokens[at - _PAIR].kind is Kind.COLOUR


def _with_last_number(before: list[Token], behind: list[Token]) -> list[Token] | None:
    """`Purple 55, actually make that 45, and pink 55` has 45 of purple, if that is a whole."""
    numbers = [at for at, token in enumerate(before) if token.kind in _NUMBERS]
    ends = _BOUNDS | {Kind.REST, Kind.LINK}  # `25% - the rest navy`
    end = next((at for at, token in enumerate(behind) if token.kind in ends), len(behind))
    own = [token for token in behind[:end] if token.kind not in _UNITS | _GAPS]
    if not numbers or len(own) != 1 or own[0].kind not in _NUMBERS:
        return None
    others = behind[end + (_kind(behind, end) is Kind.LINK) :]
    others = [_comma(others[0].span[0]), *others] if others and others[0].kind not in _BOUNDS else others
    meant = [*_with_numbers(before, numbers[-1:], own), *others]
    return meant if _is_whole(meant) or (_has_kind(others, Kind.REST) and _has_rest(meant)) else None


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
