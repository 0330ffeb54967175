"""The network of `plitka.core.measure.classifier` in torch, so that it can be trained."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from plitka.core.measure.classifier import CONTEXT_SIDES

N_SHARED, N_OWN, N_OTHER, N_CONTEXT = 5, 12, 6, 6


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
        self.next = nn.ModuleList(Mlp(n_own + N_CONTEXT, n_hidden) for _ in later)
        self.next_off = nn.ModuleList(Mlp(n_other + N_CONTEXT, n_hidden) for _ in later)

    def forward(self, shared: Tensor, own: Tensor, other: Tensor) -> list[Tensor]:
        height, width, n, _ = own.shape
        own = torch.cat([shared[:, :, None].expand(height, width, n, N_SHARED), own], -1)
        other = torch.cat([shared, other], -1)
        light = ((shared[..., :1] + 1) / 2) ** 3 + 0.01
        stages = [torch.cat([self.first(own)[..., 0], self.first_off(other)], -1)]
        for of_own, of_other in zip(self.next, self.next_off, strict=True):
            logs = functional.log_softmax(stages[-1], -1)
            seen = context(logs, light)
            change = of_own(torch.cat([own, seen[:, :, :n]], -1))[..., 0]
            stages.append(logs.clamp(-8) + torch.cat([change, of_other(torch.cat([other, seen[:, :, n]], -1))], -1))
        return stages


def context(logs: Tensor, light: Tensor) -> Tensor:
    answers = logs.exp()
    everywhere = (answers.mean((0, 1)) + 1e-4).log() / 4
    lit = mean_around(answers * light, 5) / mean_around(light, 5)
    around = [mean_around(answers, side) for side in CONTEXT_SIDES]
    return torch.stack([logs.clamp(-8) / 4, *around, lit, everywhere.expand(logs.shape)], -1)


def mean_around(values: Tensor, side: int) -> Tensor:
    reach = side // 2
    padded = functional.pad(values.permute(2, 0, 1)[:, None], (reach,) * 4, mode="replicate")  # (C, 1, H + 2r, W + 2r)
    along = functional.avg_pool2d(padded, (1, side), 1)  # one axis after the other: far fewer sums
    return functional.avg_pool2d(along, (side, 1), 1)[:, 0].permute(1, 2, 0)
