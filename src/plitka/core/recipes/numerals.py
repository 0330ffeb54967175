"""Numbers as people say them, made plain: «полмешка», «процентов десять», «столько же», `twice as much A as B`.

Each step takes the tokens of a whole recipe and gives them back with one such form in plain ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from plitka.core.language.vocabulary import CONTAINER, PER_AREA, Kind
from plitka.core.recipes.amounts import MAX_DENOMINATOR
from plitka.core.recipes.batches import filled_batches, weighed_bags
from plitka.core.recipes.compared_chains import compared_chain
from plitka.core.recipes.flecks import with_fleck_ahead, with_nouns_of_flecks
from plitka.core.recipes.misspelled_flecks import with_misspelled_flecks
from plitka.core.recipes.misspelled_numbers import with_misspelled_numbers
from plitka.core.recipes.ratios import compared, ratios, rest_fractions, rest_ratios, rest_shares, said_twice
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.rough_numbers import with_rough_numbers
from plitka.core.recipes.signs import GENITIVE, TIMES
from plitka.core.recipes.spoken_numbers import counted_shares, decimals, hundreds, joined, one_in_ten
from plitka.core.recipes.token import Token
from plitka.core.recipes.told_again import without_told_again
from plitka.core.recipes.unit_words import settle_unit_words

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_UNITS = frozenset({Kind.PERCENT, Kind.PARTS, Kind.MASS})
_COUNTED = frozenset({Kind.PARTS, Kind.MASS})
"""Units of which there can be one and a half."""
_AND = frozenset({"and", "и", "с"})
_HALF = Fraction(1, 2)
_SO_THAT = frozenset({"чтоб", "чтобы", "so that"})
_EXCEPT = frozenset({"except", "excluding", "all but", "кроме", "за исключением"})
_OLD = frozenset({"old", "usual", "existing", "previous", "current", "старый", "обычный", "прежний"})
_ON = "на"
_UP_TO = frozenset({"to", "till", "до"})
_WHOLE = 100
_NAMED = frozenset({Kind.COLOUR, Kind.UNKNOWN})
_OF = frozenset({"of", "from", "из"})
_BOUNDS = frozenset({None, Kind.SEPARATOR, Kind.BRACKET})
_HEADS = frozenset({":", "-"})
"""Between a number and the words for equal parts of it."""


def make_plain(tokens: Sequence[Token], text: str) -> list[Token]:
    """The tokens of a recipe with its numbers in plain forms.

    Args:
        text: as it was typed.
    """
    tokens = one_in_ten(tokens, text)
    plain = _mixes_first(
        with_rough_numbers(with_misspelled_flecks(with_misspelled_numbers(settle_unit_words(tokens))), text), text
    )
    steps: tuple[Callable[[list[Token]], list[Token]], ...] = (
        without_told_again, said_twice, _pronouns, _equations, hundreds, decimals, _halves, counted_shares, _instead,
        _not_old, _not_behind, _except, _filled_up, filled_batches, weighed_bags, _filled, _with_halves, _broken,
        _units_first, compared_chain, _same, compared, ratios, rest_fractions, rest_ratios, rest_shares, _pieces,
        _rates, _one_unit, _lists, _lists_behind, _mixes,
    )  # fmt: skip
    for step in steps:
        plain = step(plain)
    return with_fleck_ahead(with_nouns_of_flecks(plain), text)


def _pronouns(tokens: list[Token]) -> list[Token]:
    """The `one` of `the 85 black 15 green one` counts nothing, nor that of `the red one, 85/15 red black`."""
    return [token for at, token in enumerate(tokens) if not _is_pronoun(tokens, at)]


def _is_pronoun(tokens: Sequence[Token], at: int) -> bool:
    if tokens[at].text != "one" or _kind(tokens, at - 1) is not Kind.COLOUR:
        return False
    number = at + 1 + (_kind(tokens, at + 1) is Kind.LINK)
    if _kind(tokens, number) is Kind.NUMBER and _kind(tokens, number + 1) is Kind.PERCENT:
        return True  # `the red one - 55%`
    is_told = _kind(tokens, at - 2) in _NUMBERS | {Kind.PERCENT} or all(map(_is_digits_or_pronoun, tokens))
    return is_told and _kind(tokens, at + 1) in _BOUNDS


def _is_digits_or_pronoun(token: Token) -> bool:
    return token.kind not in _NUMBERS or token.text == "one" or token.text[:1].isdigit()


def _equations(tokens: list[Token]) -> list[Token]:
    """The 100 of `60 red + 40 black = 100` is what the others add up to; a colour there is of no granules."""
    plain = list(tokens)
    for at in reversed([at for at, token in enumerate(tokens) if token.text == "=" and 1 < at < len(tokens) - 1]):
        result = plain[at + 1]
        end = at + 2 + (_kind(plain, at + 2) in _UNITS)
        is_behind = {plain[at - 2].kind, plain[at - 1].kind} & (_NUMBERS | _UNITS)
        if not is_behind or _kind(plain, end) not in _BOUNDS:
            continue
        numbers = [token.value for token in plain[:at] if token.kind in _NUMBERS]
        if result.kind is Kind.COLOUR and len(numbers) > 1:
            plain[at : at + 2] = [replace(result, kind=Kind.LABEL, remark=None)]
        elif result.kind is Kind.NUMBER and len(numbers) > 1 and result.value == sum(numbers):
            plain[at:end] = []
    return plain


def _halves(tokens: list[Token]) -> list[Token]:
    """«Пол мешка» is half a bag and «пол красного» half of red; another «пол» is a floor."""
    plain: list[Token] = []
    for at, token in enumerate(tokens):
        if token.kind is not Kind.HALF:
            plain.append(token)
        elif _is_halved(_at(tokens, at + 1)):
            plain.append(replace(token, kind=Kind.FRACTION, value=_HALF))
    return plain


def _is_halved(token: Token | None) -> bool:
    if token is None:
        return False
    return token.kind in _COUNTED or (token.kind is Kind.COLOUR and token.text.endswith(GENITIVE))


def _instead(tokens: list[Token]) -> list[Token]:
    """`Blue instead of red` has no red, and leaves the numbers open if none are said."""
    plain: list[Token] = []
    for token in tokens:
        is_instead = token.kind is Kind.VAGUE and token.choice == "instead"
        plain += [token, replace(token, kind=Kind.NOT)] if is_instead else [token]
    return plain


def _not_old(tokens: list[Token]) -> list[Token]:
    """The red of `don't use the old red` is the one that is out."""
    return [
        token
        for at, token in enumerate(tokens)
        if not (token.text in _OLD and _kind(tokens, at - 1) is Kind.NOT and _kind(tokens, at + 1) is Kind.COLOUR)
    ]


def _not_behind(tokens: list[Token]) -> list[Token]:
    """«Нельзя» of «белый нельзя, серый 70» and «чтоб не было» stand before their colour as well as behind it."""
    tokens = [token for at, token in enumerate(tokens) if not _is_wish(tokens, at)]
    plain = list(tokens)
    for at, token in enumerate(tokens):
        is_end = (_kind(tokens, at + 1) in _BOUNDS or _text_of(tokens, at + 1) == ":") and _kind(
            tokens, at - 2
        ) in _BOUNDS
        if token.kind is Kind.NOT and is_end and _kind(tokens, at - 1) in (Kind.COLOUR, Kind.FLECK):
            plain[at - 1 : at + 1] = [token, tokens[at - 1]]
    return plain


def _is_wish(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word begins a wish that there is none of a colour: «чтоб чёрного не было»."""
    behind = [_kind(tokens, place) for place in (at + 1, at + 2)]
    return tokens[at].text in _SO_THAT and (behind[0] is Kind.NOT or behind == [Kind.COLOUR, Kind.NOT])


