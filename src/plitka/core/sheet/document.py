"""A sheet with all that stands around it on paper: whose it is, of what, its picture and its link."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plitka.core.scene import check_text
from plitka.core.sheet.materials import Sheet
from plitka.core.sheet.wording import TITLE, Words
from plitka.errors import FieldName, InputError

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage

MAX_NAME_CH = 100
"""Of a maker or a project."""
MAX_LINK_CH = 8000
MAX_STEM_CH = 80
"""Of a file's name: with its ending it fits every file system, also in Cyrillic letters."""
_BREAKS = {"Cc", "Zl", "Zp"}
"""Kinds of characters that are no letters, or begin another line."""
_NO_LETTERS = re.compile(r"[\W_]+")
_LINK = re.compile(r"https?://[^\s\x00-\x20\"<>\\^`{|}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a file of a sheet is made of.

    Raises:
        InputError: a name that is too long or cannot be written, or a link that is none.
    """

    sheet: Sheet
    language: str = "en"
    maker: str = ""
    project: str = ""
    link: str = ""
    """Where the design is to be found; the QR code leads there."""
    picture: "RgbImage | None" = field(default=None, compare=False)
    """Of the tile."""
    picture_mm: float | None = None
    """Length that its longer side shows, where it is known."""
    logo: "RgbImage | None" = field(default=None, compare=False)
    """Of the maker, on white."""

    def __post_init__(self) -> None:
        for name, text in (("maker", self.maker), ("project", self.project)):
            check_text(name, text)
            if len(text) > MAX_NAME_CH or any(unicodedata.category(letter) in _BREAKS for letter in text):
                raise InputError(
                    "{name} is one line of at most {limit} letters", name=FieldName(name), limit=MAX_NAME_CH
                )
        if self.link and (len(self.link) > MAX_LINK_CH or not _LINK.fullmatch(self.link)):
            raise InputError(
                "{name} must be an address that begins with http:// or https://, at most {limit} letters long",
                name=FieldName("link"),
                limit=MAX_LINK_CH,
            )

    def stem(self, language: str) -> str:
        """What a file of it is called before its ending, in small letters, digits and hyphens alone, of whole words."""
        words = Words(language)
        named = " ".join((words.say(TITLE), self.project, words.recipe(self.sheet.zones[0]))).lower()
        stem = _NO_LETTERS.sub("-", named).strip("-")
        if len(stem) <= MAX_STEM_CH:
            return stem
        return stem[: MAX_STEM_CH + 1].rpartition("-")[0] or stem[:MAX_STEM_CH]

    @property
    def words(self) -> Words:
        """The texts in its language."""
        return Words(self.language)
