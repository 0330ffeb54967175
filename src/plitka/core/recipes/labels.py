"""What is tried where a recipe cannot be read: the same recipe without labels that have numbers of their own.

An order, a room or a machine is named before a colon, behind a dash or between two commas, `team 12a: red 60, black 40`
or «чёрный 70, красный 30 - участок 4». A notice tells of each that it is no part of the mix.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from plitka.core.colour.naming import like_names
from plitka.core.colour.palette import Palette
from plitka.core.language.looks import FINISHES
from plitka.core.language.vocabulary import JOINING, WITH, Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
COLOURED = frozenset({Kind.COLOUR, Kind.SBR})
LABELS = frozenset({Kind.UNKNOWN, Kind.ASIDE, Kind.LABEL, Kind.PLACE, Kind.LIKE, Kind.LIKENESS, Kind.COUNTED})
"""What a label is made of, beside its number."""
_IN_LABEL = LABELS | NUMBERS | {Kind.LINK, Kind.SLASH, Kind.BASE, Kind.MODIFIER, Kind.TOTAL}
_BEFORE_COLOUR = NUMBERS | {Kind.PERCENT, Kind.PARTS, Kind.MASS, Kind.LINK, Kind.BASE, Kind.LOOK, Kind.SLASH}
_JOINTS = frozenset({Kind.LINK, Kind.SLASH})
_WHOLE = 100
"""Percent."""
_CODES = ("ral", "рал", "ncs", "pantone")
_SHAPE_OF_SHARE = sorted([Kind.NUMBER, Kind.UNKNOWN])
"""`Ketchup 30` between two commas is what a colour with its number looks like."""


def without_labels(source: Source, tokens: Sequence[Token], palette: Palette) -> list[Token]:
    """The tokens with each label as one token; the same tokens where there are none."""
    tokens = _with_open_heads(tokens)
    clauses = list(_clauses(tokens))
    heads = [_end_of_head(source, tokens, start, end, palette) for start, end in clauses]
    last_head = max((at for at, end in enumerate(heads) if end is not None), default=-1)
    kept: list[Token] = []
    for at, ((start, end), head) in enumerate(zip(clauses, heads, strict=True)):
        first = start if head is None else head + 1
        tail = _start_of_tail(source, tokens, first, end, palette)
        if head is not None and head > start:
            kept += [*as_label(source, tokens[start:head]), replace(tokens[head], kind=Kind.SEPARATOR, text=",")]
        if _is_label(source, tokens, start, end, palette, is_head=at < last_head):
            kept += as_label(source, tokens[start:end])
        elif tail is not None:
            kept += [*tokens[first:tail], replace(tokens[tail], kind=Kind.SEPARATOR, text=",")]
            kept += as_label(source, tokens[tail + 1 : end])
        else:
            kept += tokens[first:end]
        kept += tokens[end : end + 1]
    return kept


def _with_open_heads(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without brackets around words right before a colon: `mix 3 (path round pond): sand 50, ...`."""
    kept = list(tokens)
    for colon in reversed([at for at, token in enumerate(tokens) if token.text == ":"]):
        start = next((at for at in reversed(range(colon)) if tokens[at].kind is Kind.BRACKET and at < colon - 1), 0)
        is_words = {token.kind for token in tokens[start + 1 : colon - 1]} <= LABELS | {Kind.LINK}
        if start and tokens[colon - 1].kind is Kind.BRACKET and tokens[start].text == "(" and is_words:
            del kept[colon - 1], kept[start]
    return kept


