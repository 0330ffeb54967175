"""What every training stage shares: its clock, its learning rate, its averaged weights, its files.

A stage runs for `--seconds` and takes its learning rate from `--begin` to `--end` of a cosine, so that a
long training can be cut into several runs: each resumes from the averaged weights of the last.
"""

import argparse
import math
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from config import FULL, TOY, MiniConfig
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

MAX_PART_BYTES = 12_000_000


@dataclass
class Stage:
    """The clock and the files of one run."""

    work: Path
    config: MiniConfig
    device: str
    seconds: float
    begin: float
    end: float
    started: float

    @classmethod
    def from_command_line(cls, description: str) -> "Stage":
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--work", type=Path, default=Path(".mini"), help="folder of weights, made if absent")
        parser.add_argument("--seconds", type=float, required=True)
        parser.add_argument("--begin", type=float, default=0.0, help="where on the learning rate's cosine to start")
        parser.add_argument("--end", type=float, default=1.0)
        parser.add_argument("--toy", action="store_true", help="tiny batches, to see that the code runs")
        asked = parser.parse_args()
        asked.work.mkdir(parents=True, exist_ok=True)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.set_float32_matmul_precision("high")
        torch.backends.cudnn.benchmark = True
        config = TOY if asked.toy else FULL
        return cls(asked.work, config, device, asked.seconds, asked.begin, asked.end, time.monotonic())

    def restart_clock(self) -> None:
        """Count `seconds` from now: preparation is not training."""
        self.started = time.monotonic()

    @property
    def elapsed_share(self) -> float:
        return (time.monotonic() - self.started) / self.seconds

    def steps(self) -> Iterator[int]:
        step = 0
        while self.elapsed_share < 1:
            yield step
            step += 1

    def learning_rate(self, peak: float, step: int, warm_up: int = 200) -> float:
        position = self.begin + (self.end - self.begin) * min(1.0, self.elapsed_share)
        return peak * min(1.0, (step + 1) / warm_up) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * position)))

    def save(self, name: str, tensors: dict[str, Tensor]) -> None:
        """Write half-precision weights in parts small enough to be carried anywhere."""
        for old in self.work.glob(f"{name}-*.safetensors"):
            old.unlink()
        part: dict[str, Tensor] = {}
        n_parts = 0
        for key, tensor in tensors.items():
            part[key] = tensor.detach().half().cpu().contiguous()
            if sum(t.numel() * 2 for t in part.values()) > MAX_PART_BYTES:
                save_file(part, self.work / f"{name}-{n_parts}.safetensors")
                part, n_parts = {}, n_parts + 1
        if part:
            save_file(part, self.work / f"{name}-{n_parts}.safetensors")

    def load(self, name: str) -> dict[str, Tensor] | None:
        """Weights that a former run or stage wrote, in fp32; None when there are none."""
        parts = sorted(self.work.glob(f"{name}-*.safetensors"))
        if not parts:
            return None
        return {key: tensor.float() for part in parts for key, tensor in load_file(part).items()}

    def log(self, **figures: object) -> None:
        """One line of figures in the stage's log and on the terminal."""
        line = " ".join(f"{k}={v:.5g}" if isinstance(v, float) else f"{k}={v}" for k, v in figures.items())
        line = f"{time.monotonic() - self.started:7.1f}s {line}"
        with (self.work / "log.txt").open("a") as log:
            log.write(line + "\n")
        sys.stderr.write(line + "\n")


class Average:
    """An exponential moving average of parameters, slower as training goes on."""

    def __init__(self, modules: Iterable[nn.Module], limit: float = 0.9995) -> None:
        self.parameters = [p for module in modules for p in module.parameters() if p.requires_grad]
        self.shadow = [p.detach().clone() for p in self.parameters]
        self.limit = limit

    def update(self, step: int) -> None:
        decay = min(self.limit, (1 + step) / (10 + step))
        torch._foreach_lerp_(self.shadow, [p.detach() for p in self.parameters], 1 - decay)

    def apply(self) -> None:
        """Put the averages in the parameters' place."""
        torch._foreach_copy_([p.data for p in self.parameters], self.shadow)
