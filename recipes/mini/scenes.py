"""Rendered tiles without end: some hundred lit beds, laid on the GPU at the start, recoloured at every step.

Most beds are of the shards of `recipes/look`; some are laid with the chips of `plitka.core`, of which the maps of
guided pictures are made, and lit in the same way.
"""

import os
import random
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from beds import PX_PER_MM, LitFields, laid_fields, shard_fields
from finishes import MIX, Finishes
from laying import OVERSAMPLE
from lighting import LightMaps
from painting import PER_SHARD, Finish, Paint, deal, develop, shine, to_srgb, together
from prompts import N_COLOURS_CHANCES, Sample, kept_tokenizer
from stage import Stage
from torch import Tensor
from torch.nn import functional

from plitka.core.colour.arrays import lit_colours
from plitka.core.colour.palette import Colour
from plitka.core.tile.granule_map import GuideConfig
from plitka.core.tile.granules import GranuleConfig, lay_granules

GUIDE = GuideConfig()
"""How the engine lays the map of a guided picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainMap:
    """A map that is far simpler than a tile, with a hint of relief: what text mode draws from noise."""

    mean_of_lit: float = 0.81
    veil: float = 0.008
    """Linear light inside a chip: `mean_of_lit` of its lit colour, and on top of it the sheen of the binder."""
    relief: float = 0.5
    """How much it shows of the light and shade on its chips: 0 is flat, 1 all of it."""
    seam: float = 0.85
    """Part of a chip's colour that is left in the pixels at its right and lower sides."""
    tone: float = 0.12
    tint: float = 0.008
    """Deviations of chips of one colour, in lightness and in each primary, as logarithms."""
    most_tone: float = 0.5
    most_tint: float = 0.1


PLAIN = PlainMap()
FLAT_SHARE = 0.15
"""Of maps without relief."""
MOST_COLOURS = len(N_COLOURS_CHANCES)


def lay_chips(seed: int, size_px: int, style: bool) -> tuple[np.ndarray, np.ndarray]:
    """Ids (int16) and heights in cells (float16) of one layer of `plitka.core`, as thin as those of maps."""
    rng = np.random.default_rng([seed, style])
    granules = GranuleConfig(
        size_px=size_px,
        field_mm=size_px / PX_PER_MM,
        oversample=OVERSAMPLE,
        layers=GUIDE.layers,
        bare_share=GUIDE.bare_share,
        n_places=GUIDE.n_places,
    )
    if not style:
        granules = replace(granules, field_mm=granules.field_mm * rng.uniform(0.75, 1.15), press=rng.uniform(0.15, 0.6))
    geometry = lay_granules(granules, seed)
    return geometry.ids.astype(np.int16), (geometry.height_mm * granules.cells_per_mm).astype(np.float16)


def kept_chips(stage: Stage, *, style: bool) -> Path:
    """The file of all layers of chips, laid on all cores if a former stage has not done it."""
    n, size_px = stage.config.n_chip_fields, stage.config.field_px
    kept = stage.work / f"chips-{'style' if style else 'base'}-{n}-{size_px}.npz"
    if not kept.exists():
        with ProcessPoolExecutor(max_workers=os.cpu_count()) as workers:
            laid = list(workers.map(lay_chips, range(n), [size_px] * n, [style] * n))
        np.savez(kept, *(np.stack(part) for part in zip(*laid, strict=True)))
    return kept


def lit_fields(stage: Stage, *, style: bool) -> LitFields:
    """All beds of a stage, lit; each GPU has shards of its own."""
    config, device = stage.config, stage.device
    seed = 2 * stage.rank + style
    n_cells = OVERSAMPLE * config.field_px
    shards = shard_fields(config.n_fields, n_cells, config.n_shards, seed, device, varied=not style)
    with np.load(kept_chips(stage, style=style)) as stored:
        ids, heights = (torch.from_numpy(stored[name]).to(device) for name in stored.files)
    return LitFields.cat([*shards, *laid_fields(ids, heights, seed, varied=not style)])


