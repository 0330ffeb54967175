"""`plitka evaluate`, with the real renderer at small sizes."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.cli.conftest import Run, RunJson


class TestEvaluate:
    """`plitka evaluate`."""

    def test_the_renderer_against_itself(self, run_json: RunJson) -> None:
        """A report as JSON, as Markdown, and two sheets; the same engine has the same figures twice."""
        Path("suite.txt").write_text("100% red\n60% red, 40% blue\n", "utf-8")
        found = run_json(
            "evaluate", "--suite", "suite.txt", "--model", "render", "--baseline", "render", "--size", "256",
            "-o", "out",
        )  # fmt: skip
        one, other = found["engines"]
        assert one["realism"] == other["realism"]
        assert set(one["realism"]) == {"solids", "mixes"}
        assert one["measure_error"]["n"] == 1
        assert (one["mode"], one["attempts"]) == (None, {"mean": 1.0, "max": 1})
        assert one["pictures"][1]["exact"] == pytest.approx({"RED": 60, "BLUE": 40}, abs=0.5)
        assert {path.name for path in Path("out").iterdir()} == {
            "report.json", "report.md", "pictures.png", "baseline.png",
        }  # fmt: skip
        assert json.loads(Path("out/report.json").read_text("utf-8")) == found

    def test_a_model_has_a_mode_and_the_renderer_none(self, run_json: RunJson) -> None:
        """As what both write beside their pictures."""
        Path("suite.txt").write_text("60% red, 40% blue\n", "utf-8")
        words = ("evaluate", "--suite", "suite.txt", "--baseline", "render", "--size", "64", "--mode", "text")
        assert [one["mode"] for one in run_json(*words)["engines"]] == ["text", None]

    def test_a_limit_and_photographs(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """References come from pictures, and the suite from what they are of."""
        Path("photos").mkdir()
        rows = [("file", "caption")]
        for code, name in (("RED", "red"), ("BLUE", "blue")):
            noise = np.random.default_rng(1).integers(256, size=(640, 640, 3), dtype=np.uint8)
            Image.fromarray(noise).resize((1024, 1024)).save(f"photos/{code}.png")
            rows.append((f"{code}.png", f"100% {name}"))
        with Path("photos/captions.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows)
        assert (
            run(
                "evaluate", "--photos", "photos", "--model", "render", "--size", "256", "--limit", "1", "--mode", "text"
            )
            == 0
        )
        out = capsys.readouterr().out
        assert "| pictures | 1, refused 0 |" in out
        assert "| mode | — |" in out  # no model made it
        assert "## " not in out
        assert Path("evaluation/report.md").exists()

    @pytest.mark.parametrize(
        "words",
        [
            ("--suite", "none.txt"),
            ("--limit", "0"),
            ("--photos", "none"),
            ("--size", "100", "--limit", "1"),
            ("--seed", "-5"),
            ("--seed", "4294967290"),
        ],
    )
    def test_bad_settings_end_with_2(self, run: Run, words: tuple[str, ...]) -> None:
        """No suite, no pictures, no such size."""
        assert run("evaluate", "--model", "render", *words) == 2
