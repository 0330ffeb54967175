"""Whether full-size SDXL makes one picture after another as the first: memory, compiled code and times of a long run.

    python benchmarks/fullsize_run.py [--count 500] [--limit-s 300] [--mode text] [--quality exact]
    python benchmarks/fullsize_run.py --toy --count 6

Random weights. Each picture has another seed; of text mode all have one recipe, so that the swatch is painted once.
Memory is compared after a tenth of them and at the end.
"""

import argparse
import json
import math
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from plitka.model.loading import tune_process

tune_process()

from fullsize_speed import Bench, Figures  # noqa: E402  (after tuning)

from plitka.core.correction import CorrectionConfig  # noqa: E402
from plitka.core.generation import Mode, Request  # noqa: E402
from plitka.core.maker import Maker  # noqa: E402
from plitka.core.quality import Quality  # noqa: E402
from plitka.core.recipes.reading import parse_recipe  # noqa: E402
from plitka.core.scene import Scene  # noqa: E402
from plitka.core.tile.granule_map import GuideConfig  # noqa: E402
from plitka.core.tile.map_pool import MapPool  # noqa: E402
from plitka.model.device import memory_bytes  # noqa: E402
from plitka.model.engine import measure_on, painter_of  # noqa: E402
from plitka.model.engine_config import EngineConfig  # noqa: E402
from plitka.model.painter import DiffusionPainter  # noqa: E402

MIB = 2**20
RECIPE = parse_recipe("60% red, 30% black, 10% white").recipe


def run(maker: Maker[DiffusionPainter], count: int, mode: Mode, quality: Quality) -> Iterator[float]:
    """The moment at which each picture was done."""
    asked = (Request(scene=Scene.of(RECIPE), seed=seed, mode=mode, quality=quality) for seed in range(count))
    for outcome in maker.generate([maker.complete(one) for one in asked]):
        assert outcome.error is None
        yield time.perf_counter()


def held(painter: DiffusionPainter) -> Figures:
    """What the process holds now: MiB, and numbers of recordings and of compiled kernels."""
    device = painter.placement.device
    n_bytes = {"process": memory_bytes(device)["rss_bytes"], **painter.memory_bytes()}
    recordings = painter._recordings  # noqa: SLF001
    return {f"{kind}, MiB": n / MIB for kind, n in n_bytes.items()} | {
        "recordings": 0 if recordings is None else len(recordings),
        "compiled kernels": n_kernels() if device.type == "cuda" else 0,
    }


def n_kernels() -> int:
    """Kernels that Triton holds compiled in this process."""
    from plitka.model import triton_kernels  # noqa: PLC0415  (there is no triton without a GPU)

    own = (getattr(one, "device_caches", {}) for one in vars(triton_kernels).values())
    return sum(len(caches[0]) for devices in own for caches in devices.values())


def long_run(
    maker: Maker[DiffusionPainter], count: int, mode: Mode, quality: Quality, limit_s: float = math.inf
) -> Figures:
    """Times and memory of pictures one after the other, as many as are done within the limit."""
    moments, early = [time.perf_counter()], held(maker.painter)
    for moment in run(maker, count, mode, quality):
        moments.append(moment)
        if len(moments) == 1 + max(1, count // 10):
            early = held(maker.painter)
        if moment - moments[0] > limit_s:
            break
    late = held(maker.painter)
    took = [after - before for before, after in pairwise(moments[1:])]
    percentiles = statistics.quantiles(took, n=100, method="inclusive")
    return {
        "pictures": len(moments) - 1,
        "s a picture, over all": (moments[-1] - moments[1]) / len(took),
        "median, s": statistics.median(took),
        "99th percentile, s": percentiles[-1],
        "slowest, s": max(took),
        **{f"{kind}, after a tenth": n for kind, n in early.items()},
        **{f"{kind}, at the end": n for kind, n in late.items()},
    }


def main() -> None:
    """Print a Markdown table, and write it as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--limit-s", type=float, default=math.inf, help="as many of them as are done by then")
    parser.add_argument("--mode", type=Mode, choices=list(Mode), default=Mode.TEXT)
    parser.add_argument("--quality", type=Quality, choices=list(Quality), default=Quality.EXACT)
    parser.add_argument("--toy", action="store_true")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    bench = Bench(is_toy=asked.toy)
    painter = painter_of(bench.assembly(), EngineConfig(network="fast"))
    measure = measure_on(bench.placement.device)
    maker = Maker(
        painter, MapPool(GuideConfig()), CorrectionConfig(max_attempts=1), measure, is_pipelined=not asked.toy
    )
    maker.warm_up()
    figures = long_run(maker, asked.count, asked.mode, asked.quality, asked.limit_s)
    maker.close()
    sys.stdout.writelines(f"| {key} | {value:.3f} |\n" for key, value in figures.items())
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
