"""Ratios of a recipe in plain numbers: `twice as much A as B`, `the rest split 2:1 between A and B`."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from plitka.core.language.vocabulary import JOINING, Kind
from plitka.core.recipes.signs import TO
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_UNITS = frozenset({Kind.PERCENT, Kind.PARTS, Kind.MASS})
_COUNTED = frozenset({Kind.PARTS, Kind.MASS})
_JOINTS = frozenset({Kind.SLASH, Kind.LINK})
_WHOLE = 100
_SEVERAL = 2


def said_twice(tokens: list[Token]) -> list[Token]:
    """The ratio of `75:25 blend. 75 is dark green, 25 is light green` says the numbers of the colours again."""
    numbers = [at for at, token in enumerate(tokens) if token.kind is Kind.NUMBER]
    half = len(numbers) // 2
    first, second = numbers[:half], numbers[half:]
    is_chain = half > 1 and all(b - a == 2 and tokens[a + 1].kind in _JOINTS for a, b in pairwise(first))
    values = [[tokens[at].value for at in part] for part in (first, second)]
    is_apart = is_chain and all(tokens[at + 1].kind not in _JOINTS for at in second[:-1])
    if not is_apart or values[0] != values[1] or sum(values[0]) != _WHOLE:
        return tokens
    end = first[-1] + 1 + (_kind(tokens, first[-1] + 1) in _UNITS)
    return [*tokens[: first[0]], replace(tokens[first[0]], kind=Kind.SEPARATOR, text=","), *tokens[end:]]


def compared(tokens: list[Token]) -> list[Token]:
    """`Twice as much red as black` is two parts and one part; of other than two colours it leaves the number open.

    Behind the colours, «красный и белый, красного вдвое больше», it is said of the one that is named again.
    """
    at = next((at for at, token in enumerate(tokens) if token.kind is Kind.COMPARED), None)
    if at is None:
        return tokens
    word = tokens[at]
    groups = _colours_with_codes(tokens)
    colours, again = [group[0] for group in groups], groups[_SEVERAL:]
    is_again = 0 < len(again) <= _SEVERAL and all(
        any(_is_same(group, first) for first in groups[:_SEVERAL]) for group in again
    )
    if is_again and not _is_same(groups[0], groups[1]):
        tokens = [token for token in tokens if not any(token in group for group in again)]
        colours = colours[:2] if _is_same(again[0], groups[0]) else colours[1::-1]
    elif len(colours) == _SEVERAL and _is_of_next(word, tokens, colours):
        colours.reverse()  # `red, twice as much white`
    if not is_again and (shared := _of_rest(tokens, at)) is not None:
        return shared
    is_open = len(colours) == _SEVERAL and _is_of_either(word, tokens, colours)
    if is_open or len(colours) != _SEVERAL or any(token.kind in _NUMBERS | {Kind.SBR} for token in tokens):
        return [replace(token, kind=Kind.RANGE) if token is word else token for token in tokens]
    plain: list[Token] = []
    for token in tokens:
        if token in colours:
            number = replace(word, kind=Kind.NUMBER, value=word.value if token is colours[0] else Fraction(1))
            plain += [replace(word, kind=Kind.SEPARATOR), number, replace(word, kind=Kind.PARTS), token]
        elif token is not word:
            plain.append(token)
    return plain


def _colours_with_codes(tokens: Sequence[Token]) -> list[list[Token]]:
    """Each colour, with the code behind it that says again which is meant: «зелёный RAL 6010»."""
    groups: list[list[Token]] = []
    for before, token in pairwise([None, *(token for token in tokens if token.kind is not Kind.BRACKET)]):
        if token is None or token.kind is not Kind.COLOUR:
            continue
        if groups and before is groups[-1][-1] and any(map(str.isdigit, token.text)):
            groups[-1].append(token)
        else:
            groups.append([token])
    return groups


def _is_of_next(word: Token, tokens: Sequence[Token], colours: Sequence[Token]) -> bool:
    """Whether such a word is said of the second colour: behind a comma and right before it, or behind both."""
    at = tokens.index(word)
    if _kind(tokens, at - 1) is Kind.COLOUR and _kind(tokens, at - 2) in (Kind.SEPARATOR, Kind.LINK):
        return tokens[at - 1] is colours[1]
    is_between = colours[0].span[1] <= word.span[0] and _kind(tokens, at - 1) is Kind.SEPARATOR
    is_next = word.text.isascii() or tokens[at - 1].text in JOINING
    return is_between and is_next and colours[1].span[0] - word.span[1] == 1


def _is_of_either(word: Token, tokens: Sequence[Token], colours: Sequence[Token]) -> bool:
    """Whether black is compared, or what it is compared with: «красный, вдвое больше чёрного»."""
    at = tokens.index(word)
    is_between = at > 1 and tokens[at - 2] is colours[0] and _kind(tokens, at + 1) is Kind.COLOUR
    return is_between and tokens[at - 1].text == "," and not word.text.isascii()


def _is_same(first: Sequence[Token], second: Sequence[Token]) -> bool:
    return not {token.colour for token in first}.isdisjoint(token.colour for token in second)


def _of_rest(tokens: list[Token], at: int) -> list[Token] | None:
    """What percents of others leave, where two colours behind such a word share it: `twice as much A as B, 10% C`."""
    word = tokens[at]
    has_comma = _kind(tokens, at + 2) is Kind.SEPARATOR  # «песочного, чем коричневого»
    places = (at + 1, at + 2 + has_comma)
    if _kind(tokens, at - 1) is Kind.COLOUR and _kind(tokens, at - 2) not in _NUMBERS | _UNITS:
        has_comma = _kind(tokens, at + 1) is Kind.SEPARATOR  # «серого втрое больше, чем чёрного»
        places = (at - 1, at + 1 + has_comma)
    pair = [tokens[place] for place in places if place < len(tokens)]
    end, start = places[1] + 1, min(at, places[0])
    start -= _kind(tokens, start - 1) is Kind.LINK
    start -= _kind(tokens, start - 1) is Kind.REST
    others = [*tokens[:start], *tokens[end:]]
    numbers = [place for place, token in enumerate(others) if token.kind in _NUMBERS]
    named = [token.colour for token in others if token.kind is Kind.COLOUR]
    total = sum(others[place].value for place in numbers)
    is_pair = [token.kind for token in pair] == [Kind.COLOUR, Kind.COLOUR] and pair[0].colour != pair[1].colour
    is_told = is_pair and len(numbers) == len(named) and not {token.colour for token in pair} & {*named}
    is_own = has_comma and _kind(tokens, end) in _NUMBERS  # `brown 10%`
    is_plain = (
        not is_own and all(_is_share(others, place) for place in numbers) and Kind.REST not in {t.kind for t in others}
    )
    if not numbers or not is_told or not is_plain or total >= _WHOLE:
        return None
    unit = replace(word, kind=Kind.PERCENT, text="%")
    shared: list[Token] = []
    for colour, part in zip(pair, (word.value, Fraction(1)), strict=True):
        number = replace(word, kind=Kind.NUMBER, value=(_WHOLE - total) * part / (word.value + 1))
        shared += [replace(word, kind=Kind.SEPARATOR, text=","), number, unit, colour]
    comma = replace(word, kind=Kind.SEPARATOR, text=",", span=(pair[1].span[1], pair[1].span[1]))
    return [*tokens[:start], *shared, comma, *tokens[end:]]


def ratios(tokens: list[Token]) -> list[Token]:
    """The `to` of `three parts red to one part black` stands between two colours with their numbers."""
    plain = list(tokens)
    for at, token in enumerate(tokens):
        is_to = token.kind is Kind.LINK and token.text in TO and _kind(tokens, at + 1) in _NUMBERS
        after = at + 2 + (_kind(tokens, at + 2) in _COUNTED)
        before = _kind(tokens, at - 2)
        is_pair = before in _NUMBERS | _COUNTED and _kind(tokens, after) is Kind.COLOUR
        if is_to and is_pair and _kind(tokens, at - 1) is Kind.COLOUR:
            plain[at] = replace(token, kind=Kind.SEPARATOR)
    return plain


def rest_ratios(tokens: list[Token]) -> list[Token]:
    """`White 15%, the remainder split 2:1 between blue and navy` gives two colours what percents leave."""
    at = next((at for at, token in enumerate(tokens) if token.kind is Kind.REST), len(tokens))
    tokens = _with_ratio_first(tokens, at + 1 + (_kind(tokens, at + 1) is Kind.LINK))
    plain = list(tokens)
    chain = [token.kind for token in tokens[at + 1 : at + 4]]
    end = at + 4 + (_kind(tokens, at + 4) in (Kind.RANGE, Kind.EQUAL, Kind.MIX))
    pair = [token.kind for token in tokens[end : end + 4]]
    numbers = [place for place, token in enumerate(tokens) if token.kind in _NUMBERS and place < at]
    shares = [tokens[place].value for place in numbers if _is_share(tokens, place)]
    is_ratio = chain[::2] == [Kind.NUMBER] * 2 and chain[1] in (Kind.LINK, Kind.SLASH)
    is_pair = pair[:3] == [Kind.COLOUR, Kind.SEPARATOR, Kind.COLOUR] and pair[3:] in ([], [Kind.SEPARATOR])
    if not (is_ratio and is_pair and shares) or len(shares) < len(numbers) or sum(shares) >= _WHOLE:
        return plain
    one, other = tokens[at + 1], tokens[at + 3]
    unit = replace(one, kind=Kind.PERCENT, text="%")
    rest = (_WHOLE - sum(shares)) / (one.value + other.value)
    counted = [replace(one, value=one.value * rest), unit, tokens[end], tokens[end + 1]]
    plain[at : end + 3] = [*counted, replace(other, value=other.value * rest), unit, tokens[end + 2]]
    for place in reversed(numbers):
        if _kind(plain, place + 1) is not Kind.PERCENT:
            plain.insert(place + 1, replace(unit, span=tokens[place].span, value=Fraction(0), remark=None))
    return plain


def _is_share(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number is a percent, or stands alone beside a colour."""
    beside = {_kind(tokens, at - 1), _kind(tokens, at + 1)}
    is_alone = tokens[at].kind is Kind.NUMBER and beside.isdisjoint(_COUNTED | _JOINTS | _NUMBERS)
    return _kind(tokens, at + 1) is Kind.PERCENT or (is_alone and Kind.COLOUR in beside)


