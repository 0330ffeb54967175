"""What a text asks to be drawn on the tile, `two white lines`, «красный крест», `cut on the diagonal`, and is no mix.

```
counted = number, { colour }, thing ;                  of lines, squares, circles and figures; no share of the mix
figure  = colour, figure | figure, ["of"], colour ;    which no zone draws
parted  = "diagonal", two colours ;                    neither has a zone
stripes = ("diagonal" | "wavy"), "stripes" ;        which are straight, and upright or lie across
```

Where the numbers of colours are a whole, words for shapes say nothing of the mix, and are left to whoever reads words.
"""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from plitka.core.language import shapes, zone_words
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.bands import MOST_BANDS, bands_mask, bands_of_each
from plitka.core.recipes.look import option_of_zone
from plitka.core.recipes.part_names import SINGLE, STRIPES, USUAL, as_it_lies, is_pointed
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token
from plitka.core.recipes.undrawn import find_diagonal, find_undrawn_stripes
from plitka.errors import CommandHint, RecipeError

_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_BESIDE = frozenset({Kind.COLOUR, Kind.MODIFIER, Kind.LOOK, Kind.LENGTH})
"""Between how many there are and what is counted."""
_MASKS = (
    (zone_words.CIRCLE, "circle"), (zone_words.SQUARES, "checker"), (zone_words.STRIPES, STRIPES),
    (zone_words.LINE, STRIPES), (r"lines?|линий|линии|линиями|полосами", STRIPES),
    (r"borders?|frames?|рам[а-я]+|кай[а-я]+", "border"),
)  # fmt: skip
_THINGS = tuple((re.compile(words), USUAL[kind]) for words, kind in _MASKS)
_FIGURE = re.compile(shapes.FIGURE)
_FIGURES = re.compile(rf"(?<![^\W_])(?:{shapes.FIGURE})(?![^\W_])")
_EMBLEM = re.compile(rf"(?<![^\W_])(?:{shapes.EMBLEM})(?![^\W_])")
_SPOTS = re.compile(shapes.SPOTS)
_CHARACTER = re.compile(
    rf"(?<![^\W_])(?:(?:{shapes.CHARACTERS})[ ](?:from |с |от )?(?P<first>\d{{1,2}})[ ]?(?:-|to|до|по)[ ]?\d{{1,2}}"
    rf"(?![^\W_]|[ ]?%)|(?:{shapes.CHARACTER})[ ](?P<drawn>\d{{1,2}}|[^\W\d_])(?![^\W_]|[ ]?%|[.,:]\d))"
)
_UNSHOWN = re.compile(rf"(?<![^\W_])(?:{shapes.UNSHOWN}|{shapes.PARTED})(?![^\W_])")
_WORD_BEFORE = re.compile(r"(?<=[ ])[^\W\d_]{4,}[ ]\Z")
_OF_WHOM = re.compile(r"\s+(?:(?:of|for)\s+(?:the\s+|our\s+)?)?")
"""Between a figure and a word that says whose it is: «логотип школы»."""
_GRADIENT = re.compile(rf"(?<![^\W_])(?:{shapes.GRADIENT})(?![^\W_])")
_BETWEEN = re.compile(
    r"[\s,]*(?:(?:pattern|shape|узор)[ ])?(?:\d[\dxх×*., ]*(?:mm|cm|мм|см)? )?(?:(?:of|in|with a|a|цвета|из)[ ]+)?"
)
_DIGIT = re.compile(r"[1-9]|1[12]")
"""Of a hopscotch, or a share."""
_ONE = re.compile(r"(?<![^\W_])(?:a|one|одн\w+)[ ]+\Z", re.IGNORECASE)
_SHAPES = "border:8%, stripes:4, rows:4, half:left, checker:4, circle:60%, text:5"
_NEAR = 20
"""Characters from such a word to its figure: `outer 40 mm hexagon`."""
_MAX_BETWEEN = 3
_SEVERAL = 2
_WHOLE = 100
"""Percent."""


