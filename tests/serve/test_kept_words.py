"""Words of a job's end, read in the language of whoever asks."""

from dataclasses import replace

from plitka.core.generation import Request
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import Notice
from plitka.core.render_engine import RenderEngine
from plitka.core.report import report
from plitka.core.scene import Scene, Size
from plitka.errors import InputError, RecipeError
from plitka.serve.kept_words import in_language, keep_problem, keep_result
from plitka.serve.problems import problem_of

TOLD = Notice("{name!r} is named more than once; its parts were added up", {"name": "red"})


def test_a_problem_is_told_in_each_language() -> None:
    """As it would be told at once."""
    error = InputError("{code} cannot be both coarse and fine; name it once", code="RED")
    kept = keep_problem(error, request_id="a")
    for language in ("en", "ru"):
        assert in_language(kept, language) == problem_of(error, language=language, request_id="a")
    assert in_language(kept, "en")["error"] != in_language(kept, "ru")["error"]


def test_suggestions_and_places_stay() -> None:
    """Only the sentence is in another language."""
    error = RecipeError("unknown colour {name!r}", source="teel", span=(0, 4), suggestions=("teal",), name="teel")
    kept = in_language(keep_problem(error, code="recipe"), "ru")
    assert (kept["code"], kept["suggestions"], kept["details"]) == ("recipe", ["teal"], "teel\n~~~^")


def test_warnings_are_told_in_each_language() -> None:
    """And the rest of the report is the same in all."""
    scene = Scene.of(parse_recipe("60% red, 40% black").recipe, Size(width_px=64, height_px=64))
    engine = RenderEngine()
    complete = replace(engine.complete(Request(scene=scene, seed=1)), notices=(TOLD,))
    result, _ = engine.render(complete)
    english, russian = (in_language(keep_result(result), language) for language in ("en", "ru"))
    assert english == report(result)
    assert english["warnings"] == [str(TOLD)]
    assert russian["warnings"] != english["warnings"]
    assert {name for name in english if english[name] != russian[name]} == {"warnings"}


def test_what_was_kept_in_one_language_is_told_in_it() -> None:
    """By an older plitka."""
    assert in_language({"error": "it failed", "code": "internal"}, "ru") == {"error": "it failed", "code": "internal"}
