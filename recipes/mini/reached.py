"""What `reach.py` measures of pictures beside their pairs, and the sheets that it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from scenes import Painted, means_of_chips
from textures import Spectrum
from torch import Tensor

from plitka.core.judge.close_look import figures, look_closely

CROP_PX, ENLARGED = 192, 3
LEAST_PX = 16
"""Of a granule whose colour can be told."""
DB_OF_NEPER = 4.343
FINEST = 3
"""Bands of detail that are a picture's edges and grain: periods under 4 px."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Every recipe on some beds, bed by bed."""

    lit: Tensor
    """(B, 3, H, W) in -1..1: the pairs."""
    flat: Tensor
    """Their maps, likewise."""
    chips: Tensor
    """(B, H, W)."""
    colours: Tensor
    """(B, n_chips)."""

    @classmethod
    def of(cls, painted: Sequence[Painted]) -> "Pictures":
        return cls(*(torch.cat([getattr(one, field.name).cpu() for one in painted]) for field in fields(cls)))

    def to(self, device: torch.device) -> "Pictures":
        return Pictures(*(getattr(self, field.name).to(device) for field in fields(self)))

    def rows(self, chosen: slice | Tensor) -> "Pictures":
        """Some of them."""
        return Pictures(*(getattr(self, field.name)[chosen] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Seen:
    """The same, encoded."""

    pictures: Pictures
    flat: Tensor
    lit: Tensor
    states: Tensor
    pooled: Tensor

    def rows(self, chosen: slice | Tensor) -> "Seen":
        """Some of them."""
        parts = (self.flat, self.lit, self.states, self.pooled)
        return Seen(self.pictures.rows(chosen), *(part[chosen] for part in parts))


def figures_of(painted: Tensor, pictures: Pictures, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """By recipe, as means over beds: how far pictures are from their pairs, and what an eye sees of each."""
    spectrum = Spectrum(painted.device)
    apart = (painted - pictures.lit).abs().mean((1, 2, 3))
    tint = 127.5 * (painted - pictures.lit).mean((2, 3))
    bands = DB_OF_NEPER * (spectrum.levels(painted) - spectrum.levels(pictures.lit))
    found: dict[str, dict[str, Any]] = {}
    for index, name in enumerate(names):
        rows = slice(index, None, len(names))
        looks = [figures(look_closely(levels_of(one))) for one in painted[rows]]
        found[name] = {
            "apart": float(apart[rows].mean()),
            "tint_levels": tint[rows].mean(0).tolist(),
            "bands_db": bands[rows].mean(0).tolist(),
            "deviation": float(127.5 * painted[rows].mean(1).flatten(1).std(1).mean()),
            **{key: float(np.mean([look[key] for look in looks])) for key in looks[0]},
            **kept_granules(painted[rows], pictures, rows),
        }
    return found


def kept_granules(painted: Tensor, pictures: Pictures, rows: slice) -> dict[str, float]:
    """Percent of the area of granules that are nearest to the mean of their own colour's, and points of shares missed.

    Nothing of one colour alone.
    """
    lit, chips, colours = (part[rows] for part in (pictures.lit, pictures.chips, pictures.colours))
    kinds = colours.unique()
    if len(kinds) < 2:
        return {}
    means, counts = means_of_chips(painted, chips, colours.shape[1])
    of_pair, _ = means_of_chips(lit, chips, colours.shape[1])
    counts = counts * (counts >= LEAST_PX)
    own = torch.stack([counts * (colours == kind) for kind in kinds])  # (K, B, n)
    centres = torch.einsum("kbn,bcn->kc", own, of_pair) / own.sum((1, 2))[:, None]
    nearest = (means[None] - centres[:, None, :, None]).square().sum(2).argmin(0)  # (B, n)
    shown = torch.stack([counts * (nearest == index) for index in range(len(kinds))])
    missed = (shown - own).sum(2).abs() / counts.sum(1)
    return {
        "kept": float(100 * torch.minimum(shown, own).sum() / counts.sum()),
        "points": float(100 * missed.max(0).values.mean()),
    }


def levels_of(picture: Tensor) -> np.ndarray:
    """(H, W, 3) uint8 of a picture (3, H, W) in -1..1."""
    return (127.5 * (picture + 1)).clamp(0, 255).round().byte().permute(1, 2, 0).cpu().numpy()


def line_of(found: Mapping[str, Any]) -> str:
    """What a setting came to, in some lines."""
    looks = {
        "before": found["before"]["seen"],
        "seen": found["after"]["seen"],
        "unseen": found["after"]["unseen"],
        **{name: found["floor"][name] for name in ("autoencoder", "map", "pair")},
    }
    course = " ".join(f"{one['step']}:{one['seen']:.4f}/{one['unseen']:.4f}" for one in found["over_time"])
    rows = [
        f"{name:>12} " + " | ".join(cell(recipe, look) for recipe, look in of.items()) for name, of in looks.items()
    ]
    answer = found["over_time"][-1]["answer"]
    return "\n".join([f"== {found['setting']}: {found['steps']} steps, answer {answer:.2f}; {course}", *rows])


def cell(recipe: str, look: Mapping[str, Any]) -> str:
    kept = f" kept {look['kept']:.1f}% {look['points']:.2f}p" if "kept" in look else ""
    fine = np.mean(look["bands_db"][-FINEST:])
    return (
        f"{recipe} {look['apart']:.4f} sd {look['deviation']:.0f} gaps {look['gaps']:.2f} glints {look['glints']:.2f} "
        f"edge {look['edge_px']:.2f}px fine {fine:+.1f}dB{kept}"
    )


def save_sheet(path: Path, columns: Sequence[Tensor]) -> None:
    """Crops of batches (B, 3, H, W) in -1..1, enlarged, each batch of which is a column."""
    sheet = torch.cat([torch.cat(list(column[..., :CROP_PX, :CROP_PX]), 1) for column in columns], 2)
    Image.fromarray(levels_of(sheet).repeat(ENLARGED, 0).repeat(ENLARGED, 1)).save(path, optimize=True)
