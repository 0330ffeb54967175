"""How fast full-size SDXL makes pictures here, beside stock diffusers on the same modules, and where the time goes.

    python benchmarks/fullsize_speed.py [--compiled] [--parts stock,exact,fast] [--count 16] [--json figures.json]
    python benchmarks/fullsize_speed.py --toy

The networks have random weights, drawn on the device: they make noise, which is a picture to the clock. Text mode and
guided mode are whole pictures of `Maker`, measured shares included, one attempt each; every picture has another
prompt or seed. Seeds from the spares are those whose maps were laid while nothing was asked for. --compiled adds
stock diffusers with `torch.compile`, which takes minutes. --toy is narrow and runs on a processor, for a look at the
script. Figures are written as soon as a part is done; a part that fails is told, the others are run, and the exit
code is 1.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

from plitka.model.loading import tune_process

tune_process()

import diffusers  # noqa: E402, TID253  (after tuning; nothing imports a benchmark)
import torch  # noqa: E402, TID253

sys.path.insert(0, str(Path(__file__).parents[1] / "recipes" / "fullsize"))
import make_v4_files  # noqa: E402  # type: ignore[import-not-found]

from plitka.core.correction import CorrectionConfig  # noqa: E402
from plitka.core.generation import CompleteRequest, Defaults, Mode, Request  # noqa: E402
from plitka.core.maker import Maker  # noqa: E402
from plitka.core.painter import Canvas, Painted  # noqa: E402
from plitka.core.quality import Quality  # noqa: E402
from plitka.core.recipes.reading import parse_recipe  # noqa: E402
from plitka.core.recipes.recipe import V45  # noqa: E402
from plitka.core.scene import Scene  # noqa: E402
from plitka.core.tile.granule_map import GuideConfig  # noqa: E402
from plitka.core.tile.map_pool import MapPool  # noqa: E402
from plitka.core.watch import Unwatched  # noqa: E402
from plitka.model.assembly import Assembly  # noqa: E402
from plitka.model.autoencoder import Autoencoder  # noqa: E402
from plitka.model.device import choose_placement  # noqa: E402
from plitka.model.engine import measure_on, painter_of  # noqa: E402
from plitka.model.engine_config import EngineConfig  # noqa: E402
from plitka.model.late_guidance import guided_early  # noqa: E402
from plitka.model.noise import NoiseSchedule, Prediction  # noqa: E402
from plitka.model.painter import DiffusionPainter  # noqa: E402
from plitka.model.pipeline import place  # noqa: E402
from plitka.model.sampler import Denoise, sample  # noqa: E402
from plitka.model.stage_clock import StageClock  # noqa: E402
from plitka.model.unet import Conditions, guided_unet  # noqa: E402

Figures: TypeAlias = dict[str, float | str]
PICTURE_TFLOP = 281
"""20 steps at batch 2 and a decoding, counted by torch on stock modules at 1024 px."""
MATMUL_SIDE = 8192
KERNELS_SHOWN = 24
TURN_LOOK_S = 0.1
PARTS = ("stock", "exact", "fast", "deviations", "batches", "kernels")
FAILED = "failed:"
BEGAN = time.perf_counter()
BATCHES = (2, 4, 8)
GUIDANCE = 7.0


def median_s(
    work: Callable[[], object], n: int = 5, warm_ups: int = 1, before: Callable[[], object] = lambda: None
) -> float:
    """Seconds of one run, the device's work included; what is done before each is not."""
    seconds = []
    for index in range(warm_ups + n):
        before()
        _wait()
        began = time.perf_counter()
        work()
        _wait()
        if index >= warm_ups:
            seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


