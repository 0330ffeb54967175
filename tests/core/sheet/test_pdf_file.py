"""A sheet as a PDF, opened by PDFium, which browsers show PDFs with."""

from contextlib import closing
from dataclasses import replace
from functools import cache

import numpy as np
import psutil
import pypdfium2 as pdfium
import pytest
import zxingcpp
from tests.core.sheet.floors import LINK, document_of, sheet_of, two_mixes

from plitka.core.language.figures import figure
from plitka.core.sheet.document import Document
from plitka.core.sheet.pdf_file import check_letters, encode_pdf
from plitka.core.sheet.report import report_sheet
from plitka.core.sheet.wording import SCREENS_DIFFER
from plitka.errors import InputError

A4_PT = (595, 842)


@cache
def pdf_of(language: str, *, priced: bool = True) -> bytes:
    """A sheet as a file."""
    return encode_pdf(document_of(language, priced=priced))


def text_of(content: bytes) -> str:
    """The words of all pages, one space between them, as somebody would copy them."""
    with closing(pdfium.PdfDocument(content)) as pdf:
        return " ".join("\n".join(page.get_textpage().get_text_range() for page in pdf).split())


def spaced(text: str) -> str:
    """A text as `text_of` has it."""
    return " ".join(text.split())


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("priced", [False, True])
def test_its_numbers_are_those_of_the_json(language: str, priced: bool) -> None:
    """Each material's row, to the decimals that it prints, and the sums."""
    sheet, text = document_of(language, priced=priced).sheet, text_of(pdf_of(language, priced=priced))
    told = report_sheet(sheet)
    for one in [*told["materials"], told["totals"]]:
        masses = [figure(one[name], 1, language) for name in ("net_kg", "kg")]
        bags = [] if one["bags"] is None else [figure(one["bags"], 0, language)]
        assert spaced(" ".join([*masses, *bags])) in text, one
        if one["cost"] is not None:
            assert spaced(figure(one["cost"], 2, language)) in text
    assert spaced(figure(told["tiles"]["n"], 0, language)) in text


def test_a_usual_sheet_is_one_page_of_a4() -> None:
    """With everything on it, in both languages."""
    for language in ("en", "ru"):
        with closing(pdfium.PdfDocument(pdf_of(language))) as pdf:
            assert len(pdf) == 1
            assert tuple(map(round, pdf[0].get_size())) == A4_PT


def test_russian_is_real_text() -> None:
    """Cyrillic can be copied and searched, the embedded font has its letters, and no English is left."""
    text = text_of(pdf_of("ru"))
    for words in ("Ведомость материалов", "ООО «Мягкие площадки»", "Детская площадка", "лицевой слой", "ёрная"):
        assert words in text
    assert document_of("ru").words.say(SCREENS_DIFFER) in text
    assert "wear layer" not in text


@pytest.mark.parametrize("language", ["en", "ru"])
def test_its_code_leads_to_the_link(language: str) -> None:
    """Read off the page as a phone would."""
    with closing(pdfium.PdfDocument(pdf_of(language))) as pdf:
        picture = pdf[0].render(scale=200 / 72).to_numpy().copy()
    assert zxingcpp.read_barcodes(np.ascontiguousarray(picture[..., ::-1]))[0].text == LINK


def test_the_picture_and_the_logo_are_on_it() -> None:
    """And a sheet without both is whole, with no hole in their place."""
    with closing(pdfium.PdfDocument(pdf_of("en"))) as pdf:
        assert sum(isinstance(one, pdfium.PdfImage) for one in pdf[0].get_objects()) == 2
    plain = replace(document_of("en"), picture=None, logo=None, link="", maker="")
    assert "Area" in text_of(encode_pdf(plain))


def test_no_file_stays_open() -> None:
    """Neither after a sheet nor after one that cannot be typeset: a service makes many."""
    before = open_fonts()
    encode_pdf(document_of("en"))
    for bad in (replace(document_of("en"), maker="地垫"), replace(document_of("en"), project="地垫")):
        for write in (encode_pdf, check_letters):
            with pytest.raises(InputError, match="Latin or Cyrillic"):
                write(bad)
    assert open_fonts() == before


def open_fonts() -> int:
    """How many of this process's open files are fonts."""
    return sum(file.path.endswith(".ttf") for file in psutil.Process().open_files())


def test_many_zones_take_several_pages() -> None:
    """Each zone's mix is told, and the pages are numbered."""
    sheet = sheet_of("red", mask=("circle", "12.5% red, 87.5% white"))
    [design] = sheet.designs
    many = replace(sheet, designs=(replace(design, zones=(sheet.zones[0], *sheet.zones[1:] * 40)),))
    text = text_of(encode_pdf(Document(sheet=many)))
    assert text.count("12.5 % red, 87.5 % white") == 40
    assert "page 2 of" in text


def test_each_of_two_mixes_has_its_area_and_masses() -> None:
    """Beside the sum of both; the name of one is checked as all names are."""
    sheet = two_mixes()
    text = text_of(encode_pdf(Document(sheet=sheet, language="ru")))
    assert "По смесям" in text
    for design in sheet.designs:
        assert figure(design.area_m2, 0, "ru") in text
        for kg in (design.kg, *(one.kg for one in design.materials)):
            assert figure(kg, 1, "ru").replace("\u00a0", " ") in text.replace("\u00a0", " ")
    with pytest.raises(InputError, match="Latin or Cyrillic"):
        check_letters(Document(sheet=two_mixes(name="境界")))
