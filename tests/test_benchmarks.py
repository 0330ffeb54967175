"""Benchmarks that need no other machine and no photographs still run, at toy size."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
Measure = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("retention.py --jobs 400 --more 40", "list, after"),
        ("identify_accuracy.py renders --n 1", "1 pictures"),
        (f"scene_sheet.py {os.devnull} --size 512 --limit 1", "| 0.5-1.5 mm |"),
    ],
)
def test_it_runs(command: str, told: str) -> None:
    """To its end, with its figures."""
    assert told in run(*command.split())


def run(script: str, *options: object) -> str:
    """What a benchmark that ends well writes to stdout."""
    ended = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / script), *map(str, options)],
        capture_output=True,
        text=True,
        timeout=500,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        check=False,
    )
    assert ended.returncode == 0, f"{ended.stdout[-2000:]}{ended.stderr[-2000:]}"
    return ended.stdout


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As scripts of full size ask for it, and narrow."""
    folder = tmp_path_factory.mktemp("full") / "v4"
    run("../recipes/fullsize/make_v4_files.py", folder, "--base", "--toy")
    return folder


class TestSeveralGpus:
    """`several_gpus.py` at toy size, where each of several GPUs is the processor."""

    @pytest.fixture
    def measure(self, bundle: Path, tmp_path: Path) -> Measure:
        """Its figures, which are written to a file that has others already, and told."""
        path = tmp_path / "figures.json"
        path.write_text('{"kept": 1}', encoding="utf-8")

        def measure(part: str, *options: object) -> dict[str, Any]:
            told = json.loads(run("several_gpus.py", part, bundle, "--toy", "--json", path, *options))
            assert json.loads(path.read_text(encoding="utf-8")) == {"kept": 1, **told}
            assert told.pop("machine")["is_toy"]
            found: dict[str, Any] = told
            return found

        return measure

    @pytest.mark.slow
    def test_guidance_on_two_devices_makes_the_latents_of_one(self, measure: Measure) -> None:
        """And the times of both are told, with what bounds them."""
        told = measure("latency", "--jobs", 2)
        for quality in ("exact", "fast"):
            figures = told[f"latency, {quality}"]
            key = f"{quality}, text, alone, s"
            assert figures["two over one"][key] == figures["two"][key] / figures["one"][key] > 0
        assert told["latency, deviation"]["latents, relative"] < 1e-4
        assert told["latency, deviation"]["the same bytes again"]
        assert told["latency, bounds"]["an exchange, s"] > 0

    @pytest.mark.slow
    def test_a_training_of_two_processes_has_the_losses_of_one(self, measure: Measure) -> None:
        """At the same batch, but for rounding."""
        figures = measure("training", "--steps", 5, "--batch", 2)["training"]
        assert (figures["one"]["processes"], figures["all"]["processes"]) == (1, 2)
        assert len(figures["one"]["losses"]) == 5
        assert figures["losses apart, most"] < 1e-4 < figures["loss, deviation from step to step"]
        assert figures["times"] == figures["all, pictures a second"] / figures["one, pictures a second"]

    @pytest.mark.slow
    def test_a_killed_worker_loses_no_job(self, measure: Measure) -> None:
        """And the speeds of one and two are told."""
        told = measure("workers", "--jobs", 2, "--kill-after-s", 0.5)
        assert told["workers, speed"]["all"]["workers"] == 2
        assert told["workers, one killed"]["ended_once"] == 4

    @pytest.mark.slow
    def test_painters_of_ray_share_a_queue(self, measure: Measure) -> None:
        """One, and two."""
        figures = measure("ray", "--jobs", 2)["ray"]
        assert [figures[name]["painters"] for name in ("one", "all")] == [1, 2]

    def test_what_cannot_be_shared_out_is_refused(self, tmp_path: Path) -> None:
        """Before anything is measured, and before there is a bundle."""
        with pytest.raises(AssertionError, match="--batch 8 cannot be shared out among 3"):
            run("several_gpus.py", "training", tmp_path / "none", "--toy", "--gpus", 3, "--batch", 8)
