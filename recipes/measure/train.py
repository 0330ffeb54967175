"""Train a network of `plitka.core.measure.classifier` on a folder of examples, which `draw.py` may still be filling.

python recipes/measure/train.py src/plitka/core/measure/data/classifier.npz /dev/shm/blind --seconds 450
python recipes/measure/train.py src/plitka/core/measure/data/classifier_laid.npz /dev/shm/laid --hidden 32 --seconds 450

The first is for pictures of which nothing is known, the second for those of which it is known what was laid where.
A GPU is used if there is one. All examples are kept in its memory: 2 MB each, with three colours.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import numpy as np
import torch
from example_files import HELD, read_examples
from network import Classifier
from torch import Tensor, nn
from torch.nn import functional

ROWS = 1_700_000
"""Points times answers of the pictures of a step: all of them have as many colours."""
FIRST_FILES = 24
"""So many are waited for."""
SHARES_WEIGHT = 8.0, 32.0
"""Of the mean error of shares against the cross entropy of points, at first and at last: first points are told apart,
then the sums are made true."""
FINE_WEIGHT, FINE_SHARE = 0.1, 0.005
"""Of the logarithm of a picture's error against this share, added to it: else pictures that nobody can read exactly
outweigh those that can be."""
EARLIER_STAGES = 0.5
"""Weight of the answers of a stage that is not the last."""
WARM_STEPS, LEAST_RATE = 200, 0.005
"""Steps in which the learning rate rises, and to what part of it it falls."""
KEPT = 0.998
"""Part of the mean of weights, which is what is saved, that a step leaves."""
REPORT_S, REPORTED = 20.0, 120
"""How often it is said how far the training is, and by how many held-out examples of each source."""

Parts = tuple[Tensor, Tensor, Tensor, Tensor]
"""Shared, own and other features, and the truth."""


@dataclass
class Examples:
    """Those that were read, by the number of their colours; held-out ones apart, by source."""

    device: torch.device
    most: int
    seen: dict[int, list[Parts]] = field(default_factory=lambda: defaultdict(list))
    held: dict[str, list[Parts]] = field(default_factory=lambda: defaultdict(list))
    n_seen: int = 0

    def read(self, folder: Path, ended: Event) -> None:
        """Read what is there and what comes, until there are enough or nobody wants more."""
        known: set[Path] = set()
        while not ended.is_set() and self.n_seen < self.most:
            new = [file for file in sorted(folder.glob("*.npz")) if file not in known]
            for file in new:
                known.add(file)
                self.add(file)
                if ended.is_set() or self.n_seen >= self.most:
                    break
            sleep(0.2)

    def add(self, file: Path) -> None:
        """The examples of one file."""
        kind, source, _ = file.stem.split("-")
        for example in read_examples(file):
            part = example.features
            arrays = part.shared, part.own, part.other, example.truth
            parts = tuple(torch.from_numpy(values).to(self.device) for values in arrays)
            if kind == HELD:
                self.held[source].append(parts)
            else:
                self.seen[part.own.shape[2]].append(parts)
                self.n_seen += 1

    def draw(self, rng: np.random.Generator) -> list[Tensor]:
        """Some examples of as many colours, stacked."""
        numbers = list(self.seen)
        counts = np.array([len(self.seen[n]) for n in numbers])
        n = numbers[rng.choice(len(numbers), p=counts / counts.sum())]
        of_n = self.seen[n]
        points = of_n[0][0].shape[0] * of_n[0][0].shape[1]
        chosen = rng.integers(len(of_n), size=max(1, ROWS // (points * (n + 1))))
        return [torch.stack(part).float() for part in zip(*(of_n[index] for index in chosen), strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("examples", type=Path, help="a folder")
    parser.add_argument("--most", type=int, default=24_000, help="examples to keep")
    parser.add_argument("--steps", type=int, default=10**9)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long, the wait counted in")
    parser.add_argument("--hidden", type=int, default=24, help="width of the hidden layers")
    parser.add_argument("--rate", type=float, default=2e-3, help="the learning rate at first")
    parser.add_argument("--start", type=Path, help="go on from these weights; narrower ones are widened")
    parser.add_argument("--seed", type=int, default=0, help="of the order in which examples are taken")
    parser.add_argument("--first-files", type=int, default=FIRST_FILES)
    asked = parser.parse_args()
    began, ended = monotonic(), Event()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.set_float32_matmul_precision("high")
    torch.manual_seed(asked.seed)
    network = Classifier(asked.hidden)
    if asked.start:
        widen(network, np.load(asked.start))
    examples = Examples(device, asked.most)
    reader = Thread(target=examples.read, args=(asked.examples, ended), daemon=True)
    reader.start()
    wait_for(asked.examples, asked.first_files, began + asked.seconds)
    while not examples.seen:
        if monotonic() > began + asked.seconds:
            parser.error(f"there are no examples in {asked.examples}; draw some first")
        sleep(0.5)
    say(f"{asked.out.name}: began after {monotonic() - began:.0f} s on {device}")
    mean = train(network.to(device), examples, asked, began)
    ended.set()
    reader.join()
    save(mean, asked.out)
    for name, one in (("mean", mean), ("last", network)):
        say(f"{asked.out.name}: {name} weights: {try_out(one, examples, examples.most)}")


def wait_for(folder: Path, n: int, until: float) -> None:
    """Until there are so many files, or that late."""
    while len(list(folder.glob("*.npz"))) < n and monotonic() < until:
        sleep(0.5)


def widen(network: Classifier, weights: Mapping[str, np.ndarray]) -> None:
    """Take over weights of a network that is as wide, or narrower: what is added changes nothing at first."""
    state = network.state_dict()
    with torch.no_grad():
        for name, own in state.items():
            given = torch.from_numpy(weights[name])
            if own.dim() == 2 and own.shape[1] > given.shape[1]:
                own[: given.shape[0]] = 0.0
                own[:, given.shape[1] :] *= name.endswith("2.weight")
            if name.endswith("bias"):
                own.zero_()
            own[tuple(slice(side) for side in given.shape)] = given
    network.load_state_dict(state)


def train(network: Classifier, examples: Examples, asked: argparse.Namespace, began: float) -> Classifier:
    """The learning rate falls along a half cosine; gives the mean of the last steps' weights."""
    rng, optimiser = np.random.default_rng(asked.seed), torch.optim.Adam(network.parameters())
    mean, errors, reported = deepcopy(network), [], monotonic()
    say(f"{asked.out.name}: start weights: {try_out(network, examples)}")
    train_began, step = monotonic(), 0
    while (progress := far(step, asked, began, train_began)) < 1:
        step += 1
        rate = asked.rate * (LEAST_RATE + (1 - LEAST_RATE) * (1 + np.cos(np.pi * progress)) / 2)
        optimiser.param_groups[0]["lr"] = rate * min(step / WARM_STEPS, 1)
        optimiser.zero_grad()
        first, last = SHARES_WEIGHT
        loss, error = lose(network, examples.draw(rng), first + (last - first) * progress)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        average(mean, network, min(KEPT, step / (step + 10)))
        errors.append(error)
        if monotonic() - reported > REPORT_S:
            recent = 100 * float(torch.stack(errors).mean())
            so_far = f"step {step}, {100 * progress:.0f} %, {examples.n_seen} examples"
            say(f"{asked.out.name}: {so_far}: {recent:.3f} points; held out {try_out(mean, examples)}")
            save(mean, asked.out)
            errors, reported = [], monotonic()
    return mean


