"""Whose request it is, and which pages may send a session along."""

import pytest
from starlette.datastructures import Headers

from plitka.errors import NotAllowed
from plitka.serve.identity import check_page, key_of, token_of

OURS = {"host": "tiles.example:8000", "x-plitka-page": "1"}


@pytest.mark.parametrize(
    "more",
    [
        {"origin": "http://tiles.example:8000", "sec-fetch-site": "same-origin"},
        {"origin": "https://tiles.example:8000"},
        {},
    ],
)
def test_our_page_may_act(more: dict[str, str]) -> None:
    """Also behind a proxy that speaks https, and in a browser that tells less."""
    check_page(Headers(OURS | more))


@pytest.mark.parametrize(
    "more",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://tiles.example:3000"},
        {"origin": "null"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_other_pages_may_not(more: dict[str, str]) -> None:
    """Not even one of the same machine at another port."""
    with pytest.raises(NotAllowed):
        check_page(Headers(OURS | more))


def test_a_form_may_not() -> None:
    """It cannot send our header."""
    with pytest.raises(NotAllowed):
        check_page(Headers({"host": OURS["host"]}))


def test_keys_and_tokens_are_found() -> None:
    """Wherever clients put them."""
    for headers in ({"authorization": "Bearer k"}, {"authorization": "Token k"}, {"x-api-key": "k"}):
        assert key_of(Headers(headers)) == "k"
    assert key_of(Headers({})) is None
    assert token_of(Headers({"cookie": "a=b; plitka_session=t; c=d"})) == "t"
    assert token_of(Headers({})) == ""
