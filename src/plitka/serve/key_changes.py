"""Changes of a key that is in force: its limits, its secret, and when it was used last."""

import ipaddress
import re
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from plitka.errors import InputError, NotAllowed, NotFound
from plitka.serve import keys, tables
from plitka.serve.keys import Caller
from plitka.serve.store import KeyRow, Store

CHANGEABLE = ("name", "per_minute", "daily", "concurrency", "addresses", "webhook_hosts", "keep_days", "keep_bytes")
"""Columns of a key."""
MAX_ENTRIES = 100
"""Addresses or hosts of a key."""
HOST = r"^([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?$"
"""A name or an address, and a port if it is not the usual one."""
_HOST = re.compile(HOST)
_FLUSH_EVERY_S = 30.0
_KEYS = tables.keys


def change(store: Store, key_id: str, values: Mapping[str, Any]) -> KeyRow:
    """Give a key other limits, from its next request on; None takes a limit away.

    Raises:
        InputError: a value that is none, by its name.
        NotFound: there is no such key in force.
    """
    unknown = set(values) - set(CHANGEABLE)
    if unknown:
        raise ValueError(f"keys have no {unknown}")
    if "name" in values:
        keys.check_name(values["name"] or "")
    numbers = {"per-minute": "per_minute", "daily": "daily", "concurrency": "concurrency"}
    keys.check_numbers({told: values.get(name) for told, name in numbers.items()})
    if min(values.get("keep_days") or 1.0, values.get("keep_bytes") or 1) <= 0:
        raise InputError("{name} must be above zero, not {value}", name="keep", value=0)
    check_addresses(values.get("addresses") or ())
    check_hosts(values.get("webhook_hosts") or ())
    row = find_in_force(store, key_id)
    if values:
        with store.write(on_disk=True) as connection:
            connection.execute(sa.update(_KEYS).where(_KEYS.c.id == row.id).values(dict(values)))
    return find_in_force(store, key_id)


def rotate(store: Store, key_id: str, overlap_s: float) -> str:
    """A new secret for a key, which goes on to be the same; the one before opens as well for so long.

    Without an overlap the browsers that are signed in with it are signed out.

    Raises:
        InputError: an overlap below zero or over a year.
        NotFound: there is no such key in force.
    """
    if not 0 <= overlap_s <= _MAX_OVERLAP_S:
        raise InputError("the overlap must be from 0 hours to a year, not {hours:g} hours", hours=overlap_s / 3600)
    row = find_in_force(store, key_id)
    secret, salt = keys.new_secret(), secrets.token_bytes(16)
    changes: dict[str, Any] = {"salt": salt, "hash": keys.hash_of(salt, secret)}
    changes |= {"old_salt": row.salt, "old_hash": row.hash, "old_until": time.time() + overlap_s}
    with store.write(on_disk=True) as connection:
        connection.execute(sa.update(_KEYS).where(_KEYS.c.id == key_id).values(changes))
        if not overlap_s:
            connection.execute(sa.delete(tables.sessions).where(tables.sessions.c.key_id == key_id))
    return keys.text_of(key_id, secret)


_MAX_OVERLAP_S = 366 * 86400.0


def find_in_force(store: Store, key_id: str) -> KeyRow:
    """A key that opens something, and can be sent.

    Raises:
        NotFound: there is none.
    """
    row = store.find_key(key_id)
    if row is None or not row.hash or keys.state_of(row) != keys.IN_FORCE:
        raise NotFound("there is no key {id} in force; see `plitka keys list`", id=key_id)
    return row


def check_addresses(addresses: Sequence[str]) -> None:
    """Raise InputError for what is no address and no network."""
    _check_number(addresses)
    for one in addresses:
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError as error:
            raise InputError(
                "{address!r} is no address and no network; write one as 192.0.2.7 or 192.0.2.0/24", address=one
            ) from error


def check_hosts(hosts: Sequence[str]) -> None:
    """Raise InputError for what is no host."""
    _check_number(hosts)
    for one in hosts:
        if not _HOST.fullmatch(one):
            raise InputError("{host!r} is no host; write one as hooks.example or hooks.example:8443", host=one)


def _check_number(entries: Sequence[str]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise InputError("a key has at most {limit} addresses and hosts", limit=MAX_ENTRIES)


def require_address(caller: Caller, address: str) -> None:
    """Raise NotAllowed for a key that may not be used from an address."""
    if caller.addresses is None:
        return
    try:
        own = ipaddress.ip_address(address)
        is_allowed = any(own in ipaddress.ip_network(one, strict=False) for one in caller.addresses)
    except ValueError:
        is_allowed = False
    if not is_allowed:
        raise NotAllowed("this key may not be used from this address; ask the operator to allow it")


class LastUses:
    """When each key was used last, written now and then: a request needs no write. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at: dict[str, float] = {}
        self._flushed_at = 0.0
        """By the monotonic clock."""

    def note(self, key_id: str) -> None:
        """It is used now."""
        with self._lock:
            self._at[key_id] = time.time()

    def flush(self, store: Store, *, is_last: bool = False) -> None:
        """Write what is new, where the last time is long enough ago, or none will follow.

        Raises:
            StorageAway: what could not be written is kept for the next time.
        """
        now = time.monotonic()
        with self._lock:
            if not self._at or not (is_last or now - self._flushed_at > _FLUSH_EVERY_S):
                return
            told, self._at, self._flushed_at = self._at, {}, now
        try:
            with store.write() as connection:
                for key_id, at in told.items():
                    connection.execute(sa.update(_KEYS).where(_KEYS.c.id == key_id).values(last_used_at=at))
        except BaseException:
            with self._lock:
                self._at = told | self._at
            raise
