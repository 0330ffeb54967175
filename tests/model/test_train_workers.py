"""Processes that share a run."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from plitka.errors import InputError
from plitka.model.train_workers import Workers


def test_a_process_alone_has_all_of_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """And averages with nobody."""
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    alone, tensor = Workers.joined(), torch.ones(2)
    alone.average([tensor, None])
    alone.wait()
    assert (alone.part(5), alone.is_first, alone.device, tensor.tolist()) == ((0, 5), True, None, [1, 1])


def test_a_batch_is_shared_out() -> None:
    """Evenly, or not at all."""
    assert [Workers(rank, 3).part(6) for rank in range(3)] == [(0, 2), (2, 4), (4, 6)]
    with pytest.raises(InputError, match="multiple of the 3"):
        Workers(0, 3).part(4)


TOGETHER = """
import sys, torch
from plitka.model.train_workers import Workers
workers = Workers.joined(is_on_cpu=True)
assert (workers.n, workers.is_first, workers.device) == (2, workers.rank == 0, "cpu")
mine = [torch.full((2, 3), float(workers.rank)), None, torch.tensor(10.0 * workers.rank), torch.zeros(0)]
mine.append(torch.arange(6.0).view(2, 3).t() + workers.rank)
workers.average(mine)
assert mine[0].tolist() == [[0.5] * 3] * 2
assert mine[2].item() == 5.0
assert mine[4].tolist() == [[0.5, 3.5], [1.5, 4.5], [2.5, 5.5]]
assert workers.any(workers.rank == 1)
assert not workers.any(False)
workers.wait()
sys.stdout.write(f"well {workers.rank} ")
"""


def test_two_processes_agree(tmp_path: Path) -> None:
    """On means, whatever shapes there are, and on whether one of them wants something."""
    (tmp_path / "together.py").write_text(TOGETHER, encoding="utf-8")
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    done = subprocess.run([*launcher, tmp_path / "together.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert sorted(done.stdout.split()) == ["0", "1", "well", "well"]
