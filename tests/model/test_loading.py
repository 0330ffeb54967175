"""What is set for torch and numpy before they are imported, in processes of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

from plitka.core.files.home import home_folder

ASK = """
import json, os, sys
from plitka.model.loading import load_tuned_engine
from plitka.errors import BundleError
try:
    load_tuned_engine("no-such-model")
except BundleError:
    pass
json.dump({name: os.environ[name] for name in sys.argv[1:]}, sys.stdout)
"""
USUAL = {"THP_MEM_ALLOC_ENABLE": "1", "OMP_WAIT_POLICY": "PASSIVE", "TRITON_CACHE_DIR": str(home_folder() / "kernels")}
OWN = {"THP_MEM_ALLOC_ENABLE": "0", "OMP_WAIT_POLICY": "ACTIVE", "TRITON_CACHE_DIR": "elsewhere"}


def test_what_torch_reads_at_its_start_is_set_unless_the_user_says_otherwise() -> None:
    """Large pages, threads that wait asleep, kept kernels: before torch's first tensor."""
    inherited = {name: value for name, value in os.environ.items() if name not in USUAL}
    for set_by_user, expected in (({}, USUAL), (OWN, OWN)):
        done = subprocess.run(
            [sys.executable, "-c", ASK, *USUAL], env=inherited | set_by_user, capture_output=True, text=True, check=True
        )
        assert json.loads(done.stdout) == expected


FIRST = """
import sys
from pathlib import Path
from plitka.core.generation import Request, generate_one
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene, Size
from plitka.model.engine_config import EngineConfig
from plitka.model.loading import load_tuned_engine
if __name__ == "__main__":
    scene = Scene.of(parse_recipe("60% red, 40% black").recipe, Size(width_px=128, height_px=128))
    first = Request(scene=scene, seed=3)
    results = []
    for expected in (first, None):
        engine = load_tuned_engine("mini", EngineConfig(device="cpu"), expected)
        results.append(generate_one(engine, engine.complete(first)))
        engine.close()
    assert results[0].pixels.tobytes() == results[1].pixels.tobytes()
    sys.stdout.write("same")
"""


def test_the_first_picture_is_the_same_whether_its_map_was_laid_ahead_or_not(tmp_path: Path) -> None:
    """In a process as the command line starts it."""
    script = tmp_path / "first.py"
    script.write_text(FIRST)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert done.stdout.endswith("same"), done.stderr


QUIET = """
import sys
import structlog
from plitka import load_engine
from plitka.errors import BundleError
if len(sys.argv) > 1:
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=sys.stdout))
try:
    load_engine("no-such-model")
except BundleError:
    pass
structlog.get_logger().info("stage_done")
structlog.get_logger().warning("strange")
"""


def test_a_program_that_has_not_configured_logs_hears_warnings_alone_on_stderr() -> None:
    """Its stdout is its own; what it has configured stays."""
    usual, own = (
        subprocess.run([sys.executable, "-c", QUIET, *words], capture_output=True, text=True, check=True)
        for words in ([], ["own"])
    )
    assert usual.stdout == ""
    assert "strange" in usual.stderr
    assert "stage_done" not in usual.stderr
    assert "stage_done" in own.stdout
    assert "strange" in own.stdout


def test_nothing_heavy_is_imported_with_the_module() -> None:
    """The process is tuned before torch and numpy are there."""
    code = "import sys, plitka.model.loading; sys.stdout.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"torch", "numpy", "diffusers"}.isdisjoint(done.stdout.split())
