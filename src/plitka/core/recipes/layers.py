"""Layers of a tile: the mix is of the one that is seen, and what lies below it is left out.

```
layers = layer, mix, { separator, layer, mix } ;        «верх красный 60, серый 40, низ чёрный»
       | mix, layer, { separator, mix, layer } ;        `red top, black bottom`
```
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from plitka.core.language import zone_words
from plitka.core.language.spelling import is_cyrillic
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.look import option_of_zone
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError

_TOP, _BOTTOM = "top", "bottom"
_BASES = frozenset({"base", "основа", "основание"})
"""Below a layer that is said to be the upper one."""
_DRAWN = re.compile(rf"(?<![^\W_])(?:{zone_words.LINE}|{zone_words.STRIPES})(?![^\W_])")
_OF_LAYERS = re.compile(
    r"\d[ ]?-?(?:mm|cm|мм|см)|(?<![^\W_])(?:layers?|course|base|wearing|coat|ply|sbr|epdm|crumb|side|двухслойн\w+"
    r"|сло[йяеюи]\w*|основ\w+|сбр|эпдм|епдм|крошк\w+|сторон\w+|подложк\w+|лицев\w+|лицо|изнанк\w+)(?![^\W_])"
)
"""Words with which `top` and `bottom` are layers, and no halves of the face."""
_HALF = re.compile(r"(?<![^\W_])(?:bottom|lower|низ|нижн\w+|внизу|снизу)(?![^\W_])")
_EXAMPLE = ("top half red, bottom half black", "верхняя половина красная, нижняя чёрная")
"""Of such halves, in English and Russian."""
_AT_BOTTOM = "rows:90-100%"
"""The mask of a stripe there: `black line along the bottom edge` is no layer."""
_MIX = frozenset({Kind.COLOUR, Kind.NUMBER, Kind.FRACTION, Kind.SBR})
_WHOLE = 100
"""Percent."""
_MEANING = _MIX | {Kind.LAYER, Kind.LENGTH}


@dataclass(slots=True)
class Layers:
    """What of a recipe is seen."""

    tokens: list[Token]
    remarks: list[Notice] = field(default_factory=list)
    """Which layers are left out."""
    errors: list[RecipeError] = field(default_factory=list)
    """Why the recipe would be refused, were what is seen not a whole mix."""


def take_layers(source: Source, tokens: Sequence[Token]) -> Layers:
    """The tokens of what is seen of a tile of layers; all of them where no layer is named.

    Raises:
        RecipeError: what lies at the bottom is a stripe, and no layer.
    """
    tokens = _with_base_below(tokens)
    if not any(token.kind is Kind.LAYER for token in tokens):
        return Layers(list(tokens))
    if Kind.FLECK in {token.kind for token in tokens} and _TOP not in {token.choice for token in tokens}:
        # The ground of a fleck is no layer below it.
        return Layers([replace(token, kind=Kind.REST) if token.kind is Kind.LAYER else token for token in tokens])
    if _TOP in {token.choice for token in tokens}:
        is_base = [token.text in _BASES for token in tokens]
        tokens = [
            replace(token, kind=Kind.LAYER, choice=_BOTTOM) if below else token
            for token, below in zip(tokens, is_base, strict=True)
        ]
    runs = list(_runs(tokens))
    layers = list(_layers_of(runs))
    seen = Layers([])
    hidden: list[Token] = []
    for run, layer in zip([*runs, []], [*layers, ""], strict=True):
        if layer == _BOTTOM:
            hidden += run
            continue
        if hidden:
            _leave_out(source, hidden, seen)
            seen.tokens.append(_separator(hidden))
            hidden = []
        seen.tokens += _without_layer(run)
    return seen


def _with_base_below(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with `black SBR base 30 mm` behind a whole mix as the layer below it."""
    run = list(_runs(tokens))[-1]
    base = next((token for token in run if token.text in _BASES), None)
    kinds = {token.kind for token in run}
    others = tokens[: len(tokens) - len(run)]
    numbers = [token for token in others if token.kind in (Kind.NUMBER, Kind.FRACTION)]
    is_whole = Kind.PARTS in {token.kind for token in others} or sum(map(_percent, numbers)) == _WHOLE
    is_each = len(numbers) == sum(token.kind is Kind.COLOUR for token in others) > 1
    if base is None or not kinds >= {Kind.SBR, Kind.LENGTH} or Kind.NUMBER in kinds or not (is_whole and is_each):
        return list(tokens)
    return [replace(token, kind=Kind.LAYER, choice=_BOTTOM) if token is base else token for token in tokens]


