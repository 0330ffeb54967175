"""Whose request it is: by a key, by the session of a browser, or because it comes from this machine."""

import base64
import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from plitka.errors import NotAllowed
from plitka.serve import keys, sessions
from plitka.serve.keys import Caller
from plitka.serve.service import Service

PAGE_HEADER = "x-plitka-page"
"""The page sends it with whatever changes something: no page of another origin can, without our leave."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LOCAL_HOSTS = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


def identify(service: Service, method: str, headers: Headers) -> Caller | None:
    """The caller; None for one without a key or a session that is in force.

    Raises:
        NotAllowed: another page than ours sends the session along.
    """
    key = key_of(headers)
    caller = keys.identify(service.store, key) if key is not None else None
    if key is None and (token := token_of(headers)):
        caller = sessions.find(service.store, token)
        if caller is not None and method not in SAFE_METHODS:
            check_page(headers)
    if caller is None and is_local(service, headers):
        return keys.LOCAL
    return caller


def key_of(headers: Headers) -> str | None:
    """The key that a request carries, in any of the ways that clients know."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return _password(credentials)
    if credentials and scheme.lower() in {"bearer", "token"}:
        return credentials.strip()
    if scheme:
        return ""
    return headers.get("x-api-key")


def _password(credentials: str) -> str:
    """The password of a basic authorisation, whatever the name before it; empty where it is none."""
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def token_of(headers: Headers) -> str:
    """The token of the browser's session; empty where there is none."""
    return cookie_parser(headers.get("cookie", "")).get(sessions.COOKIE, "")


def check_page(headers: Headers) -> None:
    """Let nobody but our own page act in the name of who is signed in.

    Raises:
        NotAllowed: another page sends this, or a form of one.
    """
    origin = headers.get("origin")
    is_ours = origin is None or urlsplit(origin).netloc == headers.get("host", "")
    site = headers.get("sec-fetch-site", "same-origin")
    if not is_ours or site not in {"same-origin", "none"} or PAGE_HEADER not in headers:
        raise NotAllowed("only the page of this service may do this for who is signed in; send a key instead")


def is_local(service: Service, headers: Headers) -> bool:
    """Whether this needs no key: the operator wants that, and no proxy and no page of another host has sent it."""
    return service.settings.open_loopback and is_from_here(headers)


def is_from_here(headers: Headers) -> bool:
    """Whether a request names this machine, and no proxy and no page of another host has sent it."""
    if any(name in headers for name in _FORWARDED):
        return False
    origin = headers.get("origin", "http://localhost").partition("://")[2]
    return bool(_LOCAL_HOSTS.fullmatch(headers.get("host", "")) and _LOCAL_HOSTS.fullmatch(origin))
