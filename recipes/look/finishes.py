"""The finish of each photographed colour, and of mixes: fitted figures, from which no photograph can be made."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from painting import PER_SHARD, PER_TILE, Finish, Paint, deal
from torch import Tensor

from plitka.core.colour.arrays import lit_colours
from plitka.core.judge.realism import recipe_key
from plitka.core.recipes.recipe import Recipe

KEPT = Path(__file__).with_name("finishes.json")
MIX = "mix"
"""Under which the lamp and the camera of mixes are kept."""


def fields_of(code: str) -> tuple[str, ...]:
    """What is fitted and kept of a finish: shards of mixes are those of solids; the gloss of a solid is its coat."""
    return PER_TILE if code == MIX else (*PER_SHARD, *(name for name in PER_TILE if name != "gloss"))


@dataclass(frozen=True, slots=True)
class Finishes:
    """By colour code: the finish, and by how much its lit colour is lighter or darker than the palette's."""

    by_code: dict[str, tuple[Finish, tuple[float, float, float]]]

    @classmethod
    def load(cls, path: Path = KEPT) -> "Finishes":
        rows = json.loads(path.read_text()) if path.exists() else {}
        return cls({code: (Finish(**row["finish"]), tuple(row["exposure"])) for code, row in rows.items()})

    def save(self, path: Path = KEPT) -> None:
        rows = {
            code: {
                "finish": {name: round(getattr(finish, name), 4) for name in fields_of(code)},
                "exposure": [round(part, 4) for part in exposure],
            }
            for code, (finish, exposure) in sorted(self.by_code.items())
        }
        path.write_text(json.dumps(rows, indent=1) + "\n")

    def of(self, code: str) -> tuple[Finish, tuple[float, float, float]]:
        return self.by_code.get(code, (Finish(), (1.0, 1.0, 1.0)))

    def camera(self, recipe: Recipe) -> Finish:
        """A solid's own; mixes have one of their own."""
        return self.of(recipe.colours[0].code if len(recipe.parts) == 1 else MIX)[0]

    def material(self, recipe: Recipe) -> tuple[Tensor, Tensor]:
        """(colours, 3) linear light and (colours, 5) of `PER_SHARD`.

        Exposures were found under the colour's own lamp; under another one they are as much higher as that is dimmer.
        """
        found, level = [self.of(colour.code) for colour in recipe.colours], self.camera(recipe).level
        exposures = torch.tensor([exposure for _, exposure in found])
        exposures *= torch.tensor([own.level / level for own, _ in found])[:, None]
        rows = [[getattr(finish, name) for name in PER_SHARD] for finish, _ in found]
        return torch.from_numpy(lit_colours(recipe.colours)) * exposures, torch.tensor(rows)


def paint_of(recipe: Recipe, areas: Tensor, finishes: Finishes) -> Paint:
    """What the shards of one bed are made of, whose seen areas are (n_shards,)."""
    order = torch.randperm(len(areas), device=areas.device)
    dealt = deal(areas[None], torch.tensor([recipe.shares], device=areas.device), order[None])
    colours, rows = (part.to(areas.device)[dealt] for part in finishes.material(recipe))
    return Paint.draw(colours, rows)


def seen_areas(ids: Tensor, n_shards: int) -> Tensor:
    """(B, n_shards) cells of each shard in (B, N, N)."""
    n = len(ids)
    flat = ids.flatten(1)
    return torch.zeros(n, n_shards, device=ids.device).scatter_add_(1, flat, torch.ones_like(flat, dtype=torch.float))


def file_name(recipe: Recipe) -> str:
    """Of a recipe's picture, `BLUE60_RED40.png`, whatever the order it was written in."""
    return recipe_key(recipe).replace(":", "").replace(" ", "_") + ".png"
