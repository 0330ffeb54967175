"""What a recipe says around its mix: where the tile lies, what it is like, in which light, and words before the mix.

Unknown words are refused where a colour belongs; here it is found which of them stand elsewhere.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from plitka.core.colour.naming import like_names
from plitka.core.colour.palette import Palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_AMOUNTS = frozenset({Kind.NUMBER, Kind.FRACTION, Kind.PERCENT, Kind.PARTS, Kind.MASS})
_ENDS = _AMOUNTS | {Kind.SEPARATOR, Kind.BRACKET, Kind.LINK, Kind.SLASH, Kind.EQUAL, Kind.REST}
_COLOURED = frozenset({Kind.COLOUR, Kind.SBR, Kind.MODIFIER})
_NAMED = frozenset({Kind.COLOUR, Kind.SBR, Kind.UNKNOWN})
_CHAIN = _AMOUNTS | {Kind.SLASH, Kind.LINK}
_BOUNDS = frozenset({Kind.SEPARATOR, Kind.BRACKET})
_WORDS = frozenset({Kind.UNKNOWN, Kind.ASIDE})
_BESIDE = _WORDS | {Kind.NOT, Kind.LOOK, Kind.LIKENESS, Kind.MODIFIER, Kind.VAGUE}
_PREPOSITION = re.compile(
    r"(?<![^\W_])(?:for|at|by|around|in (?:the|a|an|my|our|his|her)|для|в|во|у|от|при)(?![^\W_])", re.IGNORECASE
)
_LIGHT = "light"
"""Behind a colour it is no shade of the next."""


def take_circumstances(source: Source, tokens: Sequence[Token], palette: Palette) -> tuple[list[Token], list[Notice]]:
    """The tokens, with those that say no part of the mix as words beside it."""
    placed = _said_of_things(source, _places(source, list(tokens), palette), palette)
    found = _set_beside(source, placed, palette)
    return _lights(source, found)


def _places(source: Source, tokens: list[Token], palette: Palette) -> list[Token]:
    """`Under a swing`, «для двора», `like a beach`: what follows such a word up to the next number or comma."""
    placed: list[Token] = []
    ends = [0, *sorted(token.span[1] for token in tokens)]  # tokens are not always as they were typed
    inside: Kind | None = None
    compares = False
    for at, token in enumerate(tokens):
        if token.kind in _ENDS:
            inside = None
        elif token.kind in (Kind.LIKE, Kind.PLACE):
            inside = token.kind
            compares = _compares(tokens, at)
        elif _is_on_a_place(tokens, at, palette) or _PREPOSITION.search(
            source.text[ends[bisect_right(ends, token.span[0]) - 1] : token.span[0]]
        ):
            inside = inside or Kind.PLACE
        if inside is Kind.LIKE and token.kind is Kind.LIKE and _kind_at(tokens, at + 1) is Kind.NUMBER:
            inside = None
            continue  # `like 5%` is about as much
        is_named = token.kind is Kind.ZONE and at > 0 and tokens[at - 1].kind is Kind.UNKNOWN
        if inside is Kind.PLACE and is_named:  # `for the play corner`
            placed.append(replace(token, kind=Kind.ASIDE, choice=""))
        else:
            placed.append(_as_word(token, inside, palette, compares=compares))
    return placed


def _kind_at(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if at < len(tokens) else None


def _as_word(token: Token, inside: Kind | None, palette: Palette, *, compares: bool) -> Token:
    """A token as a word if it stands behind such a word; a colour if another is compared with it, and it is no code."""
    if inside is None:
        return token
    is_word = token.kind is Kind.UNKNOWN and not like_names(token.text, palette)
    is_compared = inside is Kind.LIKE and compares and not any(map(str.isdigit, token.text))
    if is_compared or token.kind in (Kind.PLACE, Kind.LIKE, Kind.BASE) or is_word:
        return replace(token, kind=Kind.ASIDE, remark=None, choice="")
    return token


def _is_on_a_place(tokens: Sequence[Token], at: int, palette: Palette) -> bool:
    """Whether the «на» of «60% красного и 40% чёрного на улицу» is no ground's."""
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    is_word = (
        tokens[at].kind is Kind.BASE
        and after is not None
        and after.kind is Kind.UNKNOWN
        and not like_names(after.text, palette)
    )
    return is_word and any(token.kind in _AMOUNTS for token in tokens[:at])


def _compares(tokens: Sequence[Token], at: int) -> bool:
    """Whether a colour was named of which `like` at a place can be said."""
    start = next((i for i in reversed(range(at)) if tokens[i].kind in _BOUNDS), -1)
    end = next((i for i in range(at, len(tokens)) if tokens[i].kind in _BOUNDS), len(tokens))
    if [token.text for token in tokens[at + 2 : at + 3]] == [":"]:
        return True  # `like grass: green 70, yellow 30`
    has_number = any(token.kind in _AMOUNTS for token in tokens[start + 1 : end])
    return any(token.kind is Kind.COLOUR for token in tokens[start + 1 if has_number else 0 : at])