def far(step: int, asked: argparse.Namespace, began: float, train_began: float) -> float:
    """0..1: how far the training is by its steps, or by its time if that is further."""
    by_time = (monotonic() - train_began) / max(began + asked.seconds - train_began, 1.0)
    return max(step / asked.steps, by_time)


@torch.no_grad()
def average(mean: nn.Module, network: nn.Module, kept: float) -> None:
    """Move the mean towards the network."""
    torch._foreach_lerp_(list(mean.parameters()), list(network.parameters()), 1 - kept)


def lose(network: Classifier, parts: list[Tensor], shares_weight: float) -> tuple[Tensor, Tensor]:
    """Cross entropy of points and the mean error of shares, of every stage; and that error in the last."""
    *features, truth = parts
    stages, loss = network(*features), torch.zeros((), device=truth.device)
    for index, logits in enumerate(stages):
        logs = functional.log_softmax(logits, -1)
        errors = (logs.exp().mean((1, 2)) - truth.mean((1, 2))).abs().mean(-1)
        shares_loss = (errors + FINE_WEIGHT * torch.log1p(errors / FINE_SHARE)).mean()
        weight = 1 if index == len(stages) - 1 else EARLIER_STAGES
        loss = loss + weight * (-(truth * logs).sum(-1).mean() + shares_weight * shares_loss)
    return loss, errors.mean().detach()


@torch.no_grad()
def try_out(network: Classifier, examples: Examples, most: int = REPORTED) -> str:
    """The mean error of shares, and the mean largest one, in points, on held-out examples of each source."""
    return ", ".join(
        "{} {:.3f} {:.3f} ({})".format(source, *np.mean(list(errors_on(network, held[:most])), 0), len(held[:most]))
        for source, held in list(examples.held.items())
    )


def errors_on(network: Classifier, held: list[Parts]) -> Iterator[tuple[float, float]]:
    for parts in list(held):
        *features, truth = (part[None].float() for part in parts)
        shares = network(*features)[-1].softmax(-1).mean((1, 2))[0, :-1]
        error = 100 * (shares / shares.sum() - truth.mean((1, 2))[0, :-1] / truth[..., :-1].sum(-1).mean()).abs()
        yield float(error.mean()), float(error.max())


def save(network: nn.Module, out: Path) -> None:
    """Whole or not at all."""
    part = out.with_suffix(".part.npz")
    np.savez_compressed(part, **{name: value.cpu().numpy() for name, value in network.state_dict().items()})
    part.replace(out)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
