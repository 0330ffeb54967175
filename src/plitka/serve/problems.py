"""What a caller is told of an error: its HTTP status, a code for programs, and words for people."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from plitka.core.language.translations import localise
from plitka.core.recipes.recipe import Notice, caret
from plitka.errors import (
    BadOutput,
    BundleError,
    Cancelled,
    Conflict,
    EngineError,
    Gone,
    InputError,
    NoRoom,
    NotAllowed,
    NotFound,
    NotIdentified,
    OutOfMemory,
    PlitkaError,
    PromptTooLong,
    RecipeError,
    ServiceError,
    TooFine,
    TooLarge,
    TooMany,
    Unavailable,
)

STATUS_AND_CODE: dict[type[PlitkaError], tuple[int, str]] = {
    RecipeError: (400, "recipe"),
    PromptTooLong: (413, "prompt_too_long"),
    TooFine: (422, "too_fine"),
    InputError: (422, "input"),
    NotIdentified: (401, "key"),
    NotAllowed: (403, "role"),
    NotFound: (404, "not_found"),
    Conflict: (409, "conflict"),
    Gone: (410, "gone"),
    TooLarge: (413, "too_large"),
    TooMany: (429, "too_many"),
    Unavailable: (503, "unavailable"),
    NoRoom: (507, "storage"),
    ServiceError: (500, "service"),
    OutOfMemory: (500, "out_of_memory"),
    BadOutput: (500, "bad_output"),
    EngineError: (500, "engine"),
    BundleError: (500, "model"),
    Cancelled: (500, "cancelled"),
    PlitkaError: (500, "internal"),
}
"""An error's row is that of its nearest ancestor here."""

_OPERATOR_ONLY = (EngineError, BundleError)
"""Their words name devices, files and libraries: they go to the log, and callers get a general sentence."""


_FAULTS = {
    "missing": Notice("Field required"),
    "extra_forbidden": Notice("Extra inputs are not permitted"),
    "json_invalid": Notice("JSON decode error"),
    "string_pattern_mismatch": Notice("does not have the form that it must have"),
    "string_type": Notice("Input should be a valid string"),
    "string_too_long": Notice("String should have at most {max_length} characters"),
    "string_too_short": Notice("String should have at least {min_length} characters"),
    "too_long": Notice("it should have at most {max_length} items"),
    "too_short": Notice("it should have at least {min_length} items"),
    "list_type": Notice("Input should be a valid list"),
    "dict_type": Notice("Input should be a valid dictionary"),
    "model_attributes_type": Notice("Input should be a valid dictionary"),
    "bool_type": Notice("Input should be a valid boolean"),
    "bool_parsing": Notice("Input should be a valid boolean"),
    "int_type": Notice("Input should be a valid integer"),
    "int_parsing": Notice("Input should be a valid integer"),
    "int_from_float": Notice("Input should be a valid integer"),
    "float_type": Notice("Input should be a valid number"),
    "float_parsing": Notice("Input should be a valid number"),
    "finite_number": Notice("Input should be a finite number"),
    "greater_than_equal": Notice("Input should be greater than or equal to {ge}"),
    "greater_than": Notice("Input should be greater than {gt}"),
    "less_than_equal": Notice("Input should be less than or equal to {le}"),
    "less_than": Notice("Input should be less than {lt}"),
    "literal_error": Notice("Input should be one of {expected}"),
    "enum": Notice("Input should be one of {expected}"),
}
"""What pydantic says of a request, by its types of faults."""


def faults_of_best_body(faults: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The faults of the body that fits best, where a path takes bodies of several kinds.

    Args:
        faults: pydantic's `errors()`, which has those of each kind below the name of its class.
    """
    of_kind: dict[str, list[Mapping[str, Any]]] = {}
    for fault in faults:
        match fault["loc"]:
            case ("body", str() as kind, *rest) if rest and kind[:1].isupper():
                of_kind.setdefault(kind, []).append({**fault, "loc": ("body", *rest)})
            case _:
                return faults
    return min(of_kind.values(), key=len, default=faults)


def fault_text(fault: Mapping[str, Any], language: str) -> str:
    """Where a request does not fit, and what was expected; never what was sent, which may be anything.

    Args:
        fault: one of pydantic's `errors()`.
        language: one of `LANGUAGES`; a fault that is not in `_FAULTS` is told in pydantic's own English.
    """
    place = ".".join(str(part)[:40] for part in fault["loc"] if part != "body")
    known, values = _FAULTS.get(fault["type"]), dict(fault.get("ctx", {}))
    if "expected" in values:  # 'a', 'b' or 'c'
        values["expected"] = str(values["expected"]).replace(" or ", ", ")
    told = str(fault["msg"]) if known is None else localise(replace(known, values=values), language)
    return f"{place}: {told}" if place else told


def status_of(error: PlitkaError) -> int:
    """The HTTP status of an error."""
    return _row(error)[0]


def problem_of(
    error: PlitkaError, *, language: str = "en", code: str | None = None, request_id: str | None = None
) -> dict[str, Any]:
    """The error as `plitka.serve.schemas.Problem` has it; paths, devices and libraries are left out."""
    if isinstance(error, _OPERATOR_ONLY) and not isinstance(error, OutOfMemory | BadOutput):
        told = localise(ServiceError("the model failed; the request may be tried again"), language)
    elif isinstance(error, OutOfMemory):
        told = localise(ServiceError("there is not enough memory for this picture; ask for a smaller one"), language)
    else:
        told = localise(error, language)
    problem: dict[str, Any] = {
        "error": told,
        "code": code or _row(error)[1],
        "details": None,
        "suggestions": None,
        "rewritten": None,
        "request_id": request_id,
    }
    if isinstance(error, RecipeError):
        problem |= {
            "details": caret(error) or None,
            "suggestions": list(error.suggestions) or None,
            "rewritten": error.rewritten,
        }
    return problem


def _row(error: PlitkaError) -> tuple[int, str]:
    return next(STATUS_AND_CODE[kind] for kind in type(error).__mro__ if kind in STATUS_AND_CODE)
