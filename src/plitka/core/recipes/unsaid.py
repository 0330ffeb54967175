"""What a text leaves to others: a mix that was made before, a choice between colours, what is still to be agreed."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise, takewhile

from plitka.core.language.vocabulary import JOINING, Kind
from plitka.core.recipes.amounts import Mention
from plitka.core.recipes.open_amounts import OPEN, SAME_AS, refuse_change, refuse_open, with_own_colours
from plitka.core.recipes.recipe import plain
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
    r"|(?:as )?(?:per|to match) (?:(?:the|your|our|an?) )?(?:(?:approved|agreed|attached|supplied) )?"
    r"(?:sample|swatch|board|mock-?up)"
    r"|(?:по|согласно|как) (?:(?:утвержденн|согласованн|прилагаем)\w+ )(?:образц\w+|эталон\w*)"
    r"|как (?:и )?(?:договорились|договаривались|обсуждали|говорили)|по договор[её]нности"
    r"|(?:same |like |as )?(?:(?:as )?(?:on|at|for|from|in) )?the (?:last|previous|other|earlier|old) "
    r"(?:job|site|project|order|delivery|object|batch|one|tile|playground)"
    r"|как (?:на|в|у) (?:прошл\w+|предыдущ\w+|друг\w+|стар\w+) (?:объект\w*|заказ\w*|площадк\w+|раз\w*|проект\w*)"
    r"|как (?:(?:и )?в прошлый раз|(?:всегда|обычно|раньше|прежде|на образце|на фото|у соседей)|в прошлом заказе)"
    r"|то же(?: самое)?,? что(?: и)?(?: (?:в прошлый раз|раньше|обычно))?|по (?:прошлому|старому) заказу|по образцу)"
    r"(?![^\W_])"
)
_OF_IT = re.compile(r"(?<![^\W_])(?:of which|из которо(?:го|й)|из которых)(?![^\W_])")
"""Behind a share that is parted again: `70% black of which half is dark grey`."""
_OTHER_TOTAL = "add up to"
"""In messages about numbers that are no whole."""
CHOICE = frozenset({"or", "either", "или", "либо"})
"""Words between colours of which one is still to be chosen."""
_CHOICE = re.compile(rf"(?<![^\W_])(?:{'|'.join(sorted(CHOICE))})(?![^\W_])")
_CHOOSE = (
    r"you (?:choose|decide)|на ваш(?:е усмотрение|е? выбор)|на (?:твой|ваш) вкус|на усмотрение"
    r"|сами (?:решите|решайте|выберите|подберите)|(?:решите|решайте|выберите|подберите) сами"
)
"""What is left to the maker, as people say it."""
_OPEN = re.compile(
    r"(?<![^\W_])(?:(?:is )?to be (?:confirmed|decided|agreed|advised)|tbc|tbd|tba|up to you|your choice|illegible"
    r"|unreadable|not legible|неразборчиво|нечитаемо|не читается"
    rf"|surprise me|{_CHOOSE}"
    r"|уточн(?:им|ю)(?: позже)?|(?:нужно |надо )?согласова(?:ть|ем)|согласуем"
    r"|to agree(?: with)?|(?:ещ[её] )?не решили|пока не знаем|по согласованию)(?![^\W_])"
)
_LEFT = re.compile(rf"(?<![^\W_])(?:up to you|your choice|{_CHOOSE})(?![^\W_])")
"""A share is left to the maker."""
_NO_NAME = re.compile(
    r"(?:(?<=[,;:+&.!\n(])|(?<= and )|(?<= или )|(?<= и )|(?<= or )|(?<= plus ))[ ]*(?:(?:ну )?и |and |plus )?"
    r"(?P<words>(?P<added>(?:something|anything|(?:one|some|a) more|an?other|some other|a (?:third|fourth)"
    r"|(?:что|чего|какой|какую|какое)-?[ ]?(?:нибудь|то|либо)|еще (?:один|одна|какой|какого)"
    r"|трет(?:ий|ья)|друг(?:ой|ая))"
    r"(?:[- ](?:нибудь|то|либо))?[ ](?:else|more|colou?r|еще|друг[а-я]+|цвет[а-я]*))"
    r"|(?:something|anything|(?:что|чего|какой|какую|какое)-?[ ]?(?:нибудь|то|либо))[ ](?:[^\W\d_]+[ ])?"
    r"(?:neutral|natural|light|lighter|dark|darker|bright|brighter|pale|warm|cool|contrasting|pastel|muted|matching"
    r"|similar|(?:нейтраль|контраст|пастель|приглушен|естествен|природ|холод)н[а-я]+|(?:потемнее|посветлее|поярче)"
    r"|(?:светл|темн|ярк|бледн|тепл|подходящ|похож)[а-я]+))(?![^\W_])"
)
"""A colour more, of which no name is said: `red, blue, something neutral`, «и что-нибудь ещё на ваш вкус»."""
_REST = re.compile(
    r"(?<![^\W_])(?:(?:the )?(?:rest|remainder|remaining|balance)|остальное|остальные|остаток)[ ]*"
    r"(?:is|are|[:=,-])?[ ]*"
    r"(?P<open>(?:as|same|the same|tbc|tbd|tba|to (?:be|follow)"
    r"|later|up to you|your choice|как|по договор|по соглас|уточн|потом"
    r"|позже|на (?:твой|ваш)|решим)(?![^\W_]*\d)[^,;.\n]*)"
)
"""What is left is not said."""
_AS = re.compile(r"(?:as|to be)[ ]+(?:(?:in|a|an|the|plain|all)[ ]+)*")
"""Between such words and the colour that has the rest."""
_SAME = re.compile(
    r"(?<![^\W_])(?:(?:the )?same (?:as (?:last time|before|usual|always|previous(?:ly)?)|again)|the usual"
    r"|как (?:(?:и )?в прошлый раз|обычно|всегда)|то же(?: самое)?,? что(?: и)? (?:в прошлый раз|раньше|обычно))"
    r"(?![^\W_])"
)
_BUT = re.compile(r"(?<![^\W_])(?:but|only|except|но|только)(?![^\W_])")
_ASKED = re.compile(
    r"\?|(?<![^\W_])(?:price|cost|quote|deliver(?:y|ed)|how much|which|what|need|please|какие|какой|сколько|цен[ауы]"
    r"|стоимость|доставк\w+|посчита\w+|пожалуйста)(?![^\W_])"
)
"""A question, or an order that says no colour."""
_EARLIER = re.compile(
    r"(?<![^\W_])(?:(?:the )?same (?:[^\W\d_]+ )?)?(?:as|like)(?: (?:on|at|for|in|from))? (?:the |our |my )?"
    r"(?:last|previous|other|earlier|old) (?:job|site|project|order|delivery|object|batch|one|playground)"
    r"|(?<![^\W_])(?:как|то же,? что) (?:у )?сосед(?:ям|ей|и|а|у)(?![^\W_])"
    r"|(?<![^\W_])как (?:на|в|у|из) (?:прошл|предыдущ|стар|друг)\w+ (?:объект|заказ|площадк|проект|парти|образц)\w*"
)
_COMPARATIVE = re.compile(r"lighter|darker|brighter|(?:по)?(?:светлее|темнее|ярче)")
_COMPARATIVE_HUE = re.compile(
    r"(?<![^\W_])(?:(?:a bit|a little|slightly|much|but) "
    r"(?:greener|redder|bluer|yellower|browner|greyer|paler|warmer|cooler)"
    r"|по(?:зеленее|краснее|синее|желтее|бледнее|теплее|холоднее|серее))(?![^\W_])"
)
_OTHER = re.compile(r"\((?P<either>(?:можно|или|либо|or)[ ][^()\d]*)\)|(?<![^\W_])на выбор(?![^\W_])")
"""A second colour that may stand for the first: «красный (можно терракот)»."""
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_NAMED = _NUMBERS | {Kind.COLOUR, Kind.UNKNOWN}
_UNITS = frozenset({Kind.PERCENT, Kind.PARTS, Kind.MASS, Kind.LINK, Kind.SLASH, Kind.FRACTION})
_BOUNDS = frozenset({Kind.SEPARATOR, Kind.BRACKET})
_COUNTED = frozenset({Kind.COUNTED, Kind.LENGTH, Kind.LABEL})
_TELLING = (OPEN, "{words!r} tells of more than one tile")
"""How messages begin that hold whatever an unknown word means."""
_PAIR = 2
_TALK = 3
"""Words of which one that is unknown is not more likely a colour than another."""
_WHOLE = 100
"""Percent."""


def check_told(source: Source, tokens: Sequence[Token]) -> None:
    """Nothing unless the numbers are no whole and the rest is left to a talk, or the mix is one of another order.

    Raises:
        RecipeError: `rest as discussed`, `10% up to you`, or `same as last time but red`.
    """
    numbers = [_percent(token) for token in tokens if token.kind in _NUMBERS]
    rest = _REST.search(source.folded)
    same, but = SAME_AS.search(source.folded), _BUT.search(source.folded)
    if same is not None and but is not None and but.start() > same.end():
        span = (source.span(*same.span())[0], source.span(*but.span())[1])
        behind = sum(_percent(token) for token in tokens if token.kind in _NUMBERS and token.span[0] >= span[1])
        if behind != _WHOLE:
            raise refuse_change(source, span)
    if (left := _left_share(source, tokens)) is not None:
        raise left
    if (more := _NO_NAME.search(source.folded)) is not None and _leaves_colour(source, tokens, more):
        raise _refuse_open_colours(source, source.span(*more.span("words")))
    if sum(numbers) != _WHOLE and rest is not None and not _names(source, tokens, rest):
        raise _refuse_open_colours(source, source.span(*rest.span("open")))
    if any(token.kind is Kind.VAGUE for token in tokens):
        return
    if (other := _OTHER.search(source.folded)) is not None and _names_several(source, tokens, other):
        raise _refuse_choice(source, other.span("either" if other["either"] else 0))
    colours = {token.colour for token in tokens if token.kind is Kind.COLOUR}
    if colours and not numbers and (changed := _compared(source, tokens)) is not None:
        raise changed
    is_other = len(colours) > 1 or _BUT.search(source.folded)
    is_open = bool(colours) and not numbers and is_other and all(token.kind is not Kind.EQUAL for token in tokens)
    if is_open and (same := _SAME.search(source.folded)) is not None:
        raise _refuse_unknown_mix(source, same.span())


def _percent(token: Token) -> Fraction:
    return token.value * (_WHOLE if token.kind is Kind.FRACTION else 1)


def _leaves_colour(source: Source, tokens: Sequence[Token], more: "re.Match[str]") -> bool:
    """Whether a colour more is to be chosen: the others are not a whole, or it is said who is to choose it."""
    start, end = source.span(*more.span())
    beside = {token.colour for token in tokens if token.kind is Kind.COLOUR and not start <= token.span[0] < end}
    is_open = sum(_percent(token) for token in tokens if token.kind in _NUMBERS) != _WHOLE
    is_named = any(token.kind in _NUMBERS | {Kind.COLOUR} for token in _clause_from(tokens, start))
    is_left = more["added"] is not None and _LEFT.search(source.folded, more.end()) is not None
    return not is_named and (is_left or (is_open and len(beside) >= (1 if more["added"] else _PAIR)))


def _clause_from(tokens: Sequence[Token], start: int) -> Iterator[Token]:
    return takewhile(
        lambda token: token.kind not in _BOUNDS or token.text in JOINING,
        (token for token in tokens if token.span[0] >= start),
    )


def _left_share(source: Source, tokens: Sequence[Token]) -> RecipeError | None:
    """The error about a share that no colour has: `grey 60%, black 30% (10% up to you)`; None where none is left so."""
    found = _LEFT.search(source.folded)
    if found is None:
        return None
    start, end = source.span(*found.span())
    bounds = [token for token in tokens if token.kind in _BOUNDS]
    first = max((token.span[1] for token in bounds if token.span[1] <= start), default=0)
    clause = [token for token in tokens if first <= token.span[0] < end]
    own = [token for token in clause if token.kind is Kind.NUMBER]
    others = [token for token in tokens if token not in clause]
    names = [token for token in others if token.kind is Kind.COLOUR]
    shares = [token for token in others if token.kind is Kind.NUMBER]
    is_open = len(own) == 1 and all(token.kind is not Kind.COLOUR for token in clause)
    if not is_open or not names or len(names) != len(shares):
        return None
    percents = [token.value for token in shares]
    if sum(percents) + own[0].value != _WHOLE:
        return None
    percents[percents.index(max(percents))] += own[0].value
    told = (
        f"{plain(percent)}% {source.text[slice(*name.span)]}" for percent, name in zip(percents, names, strict=True)
    )
    span = (clause[0].span[0], end)
    return source.refuse(
        "{words!r} leaves open which colour has {percent} %; name it, or share them out, as in: {example}",
        span,
        words=source.text[slice(*span)],
        percent=plain(own[0].value),
        example=", ".join(told),
    )


def _compared(source: Source, tokens: Sequence[Token]) -> RecipeError | None:
    """The error about a colour that is lighter or darker than one that is not told: «серая, только посветлее»."""
    earlier = _EARLIER.search(source.folded)
    is_told = len({token.colour for token in tokens if token.kind is Kind.COLOUR}) == 1 and tokens[0].kind is Kind.ASIDE
    if earlier is not None and (not is_told or _BUT.search(source.folded)):
        return _refuse_unknown_mix(source, earlier.span())
    for token in tokens:
        if token.kind is Kind.MODIFIER and _COMPARATIVE.fullmatch(token.text):
            return refuse_change(source, token.span)
    found = _COMPARATIVE_HUE.search(source.folded)
    return None if found is None else refuse_change(source, source.span(*found.span()))


def says_more(error: RecipeError, other: RecipeError) -> RecipeError | None:
    """The other error, where it says what is wrong beside a word that is like no colour; else None.

    Args:
        error: why a text cannot be read.
        other: why it cannot be read without its unknown words either.
    """
    is_word = isinstance(error, UnknownColour) and not error.suggestions
    return other if is_word and other.message.startswith(_TELLING) else None


def with_colours_told(source: Source, tokens: Sequence[Token], error: RecipeError) -> RecipeError:
    """The error about words that leave a number open with an example of the text's own colours; else the same error."""
    if not error.message.startswith(OPEN) or "example" in error.values:
        return error
    named = [(token.colour, token.span) for token in tokens if token.colour is not None]
    return with_own_colours(source, error, [Mention(colour, span, source.text[slice(*span)]) for colour, span in named])


