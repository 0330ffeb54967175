"""What several GPUs make of one: workers, guidance on two, training, and painters of Ray, each beside one GPU.

    python recipes/fullsize/make_v4_files.py /tmp/v4 --base
    python benchmarks/several_gpus.py {workers,latency,training,ray,all} /tmp/v4 [--gpus N] [--json figures.json]

    python recipes/fullsize/make_v4_files.py /tmp/toy --base --toy
    python benchmarks/several_gpus.py all /tmp/toy --toy

workers: pictures a second of a worker on each GPU and of one, from one queue; and one of them killed while it paints.
latency: one picture with both halves of guidance at once on two GPUs, and on one; what bounds it, and a profile.
training: `plitka train` as `accelerate launch` runs it, on all GPUs and on one, at the same batch: speed and losses.
ray: painters of Ray with a GPU each, and one alone; left out where Ray is not installed.

Pictures are those of the bundle's own size, steps and guidance, in text mode. Each part runs in a process of its own
under `all`, so that none finds memory taken by another. Figures are printed as JSON, and written as soon as a part is
done, beside those that the file has of other parts; a part that fails is told, the others are run, and the exit code is
1. --toy runs on the processor, whose every device is the same: a look at the script, no figures.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

from plitka.model.loading import tune_process

tune_process()

import torch  # noqa: E402, TID253  (after tuning; nothing imports a benchmark)
from chaos_server import free_port  # noqa: E402
from fullsize_speed import (  # noqa: E402
    KERNELS_SHOWN,
    Bench,
    kernels,
    latents_by,
    median_s,
    picture_figures,
    relative,
)
from workers import Crew, Kills, hush, measure_kills, measure_speed, order, pictures_a_second  # noqa: E402

from plitka.cli.engines import load_bundled_engine  # noqa: E402
from plitka.cli.workers import loaders  # noqa: E402
from plitka.core.generation import Mode  # noqa: E402
from plitka.core.quality import Quality  # noqa: E402
from plitka.core.watch import Unwatched  # noqa: E402
from plitka.model.assembly import assemble  # noqa: E402
from plitka.model.bundle import find_bundle  # noqa: E402
from plitka.model.engine import painter_of  # noqa: E402
from plitka.model.engine_config import EngineConfig  # noqa: E402
from plitka.model.late_guidance import guided_early  # noqa: E402
from plitka.model.painter import DiffusionPainter  # noqa: E402
from plitka.model.split_guidance import SplitGuidance  # noqa: E402
from plitka.serve import leases  # noqa: E402
from plitka.serve.keys import make_key  # noqa: E402
from plitka.serve.life import Life  # noqa: E402

Figures: TypeAlias = dict[str, Any]
Part: TypeAlias = Callable[[], Figures]
FAILED = "failed"
CHOICES = {"recipe": "60% red, 30% black, 10% white", "mode": "text"}
"""Of each order: one recipe, so that a worker paints one swatch and then pictures alone."""
PLENTY = 10**6
TRAINING = Path(__file__).with_name("training_together.py")
TRAINED_PICTURES = 16
EXCHANGES = 100
LATENT_CHANNELS = 4
READY_S = 600.0
"""For which painters of Ray are waited."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be measured, and where."""

    bundle: Path
    n_gpus: int
    """Compared with one; at toy size processes on the processor."""
    is_toy: bool
    n_jobs: int
    """Of each worker."""
    kill_after_s: float
    batch: int
    steps: int

    @property
    def device(self) -> str:
        """As `--device` of a service with workers."""
        return "cpu" if self.is_toy else "auto"

    @property
    def first_and_second(self) -> tuple[str, str]:
        """Of guidance in parallel."""
        return ("cpu", "cpu") if self.is_toy else ("cuda:0", "cuda:1")


