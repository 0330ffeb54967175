"""Stage 5a: text mode's own maps are held to the colours of laid ones, while the LoRA goes on learning the look.

The velocity loss only speaks of noised maps that were laid. What twenty steps make of noise has their mean colour, but
its chips take tints between two colours of the recipe, and then nothing can say how much there is of each. So maps are
painted as text mode paints them, and the gradient goes back through the steps in which chips get their colours (Clark
et al. 2023, "Directly fine-tuning diffusion models on differentiable rewards"). What is asked of them is the
distribution of colours that a laid map of the same caption has, of points as of granules: that holds shares and pure
tints at once, and leaves the place of every chip free.
"""

import copy
import random
from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from diffusers import DPMSolverMultistepScheduler
from networks import build_scheduler
from stage import Stage, adamw, half_precision, set_rate
from torch import Tensor, nn
from torch.nn import functional
from train_guided import decode, save_rows
from train_style import Student
from train_unet import Pool

LEARNT = 8
"""Of the sampler's steps before the last, which lights the map: before them chips have no colours yet."""
BEGUN = 8
"""Batches of maps that stand where the learning begins."""
REUSED = 4
"""How often such a batch is painted to its end, before another takes its place."""
SQUARES_PX = (4, 8, 16, 32)
"""Sides of squares whose colours are compared: of less than a granule, and of more, so that no chip is speckled."""
N_DIRECTIONS = 32


def main() -> None:
    stage = Stage.from_command_line(__doc__)
    stage.config = replace(stage.config, guided_batch=stage.config.shares_batch)
    student = Student.build(stage, seed=6, resumed=True)
    words = TextLesson(student, stage)
    stage.restart_clock()
    stage.log(stage="shares", modules=len(student.adapter) // 2)
    for step in stage.steps():
        student.lesson.step(stage.learning_rate(5e-4, step, warm_up=100), position=1.0)
        words.step(stage.learning_rate(3e-4, step, warm_up=20))
        student.learnt(stage, step)
        if step % 20 == 0:
            stage.log(step=step, colours=float(words.average), **student.losses)
    student.finish(stage)
    stage.log(step=step, colours=float(words.average), **student.losses)
    if stage.rank == 0:
        student.lesson.save_sheet(stage.work / "style.png")
        words.save_sheet(stage.work / "text.png")


@dataclass(frozen=True, slots=True)
class Begun:
    """Maps that were painted up to where the learning begins."""

    x: Tensor
    scheduler: DPMSolverMultistepScheduler
    """With what it remembers of the last step."""
    ids: Tensor
    wanted: Tensor
    """Laid maps of the same captions."""


class TextLesson:
    """One step towards maps from words that have the colours of their recipes."""

    def __init__(self, student: Student, stage: Stage) -> None:
        self.objective, self.vae, self.mend = student.objective, student.parts.vae, student.mend
        self.config, self.device = stage.config, stage.device
        look, *_ = student.pool.scenes
        few = replace(self.config, pool=self.config.pool // 8)
        self.pool = Pool([look], student.parts, few, self.device, seed=7 + stage.seed, flat_share=0)
        self.updates = adamw(student.groups, self.device, (0.9, 0.98))
        self.learning = [p for group in self.updates.param_groups for p in group["params"]]
        self.begun = deque((self._begin() for _ in range(BEGUN)), maxlen=BEGUN)
        self.rng, self.n_steps = random.Random(stage.seed), 0
        self.average = torch.zeros((), device=self.device)

    def step(self, rate: float) -> None:
        for group in self.updates.param_groups:
            set_rate(group, rate)
        begun = self.rng.choice(self.begun)
        with half_precision(self.device):
            painted = decode(self.vae, self._finish(begun))
        loss = colour_distance(painted, begun.wanted)
        self.updates.zero_grad(set_to_none=True)
        loss.backward()
        self.mend()
        nn.utils.clip_grad_norm_(self.learning, 1.0)
        self.updates.step()
        self.average.lerp_(loss.detach(), 0.05 if self.n_steps else 1.0)
        self.n_steps += 1
        if self.n_steps % REUSED == 0:
            self.begun.append(self._begin())

    def _begin(self) -> Begun:
        """Maps by the sampler of text mode at guidance 1, as far as they are not learnt from."""
        drawn, config = self.pool.draw(self.config.guided_batch), self.config
        self.pool.refresh(len(drawn.ids))
        # diffusers' class, equal to `plitka.model.sampler`, because it can be copied between two steps.
        scheduler = build_scheduler(config)
        scheduler.set_timesteps(config.text_steps)
        side = config.field_px // config.downscale
        x = torch.randn(len(drawn.ids), config.latent_channels, side, side, device=self.device)
        with half_precision(self.device):
            words = self.objective.read(drawn.ids)
            for time in scheduler.timesteps[: -1 - LEARNT]:
                # With gradients that nobody asks for: without, the network would be compiled once more.
                velocity = self._velocity(x, time, words).detach()
                (x,) = scheduler.step(velocity, time, x.detach(), return_dict=False)
            with torch.no_grad():
                wanted = decode(self.vae, drawn.flat)
        return Begun(x, scheduler, drawn.ids, wanted)

    def _finish(self, begun: Begun) -> Tensor:
        """Latents of the maps that the last step would light."""
        # Copies: what was begun is finished again.
        scheduler, x = copy.deepcopy(begun.scheduler), begun.x.clone()
        words = self.objective.read(begun.ids)
        for time in scheduler.timesteps[-1 - LEARNT : -1]:
            (x,) = scheduler.step(self._velocity(x, time, words), time, x, return_dict=False)
        clean: Tensor = scheduler.model_outputs[-1]
        return clean

    def _velocity(self, x: Tensor, time: Tensor, words: tuple[Tensor, Tensor]) -> Tensor:
        times = torch.full((len(x),), int(time), device=self.device)
        return self.objective.velocity(x, times, *words).float()

    @torch.no_grad()
    def save_sheet(self, path: Path) -> None:
        """Maps from words above, laid ones of the same captions below."""
        with half_precision(self.device), torch.compiler.set_stance("force_eager"):
            begun = self._begin()
            save_rows(path, decode(self.vae, self._finish(begun))[:4], begun.wanted[:4])


def colour_distance(painted: Tensor, wanted: Tensor) -> Tensor:
    """How far colours of pictures (B, 3, H, W) would have to move to be those of others, wherever they are.

    The sliced Wasserstein distance (Bonneel et al. 2015) between the means of squares, averaged over their sizes.
    """
    directions = functional.normalize(torch.randn(N_DIRECTIONS, 3, device=painted.device), dim=1)
    distances = []
    for side in SQUARES_PX:
        ours, theirs = (
            torch.einsum("dc,bcn->bdn", directions, functional.avg_pool2d(part, side).flatten(2)).sort(-1).values
            for part in (painted, wanted)
        )
        distances.append((ours - theirs).abs().mean())
    return torch.stack(distances).mean()


if __name__ == "__main__":
    main()