def as_label(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """A label as one token if it has a number, else as words for the prompt."""
    if not tokens:
        return []
    span = tokens[0].span[0], tokens[-1].span[1]
    text = source.text[slice(*span)]
    if "(" in text and ")" not in text and source.text[span[1] :].startswith(")"):
        span, text = (span[0], span[1] + 1), f"{text})"
    if any(map(str.isdigit, text)):
        return [Token(kind=Kind.LABEL, span=span, text=text)]
    return [
        replace(
            token, kind=Kind.ASIDE, error=None, remark=None, choice=token.choice if token.choice in FINISHES else ""
        )
        for token in tokens
    ]


def _clauses(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where what lies between two commas or brackets begins and ends."""
    start = 0
    for at, token in enumerate(tokens):
        is_comma = token.kind is Kind.SEPARATOR and token.text not in JOINING | WITH
        if is_comma or token.kind is Kind.BRACKET:
            yield start, at
            start = at + 1
    yield start, len(tokens)


def _is_label(
    source: Source, tokens: Sequence[Token], start: int, end: int, palette: Palette, *, is_head: bool
) -> bool:
    """Whether a clause is nothing but words with a number; before a heading it may be one word with its number."""
    kinds = [token.kind for token in tokens[start:end]]
    if is_head and kinds == [Kind.NUMBER] and start > 1 and tokens[start - 2].kind in LABELS:
        return True  # the house of a street
    if kinds == [Kind.NUMBER, Kind.MASS] and start > 0:
        return _is_whole([*tokens[:start], *tokens[end:]])  # `black 75, grey 25, 4 bags`
    if not kinds or not _may_be_label(tokens[start:end], palette):
        return False
    if tokens[start].kind in NUMBERS and not is_head:
        return False  # `30 fps look`
    has_number = any(map(str.isdigit, source.text[tokens[start].span[0] : tokens[end - 1].span[1]]))
    return has_number and not LABELS.isdisjoint(kinds) and (is_head or sorted(kinds) != _SHAPE_OF_SHARE)


def _is_whole(tokens: Sequence[Token]) -> bool:
    """Whether numbers without a mass are 100 together."""
    has_mass = any(token.kind is Kind.MASS for token in tokens)
    return not has_mass and sum(token.value for token in tokens if token.kind is Kind.NUMBER) == _WHOLE


def _may_be_label(tokens: Sequence[Token], palette: Palette) -> bool:
    unknown = [token for token in tokens if token.kind is Kind.UNKNOWN]
    is_like = any(is_code(token) or like_names(token.text, palette) for token in unknown)
    counted = [token for at, token in enumerate(tokens) if counts_colours(token) and not _numbers_mix(tokens, at)]
    is_count = bool(counted) and any(token.kind in NUMBERS or token.value for token in tokens)
    return {token.kind for token in tokens} <= _IN_LABEL and not is_like and not is_count and not _is_blend(tokens)


def _numbers_mix(tokens: Sequence[Token], at: int) -> bool:
    """Whether it is the name of a mix with its number: `colour mix 3`."""
    is_numbered = at + 1 < len(tokens) and tokens[at + 1].kind is Kind.NUMBER
    return is_numbered and tokens[at].text.endswith(("mix", "blend"))


def _is_blend(tokens: Sequence[Token]) -> bool:
    """Whether numbers joined to one another are a whole, `nominal mix 40:40:20`: those are shares."""
    joined = {at + side for at, token in enumerate(tokens) if token.kind in _JOINTS for side in (-1, 1)}
    numbers = [token.value for at, token in enumerate(tokens) if at in joined and token.kind is Kind.NUMBER]
    return len(numbers) > 1 and sum(numbers) == _WHOLE


def is_code(token: Token) -> bool:
    """Whether an unknown word is a colour's number that is not offered."""
    return token.kind is Kind.UNKNOWN and token.text.startswith(_CODES)


def counts_colours(token: Token) -> bool:
    """Whether it says how many colours there are."""
    return token.kind is Kind.COUNTED and (token.value > 0 or token.choice == "colours")


def _end_of_head(source: Source, tokens: Sequence[Token], start: int, end: int, palette: Palette) -> int | None:
    """The colon or dash before the first colour of a clause, if a label stands before it."""
    first = next((at for at in range(start, end) if tokens[at].kind in COLOURED), end)
    for at in reversed(range(start, first)):
        is_letter = (
            at == start + 1 and len(tokens[start].text) == 1 and tokens[start].text.isalpha()
        )  # `A - red, B - blue`
        is_head = at + 1 == end and tokens[at].text == ":"
        is_ratio = at + 1 < end and {tokens[at - 1].kind, tokens[at + 1].kind} == {Kind.NUMBER}  # `split 2:1`
        is_ratio = is_ratio and source.text[tokens[at - 1].span[1] : tokens[at + 1].span[0]] == ":"
        if is_ratio or not _is_apart(source, tokens[at]) or is_letter or not (first < end or is_head):
            continue
        is_mix = first < end and all(token.kind in _BEFORE_COLOUR for token in tokens[at + 1 : first])
        typed = source.text[tokens[start - 1].span[1] if start else 0 : tokens[at].span[0]]
        is_named = (is_mix or is_head) and any(map(str.isalpha, typed))
        if is_named and _may_be_label(tokens[start:at], palette):
            return at
    return None


def _start_of_tail(source: Source, tokens: Sequence[Token], start: int, end: int, palette: Palette) -> int | None:
    """The dash behind the last colour of a clause and its number, if words stand behind it."""
    last = next((at for at in reversed(range(start, end)) if tokens[at].kind in COLOURED), None)
    for at in range(end if last is None else last + 1, end - 1):
        is_words = _is_apart(source, tokens[at]) and tokens[at].text == "-" and tokens[at + 1].kind in LABELS
        if not is_words:
            continue
        words = [token for token in tokens[at + 1 : end] if token.kind is not Kind.ZONE]  # `kids corner`
        if _may_be_label(words, palette):
            return at
    return None


def _is_apart(source: Source, token: Token) -> bool:
    """A colon, or a dash with a space before it."""
    before = source.text[: token.span[0]][-1:]
    is_dash = token.kind is Kind.LINK and token.text == "-" and (before.isspace() or not before)
    return is_dash or (token.kind in (Kind.LINK, Kind.MIX) and token.text == ":")
