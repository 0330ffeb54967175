"""Errors as answers."""

import pytest

from plitka import errors
from plitka.core.recipes.reading import parse_recipe
from plitka.serve.problems import STATUS_AND_CODE, faults_of_best_body, problem_of, status_of
from plitka.serve.schemas import Problem

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.PlitkaError)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_status_and_a_code(kind: type[errors.PlitkaError]) -> None:
    """Its own row, or that of its nearest ancestor."""
    assert any(ancestor in STATUS_AND_CODE for ancestor in kind.__mro__)


def test_what_is_for_the_operator_is_not_told() -> None:
    """Devices, paths and libraries stay in the log."""
    told = problem_of(errors.EngineError("{device} failed: /secret", device="cuda:0"))
    assert "secret" not in str(told)
    assert "cuda" not in str(told)
    assert told["code"] == "engine"
    assert "secret" not in str(problem_of(errors.MissingFile("{path} is missing", path="/secret")))


def test_an_error_whose_words_help_the_caller_is_told() -> None:
    """Too little memory asks for a smaller picture; an empty picture for another seed."""
    memory = errors.OutOfMemory("{device} ran out of memory", device="cuda:0")
    assert "smaller" in problem_of(memory)["error"]
    assert problem_of(errors.BadOutput("try another seed"))["error"] == "try another seed"


def test_a_recipe_that_cannot_be_read_shows_its_place() -> None:
    """With a mark under it and what may have been meant, and in the caller's language."""
    with pytest.raises(errors.RecipeError) as refused:
        parse_recipe("60% rde, 40% black")
    problem = Problem(**problem_of(refused.value, request_id="id"))
    assert "~^" in (problem.details or "")
    assert problem.suggestions
    assert problem_of(refused.value, language="ru")["error"] != problem.error
    assert status_of(refused.value) == 400


def test_a_mix_that_may_be_meant_is_told_as_a_whole() -> None:
    """To be taken as it is; others have none."""
    with pytest.raises(errors.RecipeError) as refused:
        parse_recipe("lots of red, some black")
    assert Problem(**problem_of(refused.value)).rewritten == "90% red, 10% black"
    assert problem_of(errors.InputError("no"))["rewritten"] is None


def test_faults_are_those_of_the_body_that_was_meant() -> None:
    """Without the names of classes, where a path takes several kinds of bodies."""
    several = [
        {"loc": ("body", "New", "inputs"), "type": "missing"},
        {"loc": ("body", "New", "prompt"), "type": "extra_forbidden"},
        {"loc": ("body", "Old", "width"), "type": "extra_forbidden"},
    ]
    assert [fault["loc"] for fault in faults_of_best_body(several)] == [("body", "width")]
    for alone in (
        [{"loc": ("body",), "type": "missing"}],
        [{"loc": ("body", "Width"), "type": "extra_forbidden"}],
        [{"loc": ("body", "zones", 0, "mask"), "type": "missing"}],
        [{"loc": ("query", "Limit", "x"), "type": "missing"}],
    ):
        assert faults_of_best_body(alone) == alone