def why_unsaid(source: Source, tokens: Sequence[Token], error: RecipeError) -> RecipeError:
    """The error that says what a text leaves open, if that is why it cannot be read; else the same error.

    Args:
        source: the text.
        tokens: of it.
        error: why it cannot be read.
    """
    is_named = any(token.kind is Kind.COLOUR for token in tokens)
    has_number = any(token.kind is Kind.NUMBER and token.text[0].isdigit() for token in tokens)
    early = _coloured(source, tokens, error) or _parted_again(source, tokens, error)
    if early is not None:
        return early
    before, open_, choice = (pattern.search(source.folded) for pattern in (_BEFORE, _OPEN, _CHOICE))
    is_talk = len(source.text.split()) >= _TALK and not any(_is_share(tokens, at) for at in range(len(tokens)))
    is_talk = is_talk and isinstance(error, UnknownColour) and not is_named
    is_talked = is_talk or (before is not None and not has_number)
    if before is not None and not is_named and isinstance(error, UnknownColour) and is_talked:
        return _refuse_unknown_mix(source, before.span())
    is_known = is_named and (before is None or has_number)
    is_asked = is_talk and _ASKED.search(source.folded) is not None
    is_talk &= is_asked or not source.text[: error.span[0]].strip()
    if (not isinstance(error, UnknownColour) and is_known) or (error.suggestions and not is_asked):
        return error
    limit = _open_limit(tokens)
    if isinstance(error, UnknownColour) and is_named and limit is not None:
        return refuse_open(source, limit)
    if before is not None and not is_known:
        return _refuse_unknown_mix(source, before.span())
    if choice is not None and is_named:
        return _refuse_choice(source, choice.span(), is_of_numbers=_is_of_numbers(source, tokens, choice))
    if open_ is not None:
        return _refuse_open_colours(source, source.span(*open_.span()))
    return refuse_nameless(source) if is_talk else error


