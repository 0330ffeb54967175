"""Numbers of a segment that are no shares of the mix: of labels, sizes, counts and totals."""

import re
from collections.abc import Sequence
from dataclasses import replace

from plitka.core.colour.palette import Colour, Palette
from plitka.core.language.labels import LETTERED
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.beside import Asides
from plitka.core.recipes.grain_sizes import of_both_sizes
from plitka.core.recipes.look import shown
from plitka.core.recipes.quantities import granule_around, granules_mm, size_notice
from plitka.core.recipes.recipe import MAX_COLOURS, Notice
from plitka.core.recipes.segments import BATCH, WORDS
from plitka.core.recipes.signs import TIMES
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

MIX = frozenset({Kind.COLOUR, Kind.NUMBER, Kind.FRACTION, Kind.SBR})
"""What a segment has that says what is mixed."""
_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION})
_UNITS = frozenset({Kind.PERCENT, Kind.PARTS, Kind.MASS})
_WORDS = frozenset({Kind.UNKNOWN, Kind.ASIDE})
COARSENESS = {"granules=2-4": "coarse", "granules=0.5-1.5": "fine"}
"""What words for a size of granules mean of one colour among others."""
_PLURAL = re.compile(r"(?:ыми|ими|ых|их)\Z")
_MAY_BE_PERCENT = frozenset({"pc"})
"""Pieces, or percent: `20pc yellow, rest black`."""
_LABELS = {
    Kind.BINDER: Notice("{words!r} is binder, not granules; it is left out"),
    Kind.LABEL: Notice("{words!r} is no part of the mix; it is left out"),
}


