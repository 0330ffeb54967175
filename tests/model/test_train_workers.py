"""Processes that share a run."""

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
