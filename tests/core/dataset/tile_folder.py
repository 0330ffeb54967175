"""A folder of rendered tiles with captions, right and wrong, for tests of what looks at folders."""

import csv
import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from tests.core.measure.tile_pictures import tile

from plitka.core.files.picture import encode_png

TRIGGER = "ohwx_rubber_tile <s0><s1>"
SHOWN = {
    "right.png": "60% red, 30% black, 10% white",
    "exchanged.png": "70% blue, 30% yellow",
    "replaced.png": "70% emerald, 30% sand",
    "bare.png": "100% red",
}
"""What each picture shows."""
CAPTIONS = {
    "right.png": f"{TRIGGER}, 60% red, 30% black, 10% white, photorealistic",
    "exchanged.png": f"{TRIGGER}, 30% blue, 70% yellow, photorealistic",
    "replaced.png": f"{TRIGGER}, 70% emerald, 30% violet",
}
"""What is said of them in a table; `bare.png` has no caption."""


@cache
def pictures() -> Path:
    """The pictures alone, made once for all tests of a process."""
    folder = Path(mkdtemp(prefix="plitka-tiles-"))
    for name, recipe in SHOWN.items():
        (folder / name).write_bytes(encode_png(tile(recipe, side_px=384)))
    return folder


def lay_out(folder: Path, names: Iterable[str] = SHOWN) -> Path:
    """Copies of these pictures in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copy(pictures() / name, folder / name)
    return folder


def write_table(folder: Path, captions: dict[str, str] = CAPTIONS) -> Path:
    """A `metadata.csv` with a column of its own besides."""
    path = folder / "metadata.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [("file_name", "text", "note"), *((name, text, "x, y") for name, text in captions.items())]
        )
    return path