def crew_of(asked: Asked, n: int) -> Crew:
    """As many workers as `plitka serve --workers` makes, ready and warm; each has its process, one alone as well."""
    options = argparse.Namespace(load_engine=load_bundled_engine, model=str(asked.bundle), device=asked.device)
    config = EngineConfig(device=asked.device)
    warm_up_px = None if asked.is_toy else find_bundle(str(asked.bundle)).defaults.width_px
    return Crew(loaders(options, config, n), warm_up_px=warm_up_px, choices=CHOICES, is_apart=True)


def worker_parts(asked: Asked) -> Iterator[tuple[str, Part]]:
    """Item 1: one queue, a painter on each GPU."""
    yield "workers, speed", partial(worker_speed, asked)
    yield "workers, one killed", partial(worker_kill, asked)


def worker_speed(asked: Asked) -> Figures:
    """Pictures a second of one and of all."""
    one, all_ = (measure_speed(crew_of(asked, n), n * asked.n_jobs) for n in (1, asked.n_gpus))
    return {"one": one, "all": all_, "times": all_["a_second"] / one["a_second"]}


def worker_kill(asked: Asked) -> Figures:
    """Whether each job ends once, though a worker is killed among its pictures."""
    kills = Kills(asked.kill_after_s, at_once=1, most=1)
    figures = measure_kills(crew_of(asked, asked.n_gpus), asked.n_gpus * asked.n_jobs, kills)
    if not (figures["is_well"] and figures["killed"] == 1):
        raise RuntimeError(f"a job was lost, ended twice, or nobody was killed in time: {figures}")
    return figures


class BundleBench(Bench):
    """The networks of a painter in the place of drawn ones."""

    def __init__(self, painter: DiffusionPainter) -> None:
        self.steps, self.side_px = painter.defaults.steps, painter.defaults.width_px
        self.placement, self.pipe, self.schedule = painter.placement, painter._pipe, painter._schedule  # noqa: SLF001
        self.bundle: Any = SimpleNamespace(defaults=painter.defaults)


def painter_on(asked: Asked, second: str | None) -> DiffusionPainter:
    """The bundle's networks, lean and captured, on one device or on two."""
    first, _ = asked.first_and_second
    assembly = assemble(find_bundle(str(asked.bundle)), first, "float32" if asked.is_toy else "auto")
    other = None if second is None else torch.device(second)
    painter = painter_of(assembly, EngineConfig(network="fast"), other)
    if second is not None and not isinstance(painter._network, SplitGuidance):  # noqa: SLF001
        raise RuntimeError("guidance was not split; the log says why")
    return painter