class Bench:
    """Networks of random weights, stock and ours."""

    def __init__(self, *, is_toy: bool) -> None:
        self.steps, self.side_px = (3, 64) if is_toy else (20, 1024)
        self.placement = choose_placement("cpu" if is_toy else "cuda", "float32" if is_toy else "auto")
        networks = make_v4_files.build_networks(toy=is_toy)
        for network in networks.values():
            network.to(self.placement.device, self.placement.assembly_dtype).eval().requires_grad_(False)
        vocabulary = Path(tempfile.mkdtemp()) / "vocabulary"
        betas = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}
        self.pipe: Any = diffusers.StableDiffusionXLPipeline(  # type: ignore[no-untyped-call]
            **networks,
            tokenizer=make_v4_files.build_tokenizer(vocabulary, make_v4_files.END),
            tokenizer_2=make_v4_files.build_tokenizer(vocabulary, "!"),
            scheduler=diffusers.DPMSolverMultistepScheduler(  # type: ignore[no-untyped-call]
                **betas, algorithm_type="dpmsolver++", use_karras_sigmas=True
            ),
            add_watermarker=False,
        )
        self.pipe.set_progress_bar_config(disable=True)
        levels = torch.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
        self.schedule = NoiseSchedule(torch.cumprod(1 - levels, 0), Prediction.NOISE)
        usual = Defaults(width_px=self.side_px, height_px=self.side_px, steps=self.steps, guidance=GUIDANCE)
        self.bundle: Any = SimpleNamespace(label="random@000000000000", defaults=usual, style=V45, controlnet=None)

    def stock(self) -> None:
        """One picture by the pipeline as it is."""
        self.pipe(
            "60% red, 30% black",
            negative_prompt="blue",
            num_inference_steps=self.steps,
            guidance_scale=GUIDANCE,
            width=self.side_px,
            height=self.side_px,
            generator=torch.Generator("cpu").manual_seed(1),
        )

    def assembly(self) -> Assembly:
        """The same modules as ours."""
        place(self.pipe, self.placement)
        clock = StageClock(self.placement.device)
        return Assembly(self.bundle, self.placement, self.pipe, self.schedule, None, clock)

    def canvas(self, seed: int, **choices: Any) -> Canvas:  # noqa: ANN401
        """A canvas of the usual size."""
        return Canvas(
            prompt=f"{seed % 90}% red, 10% black",
            negative_prompt="blue",
            seed=seed,
            width_px=self.side_px,
            height_px=self.side_px,
            steps=self.steps,
            guidance=GUIDANCE,
            **choices,
        )


def eager_figures(bench: Bench) -> Figures:
    """Stock diffusers: as the bundle says, and with the VAE in half precision."""
    figures: Figures = {"stock eager, s": median_s(bench.stock, 3)}
    with half_precision_vae(bench):
        figures["stock eager, VAE in half precision, s"] = median_s(bench.stock, 3)
    return figures


def compiled_figures(bench: Bench, turn: Path | None) -> Figures:
    """Stock diffusers compiled, its VAE in half precision; compiled at once and timed when it is its turn."""
    figures: Figures = {}
    with half_precision_vae(bench), compiled(bench):
        began = time.perf_counter()
        bench.stock()
        figures["stock compiled, compiling, s"] = time.perf_counter() - began
        await_turn(turn)
        figures["stock compiled, s"] = median_s(bench.stock, 5)
    return figures


@contextmanager
def compiled(bench: Bench) -> Iterator[None]:
    """Run what is compiled inside, and the modules as they were afterwards."""
    pipe = bench.pipe
    unet, decode = pipe.unet, pipe.vae.decode
    for network in (unet, pipe.vae):
        network.to(memory_format=torch.channels_last)
    torch._inductor.config.conv_1x1_as_mm = True  # type: ignore[attr-defined]  # noqa: SLF001
    pipe.unet = torch.compile(unet, mode="reduce-overhead", fullgraph=True)
    pipe.vae.decode = torch.compile(decode, fullgraph=True)
    try:
        yield
    finally:
        pipe.unet, pipe.vae.decode = unet, decode
        for network in (unet, pipe.vae):
            network.to(memory_format=torch.contiguous_format)


@contextmanager
def half_precision_vae(bench: Bench) -> Iterator[None]:
    """Decode in half precision inside, which the bundle's configuration does not."""
    bench.pipe.vae.register_to_config(force_upcast=False)
    try:
        yield
    finally:
        bench.pipe.vae.register_to_config(force_upcast=True)


