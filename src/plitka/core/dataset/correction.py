"""Captions written: corrected ones beside their originals, and new ones beside pictures that have none.

Nothing that was there is changed. A corrected table is a copy of its original, all but the captions that were wrong.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path

from plitka.core.colour.palette import Palette
from plitka.core.dataset.audit import Audit, Finding
from plitka.core.dataset.caption import TRIGGER, correct_caption, write_caption
from plitka.core.dataset.folder import (
    CAPTION_COLUMNS,
    FILE_COLUMNS,
    TEXT_SUFFIXES,
    corrected_name,
    find_picture,
    key_of,
    original,
)
from plitka.core.dataset.verdict import Verdict
from plitka.core.files.picture import write_whole
from plitka.errors import InputError


def write_corrections(audit: Audit, palette: Palette) -> list[Path]:
    """Write what is proposed for the wrong captions of a folder; returns the files written, in order.

    Raises:
        InputError: one cannot be written.
    """
    in_tables: dict[Path, dict[Path, str]] = defaultdict(dict)
    contents: dict[Path, str] = {}
    for finding in audit.of(Verdict.WRONG):
        entry = finding.entry
        if finding.proposal is None:
            continue
        caption = correct_caption(entry.caption or "", finding.proposal, palette)
        if entry.origin is None:
            contents[entry.path.with_suffix(TEXT_SUFFIXES[0])] = f"{caption}\n"
        elif entry.origin.suffix in TEXT_SUFFIXES:
            contents[corrected_name(original(entry.origin))] = f"{caption}\n"
        else:
            in_tables[entry.origin][key_of(entry.path)] = caption
    for table, captions in in_tables.items():
        contents[corrected_name(original(table))] = _corrected_table(table, captions)
    return _write(contents)


def write_captions(findings: Sequence[Finding], trigger: str = TRIGGER) -> list[Path]:
    """Write a text beside each picture without a caption, of what it shows; returns the files written.

    Args:
        findings: of an audit.
        trigger: stands before the colours.

    Raises:
        InputError: one cannot be written.
    """
    return _write(
        {
            finding.entry.path.with_suffix(TEXT_SUFFIXES[0]): f"{write_caption(finding.proposal, trigger)}\n"
            for finding in findings
            if finding.verdict is Verdict.NO_CAPTION and finding.proposal is not None
        }
    )


def _write(contents: Mapping[Path, str]) -> list[Path]:
    for path, content in contents.items():
        try:
            write_whole(path, content.encode())
        except OSError as error:
            raise InputError("cannot write to {path}: {reason}", path=path, reason=error) from error
    return sorted(contents)


def _corrected_table(table: Path, captions: Mapping[Path, str]) -> str:
    text = table.read_text("utf-8-sig")
    return (_corrected_lines if table.suffix == ".jsonl" else _corrected_rows)(text, table.parent, captions)


def _corrected_lines(text: str, folder: Path, captions: Mapping[Path, str]) -> str:
    lines = []
    for line in text.split("\n"):
        try:
            cells = json.loads(line)
        except (ValueError, RecursionError):
            cells = None
        caption = _caption_of(cells, folder, captions) if isinstance(cells, dict) else None
        if caption is not None:
            cells[_column(cells, CAPTION_COLUMNS)] = caption
        lines.append(line if caption is None else json.dumps(cells, ensure_ascii=False))
    return "\n".join(lines)


def _corrected_rows(text: str, folder: Path, captions: Mapping[Path, str]) -> str:
    reader = csv.DictReader(StringIO(text, newline=""))
    corrected = StringIO(newline="")
    writer = csv.DictWriter(corrected, reader.fieldnames or (), lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for row in reader:
        caption = _caption_of(row, folder, captions)
        writer.writerow(row if caption is None else row | {_column(row, CAPTION_COLUMNS): caption})
    return corrected.getvalue()


def _caption_of(cells: Mapping[str, object], folder: Path, captions: Mapping[Path, str]) -> str | None:
    """The corrected caption of the picture of a row, where it has one."""
    name = str(cells.get(_column(cells, FILE_COLUMNS)) or "").strip()
    picture = find_picture(folder, name)
    return None if picture is None else captions.get(key_of(picture))


def _column(cells: Mapping[str, object], names: Sequence[str]) -> str:
    """The column that a row is read by: the first that holds something."""
    return next((name for name in names if cells.get(name)), names[0])