def _coloured(source: Source, tokens: Sequence[Token], error: RecipeError) -> RecipeError | None:
    """The error about `rainbow tile for the kindergarten`; None where a colour is named."""
    many = next((token for token in tokens if token.kind is Kind.COLOURED), None)
    is_named = any(token.kind is Kind.COLOUR for token in tokens)
    is_unknown = isinstance(error, UnknownColour) and not error.suggestions
    return _refuse_open_colours(source, many.span) if many is not None and not is_named and is_unknown else None


def _parted_again(source: Source, tokens: Sequence[Token], error: RecipeError) -> RecipeError | None:
    """The error about a share of a share; None where the text has none, or that is not what is wrong."""
    found = _OF_IT.search(source.folded)
    is_unknown = isinstance(error, UnknownColour) and not error.suggestions
    is_named = any(token.kind is Kind.COLOUR for token in tokens)
    if found is None or not is_named or not (is_unknown or _OTHER_TOTAL in error.message):
        return None
    return _refuse(source, found.span(), "{words!r} parts a share again; write percent of the whole for each colour")


def _is_share(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number may be a colour's: it has a percent sign, or a word alone beside it: `flurb 30`."""
    if tokens[at].kind not in _NUMBERS or not tokens[at].text[:1].isdigit():
        return False
    before, after = (tokens[place].kind if 0 <= place < len(tokens) else None for place in (at - 1, at + 1))
    return after in _UNITS or (after not in _COUNTED and before in (Kind.UNKNOWN, Kind.LINK, Kind.SLASH))


def _open_limit(tokens: Sequence[Token]) -> Token | None:
    """The `less than` of `a bit less than half`, which leaves a number open."""
    return next(
        (
            token
            for token, after in pairwise(tokens)
            if token.kind is Kind.RANGE and not token.choice and after.kind in _NUMBERS
        ),
        None,
    )


def refuse_nameless(source: Source) -> RecipeError:
    """The error about a text in which no colour is named."""
    text = source.text
    start = len(text) - len(text.lstrip())
    return source.refuse(
        "no colour is named; write for example: red 60%, black 30%, white 10%", (start, max(start, len(text.rstrip())))
    )


def _names(source: Source, tokens: Sequence[Token], rest: "re.Match[str]") -> bool:
    """Whether a colour is named of the rest, `rest as black`, or has its number: «остальное как было - чёрный 70%»."""
    start, end = source.span(*rest.span("open"))
    first = next((token for token in tokens if token.span[0] >= start and token.kind in _NAMED), None)
    if first is not None and first.kind is Kind.COLOUR and _AS.fullmatch(source.text[start : first.span[0]].casefold()):
        return True
    kinds = {token.kind for token in tokens if start <= token.span[0] < end}
    return Kind.COLOUR in kinds and not kinds.isdisjoint(_NUMBERS)


def _names_several(source: Source, tokens: Sequence[Token], found: "re.Match[str]") -> bool:
    """Whether a colour is in such brackets, or several are named without a number."""
    start, end = source.span(*found.span())
    inside = any(token.kind is Kind.COLOUR for token in tokens if start <= token.span[0] < end)
    n_colours = sum(token.kind is Kind.COLOUR for token in tokens)
    return n_colours > 1 and (inside if found["either"] else all(token.kind not in _NUMBERS for token in tokens))


def _is_of_numbers(source: Source, tokens: Sequence[Token], choice: "re.Match[str]") -> bool:
    """Whether a number without a colour stands behind such a word: `20% red? or 25%?`, `20 or 25% red`."""
    end = source.span(*choice.span())[1]
    behind = [token.kind for token in tokens if token.span[0] >= end]
    before = [token for token in tokens if token.span[1] <= source.span(*choice.span())[0]]
    is_number = behind[:1] == [Kind.NUMBER] and any(token.kind is Kind.NUMBER for token in before)
    is_second = Kind.COLOUR not in behind[1 : 2 + (behind[1:2] == [Kind.PERCENT])]
    return is_number and (is_second or before[-1].kind in _NUMBERS | {Kind.PERCENT})


def _refuse_choice(source: Source, place: tuple[int, int], *, is_of_numbers: bool = False) -> RecipeError:
    if is_of_numbers:
        return _refuse(source, place, "{words!r} leaves open which number it is; decide on one, and write it alone")
    return _refuse(source, place, "{words!r} leaves open which colour it is; decide on one, and write it alone")


def _refuse_unknown_mix(source: Source, place: tuple[int, int]) -> RecipeError:
    return _refuse(
        source,
        place,
        "{words!r} tells of a mix that is not known here; write the whole mix, with one number a colour, as in: "
        "anthracite 90%, terracotta 10%",
    )


def _refuse_open_colours(source: Source, span: tuple[int, int]) -> RecipeError:
    text = source.text[slice(*span)].rstrip()
    return source.refuse(
        "{words!r} leaves open which colours there are; name each with its number, as in: anthracite 90%, "
        "terracotta 10%",
        (span[0], span[0] + len(text)),
        words=text,
    )


def _refuse(source: Source, place: tuple[int, int], message: str) -> RecipeError:
    """The error about a place in the folded text."""
    span = source.span(*place)
    text = source.text[slice(*span)].rstrip()
    return source.refuse(message, (span[0], span[0] + len(text)), words=text)
