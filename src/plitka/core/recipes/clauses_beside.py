"""What is tried where clauses that name a colour stop a mix that is whole without them.

```
beside = words, colours, [words] | words, "(", colours, ")", [words] ;     `client hates yellow`, `logo (blue on white)`
       | words, numbers of the mix again ;                                 `cut it to 5%, so red 65, black 30, white 5`
```

A clause lies between two commas, dashes, colons or brackets. Those that are the mix have each colour with its number,
or the rest, and are a whole; the others have no number of their own, and a notice tells that they are left out. A
pattern with colours of its own is to be a zone, unless it is said to come later.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from plitka.core.colour.palette import Colour
from plitka.core.language.labels import LETTERED
from plitka.core.language.looks import FINISHES
from plitka.core.language.vocabulary import JOINING, WITH, Kind
from plitka.core.recipes.open_amounts import CHANGES
from plitka.core.recipes.part_names import find_part
from plitka.core.recipes.segments import percents_of
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_OF_MIX = _NUMBERS | {Kind.COLOUR, Kind.PERCENT, Kind.LINK, Kind.SLASH, Kind.REST, Kind.UNKNOWN, Kind.ASIDE}
_ADDED = frozenset({Kind.FLECK, Kind.EACH, Kind.EQUAL, Kind.COMPARED, Kind.SAME, Kind.MASS, Kind.PARTS, Kind.SBR})
"""With which a clause says more of the mix than its words."""
_WORDS = frozenset({Kind.UNKNOWN, Kind.ASIDE})
_SAID = _WORDS | {Kind.LOOK, Kind.VAGUE, Kind.LIKE, Kind.PLACE}
_WISH = re.compile(
    r"(?<![^\W_])(?:instead|prefer\w*|want\w*|need\w*|rather|add|plus|with|should|must|more|less|use|make|change"
    r"|вместо|лучше|хо[тч]\w+|предпоч\w+|нуж\w+|надо|добав\w+|больше|меньше|сдела\w+|замен\w+)(?![^\W_])"
)
"""A clause with such a word may ask for another mix."""
_LATER = re.compile(
    r"(?<![^\W_])(?:separate(?:ly)?|to follow|later|not (?:shown|included|needed)|supplied|отдельно|позже|потом|прил\w+"
    r"|пришл\w+|не нуж\w+)(?![^\W_])"
)
"""Said of a picture that comes by itself."""
_PAIR = 2
_WHOLE = 100
"""Percent."""


@dataclass(frozen=True, slots=True)
class _Clause:
    tokens: Sequence[Token]
    bound: Token | None
    """Behind it."""
    is_bracketed: bool

    @property
    def colours(self) -> list[Colour | None]:
        return [token.colour for token in self.tokens if token.kind is Kind.COLOUR]

    @property
    def numbers(self) -> list[Fraction]:
        return percents_of(self.tokens)

    @property
    def has_rest(self) -> bool:
        """Whether a colour of it has what the others leave; that of `background 90% black` has its number."""
        return any(token.kind is Kind.REST for token in self.tokens) and len(self.colours) > len(self.numbers)


def with_clauses_beside(source: Source, tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens of the mix, with labels for such clauses; None where there are none, or the mix is no whole.

    Args:
        source: the text that they are of.
        tokens: which could not be read.
    """
    clauses = list(_clauses(source, tokens))
    counted = [clause for clause in clauses if clause.numbers or clause.has_rest]
    mix = next((part for part in (counted, [c for c in counted if not _says_again(c, counted)]) if _is_whole(part)), [])
    if not mix or not all(_is_beside(source, clauses, at) for at in range(len(clauses)) if clauses[at] not in mix):
        return None
    if not any(clause.colours or clause.numbers for clause in clauses if clause not in mix):
        return None
    is_later = _LATER.search(source.folded) is not None
    if any(map(_changes, clauses)) or (any(_is_drawn(source, clause) for clause in clauses) and not is_later):
        return None
    kept = list[Token]()
    for clause in clauses:
        if clause in mix:
            kept += [_as_word(token) if token.kind in _WORDS else token for token in clause.tokens]
        elif clause.tokens and not {Kind.COLOUR, Kind.NUMBER}.isdisjoint(token.kind for token in clause.tokens):
            span = (clause.tokens[0].span[0], clause.tokens[-1].span[1])
            kept.append(Token(kind=Kind.LABEL, span=span, text=source.text[slice(*span)], choice=LETTERED))
        else:
            kept += map(_as_word, clause.tokens)
        kept += [] if clause.bound is None else [replace(clause.bound, kind=Kind.SEPARATOR, text=",", error=None)]
    return kept


