"""Signatures of webhooks, in the way of standardwebhooks.com, which Replicate's clients verify as well.

A receiver computes HMAC-SHA256 of `ID.TIMESTAMP.BODY` with what stands behind `whsec_` in its key's secret, as base64,
and compares it with what stands behind `v1,` in `webhook-signature`.
"""

import base64
import hashlib
import hmac
import time

from plitka.serve.store import Store

_NAME = "webhooks"
"""Of the secret that those of the keys are made from."""
_PREFIX = "whsec_"
VERSION = "v1"


def secret_of(store: Store, key_id: str) -> str:
    """The secret of a key's webhooks, which stays the same for this database; only the key itself is told it."""
    return _PREFIX + base64.b64encode(_secret(store, key_id)).decode()


def headers_of(store: Store, key_id: str, message_id: str, body: bytes) -> dict[str, str]:
    """What signs a message now; its id is the same each time that it is sent."""
    at = str(int(time.time()))
    signed = hmac.new(_secret(store, key_id), f"{message_id}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": at,
        "webhook-signature": f"{VERSION},{base64.b64encode(signed).decode()}",
    }


def _secret(store: Store, key_id: str) -> bytes:
    return hmac.new(store.secret(_NAME), key_id.encode(), hashlib.sha256).digest()
