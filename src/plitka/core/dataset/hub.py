"""Datasets of the Hugging Face hub, and any other that the `datasets` library loads, as a folder of captioned pictures.

A folder is what all else works on: captions are audited and corrected there, and a trainer reads it.
"""

import csv
import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from plitka.core.dataset.folder import CAPTION_COLUMNS, FILE_COLUMNS, TABLES
from plitka.core.files.picture import write_whole
from plitka.errors import InputError

USUAL_SPLIT = "train"
_LIBRARY = "datasets"
_PICTURE = "Image"
"""The name of the feature of a column of pictures."""
_TEXTS = ("string", "large_string")
_N_DIGITS = 6
_METADATA = next(name for name in TABLES if name.endswith(".csv"))


class _Rows(Protocol):
    """What of the library's `Dataset` is used."""

    features: Mapping[str, object]

    def cast_column(self, column: str, feature: object) -> Iterable[Mapping[str, Any]]:
        """The rows with a column read otherwise."""
        ...


def fetch_dataset(
    name: str,
    folder: Path,
    *,
    split: str = USUAL_SPLIT,
    revision: str | None = None,
    on_pictures: Callable[[int], None] = lambda _n: None,
) -> int:
    """Write a dataset's pictures as they are stored, and its captions into `metadata.csv`.

    Args:
        name: of the hub, `owner/name`, or a path or kind that the library loads.
        folder: a new or empty one.
        split: of the dataset.
        revision: a branch, tag or commit of the hub.
        on_pictures: called with the number of pictures that were written since.

    Returns:
        The number of pictures.

    Raises:
        InputError: the library is not installed, the folder holds something, there is no such dataset, or it has no
            column of pictures or of captions.
    """
    library = _library()
    if folder.exists() and any(folder.iterdir()):
        raise InputError("{path} is not empty; take another folder", path=folder)
    rows = _loaded(library, name, split, revision)
    picture, caption = _columns(name, rows.features)
    folder.mkdir(parents=True, exist_ok=True)
    table = []
    for number, row in enumerate(rows.cast_column(picture, library.Image(decode=False))):
        file_name = f"{number:0{_N_DIGITS}d}{_suffix(row[picture])}"
        write_whole(folder / file_name, _content(row[picture]), sync=False)
        table.append((file_name, row[caption] or ""))
        on_pictures(1)
    write_whole(folder / _METADATA, _to_csv(table))
    return len(table)


def _library() -> ModuleType:
    try:
        return importlib.import_module(_LIBRARY)
    except ImportError as error:
        raise InputError("datasets of the hub need the library `datasets`; install it: pip install datasets") from error


def _loaded(library: ModuleType, name: str, split: str, revision: str | None) -> _Rows:
    try:
        rows: _Rows = library.load_dataset(name, split=split, revision=revision)
    except Exception as error:  # the library raises anything, also those of the network
        raise InputError("the dataset {name} cannot be loaded: {reason}", name=name, reason=error) from error
    return rows


def _columns(name: str, features: Mapping[str, object]) -> tuple[str, str]:
    """The columns of pictures and of captions."""
    pictures = [column for column, feature in features.items() if type(feature).__name__ == _PICTURE]
    texts = [column for column, feature in features.items() if getattr(feature, "dtype", "") in _TEXTS]
    captions = [column for column in CAPTION_COLUMNS if column in texts] or texts[:1]
    if not pictures or not captions:
        raise InputError(
            "the dataset {name} has no pictures with captions; its columns are {columns}",
            name=name,
            columns=", ".join(features),
        )
    return pictures[0], captions[0]


def _content(picture: Mapping[str, Any]) -> bytes:
    """The bytes of a picture that was not decoded: it carries them or says where they are."""
    content = picture["bytes"]
    return Path(picture["path"]).read_bytes() if content is None else bytes(content)


def _suffix(picture: Mapping[str, Any]) -> str:
    return Path(picture["path"] or ".png").suffix or ".png"


def _to_csv(rows: Sequence[tuple[str, str]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([(FILE_COLUMNS[0], CAPTION_COLUMNS[0]), *rows])
    return text.getvalue().encode()
