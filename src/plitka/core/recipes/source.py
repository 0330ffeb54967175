"""A recipe's text as typed and as it is read, with a way back from each place."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from plitka.core.language.spelling import is_cyrillic
from plitka.errors import Phrase, RecipeError

MAX_CHARACTERS = 1_000

_ZERO = re.compile(r"(?<=\d)[oо](?=[ \t]*(?:%|[,;\n]|$))")
"""A letter typed for a digit: `1O%`."""
_NOT = re.compile(r"(?<=n)['’](?=t(?![^\W_]))", re.IGNORECASE)
"""The apostrophe of `don't`, which is one word."""
_GARBLED = re.compile(r"[ÐÑÃâ][^\sA-Za-zА-яЁё0-9]")
"""A letter of two bytes that were each taken for a letter, `Ð·`."""
_LOST = "\N{REPLACEMENT CHARACTER}"
"""What stands for a letter that could not be decoded."""
_LEAST_GARBLED = 3
_NUMBER_SIGN = "№"
_SIGNS = {"\u2212": "-", "\u066a": "%", "\r": " "}
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0f")


class Source:
    """A recipe as typed and as read: folded to one case and form, with a way back to each place.

    Raises:
        RecipeError: longer than 1,000 characters, with control or bidirectional characters, or with lost ones.
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
        self._clusters: list[tuple[int, int]] = []
        for start, end in _clusters(text):
            self._check_character(text[start], start)
            piece = "" if _NOT.match(text, start) else _fold(text[start:end])
            folded.append(piece)
            self._clusters += [(start, end)] * len(piece)
        self.folded = _ZERO.sub("0", "".join(folded))
        if _LOST in text and (garbled := self.refuse_garbled()) is not None:
            raise garbled

    @property
    def example(self) -> str:
        """The name of a colour for examples, in the language of the text or of the sentence about it."""
        return "красный" if is_cyrillic(self.text) else Phrase("red")

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the typed text of a place in the folded one."""
        if start >= len(self._clusters):
            return len(self.text), len(self.text)
        return self._clusters[start][0], self._clusters[max(start, end - 1)][1]

    def refuse_garbled(self) -> RecipeError | None:
        """The error about a text that was decoded wrongly; None where it does not look so."""
        found = [*_GARBLED.finditer(self.text)]
        if len(found) < _LEAST_GARBLED and _LOST not in self.text:
            return None
        return self.refuse(
            "the text is garbled: it was opened in another encoding than it was written in; open it as UTF-8, and copy "
            "it anew",
            (found[0].start(), found[-1].end()) if found else (self.text.index(_LOST), self.text.rindex(_LOST) + 1),
        )

    def refuse(
        self,
        message: str,
        span: tuple[int, int],
        suggestions: tuple[str, ...] = (),
        rewritten: str | None = None,
        **values: object,
    ) -> RecipeError:
        """The error to raise about a place in this text."""
        return RecipeError(message, source=self.text, span=span, suggestions=suggestions, rewritten=rewritten, **values)

    def _check_character(self, character: str, at: int) -> None:
        category = unicodedata.category(character)
        if (category in ("Cc", "Cs") and character not in "\n\r\t") or character in _BIDI:
            raise self.refuse(
                "the recipe has an invisible control character U+{codepoint:04X}; delete it or type the text anew",
                (at, at + 1),
                codepoint=ord(character),
            )


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Places of characters together with the marks that combine with them."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not unicodedata.combining(text[end]):
            yield start, end
            start = end


@lru_cache(maxsize=1024)  # texts are of few different characters
def _fold(cluster: str) -> str:
    if cluster == _NUMBER_SIGN:
        return cluster  # else it is `no`
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
