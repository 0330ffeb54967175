"""What guided mode starts from and is to come to: the engine's own map of a scene, which is a render of its granules.

Both are painted by `plitka.core.tile.painting`. A network that is given such a map has to keep it through noise and the
autoencoder. Of a map from outside only outlines are known, in whole pixels: in the render of the same granules they are
smooth, and lit. Layers of all granules, surfaces and lights are laid and lit on all cores before the training, and
painted in any recipe by `finished.py`.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from beds import PX_PER_MM
from finished import Taken, make_chips, show, take_pictures
from laying import OVERSAMPLE
from prompts import Sample
from scenes import GUIDE, Painted, at_places, dealt_colours, noise_of_values
from stage import Stage
from torch import Tensor

from plitka.core.colour.arrays import lit_colours
from plitka.core.colour.palette import Colour
from plitka.core.scene import FRACTIONS_MM, USUAL_FRACTION, Lighting, Surface
from plitka.core.tile.finishes import FinishRows, load_finishes
from plitka.core.tile.granule_map import MapSpec, map_granules
from plitka.core.tile.granules import lay_granules
from plitka.core.tile.lighting import LightConfig
from plitka.core.tile.painting import MOST_DRAWN, Illumination, light_pixels
from plitka.core.tile.shading import LightMaps, compute_light
from plitka.core.tile.surfaces import configure_light

USUAL_SHARE = 0.5
"""Of layers of usual granules, pressed, dry and in the usual light."""
WET_SHARE = 0.25
"""Of the others."""
OUTLINES_SHARE = 0.1
"""Of maps of which only outlines are known, as those from outside."""
N_DRAWS = 5
"""By which chips of one colour differ, as `plitka.core.tile.painting.draw_chips` has them."""


def draw_spec(seed: int, size_px: int) -> MapSpec:
    """Any scene that guided mode may be asked for."""
    rng = np.random.default_rng(seed)
    scale = float(np.exp(rng.normal(0, 0.15)))
    usual = MapSpec(
        width_px=size_px,
        height_px=size_px,
        field_mm=size_px / PX_PER_MM / scale,
        seed=seed,
        granule_mm=FRACTIONS_MM[USUAL_FRACTION],
    )
    if rng.random() < USUAL_SHARE:
        return usual
    return replace(
        usual,
        granule_mm=list(FRACTIONS_MM.values())[rng.integers(len(FRACTIONS_MM))],
        surface=list(Surface)[rng.integers(len(Surface))],
        light=list(Lighting)[rng.integers(len(Lighting))],
        wet=bool(rng.random() < WET_SHARE),
    )


def lay_layer(seed: int, size_px: int) -> tuple[np.ndarray, np.ndarray]:
    """Ids (int32) of the cells of one layer, and the light on its pixels, (3, P, P) float16."""
    spec = draw_spec(seed, size_px)
    geometry = lay_granules(replace(map_granules(spec, GUIDE), oversample=OVERSAMPLE), seed)
    light = light_pixels(compute_light(geometry, configure_light(spec)), OVERSAMPLE)
    return geometry.ids, packed(light)


def packed(light: LightMaps) -> np.ndarray:
    return np.stack(list(light)).astype(np.float16)


def kept_layers(stage: Stage) -> Path:
    """The file of all layers, laid on all cores if a former run has not done it."""
    n, size_px = stage.config.n_chip_fields, stage.config.field_px
    kept = stage.work / f"layers-{n}-{size_px}.npz"
    if not kept.exists():
        with ProcessPoolExecutor(max_workers=os.cpu_count()) as workers:
            laid = list(workers.map(lay_layer, range(n), [size_px] * n))
        np.savez(kept, *(np.stack(part) for part in zip(*laid, strict=True)))
    return kept


@dataclass
class Layers:
    """Layers on a device, ready to be painted in any recipe; see `scenes.Scenes`, whose like it is."""

    ids: Tensor
    """(F, C, C) int32."""
    light: Tensor
    """(F, 3, P, P) float16."""
    configs: list[LightConfig]
    """By which each layer was lit."""
    areas: Tensor
    """(F, n_chips) cells of each chip."""
    palette: Tensor
    """(n_colours, 3) linear."""
    finishes: FinishRows
    """(n_colours, `FIELDS`)."""
    place_px: int
    style: bool = True
    """In the one look that photographs have."""

    @classmethod
    def build(cls, stage: Stage, colours: tuple[Colour, ...]) -> "Layers":
        """The stage's layers on its device."""
        with np.load(kept_layers(stage)) as stored:
            ids, light = (torch.from_numpy(stored[name]).to(stage.device) for name in stored.files)
        n_chips = int(ids.max()) + 1
        areas = torch.stack([torch.bincount(layer.flatten().long(), minlength=n_chips) for layer in ids])
        configs = [configure_light(draw_spec(seed, stage.config.field_px)) for seed in range(len(ids))]
        palette = torch.from_numpy(lit_colours(colours)).to(stage.device)
        rows = load_finishes().of(colours)
        return cls(ids, light, configs, areas, palette, rows, stage.config.downscale)

    @torch.no_grad()
    def paint(self, samples: list[Sample], flat_share: float = OUTLINES_SHARE) -> Painted:
        """Renders of the recipes and their maps, `flat_share` of which show outlines alone."""
        n, device = len(samples), self.ids.device
        chosen, moves = torch.randint(len(self.ids), (n,)), torch.randint(1 << 20, (n, 2)).tolist()
        taken, rows = self._take(samples, chosen.tolist())
        lit = (torch.rand(n) > flat_share).to(device)
        chosen = chosen.to(device)
        ids, values = self.ids[chosen].long(), torch.randn(n, 2, self.areas.shape[1], device=device)
        dealt = dealt_colours(samples, self.areas[chosen], values[:, 0])
        drawn = torch.cat([values[:, 1:], torch.randn(n, N_DRAWS - 1, values.shape[2], device=device)], 1)
        finishes = rows.gather(1, dealt[..., None].expand(-1, -1, rows.shape[-1]))
        of_chips = make_chips(self.palette[dealt], finishes, drawn.clamp(-MOST_DRAWN, MOST_DRAWN), taken)
        on_pixels = ids[:, ::OVERSAMPLE, ::OVERSAMPLE]
        render = take_pictures(show(of_chips, ids, OVERSAMPLE), self.light[chosen].float(), taken)
        outlines = take_pictures(show(of_chips, on_pixels, 1), self._on_outlines(chosen, on_pixels), taken)
        guide = torch.where(lit.view(-1, 1, 1, 1), render, outlines)
        render, guide = (moved(part * 2 - 1, moves) for part in (render, guide))
        chips = moved(on_pixels[:, None], moves)[:, 0]
        return Painted(render, guide, lit, noise_of_values(values, at_places(chips, self.place_px)), chips, dealt)

    def _take(self, samples: Sequence[Sample], chosen: Sequence[int]) -> tuple[Taken, Tensor]:
        """Lights and cameras, and (B, n_colours, `FIELDS`) the finishes of all colours in such mixes."""
        table = load_finishes()
        cameras = [table.camera(self.finishes[list(one.colours)], one.shares) for one in samples]
        lights = [Illumination.of(self.configs[layer], camera) for layer, camera in zip(chosen, cameras, strict=True)]
        rows = np.stack([self._mixed(one) for one in samples])
        return Taken.of(lights, cameras, self.ids.device), torch.from_numpy(rows).to(self.ids.device)

    def _mixed(self, sample: Sample) -> FinishRows:
        """(n_colours, `FIELDS`) finishes of all colours; those of the sample as they are in its mix."""
        rows, own = self.finishes.copy(), list(sample.colours)
        rows[own] = load_finishes().mixed(rows[own], sample.shares, self.palette[own].cpu().numpy())
        return rows

    def _on_outlines(self, chosen: Tensor, on_pixels: Tensor) -> Tensor:
        """(B, 3, H, W) light of which nothing is known but its mean, less at a chip's right and lower sides."""
        seams = (on_pixels != on_pixels.roll(-1, 1)) | (on_pixels != on_pixels.roll(-1, 2))
        return self.light[chosen].float().mean((2, 3), keepdim=True) * torch.where(seams, GUIDE.seam, 1.0)[:, None]


def moved(pictures: Tensor, moves: Sequence[Sequence[int]]) -> Tensor:
    """(B, C, H, W) periodic pictures, each rolled by its own distance."""
    return torch.stack(
        [
            picture.roll((down % picture.shape[1], right % picture.shape[2]), (1, 2))
            for picture, (down, right) in zip(pictures, moves, strict=True)
        ]
    )


def main() -> None:
    """Stage 0b: the layers of stage 5c, on all cores."""
    stage = Stage.from_command_line(str(main.__doc__))
    kept_layers(stage)
    stage.log(stage="layers")


if __name__ == "__main__":
    main()
