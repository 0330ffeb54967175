"""What a job ends with, kept in every language: who looks at it may read another than who ordered it."""

from collections.abc import Mapping
from typing import Any

from plitka.core.generation import Result
from plitka.core.language.translations import LANGUAGES, localise
from plitka.core.report import report
from plitka.errors import PlitkaError, Unavailable
from plitka.serve.problems import problem_of
from plitka.serve.store import Job, State

_USUAL, *_OTHERS = LANGUAGES
_IN_OTHERS = "in_other_languages"
_LEFT = "left"
"""Code of a problem."""


def keep_result(result: Result) -> dict[str, Any]:
    """The report of a picture, with its warnings in all languages."""
    notices = result.notices
    told = {other: {"warnings": [localise(notice, other) for notice in notices]} for other in _OTHERS}
    return report(result) | ({_IN_OTHERS: told} if notices else {})


def keep_problem(error: PlitkaError, *, code: str | None = None, request_id: str | None = None) -> dict[str, Any]:
    """An error as `problem_of` tells it, in all languages."""
    told = {other: {"error": problem_of(error, language=other)["error"]} for other in _OTHERS}
    return problem_of(error, language=_USUAL, code=code, request_id=request_id) | {_IN_OTHERS: told}


def deadline_problem(request_id: str) -> dict[str, Any]:
    """Why a job whose deadline has passed failed."""
    error = Unavailable("the deadline passed before the picture was made")
    return keep_problem(error, code="deadline", request_id=request_id)


def left_problem(request_id: str) -> dict[str, Any]:
    """Why a job was cancelled whose callers had all gone."""
    error = Unavailable("whoever waited for this picture has gone")
    return keep_problem(error, code=_LEFT, request_id=request_id)


def is_left(job: Job) -> bool:
    """Whether a job was cancelled for that, so that the same order again makes it."""
    return job.state is State.CANCELLED and (job.error or {}).get("code") == _LEFT


def in_language(kept: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What was kept, in one language; what an older plitka kept stays in the one it has."""
    told = {name: value for name, value in kept.items() if name != _IN_OTHERS}
    words: Mapping[str, Any] = kept.get(_IN_OTHERS, {}).get(language, {})
    return {**told, **words}
