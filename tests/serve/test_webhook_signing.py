"""Signatures of webhooks."""

import base64
import hashlib
import hmac
import time
from contextlib import closing
from pathlib import Path

from plitka.serve import webhook_signing
from plitka.serve.settings import Settings
from plitka.serve.store import open_store


def test_a_signature_is_of_the_published_scheme(tmp_path: Path) -> None:
    """HMAC-SHA256 of ID.TIMESTAMP.BODY, by what stands behind `whsec_`; each key's own, and the same after a start."""
    body = '{"имя": "плитка"}'.encode()
    with closing(open_store(Settings(data=tmp_path), own=True)) as store:
        secret = webhook_signing.secret_of(store, "a")
        headers = webhook_signing.headers_of(store, "a", "msg_1", body)
        assert webhook_signing.secret_of(store, "b") != secret
    with closing(open_store(Settings(data=tmp_path), own=True)) as store:
        assert webhook_signing.secret_of(store, "a") == secret
    signed = b".".join((b"msg_1", headers["webhook-timestamp"].encode(), body))
    expected = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(expected).decode()}"
    assert headers["webhook-id"] == "msg_1"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 600
