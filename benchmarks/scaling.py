"""What breaks first, from one laptop to a thousand painters: the queue simulated with the costs of its parts.

    python benchmarks/scaling.py [--painters 1,10,100,1000] [--minutes 10] [--json figures.json]

Keys order in bursts; the front accepts, the database commits, painters take jobs as `plitka.serve.turn_queue` deals
them, paint, and write to the store. Each part is a server that has one visitor at a time, for as long as `Costs` says.
What is told is how busy each part is, what a picture waits for, and whether keys got their turns. The load is a part of
what the painters could do.
"""

import argparse
import json
import random
import statistics
import sys
from collections import Counter
from collections.abc import Generator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import simpy

from plitka.serve.turn_queue import TurnQueue

Steps = Generator[simpy.Event, Any, None]
_SEED = 29
_FEWEST_JOBS = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Of one picture and one painter, in seconds and bytes; as the parts are today."""

    picture_s: float = 2.0
    """On a GPU, of 1024 px."""
    accept_s: float = 0.004
    """Of the front's one process, to accept an order and to answer for it."""
    look_s: float = 0.00002
    """Of the same for each open job and painter that it looks at, each `pulse_s`."""
    n_commits: int = 5
    """Order, claim, start, what it ends with, end; 3: order, claim that starts, end."""
    commit_s: float = 0.001
    """Of the database's one log."""
    beat_s: float = 0.0007
    """Of a painter's sign of life in the database, each `pulse_s`."""
    pulse_s: float = 0.25
    n_picture_bytes: int = 2_500_000
    store_bytes_s: float = 1.25e9
    """That pictures come to the store with: 10 Gbit/s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Who orders, and how much."""

    n_painters: int
    n_keys: int
    part: float = 0.8
    """Of what the painters could make."""
    burst: int = 20
    """Orders of a key at once, on average; every tenth key orders ten times as many."""


@dataclass(slots=True)
class World:
    """The parts, and what happened."""

    env: simpy.Environment
    costs: Costs
    load: Load
    chance: random.Random
    front: simpy.Resource
    log: simpy.Resource
    store: simpy.Resource
    queue: TurnQueue = field(default_factory=TurnQueue)
    news: simpy.Event | None = None
    ordered_at: dict[str, tuple[float, str, int]] = field(default_factory=dict)
    busy_s: Counter[str] = field(default_factory=Counter)
    waits_s: dict[str, list[float]] = field(default_factory=lambda: {"small": [], "large": []})
    n_made: int = 0
    number: int = 0

    def visit(self, part: str, seconds: float) -> Steps:
        """Have a part for so long."""
        resource: simpy.Resource = getattr(self, part)
        with resource.request() as place:
            yield place
            yield self.env.timeout(seconds)
        self.busy_s[part] += seconds

    def commit(self, n: float) -> Steps:
        """Write to the database's log."""
        yield from self.visit("log", n * self.costs.commit_s)

    def key(self, name: str, rate: float, size: int) -> Steps:
        """Order in bursts, so many jobs a second on average."""
        while True:
            yield self.env.timeout(self.chance.expovariate(rate / size))
            for _ in range(max(1, round(self.chance.expovariate(1 / size)))):
                self.env.process(self.order(name, size))

    def order(self, name: str, size: int) -> Steps:
        """One job, until it waits."""
        yield from self.visit("front", self.costs.accept_s)
        yield from self.commit(1)
        self.number += 1
        job_id = str(self.number)
        self.ordered_at[job_id] = (self.env.now, name, size)
        self.queue.put(job_id, name, 0, None, self.number)
        if self.news is not None and not self.news.triggered:
            self.news.succeed()

    def painter(self) -> Steps:
        """Take, paint and write, one job after the other."""
        yield self.env.timeout(self.chance.uniform(0, self.costs.picture_s))
        while True:
            yield from self.commit(1)
            job_id = self.queue.take()
            if job_id is None:
                if self.news is None or self.news.triggered:
                    self.news = self.env.event()
                yield self.news
                continue
            at, _, size = self.ordered_at.pop(job_id)
            self.waits_s["small" if size == self.load.burst else "large"].append(self.env.now - at)
            yield from self.commit(1 if self.costs.n_commits > 3 else 0)
            yield self.env.timeout(self.costs.picture_s * self.chance.uniform(0.8, 1.2))
            yield from self.commit(1 if self.costs.n_commits > 3 else 0)
            yield from self.visit("store", self.costs.n_picture_bytes / self.costs.store_bytes_s)
            yield from self.commit(1)
            self.n_made += 1

    def pulse(self) -> Steps:
        """Every painter's sign of life, and the front's look at all of them."""
        share = 20  # the front's look is spread, as requests come between
        while True:
            yield self.env.timeout(self.costs.pulse_s / share)
            n_seen = self.load.n_painters + len(self.queue)
            self.env.process(self.visit("log", self.load.n_painters * self.costs.beat_s / share))
            self.env.process(self.visit("front", n_seen * self.costs.look_s / share))


