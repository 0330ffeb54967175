"""What is tried where unknown words stop the reading of a recipe: the same recipe with these words beside it.

A word that nobody knows may be a colour, so it is refused where one may stand. Where the colours that are known are a
whole without it, it cannot be one of them: the words go to the prompt, with numbers that are only theirs, such as the
two of «лента 2», and a notice tells of them. So are labels with their numbers, and at last all that is not a colour
with its number.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from plitka.core.colour.naming import like_names
from plitka.core.colour.palette import Palette
from plitka.core.language.spelling import is_cyrillic, name_key
from plitka.core.language.vocabulary import JOINING, Kind
from plitka.core.recipes.behind_mix import without_words_behind
from plitka.core.recipes.blocks import with_block_alone
from plitka.core.recipes.changes import with_change
from plitka.core.recipes.clauses_beside import with_clauses_beside
from plitka.core.recipes.compared import with_ratio_compared
from plitka.core.recipes.described import with_codes_behind
from plitka.core.recipes.flecks import with_amount_of_fleck
from plitka.core.recipes.former import without_former
from plitka.core.recipes.initials import with_initials
from plitka.core.recipes.labels import without_labels
from plitka.core.recipes.limits import with_limits
from plitka.core.recipes.open_amounts import UP_TO
from plitka.core.recipes.portions import with_portions
from plitka.core.recipes.products import without_products
from plitka.core.recipes.ratios_beside import with_ratio_beside
from plitka.core.recipes.recoloured import with_recoloured
from plitka.core.recipes.removals import without_removed
from plitka.core.recipes.renewed import with_renewed
from plitka.core.recipes.repeated_names import without_repeated_names
from plitka.core.recipes.sentences import with_sentences_beside
from plitka.core.recipes.shared_numbers import with_shared_numbers
from plitka.core.recipes.skeleton import skeleton
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.core.recipes.unsaid import CHOICE
from plitka.core.recipes.weight_columns import with_weights
from plitka.errors import RecipeError, UnknownColour

_VOWELS = frozenset("aeiouаеиоуыэюяіїє")
_MIN_SPELLED = 3
"""Letters of a word that has a vowel other than y; shorter ones are abbreviations."""
_MIN_TRANSLITERATED = 5
"""Letters of a word that may be one of the other language in the wrong script."""
_ONE = frozenset({"one", "один", "одна", "одно", "одну", "одного"})
"""They count what is not said beside them: «всё в один замес», `one more thing`."""
_STEM = 4
"""Letters that forms of one word have in common."""
_UNITS_OF_ORDERS = frozenset({"m2", "m3", "м2", "м3"})
"""Behind a slash: «850 руб/м2»."""
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_UNITS = frozenset({Kind.PERCENT, Kind.PARTS, Kind.MASS})
_WORDS = frozenset({Kind.UNKNOWN, Kind.ASIDE, Kind.COUNTED})
_MIX = _NUMBERS | {Kind.COLOUR, Kind.SBR}
_BOUNDS = frozenset({Kind.SEPARATOR, Kind.BRACKET})
_APART = _BOUNDS | {Kind.SLASH}
_THICKNESS = re.compile(r"[^\W\d_]-?\d\d")
"""What a price list calls a tile of 30 mm, before all else: `R30`."""
_ARTICLE = re.compile(r"(?!ral|рал|ncs|rh)[^\W\d_]{1,3}-?\d{2,5}")
"""What a supplier calls granules."""
_SHAPE_OF_SHARE = sorted([Kind.NUMBER, Kind.UNKNOWN])
"""`Steps 30` between two commas is what a colour with its number looks like."""
_IN_SHARE = frozenset({Kind.NUMBER, Kind.PERCENT, Kind.UNKNOWN, Kind.MODIFIER, Kind.LINK})
_ENDS = _BOUNDS | {None, Kind.EQUAL}


def other_looks(source: Source, tokens: Sequence[Token], palette: Palette, error: RecipeError) -> Iterator[list[Token]]:
    """The tokens with more and more of them beside the mix, to be tried one after another.

    Args:
        source: the text that they are of.
        tokens: which could not be read.
        palette: the colours that can be named.
        error: why they could not.
    """
    if (written_out := with_initials(tokens, palette)) is not None:
        yield from _and_without_labels(source, written_out, palette)
    yield from filter(None, (with_shared_numbers(source, tokens), with_portions(source, tokens), with_weights(tokens)))
    if (of_mix := _without_material(tokens)) is not None:
        tokens = of_mix
        yield list(tokens)
    if isinstance(error, UnknownColour):
        yield from with_words_beside(tokens, palette)
    plainer = without_labels(source, tokens, palette)
    if plainer != list(tokens):
        yield plainer
        yield from with_words_beside(plainer, palette)
    unknown = [at for at, token in enumerate(tokens) if token.kind is Kind.UNKNOWN]
    if (sentences := with_sentences_beside(source, tokens)) is not None:
        yield sentences
        yield from with_words_beside(sentences, palette)
    bare = skeleton(source, tokens)
    if bare is not None and not any(_is_joined(tokens, at) or _may_be_colour(tokens, at, palette) for at in unknown):
        yield bare
    for told in _said_otherwise(source, tokens, plainer):
        if told is not None:
            yield from _and_without_labels(source, told, palette)
    yield from filter(None, (without_words_behind(source, tokens, palette), with_block_alone(source, tokens)))
    if not any(_may_be_colour(tokens, at, palette) for at in unknown):
        yield from filter(None, [with_clauses_beside(source, tokens)])


def _said_otherwise(source: Source, tokens: Sequence[Token], plainer: Sequence[Token]) -> Iterator[list[Token] | None]:
    """The tokens with a number said of the fleck, without names of products, after a change, and within limits."""
    yield with_amount_of_fleck(tokens)
    yield without_repeated_names(tokens)
    yield with_ratio_beside(tokens)
    yield with_codes_behind(source, tokens)
    yield without_products(source, tokens)
    yield with_change(source, tokens)
    yield with_renewed(source, tokens)
    yield with_recoloured(source, tokens)
    yield without_removed(source, tokens)
    yield without_former(source, tokens)
    yield with_ratio_compared(source, tokens)
    if any(token.kind is Kind.RANGE or token.text in UP_TO for token in tokens):
        yield with_limits(source, tokens)
        yield with_limits(source, plainer)


def _and_without_labels(source: Source, tokens: Sequence[Token], palette: Palette) -> Iterator[list[Token]]:
    """The tokens, and these without labels, and then without unknown words."""
    yield list(tokens)
    plainer = without_labels(source, tokens, palette)
    yield plainer
    yield from with_words_beside(plainer, palette)


def _without_material(tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens with crumb of tyres as a word; None where there is none, or it is a colour of the mix."""
    crumb = [at for at, token in enumerate(tokens) if token.kind is Kind.SBR]
    if not crumb or not all(_is_material(tokens, at) for at in crumb):
        return None
    return [_as_word(token) if at in crumb else token for at, token in enumerate(tokens)]