class NumberedSegment:
    """A segment of a recipe, from which numbers that are no shares are taken."""

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
        owner: Token | None = None,
    ) -> None:
        self.source, self.palette, self.tokens, self.asides, self.span = source, palette, tokens, asides, span
        self.bound = bound
        self.is_joined = is_joined
        """`And` joins it to a colour, or it is one of a list of names."""
        self.owner = owner
        """The colour that brackets are said of: the black of «чёрный (крупный) 40»."""
        self.granules = ""
        """Of what size it says they are, as it was typed."""
        self.kinds = {token.kind for token in tokens}
        self.is_mix = not self.kinds.isdisjoint(MIX)
        self.told: list[tuple[int, int]] = []
        """Where something stands that a notice tells of."""

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
            if end == at + 1 and not has_number and not (after is not None and after.kind is Kind.LENGTH):
                start -= at > 0 and self.tokens[at - 1].kind in _UNITS
                start -= start > 0 and self.tokens[start - 1].kind is Kind.NUMBER and not self._is_of_mix(start - 1)
            text = self.source.text[self.tokens[start].span[0] : self.tokens[end - 1].span[1]]
            if label.kind is Kind.BINDER or end - start > 1 or has_number:
                self.asides.remarks.append(label.remark or replace(_LABELS[label.kind], values={"words": text}))
                self.told.append((self.tokens[start].span[0], self.tokens[end - 1].span[1]))
            self._count_binder(label, self.tokens[start:end])
            self.tokens[start:end] = []
        self.kinds = {token.kind for token in self.tokens}
        self.is_mix = not self.kinds.isdisjoint(MIX)

    def _count_binder(self, label: Token, said: Sequence[Token]) -> None:
        if label.kind is Kind.BINDER and any(token.kind is Kind.PERCENT for token in said):
            self.asides.binder_percent += sum(token.value for token in said if token.kind is Kind.NUMBER)

    def _is_of_mix(self, at: int) -> bool:
        """Whether a number is the last of a ratio or a colour's: «70/30 кол-во 120», `red 60 black 40 price?`."""
        before = [token.kind for token in self.tokens[max(0, at - 2) : at]]
        n_colours = sum(token.kind is Kind.COLOUR for token in self.tokens)
        mix = [token.kind for token in self.tokens if token.kind in _NUMBERS | {Kind.COLOUR}]
        is_paired = mix[:1] == [Kind.COLOUR] and len(mix) == 2 * n_colours  # `red 60 black 40 PU`
        is_label = self.tokens[at + 1].kind is Kind.LABEL  # not the unit of `black 60 grey 40 1 bucket glue`
        is_colours = (is_label or is_paired) and before[-1:] == [Kind.COLOUR] and n_colours > 1
        return is_colours or before in ([Kind.NUMBER, Kind.SLASH], [Kind.NUMBER, Kind.LINK])

    def _end_of_total(self, at: int) -> int:
        """Where a total ends that begins at a place; right behind the word if the number is a colour's."""
        end = at + 1
        while self.tokens[at].kind is Kind.BINDER and end < len(self.tokens) and self.tokens[end].kind in _WORDS:
            end += 1  # `PU clear 8%`
        if end > at + 1 and (end == len(self.tokens) or self.tokens[end].kind is not Kind.NUMBER):
            end = at + 1
        is_head = self.tokens[at].kind is Kind.LABEL and end == at + 1  # `Qty kg` heads a column
        for kinds in ({Kind.LINK}, {Kind.NUMBER}, _UNITS, {Kind.BY_MASS}):
            if end < len(self.tokens) and self.tokens[end].kind in kinds:
                end += not (is_head and end == at + 1 and self.tokens[end].kind is Kind.MASS)
        is_colours = end < len(self.tokens) and self.tokens[end].kind in (Kind.COLOUR, Kind.SBR)
        chain = self.tokens[end - 1 : end + 2]  # `type 60-40 red black`
        is_blend = [token.kind in _NUMBERS for token in chain] == [True, False, True] and chain[1].text in "/:-"
        if is_colours or (is_blend and chain[0].value + chain[2].value == 100):
            return at + 1
        return end + 2 if is_blend and chain[1].text == "/" else end  # «всего 1/3»

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
            elif announced and token.kind is Kind.NUMBER and not self._is_counted(at):
                self._take_size(announced[0], token)
                announced = []
            else:
                announced = []
                kept.append(token)
        self.tokens = kept

    def _announces(self, at: int) -> bool:
        """Whether the number of a length stands behind its word: «толщина 20»."""
        after = [token.kind for token in self.tokens[at + 1 : at + 3]]
        return after[:1] in ([Kind.NUMBER], [Kind.LENGTH]) or after == [Kind.LINK, Kind.NUMBER]

    def _is_counted(self, at: int) -> bool:
        """Whether a number has a unit that is of no length: the 7 of `10 mm thickness: 7 kg grey`."""
        after = self._after(at)
        return after is not None and after.kind in _UNITS

    def _take_size(self, first: Token, last: Token) -> None:
        text = self.source.text[first.span[0] : last.span[1]]
        granules = granules_mm(last.text) if first is last else None
        if granules is None and first is last:
            typed = self.source.text
            granules = granule_around(text, typed[: last.span[0]], typed[last.span[1] :])
        word = self._word_for_size(self.tokens.index(first)) if granules is not None and first is last else None
        if word is not None:
            self.granules = text
            values = {"words": self._typed(word), "size": text}
            self.asides.remarks.append(Notice("{size!r} is taken for what {words!r} means", values))
        elif granules is None:
            self.asides.sizes.append(text)
            self.asides.remarks.append(size_notice(text))
        elif self._is_second_size(granules, self._colour_beside(first), text):
            self.granules = text
        else:
            self.granules = text
            self._choose("granule_mm", list(granules), text, f"granules={granules[0]:g}-{granules[1]:g}", last)

    def _word_for_size(self, at: int) -> Token | None:
        """The word for the size of one colour's granules before a size in mm: `coarse white 4-6 mm`."""
        if self._described_before(at - 1) is not None:
            return self.tokens[at - 1]
        word, colour = self.tokens[max(0, at - 2) : at] if at > 1 else (None, None)
        is_pair = word is not None and word.choice in COARSENESS and colour is not None and colour.kind is Kind.COLOUR
        return word if is_pair and self.asides.is_of_several and self.asides.has_one_size else None

    def _described_before(self, at: int) -> Token | None:
        """The colour whose granules a word behind it is of, as their endings tell: «10% белых крупных гранул»."""
        if at < 1 or not self.asides.is_of_several or self.is_joined:
            return None
        colour, word = self.tokens[at - 1 : at + 1]
        ends = [_PLURAL.search(self._typed(token).casefold()) for token in (colour, word)]
        is_pair = colour.kind is Kind.COLOUR and word.choice in COARSENESS
        return colour if is_pair and ends[0] and ends[1] and len(ends[0][0]) == len(ends[1][0]) else None

    def _colour_beside(self, size: Token) -> Token | None:
        """Whose granules have a size: the colour before it between the same commas, else behind it or before brackets.

        Crumb of tyres alone is black.
        """
        named = [token for token in self.tokens if token.kind in (Kind.COLOUR, Kind.SBR)]
        named = [token for token in named if token.kind is Kind.COLOUR] or named
        before = [token for token in named if token.span[0] < size.span[0]]
        beside = before[-1] if before else named[0] if named else self.owner
        return beside if beside is None or beside.colour else replace(beside, colour=self.palette.find("BLACK"))

    def _is_second_size(self, granules: tuple[float, float], colour: Token | None, text: str) -> bool:
        """Whether the granules of a colour are not of the size that was said first; they are coarser or finer then."""
        usual = self.asides.look.get("granule_mm")
        is_other = self.asides.is_sized_by_colour and isinstance(usual, list) and sum(usual) != sum(granules)
        if not is_other or not isinstance(usual, list) or colour is None or colour.colour is None:
            return False
        self._coarsen("coarse" if sum(granules) > sum(usual) else "fine", colour.colour, text, self._typed(colour))
        return True

    def _coarsen(self, coarseness: str, colour: Colour, words: str, name: str) -> None:
        if of_both_sizes(self.asides, colour.code, name, coarseness):
            return
        names = self.asides.look.setdefault(coarseness, [])
        assert isinstance(names, list)  # set here alone
        names += [] if colour.code in names else [colour.code]
        self.asides.remarks.append(shown(words, coarseness, name))

    def _take_counts(self) -> None:
        """count = number, ["-"], what it counts ; or a word such as «двухцветный»."""
        kept: list[Token] = []
        for at, token in enumerate(self.tokens):
            if token.kind is not Kind.COUNTED:
                kept.append(token)
                continue
            counted = kept[:-1] if kept and kept[-1].kind is Kind.LINK else kept
            after = self._after(at)
            is_share = token.text in _MAY_BE_PERCENT and Kind.PERCENT not in self.kinds
            is_open = token.choice == "colours" or is_share
            is_named = is_open and kept and kept[-1].kind is Kind.NUMBER and kept[-1].value > MAX_COLOURS
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
            end = at + 1 if self._is_of_colour_before(at) else self._end_of_total(at)
            self.tokens[at:end] = []
        is_column = not self.is_mix and self._ends_in_unit() and not is_weight
        self.asides.is_by_mass |= is_column or (Kind.BY_MASS in self.kinds and not is_weight)
        self.tokens = [token for token in self.tokens if token.kind not in (Kind.TOTAL, Kind.BY_MASS)]

    def _is_of_colour_before(self, at: int) -> bool:
        """Whether a total is of the colour right before it, which has no other number: «белого всего 1/3»."""
        before = [token.kind for token in self.tokens[:at]]
        is_open = sum(kind in _NUMBERS for kind in before) < before.count(Kind.COLOUR)
        behind = self.tokens[at + 1 : at + 4]
        is_share = not {Kind.MASS, Kind.LENGTH, Kind.COUNTED} & {token.kind for token in behind}
        return before[-1:] == [Kind.COLOUR] and is_open and is_share

    def _ends_in_unit(self) -> bool:
        """Whether it is the head of a column, `weight, kg`, and not «г. Тула»."""
        kinds = [token.kind for token in self.tokens if token.kind in WORDS | {Kind.MASS}]
        return kinds[-1:] == [Kind.MASS]

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
            is_of_several = self.asides.is_of_several and not self.asides.is_sized_by_colour
            is_of_all = is_of_several and Kind.COLOUR in self.kinds
            self.asides.remarks.append(shown(words, choice, is_of_all=is_of_all))
            self.asides.look[name] = value

    def _typed(self, token: Token) -> str:
        return self.source.text[slice(*token.span)]
