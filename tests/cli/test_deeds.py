"""What operators have done, in words."""

import re
from dataclasses import fields
from pathlib import Path

import plitka
from plitka.cli.deeds import deed_words, details_text, subject_words
from plitka.core.language.translations import translation
from plitka.serve.retention import Pruned

ENGLISH, RUSSIAN = (translation(language).gettext for language in ("en", "ru"))


def test_every_deed_that_is_kept_has_words() -> None:
    """In both languages."""
    sources = [path.read_text("utf-8") for path in Path(plitka.__file__).parent.rglob("*.py")]
    kept = {name for text in sources for call in re.findall(r"audit\.note\(.*", text)
            for name in re.findall(r'"([a-z]+\.[a-z]+)"', call)}  # fmt: skip
    assert kept == deed_words(ENGLISH).keys()
    english, russian = deed_words(ENGLISH), deed_words(RUSSIAN)
    assert all(english[name] != russian[name] for name in kept)


def test_details_are_told_by_their_names() -> None:
    """Lists as one types them, numbers short, and what nobody knows as it is."""
    details = {"keep_days": None, "addresses": ["192.0.2.0/24", "::1"], "overlap_hours": 24.0, "other": 1}
    told = "days kept: none; addresses: 192.0.2.0/24, ::1; hours with both secrets: 24; other: 1"
    assert details_text(details, ENGLISH) == told
    assert details_text({"keep_days": None}, RUSSIAN) == "дней хранения: нет"
    pruned = {field.name: 1 for field in fields(Pruned)}
    assert "n_" not in details_text(pruned, ENGLISH)
    assert subject_words(RUSSIAN) == {"service": "сервис"}
