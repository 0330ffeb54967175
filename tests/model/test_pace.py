"""Steps where there is no device to wait for."""

import torch

from plitka.model.pace import paced
from plitka.model.sampler import Step


def test_steps_come_as_they_are_made() -> None:
    """Each before the next one is."""
    made: list[int] = []

    def steps() -> object:
        for number in (1, 2, 3):
            made.append(number)
            yield Step(number, 3, torch.zeros(1), torch.zeros(1))

    for step in paced(steps(), torch.device("cpu")):  # type: ignore[arg-type]
        assert made[-1] == step.number
    assert made == [1, 2, 3]
