"""Browsers that are signed in, in the database."""

from tests.serve.conftest import Running

from plitka.serve import sessions
from plitka.serve.keys import identify, make_key
from plitka.serve.sessions import OneTimeLinks


def test_a_session_is_its_keys(server: Running) -> None:
    """Until it ends, or its time is over, or the key is revoked; the database has no token."""
    store = server.service.store
    key, row = make_key(store, "anna", role="viewer", per_minute=3)
    caller = identify(store, key)
    assert caller is not None
    tokens = [sessions.begin(store, caller, seconds) for seconds in (60, 60, -1)]
    assert [sessions.find(store, token) for token in tokens] == [caller, caller, None]
    sessions.end(store, tokens[0])
    assert [sessions.find(store, token) for token in tokens] == [None, caller, None]
    store.revoke_key(row.id)
    assert sessions.find(store, tokens[1]) is None


def test_a_link_is_good_once() -> None:
    """And none that was not made."""
    links = OneTimeLinks()
    word = links.make()
    assert not links.use("other")
    assert links.use(word)
    assert not links.use(word)