def latency_parts(asked: Asked) -> Iterator[tuple[str, Part]]:
    """Item 2: guidance on two GPUs."""
    first, second = asked.first_and_second
    one, two = painter_on(asked, None), painter_on(asked, second)
    bench = BundleBench(one)
    count = max(2, asked.n_jobs // 4)
    ways = (("one", one), ("two", two))
    modes = (Mode.TEXT,) if asked.is_toy else tuple(Mode)  # a map of so few pixels takes longer than a picture
    yield "latency, deviation", partial(deviation_figures, bench, one, two)
    yield "latency, bounds", partial(bound_figures, bench, one, two, torch.device(first), torch.device(second))
    if not asked.is_toy:
        yield "latency, kernels", partial(kernel_figures, bench, two)
    for quality in Quality:
        yield f"latency, {quality}", partial(latency_figures, bench, ways, count, quality, modes)


def latency_figures(
    bench: Bench, ways: Sequence[tuple[str, DiffusionPainter]], count: int, quality: Quality, modes: Sequence[Mode]
) -> Figures:
    """Whole pictures on one and on two, by their stages, and how many times as long each takes on two."""
    found: Figures = {name: picture_figures(bench, painter, count, quality, modes) for name, painter in ways}
    one, two = found["one"], found["two"]
    return found | {"two over one": {key: two[key] / seconds for key, seconds in one.items() if seconds and key in two}}


def deviation_figures(bench: Bench, one: DiffusionPainter, two: DiffusionPainter) -> Figures:
    """How far the latents are from those of one GPU, and whether they repeat themselves."""
    expected = latents_by(bench, one, one._network)  # noqa: SLF001
    found, again = (latents_by(bench, two, two._network) for _ in range(2))  # noqa: SLF001
    return {
        "latents, relative": relative(found, expected),
        "the same bytes again": torch.equal(found, again),
        "finite": bool(found.isfinite().all()),
    }


def bound_figures(
    bench: Bench, one: DiffusionPainter, two: DiffusionPainter, first: torch.device, second: torch.device
) -> Figures:
    """What a picture takes without guidance on one GPU, below which none with guidance on two can be; and exchanges."""
    single, split = one._network, two._network  # noqa: SLF001
    seconds = {
        "denoised on one, s": median_s(partial(latents_by, bench, one, single), 3),
        "denoised on one without guidance, s": median_s(partial(latents_by, bench, one, single, guidance=1.0), 3),
        "denoised on two, s": median_s(partial(latents_by, bench, two, split), 3),
        "denoised on two, guided in half of the steps, s": median_s(
            partial(latents_by, bench, two, partial(guided_early, split)), 3
        ),
    }
    exchange_s = median_s(partial(exchange, bench, first, second)) / EXCHANGES
    figures: Figures = {**seconds, "an exchange, s": exchange_s, "exchanges a picture, s": bench.steps * exchange_s}
    for device in (first, second):
        if device.type == "cuda":
            figures[f"most memory of {device}, GB"] = torch.cuda.max_memory_allocated(device) / 1e9
    if first.type == "cuda":
        figures["peer access"] = torch.cuda.can_device_access_peer(first, second)
    return figures


def exchange(bench: Bench, first: torch.device, second: torch.device) -> None:
    """Latents there and a prediction back, a hundred times."""
    latents = torch.zeros(1, LATENT_CHANNELS, bench.side_px // 8, bench.side_px // 8, device=first)
    for _ in range(EXCHANGES):
        latents = latents.to(second, non_blocking=True).to(first, non_blocking=True)


def kernel_figures(bench: Bench, painter: DiffusionPainter) -> Figures:
    """Where the time of a picture goes, on both GPUs together."""
    rows = kernels(lambda: painter.paint([bench.canvas(9)], Unwatched()))[:KERNELS_SHOWN]
    return {f"{name[:90]}, {n} calls, ms": ms for name, ms, n in rows}


def training_parts(asked: Asked) -> Iterator[tuple[str, Part]]:
    """Item 3: the same run in one process and in several."""
    yield "training", partial(training_figures, asked)


def training_figures(asked: Asked) -> Figures:
    """Speed and losses of one and of all, and how far the losses are apart."""
    side_px = find_bundle(str(asked.bundle)).defaults.width_px
    with tempfile.TemporaryDirectory() as folder:
        pictures, told = Path(folder) / "pictures", {}
        render = ["dataset", "render", pictures, "--count", TRAINED_PICTURES, "--size", side_px, "--quiet"]
        run("-m", "plitka", *render)
        for n in (1, asked.n_gpus):
            path = Path(folder) / f"{n}.json"
            learn = [TRAINING, asked.bundle, pictures, Path(folder) / f"of-{n}", path]
            learn += ["--batch", asked.batch, "--steps", asked.steps, *(["--toy"] if asked.is_toy else [])]
            run("-m", *launcher(asked, n), *learn)
            told[n] = json.loads(path.read_text(encoding="utf-8"))
    if any(figures["processes"] != n for n, figures in told.items()):
        raise RuntimeError(f"other numbers of processes than {list(told)} learnt together: {told}")
    return compared(told[1], told[asked.n_gpus], asked.batch)


def launcher(asked: Asked, n: int) -> list[object]:
    """`accelerate launch` of so many processes; without a GPU what it runs itself: with --cpu it starts one of them."""
    if asked.is_toy:
        return ["torch.distributed.run", "--nproc_per_node", n, "--master_port", free_port()]
    words: list[object] = ["--num_processes", n, "--num_machines", 1, "--mixed_precision", "no"]
    words += ["--dynamo_backend", "no", "--main_process_port", free_port(), *(["--multi_gpu"] if n > 1 else [])]
    return ["accelerate.commands.launch", *words]


def compared(one: Figures, all_: Figures, batch: int) -> Figures:
    """Of two runs that draw the same, and so would have the same losses if nothing were rounded."""
    apart = [abs(mine - other) for mine, other in zip(all_["losses"], one["losses"], strict=True)]
    speeds = [batch / told["s a step"] for told in (one, all_)]
    return {
        "one, pictures a second": speeds[0],
        "all, pictures a second": speeds[1],
        "times": speeds[1] / speeds[0],
        "losses apart, mean": statistics.mean(apart),
        "losses apart, most": max(apart),
        "loss, mean": statistics.mean(one["losses"]),
        "loss, deviation from step to step": statistics.pstdev(one["losses"]),
        "one": one,
        "all": all_,
    }


def run(*words: object) -> None:
    """Python on some words, whose output is the log's.

    Raises:
        RuntimeError: it failed; with its last words.
    """
    done = subprocess.run(
        [sys.executable, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    sys.stderr.write(done.stdout)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words[:4]))} ended with {done.returncode}: {done.stdout[-600:]}")


def ray_parts(asked: Asked) -> Iterator[tuple[str, Part]]:
    """Item 4: painters of Ray."""
    yield "ray", partial(ray_figures, asked)


def ray_figures(asked: Asked) -> Figures:
    """Pictures a second of one painter and of one on each GPU."""
    os.environ |= {"RAY_SERVE_ENABLE_HA_PROXY": "1", "RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S": "1"}
    try:
        import ray_cluster  # noqa: PLC0415  (which needs Ray and foreign clients)
    except ImportError as error:
        return {"left out": f"{error.name} is not installed; pip install 'plitka[ray]'"}
    with redirect_stdout(sys.stderr):  # where Ray writes what its processes say
        one, all_ = (ray_speed(asked, n, ray_cluster) for n in (1, asked.n_gpus))
    return {"one": one, "all": all_, "times": all_["a_second"] / one["a_second"]}


def ray_speed(asked: Asked, n: int, ray_cluster: Any) -> dict[str, float]:  # noqa: ANN401
    """Of so many painters, all of which are ready before the first order."""
    arguments = {
        "gpus": 0 if asked.is_toy else 1, "cpus": 0.5, "device": asked.device, "n_threads": 1 if asked.is_toy else None,
        "min_painters": n, "max_painters": n, "drain_s": 5, "settings": {"lease_s": 30},
    }  # fmt: skip
    node = {"num_cpus": 2 + n, "num_gpus": 0 if asked.is_toy else n, "object_store_memory": 200_000_000}
    with (
        tempfile.TemporaryDirectory() as folder,
        ray_cluster.clustered(Path(folder), [str(asked.bundle)], "", arguments, node) as (_, url, store),
    ):
        until = time.monotonic() + READY_S
        while sum(row.life is Life.READY for row in leases.workers(store)) < n:
            if time.monotonic() > until:
                raise RuntimeError(f"{n} painters were not ready in {READY_S:.0f} s: {leases.workers(store)}")
            time.sleep(0.1)
        key = make_key(store, "benchmark", per_minute=PLENTY)[0]
        for _ in range(2):  # the first orders have each painter load its model, and are not timed
            ids = order(url, [key], n * asked.n_jobs, CHOICES)
            while leases.open_jobs(store):
                time.sleep(0.05)
        return {"painters": n, "jobs": len(ids), "a_second": pictures_a_second(store, ids)}


PARTS: Mapping[str, Callable[[Asked], Iterator[tuple[str, Part]]]] = {
    "workers": worker_parts,
    "latency": latency_parts,
    "training": training_parts,
    "ray": ray_parts,
}


def machine(asked: Asked) -> Figures:
    """What the figures are of."""
    names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    versions = {"python": platform.python_version(), "torch": torch.__version__}
    return {"gpus": names, "compared": asked.n_gpus, "is_toy": asked.is_toy, "cores": os.cpu_count(), **versions}


def keep(path: Path | None, figures: Mapping[str, Any]) -> None:
    """Write figures beside what a file has of other parts."""
    if path is not None:
        kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        path.write_text(json.dumps(kept | dict(figures), indent=2) + "\n", encoding="utf-8")


def measure(which: str, asked: Asked, path: Path | None) -> bool:
    """Print and write the figures of one item; whether all of its parts were well."""
    figures: Figures = {"machine": machine(asked)}
    keep(path, figures)
    try:
        for name, part in PARTS[which](asked):
            figures[name] = tried(name, part)
            keep(path, figures)
    except Exception as error:  # what all parts of it need could not be made
        traceback.print_exc()
        figures[which] = {FAILED: f"{type(error).__name__}: {error}"[:600]}
    keep(path, figures)
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return not any(FAILED in found for found in figures.values())


def tried(name: str, part: Part) -> Figures:
    """The figures of a part, or why there are none."""
    began = time.perf_counter()
    try:
        figures = part()
    except Exception as error:
        traceback.print_exc()
        figures = {FAILED: f"{type(error).__name__}: {error}"[:600]}
    sys.stderr.write(f"{name}: {time.perf_counter() - began:.0f} s\n")
    return figures


def read_arguments() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="part", required=True)
    for name in (*PARTS, "all"):
        action = actions.add_parser(name)
        action.add_argument("bundle", type=Path, help="as recipes/fullsize/make_v4_files.py makes it, with --base")
        action.add_argument("--gpus", type=int, help="compared with one (usual: all; two processes at toy size)")
        action.add_argument("--jobs", type=int, default=24, help="pictures of each worker")
        action.add_argument("--kill-after-s", type=float, default=4.0, help="of the first order")
        action.add_argument("--batch", type=int, default=8, help="pictures of a step of training, of all GPUs")
        action.add_argument("--steps", type=int, default=24, help="of training")
        action.add_argument("--toy", action="store_true")
        action.add_argument("--json", type=Path)
    asked = parser.parse_args()
    check(parser, asked)
    return asked


