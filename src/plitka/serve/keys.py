"""API keys: their roles, how they are made, and how a request's key is verified.

A key is `plitka_<id>_<secret>`. The secret is 256 random bits, so one salted SHA-256 keeps it as well as a slow
hash would: there is nothing to guess from. It is compared in constant time, also where there is no such id.
"""

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass
from enum import IntEnum

from plitka.errors import InputError
from plitka.serve.store import KeyRow, Store

_FORM = re.compile(r"plitka_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_NO_SALT = b"\0" * 16


class Role(IntEnum):
    """What a key may do; each role may also do what those before it may."""

    VIEWER = 1
    """Read recipes, colours, models, and what it owns."""
    MAKER = 2
    """Make pictures and measure them."""
    OPERATOR = 3
    """Read the metrics, and make pictures before others."""

    @property
    def word(self) -> str:
        """As it is written and stored."""
        return self.name.lower()


ROLES = {role.word: role for role in Role}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whose request it is."""

    key_id: str
    role: Role
    per_minute: int | None = None
    daily: int | None = None


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
        InputError: there is no such role, or a number is not above zero.
    """
    if role not in ROLES:
        raise InputError("there is no role {role!r}; choose one of {roles}", role=role, roles=", ".join(ROLES))
    for what, number in (("per-minute", per_minute), ("daily", daily), ("expires", days)):
        if number is not None and number <= 0:
            raise InputError("{name} must be above zero, not {value}", name=what, value=number)
    now, salt = time.time(), secrets.token_bytes(16)
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    row = KeyRow(
        id=key_id,
        name=name[:200],
        role=role,
        salt=salt,
        hash=_hash(salt, secret),
        per_minute=per_minute,
        daily=daily,
        created_at=now,
        expires_at=None if days is None else now + days * 86400,
    )
    store.add_key(row)
    return f"plitka_{key_id}_{secret}", row


def identify(store: Store, text: str) -> Caller | None:
    """Whose key this is; None for a forged, revoked or expired one."""
    form = _FORM.fullmatch(text)
    row = store.find_key(form[1]) if form else None
    known = hmac.compare_digest(_hash(row.salt if row else _NO_SALT, form[2] if form else ""), row.hash if row else b"")
    return caller_of(row) if row is not None and known else None


def caller_of(row: KeyRow) -> Caller | None:
    """Whose key a row is; None for a revoked or expired one."""
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= time.time()):
        return None
    return Caller(key_id=row.id, role=ROLES[row.role], per_minute=row.per_minute, daily=row.daily)


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


def _hash(salt: bytes, secret: str) -> bytes:
    return hashlib.sha256(salt + secret.encode()).digest()
