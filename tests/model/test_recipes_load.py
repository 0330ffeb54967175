"""The scripts of `recipes/` still find all that they import: no type checker reads them."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "recipes"
LEFT_OUT = {
    "evaluate/photo_statistics.py": "measures the photographs at its import",
    "font/subset.py": "needs fontTools, which plitka[dev] has not",
}
BESIDE = {"mini": ("look",)}
"""Folders on the path of a folder's scripts beside their own: see the call in each folder's README or docs."""
SCRIPTS = sorted(str(path.relative_to(RECIPES)) for path in RECIPES.glob("*/*.py"))

CHILD = """
import importlib, json, sys, traceback

failures = {}
for path, scripts in json.load(sys.stdin):
    usual = set(sys.modules)
    sys.path[:0] = path
    for script, module in scripts:
        try:
            importlib.import_module(module)
        except BaseException:
            failures[script] = traceback.format_exc()
    del sys.path[: len(path)]
    # Folders have modules of the same name.
    for name in set(sys.modules) - usual:
        if any((getattr(sys.modules[name], "__file__", None) or "").startswith(folder) for folder in path):
            del sys.modules[name]
json.dump(failures, sys.stdout)
"""


@cache
def failures() -> dict[str, str]:
    """The traceback of each script that cannot be imported; all in one process, for torch takes seconds to import."""
    asked = []
    for folder in sorted({Path(script).parent.name for script in SCRIPTS}):
        path = [str(RECIPES / name) for name in (folder, *BESIDE.get(folder, ()))]
        own = [one for one in SCRIPTS if one not in LEFT_OUT and Path(one).parent.name == folder]
        asked.append((path, [(one, Path(one).stem) for one in own]))
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps(asked),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, str] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_recipe_finds_what_it_imports(script: str) -> None:
    """A name that the package has given up is told with the script that still asks for it."""
    if script in LEFT_OUT:
        pytest.skip(LEFT_OUT[script])
    assert script not in failures(), failures()[script]


def test_what_is_left_out_is_there() -> None:
    """A script that is gone needs no excuse."""
    assert LEFT_OUT.keys() <= set(SCRIPTS)