def check_drawn(source: Source, tokens: Sequence[Token]) -> None:
    """Nothing where a text is of a mix.

    Args:
        source: the text.
        tokens: of it.

    Raises:
        RecipeError: it counts things or asks for a figure, and says with which colours; or it parts two colours by a
            diagonal.
    """
    colours = [token for token in tokens if token.kind is Kind.COLOUR]
    if not colours:
        return
    is_whole = _total(tokens) == _WHOLE
    if (stripes := find_undrawn_stripes(source.folded)) is not None:
        raise _refuse_stripes(source, source.span(*stripes))
    is_of_several = len({token.colour for token in colours}) >= _SEVERAL
    if is_of_several and (diagonal := find_diagonal(source.folded)) is not None:
        raise _refuse_shape(source, source.span(*diagonal))
    if is_whole:
        return
    if (unshown := _UNSHOWN.search(source.folded)) is not None:
        raise _refuse_shape(source, source.span(*unshown.span()))
    drawn = _GRADIENT.search(source.folded) or _EMBLEM.search(source.folded)
    if drawn is not None and len(colours) >= _SEVERAL and all(token.kind not in _NUMBERS for token in tokens):
        raise _refuse_shape(source, source.span(*drawn.span()))
    for at, end in _counted(tokens):
        raise _refuse_counted(source, tokens[at : end + 1], colours)
    if (character := _character(source, colours)) is not None:
        raise character
    _check_digit(source, tokens)
    if (figure := _figure(source, colours)) is not None:
        raise _refuse_shape(source, figure)


def refuse_figure(source: Source, word: tuple[int, int]) -> RecipeError | None:
    """The error about a figure of which a word is that is no colour, or that is named beside it; None where none is."""
    places = [source.span(*found.span()) for found in _FIGURES.finditer(source.folded)]
    named = next((place for place in places if place[0] < word[1] + _NEAR and word[0] < place[1]), None)
    named = named or next((place for place in places if _OF_WHOM.fullmatch(source.text, place[1], word[0])), None)
    if named is None and is_pointed(source.text[slice(*word)]):
        named = next(iter(places), None)  # `rings: outer blue, middle white`
    return None if named is None else _refuse_shape(source, named)


def _total(tokens: Sequence[Token]) -> Fraction:
    shares = [
        token.value * (_WHOLE if token.kind is Kind.FRACTION else 1) for token in tokens if token.kind in _NUMBERS
    ]
    return sum(shares, Fraction(0))


