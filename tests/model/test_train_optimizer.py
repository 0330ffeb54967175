"""Optimizers and their rates."""

from dataclasses import replace
from importlib.util import find_spec

import pytest
import torch
from torch import nn

from plitka.errors import InputError
from plitka.model.train_config import TrainConfig
from plitka.model.train_optimizer import build_optimizer, set_rates

CONFIG = TrainConfig(steps=100, learning_rate=0.4, token_learning_rate=0.01)


def rates(config: TrainConfig, step: int) -> tuple[float, float]:
    """Of the matrices and of the tokens."""
    optimizer = build_optimizer(CONFIG, [nn.Parameter(torch.ones(1))], [nn.Parameter(torch.ones(1))])
    set_rates(optimizer, config, step)
    matrices, rows = optimizer.param_groups
    return matrices["lr"], rows["lr"]


def test_rates_go_as_they_are_told() -> None:
    """Constant, down to nothing, or up by equal factors; tokens by a power; both warm up."""
    assert rates(CONFIG, 50) == (0.4, 0.01)
    assert rates(replace(CONFIG, rate="cosine"), 50)[0] == pytest.approx(0.2)
    rising = replace(CONFIG, rate="exponential", first_learning_rate=0.1)
    assert [rates(rising, step)[0] for step in (0, 50)] == pytest.approx([0.1, 0.2])
    assert rates(replace(CONFIG, token_decay=2), 50)[1] == pytest.approx(0.0025)
    assert rates(replace(CONFIG, warm_up_steps=10), 4) == pytest.approx((0.2, 0.005))


@pytest.mark.parametrize(("name", "library"), [("adamw8bit", "bitsandbytes"), ("prodigy", "prodigyopt")])
def test_an_optimizer_of_another_library_is_there_or_told_how_to_get(name: str, library: str) -> None:
    """It is no dependency."""
    parameters = [nn.Parameter(torch.ones(1))], [nn.Parameter(torch.ones(1))]
    if find_spec(library) is None:
        with pytest.raises(InputError, match=f"pip install {library}"):
            build_optimizer(replace(CONFIG, optimizer=name), *parameters)
    else:
        assert len(build_optimizer(replace(CONFIG, optimizer=name), *parameters).param_groups) == 2