def _except(tokens: list[Token]) -> list[Token]:
    """`All black except 25% purple` has them, since their share is said."""
    return [
        replace(token, kind=Kind.SEPARATOR)
        if token.kind is Kind.NOT and token.text in _EXCEPT and _kind(tokens, at + 1) in _NUMBERS
        else token
        for at, token in enumerate(tokens)
    ]


def _filled(tokens: list[Token]) -> list[Token]:
    """«Чёрный до 100» has the rest, and so has «остальное до 100 чёрный»."""
    plain = list(tokens)
    for at in reversed(range(1, len(plain) - 1)):
        to, number = plain[at : at + 2]
        is_filled = to.kind is Kind.LINK and to.text in _UP_TO and number.value == _WHOLE
        if is_filled and plain[at - 1].kind is Kind.REST:
            del plain[at : at + 2 + (_kind(plain, at + 2) is Kind.PERCENT)]
        elif is_filled and plain[at - 1].kind in _NAMED and any(token.kind in _NUMBERS for token in plain[:at]):
            end = at + 2 + (_kind(plain, at + 2) is Kind.PERCENT)
            plain[at:end] = [replace(to, kind=Kind.REST, span=(to.span[0], plain[end - 1].span[1]))]
    return plain


def _filled_up(tokens: list[Token]) -> list[Token]:
    """The black of `30 kg orange, 20 kg red, top up with black to 100 kg` has 50 kg."""
    filled = [Kind.COLOUR, Kind.LINK, Kind.NUMBER, Kind.MASS]
    at = next((at for at in range(1, len(tokens) - 2) if [t.kind for t in tokens[at - 1 : at + 3]] == filled), 0)
    if not at or tokens[at].text not in _UP_TO or _kind(tokens, at + 3) not in _BOUNDS:
        return tokens
    to, number, unit = tokens[at : at + 3]
    before = [place for place in range(at - 1) if tokens[place].kind in _NUMBERS]
    is_alike = all((other := _at(tokens, place + 1)) and other.value == unit.value for place in before)
    rest = number.value - sum(tokens[place].value for place in before)
    if not before or not is_alike or rest <= 0:
        return tokens
    return [*tokens[:at], replace(number, value=rest, span=(to.span[0], number.span[1])), *tokens[at + 2 :]]


