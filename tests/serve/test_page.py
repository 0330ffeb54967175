"""The page's files over HTTP: what they may do, and how long they are kept."""

import gzip
import re

import httpx2
import pytest
from starlette.datastructures import Headers
from tests.serve.conftest import Running

from plitka.serve.page import POLICY, wants_page

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def browser(server: Running) -> httpx2.Client:
    """Somebody without a key."""
    return server.client_of(None)


def paths_of(index: str) -> list[str]:
    """What the page loads first."""
    return re.findall(r'(?:src|href)="(/web/[^"]+)"', index)


def test_browsers_get_the_page_and_programs_what_they_always_got(browser: httpx2.Client) -> None:
    """At the same path, and caches are told so."""
    page = browser.get("/", headers=HTML)
    assert page.headers["Content-Type"].startswith("text/html")
    assert 'id="page"' in page.text
    for accept in ("*/*", "application/json", "image/png"):
        assert browser.get("/", headers={"Accept": accept}).text == "Ok"
    assert page.headers["Vary"].startswith("Accept")
    assert browser.get("/").headers["Vary"].startswith("Accept")


def test_the_policy_has_no_unsafe_word(browser: httpx2.Client) -> None:
    """Nothing inline, nothing evaluated, nothing from elsewhere, nothing around it."""
    answer = browser.get("/", headers=HTML)
    policy = answer.headers["Content-Security-Policy"]
    assert policy == POLICY
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|style=", answer.text)


def test_files_are_kept_for_ever_and_the_page_is_asked_for_anew(browser: httpx2.Client) -> None:
    """What has not changed is not sent again."""
    page = browser.get("/", headers=HTML)
    assert page.headers["Cache-Control"] == "no-cache"
    again = browser.get("/", headers=HTML | {"If-None-Match": page.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    for path in paths_of(page.text):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert browser.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_files_are_sent_packed(browser: httpx2.Client) -> None:
    """To whoever can unpack them."""
    path = next(path for path in paths_of(browser.get("/", headers=HTML).text) if path.endswith("app.js"))
    plain = browser.get(path, headers={"Accept-Encoding": "identity"})
    with browser.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
        assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == plain.content
    assert len(packed) < len(plain.content)


@pytest.mark.parametrize(
    "name",
    ["nothing.js", "schema.d.ts", "../serve/app.py", "..%2fserve%2fapp.py", "vendor/LICENCES.txt", "", "index.html"],
)
def test_nothing_else_is_served(browser: httpx2.Client, name: str) -> None:
    """Not types, not Python, and nothing above the folder."""
    digest = paths_of(browser.get("/", headers=HTML).text)[0].split("/")[2]
    assert browser.get(f"/web/{digest}/{name}").status_code == 404
    assert browser.get("/web/0123456789abcdef/app.js").status_code == 404


def test_who_wants_the_page() -> None:
    """Whoever names HTML."""
    assert wants_page(Headers(HTML))
    assert not wants_page(Headers({"accept": "*/*"}))
