"""Train the network of `plitka.core.classifier` on renders: a fixed number of steps, so it can be repeated.

python recipes/mini/unpack.py src/plitka/mini
python recipes/measure/train.py src/plitka/core/data/classifier.npz --autoencoder .mini
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

import numpy as np
import torch
from scenes import Example, draw_examples
from torch import Tensor, nn
from torch.nn import functional

from plitka.core.classifier import WINDOWS

FIRST_SEED = 3100
SIZE_PX = 288
EXAMPLES_PER_LAYER = 12
CROP = 80
N_SHARED, N_OWN, N_OFF, N_CONTEXT = 5, 12, 6, 6


class Mlp(nn.Sequential):
    """Two hidden layers, one output."""

    def __init__(self, n_inputs: int, n_hidden: int) -> None:
        super().__init__(
            nn.Linear(n_inputs, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_hidden), nn.ReLU(), nn.Linear(n_hidden, 1)
        )


class Classifier(nn.Module):
    """The twin of `plitka.core.classifier.classify`; says what each stage thinks."""

    def __init__(self, n_hidden: int, n_stages: int = 3) -> None:
        super().__init__()
        n_own, n_off, later = N_SHARED + N_OWN, N_SHARED + N_OFF, range(n_stages - 1)
        self.first, self.first_off = Mlp(n_own, n_hidden), Mlp(n_off, n_hidden)
        self.next = nn.ModuleList(Mlp(n_own + N_CONTEXT, n_hidden) for _ in later)
        self.next_off = nn.ModuleList(Mlp(n_off + N_CONTEXT, n_hidden) for _ in later)

    def forward(self, shared: Tensor, own: Tensor, off: Tensor) -> list[Tensor]:
        height, width, n, _ = own.shape
        own = torch.cat([shared[:, :, None].expand(height, width, n, N_SHARED), own], -1)
        off = torch.cat([shared, off], -1)
        light = ((shared[..., :1] + 1) / 2) ** 3 + 0.01
        stages = [torch.cat([self.first(own)[..., 0], self.first_off(off)], -1)]
        for of_own, of_off in zip(self.next, self.next_off, strict=True):
            logs = functional.log_softmax(stages[-1], -1)
            seen = context(logs, light)
            change = of_own(torch.cat([own, seen[:, :, :n]], -1))[..., 0]
            stages.append(logs.clamp(-8) + torch.cat([change, of_off(torch.cat([off, seen[:, :, n]], -1))], -1))
        return stages


def context(logs: Tensor, light: Tensor) -> Tensor:
    said = logs.exp()
    everywhere = (said.mean((0, 1)) + 1e-4).log() / 4
    lit = mean_around(said * light, 5) / mean_around(light, 5)
    around = [mean_around(said, side) for side in WINDOWS]
    return torch.stack([logs.clamp(-8) / 4, *around, lit, everywhere.expand(logs.shape)], -1)


def mean_around(values: Tensor, side: int) -> Tensor:
    reach = side // 2
    padded = functional.pad(values.permute(2, 0, 1)[:, None], (reach,) * 4, mode="replicate")  # (C, 1, H + 2r, W + 2r)
    along = functional.avg_pool2d(padded, (1, side), 1)  # one axis after the other: far fewer sums
    return functional.avg_pool2d(along, (side, 1), 1)[:, 0].permute(1, 2, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--layers", type=int, default=80)
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--hidden", type=int, default=24, help="width of the hidden layers")
    parser.add_argument("--autoencoder", type=Path, help="folder with vae-*.safetensors; some pictures then pass it")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes that draw the pictures")
    parser.add_argument("--threads", type=int, default=2, help="of torch, while it trains")
    parser.add_argument("--start", type=Path, help="go on from these weights, with a fifth of the learning rate")
    asked = parser.parse_args()
    seeds = range(asked.first_seed, asked.first_seed + asked.layers)
    with ProcessPoolExecutor(asked.workers) as pool:
        draws = pool.map(draw_examples, seeds, *map(repeat, (SIZE_PX, EXAMPLES_PER_LAYER, asked.autoencoder)))
        examples = [example for draw in draws for example in draw]
    sys.stdout.write(f"{len(examples)} examples\n")
    torch.manual_seed(0)
    torch.set_num_threads(asked.threads)
    network = Classifier(asked.hidden)
    if asked.start:
        network.load_state_dict({name: torch.from_numpy(value) for name, value in np.load(asked.start).items()})
    train(network, examples, asked.steps, rate=8e-4 if asked.start else 4e-3)
    np.savez_compressed(asked.out, **{name: value.numpy() for name, value in network.state_dict().items()})


def train(network: Classifier, examples: list[Example], n_steps: int, rate: float) -> None:
    """The learning rate falls along a half cosine."""
    rng, optimiser = np.random.default_rng(0), torch.optim.Adam(network.parameters())
    errors: list[float] = []
    for step in range(1, n_steps + 1):
        optimiser.param_groups[0]["lr"] = rate * (0.02 + 0.98 * (1 + np.cos(np.pi * step / n_steps)) / 2)
        optimiser.zero_grad()
        for _ in range(2):
            loss, error = lose(network, examples[rng.integers(len(examples))], rng)
            (loss / 2).backward()
            errors.append(error)
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        if step % 200 == 0:
            sys.stdout.write(f"step {step}: {np.mean(errors[-400:]):.2f} points on crops\n")
            sys.stdout.flush()


def lose(network: Classifier, example: Example, rng: np.random.Generator) -> tuple[Tensor, float]:
    """Cross entropy of points, and 8 times the mean error of shares, of every stage; the last counts double."""
    top, left = rng.integers(0, np.array(example.truth.shape[:2]) - CROP + 1)
    seen = example.features
    shared, own, off, truth = (
        torch.from_numpy(part[top : top + CROP, left : left + CROP].astype(np.float32))
        for part in (seen.shared, seen.own, seen.off, example.truth)
    )
    loss, error = torch.zeros(()), torch.zeros(())
    stages = network(shared, own, off)
    for index, logits in enumerate(stages):
        logs = functional.log_softmax(logits, -1)
        error = (logs.exp().mean((0, 1)) - truth.mean((0, 1))).abs().mean()
        loss = loss + (1 if index == len(stages) - 1 else 0.5) * (-(truth * logs).sum(-1).mean() + 8 * error)
    return loss, 100 * error.item()


if __name__ == "__main__":
    main()
