"""API keys: their roles, how they are made, and how a request's key is verified.

A key is `plitka_<id>_<secret>`. The secret is 256 random bits, so one salted SHA-256 keeps it as well as a slow
hash would: there is nothing to guess from. It is compared in constant time, also where there is no such id.
"""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from plitka.errors import Conflict, InputError, NotFound
from plitka.serve.store import KeyRow, Store

_FORM = re.compile(r"plitka_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_ONE_LINE = re.compile("[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*")
_NO_SALT = b"\0" * 16


class Role(IntEnum):
    """What a key may do; each role may also do what those before it may."""

    VIEWER = 1
    """Read recipes, colours, models, and what it owns."""
    MAKER = 2
    """Make pictures and measure them."""
    OPERATOR = 3
    """Look after keys, the queue and the metrics, and make pictures before others."""

    @property
    def word(self) -> str:
        """As it is written and stored."""
        return self.name.lower()


ROLES = {role.word: role for role in Role}
MAX_NAME_CH = 200
MAX_DAYS = 36_500
MAX_RATE = 2**31 - 1
"""Pictures a minute or a day: what the database can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whose request it is."""

    key_id: str
    role: Role
    per_minute: int | None = None
    daily: int | None = None
    concurrency: int | None = None
    addresses: Sequence[str] | None = None
    webhook_hosts: Sequence[str] | None = None


IN_FORCE = "in force"
LOCAL = Caller(key_id="local", role=Role.OPERATOR)
"""Everybody on this machine, where `Settings.open_loopback` lets them in; its row has no hash, so no key opens it."""


def make_key(
    store: Store,
    name: str,
    *,
    role: str = Role.MAKER.word,
    per_minute: int | None = None,
    daily: int | None = None,
    days: float | None = None,
) -> tuple[str, KeyRow]:
    """A new key, which is not kept and cannot be shown again, and what is kept of it.

    Raises:
        InputError: there is no such role, or a number is not above zero or too large.
    """
    if role not in ROLES:
        raise InputError("there is no role {role!r}; choose one of {roles}", role=role, roles=", ".join(ROLES))
    check_name(name)
    check_numbers({"per-minute": per_minute, "daily": daily, "expires": days})
    now, salt = time.time(), secrets.token_bytes(16)
    key_id, secret = secrets.token_hex(6), new_secret()
    row = KeyRow(
        id=key_id,
        name=name[:MAX_NAME_CH],
        role=role,
        salt=salt,
        hash=hash_of(salt, secret),
        per_minute=per_minute,
        daily=daily,
        created_at=now,
        expires_at=None if days is None else now + days * 86400,
    )
    store.add_key(row)
    return text_of(key_id, secret), row


def new_secret() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def text_of(key_id: str, secret: str) -> str:
    """A key as it is sent."""
    return f"plitka_{key_id}_{secret}"


def check_name(name: str) -> None:
    """Raise InputError for a name that is empty, or that would make more than one line of a list or of a log."""
    if not name.strip() or not _ONE_LINE.fullmatch(name):
        raise InputError("the name {name!r} must be one line of letters that can be seen; write another", name=name)


def check_numbers(given: Mapping[str, float | None]) -> None:
    """Raise InputError for a limit or a number of days that is not above zero, or too large."""
    for what, number in given.items():
        most = MAX_DAYS if what == "expires" else MAX_RATE
        if number is not None and not number > 0:
            raise InputError("{name} must be above zero, not {value}", name=what, value=number)
        if number is not None and number > most:
            raise InputError("{name} must be at most {high}, not {value}", name=what, high=most, value=number)


def identify(store: Store, text: str) -> Caller | None:
    """Whose key this is; None for a forged, revoked or expired one."""
    form = _FORM.fullmatch(text)
    row = store.find_key(form[1]) if form else None
    secret = form[2] if form else ""
    known = hmac.compare_digest(hash_of(row.salt if row else _NO_SALT, secret), row.hash if row else b"")
    old_hash = row.old_hash if row and (row.old_until or 0) > time.time() else None
    known |= hmac.compare_digest(hash_of((row.old_salt if row else None) or _NO_SALT, secret), old_hash or b"")
    return caller_of(row) if row is not None and known else None


def caller_of(row: KeyRow) -> Caller | None:
    """Whose key a row is; None for a revoked or expired one."""
    if state_of(row) != IN_FORCE:
        return None
    return Caller(
        key_id=row.id,
        role=ROLES[row.role],
        per_minute=row.per_minute,
        daily=row.daily,
        concurrency=row.concurrency,
        addresses=row.addresses,
        webhook_hosts=row.webhook_hosts,
    )


def state_of(row: KeyRow) -> str:
    """Whether a key opens anything: in force, expired or revoked."""
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at is not None and row.expires_at <= time.time() else IN_FORCE


def revoke(store: Store, key_id: str, by: Caller | None = None) -> int:
    """The key opens nothing any more; how many jobs that waited have ended with it.

    Args:
        store: where it is kept.
        key_id: of the key.
        by: who wants it; None: whoever may read the database itself.

    Raises:
        Conflict: it is the key of `by`, who would be shut out.
        NotFound: there is no such key in force.
    """
    if by is not None and by.key_id == key_id:
        raise Conflict("this request is made with that very key; revoke it with another, or with `plitka keys revoke`")
    n_cancelled = store.revoke_key(key_id)
    if n_cancelled is None:
        raise NotFound("there is no key {id} in force; see `plitka keys list`", id=key_id)
    return n_cancelled


def summary(rows: Iterable[KeyRow]) -> list[dict[str, Any]]:
    """Keys as an operator sees them; no hash is among it."""
    return [
        {
            "id": row.id,
            "name": row.name,
            "role": row.role,
            "per_minute": row.per_minute,
            "daily": row.daily,
            "state": state_of(row),
            "created_at": row.created_at,
            "expires_at": row.expires_at,
            "concurrency": row.concurrency,
            "addresses": row.addresses,
            "webhook_hosts": row.webhook_hosts,
            "keep_days": row.keep_days,
            "keep_bytes": row.keep_bytes,
            "last_used_at": row.last_used_at,
            "old_until": row.old_until if (row.old_until or 0) > time.time() else None,
        }
        for row in rows
    ]


def add_local(store: Store) -> None:
    """Have the row that jobs of `LOCAL` belong to."""
    if store.find_key(LOCAL.key_id) is None:
        row = KeyRow(
            id=LOCAL.key_id,
            name=LOCAL.key_id,
            role=LOCAL.role.word,
            salt=b"",
            hash=b"",
            per_minute=None,
            daily=None,
            created_at=time.time(),
            expires_at=None,
        )
        store.add_key(row)


def hash_of(salt: bytes, secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(salt + secret.encode()).digest()
