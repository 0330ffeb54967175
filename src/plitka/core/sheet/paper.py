"""A4 pages with their head and foot, in a font that has Latin and Cyrillic letters."""

from fontpkg import path as font_path
from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont
from PIL import Image

from plitka.core.recipes.recipe import Notice
from plitka.core.sheet.document import Document
from plitka.core.sheet.wording import TITLE
from plitka.errors import InputError

FAMILY = "PTSans"
WIDTH_MM, MARGIN_MM = 210.0, 15.0
Rgb = tuple[int, int, int]
INK: Rgb = (33, 37, 41)
GREY: Rgb = (108, 112, 118)
PALE: Rgb = (214, 217, 221)
_LOGO_MM = (46.0, 13.0)
"""Largest width and height."""
_HEAD_MM, _BOTTOM_MM, _FOOT_MM = 11.0, 14.0, 11.0
_LINE = 1.25
MM_IN_PT = 25.4 / 72
_BOLD = 700


class Paper(FPDF):
    """The pages of a document while they are written."""

    def __init__(self, document: Document) -> None:
        super().__init__(format="A4")
        self.document = document
        self.add_font(FAMILY, "", font_path("PT Sans"))
        font = self.fonts[FAMILY.lower()]
        assert isinstance(font, TTFFont)
        self._letters = font.cmap
        self.add_font(FAMILY, "B", font_path("PT Sans", weight=_BOLD))
        self.set_margins(MARGIN_MM, MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=_BOTTOM_MM)
        self.set_lang(document.language)
        self.use(size_pt=9)
        self.c_margin = 0

    def close(self) -> None:
        """Close the files of its fonts, which fpdf2 keeps open; nothing can be written afterwards."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def header(self) -> None:
        """The maker's logo and name at the left, what it is at the right; fpdf2 calls it on each page."""
        document, left_mm = self.document, MARGIN_MM
        is_first = self.page_no() == 1
        if document.logo is not None and is_first:
            logo = Image.fromarray(document.logo)
            scale = min(_LOGO_MM[0] / logo.width, _LOGO_MM[1] / logo.height)
            self.image(logo, x=left_mm, y=_HEAD_MM, w=logo.width * scale, h=logo.height * scale)
            left_mm += logo.width * scale + 4
        height_mm = _LOGO_MM[1] if document.logo is not None and is_first else 7.0
        self.set_xy(left_mm, _HEAD_MM)
        self.use(size_pt=12, style="B")
        self.cell(110, height_mm, self.checked(document.maker), align=Align.L)
        self.use(size_pt=9, colour=GREY)
        self.set_xy(WIDTH_MM - MARGIN_MM - 60, _HEAD_MM)
        self.cell(60, height_mm, self.checked(document.words.say(TITLE)), align=Align.R)
        self.rule(MARGIN_MM, _HEAD_MM + height_mm + 2, WIDTH_MM - 2 * MARGIN_MM)
        self.set_xy(MARGIN_MM, _HEAD_MM + height_mm + 5)

    def footer(self) -> None:
        """The number of the page; fpdf2 calls it on each."""
        self.set_y(-_FOOT_MM)
        self.use(size_pt=7.5, colour=GREY)
        values = {"page": self.page_no(), "pages": self.str_alias_nb_pages}
        self.cell(0, 5, self.document.words.say(Notice("page {page} of {pages}", values)))

    def use(self, *, size_pt: float, style: str = "", colour: Rgb = INK) -> None:
        """Write in such letters from now on."""
        self.set_font(FAMILY, style, size_pt)
        self.set_text_color(*colour)

    def rule(self, x_mm: float, y_mm: float, width_mm: float) -> None:
        """A thin line."""
        self.set_draw_color(*PALE)
        self.set_line_width(0.2)
        self.line(x_mm, y_mm, x_mm + width_mm, y_mm)

    def write_line(
        self,
        text: str,
        *,
        size_pt: float,
        style: str = "",
        colour: Rgb = INK,
        width_mm: float = 0,
        align: Align = Align.L,
        link: str = "",
    ) -> None:
        """A paragraph; the next one begins below it."""
        self.use(size_pt=size_pt, style=style, colour=colour)
        height_mm = size_pt * MM_IN_PT * _LINE
        self.set_x(MARGIN_MM)
        self.multi_cell(
            width_mm, height_mm, self.checked(text), align=align, link=link, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )

    def write_in(self, text: str, x_mm: float, y_mm: float, width_mm: float, line_mm: float, *, align: Align) -> None:
        """A paragraph at a place."""
        self.set_xy(x_mm, y_mm)
        self.multi_cell(width_mm, line_mm, self.checked(text), align=align, new_x=XPos.LEFT, new_y=YPos.NEXT)

    def checked(self, text: str) -> str:
        """A text as it is, if the font has its letters.

        Raises:
            InputError: it lacks one.
        """
        letters = self._letters
        lacking = next((letter for letter in text if ord(letter) not in letters), None)
        if lacking is not None:
            raise InputError(
                "{text!r} cannot be typeset: the PDF's font has no {letter!r}; write it in Latin or Cyrillic letters",
                text=text,
                letter=lacking,
            )
        return text