def rest_fractions(tokens: list[Token]) -> list[Token]:
    """The quarter of `half black, quarter red, the remaining quarter white` is what is left, and says no more."""
    at = next((at for at, token in enumerate(tokens) if token.kind is Kind.REST), len(tokens))
    if _kind(tokens, at + 1) is not Kind.FRACTION:
        return tokens
    before = [place for place in range(at) if tokens[place].kind in _NUMBERS]
    shares = [tokens[place].value for place in before if tokens[place].kind is Kind.FRACTION]
    shares += [tokens[place].value / _WHOLE for place in before if _kind(tokens, place + 1) is Kind.PERCENT]
    left = tokens[at + 1]
    has_more = any(token.kind in _NUMBERS for token in tokens[at + 2 :])
    if has_more or len(shares) != len(before) or sum(shares) + left.value != 1:
        return tokens
    number = replace(left, kind=Kind.NUMBER, value=left.value * _WHOLE)
    return [*tokens[: at + 1], number, replace(left, kind=Kind.PERCENT, text="%"), *tokens[at + 2 :]]


def rest_shares(tokens: list[Token]) -> list[Token]:
    """The halves of `half sand, the rest half brown half black` are of what is left."""
    at = next((at for at, token in enumerate(tokens) if token.kind is Kind.REST), len(tokens))
    behind = [at for at in range(at, len(tokens)) if tokens[at].kind is Kind.FRACTION]
    before = [place for place in range(at) if tokens[place].kind in _NUMBERS]
    shares = [tokens[place].value for place in before if tokens[place].kind is Kind.FRACTION]
    shares += [tokens[place].value / _WHOLE for place in before if _kind(tokens, place + 1) is Kind.PERCENT]
    is_told = len(behind) > 1 and sum(tokens[place].value for place in behind) == 1
    is_told &= all(_kind(tokens, place + 1) is Kind.COLOUR for place in behind)
    if not is_told or len(shares) != len(before) or not 0 < sum(shares) < 1:
        return tokens
    rest = 1 - sum(shares)
    of_rest = [replace(t, value=t.value * rest) if t.kind is Kind.FRACTION else t for t in tokens[at + 1 :]]
    return [*tokens[:at], *of_rest]


def _with_ratio_first(tokens: list[Token], at: int) -> list[Token]:
    """«Остальное - зелёная и серая 1:1» with its ratio before the two colours."""
    kinds = [token.kind for token in tokens[at : at + 6]]
    pair = [Kind.COLOUR, Kind.SEPARATOR, Kind.COLOUR, Kind.NUMBER]
    if kinds[:4] != pair or kinds[4:5] not in ([Kind.LINK], [Kind.SLASH]) or kinds[5:] != [Kind.NUMBER]:
        return tokens
    start = at - (_kind(tokens, at - 1) is Kind.LINK)
    return [*tokens[:start], *tokens[at + 3 : at + 6], *tokens[at : at + 3], *tokens[at + 6 :]]


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
