"""Numbers with their words, and days, as each language and place writes them."""

import pytest
from tests.web.conftest import OpenWindow


@pytest.mark.parametrize(
    ("locale", "told", "day"),
    [
        ("en-GB", ["1 time", "5 times", "3.4 times", "1 point"], "29 Nov 2026"),
        ("en-US", ["1 time", "5 times", "3.4 times", "1 point"], "Nov 29, 2026"),
        ("ru-RU", ["1 раз", "5 раз", "3,4 раза", "1 п. п."], "29 нояб. 2026 г."),
    ],
)
def test_numbers_and_days_are_written_as_people_write_them(
    window_of: OpenWindow, locale: str, told: list[str], day: str
) -> None:
    """A fraction of times is told in another form than five; a British day is not an American one."""
    window = window_of(locale=locale)
    window.open()
    body = """const { times, points } = m.texts.value.counted;
        const told = [[1, times], [5, times], [3.42, times], [1, points]].map(([n, forms]) => m.counted(n, forms));
        return [...told, m.moment(1795953600, { dateStyle: "medium", timeZone: "UTC" })];"""
    found = [text.replace("\u00a0", " ") for text in window.module("texts.js", body)]
    assert found == [*told, day]
