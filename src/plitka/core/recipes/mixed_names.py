"""Two colours in one word that are said to be a mix: «сине-зелёная смесь», `blue-green mix`.

Without such a word they are the one hue between the two.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from plitka.core.colour.palette import Palette
from plitka.core.language.spelling import name_key
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.segments import plain_keys
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_MIX = r"(?:смесь|смеси|смесью|микс|меланж|mix|mixture|blend|melange)(?![^\W_])"
_BEHIND = re.compile(rf"[ ]+{_MIX}")
_BEFORE = re.compile(rf"(?<![^\W_]){_MIX}[ :]+(?:(?:of|из)[ ]+)?\Z")
_PAIR = 2


def with_mixed_names(source: Source, tokens: Sequence[Token], palette: Palette) -> list[Token]:
    """The tokens with both colours of the only name, if nothing but a word for a mix stands by it."""
    named = [token for token in tokens if token.kind is Kind.COLOUR]
    n_numbers = sum(token.kind in (Kind.NUMBER, Kind.FRACTION) for token in tokens)  # of each, or none
    if len(named) != 1 or n_numbers not in (0, _PAIR) or any(token.kind is Kind.FLECK for token in tokens):
        return list(tokens)
    start, end = named[0].span
    text = source.text.casefold()
    is_mix = _BEHIND.match(text, end) or _BEFORE.search(text, 0, start)
    parts = named[0].text.split("-")
    colours = [palette.find_key(key) for part in parts if (key := _plain_key(part))]
    if is_mix is None or len(parts) != _PAIR or len(colours) != _PAIR or None in colours:
        return list(tokens)
    middle = start + len(parts[0])
    spans = ((start, middle), (middle + 1, end))
    both = [
        replace(named[0], colour=colour, own=None, remark=None, text=part, span=span)
        for colour, part, span in zip(colours, parts, spans, strict=True)
    ]
    comma = Token(kind=Kind.SEPARATOR, span=(middle, middle + 1), text=",")
    at = tokens.index(named[0])
    return [*tokens[:at], both[0], comma, both[1], *tokens[at + 1 :]]


def _plain_key(part: str) -> str:
    """The key of a plain colour, also of the «сине» of «сине-зелёная»; nothing for another word."""
    keys = (name_key(part), name_key(part[:-1]) if part[-1:] in ("о", "е") else "")
    return next((key for key in keys if key in plain_keys()), "")
