"""Evaluation, of an engine whose faults are known."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from plitka.core.colour.spaces import hex_to_srgb8
from plitka.core.generation import Defaults, OnProgress, Progress, Request, Result
from plitka.core.judge import report as reports
from plitka.core.judge.evaluation import (
    N_SEEDS,
    Report,
    compare_photographs,
    evaluate,
    photographed_recipes,
    read_suite,
)
from plitka.core.judge.realism import load_references, recipe_key
from plitka.core.recipes.recipe import Recipe, format_colours, parse_recipe
from plitka.errors import InputError

SUITES = Path(__file__).parents[2] / "recipes/evaluate"
SIZE_PX = 256


class BlockEngine:
    """Paints blocks of 8 px in lit colours, in the asked shares but for what it takes from the first."""

    name = "blocks@000000000000"
    defaults = Defaults(steps=1)

    def __init__(self, skew: float = 0.0, refuse_colours: int = 9, *, tells: bool = False) -> None:
        self.skew = skew
        self.tells = tells
        self.refuse_colours = refuse_colours
        self.seeds: list[int] = []

    def prompt(self, recipe: Recipe) -> str:
        """The recipe alone."""
        return format_colours(recipe)

    def generate(self, request: Request, on_progress: OnProgress | None = None) -> Result:
        """Blocks in random order; it claims to have painted what was asked."""
        if len(request.recipe.parts) >= self.refuse_colours:
            raise InputError("too many colours")
        self.seeds.append(request.seed)
        side = (request.width_px or 0) // 8
        shares = np.array(request.recipe.shares)
        if shares.size > 1:
            shares += np.array([-self.skew, self.skew] + [0] * (shares.size - 2)) / 100
        counts = np.floor(np.cumsum(shares) * side * side + 0.5).astype(int)
        index = np.searchsorted(counts, np.arange(side * side), side="right").clip(max=shares.size - 1)
        index = np.random.default_rng(request.seed).permutation(index).reshape(side, side)
        lit = np.array([hex_to_srgb8(c.lit_hex or c.srgb_hex) for c in request.recipe.colours], np.uint8)
        if on_progress:
            on_progress(Progress(step=1, n_steps=1))
        return Result(
            pixels=lit[index].repeat(8, 0).repeat(8, 1),
            request=request,
            prompt=self.prompt(request.recipe),
            engine=self.name,
            measured=request.recipe.percents,
            laid=index.astype(np.uint8).repeat(8, 0).repeat(8, 1) if self.tells else None,
        )


def recipes(*texts: str) -> list[Recipe]:
    """Recipes as people write them."""
    return [parse_recipe(text).recipe for text in texts]


MIXED = recipes("100% red", "60% red, 40% black", "50% white, 50% blue", "70% yellow, 30% dark green")


def run(engine: BlockEngine, suite: list[Recipe] = MIXED, *, knows_shares: bool = False) -> Report:
    """The suite at a small size."""
    return evaluate(engine, suite, load_references(), size_px=SIZE_PX, knows_shares=knows_shares)


@cache
def report_of(skew: float = 0, *, knows_shares: bool = False) -> Report:
    """The suite by an engine that takes `skew` points from the first colour."""
    return run(BlockEngine(skew), knows_shares=knows_shares)


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
    told, blind = (run(BlockEngine(tells=tells), suite).shares for tells in (True, False))
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
    """An engine that is believed gives the measure's error; another does not."""
    assert report_of().measure_error is None
    spread = report_of(knows_shares=True).measure_error
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
    assert "refused: too many colours" in reports.to_markdown("x", "0", [report], {})


def test_seeds_come_in_groups() -> None:
    """Ten seeds over the suite, in order, each for neighbours."""
    engine = BlockEngine()
    evaluate(engine, recipes("100% red") * 12, {}, size_px=64, seed=5)
    assert engine.seeds == sorted(engine.seeds)
    assert set(engine.seeds) == set(range(5, 5 + N_SEEDS))


def test_reports_are_whole_and_agree() -> None:
    """JSON is plain data, Markdown has a row a picture and a column an engine."""
    others = compare_photographs(load_references())
    one, other = report_of(knows_shares=True), replace(report_of(12), engine="baseline")
    content = json.loads(json.dumps(reports.to_json("suite", "0.1", [one, other], others)))
    assert [engine["engine"] for engine in content["engines"]] == [BlockEngine.name, "baseline"]
    picture = content["engines"][1]["pictures"][1]
    assert picture["requested"] == {"RED": 60, "BLACK": 40}
    assert picture["max_error"] == pytest.approx(12, abs=2)
    assert picture["exact"] is None
    text = reports.to_markdown("suite", "0.1", [one, other], others)
    assert f"| figure | {BlockEngine.name} | baseline | other photographs |" in text
    assert text.count("| 60% red, 40% black |") == 2
    widths = {line.count("|") for line in text.splitlines() if line.startswith("| realism")}
    assert widths == {5}


def test_the_contact_sheet_has_every_picture_over_its_label() -> None:
    """Two by two cells; what is far off is written in red."""
    for skew, has_red in ((0, False), (12, True)):
        sheet = reports.contact_sheet(run(BlockEngine(skew=skew), recipes("60% white, 40% black") * 4)).astype(int)
        assert sheet.shape[1] == 2 * 272 + 16
        label = sheet[16 + 256 + 4 + 19 : 16 + 256 + 4 + 3 * 19]
        assert ((label[..., 0] - label[..., 1]) > 100).any() == has_red
        assert (label.min(axis=-1) < 100).any()


def test_an_empty_report_can_be_written() -> None:
    """Where every recipe was refused there is nothing to average."""
    report = run(BlockEngine(refuse_colours=0))
    assert report.off_palette == 0
    assert "—" in reports.to_markdown("x", "0", [report], {})
    assert reports.contact_sheet(report).ndim == 3


def test_a_suite_is_read_with_its_comments(tmp_path: Path) -> None:
    """One recipe a line, in any language that recipes are read in."""
    path = tmp_path / "suite.txt"
    path.write_text("# title\n\n60% red, 40% black\n  красный и чёрный поровну\n", "utf-8")
    assert [recipe.percents for recipe in read_suite(path)] == [{"RED": 60, "BLACK": 40}, {"RED": 50, "BLACK": 50}]


@pytest.mark.parametrize(
    ("content", "message"),
    [("# nothing\n", "no recipe"), ("100% red\n100% redd\n", "line 2"), (None, "cannot be read")],
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
