"""How long a full-size bundle takes from files to ready, and what memory it and a picture need.

    python recipes/fullsize/make_v4_files.py /tmp/v4 --base
    python benchmarks/fullsize_load.py /tmp/v4 [--device cuda] [--limit-vram-gb 10] [--json figures.json]

Every file is read once beforehand, so that the load time is without a cold disk; --is-read leaves that out. The
figures come from this process, which is tuned as plitka's own are: what is compiled is kept for the next one. Run it
for one bundle at a time. A base of random weights makes noise, which is a picture to the clock and to the memory. With
a limit the process may hold no more of the GPU than that, caches included: torch gives back what it only keeps for
later, and fails where tensors need more.

Stages are told on stderr as they end. A stage that comes twice in a picture, once for its swatch, counts with both.
`after_start` is from the first line of this script on, its imports included, but without the reading of the files.
"""

import argparse
import importlib.metadata
import json
import platform
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

STARTED = time.perf_counter()

from plitka.model.loading import load_tuned_engine, tune_process  # noqa: E402  (after the clock)

tune_process()

import structlog  # noqa: E402  (after tuning)
import torch  # noqa: E402, TID253  (nothing imports a benchmark)

from plitka.core.generation import Mode, Request, generate_one  # noqa: E402
from plitka.core.recipes.reading import parse_recipe  # noqa: E402
from plitka.core.scene import Scene  # noqa: E402
from plitka.model.engine_config import EngineConfig  # noqa: E402

if TYPE_CHECKING:
    from plitka.core.maker import Maker
    from plitka.model.device import Placement
    from plitka.model.painter import DiffusionPainter

IMPORTED = time.perf_counter()
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

    def keep(_: object, __: str, event: Event) -> Event:
        if event["event"] == "stage_done":
            stages.append(event)
            sys.stderr.write(f"{time.perf_counter() - STARTED:.2f} s: {event['stage']} took {event['seconds']} s\n")
        elif event.get("log_level") == "warning":
            sys.stderr.write(f"{event}\n")
        raise structlog.DropEvent

    structlog.configure(processors=[structlog.processors.add_log_level, keep])
    try:
        yield stages
    finally:
        structlog.reset_defaults()


def stage_figures(stages: Iterable[Event], start: str) -> Figures:
    """The seconds of each stage, all of its turns together."""
    seconds: dict[str, float] = defaultdict(float)
    for event in stages:
        seconds[event["stage"]] += event["seconds"]
    return {f"{start}_{stage}_s": total for stage, total in seconds.items()}


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


def measure_load(folder: Path, config: EngineConfig) -> tuple["Maker[DiffusionPainter]", Figures]:
    """An engine, and how long each stage of its loading took."""
    began = time.perf_counter()
    with logged_stages() as stages:
        engine: Any = load_tuned_engine(str(folder), config, is_own_process=True)
    figures: Figures = {"load_s": time.perf_counter() - began}
    figures |= stage_figures(stages, "load")
    return engine, figures | peak_vram(stages, "load") | {"load_peak_ram_gib": peak_ram_gib()}


def measure_picture(engine: "Maker[DiffusionPainter]", which: str) -> Figures:
    """How long one picture and its stages took, what was outside of them, and the peaks of each stage."""
    with logged_stages() as stages:
        result = generate_one(engine, engine.complete(Request(scene=Scene.of(RECIPE), seed=1, mode=Mode.TEXT)))
    height, width, _ = result.pixels.shape
    figures: Figures = {"picture": f"{width}x{height}", f"{which}_picture_s": result.seconds}
    figures |= stage_figures(stages, f"{which}_picture")
    figures[f"{which}_picture_outside_stages_s"] = result.seconds - sum(event["seconds"] for event in stages)
    for stage in PICTURE_STAGES:
        figures |= peak_vram(stages, f"{which}_picture_{stage}", names=[stage])
    return figures | peak_vram(stages, f"{which}_picture")


def measure_bundle(folder: Path, config: EngineConfig, *, is_read: bool) -> Figures:
    """The figures of one load and two pictures."""
    began = time.perf_counter()
    figures: Figures = {} if is_read else {"files_gib": warm_disk(folder) / GIB}
    read_s = time.perf_counter() - began
    figures |= {"read_once_s": read_s, "import_s": IMPORTED - STARTED, "import_ram_gib": peak_ram_gib()}
    engine, load = measure_load(folder, config)
    figures |= load | {"ready_after_start_s": time.perf_counter() - STARTED - read_s}
    placement = engine.painter.placement
    for which in ("first", "second"):
        figures |= measure_picture(engine, which)
        figures |= {f"{which}_picture_after_start_s": time.perf_counter() - STARTED - read_s}
    engine.close()
    return figures | {
        "peak_ram_gib": peak_ram_gib(),
        "rung": placement.rung.value,
        "device": _device_name(placement),
        "dtype": str(placement.dtype).removeprefix("torch."),
        "torch": torch.__version__,
        "diffusers": importlib.metadata.version("diffusers"),
    }


def _device_name(placement: "Placement") -> str:
    device = placement.device
    return torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or device.type


def main() -> None:
    """Print a Markdown table, and write it as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--limit-vram-gb", type=float, help="10^9 bytes that torch may hold on the first GPU")
    parser.add_argument("--is-read", action="store_true", help="the files were read a moment ago")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    if asked.limit_vram_gb:
        total = torch.cuda.get_device_properties(0).total_memory
        torch.cuda.set_per_process_memory_fraction(1e9 * asked.limit_vram_gb / total, 0)
    figures = measure_bundle(asked.bundle, EngineConfig(device=asked.device), is_read=asked.is_read)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    told = {key: f"{value:.2f}" if isinstance(value, float) else value for key, value in figures.items()}
    sys.stdout.writelines(f"| {key} | {value} |\n" for key, value in told.items())


if __name__ == "__main__":
    main()
