"""The captioned pictures of a folder, in each layout that trainers use.

```
metadata.jsonl     file_name, text                       imagefolder of Hugging Face
metadata.csv       file_name, text                       the same, and what `plitka dataset render` writes
captions.csv       file, caption                         also Eden's image_path, mask_path, caption
NAME.txt           the caption of NAME.png               kohya, OneTrainer, SimpleTuner; also NAME.caption
10_NAME/           pictures that kohya shows ten times   NAME is the caption of those that have no other
```

Decisions:
* Layouts may stand beside each other, and in folders of folders; hidden folders are passed over. Of two captions of one
  picture that in a file of its own is taken, else that of the first table above; that they differ is remarked.
* A corrected table or text (`metadata.corrected.csv`, `NAME.corrected.txt`) stands for its original.
* One that was changed since is read no more; that is told, for whoever changed it may not know.
* One broken row takes nothing from the others: it is a problem of the folder.
"""

import csv
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path, PurePosixPath

from plitka.core.files.picture_formats import FORMAT_NAMES, SUFFIXES
from plitka.core.files.sheet import is_contact_sheet
from plitka.core.recipes.recipe import Notice
from plitka.errors import InputError

TABLES = ("metadata.jsonl", "metadata.csv", "captions.csv")
"""The first of a folder is taken where two tell of one picture."""
TEXT_SUFFIXES = (".txt", ".caption")
CORRECTED = "corrected"
"""Stands before the ending of a file that takes the place of its original."""
FILE_COLUMNS = ("file_name", "file", "image_path", "image")
CAPTION_COLUMNS = ("text", "caption", "prompt")
MASK_COLUMN = "mask_path"
_KOHYA = re.compile(r"(\d+)_(.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A picture of a folder."""

    name: str
    """Its path below the folder, with slashes."""
    path: Path
    caption: str | None = None
    origin: Path | None = None
    """The table or text that the caption stands in; None where it is the folder's name, or there is none."""
    line: int = 0
    """Of a table; 0 elsewhere."""
    repeats: int = 1
    """How often a trainer is to show it, by the name of its folder."""
    remarks: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What was found in a folder."""

    path: Path
    entries: tuple[Entry, ...]
    """In the order of their names."""
    problems: tuple[Notice, ...] = ()
    """Rows of tables that tell of no picture, and files that cannot be read."""
    notices: tuple[Notice, ...] = ()
    """What is no fault, and worth knowing: originals that are newer than their corrected forms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table."""

    line: int
    cells: Mapping[str, str]

    @property
    def file(self) -> str:
        """The picture that it tells of."""
        return _first(self.cells, FILE_COLUMNS)

    @property
    def caption(self) -> str:
        """What it says of that picture."""
        return _first(self.cells, CAPTION_COLUMNS)


@dataclass(frozen=True, slots=True)
class _Told:
    """A caption, and where it stands."""

    caption: str
    origin: Path
    line: int = 0


@dataclass(slots=True)
class _Findings:
    """Captions by picture, the first first, and what was wrong."""

    captions: dict[Path, list[_Told]] = field(default_factory=dict)
    masks: set[Path] = field(default_factory=set)
    problems: list[Notice] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def read_folder(folder: Path) -> Folder:
    """The pictures of a folder and all below it, with their captions; plitka's own contact sheets are none.

    Raises:
        InputError: there is no such folder, or it holds no picture.
    """
    try:
        folders = [folder, *sorted(_visible(folder))]
        pictures = [path for each in folders for path in sorted(each.iterdir()) if _is_picture(path)]
    except OSError as error:
        raise InputError("{path} cannot be read: {reason}", path=folder, reason=error) from error
    findings = _Findings()
    for path in pictures:
        _take_text(path, findings)
    for each in reversed(folders):  # the table that is nearest to a picture comes first
        for name in TABLES:
            _take_table(each / name, folder, findings)
    entries = [_entry(path, folder, findings) for path in pictures if key_of(path) not in findings.masks]
    if not entries:
        raise InputError("{path} has no picture; give a folder of {formats} files", path=folder, formats=FORMAT_NAMES)
    return Folder(
        path=folder,
        entries=tuple(entries),
        problems=tuple(findings.problems),
        notices=tuple(findings.notices),
    )


def corrected_name(path: Path) -> Path:
    """Where the corrected form of a table or text stands."""
    return path.with_name(f"{path.stem}.{CORRECTED}{path.suffix}")


def current(path: Path) -> Path:
    """A table or text, or its corrected form where there is one."""
    corrected = corrected_name(path)
    return corrected if corrected.is_file() else path


def original(path: Path) -> Path:
    """What a table or text is the corrected form of; itself where it is none."""
    return path.with_name(path.name.replace(f".{CORRECTED}.", "."))


def read_table(path: Path) -> tuple[list[Row], list[Notice]]:
    """The rows of a table, and a problem for each line that is none.

    Raises:
        InputError: it cannot be read, or has no column of files or of captions.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("{path} cannot be read: {reason}", path=path, reason=error) from error
    return _json_rows(path, text) if path.suffix == ".jsonl" else (_csv_rows(path, text), [])


def key_of(path: Path) -> Path:
    """One path for each picture, however it is told; a link is a picture of its own."""
    return Path(os.path.abspath(path))  # noqa: PTH100  `resolve` would follow the link


def _visible(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and not path.name.startswith("."):
            yield path
            yield from _visible(path)


def _is_picture(path: Path) -> bool:
    is_picture = path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
    return is_picture and not is_contact_sheet(path)


def _first(cells: Mapping[str, str], names: Sequence[str]) -> str:
    return next((cells[name] for name in names if cells.get(name)), "")


def _take_text(picture: Path, findings: _Findings) -> None:
    """The caption of a file of its own."""
    for suffix in TEXT_SUFFIXES:
        path = _current(picture.with_suffix(suffix), findings)
        try:
            caption = path.read_text("utf-8-sig").strip()
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            findings.problems.append(Notice("{path} cannot be read: {reason}", {"path": path, "reason": error}))
            continue
        if caption:
            findings.captions.setdefault(key_of(picture), []).append(_Told(caption, path))


def _current(path: Path, findings: _Findings) -> Path:
    """The same as `current`; an original that was changed since is told."""
    corrected = current(path)
    if corrected != path and _is_newer(path, corrected):
        findings.notices.append(
            Notice(
                "{path} was changed after {corrected}, which is read in its place; remove the latter if the former "
                "is right",
                {"path": path, "corrected": corrected.name},
            )
        )
    return corrected


def _is_newer(path: Path, other: Path) -> bool:
    try:
        return path.stat().st_mtime_ns > other.stat().st_mtime_ns
    except OSError:  # there is no original any more
        return False


def _take_table(path: Path, folder: Path, findings: _Findings) -> None:
    """The captions of a table, and which pictures are masks of others."""
    path = _current(path, findings)
    if not path.is_file():
        return
    try:
        rows, problems = read_table(path)
    except InputError as error:
        findings.problems.append(Notice(error.message, error.values))
        return
    findings.problems += problems
    for row in rows:
        mask = row.cells.get(MASK_COLUMN)
        if mask and (found := find_picture(path.parent, mask)):
            findings.masks.add(key_of(found))
        picture = find_picture(path.parent, row.file)
        if picture is None or not key_of(picture).is_relative_to(key_of(folder)):
            findings.problems.append(_no_picture(path, row))
        elif row.caption:
            findings.captions.setdefault(key_of(picture), []).append(_Told(row.caption, path, row.line))


def _no_picture(table: Path, row: Row) -> Notice:
    where = {"path": table, "line": row.line}
    if not row.file:
        return Notice("{path}, line {line}: the row has no file", where)
    return Notice("{path}, line {line}: there is no picture {name}", where | {"name": row.file})


def find_picture(folder: Path, name: str) -> Path | None:
    """The picture that a table in a folder calls by that name; one that was moved is looked for beside the table."""
    if not name or "\0" in name:
        return None
    told = PurePosixPath(name.replace("\\", "/"))
    for path in (folder / told, folder / told.name):
        if _is_picture(path):
            return path
    return None


def _entry(path: Path, folder: Path, findings: _Findings) -> Entry:
    name = path.relative_to(folder).as_posix()
    kohya = _KOHYA.fullmatch(path.parent.name)
    entry = Entry(name=name, path=path, repeats=int(kohya[1]) if kohya else 1)
    captions = findings.captions.get(key_of(path), [])
    if not captions:
        return replace(entry, caption=kohya[2] if kohya else None)
    first, *others = captions
    remarks = tuple(
        Notice(
            "{path} has another caption: {caption}",
            {"path": other.origin.relative_to(folder), "caption": other.caption},
        )
        for other in others
        if other.caption != first.caption
    )
    return replace(entry, caption=first.caption, origin=first.origin, line=first.line, remarks=remarks)


def _csv_rows(path: Path, text: str) -> list[Row]:
    try:
        reader = csv.DictReader(StringIO(text, newline=""), strict=True)
        for names in (FILE_COLUMNS, CAPTION_COLUMNS):
            if not set(names) & set(reader.fieldnames or ()):
                raise InputError("{path} has no column {name}; it needs file and caption", path=path, name=names[0])
        return [Row(line=reader.line_num, cells=_cells(row)) for row in reader]
    except csv.Error as error:
        raise InputError("{path} cannot be read: {reason}", path=path, reason=error) from error


def _cells(row: "dict[str, str | None]") -> dict[str, str]:
    return {name: cell.strip() for name, cell in row.items() if isinstance(cell, str)}


def _json_rows(path: Path, text: str) -> tuple[list[Row], list[Notice]]:
    rows, problems = [], []
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        try:
            cells = json.loads(content)
        except (ValueError, RecursionError):
            cells = None
        if isinstance(cells, dict):
            rows.append(Row(line=line, cells=_cells(cells)))
        else:
            problems.append(Notice("{path}, line {line}: this is no JSON object", {"path": path, "line": line}))
    return rows, problems
