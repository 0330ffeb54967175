"""What every training stage shares: its clock, its learning rate, its recorded steps, its files.

A stage runs for `--seconds` and takes its learning rate from `--begin` to `--end` of a cosine, so that a
long training can be cut into several runs: each resumes from the averaged weights of the last. Under torchrun
each GPU trains on its own draws, and every few steps all take the mean of their weights.
"""

import argparse
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import torch
import torch.distributed
from config import FULL, SMALL, TOY, MiniConfig
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

MAX_PART_BYTES = 12_000_000
SYNC_STEPS = 8
"""Steps that GPUs go alone between two means of their weights."""


@dataclass
class Stage:
    """The clock and the files of one run."""

    work: Path
    config: MiniConfig
    device: torch.device
    seconds: float
    begin: float
    end: float
    rank: int = 0
    n_ranks: int = 1
    started: float = field(default_factory=time.monotonic)
    finished: bool = False

    @classmethod
    def from_command_line(cls, description: str) -> "Stage":
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--work", type=Path, default=Path(".mini"), help="folder of weights, made if absent")
        parser.add_argument("--seconds", type=float, required=True)
        parser.add_argument("--begin", type=float, default=0.0, help="where on the learning rate's cosine to start")
        parser.add_argument("--end", type=float, default=1.0)
        sizes = parser.add_mutually_exclusive_group()
        sizes.add_argument("--small", action="store_true", help="small batches, to train on without a GPU")
        sizes.add_argument("--toy", action="store_true", help="tiny batches, to see that the code runs")
        asked = parser.parse_args()
        asked.work.mkdir(parents=True, exist_ok=True)
        torch.set_float32_matmul_precision("high")
        torch.backends.cudnn.benchmark = True
        rank, n_ranks = (int(os.environ.get(name, usual)) for name, usual in (("LOCAL_RANK", "0"), ("WORLD_SIZE", "1")))
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        if n_ranks > 1:
            torch.distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
        torch.manual_seed(int(1000 * asked.begin))  # the same on all GPUs: they begin with the same weights
        config = TOY if asked.toy else SMALL if asked.small else FULL
        stage = cls(asked.work, config, device, asked.seconds, asked.begin, asked.end, rank, n_ranks)
        signal.signal(signal.SIGTERM, stage.end_early)
        return stage

    @property
    def seed(self) -> int:
        """Another one for each run and each GPU."""
        return int(10_000 * self.begin) + self.rank

    @property
    def n_workers(self) -> int:
        """Processes that draw captions beside this one."""
        return min(10, (os.cpu_count() or 1) - 1) if self.device.type == "cuda" else 0

    def restart_clock(self) -> None:
        """Count `seconds` from now, for preparation is not training; from here on each GPU draws its own."""
        torch.manual_seed(self.seed)
        self.started = time.monotonic()

    def end_early(self, _signal: int, _frame: FrameType | None) -> None:
        """Let the step that runs be the last one, so that what was learnt is written."""
        self.seconds = 1e-9

    @property
    def elapsed_share(self) -> float:
        return (time.monotonic() - self.started) / self.seconds

    @property
    def position(self) -> float:
        """Where in the whole training, of which this run may be a part, 0..1."""
        return self.begin + (self.end - self.begin) * min(1.0, self.elapsed_share)

    def steps(self) -> Iterator[int]:
        """Numbers of steps until the time is up; on several GPUs `agree` says when."""
        step = 0
        while not (self.finished if self.n_ranks > 1 else self.elapsed_share >= 1):
            yield step
            step += 1

    def learning_rate(self, peak: float, step: int, warm_up: int = 200) -> float:
        return peak * min(1.0, (step + 1) / warm_up) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * self.position)))

    @torch.no_grad()
    def agree(self, parameters: Sequence[Tensor], step: int) -> None:
        """Every few steps, the mean of all GPUs' weights in place of each one's, and one word on the time."""
        if self.n_ranks == 1 or step % SYNC_STEPS:
            return
        late = torch.tensor([float(self.elapsed_share >= 1)], device=self.device)
        flat = torch.cat([*(p.detach().reshape(-1) for p in parameters), late])
        torch.distributed.all_reduce(flat)
        flat /= self.n_ranks
        parts = flat[:-1].split([p.numel() for p in parameters])
        new = [part.view(p.shape) for part, p in zip(parts, parameters, strict=True)]
        torch._foreach_copy_([p.data for p in parameters], new)
        self.finished = bool(flat[-1] > 0)

    def save(self, name: str, tensors: dict[str, Tensor]) -> None:
        """Write half-precision weights in parts small enough to be carried anywhere."""
        if self.rank:
            return
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
        """One line of figures in the stage's log and on the terminal.

        Raises:
            FloatingPointError: a figure is no number, and what the networks learn from here on is nothing.
        """
        if any(isinstance(figure, float) and not math.isfinite(figure) for figure in figures.values()):
            raise FloatingPointError(figures)
        if self.rank:
            return
        line = " ".join(f"{k}={v:.5g}" if isinstance(v, float) else f"{k}={v}" for k, v in figures.items())
        line = f"{time.monotonic() - self.started:7.1f}s {line}"
        with (self.work / "log.txt").open("a") as log:
            log.write(line + "\n")
        sys.stderr.write(line + "\n")


class Recorded:
    """A training step that is recorded once as a CUDA graph and then replayed; on a CPU it is simply called.

    These networks are so small that launching their kernels one by one takes longer than running them.
    """

    def __init__(self, step: Callable[[], None], device: torch.device) -> None:
        self.step, self.graph = step, None
        if device.type != "cuda":
            return
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(3):
                step()
        torch.cuda.current_stream().wait_stream(aside)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            step()

    def __call__(self) -> None:
        if self.graph is None:
            self.step()
        else:
            self.graph.replay()


def compiled(network: nn.Module, device: torch.device) -> nn.Module:
    """A network that is compiled on a GPU, for each size of batch anew: kernels for any size are slower."""
    return torch.compile(network, dynamic=False) if device.type == "cuda" else network


def half_precision(device: torch.device) -> torch.autocast:
    """bfloat16 on a GPU; a processor that has to emulate it takes many times as long."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")


def adamw(groups: Sequence[dict[str, object]], device: torch.device, betas: tuple[float, float]) -> torch.optim.AdamW:
    """AdamW whose learning rates a recorded step reads anew at each replay."""
    on_gpu = device.type == "cuda"
    rates = [{**group, "lr": torch.tensor(0.0, device=device)} for group in groups] if on_gpu else list(groups)
    return torch.optim.AdamW(rates, lr=1e-3, betas=betas, weight_decay=0.01, fused=True, capturable=on_gpu)


def set_rate(group: dict[str, object], rate: float) -> None:
    if isinstance(group["lr"], Tensor):
        group["lr"].fill_(rate)
    else:
        group["lr"] = rate


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

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The same for a while."""
        kept = [p.detach().clone() for p in self.parameters]
        self.apply()
        yield
        torch._foreach_copy_([p.data for p in self.parameters], kept)
