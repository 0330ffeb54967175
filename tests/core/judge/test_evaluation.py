"""Evaluation, of an engine whose faults are known."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from tests.core.judge.block_engine import MIXED, BlockEngine, recipes, report_of, run

from plitka.core.judge.evaluation import (
    N_SEEDS,
    compare_photographs,
    evaluate,
    photographed_recipes,
    read_suite,
)
from plitka.core.judge.realism import load_references, recipe_key
from plitka.core.recipes.recipe import Recipe
from plitka.core.render_engine import RenderEngine
from plitka.core.watch import OnProgress, Progress
from plitka.errors import Cancelled, InputError

SUITES = Path(__file__).parents[3] / "recipes/evaluate"


def test_a_true_engine_has_small_errors_and_a_skewed_one_its_skew() -> None:
    """Twelve points taken from the first colour are twelve points of error."""
    true, skewed = report_of().shares, report_of(12).shares
    assert true is not None
    assert skewed is not None
    assert true.maximum < 2
    assert true.near == 1
    assert skewed.mean == pytest.approx(12, abs=2)
    assert skewed.near == 0


def test_an_engine_that_tells_what_it_laid_is_measured_by_that() -> None:
    """Two greys, of which a picture alone does not say which is which in what light."""
    suite = recipes("80% gray, 20% dark gray", "20% gray, 80% dark gray")
    told, blind = (run(BlockEngine(tells_laid=tells), suite).shares for tells in (True, False))
    assert told is not None
    assert blind is not None
    assert told.mean < blind.mean


def test_solids_have_no_shares_to_get_wrong() -> None:
    """Only mixes count for errors; a suite of solids has none."""
    assert run(BlockEngine(skew=12), recipes("100% red")).shares is None
    spread = report_of().shares
    assert spread is not None
    assert spread.n == 3


def test_the_measures_own_error_is_known_where_the_truth_is() -> None:
    """An engine that tells exact shares gives the measure's error; another does not."""
    assert report_of().measure_error is None
    spread = report_of(is_exact=True).measure_error
    assert spread is not None
    assert spread.maximum < 2


def test_realism_is_told_where_there_is_a_photograph() -> None:
    """Red is photographed; of these mixes none; flat blocks are no granules."""
    realism = report_of().realism
    assert set(realism) == {"solids"}
    assert realism["solids"].patches > 2
    assert run(BlockEngine(), MIXED[1:2]).realism == {}


def test_photographs_of_other_tiles_score_more_than_one() -> None:
    """They are of other colours or other shares; alone a photograph has no other."""
    references = load_references()
    found = compare_photographs(references)
    assert set(found) == {"solids", "mixes"}
    assert all(1 < ratio < 15 for one in found.values() for ratio in (one.patches, one.spectrum, one.lightness))
    assert compare_photographs({"RED:100": references["RED:100"]}) == {}


def test_pictures_too_small_for_realism_are_measured_all_the_same() -> None:
    """Shares need 64 px, a spectrum 256."""
    report = evaluate(BlockEngine(), MIXED, load_references(), size_px=128)
    assert report.realism == {}
    assert len(report.rows) == 4


def test_a_refused_recipe_does_not_end_the_suite() -> None:
    """It is listed with its reason."""
    report = run(BlockEngine(refuse_colours=2))
    assert [len(row.recipe.parts) for row in report.rows] == [1]
    assert [str(error) for _, error in report.refused] == ["too many colours"] * 3


def test_each_picture_is_watched() -> None:
    """The callback is called at each step; what it raises ends the suite, as nobody wants the rest then."""
    entered: list[Recipe] = []
    steps: list[Progress] = []

    @contextmanager
    def watch(recipe: Recipe) -> Iterator[OnProgress]:
        entered.append(recipe)
        yield steps.append

    evaluate(BlockEngine(), MIXED, {}, size_px=64, watch=watch)
    assert entered == MIXED
    assert [progress.step for progress in steps] == [1] * 4

    def stop(_progress: Progress) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        evaluate(BlockEngine(), MIXED, {}, size_px=64, watch=lambda _recipe: nullcontext(stop))


def test_the_renderer_is_evaluated_as_any_engine() -> None:
    """It tells its exact shares, so that the error of the measure is known."""
    report = evaluate(RenderEngine(), MIXED[:2], {}, size_px=192)
    assert report.engine == "render"
    assert report.measure_error is not None
    assert report.measure_error.maximum < 4


def test_seeds_come_in_groups() -> None:
    """Ten seeds over the suite, in order, each for neighbours."""
    engine = BlockEngine()
    evaluate(engine, recipes("100% red") * 12, {}, size_px=64, seed=5)
    assert engine.seeds == sorted(engine.seeds)
    assert set(engine.seeds) == set(range(5, 5 + N_SEEDS))


def test_a_suite_is_read_with_its_comments(tmp_path: Path) -> None:
    """One recipe a line, in any language that recipes are read in."""
    path = tmp_path / "suite.txt"
    path.write_text("# title\n\n60% red, 40% black\n  красный и чёрный поровну\n", "utf-8")
    assert [recipe.percents for recipe in read_suite(path)] == [{"RED": 60, "BLACK": 40}, {"RED": 50, "BLACK": 50}]


def test_a_suite_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    """As editors on Windows write it."""
    path = tmp_path / "suite.txt"
    path.write_text("# title\n100% red\n", "utf-8-sig")
    assert [recipe.percents for recipe in read_suite(path)] == [{"RED": 100}]


@pytest.mark.parametrize(
    ("content", "message"),
    [("# nothing\n", "no recipe"), ("100% red\n100% qwrtzx\n", "line 2"), (None, "cannot be read")],
)
def test_a_suite_that_is_none_is_refused(tmp_path: Path, content: str | None, message: str) -> None:
    """With the line that is to blame."""
    path = tmp_path / "suite.txt"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match=message):
        read_suite(path)


def test_the_suite_of_100_covers_what_it_says() -> None:
    """All 29 colours, 1 to 8 in a recipe, 2 to 98 percent, colours that are hard to tell apart."""
    suite = read_suite(SUITES / "suite-100.txt")
    assert len({recipe_key(recipe) for recipe in suite}) == len(suite) == 100
    assert len({colour.code for recipe in suite for colour in recipe.colours}) == 29
    assert {len(recipe.parts) for recipe in suite} == set(range(1, 9))
    mixed = [percent for recipe in suite if len(recipe.parts) > 1 for percent in recipe.percents.values()]
    assert (min(mixed), max(mixed)) == (2, 98)
    pairs = [set(recipe.percents) for recipe in suite]
    assert {"GRAY", "DKGRAY"} in pairs
    assert {"BLUE", "DKBLUE"} in pairs


def test_the_suite_of_photographs_is_that_of_the_statistics() -> None:
    """The file and the package name the same 44 recipes."""
    listed = {recipe_key(recipe) for recipe in read_suite(SUITES / "suite-photos.txt")}
    packed = {recipe_key(recipe) for recipe in photographed_recipes(load_references())}
    assert listed == packed == set(load_references())
