"""The recipe of the mini model at toy size: every stage, one after another.

A file of its own, for it takes half a minute: files are dealt to processes as a whole.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from plitka.cli import main
from plitka.model.bundle import load_bundle

ROOT = Path(__file__).parents[2]
MINI = ROOT / "src/plitka/mini"
RECIPE_PATH = os.pathsep.join(str(ROOT / folder) for folder in ("src", "recipes/mini", "recipes/look"))
ENVIRONMENT = os.environ | {"PYTHONPATH": RECIPE_PATH, "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}

STAGES = """
import functools, json, runpy, sys
import beds

beds.lay_lit_beds = functools.cache(beds.lay_lit_beds)
for script, *options in json.load(sys.stdin):
    sys.argv = [script, *options]
    runpy.run_path(script, run_name="__main__")
"""
"""Runs each script as a command would; in one process, for importing torch takes longer than a toy stage, and so does
laying the beds, which are the same in all of them."""


def test_the_recipe_of_the_mini_model_runs(tmp_path: Path) -> None:
    """Every training stage and the packing run at toy size, and the engine makes a picture of the outcome.

    The first stage is told to end, as by a lent machine that is taken back, long before the time that it was given: it
    writes what it learnt, on which the others build.
    """
    work, bundle, unpacked = (str(tmp_path / name) for name in ("work", "bundle", "unpacked"))
    stages = [
        ["train_text.py", "--toy", "--seconds", "600", "--work", work],
        *(
            [f"train_{name}.py", "--toy", "--seconds", "0.5", "--work", work]
            for name in ("vae", "unet", "unet", "guided", "style", "shares", "detail", "joint")
        ),
        ["pack.py", "--work", work, "--steps", "2", bundle],
        ["unpack.py", "--work", unpacked, bundle],
    ]
    run_all([[str(ROOT / "recipes/mini" / script), *options] for script, *options in stages])
    assert list(Path(work).glob("text-*.safetensors"))
    packed = load_bundle(Path(bundle))
    packed.verify()
    assert packed.defaults.guided == load_bundle(MINI).defaults.guided
    for file in Path(unpacked).glob("*.safetensors"):
        assert file.read_bytes() == (Path(work) / file.name).read_bytes()
    picture = str(tmp_path / "toy.png")
    words = ["60% red, 40% black", "--model", bundle, "--mode", "text", "--size", "64", "--device", "cpu"]
    assert main(["generate", *words, "-o", picture, "--quiet"]) == 0


def run_all(stages: list[list[str]]) -> None:
    """One after another, with a SIGTERM once the first has made a step."""
    told = ""
    with subprocess.Popen(
        [sys.executable, "-c", STAGES],
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdin
        assert running.stderr
        running.stdin.write(json.dumps(stages))
        running.stdin.close()
        for line in running.stderr:
            if "step=0" in line and "step=0" not in told:
                running.terminate()
            told += line
        assert running.wait() == 0, told
