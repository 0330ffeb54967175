"""Remarks that name a colour and are no part of the mix: what something was, or what becomes of it.

```
remark = ["("], [words], ("was" | "faded to" | "will" | "был" | "выцвел до"), colour, [words], [")"] ;
```

They stand in brackets, between two commas or behind a dash: `(blue was grey in Rev A)`, `- aromatic will yellow`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import JOINING, WITH, Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_TOLD = re.compile(
    r"(?<![^\W_])(?:was|were|used to be|had been|(?:has |have )?(?:faded|bleached|weathered|turned|gone)(?: to| into)?"
    r"|(?:will|would|may|might|can|could|tends? to|prone to|liable to)"
    r"(?: (?:soon|slowly|eventually|quickly|turn|go|fade to|fade|look))*"
    r"|(?:раньше|прежде|когда-то|ранее)?[ ]?был[аио]?(?:[ ](?:раньше|прежде|когда-то|ранее))?"
    r"|(?:выцве|выгоре|полиня|пожелте)[а-я]+(?:[ ](?:до|в))?|(?:станет|становится)[ ](?:со временем|скоро))"
    r"(?:[ ](?:a|an|the|very|too|rather|quite|слишком|очень))*[ ]+$"
)
"""Right before a colour."""
_NOW = re.compile(
    r"(?<![^\W_])(?:now|make|should|must|becomes?|please|instead|want|need|теперь|стало|стал|сейчас|надо|нужн[аоы]|будет"
    r"|делаем|сделайте|хотим|хочу)(?![^\W_])"
)
"""A remark with such a word may tell what is wanted."""
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_OF_MIX = _NUMBERS | {
    Kind.PERCENT, Kind.REST, Kind.EACH, Kind.EQUAL, Kind.FLECK, Kind.VAGUE, Kind.ZONE, Kind.LAYER, Kind.COMPARED,
}  # fmt: skip
_AGAIN = frozenset({Kind.COLOUR, Kind.UNKNOWN, Kind.ASIDE, Kind.SEPARATOR, Kind.PLACE, Kind.LABEL, Kind.MODIFIER})
_WHOLE = 100
"""Percent."""
_PRONOUNS = frozenset({"one", "ones"})
_POINTS = re.compile(r"(?<![^\W_])(?:other|another|this|that|first|second|next|last|which)\s+\Z", re.IGNORECASE)


def without_remarks(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with each such remark as a label, where a colour is named beside it.

    Args:
        source: the text.
        tokens: of it.
    """
    kept: list[Token] = []
    clauses = list(_clauses(source, tokens))
    remarks = [clause for clause in clauses if _is_remark(source, tokens, *clause) or _says_again(tokens, *clause)]
    others = [clause for clause in clauses if clause not in remarks]
    if not any(token.kind is Kind.COLOUR for clause in others for token in tokens[slice(*clause)]):
        remarks = []
    end = 0
    for start, until in remarks:
        first = _start(source, tokens, start)
        span = (first, tokens[until - 1].span[1])
        kept += tokens[end:start]
        kept += [_comma(span[0])] if kept and kept[-1].kind is Kind.LINK else []
        kept += [Token(kind=Kind.LABEL, span=span, text=source.text[slice(*span)], choice=LETTERED), _comma(span[1])]
        end = until
    return _without_pronouns(source, [*kept, *tokens[end:]])


def _clauses(source: Source, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where what lies in brackets, between two commas, or behind a colon or dash begins and ends."""
    start = 0
    in_brackets = False
    for at, token in enumerate(tokens):
        is_bracket = token.kind is Kind.BRACKET
        is_comma = token.kind is Kind.SEPARATOR and token.text not in JOINING | WITH
        is_dash = token.text == "-" and source.text[: token.span[0]][-1:].isspace()
        is_apart = is_comma or (token.kind is Kind.LINK and (is_dash or token.text == ":"))
        if is_bracket or (is_apart and not in_brackets):
            yield start, at
            start = at + 1
        in_brackets = token.text in ("(", "[") if is_bracket else in_brackets
    yield start, len(tokens)


def _is_remark(source: Source, tokens: Sequence[Token], start: int, end: int) -> bool:
    clause = tokens[start:end]
    if not clause or any(token.kind in _OF_MIX for token in clause):
        return False
    first = _start(source, tokens, start)
    colours = [token for token in clause if token.kind is Kind.COLOUR]
    is_told = any(_TOLD.search(source.text[first : colour.span[0]].casefold()) for colour in colours)
    return is_told and _NOW.search(source.text[first : clause[-1].span[1]].casefold()) is None


def _says_again(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether words in brackets behind a whole mix name only colours of it: `(client says brown looked too dark)`."""
    clause, others = tokens[start:end], [*tokens[:start], *tokens[end:]]
    kinds = {token.kind for token in clause}
    is_bracketed = start > 0 and tokens[start - 1].text in ("(", "[")
    if not is_bracketed or Kind.UNKNOWN not in kinds or not kinds <= _AGAIN or Kind.COLOUR not in kinds:
        return False
    numbers = [token.value for token in others if token.kind is Kind.NUMBER]
    named = [token.colour for token in others if token.kind is Kind.COLOUR]
    is_whole = len(numbers) == len(named) > 1 and sum(numbers) == _WHOLE
    return is_whole and {token.colour for token in clause if token.kind is Kind.COLOUR} <= {*named}


def _start(source: Source, tokens: Sequence[Token], at: int) -> int:
    """Where a clause that begins with a token was typed, with words that say nothing of a mix."""
    before = tokens[at - 1].span[1] if at else 0
    typed = source.text[before : tokens[at].span[0]]
    return before + len(typed) - len(typed.lstrip(" \t\n,.;"))


def _without_pronouns(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the `one` of `(not the bright one, the duller one)` as a word, for it counts nothing."""
    told = list(tokens)
    for at, token in enumerate(tokens):
        before, after = (tokens[place].kind if 0 <= place < len(tokens) else None for place in (at - 1, at + 1))
        is_pointed = (
            after is not Kind.PARTS and _POINTS.search(source.text, 0, token.span[0]) is not None
        )  # `the other one white`
        is_behind = before in (Kind.MODIFIER, Kind.UNKNOWN) and after in (None, Kind.SEPARATOR, Kind.BRACKET)
        if token.kind is Kind.NUMBER and token.text in _PRONOUNS and (is_behind or is_pointed):
            told[at] = replace(token, kind=Kind.ASIDE)
    return told


def _comma(at: int) -> Token:
    return Token(kind=Kind.SEPARATOR, span=(at, at), text=",")
