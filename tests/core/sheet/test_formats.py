"""Kinds of files."""

import json
from pathlib import PurePath

import pytest
from tests.core.sheet.floors import document_of

from plitka.core.sheet.formats import SheetFormat, encode_sheet, format_of_file
from plitka.core.sheet.report import report_sheet
from plitka.errors import InputError

STARTS = {SheetFormat.JSON: b"{", SheetFormat.PDF: b"%PDF-", SheetFormat.CSV: b"\xef\xbb\xbf", SheetFormat.XLSX: b"PK"}


@pytest.mark.parametrize("kind", SheetFormat)
def test_each_kind_is_written_and_the_same_twice(kind: SheetFormat) -> None:
    """Neither time nor chance is in a file."""
    content = encode_sheet(document_of("en"), kind)
    assert content.startswith(STARTS[kind])
    assert content == encode_sheet(document_of("en"), kind)
    assert "/" in kind.media_type


def test_json_is_the_report() -> None:
    """In the reader's language."""
    document = document_of("ru")
    assert json.loads(encode_sheet(document, SheetFormat.JSON)) == report_sheet(document.sheet, document.words.say)


def test_the_name_says_the_kind() -> None:
    """Whatever its case; others are refused with all that there are."""
    assert format_of_file(PurePath("a/Sheet.PDF")) is SheetFormat.PDF
    with pytest.raises(InputError, match=r"\.xlsx"):
        format_of_file(PurePath("sheet.docx"))