class Painted(NamedTuple):
    """Tiles, the maps that would guide there, and the noise by which their chips got colours and tones."""

    lit: Tensor
    """(B, 3, H, W) tiles in -1..1."""
    flat: Tensor
    """(B, 3, H, W) their maps, likewise."""
    hinted: Tensor
    """(B,) which maps hint at relief."""
    deal: Tensor
    """(B, 2, h, w) white noise that tells the colours and the tones: see `noise_of_values`."""
    chips: Tensor
    """(B, H, W) which chip is seen at a pixel."""
    colours: Tensor
    """(B, n_chips) which of the training's colours each has."""


class Looks:
    """Finishes of the training's colours and of lamps and cameras, to draw from."""

    def __init__(self, finishes: Finishes, colours: tuple[Colour, ...], device: torch.device) -> None:
        known = [code for code in finishes.by_code if code != MIX]
        self.cameras = [finishes.of(code)[0] for code in (*known, MIX)]
        self.own = {index: self.cameras[known.index(c.code)] for index, c in enumerate(colours) if c.code in known}
        self.mix = finishes.of(MIX)[0]
        rows = [[getattr(finishes.of(code)[0], name) for name in PER_SHARD] for code in known]
        self.rows = torch.tensor(rows, device=device)
        """(n_known, 5) in the order of `PER_SHARD`."""
        row_of = [known.index(colour.code) if colour.code in known else -1 for colour in colours]
        self.row_of = torch.tensor(row_of, device=device)
        """(n_colours,) whose finish a colour has; -1 for none of its own."""
        found = [finishes.of(colour.code) for colour in colours]
        exposures = [[part * finish.level for part in exposure] for finish, exposure in found]
        self.exposures = torch.tensor(exposures, device=device)
        """(n_colours, 3) under a lamp of level 1."""

    def materials(self, n: int, *, style: bool) -> Tensor:
        """(n, n_colours, 5): each colour's own finish, and a drawn one where it has none or where looks vary."""
        device, n_colours = self.rows.device, len(self.row_of)
        drawn = torch.randint(len(self.rows), (n, n_colours), device=device)
        own = self.row_of.expand(n, -1)
        return self.rows[torch.where((own < 0) | (not style), drawn, own)]

    def camera(self, sample: Sample, rng: random.Random, *, style: bool) -> Finish:
        """The one that took a photograph of such a recipe, or any."""
        if not style:
            return rng.choice(self.cameras)
        return self.mix if len(sample.colours) > 1 else self.own.get(sample.colours[0], self.mix)


