"""An error as an HTTP response, in the shape of the contract that its path belongs to."""

from collections.abc import Mapping
from html import escape
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response

from plitka.core.language.translations import localise
from plitka.core.recipes.recipe import Notice
from plitka.errors import NotFound, NotIdentified, PlitkaError, ServiceError
from plitka.serve import routes
from plitka.serve.page import the_page, wants_page
from plitka.serve.problems import problem_of, status_of

_PASSING = (503, 507)
"""Statuses of what passes by itself, or as soon as the operator has looked."""
_USUAL_RETRY_S = 10.0
_BASIC = 'Basic realm="plitka", charset="UTF-8"'
"""The web UI's clients send the key as a password, and many of them only when it is asked for so."""


def language_of(headers: Mapping[str, str]) -> str:
    """The first of our languages that Accept-Language names."""
    for part in headers.get("accept-language", "").lower().split(","):
        if part.strip().startswith("ru"):
            return "ru"
        if part.strip().startswith("en"):
            break
    return "en"


def error_response(
    error: PlitkaError, path: str, request_id: str, headers: Mapping[str, str], *, status: int | None = None
) -> Response:
    """The response to a request that cannot be met; a person whose browser came to no place is told so as a page."""
    status = status or status_of(error)
    problem = problem_of(error, language=language_of(headers), request_id=request_id)
    told: dict[str, str] = {}
    retry_after_s = error.retry_after_s if isinstance(error, ServiceError) else None
    if retry_after_s is None and status in _PASSING:
        retry_after_s = _USUAL_RETRY_S
    if retry_after_s is not None:
        told["Retry-After"] = str(max(1, round(retry_after_s)))
    if isinstance(error, NotIdentified):
        told["WWW-Authenticate"] = _BASIC if routes.contract_of(path) is routes.Contract.A1111 else "Bearer"
    if isinstance(error, NotFound | NotIdentified) and wants_page(Headers(headers)):
        return the_page().nowhere(_markup_of(error), status, told)
    return JSONResponse(_shaped(problem, path, status), status, told)


def _markup_of(error: PlitkaError) -> str:
    """The error in both languages, for nobody knows which one is read, and the way to the mixer."""
    return "".join(
        f'<div class="told" lang="{language}"><p>{escape(_sentence(localise(error, language)))}</p>'
        f'<a class="button" href="{routes.ROOT}">{escape(localise(Notice("Open the mixer"), language))}</a></div>'
        for language in ("en", "ru")
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _shaped(problem: dict[str, Any], path: str, status: int) -> dict[str, Any]:
    text = "\n".join(filter(None, (problem["error"], problem.get("details"))))
    contract = routes.contract_of(path)
    if contract is routes.Contract.OPENAI:
        kind = "server_error" if status >= 500 else "invalid_request_error"
        return {"error": {"message": text, "type": kind, "param": None, "code": problem["code"]}}
    if contract is routes.Contract.A1111:
        return {"error": problem["code"], "detail": text, "body": "", "errors": text}
    if contract is routes.Contract.COG:
        return {"title": problem["code"], "detail": text, "status": status, "request_id": problem["request_id"]}
    return problem