def _with_halves(tokens: list[Token]) -> list[Token]:
    """The 2½ of «две с половиной части»."""
    plain = list(tokens)
    for at in reversed(range(len(plain) - 2)):
        if at + 3 > len(plain):
            continue
        number, joint, half = plain[at : at + 3]
        is_joint = joint.kind is Kind.SEPARATOR and joint.text in _AND
        is_counted = _kind(plain, at + 3) in {*_COUNTED, *_BOUNDS, Kind.PERCENT}
        if number.kind is Kind.NUMBER and is_joint and half.value == _HALF and is_counted:
            plain[at : at + 3] = [joined(number, half, number.value + _HALF)]
    return plain


def _broken(tokens: list[Token]) -> list[Token]:
    """The half of `1/2 bag` and «1 1/2 мешка»; numbers of several colours are a ratio."""
    plain = list(tokens)
    for at in reversed(range(len(plain) - 3)):
        if at + 4 > len(plain):
            continue
        over, slash, under, unit = plain[at : at + 4]
        kinds = [over.kind, slash.kind, under.kind]
        if kinds != [Kind.NUMBER, Kind.SLASH, Kind.NUMBER] or unit.kind not in _COUNTED:
            continue
        if not 0 < over.value < under.value <= MAX_DENOMINATOR or not _is_of_one_colour(plain, at):
            continue
        whole = _at(plain, at - 1)
        value = over.value / under.value
        if whole is not None and whole.kind is Kind.NUMBER and whole.value.denominator == 1:
            plain[at - 1 : at + 3] = [joined(whole, under, whole.value + value)]
        else:
            plain[at : at + 3] = [joined(over, under, value)]
    return plain