def _counted(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Places of a number, and of the things behind it that it counts."""
    for at, token in enumerate(tokens):
        if token.kind is not Kind.NUMBER or token.value.denominator != 1 or _is_joined(tokens, at):
            continue
        end = at + 1
        while end < len(tokens) and tokens[end].kind in _BESIDE and end - at <= _MAX_BETWEEN:
            end += 1
        if end < len(tokens) and _is_thing(tokens[end], token):
            yield at, end


def _is_joined(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number is one of a ratio, or behind a colon, as a share is."""
    return at > 0 and tokens[at - 1].kind in (Kind.LINK, Kind.SLASH, Kind.LABEL)


def _is_thing(token: Token, number: Token) -> bool:
    if token.kind is Kind.FLECK:
        return _SPOTS.fullmatch(token.text) is not None or (number.text.isalpha() and token.text.endswith("s"))
    is_word = token.kind in (Kind.ASIDE, Kind.UNKNOWN)
    return is_word and (_mask_of(token) is not None or _FIGURE.fullmatch(token.text) is not None)


def _mask_of(token: Token) -> str | None:
    """The mask that shows such things."""
    return next((mask for words, mask in _THINGS if words.fullmatch(token.text)), token.choice or None)


def _refuse_counted(source: Source, said: Sequence[Token], colours: Sequence[Token]) -> RecipeError:
    span = (said[0].span[0], said[-1].span[1])
    mask = _mask_of(said[-1]) if said[-1].kind is not Kind.FLECK else None
    if mask is not None and mask.startswith(STRIPES):
        mask = as_it_lies(SINGLE if said[0].value == 1 else f"{STRIPES}:{said[0].value}", source.text)
    own = next((source.text[slice(*token.span)] for token in said if token.kind is Kind.COLOUR), "RECIPE")
    if said[-1].kind is Kind.FLECK:
        return source.refuse(
            "{words!r} counts what is drawn, and is no share of the mix; write percent, as in: black with 10% white "
            "fleck",
            span,
            words=source.text[slice(*span)],
        )
    if mask is None:
        return _refuse_shape(source, span)
    return source.refuse(
        "{words!r} counts what is drawn, and is no share of the mix: write the mix of the ground alone, and ask for "
        "the part as a zone{hint}",
        span,
        words=source.text[slice(*span)],
        hint=_option_of_each(source, said, colours) or option_of_zone(mask, own),
    )


def _option_of_each(source: Source, said: Sequence[Token], colours: Sequence[Token]) -> CommandHint | None:
    """The zones of stripes whose colours are listed behind them, each with its own; None for other things.

    They lie side by side, or on a ground that is named before them or at last.
    """
    n = int(said[0].value)
    if not (_mask_of(said[-1]) or "").startswith(STRIPES) or not 1 < n < MOST_BANDS:
        return None
    names = [source.text[slice(*token.span)] for token in colours]
    behind = names[sum(token.span[0] < said[-1].span[1] for token in colours) :]
    grounds = names[: -len(behind)] if len(behind) < len(names) else behind[n:]
    listed = behind[:n]
    if len({*listed}) < _SEVERAL or len(grounds) > 1 or len(behind) > n + 1:
        return None
    if grounds:
        turns = [name for stripe in range(n) for name in (grounds[0], listed[stripe % len(listed)])]
        bands = bands_of_each([*turns, grounds[0]], Fraction(_WHOLE, 2 * n + 1))
    else:
        bands = bands_of_each(listed, Fraction(_WHOLE, n))
    ground = next(iter(bands))
    masks = {name: as_it_lies(bands_mask(places), source.text) for name, places in bands.items() if name != ground}
    zones = [f"--zone '{mask}={name}'" for name, mask in masks.items()]
    return CommandHint("; on the command line: {ground} {zones}", {"ground": f"'{ground}'", "zones": " ".join(zones)})


def _character(source: Source, colours: Sequence[Token]) -> RecipeError | None:
    """The error about the figure of `white figure 5`; None where no colour is beside one."""
    for found in _CHARACTER.finditer(source.folded):
        start, end = source.span(*found.span())
        if (own := _beside(source, colours, start, end)) is not None:
            return source.refuse(
                "{words!r} is drawn on the tile, and is no share of the mix: write the mix of the ground alone, and "
                "ask for the letters as a zone{hint}",
                (start, end),
                words=source.text[start:end],
                hint=option_of_zone(
                    f"text:{source.text[slice(*source.span(*found.span(found.lastgroup or 'drawn')))]}",
                    source.text[slice(*own.span)],
                ),
            )
    return None


def _check_digit(source: Source, tokens: Sequence[Token]) -> None:
    """The 7 of `white 7 on blue` and `blue with a white 7` is a share or a figure that is drawn: it is asked back."""
    numbers = [at for at, token in enumerate(tokens) if token.kind in _NUMBERS]
    at = numbers[0] if len(numbers) == 1 else 0
    if not at or tokens[at - 1].kind is not Kind.COLOUR or not _DIGIT.fullmatch(tokens[at].text):
        return
    own, behind = tokens[at - 1], [token.kind for token in tokens[at + 1 : at + 3]]
    is_one = _ONE.search(source.text, 0, own.span[0]) is not None and (not behind or behind[0] is Kind.SEPARATOR)
    if behind == [Kind.BASE, Kind.COLOUR] or is_one:
        span = (own.span[0], tokens[at].span[1])
        raise source.refuse(
            "{words!r} may be a share or a figure that is drawn on the tile: write {share}, or ask for the letters as "
            "a zone{hint}",
            span,
            words=source.text[slice(*span)],
            share=f"{tokens[at].text}%",
            hint=option_of_zone(f"text:{tokens[at].text}", source.text[slice(*own.span)]),
        )


def _figure(source: Source, colours: Sequence[Token]) -> tuple[int, int] | None:
    """Where a figure stands beside its colour."""
    for found in _FIGURES.finditer(source.folded):
        start, end = source.span(*found.span())
        word = _WORD_BEFORE.search(source.folded, 0, found.start())
        if word is not None and not any(word[0].strip() == token.text for token in colours):
            start = source.span(*word.span())[0]  # `white wheelchair symbol`
            if _beside(source, colours, start, end) is not None:
                return source.span(*found.span())
            start = source.span(*found.span())[0]
        is_other = any(token.span[0] < end and start < token.span[1] for token in colours)
        if not is_other and _beside(source, colours, start, end) is not None:
            return start, end
    return None


def _beside(source: Source, colours: Sequence[Token], start: int, end: int) -> Token | None:
    """The colour right before or behind a place, with nothing but little words between."""
    for token in colours:
        before, behind = source.text[token.span[1] : start], source.text[end : token.span[0]]
        if token.span[1] <= start and not before.strip():
            return token
        if token.span[0] >= end and _BETWEEN.fullmatch(behind.casefold()) and "," not in behind:
            return token
    return None


def _refuse_stripes(source: Source, span: tuple[int, int]) -> RecipeError:
    return source.refuse(
        "{words!r} is how no stripes of a zone lie: they are straight, and upright or across the tile{hint}; stripes "
        "that lie otherwise can be a zone of a picture of them",
        span,
        words=source.text[slice(*span)],
        hint=option_of_zone(USUAL[STRIPES], "RECIPE"),
    )


def _refuse_shape(source: Source, span: tuple[int, int]) -> RecipeError:
    return source.refuse(
        "{words!r} is a shape that no zone draws; a tile can have zones of {shapes}, or of a picture of the shape: "
        "write the mix of the ground alone, and ask for the part as a zone",
        span,
        words=source.text[slice(*span)],
        shapes=_SHAPES,
    )
