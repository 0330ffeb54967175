"""Recipe text cut into tokens, each with its place in the text as it was typed.

Names are matched longest first over words that stand together, so that «dark green» is one colour and
«equal parts» one phrase. The work is bounded by the text's length times the longest name.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from plitka.core.colour.palette import Colour, Palette, free_colour
from plitka.core.language.spelling import MAX_QUERY, name_key
from plitka.core.language.vocabulary import Kind, Meaning, longest_phrase, vocabulary
from plitka.errors import RecipeError

MAX_CHARACTERS = 1_000
MAX_DIGITS = 9

_SYMBOL = re.compile(
    r"(?P<space>[ \t]+)"
    r"|(?P<hex>\#[0-9a-z]*)"
    r"|(?P<embedding><s\d{1,3}>)"
    r"|(?P<fraction>\d+⁄\d+)"
    r"|(?P<list>\d+(?:,\d+){2,})"
    r"|(?P<dotted>\d+(?:[.,]\d+){2,})"
    r"|(?P<number>\d+(?:[.,]\d+)?|(?<![\w.])\.\d+)"
    r"|(?P<percent>%)"
    r"|(?P<separator>[\n,;+&.•|])"
    r"|(?P<link>[:=-])"
    r"|(?P<slash>/)"
    r"|(?P<quote>[\"'«»“”„‘’()\[\]]+)"
)
_PIECE = re.compile(r"([ \t]*|[-_])([^\W\d_]+|\d+)")
_MAY_BE_CODE = re.compile(r"(?:ral|рал)[ -]?\d{4}|[^\W\d_] 0\d\d(?!\d)|[^\W\d_]{1,2}[-_]?\d+")
_IS_CODE = re.compile(r"[^\W\d_](?:0\d| 0\d\d(?!\d))")  # «с010» is a code, not «с» and a number
_MINUS_BEFORE_NUMBER = re.compile(r"-\.?\d")
_SIGNS = {"\u2212": "-", "\u066a": "%", "\r": " "}
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0f")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A word, number or sign of a recipe."""

    kind: Kind
    span: tuple[int, int]
    """(start, end) in the text as typed."""
    text: str
    value: Fraction = Fraction(0)
    colour: Colour | None = None
    is_minus: bool = False
    """A number with a minus or a dash right before it and a space before that."""


class Source:
    """A recipe as typed and as read: folded to one case and form, with a way back to each place.

    Raises:
        RecipeError: longer than 1,000 characters, or with control or bidirectional characters.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > MAX_CHARACTERS:
            raise self.refuse(
                "the recipe has {length} characters; at most {limit} are read, so shorten it",
                (MAX_CHARACTERS, len(text)),
                length=len(text),
                limit=MAX_CHARACTERS,
            )
        folded: list[str] = []
        self._starts: list[int] = []
        self._clusters: list[tuple[int, int]] = []
        for start, end in _clusters(text):
            self._check_character(text[start], start)
            piece = _fold(text[start:end])
            folded.append(piece)
            self._clusters += [(start, end)] * len(piece)
        self.folded = "".join(folded)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the typed text of a place in the folded one."""
        if start >= len(self._clusters):
            return len(self.text), len(self.text)
        return self._clusters[start][0], self._clusters[max(start, end - 1)][1]

    def refuse(
        self, message: str, span: tuple[int, int], suggestions: tuple[str, ...] = (), **values: object
    ) -> RecipeError:
        """The error to raise about a place in this text."""
        return RecipeError(message, source=self.text, span=span, suggestions=suggestions, **values)

    def _check_character(self, character: str, at: int) -> None:
        category = unicodedata.category(character)
        if (category in ("Cc", "Cs") and character not in "\n\r\t") or character in _BIDI:
            raise self.refuse(
                "the recipe has an invisible control character U+{codepoint:04X}; delete it or type the text anew",
                (at, at + 1),
                codepoint=ord(character),
            )