def check(parser: argparse.ArgumentParser, asked: argparse.Namespace) -> None:
    """Say at once what cannot be measured here."""
    if asked.gpus is None:
        asked.gpus = 2 if asked.toy else torch.cuda.device_count()
    if not asked.toy and not 2 <= asked.gpus <= torch.cuda.device_count():
        parser.error(f"--gpus {asked.gpus} cannot be compared with one: torch finds {torch.cuda.device_count()} here")
    if asked.batch % asked.gpus:
        parser.error(f"--batch {asked.batch} cannot be shared out among {asked.gpus}")
    if not (asked.bundle / "bundle.toml").is_file():
        parser.error(f"{asked.bundle} is no bundle; make one with recipes/fullsize/make_v4_files.py --base")


def main() -> None:
    """Measure one item, or each in a process of its own."""
    given = read_arguments()
    hush()
    asked = Asked(given.bundle, given.gpus, given.toy, given.jobs, given.kill_after_s, given.batch, given.steps)
    if given.part != "all":
        sys.exit(not measure(given.part, asked, given.json))
    others = sys.argv[sys.argv.index("all") + 1 :]
    codes = [subprocess.run([sys.executable, __file__, part, *others], check=False).returncode for part in PARTS]
    sys.exit(any(codes))


if __name__ == "__main__":
    main()