def _leave_out(source: Source, hidden: Sequence[Token], seen: Layers) -> None:
    words = [token for token in hidden if token.kind not in (Kind.SEPARATOR, Kind.SLASH, Kind.LINK)]
    span = (words[0].span[0], words[-1].span[1])
    text = source.text[slice(*span)]
    if _DRAWN.search(text.casefold()) is not None:
        raise source.refuse(
            "{words!r} is a part of the tile: write the mix of the ground alone, and ask for the part as a zone{hint}",
            span,
            words=text,
            hint=option_of_zone(_AT_BOTTOM, "RECIPE"),
        )
    is_bare = _OF_LAYERS.search(source.folded) is None and _HALF.search(text.casefold()) is not None
    seen.remarks.append(
        Notice(
            "{words!r} lies below and is not seen; the mix is of the layer above it; for halves of the tile write: "
            "{example}",
            {"words": text, "example": _EXAMPLE[is_cyrillic(source.text)]},
        )
        if is_bare
        else Notice("{words!r} lies below and is not seen; the mix is of the layer above it", {"words": text})
    )
    seen.errors.append(
        source.refuse(
            "{words!r} may be a layer below or a part of the face; write the whole mix of what is seen, and ask for a "
            "part of it as a zone{hint}",
            span,
            words=text,
            hint=option_of_zone("half:bottom", "RECIPE"),
        )
    )


def _runs(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Tokens that lie between two separators, or before what they lie `over`; each with the separator before it."""
    run: list[Token] = []
    for at, token in enumerate(tokens):
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        is_over = token.kind is Kind.BASE and after is not None and after.kind in (Kind.LENGTH, Kind.LAYER, Kind.COLOUR)
        is_slash = token.kind is Kind.SLASH and after is not None and after.kind is Kind.LAYER
        if run and (token.kind is Kind.SEPARATOR or is_over or is_slash):
            yield run
            run = []
        run.append(token)
    yield run


def _layers_of(runs: Sequence[Sequence[Token]]) -> Iterator[str]:
    """The layer of each run; none for what says nothing of a mix."""
    own = [next((token.choice for token in run if token.kind is Kind.LAYER), "") for run in runs]
    is_first = [_is_named_first(run) for run in runs]
    top = own.index(_TOP) if _TOP in own else len(runs)
    has_top = _has_colours(runs[top:])  # not so in `70% red, 30% white, black base 30 mm, wear layer 10 mm`
    for at, run in enumerate(runs):
        if own[at] or not any(token.kind in _MEANING for token in run):
            yield own[at]
            continue
        before = next((i for i in reversed(range(at)) if own[i]), None)
        behind = next((i for i in range(at + 1, len(runs)) if own[i]), None)
        if before is not None and is_first[before]:
            is_lone = own[before] == _BOTTOM and _TOP not in own and not _has_colours(runs[:before])
            yield "" if is_lone else own[before]
        elif behind is not None and own[behind] == _TOP and is_first[behind] and has_top and _is_crumb(runs[:behind]):
            yield _BOTTOM
        else:
            is_claimed = behind is not None and not is_first[behind] and has_top
            yield own[behind] if behind is not None and is_claimed else ""


def _is_crumb(runs: Sequence[Sequence[Token]]) -> bool:
    """Whether what stands before an upper layer is crumb of tyres without a share: `SBR with binder, EPDM top:`."""
    tokens = [token for run in runs for token in run]
    shares = [
        at
        for at, token in enumerate(tokens)
        if token.kind in (Kind.NUMBER, Kind.FRACTION) and not _is_of_binder(tokens, at)
    ]
    return any(token.kind is Kind.SBR for token in tokens) and not shares


def _is_of_binder(tokens: Sequence[Token], at: int) -> bool:
    beside = [*tokens[max(0, at - 1) : at], *tokens[at + 1 : at + 3]]
    return any(token.kind is Kind.BINDER for token in beside)


def _is_named_first(run: Sequence[Token]) -> bool:
    """Whether a layer is named before its mix."""
    kinds = [token.kind for token in run if token.kind in _MIX | {Kind.LAYER}]
    return kinds[:1] == [Kind.LAYER]


def _has_colours(runs: Sequence[Sequence[Token]]) -> bool:
    return any(token.kind is Kind.COLOUR for run in runs for token in run)


def _without_layer(run: Sequence[Token]) -> list[Token]:
    """What is said of a layer, without its name and the colon behind that."""
    kept: list[Token] = []
    follows = False
    for token in run:
        if token.kind is not Kind.LAYER and not (follows and token.kind is Kind.LINK):
            kept.append(token)
        follows = token.kind is Kind.LAYER
    return kept


def _percent(token: Token) -> Fraction:
    return token.value * (_WHOLE if token.kind is Kind.FRACTION else 1)


def _separator(hidden: Sequence[Token]) -> Token:
    first = hidden[0]
    return Token(kind=Kind.SEPARATOR, span=(first.span[0], first.span[0]), text=",")
