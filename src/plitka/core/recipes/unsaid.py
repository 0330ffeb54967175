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
    r"|(?:the )?same (?:thing|mix|one|blend|colou?rs?)(?: as| that)? (?:we|you|i)(?:['’]ve)? "
    r"(?:did|had|got|used|made|ordered|sent)"
    r"|as (?:we )?(?:(?:previously|already) )?"
    r"(?:discussed|agreed|arranged|talked|per (?:our|my|the) (?:call|chat|e-?mail))"
    r"|как (?:и )?(?:договорились|договаривались|обсуждали|говорили)|по договор[её]нности"
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
_REST = re.compile(
    r"(?<![^\W_])(?:(?:the )?(?:rest|remainder|remaining|balance)|остальное|остальные|остаток)[ ]*"
    r"(?:is|are|[:=,-])?[ ]*"
    r"(?P<open>(?:as|same|the same|tbc|tbd|tba|to (?:be|follow)"
    r"|later|up to you|your choice|как|по договор|по соглас|уточн|потом"
    r"|позже|на (?:твой|ваш)|решим)(?![^\W_]*\d)[^,;.\n]*)"
)
"""What is left is not said."""
_SAME = re.compile(
    r"(?<![^\W_])(?:(?:the )?same (?:as (?:last time|before|usual|always|previous(?:ly)?)|again)|the usual"
    r"|как (?:(?:и )?в прошлый раз|обычно|всегда)|то же(?: самое)?,? что(?: и)? (?:в прошлый раз|раньше|обычно))"
    r"(?![^\W_])"
)
_BUT = re.compile(r"(?<![^\W_])(?:but|only|except|но|только)(?![^\W_])")
_OTHER = re.compile(r"\((?P<either>(?:можно|или|либо|or)[ ][^()\d]*)\)|(?<![^\W_])на выбор(?![^\W_])")
"""A second colour that may stand for the first: «красный (можно терракот)»."""
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_TALK = 3
"""Words of which one that is unknown is not more likely a colour than another."""
_WHOLE = 100
"""Percent."""


def check_told(source: Source, tokens: Sequence[Token]) -> None:
    """Nothing unless the numbers are no whole and the rest is left to a talk, or the mix is one of another order.

    Raises:
        RecipeError: `rest as discussed`, or `same as last time but red`.
    """
    numbers = [
        token.value * (_WHOLE if token.kind is Kind.FRACTION else 1) for token in tokens if token.kind in _NUMBERS
    ]
    if sum(numbers) != _WHOLE and (rest := _REST.search(source.folded)) is not None:
        raise _refuse_open_colours(source, rest.span("open"))
    if any(token.kind is Kind.VAGUE for token in tokens):
        return
    if (other := _OTHER.search(source.folded)) is not None and _names_several(source, tokens, other):
        raise _refuse_choice(source, other.span("either" if other["either"] else 0))
    colours = {token.colour for token in tokens if token.kind is Kind.COLOUR}
    is_other = len(colours) > 1 or _BUT.search(source.folded)
    is_open = bool(colours) and not numbers and is_other and all(token.kind is not Kind.EQUAL for token in tokens)
    if is_open and (same := _SAME.search(source.folded)) is not None:
        raise _refuse_unknown_mix(source, same.span())


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
    is_talk = len(source.text.split()) >= _TALK and all(token.kind is not Kind.NUMBER for token in tokens)
    is_first = not source.text[: error.span[0]].strip()
    is_talk = is_talk and is_first and isinstance(error, UnknownColour) and not is_named
    is_known = is_named and (before is None or has_number)
    if (not isinstance(error, UnknownColour) and is_known) or error.suggestions:
        return error
    if before is not None and not is_known:
        return _refuse_unknown_mix(source, before.span())
    if choice is not None and is_named:
        return _refuse_choice(source, choice.span())
    if open_ is not None:
        return _refuse_open_colours(source, open_.span())
    return refuse_nameless(source) if is_talk else error


def refuse_nameless(source: Source) -> RecipeError:
    """The error about a text in which no colour is named."""
    text = source.text
    start = len(text) - len(text.lstrip())
    return source.refuse(
        "no colour is named; write for example: red 60%, black 30%, white 10%", (start, max(start, len(text.rstrip())))
    )


def _names_several(source: Source, tokens: Sequence[Token], found: "re.Match[str]") -> bool:
    """Whether a colour is in such brackets, or several are named without a number."""
    start, end = source.span(*found.span())
    inside = any(token.kind is Kind.COLOUR for token in tokens if start <= token.span[0] < end)
    n_colours = sum(token.kind is Kind.COLOUR for token in tokens)
    return n_colours > 1 and (inside if found["either"] else all(token.kind not in _NUMBERS for token in tokens))


def _refuse_choice(source: Source, place: tuple[int, int]) -> RecipeError:
    return _refuse(source, place, "{words!r} leaves open which colour it is; decide on one, and write it alone")


def _refuse_unknown_mix(source: Source, place: tuple[int, int]) -> RecipeError:
    return _refuse(
        source,
        place,
        "{words!r} tells of a mix that is not known here; write the whole mix, with one number a colour, as in: "
        "anthracite 90%, terracotta 10%",
    )


def _refuse_open_colours(source: Source, place: tuple[int, int]) -> RecipeError:
    return _refuse(
        source,
        place,
        "{words!r} leaves open which colours there are; name each with its number, as in: anthracite 90%, "
        "terracotta 10%",
    )


def _refuse(source: Source, place: tuple[int, int], message: str) -> RecipeError:
    """The error about a place in the folded text."""
    span = source.span(*place)
    text = source.text[slice(*span)].rstrip()
    return source.refuse(message, (span[0], span[0] + len(text)), words=text)