def _clauses(source: Source, tokens: Sequence[Token]) -> Iterator[_Clause]:
    start = 0
    is_bracketed = False
    for at, token in enumerate(tokens):
        is_comma = token.kind is Kind.SEPARATOR and token.text not in JOINING | WITH
        is_dash = token.text == "-" and source.text[: token.span[0]][-1:].isspace()
        is_apart = is_dash or (token.text == ":" and not source.text[token.span[1] :][:1].isdigit())
        if is_comma or token.kind is Kind.BRACKET or (token.kind in (Kind.LINK, Kind.MIX) and is_apart):
            is_pair = {other.kind for other in tokens[start:at]} <= {Kind.COLOUR, Kind.MODIFIER}
            if token.kind is Kind.LINK and is_pair and at + 1 < len(tokens) and tokens[at + 1].kind in _NUMBERS:
                continue  # `red - 60`
            yield _Clause(tokens[start:at], token, is_bracketed)
            start = at + 1
            is_bracketed = token.text in ("(", "[") if token.kind is Kind.BRACKET else is_bracketed
    yield _Clause(tokens[start:], None, is_bracketed)


def _is_whole(mix: Sequence[_Clause]) -> bool:
    """Whether each colour of these has its number, or one the rest, and nothing else is said of them."""
    colours = [colour for clause in mix for colour in clause.colours]
    numbers = [number for clause in mix for number in clause.numbers]
    n_rests = sum(clause.has_rest for clause in mix)
    is_plain = all(token.kind in _OF_MIX | {Kind.SEPARATOR} for clause in mix for token in clause.tokens)
    is_each = all(len(clause.colours) == len(clause.numbers) + clause.has_rest for clause in mix)
    if not is_plain or not is_each or len({*colours}) != len(colours) or len(colours) < _PAIR:
        return False
    return sum(numbers) == _WHOLE if not n_rests else n_rests == 1 and sum(numbers) < _WHOLE


def _changes(clause: _Clause) -> bool:
    """Whether a clause changes the mix, or tells of a part of the tile."""
    return any(token.choice in CHANGES or token.kind in (Kind.ZONE, Kind.LAYER, Kind.NOT) for token in clause.tokens)


def _is_drawn(source: Source, clause: _Clause) -> bool:
    """Whether a clause names a pattern, a picture or a part of the tile."""
    if not clause.tokens:
        return False
    is_pattern = any(
        token.kind is Kind.ASIDE and token.choice and token.choice not in FINISHES for token in clause.tokens
    )
    return is_pattern or find_part(source.text[clause.tokens[0].span[0] : clause.tokens[-1].span[1]])


def _says_again(clause: _Clause, counted: Sequence[_Clause]) -> bool:
    """Whether words tell numbers that the colours of other clauses have: `cut it to 5%`."""
    others = [other for other in counted if other is not clause]
    numbers = [number for other in others for number in other.numbers]
    named = {colour for other in others for colour in other.colours}
    is_worded = any(token.kind not in _NUMBERS | {Kind.COLOUR, Kind.PERCENT} for token in clause.tokens)
    return is_worded and {*clause.numbers} <= {*numbers} and {*clause.colours} <= named and len(clause.numbers) == 1


def _is_beside(source: Source, clauses: Sequence[_Clause], at: int) -> bool:
    """Whether a clause is none of the mix: it has no colour, or words around it."""
    clause = clauses[at]
    kinds = {token.kind for token in clause.tokens}
    if not clause.tokens:
        return True
    if kinds & _ADDED:
        return False
    if not clause.colours:
        return True
    span = (clause.tokens[0].span[0], clause.tokens[-1].span[1])
    is_wish = _WISH.search(source.text[slice(*span)].casefold()) is not None
    ahead = clauses[at - 1] if at and clause.is_bracketed else clause
    return not is_wish and (_is_phrase(source, ahead, is_first=at == 0) if ahead is clause else not ahead.colours)


def _is_phrase(source: Source, clause: _Clause, *, is_first: bool) -> bool:
    """Whether it says something about a colour: `client hates yellow`; or names the whole: `blue-grey palette`.

    «Шов серый» may be of a part of the tile, and `the white was too bright` of what is to be.
    """
    at = next(at for at, token in enumerate(clause.tokens) if token.kind is Kind.COLOUR)
    ahead = [token for token in clause.tokens[:at] if token.kind in _SAID]
    is_name = is_first and not ahead and [token.kind for token in clause.tokens[at + 1 :]] == [Kind.UNKNOWN]
    return len(ahead) >= _PAIR or is_name or _is_drawn(source, clause) or bool(clause.numbers)


def _as_word(token: Token) -> Token:
    return replace(token, kind=Kind.ASIDE, error=None, remark=None, choice="")
