"""One TOML table, read key by key with its place in every error."""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from plitka.errors import ManifestError


class Table:
    """A TOML table with its place in the file, which records the keys that were read.

    As a context manager it refuses, on leaving, every key that was not read.
    """

    def __init__(self, path: Path, place: str, values: Mapping[str, object]) -> None:
        self.path = path
        self._place = place
        self._values = values
        self._asked: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is None:
            self._refuse_unknown()

    def has(self, key: str) -> bool:
        """Whether the table has the key; it counts as known from now on."""
        self._asked.add(key)
        return key in self._values

    def names(self) -> list[str]:
        """All keys of a table whose keys are data."""
        self._asked.update(self._values)
        return list(self._values)

    def text(self, key: str, default: str | None = None, *, pattern: str | None = None) -> str:
        """A string, which matches `pattern` as a whole if there is one."""
        value = self._get(key, default)
        if not isinstance(value, str) or (pattern is not None and not re.fullmatch(pattern, value)):
            raise self._wrong(key, "a string" if pattern is None else f"a string like {pattern}", value)
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of strings."""
        value = self._get(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            raise self._wrong(key, "a list of strings", value)
        return tuple(value)

    def truth(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._get(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false", value)
        return value

    def integer(
        self, key: str, default: int | None = None, *, low: int, high: int | None = None, multiple: int = 1
    ) -> int:
        """A whole number, low..high, divisible by `multiple`."""
        value = self._get(key, default)
        in_range = isinstance(value, int) and value >= low and (high is None or value <= high)
        if not isinstance(value, int) or isinstance(value, bool) or not in_range or value % multiple:
            limits = f"a whole number from {low}" + ("" if high is None else f" to {high}")
            raise self._wrong(key, limits + (f", a multiple of {multiple}" if multiple > 1 else ""), value)
        return value

    def number(self, key: str, default: float | None = None, *, low: float, high: float) -> float:
        """A number, low..high."""
        value = self._get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self._wrong(key, f"a number from {low} to {high}", value)
        return float(value)

    def span(self, key: str, *, low: float, high: float) -> tuple[float, float]:
        """A smallest and a largest number, both in low..high."""
        value = self._get(key, None)
        numbers = list(value) if isinstance(value, list | tuple) else []
        is_right = len(numbers) == 2 and all(isinstance(one, int | float) and low <= one <= high for one in numbers)
        if not is_right or numbers[0] > numbers[1]:
            raise self._wrong(key, f"[smallest, largest], both from {low:g} to {high:g}", value)
        return float(numbers[0]), float(numbers[1])

    def table(self, key: str) -> "Table":
        """A table inside this one."""
        value = self._get(key, None)
        if not isinstance(value, dict):
            raise self._wrong(key, "a table", value)
        return Table(self.path, self._at(key), value)

    def optional_table(self, key: str) -> "Table | None":
        """A table inside this one, or None if the key is absent."""
        return self.table(key) if self.has(key) else None

    def error(self, expected: str) -> ManifestError:
        """An error about the table as a whole."""
        return ManifestError("{path}: [{place}]: {expected}", path=self.path, place=self._place, expected=expected)

    def _get(self, key: str, default: object) -> object:
        if self.has(key):
            return self._values[key]
        if default is None:
            raise ManifestError("{path}: {key} is missing; add it", path=self.path, key=self._at(key))
        return default

    def _at(self, key: str) -> str:
        return f"{self._place}.{key}" if self._place else key

    def _wrong(self, key: str, expected: str, value: object) -> ManifestError:
        return ManifestError(
            "{path}: {key}: expected {expected}, found {value!r}",
            path=self.path,
            key=self._at(key),
            expected=expected,
            value=value,
        )

    def _refuse_unknown(self) -> None:
        for key in self._values:
            if key in self._asked:
                continue
            near = difflib.get_close_matches(key, self._asked, n=1, cutoff=0.0)
            raise ManifestError(
                "{path}: unknown key {key!r}; the nearest known one is {nearest!r}",
                path=self.path,
                key=self._at(key),
                nearest=self._at(near[0]) if near else "",
            )
