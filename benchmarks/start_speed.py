"""What a whole process costs that makes one picture, and where it goes, beside another checkout in turns.

    python benchmarks/start_speed.py [--runs 6] [--baseline CHECKOUT/src]

Wall time tells something on an idle machine alone, processor time, in which the child process that lays the map is
counted, also on a busy one. The stages are processor seconds of the main process, measured in a process of their own
without the map.
"""

import argparse
import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

RECIPE = "60% red, 30% black, 10% white"
OWN = Path(__file__).parents[1] / "src"
STAGES = """
import sys, time
from contextlib import nullcontext
began, stages = time.process_time(), {}
def stage(name):
    global began
    stages[name], began = time.process_time() - began, time.process_time()
import plitka.cli.parser
import plitka.model.loading as loading
loading.tune_process()
stage("command line")
with loading.uncollected_imports():
    import plitka.cli.picture_writer, plitka.core.tile.map_pool, plitka.model.bundle
    stage("numpy, Pillow")
    import torch
    stage("torch")
    from plitka.model.engine import load_painter
with getattr(loading, "lean_imports", nullcontext)():
    from plitka.model.pipeline import import_libraries
    import_libraries()
    stage("diffusers, transformers")
    load_painter(plitka.model.bundle.find_bundle("mini"))
    stage("verify and load")
sys.stdout.write("".join(f"{name}\\t{seconds}\\n" for name, seconds in stages.items()))
"""


def run_python(source: Path, *words: str) -> str:
    """Standard output of a process with the modules of a checkout."""
    environment = os.environ | {"PYTHONPATH": str(source)}
    command = [sys.executable, *words]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def make_picture(source: Path, path: Path) -> tuple[float, float]:
    """Wall and processor seconds of `plitka generate`."""
    used, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run_python(source, "-m", "plitka", "generate", RECIPE, "--seed", "7", "-o", str(path), "--quiet")
    wall_s, now = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall_s, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime


def stage_seconds(source: Path) -> Mapping[str, float]:
    """Processor seconds by stage, until the networks are loaded."""
    lines = run_python(source, "-c", STAGES).splitlines()
    return {name: float(seconds) for name, seconds in (line.split("\t") for line in lines if "\t" in line)}


def main() -> None:
    """Print a Markdown table, the baseline in the first column."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=6)
    parser.add_argument("--baseline", type=Path)
    asked = parser.parse_args()
    sources = [source.resolve() for source in (asked.baseline, OWN) if source]
    rows: dict[str, dict[Path, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        digests = set()
        for _ in range(asked.runs):
            for source in sources:
                path = Path(folder) / "tile.png"
                wall_s, processor_s = make_picture(source, path)
                figures = {"wall": wall_s, "processor": processor_s, **stage_seconds(source)}
                digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
                for name, seconds in figures.items():
                    rows.setdefault(name, {}).setdefault(source, []).append(seconds)
    for name, by_source in rows.items():
        cells = [f"{median(by_source[source]):.2f} ({min(by_source[source]):.2f})" for source in sources]
        sys.stdout.write(f"| {name}, s, median (least) | {' | '.join(cells)} |\n")
    sys.stdout.write(f"different files: {len(digests)}\n")


if __name__ == "__main__":
    main()
