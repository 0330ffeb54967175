"""What a recipe says beside its colours and numbers: the look, words for the prompt, sizes, and what is not in it.

A segment lies between two commas, brackets or words such as `and`. Words that are not known may stand in a segment that
has no number and names no colour, unless one of them is nearly a colour. All other unknown words are refused.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from plitka.core.colour.naming import like_names
from plitka.core.colour.palette import Palette
from plitka.core.language.looks import FINISHES
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.beside import Asides, Beside
from plitka.core.recipes.circumstances import is_list, take_circumstances
from plitka.core.recipes.crumb import settle_sbr
from plitka.core.recipes.drawn import refuse_figure
from plitka.core.recipes.grain_sizes import is_said_again, with_bare_sizes
from plitka.core.recipes.headings import name_whole
from plitka.core.recipes.layers import take_layers
from plitka.core.recipes.look import mask_of_part, option_of_zone, shown_by_zones, told_finish
from plitka.core.recipes.numbers_aside import COARSENESS, MIX, NumberedSegment
from plitka.core.recipes.open_amounts import is_upper_bound, refuse_open
from plitka.core.recipes.quantities import granules_mm
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.segments import ONLY_WORDS, WORDS, joins, spans_of, split
from plitka.core.recipes.signs import UNOFFERED, ZONE_HEAD
from plitka.core.recipes.source import Source
from plitka.core.recipes.tiles import check_one_tile, refuse_several
from plitka.core.recipes.token import Token
from plitka.core.recipes.whereabouts import is_whereabouts

_SEVERAL = 2
_WHOLE = 100
"""Percent."""
_SAYS_LOOK = frozenset({Kind.ASIDE, Kind.LOOK, Kind.NOT})
_HEAD = frozenset({Kind.NOT, Kind.PERCENT, Kind.PARTS, Kind.MASS, Kind.LINK})
"""What the head of a table may have beside words: «№», `%`, `kg`."""
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_USUAL_LOOKS = frozenset({"pattern=mix", "view=top"})
"""What every tile is, so that nothing has to be said of them."""
_STRIPS = frozenset({"strip", "nosing strip", "line", "stripe", "полоса", "линия", "кант"})
"""Patterns of which a colour behind is: «полоса жёлтая», `nosing strip RAL 1003`."""
_LETTERS = "text:"
"""How the pattern of letters begins, of which a colour behind is too: «буквы белые»."""
_WITH = re.compile(r"(?<![^\W_])со? +\Z", re.IGNORECASE)
"""Without it «втулками» says little."""
_MAX_WITH = 5
"""Characters of it, with what stands before."""
_OF_TILE = re.compile(r"\d ?(?:m2|м2|кв|sq)|(?<![\d.,-])(?:9|[1-9]\d+)(?:[.,]\d+)? ?(?:mm|мм)")
"""Areas, and thicknesses, which are more than those of granules."""
_TILES = re.compile(r"(?:tiles?|mats?|плит[а-я]+) [xх×*]")
"""`Tiles x 200`."""
_WORDS = frozenset({Kind.UNKNOWN, Kind.ASIDE})
_OF_ALL = re.compile(r"[ ]+(?:blend|mix|mixture|смес[ьи]|микс)(?![^\W_])")
"""A word for a size before these is of all granules."""


def set_aside(
    source: Source, tokens: Sequence[Token], palette: Palette, beside: Beside = Beside.SCENE
) -> tuple[list[Token], Asides]:
    """The tokens that say what is mixed, and what the others say.

    Raises:
        RecipeError: a word is unknown, is nearly a colour, or leaves a number open; two looks contradict each other.
    """
    check_one_tile(source)
    layers = take_layers(source, name_whole(source, with_bare_sizes(tokens)))
    tokens, lights = take_circumstances(source, layers.tokens, palette)
    asides = Asides(remarks=[*layers.remarks, *lights], errors=layers.errors)
    asides.has_hidden = bool(layers.errors)
    asides.has_likeness = any(token.kind is Kind.LIKE for token in layers.tokens)
    kept: list[Token] = []
    if beside is not Beside.SCENE:
        tokens = [
            _as_aside(token) if token.kind is Kind.LOOK or token.choice in FINISHES else token for token in tokens
        ]
    n_colours = len({token.colour for token in tokens if token.colour is not None})
    asides.is_of_several = n_colours > 1
    asides.has_one_size = sum(token.kind is Kind.LENGTH and _granules(token) is not None for token in tokens) == 1
    asides.is_sized_by_colour = n_colours != 1 and len(_sizes_of_granules(tokens)) > 1
    segments = list(split(source, tokens))
    spans = list(spans_of(source, segments))
    is_names = is_list(source, [(segment, span) for (segment, _), span in zip(segments, spans, strict=True)])
    for at, (segment, bound) in enumerate(segments):
        is_joined = is_names or joins(segments, at) or (at > 0 and joins(segments, at - 1))
        owner = (
            next((token for token in reversed(segments[at - 1][0]) if token.kind is Kind.COLOUR), None) if at else None
        )
        owner = owner if segment and segment[0].is_bracketed else None
        mixed = _Segment(source, palette, segment, asides, spans[at], bound, is_joined=is_joined, owner=owner).mixed()
        kept += [] if is_said_again(segment, segments) else mixed
        if bound is not None and bound.kind is Kind.SEPARATOR:
            kept.append(bound)
            asides.errors += [] if bound.error is None else [bound.error]
    asides.tiles += _tiles_of_colours(tokens) or _sizes_of_colours(tokens)
    if len(asides.tiles) > 1:
        raise refuse_several(source, asides.tiles)
    return kept, asides


def _as_aside(token: Token) -> Token:
    return replace(token, kind=Kind.ASIDE, choice="")


def _tiles_of_colours(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Where pieces of single colours are counted, `40 red tiles, 20 black tiles`, unless the numbers are a whole."""
    pieces = [
        (number, piece)
        for number, colour, piece in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if [number.kind, colour.kind, piece.kind] == [Kind.NUMBER, Kind.COLOUR, Kind.COUNTED]
        and piece.choice == "pieces"
    ]
    if len(pieces) < _SEVERAL or sum(number.value for number, _ in pieces) == _WHOLE:
        return []
    return [(number.span[0], piece.span[1]) for number, piece in pieces]