def await_turn(turn: Path | None) -> None:
    """Say that all is compiled, and wait until nothing else uses the machine."""
    if turn is None:
        return
    turn.with_suffix(".ready").touch()
    while not turn.exists():
        time.sleep(TURN_LOOK_S)


def picture_figures(
    bench: Bench, painter: DiffusionPainter, count: int, quality: Quality, modes: Collection[Mode] = tuple(Mode)
) -> Figures:
    """Whole pictures, one attempt each: alone and in a queue of different seeds."""
    device = bench.placement.device
    maps = MapPool(GuideConfig())
    maker = Maker(
        painter,
        maps,
        CorrectionConfig(max_attempts=1),
        measure_on(device),
        is_pipelined=device.type != "cpu",
    )
    seeds = iter(range(1000))

    def ask(mode: Mode, seed: int) -> CompleteRequest:
        recipe = parse_recipe("60% red, 30% black, 10% white").recipe
        return maker.complete(Request(scene=Scene.of(recipe), seed=seed, mode=mode, quality=quality))

    stages: list[Mapping[str, float]] = []

    def make(mode: Mode, n: int, seed: int | None = None) -> None:
        outcomes = list(maker.generate([ask(mode, next(seeds) if seed is None else seed) for _ in range(n)]))
        stages[:] = [outcome.result.stage_seconds for outcome in outcomes if outcome.result]
        assert len(stages) == n

    figures: Figures = {}
    for mode in modes:
        start = f"{quality}, {mode}"
        figures[f"{start}, alone, s"] = median_s(partial(make, mode, 1))
        figures |= {f"{start}, alone, {stage}, s": seconds for stage, seconds in stages[0].items()}
        figures[f"{start}, in a queue of {count}, s a picture"] = median_s(partial(make, mode, count), 1) / count
    if Mode.GUIDED in modes:
        figures[f"{quality}, guided, alone, map of the seed kept, s"] = median_s(partial(make, Mode.GUIDED, 1, 7))
        figures |= spare_figures(maker, maps, partial(ask, Mode.GUIDED), count, quality)
    maker.close()
    return figures


def spare_figures(
    maker: Maker[DiffusionPainter],
    maps: MapPool,
    ask: Callable[[int], CompleteRequest],
    count: int,
    quality: Quality,
) -> Figures:
    """Guided pictures whose seeds are left open, after a pause in which maps were laid: by the calls of the service."""
    drawn, laid = iter(range(1000, 2000)), []

    def pause() -> None:
        maker.expect([])
        while maps.spares.is_laying:
            time.sleep(TURN_LOOK_S)

    def make(n: int) -> None:
        seeds = [maker.seed_ahead(ask(0)) for _ in range(n)]
        laid.append(sum(seed is not None for seed in seeds))
        made = list(maker.generate([ask(next(drawn) if seed is None else seed) for seed in seeds]))
        assert all(outcome.result for outcome in made)

    make(1)  # from here on it is known of which kind maps are to be laid
    start = f"{quality}, guided"
    alone_s = median_s(partial(make, 1), before=pause)
    queued_s = median_s(partial(make, count), 1, before=pause) / count
    return {
        f"{start}, alone, its seed from the spares, s": alone_s,
        f"{start}, in a queue of {count}, the first {laid[-1]} seeds from the spares, s a picture": queued_s,
    }


def batch_figures(bench: Bench, painter: DiffusionPainter, quality: Quality) -> Figures:
    """Painted without being measured, several at once."""
    figures: Figures = {}
    for n in (1, *BATCHES):
        canvases = [bench.canvas(seed, is_exact=quality is Quality.EXACT) for seed in range(n)]
        figures[f"{quality}, painted, batch {n}, s a picture"] = (
            median_s(partial(painter.paint, canvases, Unwatched()), 3) / n
        )
    return figures


