"""Keys, and how one is told from a forgery."""

import hmac
from typing import Any

import pytest
from tests.serve.conftest import Running

from plitka.errors import Conflict, InputError, NotFound
from plitka.serve import keys


def test_a_key_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch, server: Running) -> None:
    """Also where there is no such key, exactly two digest comparisons are made, one with the secret before."""
    calls: list[tuple[Any, Any]] = []
    real = hmac.compare_digest

    def count(first: bytes, second: bytes) -> bool:
        calls.append((first, second))
        return bool(real(first, second))

    monkeypatch.setattr(hmac, "compare_digest", count)
    for text in (server.key(), "plitka_000000000000_" + "A" * 43, "nonsense"):
        calls.clear()
        keys.identify(server.service.store, text)
        assert len(calls) == 2


def test_a_key_in_force_is_revoked_once(server: Running) -> None:
    """Not by itself, not twice, and none that there is not."""
    store = server.service.store
    _, row = keys.make_key(store, "anna", role="operator")
    caller = keys.caller_of(row)
    assert caller is not None
    with pytest.raises(Conflict):
        keys.revoke(store, row.id, by=caller)
    assert keys.state_of(row) == "in force"
    assert keys.revoke(store, row.id) == 0
    for key_id in (row.id, "0" * 12, keys.LOCAL.key_id):
        with pytest.raises(NotFound, match=key_id):
            keys.revoke(store, key_id)
    told = next(one for one in keys.summary(store.list_keys()) if one["id"] == row.id)
    assert told["state"] == "revoked"
    assert not {"salt", "hash"} & told.keys()


@pytest.mark.parametrize("name", ["", "  ", "shop\nroot", "shop\r", "shop\u2028x", "\u202eshop"])
def test_a_name_is_one_line(server: Running, name: str) -> None:
    """Else it would look like several in a list or a log."""
    with pytest.raises(InputError, match="one line"):
        keys.make_key(server.service.store, name)
