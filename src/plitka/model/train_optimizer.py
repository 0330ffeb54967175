"""The optimizer of a run, and how its rates go over the steps."""

from collections.abc import Iterable
from importlib import import_module
from math import cos, pi
from typing import Any

import torch
from torch import nn

from plitka.errors import InputError
from plitka.model.train_config import TrainConfig

_NEEDED = {"adamw8bit": ("bitsandbytes", "AdamW8bit"), "prodigy": ("prodigyopt", "Prodigy")}
"""Optimizers of other libraries: their modules and classes."""


def build_optimizer(config: TrainConfig, matrices: Iterable[nn.Parameter], rows: Iterable[nn.Parameter]) -> Any:
    """The optimizer, with the matrices as its first group and the tokens' rows as its second.

    Raises:
        InputError: its library is not installed.
    """
    groups: list[dict[str, Any]] = [
        {"params": list(matrices), "lr": config.learning_rate, "weight_decay": config.weight_decay},
        {"params": list(rows), "lr": config.token_learning_rate, "weight_decay": 0.0},
    ]
    if config.optimizer in _NEEDED:
        return _other(config.optimizer, groups)
    is_fused = all(parameter.device.type == "cuda" for group in groups for parameter in group["params"])
    return torch.optim.AdamW(groups, fused=is_fused or None)


def _other(name: str, groups: list[dict[str, Any]]) -> Any:
    library, kind = _NEEDED[name]
    try:
        optimizer = getattr(import_module(library), kind)
    except ImportError as error:
        raise InputError(
            "the optimizer {name} needs {library}: pip install {library}, or take adamw", name=name, library=library
        ) from error
    if name == "prodigy":
        # As its README has it for diffusion; it takes one rate for all of its groups.
        for group in groups:
            group["lr"] = groups[0]["lr"]
        return optimizer(groups, decouple=True, use_bias_correction=True, safeguard_warmup=True)
    return optimizer(groups)


def set_rates(optimizer: Any, config: TrainConfig, step: int) -> None:
    """The rates of one step, by the number of steps before it."""
    progress = step / config.steps
    warmth = min(1.0, (step + 1) / config.warm_up_steps) if config.warm_up_steps else 1.0
    is_one_rate = config.optimizer == "prodigy"
    token_rate = config.learning_rate if is_one_rate else config.token_learning_rate
    matrices, rows = optimizer.param_groups
    matrices["lr"] = warmth * _rate(config, progress)
    rows["lr"] = matrices["lr"] if is_one_rate else warmth * token_rate * (1 - progress) ** config.token_decay


def _rate(config: TrainConfig, progress: float) -> float:
    last = config.learning_rate
    if config.rate == "cosine":
        return last * (1 + cos(pi * progress)) / 2
    if config.rate == "exponential" and config.first_learning_rate:
        return config.first_learning_rate * float((last / config.first_learning_rate) ** progress)
    return last
