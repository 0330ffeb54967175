"""What a recipe says beside its colours and numbers: the look, words for the prompt, sizes, and what is not in it.

A segment lies between two commas, brackets or words such as `and`. Words that are not known may stand in a segment that
has no number and names no colour, unless one of them is nearly a colour. All other unknown words are refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby

from plitka.core.colour.naming import like_names
from plitka.core.colour.palette import Colour, Palette
from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.circumstances import is_list, take_circumstances
from plitka.core.recipes.crumb import settle_sbr
from plitka.core.recipes.layers import take_layers
from plitka.core.recipes.look import shown, shown_by_zones
from plitka.core.recipes.open_amounts import is_upper_bound, refuse_open
from plitka.core.recipes.quantities import granule_around, granules_mm, size_notice
from plitka.core.recipes.recipe import MAX_COLOURS, Notice
from plitka.core.recipes.segments import BATCH, ONLY_WORDS, WORDS, joins, spans_of, split
from plitka.core.recipes.signs import TIMES, ZONE_HEAD
from plitka.core.recipes.source import Source
from plitka.core.recipes.tiles import check_one_tile, refuse_several
from plitka.core.recipes.token import Token
from plitka.errors import RecipeError


class Beside(StrEnum):
    """What is done with words about the look."""

    SCENE = "scene"
    """A scene shows what it can; the rest goes to the prompt."""
    PROMPT = "prompt"
    """All of them go to the prompt."""
    NOTHING = "nothing"
    """They are left out."""


_SAYS_LOOK = frozenset({Kind.ASIDE, Kind.LOOK, Kind.NOT})
_MIX = frozenset({Kind.COLOUR, Kind.NUMBER, Kind.FRACTION, Kind.SBR})
_HEAD = frozenset({Kind.NOT, Kind.PERCENT, Kind.PARTS, Kind.MASS, Kind.LINK})
"""What the head of a table may have beside words: «№», `%`, `kg`."""
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_UNITS = frozenset({Kind.PERCENT, Kind.PARTS, Kind.MASS})
_USUAL_LOOKS = frozenset({"pattern=mix", "view=top"})
"""What every tile is, so that nothing has to be said of them."""
_LABELS = {
    Kind.BINDER: Notice("{words!r} is binder, not granules; it is left out"),
    Kind.LABEL: Notice("{words!r} is no part of the mix; it is left out"),
}
_COARSENESS = {"granules=2-4": "coarse", "granules=0.5-1.5": "fine"}


@dataclass(slots=True)
class Asides:
    """What was set aside."""

    look: dict[str, object] = field(default_factory=dict)
    """Choices of a scene, by their names in its JSON."""
    said: dict[str, tuple[str, str]] = field(default_factory=dict)
    """What of the look was said already: its choice, and the words for it."""
    words: list[tuple[str, tuple[int, int]]] = field(default_factory=list)
    """What only a prompt can take, as it was typed, and where."""
    sizes: list[str] = field(default_factory=list)
    """Lengths and areas as they were typed."""
    counts: list[Token] = field(default_factory=list)
    """How many colours there are said to be."""
    tiles: list[tuple[int, int]] = field(default_factory=list)
    """Where pieces of one colour are counted, and nothing else is."""
    is_by_mass: bool = False
    """The numbers are said to be of the mass."""
    excluded: list[tuple[Colour, tuple[int, int], str]] = field(default_factory=list)
    """Colours that are said not to be in it."""
    vague: list[RecipeError] = field(default_factory=list)
    """Why words such as `a bit of` are refused where a colour has no number."""
    most: list[RecipeError] = field(default_factory=list)
    """The same of `mostly`, which may be said of what the others leave."""
    errors: list[RecipeError] = field(default_factory=list)
    """Why words that stand aside would be refused, had they to be colours."""
    remarks: list[Notice] = field(default_factory=list)
    has_hidden: bool = False
    """A layer below is left out, with its colours."""
    has_likeness: bool = False
    """Something is said to be like what names no colour."""


def set_aside(
    source: Source, tokens: Sequence[Token], palette: Palette, beside: Beside = Beside.SCENE
) -> tuple[list[Token], Asides]:
    """The tokens that say what is mixed, and what the others say.

    Raises:
        RecipeError: a word is unknown, is nearly a colour, or leaves a number open; two looks contradict each other.
    """
    check_one_tile(source)
    layers = take_layers(source, tokens)
    tokens, lights = take_circumstances(source, layers.tokens, palette)
    asides = Asides(remarks=[*layers.remarks, *lights], errors=layers.errors)
    asides.has_hidden = bool(layers.errors)
    asides.has_likeness = any(token.kind is Kind.LIKE for token in layers.tokens)
    kept: list[Token] = []
    if beside is not Beside.SCENE:
        tokens = [replace(token, kind=Kind.ASIDE, choice="") if token.kind is Kind.LOOK else token for token in tokens]
    segments = list(split(source, tokens))
    spans = list(spans_of(source, segments))
    is_names = is_list(source, [(segment, span) for (segment, _), span in zip(segments, spans, strict=True)])
    for at, (segment, bound) in enumerate(segments):
        is_joined = is_names or joins(segments, at) or (at > 0 and joins(segments, at - 1))
        kept += _Segment(source, palette, segment, asides, spans[at], bound, is_joined=is_joined).mixed()
        if bound is not None and bound.kind is Kind.SEPARATOR:
            kept.append(bound)
            asides.errors += [] if bound.error is None else [bound.error]
    if len(asides.tiles) > 1:
        raise refuse_several(source, asides.tiles)
    return kept, asides


class _Segment:
    def __init__(
        self,
        source: Source,
        palette: Palette,
        tokens: list[Token],
        asides: Asides,
        span: tuple[int, int],
        bound: Token | None,
        *,
        is_joined: bool = False,
    ) -> None:
        self.source, self.palette, self.tokens, self.asides, self.span = source, palette, tokens, asides, span
        self.bound = bound
        self.is_joined = is_joined
        """`And` joins it to a colour, or it is one of a list of names."""
        self.granules = ""
        """Of what size it says they are, as it was typed."""
        self.kinds = {token.kind for token in tokens}
        self.is_mix = not self.kinds.isdisjoint(_MIX)

    def mixed(self) -> list[Token]:
        """What of it says what is mixed; all else is told to the asides."""
        self._take_labels()
        self._take_total()
        self._take_sizes()
        self._take_counts()
        self._take_likeness()
        self.is_mix = any(token.kind in _MIX for token in self.tokens)
        self._check_words()
        self._take_excluded()
        self._take_looks()
        self._take_words()
        self.tokens = settle_sbr(self.source, self.tokens, self.palette)
        if not self.is_mix:
            return [token for token in self.tokens if token.kind not in (Kind.PERCENT, Kind.PARTS, Kind.MASS)]
        return self.tokens

    def _take_labels(self) -> None:
        """The number of binder, a tolerance or a quantity stands behind it, or before it if none does."""
        for at in reversed([at for at, token in enumerate(self.tokens) if token.kind in _LABELS]):
            label = self.tokens[at]
            has_number = label.colour is not None or any(map(str.isdigit, label.text))  # ±5%
            has_number |= label.choice == LETTERED
            start, end = at, at + 1 if has_number else self._end_of_total(at)
            after = self._after(at)
            if after is not None and after.kind is Kind.UNKNOWN and any(map(str.isdigit, after.text)):
                end = at + 2  # `type T1`
            if end == at + 1 and not has_number:
                start -= at > 0 and self.tokens[at - 1].kind in _UNITS
                start -= start > 0 and self.tokens[start - 1].kind is Kind.NUMBER
            text = self.source.text[self.tokens[start].span[0] : self.tokens[end - 1].span[1]]
            if label.kind is Kind.BINDER or end - start > 1 or has_number:
                self.asides.remarks.append(replace(_LABELS[label.kind], values={"words": text}))
            self.tokens[start:end] = []
        self.kinds = {token.kind for token in self.tokens}
        self.is_mix = not self.kinds.isdisjoint(_MIX)

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
        if token.kind is Kind.ZONE and (is_heading or not self.kinds.isdisjoint(_MIX)):
            raise self.source.refuse(
                "{words!r} is a part of the tile: write the mix of the ground alone, and ask for the part as a zone; "
                "on the command line: --zone MASK=RECIPE",
                token.span,
                words=self._typed(token),
            )

    def _is_before_likeness(self, at: int) -> bool:
        after = self._after(at)
        return after is not None and after.kind is Kind.LIKENESS

    def _end_of_total(self, at: int) -> int:
        """Where a total ends that begins at a place; right behind the word if the number is a colour's."""
        end = at + 1
        for kinds in ({Kind.LINK}, {Kind.NUMBER}, _UNITS, {Kind.BY_MASS}):
            if end < len(self.tokens) and self.tokens[end].kind in kinds:
                end += 1
        is_colours = end < len(self.tokens) and self.tokens[end].kind in (Kind.COLOUR, Kind.SBR)
        chain = self.tokens[end - 1 : end + 2]  # `type 60-40 red black`
        is_blend = [token.kind in _NUMBERS for token in chain] == [True, False, True] and chain[1].text in "/:-"
        return at + 1 if is_colours or (is_blend and chain[0].value + chain[2].value == 100) else end

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

    def _take_sizes(self) -> None:
        """size = `500x500 mm` | word, ["-" | ":"], number | number, word."""
        kept: list[Token] = []
        announced: list[Token] = []
        for at, token in enumerate(self.tokens):
            if token.kind is Kind.LENGTH and (token.text[:1].isdigit() or token.choice == "whole"):
                self._take_size(token, token)
                announced = []
            elif token.kind is Kind.LENGTH and token.choice:
                number = self.tokens[at - 1] if kept and kept[-1] == self.tokens[at - 1] else token
                gap = self.source.text[number.span[1] : token.span[0]]  # `80:20 £21 per m2`
                if number.kind is Kind.NUMBER and not any(map(str.isdigit, gap)):
                    self._take_size(kept.pop(), token)
                elif self._announces(at) and at + 2 == len(self.tokens):
                    announced = [token]  # «квадратов восемьдесят»
            elif token.kind is Kind.LENGTH:
                if kept and kept[-1].kind is Kind.NUMBER and not self._announces(at):
                    self._take_size(kept.pop(), token)
                else:
                    announced = [token]
            elif announced and token.kind is Kind.LINK:
                announced.append(token)
            elif announced and token.kind is Kind.NUMBER:
                self._take_size(announced[0], token)
                announced = []
            else:
                announced = []
                kept.append(token)
        self.tokens = kept

    def _announces(self, at: int) -> bool:
        """Whether the number of a length stands behind its word: «толщина 20»."""
        after = [token.kind for token in self.tokens[at + 1 : at + 3]]
        return after[:1] == [Kind.NUMBER] or after == [Kind.LINK, Kind.NUMBER]

    def _take_size(self, first: Token, last: Token) -> None:
        text = self.source.text[first.span[0] : last.span[1]]
        granules = granules_mm(last.text) if first is last else None
        if granules is None and first is last:
            typed = self.source.text
            granules = granule_around(text, typed[: last.span[0]], typed[last.span[1] :])
        if granules is None:
            self.asides.sizes.append(text)
            self.asides.remarks.append(size_notice(text))
        else:
            self.granules = text
            self._choose("granule_mm", list(granules), text, f"granules={granules[0]:g}-{granules[1]:g}", last)

    def _take_counts(self) -> None:
        """count = number, ["-"], what it counts ; or a word such as «двухцветный»."""
        kept: list[Token] = []
        for at, token in enumerate(self.tokens):
            if token.kind is not Kind.COUNTED:
                kept.append(token)
                continue
            counted = kept[:-1] if kept and kept[-1].kind is Kind.LINK else kept
            after = self._after(at)
            is_named = kept and kept[-1].kind is Kind.NUMBER and kept[-1].value > MAX_COLOURS
            if is_named and after is not None and after.kind is Kind.COLOUR:
                continue  # «тридцать цвета неба»
            if token.value:
                self.asides.counts.append(token)
            elif counted and counted[-1].kind is Kind.NUMBER and counted[-1].value.denominator == 1:
                number = counted[-1]
                del kept[len(counted) - 1 :]
                if kept and kept[-1].text in TIMES:  # x200 pcs
                    kept.pop()
                span = (number.span[0], token.span[1])
                if kept and kept[-1].kind is Kind.RANGE:  # `no more than two colours`
                    kept.pop()
                elif token.choice == "colours":
                    self.asides.counts.append(replace(number, span=span))
                else:
                    if Kind.COLOUR in self.kinds and sum(t.kind in _NUMBERS for t in self.tokens) == 1:
                        self.asides.tiles.append(span)
                    values = {"count": self.source.text[slice(*span)]}
                    self.asides.remarks.append(Notice("{count!r} is a count; it changes nothing in the mix", values))
        self.tokens = kept

    def _after(self, at: int) -> Token | None:
        return self.tokens[at + 1] if at + 1 < len(self.tokens) else None

    def _take_total(self) -> None:
        """total = `total`, [":"], number, [unit] ; where no colour follows."""
        is_head = self.bound is not None and self.bound.kind is Kind.LINK
        is_weight = self.kinds - {Kind.LINK} == BATCH | {Kind.BY_MASS}
        if is_weight or (self.kinds >= BATCH and is_head and Kind.COLOUR not in self.kinds):
            self._take_size(self.tokens[0], self.tokens[-1])
            self.asides.is_by_mass |= is_head
            self.tokens, self.is_mix = [], False
        for at in reversed([at for at, token in enumerate(self.tokens) if token.kind is Kind.TOTAL]):
            end = self._end_of_total(at)
            self.tokens[at:end] = []
        is_column = not self.is_mix and self._ends_in_unit() and not is_weight
        self.asides.is_by_mass |= is_column or (Kind.BY_MASS in self.kinds and not is_weight)
        self.tokens = [token for token in self.tokens if token.kind not in (Kind.TOTAL, Kind.BY_MASS)]

    def _ends_in_unit(self) -> bool:
        """Whether it is the head of a column, `weight, kg`, and not «г. Тула»."""
        kinds = [token.kind for token in self.tokens if token.kind in WORDS | {Kind.MASS}]
        return kinds[-1:] == [Kind.MASS]

    def _take_excluded(self) -> None:
        kept: list[Token] = []
        negates = False
        for token in self.tokens:
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
        self.is_mix = any(token.kind in _MIX for token in kept)

    def _take_looks(self) -> None:
        if Kind.NOT in (token.kind for token in self.tokens):
            self.tokens = [replace(t, kind=Kind.ASIDE, choice="") if t.kind is Kind.LOOK else t for t in self.tokens]
        kept: list[Token] = []
        for at, token in enumerate(self.tokens):
            if token.kind is not Kind.LOOK:
                kept.append(token)
                continue
            after = self._after(at)
            if token.choice in _COARSENESS and after is not None and after.colour is not None:
                self._coarsen(_COARSENESS[token.choice], after.colour, self._typed(token), self._typed(after))
            elif self.granules and token.choice.startswith("granules="):
                values = {"words": self._typed(token), "size": self.granules}
                self.asides.remarks.append(Notice("{size!r} is taken for what {words!r} means", values))
            elif token.choice not in _USUAL_LOOKS:
                name, _, value = token.choice.partition("=")
                self._choose(
                    name, {"yes": True, "no": False}.get(value, value), self._typed(token), token.choice, token
                )
        self.tokens = kept

    def _coarsen(self, coarseness: str, colour: Colour, words: str, name: str) -> None:
        names = self.asides.look.setdefault(coarseness, [])
        assert isinstance(names, list)  # set here alone
        names.append(colour.code)
        self.asides.remarks.append(shown(words, coarseness, name))

    def _choose(self, name: str, value: object, words: str, choice: str, token: Token) -> None:
        of = choice.partition("=")[0]
        before = self.asides.said.setdefault(of, (choice, words))
        if before[0] != choice and self.granules and "granule_mm" in self.asides.look:
            raise self.source.refuse(
                "{words!r} after {before!r} is a second size of granules; they have one on the whole tile, and single "
                "colours are coarser or finer: coarse black 75, fine red 25",
                token.span,
                words=words,
                before=before[1],
            )
        if before[0] != choice:
            raise self.source.refuse(
                "{words!r} contradicts {before!r}; write one of them", token.span, words=words, before=before[1]
            )
        if not any(key in self.asides.look for key in (of, name)):
            self.asides.remarks.append(shown(words, choice))
            self.asides.look[name] = value

    def _take_words(self) -> None:
        words = [token for token in self.tokens if token.kind in WORDS]
        if self.span[0] == 0 and self.kinds <= _HEAD:
            words = []
        for token in words:
            if token.choice and token.kind is not Kind.MODIFIER and Kind.NOT not in self.kinds:
                self._check_own_colour(token)
                self.asides.remarks.append(shown_by_zones(self._typed(token), token.choice))
        if words and self.kinds <= ONLY_WORDS:
            self._take(*self.span)
            self.tokens = []
        elif words and not self.is_mix:
            self._take(words[0].span[0], words[-1].span[1])
        else:
            for run in self._runs_of_words():
                self._take(run[0].span[0], run[-1].span[1])
        self.tokens = [token for token in self.tokens if token.kind not in WORDS]

    def _check_own_colour(self, pattern: Token) -> None:
        """A colour without a number before a pattern is the pattern's own: `yellow line`."""
        at = self.tokens.index(pattern)
        before = self.tokens[at - 1] if at else None
        is_own = before is not None and before.kind is Kind.COLOUR
        if is_own and before is not None and self.kinds.isdisjoint(_NUMBERS):
            raise self.source.refuse(
                "{words!r} is no part of the mix: ask for it as a zone; on the command line: --zone {zone}",
                (before.span[0], pattern.span[1]),
                words=self.source.text[before.span[0] : pattern.span[1]],
                zone=f"'{pattern.choice}={self._typed(before)}'",
            )

    def _runs_of_words(self) -> Iterator[list[Token]]:
        """Words that stand side by side."""
        for is_word, run in groupby(self.tokens, lambda token: token.kind in WORDS and token.kind is not Kind.NOT):
            if is_word:
                yield list(run)

    def _take(self, start: int, end: int) -> None:
        text = self.source.text[start:end]
        start += len(text) - len(text.lstrip())
        self.asides.words.append((text.strip(), (start, start + len(text.strip()))))

    def _typed(self, token: Token) -> str:
        return self.source.text[slice(*token.span)]
