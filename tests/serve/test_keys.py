"""Keys, and how one is told from a forgery."""

import hmac
from typing import Any

import pytest
from tests.serve.conftest import Running

from plitka.serve import keys


def test_a_key_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch, server: Running) -> None:
    """Also where there is no such key, exactly one digest comparison is made."""
    calls: list[tuple[Any, Any]] = []
    real = hmac.compare_digest

    def count(first: bytes, second: bytes) -> bool:
        calls.append((first, second))
        return bool(real(first, second))

    monkeypatch.setattr(hmac, "compare_digest", count)
    for text in (server.key(), "plitka_000000000000_" + "A" * 43, "nonsense"):
        calls.clear()
        keys.identify(server.service.store, text)
        assert len(calls) == 1
