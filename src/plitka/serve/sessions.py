"""Browsers that are signed in: a cookie stands for a key, until it ends or the key does.

The cookie is 256 random bits, of which the database has the hash. JavaScript cannot read it (HttpOnly), and no page of
another site can have it sent (SameSite=Strict, and `plitka.serve.identity` asks where a request comes from).
"""

import hashlib
import secrets
import threading
import time

import sqlalchemy as sa

from plitka.serve import keys, tables
from plitka.serve.keys import Caller
from plitka.serve.store import Store

COOKIE = "plitka_session"
MAX_OF_A_KEY = 500
"""Sessions at a time; one more ends the oldest."""
_LINK_S = 600.0
"""How long a one-time link waits to be used."""
_MOST_AT_ONCE = 1000
"""That are ended for one, where there were more."""
_TABLE = tables.sessions
_FIND = sa.select(_TABLE.c.key_id).where(
    _TABLE.c.hash == sa.bindparam("token"), _TABLE.c.expires_at > sa.bindparam("now")
)


def begin(store: Store, caller: Caller, seconds: float) -> str:
    """The token of a new session of a key."""
    token, now = secrets.token_urlsafe(32), time.time()
    with store.write() as connection:
        connection.execute(sa.delete(_TABLE).where(_TABLE.c.expires_at <= now))
        row = {"hash": _hash(token), "key_id": caller.key_id, "expires_at": now + seconds}
        connection.execute(sa.insert(_TABLE).values(row))
        # The new one stays, also where the clock was set back and it ends before the others.
        others = sa.select(_TABLE.c.hash).where(_TABLE.c.key_id == caller.key_id, _TABLE.c.hash != row["hash"])
        too_many = others.order_by(_TABLE.c.expires_at.desc()).offset(MAX_OF_A_KEY - 1).limit(_MOST_AT_ONCE)
        connection.execute(sa.delete(_TABLE).where(_TABLE.c.hash.in_(too_many)))
    return token


def find(store: Store, token: str) -> Caller | None:
    """Whose session it is; None for one that has ended, or whose key has."""
    rows = store.read(_FIND, token=_hash(token), now=time.time())
    row = store.find_key(rows[0].key_id) if rows else None
    return keys.caller_of(row) if row is not None else None


def count(store: Store) -> dict[str, int]:
    """How many browsers are signed in with each key, by its id."""
    query = sa.select(_TABLE.c.key_id, sa.func.count().label("n")).group_by(_TABLE.c.key_id)
    rows = store.read(query.where(_TABLE.c.expires_at > sa.bindparam("now")), now=time.time())
    return {row.key_id: row.n for row in rows}


def end(store: Store, token: str) -> None:
    """The token opens nothing any more."""
    with store.write(on_disk=True) as connection:
        connection.execute(sa.delete(_TABLE).where(_TABLE.c.hash == _hash(token)))


class OneTimeLinks:
    """Links that each sign one browser of this machine in, once; they end with the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[bytes, float] = {}
        """When each ends, by the monotonic clock."""

    def make(self) -> str:
        """The word of a new one."""
        word = secrets.token_urlsafe(32)
        with self._lock:
            self._until[_hash(word)] = time.monotonic() + _LINK_S
        return word

    def use(self, word: str) -> bool:
        """Whether it is one that nobody has used, and is not too old; afterwards it is none."""
        with self._lock:
            until = self._until.pop(_hash(word), 0.0)
        return until > time.monotonic()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