def _said_of_things(source: Source, tokens: list[Token], palette: Palette) -> list[Token]:
    """The sea of `my son likes the sea` is no colour: a general name behind words, and not right behind them."""
    said = list(tokens)
    start = 0
    for end in [at for at, token in enumerate(tokens) if token.kind in _BOUNDS] + [len(tokens)]:
        run = tokens[start:end]
        is_said = bool(run) and run[0].kind is Kind.UNKNOWN and not like_names(run[0].text, palette)
        is_said = is_said and run[-1].own is not None and len(_gap(source, tokens, end - 1).split()) > 0
        if is_said and all(token.kind is Kind.UNKNOWN for token in run[:-1]):
            said[start:end] = [replace(token, kind=Kind.ASIDE, remark=None) for token in run]
        start = end + 1
    return said


def _set_beside(source: Source, tokens: list[Token], palette: Palette) -> list[Token]:
    """Unknown words with neither a colour nor its number beside them: `supply tiles in grey 60%`."""
    beside = list(tokens)
    for at, token in enumerate(tokens):
        if token.kind is Kind.UNKNOWN and _stands_alone(source, tokens, at) and not like_names(token.text, palette):
            beside[at] = replace(token, kind=Kind.ASIDE)
    return beside


def _stands_alone(source: Source, tokens: Sequence[Token], at: int) -> bool:
    start = at
    while start > 0 and tokens[start - 1].kind in _BESIDE:
        start -= 1
    end = at + 1
    while end < len(tokens) and tokens[end].kind in _BESIDE:
        end += 1
    before = tokens[start - 1].kind if start else Kind.SEPARATOR
    after = tokens[end].kind if end < len(tokens) else Kind.SEPARATOR
    if after in _BOUNDS and (before in (Kind.LENGTH, Kind.COUNTED) or _is_afterthought(source, tokens, start, end)):
        return True
    is_first = before in (Kind.SEPARATOR, Kind.BRACKET)
    if not is_first or not any(map(str.isalpha, tokens[at].text)) or any(map(str.isdigit, tokens[at].text)):
        return False
    is_apart = any(map(str.isalpha, _gap(source, tokens, end)))
    return after in (Kind.NUMBER, Kind.FRACTION) or (after in _COLOURED and is_apart)


def _is_afterthought(source: Source, tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether several words stand behind a colour that has its number: `40% black would be nice`."""
    words = source.text[tokens[start].span[0] : tokens[end - 1].span[1]].split()
    before = start
    while before > 0 and tokens[before - 1].kind in _CHAIN:
        before -= 1
    is_behind = before > 0 and tokens[before - 1].kind is Kind.COLOUR
    return len(words) > 1 and is_behind and any(token.kind in _CHAIN for token in tokens[:start])


def _lights(source: Source, tokens: list[Token]) -> tuple[list[Token], list[Notice]]:
    """The colour of `blue light` is of no granules."""
    lit = list(tokens)
    remarks: list[Notice] = []
    for at, token in enumerate(tokens):
        after = tokens[at + 1].kind if at + 1 < len(tokens) else Kind.SEPARATOR
        is_light = token.kind is Kind.LIGHT or (token.text == _LIGHT and token.kind is Kind.MODIFIER and after in _ENDS)
        if not is_light:
            continue
        before = tokens[at - 1] if at else None
        amount = tokens[at - 2].kind if at > 1 else None
        is_of_light = before is not None and before.kind is Kind.COLOUR and not _gap(source, tokens, at).strip()
        if before is not None and is_of_light and not {amount, after} & _AMOUNTS:
            lit[at - 1] = replace(before, kind=Kind.ASIDE, remark=None)
            words = source.text[before.span[0] : token.span[1]]
            remarks.append(
                Notice(
                    "{words!r} is taken as light, not as a colour of the mix; no scene has such light", {"words": words}
                )
            )
        lit[at] = replace(token, kind=Kind.ASIDE, choice="")
    return lit, remarks


def _gap(source: Source, tokens: Sequence[Token], at: int) -> str:
    """What was typed between a token and the one before it."""
    start = tokens[at - 1].span[1] if at else 0
    end = tokens[at].span[0] if at < len(tokens) else len(source.text)
    return source.text[start:end]


def is_list(source: Source, segments: Sequence[tuple[Sequence[Token], tuple[int, int]]]) -> bool:
    """Whether a recipe is single names and nothing else, so that an unknown one is a colour's: «мята, чертополох»."""
    said = [(segment, span) for segment, span in segments if segment]
    return len(said) > 1 and all(_is_name(source, segment, span) for segment, span in said)


def _is_name(source: Source, segment: Sequence[Token], span: tuple[int, int]) -> bool:
    """Whether no more was typed there than one name."""
    if len(segment) != 1 or segment[0].kind not in _NAMED:
        return False
    return source.text[slice(*span)].strip() == source.text[slice(*segment[0].span)]
