"""Links to pictures that are good for a while without a key, for clients that fetch a URL as it is."""

import hashlib
import hmac
import re
import time
from urllib.parse import parse_qs

from starlette.types import Scope

_IMAGE = re.compile(r"/v1/jobs/([0-9a-f]{32})/image")


def signed_path(job_id: str, secret: bytes, seconds: int) -> str:
    """The path of a job's picture, with its end of life and our signature under both."""
    until = int(time.time()) + seconds
    return f"/v1/jobs/{job_id}/image?until={until}&signature={_sign(job_id, until, secret)}"


def is_signed(scope: Scope, secret: bytes) -> bool:
    """Whether a request is for a picture by a link of ours that is still good."""
    path = _IMAGE.fullmatch(scope["path"])
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    until, signature = query.get("until", [""])[0], query.get("signature", [""])[0]
    if path is None or scope["method"] not in ("GET", "HEAD") or not re.fullmatch(r"\d{1,12}", until, re.ASCII):
        return False
    is_ours = hmac.compare_digest(_sign(path[1], int(until), secret).encode(), signature.encode())
    return is_ours and int(until) >= time.time()


def _sign(job_id: str, until: int, secret: bytes) -> str:
    return hmac.new(secret, f"{job_id} {until}".encode(), hashlib.sha256).hexdigest()
