"""One process of a training that several share, or all of one, as several_gpus.py launches it.

    accelerate launch --num_processes N benchmarks/training_together.py BUNDLE PICTURES OUT FIGURES --batch N --steps N

The run is that of `plitka train`; the first process writes its losses and the seconds of a step to FIGURES, as JSON.
"""

import argparse
import json
import statistics
import sys
import time
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from plitka import default_palette
from plitka.core.recipes.recipe import Notice
from plitka.model.bundle import find_bundle
from plitka.model.train_config import JudgeConfig, TrainConfig, TrainRecipe
from plitka.model.train_judge import Judgement
from plitka.model.train_workers import Workers
from plitka.model.training_run import RunOrder, run_training

UNTIMED_STEPS = 3
"""The first ones, in which kernels are chosen."""


@dataclass(slots=True)
class Curve:
    """Follows a run: its losses, and when each step was done."""

    losses: list[float] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)

    def notice(self, notice: Notice) -> None:
        """Told."""
        sys.stderr.write(f"{notice}\n")

    def stage(self, name: str, n_done: int = 0, n_all: int = 0) -> None:
        """Told where it begins."""
        if n_done == 0:
            sys.stderr.write(f"{name} {n_all or ''}\n")

    def step(self, n_done: int, loss: float) -> None:
        """Kept."""
        del n_done
        self.losses.append(loss)
        self.moments.append(time.perf_counter())

    def judged(self, judgement: Judgement) -> None:
        """Nothing depends on it."""

    def wants_stop(self) -> bool:
        """Never."""
        return False

    @property
    def step_s(self) -> float:
        """The median of those that are timed."""
        timed = self.moments[UNTIMED_STEPS - 1 :]
        return statistics.median(after - before for before, after in pairwise(timed))


def learn(asked: argparse.Namespace) -> None:
    """Run it; nothing is painted, so that judgements take no time."""
    bundle, curve = find_bundle(str(asked.bundle)), Curve()
    recipe = TrainRecipe(
        train=TrainConfig(steps=asked.steps, batch=asked.batch, rank=4 if asked.toy else 32),
        judge=JudgeConfig(n_pictures=0, n_times=1, every=asked.steps),
    )
    recipe = replace(recipe, pictures=replace(recipe.pictures, size_px=bundle.defaults.width_px))
    given = RunOrder(
        folder=asked.pictures,
        base=bundle,
        out=asked.out,
        name="trained",
        recipe=recipe,
        palette=default_palette(),
        device="cpu" if asked.toy else "auto",
    )
    asked.out.mkdir(exist_ok=True)
    if run_training(given, curve) is not None:
        n = Workers.joined(is_on_cpu=asked.toy).n
        figures = {"processes": n, "s a step": curve.step_s, "losses": curve.losses}
        asked.figures.write_text(json.dumps(figures), encoding="utf-8")


def main() -> None:
    """Read what is asked for, and learn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("bundle", "pictures", "out", "figures"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True, help=f"more than {UNTIMED_STEPS}, which are not timed")
    parser.add_argument("--toy", action="store_true")
    learn(parser.parse_args())


if __name__ == "__main__":
    main()
