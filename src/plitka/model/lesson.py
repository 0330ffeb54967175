"""What a run learns: latents of pictures in every turn, drawn in batches of one shape.

Latents are kept on disk by what they were made of, so that a run that goes on, and the next one, need no autoencoder.
"""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from plitka.core.dataset.training_pictures import Captioned
from plitka.core.recipes.recipe import Recipe
from plitka.errors import BadOutput, InputError
from plitka.model.latents import encode_picture
from plitka.model.pipeline import Pipeline
from plitka.model.train_config import TURNS

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One picture of a lesson."""

    name: str
    caption: str
    turned: tuple[torch.Tensor, ...]
    """(C, h, w) float32 in each turn; h and w change places in a turn by a right angle."""
    recipe: Recipe | None = None
    repeats: int = 1


@dataclass(frozen=True, slots=True)
class Drawn:
    """A batch."""

    latents: torch.Tensor
    """(n, C, h, w) float32."""
    captions: tuple[str, ...]
    names: tuple[str, ...]
    sizes_px: tuple[tuple[int, int], ...]
    """Height and width of the whole pictures."""

    def part(self, first: int, last: int) -> "Drawn":
        """Some of it."""
        every = slice(first, last)
        return Drawn(self.latents[every], self.captions[every], self.names[every], self.sizes_px[every])


@dataclass(frozen=True, slots=True)
class Lesson:
    """Pictures to learn, or to be judged by."""

    items: tuple[Item, ...]
    cell_px: int
    """Pixels of a picture to one place of the latents."""

    @classmethod
    def of(
        cls,
        pipe: Pipeline,
        pictures: Iterable[Captioned],
        *,
        turns: str = "all",
        cache: Path | None = None,
        key: str = "",
    ) -> "Lesson":
        """Encode pictures.

        Args:
            pipe: whose autoencoder does it.
            pictures: one after another; sides are multiples of `plitka.core.dataset.training_pictures.SIDE_STEP_PX`.
            turns: a name of `TURNS`.
            cache: a folder in which latents are kept; None: nowhere.
            key: what else they depend on: the autoencoder's name.

        Raises:
            InputError: there is none.
            BadOutput: the autoencoder gives NaN.
        """
        items = []
        for picture in pictures:
            turned = _kept(pipe, picture, TURNS[turns], cache, key)
            items.append(
                Item(
                    name=picture.name,
                    caption=picture.caption,
                    turned=turned,
                    recipe=picture.recipe,
                    repeats=picture.repeats,
                )
            )
        if not items:
            raise InputError("there is no picture to learn; give a folder of captioned pictures")
        return cls(tuple(items), int(pipe.vae_scale_factor))

    @property
    def digest(self) -> str:
        """Of all that is learnt: names, captions, latents and how often they are drawn."""
        content = hashlib.sha256()
        for item in self.items:
            content.update(f"{item.name}\n{item.caption}\n{item.repeats}\n".encode())
            for latents in item.turned:
                content.update(latents.numpy().tobytes())
        return content.hexdigest()

    def split(self, share: float, seed: int) -> "tuple[Lesson, Lesson | None]":
        """What is learnt, and what is held out of it: by the pictures' names, so that more pictures change little."""
        n_held = min(round(share * len(self.items)), len(self.items) - 1)
        if n_held < 1:
            return self, None
        drawn = sorted(self.items, key=lambda item: hashlib.sha256(f"{seed} {item.name}".encode()).digest())
        held = {item.name for item in drawn[:n_held]}
        learnt = tuple(item for item in self.items if item.name not in held)
        return Lesson(learnt, self.cell_px), Lesson(tuple(i for i in self.items if i.name in held), self.cell_px)

    def draw(self, n: int, draw: torch.Generator, crop_px: int = 0) -> Drawn:
        """A batch of pictures of one shape, each in some turn; of each a square of `crop_px`, or all of it."""
        shown = [(item, turn) for item in self.items for turn in range(len(item.turned)) for _ in range(item.repeats)]
        item, turn = shown[_whole(len(shown), draw)]
        shape = item.turned[turn].shape
        alike = [(other, turn) for other, turn in shown if other.turned[turn].shape == shape]
        chosen = [(item, turn), *(alike[_whole(len(alike), draw)] for _ in range(n - 1))]
        height, width = shape[-2:]
        side = crop_px // self.cell_px or max(height, width)
        latents = [_square(item.turned[turn], side, draw) for item, turn in chosen]
        return Drawn(
            torch.stack(latents),
            tuple(item.caption for item, _ in chosen),
            tuple(item.name for item, _ in chosen),
            ((height * self.cell_px, width * self.cell_px),) * n,
        )


def _whole(limit: int, draw: torch.Generator) -> int:
    return int(torch.randint(limit, (), generator=draw))


def _square(latents: torch.Tensor, side: int, draw: torch.Generator) -> torch.Tensor:
    """(C, h, w): at most a side of it in both directions."""
    height, width = latents.shape[-2:]
    top = _whole(max(1, height - side + 1), draw)
    left = _whole(max(1, width - side + 1), draw)
    return latents[:, top : top + side, left : left + side]


def _kept(pipe: Pipeline, picture: Captioned, n_turns: int, cache: Path | None, key: str) -> tuple[torch.Tensor, ...]:
    """A picture's latents, from the folder where they are there."""
    if cache is None:
        return _encoded(pipe, picture, n_turns)
    from safetensors.torch import load_file, save_file  # noqa: PLC0415

    content = hashlib.sha256(f"{key} {picture.pixels.shape} {n_turns} ".encode() + picture.pixels.tobytes())
    path = cache / f"{content.hexdigest()[:32]}.safetensors"
    if path.is_file():
        kept = load_file(path)
        return tuple(kept[str(turn)] for turn in range(n_turns))
    turned = _encoded(pipe, picture, n_turns)
    cache.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    save_file({str(turn): latents for turn, latents in enumerate(turned)}, part)
    part.replace(path)
    return turned


def _encoded(pipe: Pipeline, picture: Captioned, n_turns: int) -> tuple[torch.Tensor, ...]:
    turned = tuple(encode_picture(pipe.vae, each)[0].cpu().contiguous() for each in _turns(picture.pixels, n_turns))
    if not all(bool(latents.isfinite().all()) for latents in turned):
        raise BadOutput("the autoencoder gives NaN for {name}; set force_upcast in its config.json", name=picture.name)
    return turned


def _turns(pixels: "RgbImage", n: int) -> "Sequence[RgbImage]":
    """A picture, mirrored, and both in the other ways in which a square lies on itself."""
    quarters = [(side, quarter) for quarter in range(4) for side in (pixels, pixels[:, ::-1])]
    return [np.ascontiguousarray(np.rot90(side, quarter)) for side, quarter in quarters[:n]]
