"""Links that are good without a key."""

from typing import Any

import pytest
from fastapi import Request
from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.serve.links import base_url, is_signed, signed_path
from plitka.serve.settings import Settings

JOB, OTHER, SECRET = "a" * 32, "b" * 32, b"secret"


def scope_of(link: str, method: str = "GET") -> dict[str, Any]:
    """A request for it, as ASGI has it."""
    path, _, query = link.partition("?")
    return {"path": path, "query_string": query.encode(), "method": method}


def test_a_link_is_good_for_its_picture_alone() -> None:
    """Not for another job, another path, writing, or another secret."""
    link = signed_path(JOB, SECRET, 60)
    assert is_signed(scope_of(link), SECRET)
    assert is_signed(scope_of(link, "HEAD"), SECRET)
    assert not is_signed(scope_of(link.replace(JOB, OTHER)), SECRET)
    assert not is_signed(scope_of(link.replace("/image", "")), SECRET)
    assert not is_signed(scope_of(link, "POST"), SECRET)
    assert not is_signed(scope_of(link), b"other")


def test_a_link_ends() -> None:
    """After its time, and it cannot be made longer."""
    assert not is_signed(scope_of(signed_path(JOB, SECRET, -1)), SECRET)
    link = signed_path(JOB, SECRET, 60)
    assert not is_signed(scope_of(link.replace("until=", "until=1")), SECRET)


@settings(deadline=None)
@given(place=st.integers(0, 63), digit=st.sampled_from("0123456789abcdef"))
def test_no_digit_of_a_signature_is_free(place: int, digit: str) -> None:
    """Whichever is changed, the link is none of ours."""
    link, _, signature = signed_path(JOB, SECRET, 60).partition("signature=")
    changed = signature[:place] + digit + signature[place + 1 :]
    assert is_signed(scope_of(f"{link}signature={changed}"), SECRET) == (changed == signature)


@pytest.mark.parametrize(
    ("host", "chosen", "base"),
    [
        ("localhost:81", {}, "http://localhost:81"),
        ("10.0.0.7:8000", {}, "http://10.0.0.7:8000"),
        ("evil.example", {}, "http://10.0.0.7:8000"),
        ("evil.example@localhost", {}, "http://10.0.0.7:8000"),
        ("", {}, "http://10.0.0.7:8000"),
        ("Tiles.example:81", {"hosts": ("tiles.example",)}, "http://Tiles.example:81"),
        ("evil.example", {"public_url": "https://tiles.example/"}, "https://tiles.example"),
    ],
)
def test_links_lead_to_no_host_that_is_not_ours(host: str, chosen: dict[str, Any], base: str) -> None:
    """Whatever host a client names."""
    headers = [(b"host", host.encode())]
    scope = {"type": "http", "scheme": "http", "path": "/", "server": ("10.0.0.7", 8000), "headers": headers}
    assert base_url(Settings(**chosen), Request(scope)) == base


@pytest.mark.parametrize("query", ["", "until=x&signature=y", "until=１&signature=y", "signature=y", "until=1" * 9])
def test_nonsense_is_no_link(query: str) -> None:
    """And breaks nothing."""
    assert not is_signed(scope_of(f"/v1/jobs/{JOB}/image?{query}"), SECRET)
