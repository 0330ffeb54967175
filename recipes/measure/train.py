"""Train a network of `plitka.core.measure.classifier` on renders, for a number of steps (repeatable) or a time.

python recipes/mini/unpack.py --work .mini src/plitka/mini
python recipes/measure/train.py src/plitka/core/measure/data/classifier.npz --autoencoder .mini
python recipes/measure/train.py src/plitka/core/measure/data/classifier_laid.npz --laid --hidden 32 --autoencoder .mini

The first is for pictures of which nothing is known, the second for those of which it is known what was laid where.
"""

import argparse
import os
import sys
from pathlib import Path
from time import monotonic

import numpy as np
import torch
from laid_scenes import draw_laid_examples
from network import Classifier
from scenes import Example, draw_examples
from torch import Tensor, distributed, nn
from torch.nn import functional
from workers import Worker, run_workers

FIRST_SEED = 3100
SIZE_PX = 288
EXAMPLES_PER_LAYER = 12
POINTS, LEAST_CROP = 22_000, 48
"""Points times answers of a crop, and its least side: with many colours it is smaller."""
DRAWING = 0.35
"""At most this share of the time goes to the drawing."""
SAVE_EVERY = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--laid", action="store_true", help="for pictures of which it is known what was laid")
    parser.add_argument("--layers", type=int, default=80)
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--crops", type=int, default=2, help="that each process looks at in a step")
    parser.add_argument("--seconds", type=float, help="stop after so long, even if there are steps or layers left")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--hidden", type=int, default=24, help="width of the hidden layers")
    parser.add_argument("--autoencoder", type=Path, help="folder with vae-*.safetensors; some pictures then pass it")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes that draw and train")
    parser.add_argument("--threads", type=int, default=1, help="of torch in each process, while it trains")
    parser.add_argument("--rate", type=float, default=4e-3, help="the learning rate at first")
    parser.add_argument("--start", type=Path, help="go on from these weights, with a fifth of the learning rate")
    run_workers(work, parser.parse_args())


def work(worker: Worker, asked: argparse.Namespace) -> None:
    """What each process does."""
    torch.set_num_threads(1)
    draw, examples = draw_laid_examples if asked.laid else draw_examples, []
    for seed in range(asked.first_seed + worker.rank, asked.first_seed + asked.layers, worker.n):
        examples += draw(seed, SIZE_PX, EXAMPLES_PER_LAYER, asked.autoencoder)
        if worker.spent(DRAWING):
            break
    distributed.barrier()
    if worker.rank == 0:
        say(f"{len(examples)} examples in each of {worker.n} processes after {monotonic() - worker.began:.0f} s")
    torch.set_num_threads(asked.threads)
    torch.manual_seed(0)
    network = Classifier(asked.hidden)
    if asked.start:
        network.load_state_dict({name: torch.from_numpy(value) for name, value in np.load(asked.start).items()})
    train(network, examples, asked, worker)
    if worker.rank == 0:
        save(network, asked.out)


def train(network: Classifier, examples: list[Example], asked: argparse.Namespace, worker: Worker) -> None:
    """The learning rate falls along a half cosine."""
    rng, optimiser = np.random.default_rng(worker.rank), torch.optim.Adam(network.parameters())
    rate = asked.rate / 5 if asked.start else asked.rate
    errors: list[float] = []
    began, step = monotonic(), 0
    while (progress := worker.agree_on_progress(step / asked.steps, began)) < 1:
        step += 1
        optimiser.param_groups[0]["lr"] = rate * (0.02 + 0.98 * (1 + np.cos(np.pi * progress)) / 2) * min(step / 50, 1)
        optimiser.zero_grad()
        for _ in range(asked.crops):
            loss, error = lose(network, examples[rng.integers(len(examples))], rng)
            (loss / asked.crops).backward()
            errors.append(error)
        worker.share_gradients(network)
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        if worker.rank == 0 and step % SAVE_EVERY == 0:
            save(network, asked.out)
            per_step = (monotonic() - began) / step
            recent = np.mean(errors[-SAVE_EVERY * asked.crops :])
            say(f"step {step}, {100 * progress:.0f} %, {per_step:.3f} s each: {recent:.2f} points on crops")


def save(network: Classifier, out: Path) -> None:
    """Whole or not at all."""
    part = out.with_suffix(".part.npz")
    np.savez_compressed(part, **{name: value.numpy() for name, value in network.state_dict().items()})
    part.replace(out)


def lose(network: Classifier, example: Example, rng: np.random.Generator) -> tuple[Tensor, float]:
    """Cross entropy of points, and 8 times the mean error of shares, of every stage; the last counts double."""
    height, width, n_answers = example.truth.shape
    crop = min(max(int((POINTS / n_answers) ** 0.5), LEAST_CROP), height, width)
    top, left = rng.integers(0, np.array((height, width)) - crop + 1)
    seen = example.features
    shared, own, other, truth = (
        torch.from_numpy(part[top : top + crop, left : left + crop].astype(np.float32))
        for part in (seen.shared, seen.own, seen.other, example.truth)
    )
    loss, error = torch.zeros(()), torch.zeros(())
    stages = network(shared, own, other)
    for index, logits in enumerate(stages):
        logs = functional.log_softmax(logits, -1)
        error = (logs.exp().mean((0, 1)) - truth.mean((0, 1))).abs().mean()
        loss = loss + (1 if index == len(stages) - 1 else 0.5) * (-(truth * logs).sum(-1).mean() + 8 * error)
    return loss, 100 * error.item()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
