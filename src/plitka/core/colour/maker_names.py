"""The Russian names of makers' colours that are each one colour's own, such as «горчичный»."""

import csv
import io
from functools import cache
from importlib import resources

from plitka.core.language.spelling import name_key


def makers_own(name_ru: str) -> tuple[str, ...]:
    """A Russian name that one colour of all makers has alone; empty where it is none."""
    return (name_ru,) if name_key(name_ru) in _own_keys() else ()


@cache
def _own_keys() -> frozenset[str]:
    table = resources.files("plitka.core.colour").joinpath("data", "maker_colours.csv").read_text("utf-8")
    rows = csv.DictReader(io.StringIO(table, newline=""))
    keys = [name_key(row["name_ru"]) for row in rows if row["name_ru"] and row["hex"]]
    return frozenset(key for key in keys if keys.count(key) == 1)