def exact_figures(bench: Bench, assembly: Assembly, fast: DiffusionPainter) -> Figures:
    """How far the fast path is from the plain one in the same precision, and whether it repeats itself."""
    plain, canvas = DiffusionPainter(assembly), bench.canvas(3)
    expected = latents_by(bench, fast, partial(guided_unet, assembly))
    found, again = (latents_by(bench, fast, fast._network) for _ in range(2))  # noqa: SLF001
    pictures = [coder.decode(found).astype(int) for coder in (Autoencoder(bench.pipe.vae), fast._autoencoder)]  # noqa: SLF001
    both = [painter.paint([replace(canvas, seed=5)], Unwatched())[0] for painter in (plain, fast)]
    assert all(isinstance(one, Painted) for one in both)
    return {
        "fast against plain, latents, relative": relative(found, expected),
        "the same bytes again": str(torch.equal(found, again)),
        "VAE, fast against the modules, most levels": float(abs(pictures[0] - pictures[1]).max()),
        "VAE, fast against the modules, mean levels": float(abs(pictures[0] - pictures[1]).mean()),
    }


def fast_figures(bench: Bench, painter: DiffusionPainter) -> Figures:
    """What each part of `--quality fast` gains, and how far it is from what is exact."""
    network = painter._network  # noqa: SLF001
    early = partial(guided_early, network)
    exact = latents_by(bench, painter, network)
    first = latents_by(bench, painter, network, is_whole=False)
    figures: Figures = {"exact, denoised, s": median_s(partial(latents_by, bench, painter, network), 3)}
    for name, way, is_exact in (
        ("guidance in half of the steps", early, True),
        ("eight bits", network, False),
        ("both", early, False),
    ):
        one = partial(latents_by, bench, painter, way, is_exact=is_exact)
        figures[f"fast, {name}, denoised, s"] = median_s(one, 3)
        figures[f"fast, {name}, latents, relative"] = relative(one(), exact)
        figures[f"fast, {name}, one step, relative"] = relative(one(is_whole=False), first)
        pictures = [painter._autoencoder.decode(latents).astype(int) for latents in (one(), exact)]  # noqa: SLF001
        figures[f"fast, {name}, picture, mean levels"] = float(abs(pictures[0] - pictures[1]).mean())
    return figures


def latents_by(
    bench: Bench,
    painter: DiffusionPainter,
    network: Callable[[Conditions], Denoise],
    *,
    guidance: float = GUIDANCE,
    is_exact: bool = True,
    is_whole: bool = True,
) -> torch.Tensor:
    """What a network makes of one noise; or what it predicts at the first step."""
    steps, canvas = bench.schedule.steps(bench.steps), bench.canvas(3)
    conditions = Conditions(
        words=painter._encode_words([canvas]),  # noqa: SLF001
        size_px=(bench.side_px, bench.side_px),
        guidance=guidance,
        timesteps=steps.timesteps,
        is_exact=is_exact,
    )
    noise = painter._noise(canvas).to(bench.placement.device)  # noqa: SLF001
    with torch.no_grad():
        denoise = network(conditions)
        if not is_whole:
            return denoise(noise, steps.timesteps[0].to(noise.device)).clone()
        *_, last = sample(denoise, noise, steps)
    return last.latents.clone()


def relative(found: torch.Tensor, expected: torch.Tensor) -> float:
    """The length of their difference, over that of what is expected."""
    return float((found - expected).norm() / expected.norm())


def matmul_tflops(device: torch.device) -> float:
    """Of 20 half-precision products in a row."""
    one, other = (torch.randn(MATMUL_SIDE, MATMUL_SIDE, device=device, dtype=torch.float16) for _ in range(2))
    return 20 * 2 * MATMUL_SIDE**3 / median_s(lambda: [one @ other for _ in range(20)]) / 1e12


