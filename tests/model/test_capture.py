"""Repeated work, where there is nothing to capture it."""

import torch

from plitka.model.capture import Repeated, new_pool


def test_work_is_done_each_time() -> None:
    """On what its tensors hold then."""
    device, held = torch.device("cpu"), torch.ones(3)
    twice = Repeated(device, lambda: 2 * held, new_pool(device))
    assert twice().tolist() == [2, 2, 2]
    held.fill_(5)
    assert twice().tolist() == [10, 10, 10]
