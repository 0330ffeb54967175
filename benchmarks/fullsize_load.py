"""How long a full-size bundle takes from files to ready, and what memory it and a picture need.

    python recipes/fullsize/make_v4_files.py /tmp/v4 --base
    python benchmarks/fullsize_load.py /tmp/v4 [--device cuda] [--json figures.json]

Every file is read once beforehand, so that the load time is without a cold disk. The figures come from this
process: run it for one bundle at a time. A base of random weights makes noise, which is a picture to the
clock and to the memory.
"""

import argparse
import json
import platform
import resource
import sys
import time
from pathlib import Path

import diffusers  # noqa: TID253  (nothing imports a benchmark)
import torch  # noqa: TID253

from plitka.core.generation import Mode, Request
from plitka.core.recipe import parse_recipe
from plitka.model.bundle import load_bundle
from plitka.model.engine import DiffusionEngine, EngineConfig, load_engine

GIB = 2**30
RECIPE = parse_recipe("60% red, 30% black, 10% white").recipe
CHUNK_BYTES = 2**26


def warm_disk(folder: Path) -> int:
    """Read every file once; returns the number of bytes."""
    n_bytes = 0
    for path in filter(Path.is_file, folder.rglob("*")):
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                n_bytes += len(chunk)
    return n_bytes


def peak_ram_gib() -> float:
    """The most that this process ever held, the pages of mapped files included."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def peak_vram_gib(engine: DiffusionEngine) -> float:
    """The most that torch held on the GPU since the last reset, its cache included."""
    device = engine.placement.device
    return torch.cuda.max_memory_reserved(device) / GIB if device.type == "cuda" else 0.0


def measure_bundle(folder: Path, config: EngineConfig) -> dict[str, float | str]:
    """The figures of one load and two pictures."""
    warm_began = time.perf_counter()
    n_bytes = warm_disk(folder)
    figures: dict[str, float | str] = {
        "files_gib": n_bytes / GIB,
        "read_once_s": time.perf_counter() - warm_began,
        "import_ram_gib": peak_ram_gib(),
    }
    began = time.perf_counter()
    engine = load_engine(load_bundle(folder), config)
    figures["load_s"] = time.perf_counter() - began
    figures |= {f"load_{stage}_s": seconds for stage, seconds in engine._stage_seconds.items()}  # noqa: SLF001
    figures |= {"load_peak_ram_gib": peak_ram_gib(), "load_peak_vram_gib": peak_vram_gib(engine)}
    if engine.placement.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(engine.placement.device)
    for which in ("first", "second"):
        result = engine.generate(Request(recipe=RECIPE, seed=1, mode=Mode.TEXT))
        figures[f"{which}_picture_s"] = result.seconds
    height, width, _ = result.pixels.shape
    return figures | {
        "picture": f"{width}x{height}",
        "picture_peak_vram_gib": peak_vram_gib(engine),
        "peak_ram_gib": peak_ram_gib(),
        "device": _device_name(engine),
        "dtype": str(engine.placement.dtype).removeprefix("torch."),
        "torch": torch.__version__,
        "diffusers": diffusers.__version__,
    }


def _device_name(engine: DiffusionEngine) -> str:
    device = engine.placement.device
    return torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or device.type


def main() -> None:
    """Print a Markdown table, and write it as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    figures = measure_bundle(asked.bundle, EngineConfig(device=asked.device))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    told = {key: f"{value:.2f}" if isinstance(value, float) else value for key, value in figures.items()}
    sys.stdout.writelines(f"| {key} | {value} |\n" for key, value in told.items())


if __name__ == "__main__":
    main()
