"""Words that are units or limits elsewhere: the «доля» of «доля зелёного 30%», the `min` of `mixer time 4 min`.

So is a unit that a hyphen joins to its number, «пол-ведра», and what holds the granules under a name that is not known.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from plitka.core.language.labels import PERIOD
from plitka.core.language.vocabulary import CONTAINER, Kind
from plitka.core.recipes.token import Token

_SHARES = frozenset({"доля", "долю", "доли", "portion"})
_PERCENTS = frozenset({"процент", "percentage", "percent"})
_MINUTES = frozenset({"min", "мин"})
_DATIVE = ("ому", "ему")
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_AMOUNTS = _NUMBERS | {Kind.HALF}
_UNITS = frozenset({Kind.PERCENT, Kind.PARTS, Kind.MASS})
_BOUNDS = frozenset({None, Kind.SEPARATOR, Kind.BRACKET})
_HALF = "пол"
_STEM = 4
"""Letters that forms of one word have in common."""
_ENDING = 2
"""Letters in which an adjective is like its colour: «матовой красной»."""
_MAX_HELD = 10
"""Of something that has no number elsewhere, `2 shovels of red, a shovel of black`; more may be percent."""


def settle_unit_words(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with such words as what they are."""
    plain = _with_containers(_without_hyphens(tokens))
    return _with_ground(_with_minutes(_without_shares(_without_percents(plain))))


def _without_hyphens(tokens: Sequence[Token]) -> list[Token]:
    """«Пол-ведра» and `half-bucket` are a number and its unit; so is an unknown word behind «пол-»."""
    return [token for at, token in enumerate(tokens) if not _is_hyphen(tokens, at)]


def _is_hyphen(tokens: Sequence[Token], at: int) -> bool:
    if tokens[at].text != "-" or _kind(tokens, at - 1) not in _AMOUNTS or at + 1 == len(tokens):
        return False
    before, after = tokens[at - 1], tokens[at + 1]
    is_unit = after.kind in _UNITS or (before.kind is Kind.HALF and after.kind in (Kind.UNKNOWN, Kind.COLOUR))
    return is_unit and before.span[1] == tokens[at].span[0] and tokens[at].span[1] == after.span[0]


def _with_containers(tokens: Sequence[Token]) -> list[Token]:
    """An unknown word that stands before several colours and has a number holds them: «пол лопаты», «лопата»."""
    tokens = _with_halves_apart(tokens)
    held = [at for at, token in enumerate(tokens) if token.kind is Kind.UNKNOWN and _holds(tokens, at)]
    stems = [tokens[at].text[:_STEM] for at in held]
    counted = {stem for at, stem in zip(held, stems, strict=True) if _is_counted(tokens, at)}
    parted = {tokens[at - 1].kind for at in held} == {Kind.FRACTION}  # `half of them red, half of them white`
    names = {at for at, stem in zip(held, stems, strict=True) if stem in counted and stems.count(stem) > 1}
    names = set() if parted else names
    return [
        replace(token, kind=Kind.MASS, choice=CONTAINER, error=None) if at in names else token
        for at, token in enumerate(tokens)
    ]


def _with_halves_apart(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the «пол» of «полстакана» by itself, where «стакан» is said too."""
    plain: list[Token] = []
    stems = [token.text[:_STEM] for token in tokens if token.kind is Kind.UNKNOWN]
    for token in tokens:
        rest = token.text.removeprefix(_HALF)
        if token.kind is Kind.UNKNOWN and rest != token.text and rest[:_STEM] in stems:
            middle = token.span[0] + len(_HALF)
            plain.append(Token(kind=Kind.HALF, span=(token.span[0], middle), text=_HALF))
            plain.append(replace(token, span=(middle, token.span[1]), text=rest))
        else:
            plain.append(token)
    return plain


def _holds(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word stands between a number or comma and a colour, and is no adjective of that."""
    if _kind(tokens, at + 1) is not Kind.COLOUR or _kind(tokens, at - 1) not in _BOUNDS | _AMOUNTS:
        return False
    return tokens[at].text[-_ENDING:] != tokens[at + 1].text[-_ENDING:]


def _is_counted(tokens: Sequence[Token], at: int) -> bool:
    before = tokens[at - 1] if at else None
    return before is not None and before.kind in _AMOUNTS and before.value < _MAX_HELD


def _with_ground(tokens: Sequence[Token]) -> list[Token]:
    """The «по» of «по чёрному 10% зелёного» is before a ground, that of «по 10%» gives each so much."""
    return [
        replace(token, kind=Kind.BASE)
        if token.text == "по" and _kind(tokens, at + 1) is Kind.COLOUR and tokens[at + 1].text.endswith(_DATIVE)
        else token
        for at, token in enumerate(tokens)
    ]


def _without_percents(tokens: Sequence[Token]) -> list[Token]:
    """The «процент» of «процент белого не выше 8» stands before the colour that has its number behind it."""
    kept: list[Token] = []
    for at, token in enumerate(tokens):
        is_head = token.text in _PERCENTS and _kind(tokens, at - 1) in _BOUNDS and _kind(tokens, at + 1) is Kind.COLOUR
        if not is_head or not _has_number(tokens, at):
            kept.append(token)
    return kept


def _has_number(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number stands between a place and the next comma."""
    kinds = takewhile(lambda kind: kind not in _BOUNDS, (token.kind for token in tokens[at:]))
    return Kind.NUMBER in kinds


def _without_shares(tokens: Sequence[Token]) -> list[Token]:
    """The «доля» of «доля зелёного 30%» counts nothing."""
    if all(token.kind is not Kind.PERCENT for token in tokens):
        return list(tokens)
    return [
        token
        for at, token in enumerate(tokens)
        if token.text not in _SHARES or _kind(tokens, at - 1) in _NUMBERS or _kind(tokens, at + 1) is not Kind.COLOUR
    ]


def _with_minutes(tokens: Sequence[Token]) -> list[Token]:
    """The `min` of `mixer time 4 min` is no limit: no colour stands between the same two commas."""
    plain = list(tokens)
    for at, token in enumerate(tokens):
        is_behind = token.text in _MINUTES and _kind(tokens, at - 1) is Kind.NUMBER and _kind(tokens, at + 1) in _BOUNDS
        if is_behind and not _names_colour(tokens, at):
            plain[at] = replace(token, kind=Kind.COUNTED, choice=PERIOD)
    return plain


def _names_colour(tokens: Sequence[Token], at: int) -> bool:
    """Whether a colour stands between a place and the comma before it."""
    kinds = takewhile(lambda kind: kind not in _BOUNDS, (token.kind for token in reversed(tokens[:at])))
    return Kind.COLOUR in kinds


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
