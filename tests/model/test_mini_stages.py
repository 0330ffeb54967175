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

beds.shard_library = functools.cache(beds.shard_library)
for script, *options in json.load(sys.stdin):
    sys.argv = [script, *options]
    runpy.run_path(script, run_name="__main__")
"""
"""Runs each script as a command would; in one process, for importing torch takes longer than a toy stage, and so does
shaping the shards, which are the same in all of them."""


def test_the_recipe_of_the_mini_model_runs(tmp_path: Path) -> None:
    """Every training stage and the packing run at toy size, and the engine makes a picture of the outcome."""
    work, bundle, unpacked = (str(tmp_path / name) for name in ("work", "bundle", "unpacked"))
    stages = [
        *(
            [f"train_{name}.py", "--toy", "--seconds", "0.5", "--work", work]
            for name in ("text", "vae", "unet", "unet", "guided", "style", "shares", "detail", "joint")
        ),
        ["pack.py", "--work", work, "--steps", "2", bundle],
        ["unpack.py", "--work", unpacked, bundle],
    ]
    asked = json.dumps([[str(ROOT / "recipes/mini" / script), *options] for script, *options in stages])
    command = [sys.executable, "-c", STAGES]
    done = subprocess.run(command, input=asked, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    packed = load_bundle(Path(bundle))
    packed.verify()
    assert packed.defaults.guided == load_bundle(MINI).defaults.guided
    for file in Path(unpacked).glob("*.safetensors"):
        assert file.read_bytes() == (Path(work) / file.name).read_bytes()
    picture = str(tmp_path / "toy.png")
    words = ["60% red, 40% black", "--model", bundle, "--mode", "text", "--size", "64", "--device", "cpu"]
    assert main(["generate", *words, "-o", picture, "--quiet"]) == 0


def test_a_stage_that_is_told_to_end_writes_what_it_learnt(tmp_path: Path) -> None:
    """A lent machine is taken back with a SIGTERM, long before the time that the stage was given."""
    script = str(ROOT / "recipes/mini/train_text.py")
    command = [sys.executable, script, "--toy", "--seconds", "600", "--work", str(tmp_path)]
    with subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as stage:
        assert stage.stderr
        for line in stage.stderr:
            if "step=0" in line:
                stage.terminate()
        assert stage.wait() == 0
    assert list(tmp_path.glob("text-*.safetensors"))
