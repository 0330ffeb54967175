"""How fast a bundle's pictures come, beside stock diffusers on the same files: the same steps and guidance, in turn.

    python benchmarks/diffusion_speed.py [--model mini] [--threads 2] [--size 1024]

The baseline is `StableDiffusionXLPipeline.from_pretrained` as its documentation calls it, with the sampler of the v45
recipe. It has neither the LoRA nor the tokens, which once they are in the weights take no time. Both make text mode's
picture; then ours makes its guided one, and a whole process does, imports and loading included.
"""

import argparse
import logging
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from timeit import repeat

import structlog
import torch  # noqa: TID253  (nothing imports a benchmark)
from diffusers import DPMSolverMultistepScheduler, StableDiffusionXLPipeline  # noqa: TID253

from plitka.core.generation import CompleteRequest, Engine, Mode, Request, generate_one
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene, Size
from plitka.model.bundle import find_bundle
from plitka.model.engine_config import EngineConfig
from plitka.model.loading import load_tuned_engine
from plitka.model.pipeline import Pipeline

WORDS = "60% red, 30% black, 10% white"
RECIPE = parse_recipe(WORDS).recipe
REPEATS = 3


def median_s(task: Callable[[], object]) -> float:
    """Of a few runs after one that nobody waits for."""
    task()
    return median(repeat(task, number=1, repeat=REPEATS))


def complete(engine: Engine, mode: Mode, size_px: int) -> CompleteRequest:
    """A picture at the engine's own choices."""
    return engine.complete(
        Request(scene=Scene.of(RECIPE, Size(width_px=size_px, height_px=size_px)), seed=1, mode=mode)
    )


def load_stock(model: str) -> Pipeline:
    """diffusers' pipeline of the bundle's base, in float32 as on every CPU."""
    bundle = find_bundle(model)
    choices = {"variant": getattr(bundle.base, "variant", "") or None, "torch_dtype": torch.float32}
    pipe: Pipeline = StableDiffusionXLPipeline.from_pretrained(  # type: ignore[no-untyped-call]
        bundle.base_folder(), add_watermarker=False, **choices
    )
    pipe.scheduler = DPMSolverMultistepScheduler.from_config(  # type: ignore[no-untyped-call]
        pipe.scheduler.config, algorithm_type="dpmsolver++", use_karras_sigmas=True
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def time_stock(model: str, engine: Engine, size_px: int) -> float:
    """Seconds for a text picture at the engine's own choices."""
    pipe, request = load_stock(model), complete(engine, Mode.TEXT, size_px)

    def paint() -> None:
        with torch.no_grad():
            pipe(
                engine.prompt(request),
                negative_prompt=request.negative_prompt,
                num_inference_steps=request.steps,
                guidance_scale=request.guidance,
                width=size_px,
                height=size_px,
                generator=torch.Generator("cpu").manual_seed(1),
            )

    return median_s(paint)


def time_engine(engine: Engine, mode: Mode, size_px: int) -> float:
    """Seconds for a picture at the engine's own choices."""
    request = complete(engine, mode, size_px)
    return median_s(lambda: generate_one(engine, request))


def time_process(model: str, size_px: int) -> tuple[float, float]:
    """Seconds for `plitka generate` as users run it, and the most memory that it held, in 10^9 bytes."""
    with tempfile.TemporaryDirectory() as folder:
        choices = ["--model", model, "--size", str(size_px), "--seed", "1", "--tolerance", "100"]
        command = [sys.executable, "-m", "plitka", "generate", WORDS, *choices, "-o", str(Path(folder) / "tile.png")]
        seconds = median_s(lambda: subprocess.run(command, check=True, capture_output=True))
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="mini")
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    process_s, peak_gb = time_process(asked.model, asked.size)
    torch.set_num_threads(asked.threads)
    engine = load_tuned_engine(asked.model, EngineConfig(device="cpu"))
    stock_s = time_stock(asked.model, engine, asked.size)
    text_s = time_engine(engine, Mode.TEXT, asked.size)
    guided_s = time_engine(engine, Mode.GUIDED, asked.size)
    engine.close()
    rows = {
        f"stock diffusers, {engine.defaults.steps} steps, guidance {engine.defaults.guidance:g}, s": stock_s,
        "ours, text mode, the same steps and guidance, s": text_s,
        "stock over ours, times": stock_s / text_s,
        "ours, guided mode, s": guided_s,
        "stock over guided mode, times": stock_s / guided_s,
        "the whole process, guided mode, s": process_s,
        "most memory of that process, GB": peak_gb,
    }
    sys.stdout.writelines(f"| {name} | {value:.2f} |\n" for name, value in rows.items())


if __name__ == "__main__":
    main()
