"""What a text leaves to others: a mix that was made before, a choice between colours, what is still to be agreed."""

import re
from collections.abc import Sequence

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError, UnknownColour

_BEFORE = re.compile(
    r"(?<![^\W_])(?:(?:from|in|off) (?:the|your) (?:brochure|catalog(?:ue)?|picture|photo|website)"
    r"|(?:(?:the )?same (?:as|again|one|mix|colou?rs?)|as|like) (?:(?:the|my|our|your|in the) )?"
    r"(?:(?:previous|last|other|earlier) )*(?:last time|before|order|one|time|sample|swatch|board|photo|year|batch"
    r"|usual|neighbou?rs?)|(?:the )?same (?:again|as (?:before|usual))|the usual"
    r"|как (?:(?:и )?в прошлый раз|(?:всегда|обычно|раньше|прежде|на образце|на фото|у соседей)|в прошлом заказе)"
    r"|то же(?: самое)?,? что(?: и)?(?: (?:в прошлый раз|раньше|обычно))?|по (?:прошлому|старому) заказу|по образцу)"
    r"(?![^\W_])"
)
CHOICE = frozenset({"or", "either", "или", "либо"})
"""Words between colours of which one is still to be chosen."""
_CHOICE = re.compile(rf"(?<![^\W_])(?:{'|'.join(sorted(CHOICE))})(?![^\W_])")
_OPEN = re.compile(
    r"(?<![^\W_])(?:(?:is )?to be (?:confirmed|decided|agreed|advised)|tbc|tbd|tba|up to you|your choice"
    r"|you (?:choose|decide)|surprise me|на ваш(?:е усмотрение|е? выбор)|на (?:твой|ваш) вкус|на усмотрение"
    r"|уточн(?:им|ю)(?: позже)?|(?:ещ[её] )?не решили|пока не знаем|по согласованию)(?![^\W_])"
)


def why_unsaid(source: Source, tokens: Sequence[Token], error: RecipeError) -> RecipeError:
    """The error that says what a text leaves open, if that is why it cannot be read; else the same error.

    Args:
        source: the text.
        tokens: of it.
        error: why it cannot be read.
    """
    is_named = any(token.kind is Kind.COLOUR for token in tokens)
    has_number = any(token.kind is Kind.NUMBER and token.text[0].isdigit() for token in tokens)
    before, open_, choice = (pattern.search(source.folded) for pattern in (_BEFORE, _OPEN, _CHOICE))
    is_known = is_named and (before is None or has_number)
    if (not isinstance(error, UnknownColour) and is_known) or error.suggestions:
        return error
    if before is not None and not is_known:
        return _refuse(
            source,
            before,
            "{words!r} tells of a mix that is not known here; write the whole mix, with one number a colour, as in: "
            "anthracite 90%, terracotta 10%",
        )
    if choice is not None and is_named:
        return _refuse(source, choice, "{words!r} leaves open which colour it is; decide on one, and write it alone")
    if open_ is not None:
        return _refuse(
            source,
            open_,
            "{words!r} leaves open which colours there are; name each with its number, as in: anthracite 90%, "
            "terracotta 10%",
        )
    return error


def _refuse(source: Source, found: "re.Match[str]", message: str) -> RecipeError:
    span = source.span(*found.span())
    return source.refuse(message, span, words=source.text[slice(*span)])