def scan(source: Source, palette: Palette) -> tuple[Token, ...]:
    """The tokens of a recipe, without words that say nothing about the mix.

    Raises:
        RecipeError: a word is neither a colour of the palette nor known otherwise, or a sign is foreign.
    """
    return tuple(_Scanner(source, palette).tokens())


class _Scanner:
    def __init__(self, source: Source, palette: Palette) -> None:
        self.source = source
        self.text = source.folded
        self.palette = palette
        self.at = 0
        self._words = vocabulary()
        self._most_pieces = max(longest_phrase(), palette.longest_name)

    def tokens(self) -> Iterator[Token]:
        while self.at < len(self.text):
            if self.text[self.at].isalpha():
                token = self._word()
                if token.kind is not Kind.FILLER:
                    yield token
            else:
                yield from self._symbol()

    def _word(self) -> Token:
        """name = letters, { [spaces | "-" | "_"], (letters | digits) } ; the longest that is known."""
        best: tuple[int, Meaning | Colour] | None = None
        for end, known in self._names(self.at):
            if known is not None:
                best = end, known
        if best is None or (not isinstance(best[1], Colour) and _IS_CODE.match(self.text, self.at)):
            raise self._unknown()
        start, (self.at, meaning) = self.at, best
        if isinstance(meaning, Colour):
            return self._token(Kind.COLOUR, start, colour=meaning)
        return self._token(meaning.kind, start, value=meaning.value)

    def _names(self, start: int) -> Iterator[tuple[int, Meaning | Colour | None]]:
        at = start
        for _ in range(self._most_pieces):
            piece = _PIECE.match(self.text, at)
            if piece is None or (at > start and piece[2].isdigit() and len(piece[2]) > MAX_DIGITS):
                return
            at = piece.end()
            key = name_key(self.text[start:at])
            yield at, self._words.get(key) or self.palette.find_key(key)

    def _symbol(self) -> Iterator[Token]:
        start, match = self.at, _SYMBOL.match(self.text, self.at)
        if match is None:
            raise self.source.refuse(
                "{character!r} means nothing in a recipe; leave it out",
                self.source.span(start, start + 1),
                character=self.text[start],
            )
        self.at = match.end()
        match match.lastgroup:
            case "space" | "quote":
                return
            case "hex":
                yield self._hex(start)
            case "list":
                yield from self._list(start)
            case "fraction":
                yield self._fraction(start)
            case "number" | "dotted":
                yield self._number(start)
            case "link" if self._is_minus(start):
                yield self._minus(start)
            case "embedding":
                yield self._token(Kind.SEPARATOR, start)
            case name:
                yield self._token(Kind(str(name)), start)

    def _is_minus(self, start: int) -> bool:
        before = self.text[:start].rstrip(" \t")
        is_apart = len(before) < start or before[-1:] in ("", *"\n,;:=/+(")
        return is_apart and _MINUS_BEFORE_NUMBER.match(self.text, start) is not None

    def _minus(self, start: int) -> Token:
        match = _SYMBOL.match(self.text, start + 1)
        assert match is not None  # a digit follows
        self.at = match.end()
        return self._number(start, is_minus=True)

    def _number(self, start: int, *, is_minus: bool = False) -> Token:
        """number = [minus], (digits, [("." | ","), digits] | ".", digits)."""
        text = self.text[start : self.at].lstrip("-").replace(",", ".")
        if text.count(".") > 1 or "⁄" in text or len(text.replace(".", "")) > MAX_DIGITS:
            raise self.source.refuse(
                "{number!r} cannot be read as a number; write it as 60 or 12.5, with at most {limit} digits",
                self.source.span(start, self.at),
                number=self.text[start : self.at],
                limit=MAX_DIGITS,
            )
        return self._token(Kind.NUMBER, start, value=Fraction(text), is_minus=is_minus)

    def _list(self, start: int) -> Iterator[Token]:
        """list = digits, ",", digits, ",", digits, { ",", digits } ; not decimals, since there are several."""
        end = self.at
        for match in re.compile(r"\d+").finditer(self.text, start, end):
            self.at = match.end()
            yield self._number(match.start())
        self.at = end

    def _fraction(self, start: int) -> Token:
        """fraction = digits, "⁄", digits ; ½ is one."""
        over, _, under = self.text[start : self.at].partition("⁄")
        if int(under[:MAX_DIGITS]) == 0 or len(over + under) > MAX_DIGITS:
            raise self.source.refuse(
                "{number!r} is not a share of the whole; write one such as 1/3",
                self.source.span(start, self.at),
                number=self.text[start : self.at],
            )
        return self._token(Kind.FRACTION, start, value=Fraction(int(over), int(under)))

    def _hex(self, start: int) -> Token:
        """hex = "#", 3 or 6 hexadecimal digits."""
        text = self.text[start : self.at]
        colour = free_colour(text)
        if colour is None:
            raise self.source.refuse(
                "{hex!r} is no colour; after # write three or six of the characters 0-9 and A-F, as in #A63D30",
                self.source.span(start, self.at),
                hex=text,
            )
        return self._token(Kind.COLOUR, start, colour=colour)

    def _token(
        self,
        kind: Kind,
        start: int,
        *,
        value: Fraction = Fraction(0),
        colour: Colour | None = None,
        is_minus: bool = False,
    ) -> Token:
        text = self.text[start : self.at]
        span = self.source.span(start, self.at)
        return Token(kind=kind, span=span, text=text, value=value, colour=colour, is_minus=is_minus)

    def _unknown(self) -> RecipeError:
        start, end, phrase_end = self.at, *self._ends_of_unknown()
        # A known word may be the rest of a misspelled name: «skyy blue», but not «blak white».
        suggestions = self.palette.suggest(self.text[start:phrase_end], cutoff=0.8)
        if phrase_end > end and suggestions and re.search("[ -]", suggestions[0]):
            end = phrase_end
        else:
            suggestions = self.palette.suggest(self.text[start:end])
        span = self.source.span(start, end)
        typed = self.source.text[slice(*span)][:MAX_QUERY]
        if not suggestions:
            return self.source.refuse(
                "unknown colour {name!r}; `plitka colours` lists the colours, and a hex such as #A63D30 is one too",
                span,
                name=typed,
            )
        return self.source.refuse(
            "unknown colour {name!r}; did you mean {nearest}? `plitka colours` lists all",
            span,
            suggestions,
            name=typed,
            nearest=", ".join(suggestions),
        )

    def _ends_of_unknown(self) -> tuple[int, int]:
        """Where the unknown words end, and where the words that stand with them do."""
        if code := _MAY_BE_CODE.match(self.text, self.at):
            return code.end(), code.end()
        at, ends = self.at, [self.at]
        while (piece := _PIECE.match(self.text, at)) and not piece[2].isdigit() and len(ends) <= self._most_pieces:
            if ends[0] == at and not any(known for _, known in self._names(piece.start(2))):
                ends[0] = piece.end()
            at = piece.end()
            ends.append(at)
        return ends[0], ends[-1]


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Places of characters together with the marks that combine with them."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not unicodedata.combining(text[end]):
            yield start, end
            start = end


def _fold(cluster: str) -> str:
    folded = unicodedata.normalize("NFKC", cluster)
    if "⁄" in folded and len(folded) > 1:
        return f" {folded}"  # so that 12½ does not become 121⁄2
    return "".join(_fold_character(character) for character in folded.casefold().replace("ё", "е"))


def _fold_character(character: str) -> str:
    category = unicodedata.category(character)
    if character in _INVISIBLE:
        return ""
    if character in _SIGNS:
        return _SIGNS[character]
    match category:
        case "Nd":
            return str(unicodedata.decimal(character))
        case "Pd":
            return "-"
        case "Zs":
            return " "
        case "Zl" | "Zp":
            return "\n"
    return character