@dataclass
class Scenes:
    """Fields on a device, ready to be painted in any recipe."""

    lit: LitFields
    areas: Tensor  # (F, n_chips) cells of each chip
    palette: Tensor  # (n_colours, 3) linear
    looks: Looks
    style: bool
    place_px: int
    """Of a picture, to a latent place."""
    rng: random.Random

    @classmethod
    def build(cls, stage: Stage, colours: tuple[Colour, ...], *, style: bool) -> "Scenes":
        """The stage's fields on its device."""
        lit = lit_fields(stage, style=style)
        n_chips = int(lit.ids.max()) + 1
        areas = torch.stack([torch.bincount(field.flatten().long(), minlength=n_chips) for field in lit.ids])
        palette = torch.from_numpy(lit_colours(colours)).to(stage.device)
        looks = Looks(Finishes.load(), colours, stage.device)
        return cls(lit, areas, palette, looks, style, stage.config.downscale, random.Random(stage.seed))

    @torch.no_grad()
    def paint(self, samples: list[Sample], flat_share: float = FLAT_SHARE) -> Painted:
        """Tiles of the recipes and their maps, all but `flat_share` of which hint at relief."""
        # Drawn on the CPU, so that no step waits for the device.
        n = len(samples)
        chosen, moves = torch.randint(len(self.lit.ids), (n,)), torch.randint(1 << 20, (n, 3)).tolist()

        def moved(pictures: Tensor) -> Tensor:
            return torch.stack([self._move(picture, *move) for picture, move in zip(pictures, moves, strict=True)])

        chosen = chosen.to(self.lit.ids.device)
        ids = self.lit.ids[chosen].long()  # (B, C, C)
        ids_of_pixels = ids[:, ::OVERSAMPLE, ::OVERSAMPLE]
        values = torch.randn(n, 2, self.areas.shape[1], device=ids.device)
        chips = moved(ids_of_pixels[:, None])[:, 0]
        deal = noise_of_values(values, at_places(chips, self.place_px))
        dealt = dealt_colours(samples, self.areas[chosen], values[:, 0])
        hinted = (torch.rand(n) > flat_share).to(ids.device)
        light = self.lit.light(chosen)
        flat = self._guide(light, ids_of_pixels, self._on_map(dealt, values[:, 1]), hinted)
        tile = self._tile(samples, light, ids, dealt, values[:, 1])
        lit, flat = (moved(part * 2 - 1) for part in (tile, to_srgb(flat)))
        return Painted(lit, flat, hinted, deal, chips, dealt)

    def _on_map(self, dealt: Tensor, tones: Tensor) -> Tensor:
        """(B, n_chips, 3) colours as plain maps have them."""
        tone = (PLAIN.tone * tones[..., None]).clamp(-PLAIN.most_tone, PLAIN.most_tone)
        drawn = torch.randn(*dealt.shape, 3, device=dealt.device)
        tint = (PLAIN.tint * drawn).clamp(-PLAIN.most_tint, PLAIN.most_tint)
        return self.palette[dealt] * (tone + tint).exp()

    def _guide(self, maps: LightMaps, ids: Tensor, albedo: Tensor, hinted: Tensor) -> Tensor:
        """(B, 3, H, W) plain maps in linear light; some without relief."""
        shown = hinted.view(-1, 1, 1)
        seams = (ids != ids.roll(-1, 1)) | (ids != ids.roll(-1, 2))
        light, sheen = (1 + shown * (part - 1) for part in (maps.hint, maps.hint_sheen))
        surface = gather_chips(albedo, ids) * (
            PLAIN.mean_of_lit * torch.where(seams, PLAIN.seam, 1.0) * (1 + PLAIN.relief * (light - 1))
        ).unsqueeze(-1)
        return (surface + PLAIN.veil * sheen[..., None]).permute(0, 3, 1, 2)

    def _tile(self, samples: list[Sample], light: LightMaps, ids: Tensor, dealt: Tensor, tones: Tensor) -> Tensor:
        """(B, 3, H, W) lit and developed, sRGB in 0..1; base pictures vary in finish, exposure, tint and focus."""
        n, device = len(samples), ids.device
        materials = self.looks.materials(n, style=self.style)
        rows = materials.gather(1, dealt[..., None].expand(-1, -1, materials.shape[-1]))
        cameras = [self.looks.camera(one, self.rng, style=self.style) for one in samples]
        levels = torch.tensor([camera.level for camera in cameras]).to(device)
        colours = self.palette[dealt] * self.looks.exposures[dealt] / levels[:, None, None]
        made_of, camera = Paint.draw(colours, rows, tones), together(cameras, device)
        linear = functional.avg_pool2d(shine(ids, light, made_of, camera, OVERSAMPLE), OVERSAMPLE)
        if not self.style:
            jitter = torch.rand(3, n, 1, 1, 1)
            warmth = 1.6 * jitter[1] - 0.8
            tint = (0.88 + 0.24 * jitter[0]) * (1 + warmth * torch.tensor([0.06, 0.0, -0.09]).view(1, 3, 1, 1))
            linear = linear * tint.to(device)
            linear = linear.lerp(out_of_focus(linear), jitter[2].to(device) * 0.7)
        return develop(linear, camera)

    def _move(self, picture: Tensor, down: int, right: int, turn: int) -> Tensor:
        """Roll the periodic field; base fields are also turned, the look of the style has one lamp."""
        picture = picture.roll((down % picture.shape[1], right % picture.shape[2]), (1, 2))
        if self.style:
            return picture
        picture = picture.rot90(turn % 4, (1, 2))
        return picture.flip(2) if turn & 4 else picture