def kernels(work: Callable[[], object]) -> list[tuple[str, float, int]]:
    """(name, milliseconds, calls) of each kernel, the longest first."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as profile:
        work()
        _wait()
    found = [(event.key, event.self_device_time_total / 1e3, event.count) for event in profile.key_averages()]
    return sorted(found, key=lambda row: -row[1])


def first_figures(bench: Bench, painter: DiffusionPainter) -> Figures:
    """The first picture of a process."""
    began = time.perf_counter()
    painter.paint([bench.canvas(1)], Unwatched())
    return {"first picture, captures included, s": time.perf_counter() - began}


def floor_figures(bench: Bench) -> Figures:
    """How fast the chip could be."""
    rate = matmul_tflops(bench.placement.device)
    return {
        "matmul, TFLOP/s": rate,
        "floor of a picture, s": PICTURE_TFLOP / rate,
        "most GPU memory, GB": torch.cuda.max_memory_allocated() / 1e9,
    }


def kernel_figures(bench: Bench, painter: DiffusionPainter) -> Figures:
    """Where the time of a picture goes."""
    rows = kernels(lambda: painter.paint([bench.canvas(9)], Unwatched()))[:KERNELS_SHOWN]
    return {f"kernel {name[:90]}, {n} calls, ms": ms for name, ms, n in rows}


Part: TypeAlias = Callable[[], Figures]


def stock_parts(bench: Bench, asked: argparse.Namespace) -> Iterator[Part]:
    """Stock diffusers; what has to be compiled first, since it can wait for its turn."""
    if asked.compiled:
        yield partial(compiled_figures, bench, asked.turn)
    yield partial(eager_figures, bench)


def own_parts(bench: Bench, asked: argparse.Namespace) -> Iterator[Part]:
    """Ours, one after the other in order of worth."""
    assembly = bench.assembly()
    painter = painter_of(assembly, EngineConfig(network="fast", max_batch=1))
    yield partial(first_figures, bench, painter)
    for quality in filter(asked.parts.__contains__, Quality):
        yield partial(picture_figures, bench, painter, asked.count, quality)
    if "deviations" in asked.parts:
        yield partial(fast_figures, bench, painter)
        yield partial(exact_figures, bench, assembly, painter)
    if "batches" in asked.parts:
        for quality in Quality:
            yield partial(batch_figures, bench, painter, quality)
    if "kernels" in asked.parts and not asked.toy:
        yield partial(floor_figures, bench)
        yield partial(kernel_figures, bench, painter)


def main() -> None:
    """Print Markdown tables, and write the figures as JSON where asked."""
    asked = read_arguments()
    bench = Bench(is_toy=asked.toy)
    figures: Figures = {}
    for part in chain(  # one by one: what ours places, stock parts would find
        stock_parts(bench, asked) if "stock" in asked.parts else (),
        own_parts(bench, asked) if set(asked.parts) - {"stock"} else (),
    ):
        if asked.limit_s and time.perf_counter() - BEGAN > asked.limit_s:
            break
        figures |= tell(part)
        if asked.json:
            asked.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    sys.exit(any(key.startswith(FAILED) for key in figures))


def tell(part: Part) -> Figures:
    """Print the figures of a part, or why there are none."""
    try:
        figures = part()
    except Exception as error:
        traceback.print_exc()
        figures = {f"{FAILED} {getattr(part, 'func', part).__name__}": f"{type(error).__name__}: {error}"}
    rows = (f"| {key} | {value if isinstance(value, str) else f'{value:.4f}'} |\n" for key, value in figures.items())
    sys.stdout.writelines(rows)
    sys.stdout.flush()
    return figures


def read_arguments() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiled", action="store_true", help="stock diffusers compiled as well")
    parser.add_argument("--parts", type=lambda text: text.split(","), default=PARTS, help=",".join(PARTS))
    parser.add_argument("--count", type=int, default=16, help="pictures in a queue")
    parser.add_argument("--limit-s", type=float, help="begin no part later than this after the start")
    parser.add_argument("--turn", type=Path, help="compile stock diffusers, make TURN.ready, and wait for this file")
    parser.add_argument("--toy", action="store_true")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; expected {', '.join(PARTS)}")
    return asked


if __name__ == "__main__":
    main()
