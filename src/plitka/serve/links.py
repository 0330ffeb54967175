"""Links in answers: where they lead, and those to pictures that are good for a while without a key."""

import hashlib
import hmac
import re
import time
from urllib.parse import parse_qs

from fastapi import Request
from starlette.types import Scope

from plitka.serve import routes
from plitka.serve.image_formats import PictureKind
from plitka.serve.settings import Settings

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""A link to there leads nobody anywhere else."""


def base_url(settings: Settings, request: Request) -> str:
    """What clients reach the service by, without a slash at its end.

    The host that a client names is repeated only where it can be no other's: a request that reached us under a foreign
    name would get links that lead there.
    """
    if settings.public_url:
        return settings.public_url.rstrip("/")
    address, port = request.scope.get("server") or (settings.host, settings.port)
    address = f"[{address}]" if ":" in address else address
    asked = request.headers.get("host", "")
    named = _HOST.fullmatch(asked)
    ours = {*_THIS_MACHINE, *settings.hosts, settings.host, address}
    host = asked if named and named[1].lower() in ours else f"{address}:{port}"
    return f"{request.url.scheme}://{host}"


def signed_path(job_id: str, secret: bytes, seconds: int, kind: PictureKind = "png") -> str:
    """The path of a job's picture of a kind, with when the link ends, and our signature under both."""
    until = int(time.time()) + seconds
    path = routes.path_of(routes.JOB_IMAGE, job_id=job_id)
    as_kind = "" if kind == "png" else f"&format={kind}"
    return f"{path}?until={until}&signature={_sign(job_id, until, secret)}{as_kind}"


def is_signed(scope: Scope, secret: bytes) -> bool:
    """Whether a request is for a picture by a link of ours that is still good."""
    job_id = routes.job_of_image(scope["path"])
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    until, signature = query.get("until", [""])[0], query.get("signature", [""])[0]
    if job_id is None or scope["method"] not in ("GET", "HEAD") or not re.fullmatch(r"\d{1,12}", until, re.ASCII):
        return False
    is_ours = hmac.compare_digest(_sign(job_id, int(until), secret).encode(), signature.encode())
    return is_ours and int(until) >= time.time()


def _sign(job_id: str, until: int, secret: bytes) -> str:
    return hmac.new(secret, f"{job_id} {until}".encode(), hashlib.sha256).hexdigest()