def _is_of_one_colour(tokens: list[Token], at: int) -> bool:
    """Whether the fraction that begins at a place, with its unit, has one colour behind it or before."""
    after, beyond = _kind(tokens, at + 4), _kind(tokens, at + 5)
    if after is Kind.COLOUR:
        return beyond not in (Kind.COLOUR, Kind.SLASH, Kind.LINK)
    start = at - (_kind(tokens, at - 1) is Kind.NUMBER)
    return _kind(tokens, start - 1) is Kind.COLOUR and _kind(tokens, start - 2) not in (Kind.COLOUR, Kind.SLASH)


def _units_first(tokens: list[Token]) -> list[Token]:
    """«Процентов десять» is about ten percent."""
    plain = list(tokens)
    for at in reversed(range(len(plain) - 1)):
        unit, number = plain[at : at + 2]
        if unit.kind is Kind.PERCENT and number.text == _ON and _is_amount(plain, at + 2):
            del plain[at + 1]  # «процентов на 80»
            number = plain[at + 1]
        is_word = unit.text.isalpha() and unit.text not in TIMES and unit.choice != CONTAINER
        is_unit = unit.kind in _UNITS and is_word and _kind(plain, at - 1) not in _NUMBERS
        is_head = number.text == ":" and _kind(plain, at - 1) not in _NUMBERS
        if unit.kind is Kind.PERCENT and is_head and _kind(plain, at + 2) is Kind.NUMBER:
            number = plain[at + 2]
            span = (unit.span[0], number.span[1])
            plain[at : at + 3] = [replace(number, span=span), replace(unit, span=span)]  # `fleck %: 15`
        elif is_unit and number.kind in _NUMBERS and _kind(plain, at + 2) not in _UNITS:
            span = (unit.span[0], number.span[1])
            plain[at : at + 2] = [replace(number, span=span), replace(unit, span=span)]
    return plain


def _is_amount(tokens: list[Token], at: int) -> bool:
    """Whether a number is of a colour, or ends what is said: «синий процентов на 20», but not «на 20 светлее»."""
    return _kind(tokens, at) in _NUMBERS and _kind(tokens, at + 1) in _BOUNDS | {Kind.COLOUR}


def _same(tokens: list[Token]) -> list[Token]:
    """«Столько же» repeats the number before it; without one it leaves the number open."""
    plain: list[Token] = []
    for token in tokens:
        if token.kind is not Kind.SAME:
            plain.append(token)
            continue
        at = next((at for at in reversed(range(len(plain))) if plain[at].kind in _NUMBERS), None)
        if at is None:
            is_each = any(other.kind is Kind.EACH for other in tokens)  # `the same amount of both, 30% each`
            plain += [] if is_each else [replace(token, kind=Kind.RANGE)]
            continue
        unit = plain[at + 1 : at + 2]
        amount = [plain[at], *(unit if unit and unit[0].kind in _UNITS else [])]
        plain += [replace(one, span=token.span) for one in amount]
    return plain


def _pieces(tokens: list[Token]) -> list[Token]:
    """The `pc` of `black 65 pc, lime 35 pc` is percent, since they are a whole."""
    places = [at for at, token in enumerate(tokens) if token.text == "pc" and _kind(tokens, at - 1) is Kind.NUMBER]
    if sum(tokens[at - 1].value for at in places) != _WHOLE:
        return tokens
    return [replace(token, kind=Kind.PERCENT) if at in places else token for at, token in enumerate(tokens)]


