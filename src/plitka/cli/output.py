"""Which files a command will write, settled before any work is done."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from plitka.errors import InputError

_STEM, _SUFFIX = "tile", ".png"


@dataclass(frozen=True, slots=True)
class Output:
    """A path for each picture and, for several, one for the contact sheet."""

    paths: Sequence[Path]
    """Of the pictures to make."""
    sheet: Path | None = None
    there: Mapping[int, Path] = field(default_factory=dict)
    """Pictures that are there and belong on the sheet as well, by their places on it; the others fill what is left."""

    @property
    def is_free(self) -> bool:
        """Whether none of these files exists yet."""
        return not any(path.exists() for path in (*self.paths, *([self.sheet] if self.sheet else [])))


def plan_output(asked: Path | None, seeds: Sequence[int]) -> Output:
    """The files for pictures with these seeds.

    A named file is replaced; in a folder, or without a name, the first free `tile`, `tile-2`, ... is taken.

    Raises:
        InputError: the folder cannot be written to, or the name does not end as a picture.
    """
    if asked is None or asked.is_dir():
        folder = asked or Path()
        check_writable(folder)
        return next(output for stem in _stems() if (output := _output(folder, stem, seeds)).is_free)
    from plitka.core.files.picture import WRITTEN

    if asked.suffix.lower() not in WRITTEN:
        known = ", ".join(WRITTEN)
        raise InputError("a picture's name must end in {suffix}; there is no folder {path}", suffix=known, path=asked)
    check_writable(asked.parent)
    return Output([asked]) if len(seeds) == 1 else _output(asked.parent, asked.stem, seeds, asked.suffix)


def _stems() -> Iterator[str]:
    yield _STEM
    yield from (f"{_STEM}-{number}" for number in count(2))


def _output(folder: Path, stem: str, seeds: Sequence[int], suffix: str = _SUFFIX) -> Output:
    if len(seeds) == 1:
        return Output([folder / f"{stem}{suffix}"])
    return Output([folder / f"{stem}-{seed}{suffix}" for seed in seeds], folder / f"{stem}-sheet{_SUFFIX}")


def check_writable(folder: Path) -> None:
    """Refuse a folder where no file can be made.

    Raises:
        InputError: it cannot be written to.
    """
    try:
        tempfile.TemporaryFile(dir=folder).close()  # permission bits do not tell of read-only or full disks
    except OSError as error:
        raise InputError("cannot write to {path}: {reason}", path=folder, reason=error) from error