def simulate(load: Load, costs: Costs, seconds: float) -> dict[str, float | str]:
    """What became of so many simulated seconds."""
    env = simpy.Environment()
    one = {name: simpy.Resource(env) for name in ("front", "log", "store")}
    world = World(env=env, costs=costs, load=load, chance=random.Random(_SEED), **one)  # noqa: S311  (seeded)
    sizes = [load.burst * (10 if number % 10 == 0 else 1) for number in range(load.n_keys)]
    a_second = load.part * load.n_painters / costs.picture_s
    for number, size in enumerate(sizes):
        env.process(world.key(f"key {number}", a_second * size / sum(sizes), size))
    for _ in range(load.n_painters):
        env.process(world.painter())
    env.process(world.pulse())
    env.run(until=seconds)
    return _told(world, a_second, seconds)


def _told(world: World, a_second: float, seconds: float) -> dict[str, float | str]:
    busy = {part: min(1.0, world.busy_s[part] / seconds) for part in ("front", "log", "store")}
    busy["painters"] = min(1.0, world.n_made * world.costs.picture_s / seconds / world.load.n_painters)
    small, large = (sorted(world.waits_s[name]) or [0.0] for name in ("small", "large"))
    return {
        "painters": world.load.n_painters,
        "keys": world.load.n_keys,
        "asked a second": round(a_second, 1),
        "made a second": round(world.n_made / seconds, 1),
        **{f"busy: {name}": round(share, 3) for name, share in busy.items()},
        "wait of small keys, median s": round(statistics.median(small), 1),
        "wait of small keys, 99 % s": round(small[int(0.99 * (len(small) - 1))], 1),
        "wait of large keys, median s": round(statistics.median(large), 1),
        "waiting at the end": len(world.queue),
        "first to break": max(("front", "log", "store"), key=lambda name: busy[name]),
    }


def variants(costs: Costs) -> dict[str, Costs]:
    """The same with what is to be changed at each power of ten."""
    slower = replace(costs, pulse_s=2.0)
    return {
        "as it is": costs,
        "a sign of life each 2 s": slower,
        "and three commits a picture in four logs": replace(
            slower, n_commits=3, commit_s=costs.commit_s / 4, beat_s=costs.beat_s / 4
        ),
        "and four fronts": replace(
            slower, n_commits=3, commit_s=costs.commit_s / 4, beat_s=costs.beat_s / 4,
            accept_s=costs.accept_s / 4, look_s=costs.look_s / 4,
        ),
    }  # fmt: skip


def main() -> None:
    """Simulate, and tell it on stdout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--painters", default="1,10,100,1000")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    costs, rows = Costs(), []
    for number in map(int, options.painters.split(",")):
        load = Load(n_painters=number, n_keys=10 * number)
        for name, chosen in variants(costs).items():
            # As many jobs for few painters as a load needs to be one.
            seconds = max(60 * options.minutes, _FEWEST_JOBS * chosen.picture_s / (load.part * number))
            rows.append({"variant": name, **simulate(load, chosen, seconds)})
    told = {"costs": asdict(costs), "rows": rows}
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
    if options.json:
        options.json.write_text(json.dumps(told), "utf-8")


if __name__ == "__main__":
    main()