def _rates(tokens: list[Token]) -> list[Token]:
    """The 8 of `8 kg/m2, red 60, black 40` is no share; that of `8 kg/m2 red, 2 kg/m2 black` is one by mass."""
    n_numbers, n_colours = (sum(token.kind in kinds for token in tokens) for kinds in (_NUMBERS, {Kind.COLOUR}))
    plain = list(tokens)
    rates = [at for at in range(len(plain) - 1) if plain[at + 1].choice == PER_AREA]
    rates = [at for at in rates if plain[at].kind is Kind.NUMBER]
    of_colours = [at for at in rates if _is_of_colour(plain, at)]
    has_percent = any(token.kind is Kind.PERCENT for token in plain)
    is_each = len(of_colours) == n_colours > 1 and not has_percent  # `black 5 kg/m2, red 1 kg/m2, density 850`
    for at in reversed(rates):
        if at not in of_colours or (n_numbers > n_colours and not is_each):
            number, unit = plain[at : at + 2]
            plain[at : at + 2] = [replace(joined(number, unit, number.value), kind=Kind.LABEL)]
    return plain


def _is_of_colour(tokens: Sequence[Token], at: int) -> bool:
    """Whether a colour stands beside a number with its unit."""
    before = _kind(tokens, at - 1 - (_kind(tokens, at - 1) is Kind.LINK))
    return Kind.COLOUR in (before, _kind(tokens, at + 2))


def _one_unit(tokens: list[Token]) -> list[Token]:
    """The kilograms of `40 kg black, 15 green`: each number beside a colour has the unit before it, if that is mass."""
    units = [at for at, token in enumerate(tokens) if token.kind is Kind.MASS and _kind(tokens, at - 1) in _NUMBERS]
    units = [at for at in units if _kind(tokens, at + 1) is not Kind.BRACKET]  # «70 (мешки по 25 кг)»
    if not units or any(token.kind in (Kind.PERCENT, Kind.PARTS, Kind.SLASH) for token in tokens):
        return tokens
    is_behind = _kind(tokens, units[0] - 2) is Kind.COLOUR and tokens[units[0]].choice == CONTAINER
    is_first = _kind(tokens, units[0] + 1) is Kind.COLOUR and not is_behind  # «чёрный 3 мешка красный 1»
    plain: list[Token] = []
    unit: Token | None = None
    for at, token in enumerate(tokens):
        plain.append(token)
        if token.kind is Kind.MASS:
            unit = None if _text_of(tokens, at + 1) == ":" else token  # «на 25 кг: красный 60, чёрный 40»
        if token.kind is not Kind.NUMBER or unit is None or _kind(tokens, at + 1) is Kind.MASS:
            continue
        before = _kind(tokens, at - 1 - (_kind(tokens, at - 1) is Kind.LINK))
        after = _kind(tokens, at + 1)
        if (after is Kind.COLOUR) if is_first else (before is Kind.COLOUR and after in _BOUNDS):
            told = Notice(
                "{number!r} is taken as {unit!r}, as the number before it", {"number": token.text, "unit": unit.text}
            )
            plain.append(replace(unit, span=token.span, remark=told))
    return plain


def _lists(tokens: list[Token]) -> list[Token]:
    """`Flecks 20%: red, blue`, and «половина пополам красный и синий», share the number out."""
    plain = list(tokens)
    n_numbers = sum(token.kind in _NUMBERS for token in tokens)
    plain = [
        token  # `30% in equal parts: red, blue`
        for at, token in enumerate(plain)
        if not (token.text in _HEADS and _is_equal_share(plain, at))
    ]
    for at in range(1, len(plain) - 1):
        token, before, after = plain[at], plain[at - 1].kind, plain[at + 1].kind
        if after is not Kind.COLOUR or before not in _NUMBERS | _UNITS:
            continue
        if before is Kind.MASS and token.text == ":" and _are_counted(plain[at + 1 :]):
            continue  # «на 25 кг: красный 60, чёрный 40»
        start = at - 1 - (before in _UNITS)
        has_ground = any(other.kind in (Kind.COLOUR, Kind.SBR) for other in plain[:start])
        is_fleck = _kind(plain, start - 1) is Kind.FLECK or token.kind is Kind.EQUAL
        if n_numbers < 2 and not (has_ground and is_fleck):
            continue
        is_last = _kind(plain, start - 1) is Kind.SEPARATOR and _kind(plain, start - 2) in _NUMBERS | _UNITS
        if is_last and token.kind is not Kind.EQUAL:
            continue  # «50, 30, 20: синий, голубой, белый»
        if token.kind is Kind.EQUAL or (token.text == ":" and _kind(plain, start - 1) is not Kind.COLOUR):
            plain[at] = replace(token, kind=Kind.MIX)
    return plain


