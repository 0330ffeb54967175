"""Browsers that are signed in, in the database."""

from pathlib import Path

from tests.serve.conftest import Running, running

from plitka.serve import routes, sessions
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


def test_a_key_has_only_so_many_sessions(server: Running) -> None:
    """The oldest end, so that whoever signs in again and again fills no disk; other keys have theirs."""
    store = server.service.store
    callers = [identify(store, make_key(store, name)[0]) for name in ("anna", "boris")]
    assert callers[0] is not None
    assert callers[1] is not None
    other = sessions.begin(store, callers[1], 60)
    tokens = [sessions.begin(store, callers[0], 60) for _ in range(sessions.MAX_OF_A_KEY + 2)]
    assert [sessions.find(store, token) for token in tokens[:2]] == [None, None]
    assert sessions.find(store, tokens[2]) == sessions.find(store, tokens[-1]) == callers[0]
    assert sessions.count(store)[callers[0].key_id] == sessions.MAX_OF_A_KEY
    assert sessions.find(store, other) == callers[1]


def test_signing_in_counts_as_a_request(tmp_path: Path) -> None:
    """A good key is no reason to write to the database as often as one likes."""
    with running(tmp_path, reads_per_minute=3) as one:
        client = one.client_of(None)
        answers = [
            client.post(routes.SESSION, json={"key": key}, headers={"X-Plitka-Page": "1"}) for key in [one.key()] * 4
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def test_a_link_is_good_once() -> None:
    """And none that was not made."""
    links = OneTimeLinks()
    word = links.make()
    assert not links.use("other")
    assert links.use(word)
    assert not links.use(word)
