"""What tells painted pictures from real ones, both beside the map that they were painted over."""

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

WIDTHS = (48, 96, 192, 192)
STEADY_SHIFT = 0.1
"""Deviation of the noise under which a judgement should stay, in pixels of -1..1."""

HUE_SHARE = 0.2
"""What is left of the critic's pull on hue: the map tells it, and glints that it draws would have colours of their
own; they mirror a white lamp."""


class Critic(nn.Module):
    """Two judges: of patches of about 46 px, two granules wide, and of patches twice as wide at half the size.

    The first sees edges and glints, the second how granules lie and how even their light is (Wang et al. 2018,
    pix2pixHD).
    """

    def __init__(self) -> None:
        super().__init__()
        self.fine, self.coarse = Judge(), Judge()

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, n) judgements of pictures and maps (B, 6, H, W), as many of either judge; real ones are above 0."""
        return judgements(self.features(pictures))

    def features(self, pictures: Tensor) -> list[list[Tensor]]:
        """What each judge sees on its way to its judgement, which comes last."""
        return [self.fine.features(pictures), self.coarse.features(functional.avg_pool2d(pictures, 2))]


class Judge(nn.Module):
    """One of them."""

    def __init__(self) -> None:
        super().__init__()
        sizes = zip((6, *WIDTHS[:-1]), WIDTHS, (4, 4, 4, 3), (2, 2, 2, 1), strict=True)
        self.layers = nn.ModuleList(spectral_norm(nn.Conv2d(a, b, side, step, 1)) for a, b, side, step in sizes)
        self.last = nn.Conv2d(WIDTHS[-1], 1, 3, 1, 1)

    def features(self, pictures: Tensor) -> list[Tensor]:
        seen, found = pictures, []
        for layer in self.layers:
            seen = functional.leaky_relu(layer(seen), 0.2)
            found.append(seen)
        return [*found, self.last(seen)]


def judgements(features: list[list[Tensor]]) -> Tensor:
    """(B, n) of what the judges see: those of the coarse one four times, for they are a quarter as many."""
    fine, coarse = (of_judge[-1].flatten(1) for of_judge in features)
    return torch.cat([fine, coarse.repeat_interleave(4, 1)], 1)


def alikeness(painted: list[list[Tensor]], wanted: list[list[Tensor]]) -> Tensor:
    """How far a painted picture is from its pair as the judges see both, but for the judgement itself."""
    apart = [
        (ours.float() - theirs.float()).abs().mean()
        for of_ours, of_theirs in zip(painted, wanted, strict=True)
        for ours, theirs in zip(of_ours[:-1], of_theirs[:-1], strict=True)
    ]
    return sum(apart) / len(apart)


def pull_of_critic(judgement: Tensor, painted: Tensor, to_pair: Tensor) -> Tensor:
    """Where the painted pixels would be doubted less, in light more than in hue, as long as the pull to the pair."""
    (to_real,) = torch.autograd.grad(-judgement.float().mean(), painted, retain_graph=True)
    light = to_real.mean(1, keepdim=True)
    to_real = light + HUE_SHARE * (to_real - light)
    return to_pair.norm() / (to_real.norm() + 1e-12) * to_real


def hinge(judgement: Tensor) -> Tensor:
    """The critic's loss on real pictures, the first half, and painted ones."""
    real, made = judgement.float().chunk(2)
    return functional.relu(1 - real).mean() + functional.relu(1 + made).mean()


def unsteadiness(critic: nn.Module, pictures: Tensor, judgement: Tensor) -> Tensor:
    """How much judgements of pictures (B, 6, H, W) change under a little noise.

    About the square of the critic's slope (Lin et al. 2025, "Diffusion adversarial post-training", approximated R1).
    One that may be as steep as it likes soon parts all pictures and has nothing more to say of where to go.
    """
    shift = STEADY_SHIFT * torch.randn_like(pictures[:, :3])
    moved = torch.cat([pictures[:, :3] + shift, pictures[:, 3:]], 1)
    return (critic(moved).float() - judgement.float()).square().mean()
