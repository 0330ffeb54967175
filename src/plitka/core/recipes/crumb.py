"""Crumb of recycled tyres, the trade's SBR, as a colour of a mix."""

from collections.abc import Sequence
from dataclasses import replace

from plitka.core.colour.palette import Palette
from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_BOUNDS = frozenset({Kind.SEPARATOR, Kind.BRACKET})
_AMOUNTS = _NUMBERS | {Kind.PERCENT, Kind.PARTS, Kind.MASS}
_OF_MATERIAL = frozenset({Kind.SBR, Kind.UNKNOWN, Kind.ASIDE, Kind.LOOK})


def with_crumb_beside(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the word of `SBR 80% black, 20% red` behind its colour, where every colour has its number."""
    counted = sum(token.kind in _NUMBERS for token in tokens) + any(token.kind is Kind.REST for token in tokens)
    if counted != sum(token.kind is Kind.COLOUR for token in tokens):
        return list(tokens)
    moved = list(tokens)
    for at, token in enumerate(tokens):
        colour = at + 2 + (_kind(tokens, at + 2) is Kind.PERCENT)
        is_first = token.kind is Kind.SBR and (at == 0 or tokens[at - 1].kind in _BOUNDS)
        is_share = _kind(tokens, at + 1) in _NUMBERS and _kind(tokens, colour) is Kind.COLOUR
        if is_first and is_share and _kind(tokens, colour + 1) in {None, *_BOUNDS}:
            moved[at : colour + 1] = [*tokens[at + 1 : colour + 1], token]
    return moved


def without_materials(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens without brackets that only say of which material the colour before them is: `black 80% (SBR)`.

    What may be such crumb, «чёрный 80% (можно SBR)», is no part of the mix, and stays as a label.
    """
    kept = list(tokens)
    for start in reversed([at for at, token in enumerate(tokens) if token.text in ("(", "[")]):
        end = next((at for at in range(start, len(kept)) if kept[at].text in (")", "]")), None)
        inside = kept[start + 1 : end]
        colour = start - 1
        while colour >= 0 and kept[colour].kind in _AMOUNTS:
            colour -= 1
        is_named = colour >= 0 and kept[colour].kind is Kind.COLOUR and colour < start - 1
        kinds = {token.kind for token in inside}
        if end is None or not is_named or Kind.SBR not in kinds or not kinds <= _OF_MATERIAL:
            continue
        span = (kept[start].span[0], kept[end].span[1])
        typed = source.text[kept[start].span[1] : kept[end].span[0]].strip()
        crumb = [token for token in inside if token.kind is Kind.SBR][:1]
        if source.text[slice(*crumb[0].span)] == typed:
            kept[colour : end + 1] = [kept[colour], *crumb, *kept[colour + 1 : start]]
        else:
            label = Token(kind=Kind.LABEL, span=span, text=source.text[slice(*span)], choice=LETTERED)
            comma = Token(kind=Kind.SEPARATOR, span=(span[0], span[0]), text=",")
            kept[start : end + 1] = [comma, label]
    return kept


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if at < len(tokens) else None


def settle_sbr(source: Source, tokens: Sequence[Token], palette: Palette) -> list[Token]:
    """Tokens in which a colour beside the word is of such crumb, and the word alone is black, a colour of its own.

    Args:
        tokens: of what lies between two commas.
    """
    black = palette.find("BLACK")
    settled: list[Token] = []
    is_next_sbr = False
    for at, token in enumerate(tokens):
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        if token.kind is not Kind.SBR:
            settled.append(replace(token, is_sbr=True) if is_next_sbr else token)
            is_next_sbr = False
        elif settled and settled[-1].kind is Kind.COLOUR:
            settled[-1] = replace(settled[-1], is_sbr=True)
        elif after is not None and after.kind is Kind.COLOUR:
            is_next_sbr = True
        elif black is not None:
            remark = Notice(
                "{name!r} is taken as black crumb of recycled tyres", {"name": source.text[slice(*token.span)]}
            )
            settled.append(replace(token, kind=Kind.COLOUR, colour=black, is_sbr=True, remark=remark))
    return settled
