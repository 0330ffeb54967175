"""Signing in and out over HTTP."""

import shlex
from pathlib import Path

import httpx2
import pytest
from tests.serve.conftest import Running, running

from plitka.serve import routes
from plitka.serve.keys import make_key

PAGE = {"X-Plitka-Page": "1"}


@pytest.fixture
def browser(server: Running) -> httpx2.Client:
    """A client that keeps cookies, and has no key."""
    return server.client_of(None)


def test_a_key_signs_in_and_out(server: Running, browser: httpx2.Client) -> None:
    """The cookie is none for scripts nor for other sites; afterwards a copy of it opens nothing."""
    command = shlex.join(["plitka", "keys", "create", "NAME", "--data", str(server.service.settings.data)])
    assert browser.get(routes.SESSION).json() == {"role": None, "is_open": False, "key_command": command}
    forwarded = browser.get(routes.SESSION, headers={"X-Forwarded-For": "192.0.2.1"})
    assert forwarded.json()["key_command"] is None
    answer = browser.post(routes.SESSION, json={"key": server.key("viewer")}, headers=PAGE)
    assert answer.json() == {"role": "viewer", "is_open": False, "key_command": None}
    cookie = answer.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age="))
    assert "Secure" not in cookie
    assert browser.get(routes.COLOURS).status_code == 200
    assert browser.get(routes.SESSION).json()["role"] == "viewer"
    copy = {"Cookie": cookie.partition(";")[0]}
    assert browser.delete(routes.SESSION, headers=PAGE).json()["role"] is None
    assert browser.get(routes.COLOURS).status_code == 401
    assert server.client_of(None).get(routes.COLOURS, headers=copy).status_code == 401


def test_https_makes_the_cookie_secure(server: Running, browser: httpx2.Client) -> None:
    """Also where a proxy ends it."""
    told = PAGE | {"X-Forwarded-Proto": "https"}
    answer = browser.post(routes.SESSION, json={"key": server.key()}, headers=told)
    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_revoked_key_ends_its_sessions(server: Running, browser: httpx2.Client) -> None:
    """From the next request on."""
    key, row = make_key(server.service.store, "gone")
    browser.post(routes.SESSION, json={"key": key}, headers=PAGE)
    assert browser.get(routes.COLOURS).status_code == 200
    server.service.store.revoke_key(row.id)
    assert browser.get(routes.COLOURS).status_code == 401
    assert browser.get(routes.SESSION).json()["role"] is None


def test_wrong_keys_are_refused_and_counted(tmp_path: Path) -> None:
    """After a few an address has to wait; so has one that guesses tokens."""
    with running(tmp_path, refusals_per_minute=3) as server:
        client = server.client_of(None)
        asked = [client.post(routes.SESSION, json={"key": "plitka_x"}, headers=PAGE).status_code for _ in range(4)]
        assert asked == [401, 401, 401, 429]
        assert client.get(routes.SESSION, headers={"Cookie": "plitka_session=x"}).status_code == 429
        assert client.get(routes.SESSION).status_code == 200


@pytest.mark.parametrize("body", [{}, {"key": "a", "link": "b"}, {"key": ""}, {"key": "x" * 201}, {"name": "x"}])
def test_odd_bodies_are_refused(browser: httpx2.Client, body: dict[str, str]) -> None:
    """Neither, both, nothing, too long, unknown."""
    assert browser.post(routes.SESSION, json=body, headers=PAGE).status_code == 422


def test_no_other_page_acts_with_the_session(server: Running, browser: httpx2.Client) -> None:
    """What changes something needs our header and our origin; a key of its own needs neither."""
    browser.post(routes.SESSION, json={"key": server.key()}, headers=PAGE)
    order = {"recipe": "red"}
    assert browser.post(routes.JOBS, json=order).status_code == 403
    other = PAGE | {"Origin": "http://evil.example"}
    assert browser.post(routes.JOBS, json=order, headers=other).status_code == 403
    assert browser.post(routes.SESSION, json={"key": server.key()}, headers=other).status_code == 403
    assert browser.delete(routes.SESSION, headers=other).status_code == 403
    assert browser.post(routes.JOBS, json=order, headers=PAGE | {"Origin": server.url}).status_code == 202
    assert server.client().post(routes.JOBS, json=order).status_code == 202


def test_a_one_time_link_signs_in_as_this_machine(server: Running, browser: httpx2.Client) -> None:
    """Once; and its jobs are those of the next link too."""
    link = server.service.invite()
    answer = browser.post(routes.SESSION, json={"link": link}, headers=PAGE)
    assert answer.json() == {"role": "operator", "is_open": False, "key_command": None}
    job = browser.post(routes.JOBS, json={"recipe": "red"}, headers=PAGE).json()
    assert server.client_of(None).post(routes.SESSION, json={"link": link}, headers=PAGE).status_code == 401
    other = server.client_of(None)
    other.post(routes.SESSION, json={"link": server.service.invite()}, headers=PAGE)
    assert other.get(routes.path_of(routes.JOB, job_id=job["id"])).status_code == 200


def test_an_open_service_needs_no_session(tmp_path: Path) -> None:
    """There is nothing to sign out of."""
    with running(tmp_path, open_loopback=True) as server:
        told = server.client_of(None).get(routes.SESSION).json()
        assert told == {"role": "operator", "is_open": True, "key_command": None}
