"""What a command writes: data to stdout, all else to stderr, in one language."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import zip_longest
from textwrap import indent
from typing import TextIO

from plitka.core.language.figures import figure
from plitka.core.language.translations import localise, translation
from plitka.core.recipes.recipe import Notice, caret
from plitka.errors import Cancelled, PlitkaError, RecipeError, UnknownColour


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """The streams of a command, and the language of whoever reads them."""

    stdout: TextIO
    stderr: TextIO
    language: str
    quiet: bool = False
    """No progress and no remarks; errors are written all the same."""
    shows_pictures: bool = False
    """Whether a small picture on stderr is wanted, and can be shown."""

    @property
    def shows_progress(self) -> bool:
        """Whether stderr is a screen, where a progress line can move."""
        return not self.quiet and self.stderr.isatty() and _has_columns(self.stderr)

    def gettext(self, text: str) -> str:
        """A text of ours in the reader's language."""
        return translation(self.language).gettext(text)

    def figure(self, value: float, decimals: int) -> str:
        """A number as the reader writes it."""
        return figure(value, decimals, self.language, grouped=False)

    def write(self, text: str) -> None:
        """One line, or several, of data."""
        self.stdout.write(text + "\n")

    def write_json(self, value: object) -> None:
        """One object for a machine, on one line; in ASCII where stdout takes no more."""
        utf8 = (self.stdout.encoding or "").lower().replace("-", "") == "utf8"
        self.write(json.dumps(value, ensure_ascii=not utf8))

    def write_table(self, rows: Iterable[Sequence[str]]) -> None:
        """Rows with their columns aligned, two spaces apart; a row of one cell is a heading."""
        table = [tuple(row) for row in rows]
        columns = zip_longest(*(row for row in table if len(row) > 1), fillvalue="")
        widths_ch = [max(map(len, column)) for column in columns]
        for row in table:
            cells = [cell.ljust(width_ch) for cell, width_ch in zip(row, widths_ch, strict=False)]
            self.write("  ".join(cells).rstrip() if len(row) > 1 else row[0])

    def remark(self, text: str) -> None:
        """A line on stderr that a script can do without."""
        if not self.quiet:
            self.stderr.write(text + "\n")

    def notice(self, notice: Notice) -> None:
        """A guess that was made in reading a recipe, or what a picture will not show."""
        self.remark(f"{self.gettext('note')}: {self.notice_text(notice)}")

    def notices(self, notices: Iterable[Notice]) -> None:
        """One after another."""
        for notice in notices:
            self.notice(notice)

    def notice_text(self, notice: Notice) -> str:
        """A notice's sentence in the reader's language."""
        return localise(notice, self.language, as_options=True)

    def error(self, error: PlitkaError, place: str = "") -> None:
        """What went wrong and, in a recipe, where.

        Args:
            error: it.
            place: which of several pictures it was.
        """
        sentence = localise(error, self.language, as_options=True)
        tell = self.stop if isinstance(error, Cancelled) else self.fail
        tell(f"{place}: {sentence}" if place else sentence)
        if isinstance(error, RecipeError) and (place_in_recipe := caret(error)):
            self.stderr.write(indent(place_in_recipe, "    ") + "\n")
        if isinstance(error, UnknownColour):
            self.remark(self.gettext("`plitka colours` lists the colours"))
        for hint in getattr(error, "__notes__", ()):
            self.remark(hint)

    def fail(self, text: str) -> None:
        """Why the command ends here."""
        self.stderr.write(f"{self.gettext('error')}: {text}\n")

    def stop(self, text: str) -> None:
        """What somebody has ended by Ctrl-C, which is no error."""
        self.stderr.write(text + "\n")


def _has_columns(stream: TextIO) -> bool:
    """Whether a line can be shown there: a terminal that nobody has told its size, as in some containers, has none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns > 0
    except (OSError, ValueError):  # it has no descriptor, or none that knows of sizes
        return True


def open_terminal(language: str, *, quiet: bool = False) -> Terminal:
    """The process's own streams; a letter that their encoding lacks is written as its number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return Terminal(
        stdout=sys.stdout,
        stderr=sys.stderr,
        language=language,
        quiet=quiet,
        shows_pictures=not quiet and takes_pictures(sys.stderr, os.environ),
    )


def takes_pictures(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether a stream is a screen with block letters in colours of 24 bits (COLORTERM); NO_COLOR forbids it."""
    has_colours = environment.get("COLORTERM", "").lower() in ("truecolor", "24bit")
    is_wanted = has_colours and not environment.get("NO_COLOR")
    return is_wanted and stream.isatty() and (stream.encoding or "").lower().replace("-", "") == "utf8"
