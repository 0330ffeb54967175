"""How long a full-size bundle takes from files to ready, and what memory it and a picture need.

    python recipes/fullsize/make_v4_files.py /tmp/v4 --base
    python benchmarks/fullsize_load.py /tmp/v4 [--device cuda] [--limit-vram-gb 10] [--json figures.json]

Every file is read once beforehand, so that the load time is without a cold disk. The figures come from this
process: run it for one bundle at a time. A base of random weights makes noise, which is a picture to the
clock and to the memory. With a limit the process may hold no more of the GPU than that, caches included: torch
gives back what it only keeps for later, and fails where tensors need more.
"""

import argparse
import json
import platform
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import diffusers  # noqa: TID253  (nothing imports a benchmark)
import torch  # noqa: TID253
from structlog.testing import capture_logs

from plitka.core.generation import Mode, Request, generate_one
from plitka.core.maker import Maker
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene
from plitka.model.bundle import load_bundle
from plitka.model.device import Placement
from plitka.model.engine import load_engine
from plitka.model.engine_config import EngineConfig
from plitka.model.painter import DiffusionPainter

GIB = 2**30
RECIPE = parse_recipe("60% red, 30% black, 10% white").recipe
CHUNK_BYTES = 2**26
PICTURE_STAGES = ("encode_words", "denoise", "decode")

Figures: TypeAlias = dict[str, float | str]
Event: TypeAlias = Mapping[str, Any]


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


@contextmanager
def logged_stages() -> Iterator[list[Event]]:
    """The engine's `stage_done` events, each with its seconds and the peaks of memory since the one before."""
    stages: list[Event] = []
    with capture_logs() as events:
        yield stages
    stages += [event for event in events if event["event"] == "stage_done"]
    sys.stderr.writelines(f"{event}\n" for event in events if event["log_level"] == "warning")


def peak_vram(stages: Iterable[Event], start: str, *, names: Iterable[str] | None = None) -> Figures:
    """The most of some stages in 10^9 bytes, as the target is told; nothing where no GPU was used.

    `allocated` is what tensors took. `reserved` is what torch held on the GPU, its cache included; to that the
    driver adds some hundred MB of its own.
    """
    chosen = [event for event in stages if names is None or event["stage"] in names]
    kinds = {"allocated": "vram_peak_bytes", "reserved": "vram_reserved_peak_bytes"}
    return {
        f"{start}_peak_vram_{kind}_gb": max(event[key] for event in chosen) / 1e9
        for kind, key in kinds.items()
        if chosen and all(key in event for event in chosen)
    }


def measure_load(folder: Path, config: EngineConfig) -> tuple[Maker[DiffusionPainter], Figures]:
    """An engine, and how long each stage of its loading took."""
    began = time.perf_counter()
    with logged_stages() as stages:
        engine = load_engine(load_bundle(folder), config)
    figures: Figures = {"load_s": time.perf_counter() - began}
    figures |= {f"load_{event['stage']}_s": event["seconds"] for event in stages}
    return engine, figures | peak_vram(stages, "load") | {"load_peak_ram_gib": peak_ram_gib()}


def measure_picture(engine: Maker[DiffusionPainter], which: str) -> Figures:
    """How long one picture and its stages took, and the peaks of each stage."""
    with logged_stages() as stages:
        result = generate_one(engine, engine.complete(Request(scene=Scene.of(RECIPE), seed=1, mode=Mode.TEXT)))
    height, width, _ = result.pixels.shape
    figures: Figures = {"picture": f"{width}x{height}", f"{which}_picture_s": result.seconds}
    figures |= {f"{which}_picture_{event['stage']}_s": event["seconds"] for event in stages}
    for stage in PICTURE_STAGES:
        figures |= peak_vram(stages, f"{which}_picture_{stage}", names=[stage])
    return figures | peak_vram(stages, f"{which}_picture")


def measure_bundle(folder: Path, config: EngineConfig) -> Figures:
    """The figures of one load and two pictures."""
    began = time.perf_counter()
    n_bytes = warm_disk(folder)
    figures: Figures = {
        "files_gib": n_bytes / GIB,
        "read_once_s": time.perf_counter() - began,
        "import_ram_gib": peak_ram_gib(),
    }
    engine, load = measure_load(folder, config)
    placement = engine.painter.placement
    figures |= load
    for which in ("first", "second"):
        figures |= measure_picture(engine, which)
    engine.close()
    return figures | {
        "peak_ram_gib": peak_ram_gib(),
        "device": _device_name(placement),
        "dtype": str(placement.dtype).removeprefix("torch."),
        "torch": torch.__version__,
        "diffusers": diffusers.__version__,
    }


def _device_name(placement: Placement) -> str:
    device = placement.device
    return torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or device.type


def main() -> None:
    """Print a Markdown table, and write it as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--limit-vram-gb", type=float, help="10^9 bytes that torch may hold on the first GPU")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    if asked.limit_vram_gb:
        total = torch.cuda.get_device_properties(0).total_memory
        torch.cuda.set_per_process_memory_fraction(1e9 * asked.limit_vram_gb / total, 0)
    figures = measure_bundle(asked.bundle, EngineConfig(device=asked.device))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    told = {key: f"{value:.2f}" if isinstance(value, float) else value for key, value in figures.items()}
    sys.stdout.writelines(f"| {key} | {value} |\n" for key, value in told.items())


if __name__ == "__main__":
    main()
