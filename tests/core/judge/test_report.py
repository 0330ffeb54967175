"""Reports of an evaluation: JSON, Markdown and a sheet of pictures."""

import json
import re
from dataclasses import replace

import pytest
from tests.core.judge.block_engine import SIZE_PX, BlockEngine, recipes, report_of, run

from plitka.core.judge import report as reports
from plitka.core.judge.evaluation import compare_photographs
from plitka.core.judge.realism import load_references


def test_reports_are_whole_and_agree() -> None:
    """JSON is plain data, Markdown has a row a picture and a column an engine."""
    others = compare_photographs(load_references())
    one, other = report_of(is_exact=True), replace(report_of(12), engine="baseline")
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


def test_a_report_is_told_in_russian() -> None:
    """Every line of figures, with decimal commas; recipes and codes stay as programs read them."""
    others = compare_photographs(load_references())
    text = reports.to_markdown("набор", "0.1", [report_of(12)], others, "ru")
    table = [line for line in text.partition("\n## ")[0].splitlines() if line.startswith("| ")]
    assert all(re.match(r"\| [а-яё0-9]", line) for line in table)
    assert not any(re.search(r"\d\.\d", line) for line in table)
    assert "| рецепт | вариант | измерено |" in text
    assert "| 60% red, 40% black |" in text


def test_a_refused_recipe_stands_in_the_table() -> None:
    """With the reason in place of a measurement."""
    report = run(BlockEngine(refuse_colours=2))
    assert "refused: too many colours" in reports.to_markdown("x", "0", [report], {})
    content = reports.to_json("x", "0", [report], {})
    assert content["engines"][0]["refused"][0] == {"recipe": "60% red, 40% black", "reason": "too many colours"}


def test_the_sheet_has_every_picture_over_its_label() -> None:
    """What is far off is written in red, and nothing else is."""
    for skew, has_red in ((0, False), (12, True)):
        report = run(BlockEngine(skew=skew), recipes("60% blue, 40% black") * 4)
        sheet = reports.to_sheet(report).astype(int)
        reddish = (sheet[..., 0] - sheet[..., 1]) > 100
        assert reddish.any() == has_red
        assert sheet.shape[0] > 2 * SIZE_PX < sheet.shape[1]


def test_an_empty_report_can_be_written() -> None:
    """Where every recipe was refused there is nothing to average."""
    report = run(BlockEngine(refuse_colours=0))
    assert report.off_palette == 0
    assert "—" in reports.to_markdown("x", "0", [report], {})
    assert reports.to_sheet(report).ndim == 3