def _is_material(tokens: Sequence[Token], at: int) -> bool:
    """Whether crumb of tyres is what the tile is of, `EPDM/SBR tile, red 60%, black 40%`, and no colour of the mix."""
    joined = {_text(tokens, at - 1), _text(tokens, at + 1)} & JOINING
    beside = [
        _kind(tokens, at + step * (1 + (_kind(tokens, at + step) in (Kind.LINK, Kind.BRACKET)))) for step in (-1, 1)
    ]
    is_layer = Kind.LENGTH in beside and all(token.kind not in _NUMBERS for token in tokens)
    return not joined and not is_layer and not any(kind in _NUMBERS | _UNITS for kind in beside)


def with_words_beside(tokens: Sequence[Token], palette: Palette) -> Iterator[list[Token]]:
    """The tokens with unknown words beside the mix, then with their numbers too; none where a word may matter."""
    places = [at for at, token in enumerate(tokens) if token.kind is Kind.UNKNOWN]
    if not places or any(_is_joined(tokens, at) or _may_be_colour(tokens, at, palette) for at in places):
        return
    if all(token.kind not in _NUMBERS for token in tokens) and not all(_describes(tokens, at) for at in places):
        return
    counted = _with_units(tokens)
    worded = [_as_word(token) if _is_word(counted, at) else token for at, token in enumerate(counted)]
    if not any(_leaves_share(counted, at) for at in places):
        yield worded
    of_words = [at for at in range(len(counted)) if _is_of_word(counted, at)]
    apart = [at for at in of_words if Kind.COLOUR not in (_kind(counted, at - 1), _kind(counted, at + 1))]
    for dropped in (apart, of_words):
        if dropped and sum(token.kind in _NUMBERS for token in counted) > len(dropped):
            yield [_as_word(token) if at in dropped else token for at, token in enumerate(worded)]


