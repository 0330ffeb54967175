"""What a job ends with, kept in every language: who looks at it may read another than who ordered it."""

from collections.abc import Mapping
from typing import Any

from plitka.core.generation import Result
from plitka.core.language.translations import LANGUAGES, localise
from plitka.core.report import report
from plitka.errors import PlitkaError
from plitka.serve.problems import problem_of

_USUAL, *_OTHERS = LANGUAGES
_IN_OTHERS = "in_other_languages"


def keep_result(result: Result) -> dict[str, Any]:
    """The report of a picture, with its warnings in all languages."""
    notices = result.notices
    told = {other: {"warnings": [localise(notice, other) for notice in notices]} for other in _OTHERS}
    return report(result) | ({_IN_OTHERS: told} if notices else {})


def keep_problem(error: PlitkaError, *, code: str | None = None, request_id: str | None = None) -> dict[str, Any]:
    """An error as `problem_of` tells it, in all languages."""
    told = {other: {"error": problem_of(error, language=other)["error"]} for other in _OTHERS}
    return problem_of(error, language=_USUAL, code=code, request_id=request_id) | {_IN_OTHERS: told}


def in_language(kept: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What was kept, in one language; what an older plitka kept stays in the one it has."""
    told = {name: value for name, value in kept.items() if name != _IN_OTHERS}
    words: Mapping[str, Any] = kept.get(_IN_OTHERS, {}).get(language, {})
    return {**told, **words}