def _are_counted(tokens: Sequence[Token]) -> bool:
    """Whether there are several colours, and a number for each that is of no mass."""
    kinds = [token.kind for token in tokens]
    return Kind.MASS not in kinds and kinds.count(Kind.COLOUR) == kinds.count(Kind.NUMBER) > 1


def _is_equal_share(tokens: Sequence[Token], at: int) -> bool:
    """Whether a colon or dash is beside the words for equal parts of a number: `15: equally red, blue`."""
    behind = _kind(tokens, at - 1) is Kind.EQUAL and _kind(tokens, at - 2) in _NUMBERS | _UNITS
    has_ground = any(token.kind in (Kind.COLOUR, Kind.SBR) for token in tokens[:at])
    return behind or (has_ground and _kind(tokens, at + 1) is Kind.EQUAL and _kind(tokens, at - 1) in _NUMBERS | _UNITS)


def _lists_behind(tokens: list[Token]) -> list[Token]:
    """The last number of «75% чёрный, 25% красный и белый поровну» is shared out."""
    plain = list(tokens)
    at = next((at for at, token in enumerate(tokens) if token.kind is Kind.EQUAL), 0)
    start = at
    while start > 0 and _kind(tokens, start - 1) in (Kind.COLOUR, Kind.SEPARATOR, Kind.SLASH):
        start -= 1
    first = start - (_kind(tokens, start - 1) in _UNITS)
    is_list = [token.kind for token in tokens[start:at]].count(Kind.COLOUR) > 1 and tokens[start].kind is Kind.COLOUR
    has_others = any(token.kind in _NUMBERS for token in tokens[: max(0, first - 1)])
    if is_list and has_others and _kind(tokens, first - 1) in _NUMBERS:
        plain[start : at + 1] = [replace(tokens[at], kind=Kind.MIX), *tokens[start:at]]
    return plain


def _mixes_first(tokens: list[Token], text: str) -> list[Token]:
    """«Микс 15% из красного и синего» has its word behind the number, as `15% mix of red and blue` does."""
    plain = list(tokens)
    for at, token in enumerate(plain):
        end = at + 2 + (_kind(plain, at + 2) in _UNITS)
        if token.kind is Kind.MIX and _kind(plain, at + 1) in _NUMBERS and _kind(plain, end) is Kind.COLOUR:
            gap = text[plain[end - 1].span[1] : plain[end].span[0]]
            if gap.strip().casefold() in _OF:
                plain[at:end] = [*plain[at + 1 : end], token]
    return plain


def _mixes(tokens: list[Token]) -> list[Token]:
    """`15% mix of red and blue` shares its number out; another `mix` says nothing."""
    plain: list[Token] = []
    for at, token in enumerate(tokens):
        is_counted = bool(plain) and plain[-1].kind in {*_NUMBERS, *_UNITS}
        is_chain = is_counted and _kind(plain, len(plain) - 2) in (Kind.SLASH, Kind.LINK)
        is_shared = is_counted and not is_chain and _kind(tokens, at + 1) in (Kind.COLOUR, Kind.EQUAL)
        if token.kind is not Kind.MIX or is_shared:
            plain.append(token)
    return plain


def _at(tokens: Sequence[Token], at: int) -> Token | None:
    return tokens[at] if 0 <= at < len(tokens) else None


def _text_of(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    token = _at(tokens, at)
    return None if token is None else token.kind