def _leaves_share(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word is all that a percent can be of, which would be another colour's without it.

    The second 50 of «зелёный мох 50%, тёмный лес 50%» is not of the first two.
    """
    if tokens[at].kind is not Kind.UNKNOWN:
        return False  # what it counts: `20 percents`
    kinds = [token.kind for token in _clause(tokens, at)]
    is_share = kinds.count(Kind.NUMBER) == 1
    before = [token.kind for token in _clause(tokens, max(0, at - kinds.index(Kind.UNKNOWN) - 2))]
    is_block = before.count(Kind.COLOUR) > before.count(Kind.NUMBER) > 0
    return is_share and is_block and set(kinds) <= _IN_SHARE


def _with_units(tokens: Sequence[Token]) -> list[Token]:
    """An unknown word behind several numbers is what they count: `green 5 shovels, black 15 shovels`."""
    unknown = [at for at, token in enumerate(tokens) if token.kind is Kind.UNKNOWN]
    behind = [at for at in unknown if _kind(tokens, at - 1) in _NUMBERS]
    stems = [tokens[at].text[:_STEM] for at in behind]
    counted = list(tokens)
    for at, stem in zip(behind, stems, strict=True):
        if stems.count(stem) > 1:
            counted[at] = replace(tokens[at], kind=Kind.PARTS, error=None)
    return counted


def _is_word(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token is unknown, or a dash beside one: «всё-таки»."""
    is_dash = tokens[at].kind is Kind.LINK and tokens[at].text == "-"
    beside = {_kind(tokens, at - 1), _kind(tokens, at + 1)}
    return tokens[at].kind is Kind.UNKNOWN or (is_dash and Kind.UNKNOWN in beside)


def _as_word(token: Token) -> Token:
    return replace(token, kind=Kind.ASIDE, error=None, remark=None, choice="")


def _may_be_colour(tokens: Sequence[Token], at: int, palette: Palette) -> bool:
    """Whether an unknown word is a code, is spelled like a granule's name or is a part of one, or cannot be spoken."""
    token, word = tokens[at], tokens[at].text
    suggested = () if token.error is None else token.error.suggestions
    if at == 0 and _THICKNESS.fullmatch(word) and _kind(tokens, 1) in (Kind.COLOUR, Kind.SEPARATOR, Kind.LINK):
        return False
    kinds = {other.kind for other in _clause(tokens, at)}
    is_share = kinds == {Kind.NUMBER, Kind.PERCENT, Kind.UNKNOWN} and _kind(tokens, at - 1) is Kind.PERCENT
    if (is_share or kinds >= {Kind.NUMBER, Kind.FLECK}) and Kind.COLOUR not in kinds:
        return True  # «графитовая с вкраплениями «шампань» 7%», `55% pewter`
    beside = {_kind(tokens, at - 1), _kind(tokens, at + 1)}
    if word in CHOICE and (beside == {Kind.COLOUR} or beside <= _NUMBERS | _UNITS):
        return True  # `red or burgundy`, `70 or 75`
    if any(map(str.isdigit, word)):
        is_apart = not {token.kind for token in _clause(tokens, at)} & _MIX
        return word not in _UNITS_OF_ORDERS and not (is_apart and not suggested) and not _is_article(tokens, at)
    if len(word) >= _MIN_SPELLED and _VOWELS.isdisjoint(word):
        return True
    if any(palette.find(name) is not None and _begins_like(word, name) for name in like_names(word, palette)):
        return True
    return any(name_key(word) in map(name_key, name.split()) for name in suggested)


def _is_article(tokens: Sequence[Token], at: int) -> bool:
    """Whether a code is a supplier's number of the colour before it, which has its share: `green H37 60%`."""
    is_code = _ARTICLE.fullmatch(tokens[at].text) is not None
    behind = at + 1 + (_kind(tokens, at + 1) is Kind.LINK)
    return is_code and _kind(tokens, at - 1) is Kind.COLOUR and _kind(tokens, behind) in _NUMBERS


def _begins_like(word: str, name: str) -> bool:
    """Whether a word may be a name with a slip in it: people seldom miss the first letter."""
    if is_cyrillic(word) != is_cyrillic(name):
        return len(word) >= _MIN_TRANSLITERATED
    return word[0] == name[0].casefold()


def _clause(tokens: Sequence[Token], at: int) -> Sequence[Token]:
    """The tokens between the same two separators."""
    bounds = [
        -2,
        -1,
        *(place for place, token in enumerate(tokens) if token.kind in _APART),
        len(tokens),
        len(tokens) + 2,
    ]
    start, end = max(place for place in bounds if place < at), min(place for place in bounds if place > at)
    return tokens[max(0, start + 1) : end]


def _is_joined(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word alone is joined to what stands beside it, as a colour is: `60% mint and thistledown`."""
    if _kind(tokens, at - 1) not in _ENDS or _kind(tokens, at + 1) not in _ENDS:
        return False
    joined = [other for other in (at - 2, at + 2) if _text(tokens, (at + other) // 2) in JOINING]
    return any(token.kind is Kind.COLOUR for other in joined for token in _clause(tokens, other))


def _describes(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word stands by one colour between two commas, `ferrari red`, or with others around all colours."""
    clause = _clause(tokens, at)
    n_colours = sum(token.kind is Kind.COLOUR for token in clause)
    is_first, is_last = (
        all(token.kind is not Kind.COLOUR for token in side) for side in (tokens[:at], tokens[at + 1 :])
    )
    if len(tokens[at].text) == 1 and _kind(tokens, at + 1) is Kind.LINK:
        return False  # `A - red, B - blue`
    n_words = sum(token.kind in _WORDS for token in clause)
    return n_colours == 1 or (n_colours == 0 and n_words > 1 and (is_first or is_last))


def _is_of_word(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number without a unit belongs to an unknown word: «бункер 2», «850 руб»."""
    if tokens[at].kind not in _NUMBERS:
        return False
    clause = [token.kind for token in _clause(tokens, at) if token.kind is not Kind.LINK]
    if sorted(clause) == _SHAPE_OF_SHARE:
        return False
    if tokens[at].text in _ONE and Kind.COLOUR not in clause:
        return True
    if _kind(tokens, at + 1) in _UNITS or _is_of_colour(tokens, at):
        return False
    before = at - 1 - (_kind(tokens, at - 1) is Kind.LINK)
    return _kind(tokens, before) is Kind.UNKNOWN or _kind(tokens, at + 1) is Kind.UNKNOWN


def _is_of_colour(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number is the only one beside a colour: «засыпали 4 чёрной», but not «бункер 1 чёрный 75»."""
    behind = at + 2 + (_kind(tokens, at + 2) is Kind.LINK)
    is_before = _kind(tokens, at + 1) is Kind.COLOUR and _kind(tokens, behind) not in _NUMBERS
    return is_before or (_kind(tokens, at - 1) is Kind.COLOUR and _kind(tokens, at - 2) not in _NUMBERS | _UNITS)


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""


def _kind(tokens: Sequence[Token], at: int) -> Kind | None:
    return tokens[at].kind if 0 <= at < len(tokens) else None
