"""How much sooner a guided picture of mini is there whose seed was one of those with a map laid before.

    python benchmarks/spare_seeds.py --runs 4

In turns in one process: a picture with a seed of its own, then, once a map is laid, one with a spare seed.
"""

import argparse
import statistics
import sys
import time

from plitka.core.generation import CompleteRequest, Engine, Request
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene
from plitka.model.loading import load_engine_for_program, tune_process

RECIPE = "60% red, 30% black, 10% white"
PAUSE_S, LOOK_S = 30.0, 0.2
FIRST_SEED = 1000


def main() -> None:
    """Print the seconds of each picture, and both medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=4)
    asked = parser.parse_args()
    tune_process()
    engine = load_engine_for_program("mini")
    engine.warm_up()
    own_s, spare_s = [], []
    for seed in range(FIRST_SEED, FIRST_SEED + asked.runs):
        own_s.append(time_picture(engine, ask(engine, seed)))
        spare_s.append(time_picture(engine, ask(engine, await_spare(engine))))
    engine.close()
    for name, seconds in (("a seed of its own", own_s), ("a spare seed", spare_s)):
        told = ", ".join(f"{one:.2f}" for one in seconds)
        sys.stdout.write(f"{name}: {told}; median {statistics.median(seconds):.2f} s\n")


def ask(engine: Engine, seed: int) -> CompleteRequest:
    """The picture by this seed."""
    return engine.complete(Request(scene=Scene.of(parse_recipe(RECIPE).recipe), seed=seed))


def await_spare(engine: Engine) -> int:
    """A seed whose map is laid, once there is one."""
    engine.expect([])
    until = time.monotonic() + PAUSE_S
    while (seed := engine.seed_ahead(ask(engine, 0))) is None:
        if time.monotonic() > until:
            sys.exit(f"no map was laid within {PAUSE_S:.0f} s; on one processor none is")
        time.sleep(LOOK_S)
    return seed


def time_picture(engine: Engine, request: CompleteRequest) -> float:
    """Seconds until it is there."""
    began = time.perf_counter()
    for outcome in engine.generate([request]):
        if outcome.error is not None:
            raise outcome.error
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
