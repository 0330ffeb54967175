"""Errors in the shape of each contract."""

import json
import re

import pytest

from plitka.errors import InputError, NoRoom, NotFound, NotIdentified, PlitkaError, TooMany, Unavailable
from plitka.serve import routes
from plitka.serve.error_responses import error_response, language_of
from plitka.serve.page import POLICY


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "en"), ("ru", "ru"), ("ru-RU,en;q=0.5", "ru"), ("en, ru", "en"), ("de, ru", "ru"), ("de", "en")],
)
def test_the_first_of_our_languages_is_spoken(header: str, language: str) -> None:
    """English where none of them is asked for."""
    assert language_of({"accept-language": header}) == language


@pytest.mark.parametrize(
    ("path", "place"),
    [(routes.JOBS, ["error"]), (routes.IMAGES, ["error", "message"]), (routes.PREDICTIONS, ["detail"])],
)
def test_each_contract_has_the_words_where_its_clients_look(path: str, place: list[str]) -> None:
    """The same sentence, and the same status."""
    answer = error_response(InputError("no {what}", what="way"), path, "id-1", {})
    told = json.loads(bytes(answer.body))
    for name in place:
        told = told[name]
    assert told == "no way"
    assert answer.status_code == 422


def test_headers_say_what_to_do_next() -> None:
    """When to ask again, and how to say who one is."""
    hasty = error_response(TooMany("too many", retry_after_s=0.2), routes.JOBS, "id", {})
    assert hasty.headers["Retry-After"] == "1"
    for passing in (Unavailable("no life"), NoRoom("full")):
        assert int(error_response(passing, routes.JOBS, "id", {}).headers["Retry-After"]) > 0
    stranger = error_response(NotIdentified("who?"), routes.JOBS, "id", {})
    assert stranger.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("error", [NotFound("there is nothing at this address"), NotIdentified("this needs a <key>")])
def test_a_browser_that_came_to_no_place_gets_a_page(error: PlitkaError) -> None:
    """In both languages and the page's look, with the way to the mixer, what was said as text; programs get JSON."""
    page = error_response(error, "/floor", "id-1", {"accept": "text/html,*/*;q=0.8"})
    text = bytes(page.body).decode()
    assert (page.media_type, text.count('<a class="button" href="/">')) == ("text/html", 2)
    assert re.search(r'rel="stylesheet" href="/web/[0-9a-f]{16}/style.css"', text)
    assert page.headers["Content-Security-Policy"] == POLICY
    assert "Open the mixer" in text
    assert "Открыть конструктор плитки" in text
    assert "<key>" not in text
    for accept in ("*/*", "application/json", ""):
        told = error_response(error, "/floor", "id-1", {"accept": accept})
        assert (told.media_type, told.status_code) == ("application/json", page.status_code)
    refused = error_response(TooMany("wait"), "/floor", "id-1", {"accept": "text/html"})
    assert refused.media_type == "application/json"