def _sizes_of_colours(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Where single colours have areas, «чёрная - 40 м2, красная - 20 м2», or thicknesses, and nothing has a share."""
    if any(token.kind in _NUMBERS for token in tokens):
        return []
    of_colours: list[tuple[Token, Token]] = []
    plain = [token for token in tokens if token.kind is not Kind.LINK]
    for at, token in enumerate(plain):
        beside = [*plain[max(0, at - 1) : at], *plain[at + 1 : at + 2]]
        colours = [other for other in beside if other.kind in (Kind.COLOUR, Kind.SBR)]
        is_size = token.kind is Kind.LENGTH and _OF_TILE.search(token.text)
        if colours and (is_size or (token.kind is Kind.LABEL and _TILES.match(token.text))):
            of_colours.append((colours[0], token))
    if len({colour.colour and colour.colour.code for colour, _ in of_colours}) < _SEVERAL:
        return []
    return [(min(c.span[0], a.span[0]), max(c.span[1], a.span[1])) for c, a in of_colours]


def _granules(token: Token) -> str | None:
    """The size of granules that a token asks for."""
    if token.kind is Kind.LENGTH:
        return None if granules_mm(token.text) is None else token.text
    return token.choice if token.kind is Kind.LOOK and token.choice in COARSENESS else None


def _sizes_of_granules(tokens: Sequence[Token]) -> set[str]:
    """The sizes that are asked for; `fine granules 0.5-1.5 mm` is one, and so is `the fine stuff 0.5-1.5 mm`."""
    tokens = [token for token in tokens if token.kind not in _WORDS and not _is_word_for_size(token)]
    sizes = [_granules(token) for token in tokens]
    is_length = [size is not None and token.kind is Kind.LENGTH for token, size in zip(tokens, sizes, strict=True)]
    return {
        size
        for at, size in enumerate(sizes)
        if size is not None and (is_length[at] or not any(is_length[max(0, at - 1) : at + 2]))
    }


def _is_word_for_size(token: Token) -> bool:
    return token.kind is Kind.LENGTH and not any(map(str.isdigit, token.text))


class _Segment(NumberedSegment):
    """All that one segment says."""

    def mixed(self) -> list[Token]:
        """What of it says what is mixed; all else is told to the asides."""
        self._take_labels()
        self._take_total()
        self._take_sizes()
        self._take_counts()
        self._take_likeness()
        self.is_mix = any(token.kind in MIX for token in self.tokens)
        self._check_words()
        self._take_excluded()
        self._take_looks()
        self._take_words()
        self.tokens = settle_sbr(self.source, self.tokens, self.palette)
        if not self.is_mix:
            return [token for token in self.tokens if token.kind not in (Kind.PERCENT, Kind.PARTS, Kind.MASS)]
        return self.tokens

    def _check_words(self) -> None:
        is_listed = Kind.EQUAL in self.kinds or (self.is_joined and self.kinds.isdisjoint(_SAYS_LOOK))
        for token in self.tokens:
            if token.error is not None and token.kind is Kind.UNKNOWN:
                has_digit = any(map(str.isdigit, token.text))
                if self.is_mix or is_listed or has_digit or like_names(token.text, self.palette):
                    raise next(other.error for other in self.tokens if other.error is not None)
            if token.error is not None:
                self.asides.errors.append(token.error)
        for at, token in enumerate(self.tokens):
            before, after = self.tokens[at - 1] if at else None, self._after(at)
            self._check_zone(token)
            if token.choice == "change" and token.kind is Kind.VAGUE and Kind.COLOUR in self.kinds:
                raise refuse_open(self.source, token)
            if token.kind is Kind.VAGUE:
                (self.asides.most if token.choice == "most" else self.asides.vague).append(
                    refuse_open(self.source, token)
                )
            elif token.kind is Kind.RANGE and self.kinds.isdisjoint(_NUMBERS):
                self.asides.vague.append(refuse_open(self.source, token))
            elif token.kind is Kind.RANGE or is_upper_bound(before, token, after):
                raise refuse_open(self.source, token)
        self.tokens = [token for token in self.tokens if token.kind not in (Kind.VAGUE, Kind.RANGE)]

    def _check_zone(self, token: Token) -> None:
        """`Left red` and `zone A: red` are no words about the look."""
        is_heading = ZONE_HEAD.match(self.source.text, token.span[1])
        if token.kind is Kind.ZONE and (is_heading or not self.kinds.isdisjoint(MIX)):
            raise refuse_figure(self.source, (token.span[0], self.span[1])) or self.source.refuse(
                "{words!r} is a part of the tile: write the mix of the ground alone, and ask for the part as "
                "a zone{hint}",
                token.span,
                words=self._typed(token),
                hint=option_of_zone(mask_of_part(token.text), "RECIPE"),
            )

    def _is_before_likeness(self, at: int) -> bool:
        after = self._after(at)
        return after is not None and after.kind is Kind.LIKENESS

    def _take_likeness(self) -> None:
        """`stone texture` names no colour: a general name that stands before what it describes, without a number."""
        if self.kinds.isdisjoint(_NUMBERS):
            self.tokens = [
                replace(token, kind=Kind.ASIDE) if token.own is not None and self._is_before_likeness(at) else token
                for at, token in enumerate(self.tokens)
            ]
        for at, token in enumerate(self.tokens):
            if token.error is not None and self._is_before_likeness(at) and not like_names(token.text, self.palette):
                self.tokens[at] = replace(token, kind=Kind.ASIDE, error=None)
        self.tokens = [replace(t, kind=Kind.ASIDE) if t.kind is Kind.LIKENESS else t for t in self.tokens]

    def _take_excluded(self) -> None:
        kept: list[Token] = []
        negates = False
        for at, token in enumerate(self.tokens):
            after = self._after(at)
            if negates and token.kind is Kind.FLECK and after is not None and after.kind is Kind.COLOUR:
                continue  # «без вкраплений белого»
            if negates and token.kind is Kind.FLECK:
                kept.pop()
            elif negates and token.kind is Kind.COLOUR and token.colour is not None:
                while kept.pop().kind is not Kind.NOT:
                    pass
                text = self.source.text[slice(*token.span)]
                self.asides.excluded.append((token.colour, token.span, text))
            else:
                kept.append(token)
            negates = token.kind is Kind.NOT or (negates and token.kind is Kind.LINK)
        self.tokens = kept
        self.is_mix = any(token.kind in MIX for token in kept)

    def _take_looks(self) -> None:
        if Kind.NOT in (token.kind for token in self.tokens):
            self.tokens = [replace(t, kind=Kind.ASIDE, choice="") if t.kind is Kind.LOOK else t for t in self.tokens]
        kept: list[Token] = []
        for at, token in enumerate(self.tokens):
            if token.kind is not Kind.LOOK:
                kept.append(token)
                continue
            after = self._after(at)
            of = after if after is not None and after.colour is not None else self._described_before(at)
            if _OF_ALL.match(self.source.text[token.span[1] :].casefold()) or self._is_before_size(token, of):
                of = None  # `fine-grained blend of red 40%, white 60%`
            of = of or (self._named_once() or self.owner if self.asides.is_sized_by_colour else None)
            if token.choice in COARSENESS and of is not None and of.colour is not None:
                self._coarsen(COARSENESS[token.choice], of.colour, self._typed(token), self._typed(of))
            elif self.granules and token.choice.startswith("granules="):
                values = {"words": self._typed(token), "size": self.granules}
                self.asides.remarks.append(Notice("{size!r} is taken for what {words!r} means", values))
            elif token.choice not in _USUAL_LOOKS:
                name, _, value = token.choice.partition("=")
                self.told.append(token.span)
                self._choose(
                    name, {"yes": True, "no": False}.get(value, value), self._typed(token), token.choice, token
                )
        self.tokens = kept

    def _is_before_size(self, token: Token, of: Token | None) -> bool:
        """Whether a size in mm stands between a word for one and a colour, so that both are of all: «мелкая 1-2 мм»."""
        return (
            bool(self.granules and of) and self.granules in self.source.text[token.span[1] : of.span[0] if of else None]
        )

    def _named_once(self) -> Token | None:
        """The only colour between two commas: `black 20 coarse`."""
        named = [token for token in self.tokens if token.kind is Kind.COLOUR]
        return named[0] if len(named) == 1 else None

    def _take_words(self) -> None:
        words = [token for token in self.tokens if token.kind in WORDS]
        if self.span[0] == 0 and self.kinds <= _HEAD:
            words = []
        for token in words:
            if token.choice in FINISHES and Kind.NOT not in self.kinds:
                self._tell_finish(token)
            elif token.choice and token.kind is not Kind.MODIFIER and Kind.NOT not in self.kinds:
                self._check_own_colour(token)
                self.asides.remarks.append(shown_by_zones(self._typed(token), token.choice))
        if words and self.kinds <= ONLY_WORDS and not self.told:
            self._take(*self.span)
            self.tokens = []
        elif words and not self.is_mix:
            for _, told in groupby(words, lambda token: sum(span[0] < token.span[0] for span in self.told)):
                run = list(told)
                self._take(run[0].span[0], run[-1].span[1])
        else:
            for run in self._runs_of_words():
                self._take(run[0].span[0], run[-1].span[1])
        self.tokens = [token for token in self.tokens if token.kind not in WORDS]

    def _tell_finish(self, token: Token) -> None:
        before = self.asides.said.setdefault("finish", (token.choice, self._typed(token)))
        if before[0] != token.choice:
            raise self.source.refuse(
                "{words!r} contradicts {before!r}; write one of them",
                token.span,
                words=self._typed(token),
                before=before[1],
            )
        self.asides.remarks.append(told_finish(self._typed(token), token.choice))

    def _check_own_colour(self, pattern: Token) -> None:
        """A colour without a number before a pattern is the pattern's own, `yellow line`; behind some too."""
        at = self.tokens.index(pattern)
        before, after = self.tokens[at - 1] if at else None, self._after(at)
        is_before = before is not None and before.kind is Kind.COLOUR
        gap = self.source.text[pattern.span[1] : after.span[0]] if after is not None else ""
        is_named_first = pattern.text in _STRIPS or (pattern.choice.startswith(_LETTERS) and not gap.strip(" :-"))
        own = before if is_before else after if is_named_first else None
        if own is not None and own.kind is Kind.COLOUR and self.kinds.isdisjoint(_NUMBERS):
            start, end = min(own.span[0], pattern.span[0]), max(own.span[1], pattern.span[1])
            raise self.source.refuse(
                "{words!r} is no part of the mix: ask for it as a zone{hint}",
                (start, end),
                words=self.source.text[start:end],
                hint=option_of_zone(pattern.choice, self._typed(own)),
            )

    def _runs_of_words(self) -> Iterator[list[Token]]:
        """Words that stand side by side, with the «без» before them."""
        for is_word, run in groupby(self.tokens, lambda token: token.kind in WORDS):
            words = list(run) if is_word else []
            while words and words[-1].kind is Kind.NOT:
                words.pop()
            if words:
                yield words

    def _take(self, start: int, end: int) -> None:
        text = self.source.text[start:end]
        if UNOFFERED.fullmatch(text.strip().casefold()):
            self.asides.remarks.append(Notice("{code!r} is not offered, and not used", {"code": text.strip()}))
        if is_whereabouts(text):
            self.asides.remarks.append(
                Notice("{words!r} is no part of the mix; it is left out", {"words": text.strip()})
            )
            return
        inside = [token.choice for token in self.tokens if token.kind in WORDS and start <= token.span[0] < end]
        start += len(text) - len(text.lstrip())
        if (joint := _WITH.search(self.source.text, max(0, start - _MAX_WITH), start)) is not None:
            start, text = joint.start(), joint[0] + text.lstrip()
        span = (start, start + len(text.strip()))
        self.asides.words.append((text.strip(), span))
        if inside and FINISHES.keys() >= set(inside) and Kind.NOT not in self.kinds:
            self.asides.understood.add(span)
