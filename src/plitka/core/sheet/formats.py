"""The kinds of files that a sheet is written as."""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import PurePath
from types import MappingProxyType

from plitka.core.sheet.document import Document
from plitka.core.sheet.report import report_sheet
from plitka.errors import InputError


class SheetFormat(StrEnum):
    """A kind of file, by the end of its name."""

    JSON = "json"
    PDF = "pdf"
    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """What HTTP calls it."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    SheetFormat.JSON: "application/json",
    SheetFormat.PDF: "application/pdf",
    SheetFormat.CSV: "text/csv; charset=utf-8",
    SheetFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def encode_sheet(document: Document, kind: SheetFormat) -> bytes:
    """The content of a file.

    Raises:
        InputError: a letter that the font of a PDF lacks.
    """
    return _ENCODERS[kind](document)


def format_of_file(path: PurePath) -> SheetFormat:
    """What the end of a file's name asks for.

    Raises:
        InputError: no such kind of file.
    """
    try:
        return SheetFormat(path.suffix.lower().removeprefix("."))
    except ValueError:
        raise InputError(
            "a sheet's name must end in {suffixes}, not {path}",
            suffixes=", ".join(f".{kind}" for kind in SheetFormat),
            path=path,
        ) from None


def _encode_json(document: Document) -> bytes:
    return (json.dumps(report_sheet(document.sheet, document.words.say), ensure_ascii=False) + "\n").encode()


# What writes a kind of file is imported where one is written: a table in the terminal needs none of it.
def _encode_pdf(document: Document) -> bytes:
    from plitka.core.sheet.pdf_file import encode_pdf  # noqa: PLC0415

    return encode_pdf(document)


def _encode_csv(document: Document) -> bytes:
    from plitka.core.sheet.csv_file import encode_csv  # noqa: PLC0415

    return encode_csv(document)


def _encode_xlsx(document: Document) -> bytes:
    from plitka.core.sheet.xlsx_file import encode_xlsx  # noqa: PLC0415

    return encode_xlsx(document)


_ENCODERS: Mapping[SheetFormat, Callable[[Document], bytes]] = MappingProxyType(
    {
        SheetFormat.JSON: _encode_json,
        SheetFormat.PDF: _encode_pdf,
        SheetFormat.CSV: _encode_csv,
        SheetFormat.XLSX: _encode_xlsx,
    }
)