def dealt_colours(samples: Sequence[Sample], areas: Tensor, place_in_line: Tensor) -> Tensor:
    """(B, n_chips) colours, dealt by visible areas (B, n_chips) in order of the values (B, n_chips)."""
    n, device = len(samples), areas.device
    shares, colours = torch.zeros(n, MOST_COLOURS), torch.zeros(n, MOST_COLOURS, dtype=torch.long)
    for b, sample in enumerate(samples):
        shares[b, : len(sample.shares)] = torch.tensor(sample.shares)
        colours[b, : len(sample.colours)] = torch.tensor(sample.colours)
        colours[b, len(sample.colours) :] = sample.colours[-1]  # where rounding leaves a chip beyond all shares
    dealt = deal(areas.float(), shares.to(device), place_in_line.argsort(1))
    return colours.to(device).gather(1, dealt)


def noise_of_values(values: Tensor, chips: Tensor) -> Tensor:
    """White noise from which a normal value of each chip can be read: the mean over the places that the chip covers.

    So the noise deals the colours. A sampler of a velocity may be taught on any pairs of noise and picture, if either
    is distributed as it should be (Lipman et al. 2023; Tong et al. 2024): the pairs say which noise becomes which
    picture. Were they drawn apart, a chip's colour would be decided late and by small differences, and many chips
    would end between two colours. So much of it can be read from the noise at once, and a share is a threshold.

    Args:
        values: (B, D, n_chips), independent, with mean 0 and deviation 1.
        chips: (B, h, w) int64, which of them is at a place.

    Returns:
        (B, D, h, w), independent and normal with deviation 1, whatever the chips.
    """
    noise = torch.randn(*values.shape[:2], *chips.shape[1:], device=values.device)
    means, counts = means_of_chips(noise, chips, values.shape[2])
    # Of n places the mean has a deviation of 1 / sqrt(n).
    missing = values * counts.clamp_min(1).rsqrt()[:, None] - means
    return noise + missing.gather(2, chips.flatten(1)[:, None].expand(-1, values.shape[1], -1)).view_as(noise)


def means_of_chips(maps: Tensor, chips: Tensor, n_chips: int) -> tuple[Tensor, Tensor]:
    """(B, C, n_chips) means of (B, C, h, w) over the places of each chip, and (B, n_chips) how many these are."""
    n, n_channels = maps.shape[:2]
    places = chips.flatten(1)
    counts = torch.zeros(n, n_chips, device=maps.device).scatter_add_(1, places, torch.ones_like(places).float())
    sums = torch.zeros(n, n_channels, n_chips, device=maps.device)
    sums = sums.scatter_add(2, places[:, None].expand(-1, n_channels, -1), maps.flatten(2))
    return sums / counts.clamp_min(1)[:, None], counts


def at_places(chips: Tensor, place_px: int) -> Tensor:
    """(B, h, w) chips in the middles of latent places, of those at pixels (B, H, W)."""
    return chips[:, place_px // 2 :: place_px, place_px // 2 :: place_px]


def gather_chips(albedo: Tensor, ids: Tensor) -> Tensor:
    """(B, h, w, 3) colours of the chips (B, n, 3) at (B, h, w) places."""
    n, height, width = ids.shape
    return albedo.gather(1, ids.reshape(n, -1, 1).expand(-1, -1, 3)).view(n, height, width, 3)


def out_of_focus(linear: Tensor) -> Tensor:
    """Periodic pictures (B, 3, H, W) blurred with a deviation of 1.15 px, by two means over 3x3."""
    for _ in range(2):
        linear = functional.avg_pool2d(functional.pad(linear, (1, 1, 1, 1), mode="circular"), 3, 1)
    return linear


def main() -> None:
    """Stage 0: the tokenizer and the layers of chips of all later stages, on all cores."""
    stage = Stage.from_command_line(str(main.__doc__))
    kept_tokenizer(stage.work / "tokenizer", stage.config.vocabulary)
    for style in (False, True):
        kept_chips(stage, style=style)
        stage.log(stage="fields", style=style)


if __name__ == "__main__":
    main()
