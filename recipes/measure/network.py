"""The network of `plitka.core.measure.classifier` in torch, so that it can be trained: on several pictures at once."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from plitka.core.measure.classifier import (
    CONTEXT_SIDES,
    LEAST_LIGHT,
    LEAST_LOG_ANSWER,
    LEAST_PART,
    LEAST_PRESENCE,
    LIT_SIDE,
    LOG_ANSWER_SCALE,
    MOMENTS,
    SHARPNESS,
)

N_SHARED, N_OWN, N_OTHER, N_CONTEXT = 5, 12, 6, len(CONTEXT_SIDES) + 3
N_MOMENTS = len(MOMENTS) + len(SHARPNESS)


class Mlp(nn.Sequential):
    """Two hidden layers, one output."""

    def __init__(self, n_inputs: int, n_hidden: int) -> None:
        super().__init__(
            nn.Linear(n_inputs, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_hidden), nn.ReLU(), nn.Linear(n_hidden, 1)
        )


class Classifier(nn.Module):
    """The same as `plitka.core.measure.classifier.classify`; gives the answer of each stage."""

    def __init__(self, n_hidden: int, n_stages: int = 3) -> None:
        super().__init__()
        n_own, n_other, later = N_SHARED + N_OWN, N_SHARED + N_OTHER, range(n_stages - 1)
        self.first, self.first_off = Mlp(n_own, n_hidden), Mlp(n_other, n_hidden)
        self.next = nn.ModuleList(Mlp(n_own + N_CONTEXT + N_MOMENTS, n_hidden) for _ in later)
        self.next_off = nn.ModuleList(Mlp(n_other + N_CONTEXT, n_hidden) for _ in later)

    def forward(self, shared: Tensor, own: Tensor, other: Tensor) -> list[Tensor]:
        """(b, h, w, n + 1) logits of each stage, of (b, h, w, 5), (b, h, w, n, 12) and (b, h, w, 6) features."""
        n = own.shape[3]
        own = torch.cat([shared[..., None, :].expand(*own.shape[:4], N_SHARED), own], -1)
        other = torch.cat([shared, other], -1)
        light = ((shared[..., :1] + 1) / 2) ** 3 + LEAST_LIGHT
        stages = [torch.cat([self.first(own)[..., 0], self.first_off(other)], -1)]
        for of_own, of_other in zip(self.next, self.next_off, strict=True):
            logs = functional.log_softmax(stages[-1], -1)
            seen = context(logs, light)
            means = moments(logs[..., :n].exp(), shared, own[..., N_SHARED:]).expand(*own.shape[:4], N_MOMENTS)
            change = of_own(torch.cat([own, seen[..., :n, :], means], -1))[..., 0]
            change_other = of_other(torch.cat([other, seen[..., n, :]], -1))
            stages.append(logs.clamp(LEAST_LOG_ANSWER) + torch.cat([change, change_other], -1))
        return stages


def context(logs: Tensor, light: Tensor) -> Tensor:
    """(b, h, w, n + 1, 6) answers of the last stage: here, around, of the lit points around, and everywhere."""
    answers = logs.exp()
    everywhere = (answers.mean((1, 2), keepdim=True) + LEAST_PRESENCE).log() / LOG_ANSWER_SCALE
    lit = mean_around(answers * light, LIT_SIDE) / mean_around(light, LIT_SIDE)
    around = [mean_around(answers, side) for side in CONTEXT_SIDES]
    here = logs.clamp(LEAST_LOG_ANSWER) / LOG_ANSWER_SCALE
    return torch.stack([here, *around, lit, everywhere.expand(logs.shape)], -1)


def moments(answers: Tensor, shared: Tensor, own: Tensor) -> Tensor:
    """(b, 1, 1, n, 7) how the points of a colour, by its last answer, look over the whole picture."""
    seen = torch.stack([own[..., place] ** power for place, power in MOMENTS], -1)
    total = answers.mean((1, 2), keepdim=True)[..., None]
    of_colours = (answers[..., None] * seen).mean((1, 2), keepdim=True) / (total + LEAST_PART)
    sharpness = shared[..., list(SHARPNESS)].square().mean((1, 2), keepdim=True)[..., None, :]
    return torch.cat([of_colours, sharpness.expand(*of_colours.shape[:4], -1)], -1)


def mean_around(values: Tensor, side: int) -> Tensor:
    """Means of (b, h, w, c) over windows."""
    reach = side // 2
    padded = functional.pad(values.permute(0, 3, 1, 2), (reach,) * 4, mode="replicate")
    along = functional.avg_pool2d(padded, (1, side), 1)  # one axis after the other: far fewer sums
    return functional.avg_pool2d(along, (side, 1), 1).permute(0, 2, 3, 1)
