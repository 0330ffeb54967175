"""Can a small network tell patches of photographs from ours at 1:1? Its accuracy on recipes that it has not seen.

The network is trained on the spot and thrown away (Lopez-Paz and Oquab 2017, "Revisiting Classifier Two-Sample Tests").
0.5 is chance. Patches differ in exposure and tint at random, so that it has to look at matter, not at colour; ours are
stored as JPEG once, as the photographs were, so that it cannot tell files apart.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

PATCH_PX = 64
"""Three granules."""
BATCH = 64
N_FOLDS = 4
N_TESTED = 96
"""Patches of either kind from each recipe that was held out."""
JPEG_QUALITY = 93
"""And primaries at full size: so are the photographs stored, by their quantisation tables."""
EXPOSURE, TINT = 0.15, 0.08


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pictures of either kind by recipe, the real ones first."""

    real: list[Tensor]
    """(3, H, W) uint8 each."""
    made: list[Tensor]

    @classmethod
    def of(cls, real: Mapping[str, np.ndarray], made: Mapping[str, np.ndarray]) -> "Pairs":
        return cls([to_tensor(real[name]) for name in made], [to_tensor(stored(made[name])) for name in made])

    @classmethod
    def halves(cls, photographs: Mapping[str, np.ndarray]) -> "Pairs":
        """The left half of each photograph against its right half."""
        every = photographs.values()
        return cls(
            [to_tensor(pixels[:, : pixels.shape[1] // 2]) for pixels in every],
            [to_tensor(pixels[:, pixels.shape[1] // 2 :]) for pixels in every],
        )


def to_tensor(pixels: np.ndarray) -> Tensor:
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1)


def stored(pixels: np.ndarray) -> np.ndarray:
    """A picture after it was written as JPEG."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return np.asarray(Image.open(file))


def accuracy(pairs: Pairs, n_steps: int, device: str | None = None, seed: int = 0) -> float:
    """Mean accuracy over folds, each tested on recipes that its network was not trained on."""
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    order = torch.randperm(len(pairs.real)).tolist()
    right = []
    for fold in range(N_FOLDS):
        held_out = order[fold::N_FOLDS]
        known = [index for index in order if index not in held_out]
        network = trained(pairs, known, n_steps, device)
        right.append(tested(network, pairs, held_out, device))
    return float(np.mean(right))


def trained(pairs: Pairs, known: list[int], n_steps: int, device: str) -> nn.Module:
    network = build_judge().to(device)
    updates = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.05)
    rates = torch.optim.lr_scheduler.OneCycleLR(updates, 2e-3, total_steps=n_steps)
    truth = torch.tensor([1.0, 0.0], device=device).repeat_interleave(BATCH // 2)
    for _ in range(n_steps):
        chosen = [known[int(torch.randint(len(known), ()))] for _ in range(BATCH // 2)]
        patches = torch.stack([patch(kind[index]) for kind in (pairs.real, pairs.made) for index in chosen])
        loss = functional.binary_cross_entropy_with_logits(network(varied(patches.to(device)))[:, 0], truth)
        updates.zero_grad()
        loss.backward()
        updates.step()
        rates.step()
    return network.eval()


@torch.no_grad()
def tested(network: nn.Module, pairs: Pairs, held_out: list[int], device: str) -> float:
    right = []
    for kind, sign in ((pairs.real, 1), (pairs.made, -1)):
        for index in held_out:
            patches = torch.stack([patch(kind[index]) for _ in range(N_TESTED)]).to(device)
            right.append((sign * network(varied(patches))[:, 0] > 0).float().mean())
    return float(torch.stack(right).mean())


def patch(picture: Tensor) -> Tensor:
    top, left = (int(torch.randint(side - PATCH_PX + 1, ())) for side in picture.shape[1:])
    return picture[:, top : top + PATCH_PX, left : left + PATCH_PX]


def varied(patches: Tensor) -> Tensor:
    """(B, 3, H, W) in about -1..1, each lit and tinted a little otherwise."""
    n = len(patches)
    gain = 1 + EXPOSURE * (2 * torch.rand(n, 1, 1, 1) - 1) + TINT * (2 * torch.rand(n, 3, 1, 1) - 1)
    return patches.float() / 127.5 * gain.to(patches.device) - 1


def build_judge() -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in ((3, 24), (24, 48), (48, 96), (96, 96)):
        layers += [nn.Conv2d(before, after, 3, 2, 1), nn.GroupNorm(4, after), nn.SiLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(96, 1))
