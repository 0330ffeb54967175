"""Stage 5a: text mode's own tiles are held to the colours of rendered ones, while the LoRA goes on learning the look.

The velocity loss only speaks of noised renders. What twenty steps make of noise drifts away from them: chips take
tints between two colours, and shares miss the recipe. So tiles are painted as text mode paints them, and the gradient
goes back through the steps in which chips get their colours (Clark et al. 2023, "Directly fine-tuning diffusion
models on differentiable rewards"). What is asked of them is the distribution of colours that a render of the same
caption has: that holds shares, tints and light at once, and leaves the place of every chip free.
"""

from dataclasses import replace
from pathlib import Path

import torch
from networks import build_scheduler
from stage import Stage, adamw, half_precision, set_rate
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint
from train_guided import decode, save_rows
from train_style import Student
from train_unet import Pool

from plitka.model.schedule import fresh_scheduler

LESSONS = 8
"""Of stage 5 between two tiles of text mode."""
LEARNT = 0.65
"""Share of the sampler's steps that learn, the last ones: before them the mean colour is right, and no more is seen."""
POINT_PX = 4
N_DIRECTIONS = 32


def main() -> None:
    stage = Stage.from_command_line(__doc__)
    student = Student.build(stage, seed=6, resumed=True)
    words = TextLesson(student, stage)
    stage.restart_clock()
    stage.log(stage="shares", modules=len(student.adapter) // 2)
    for step in stage.steps():
        student.lesson.step(stage.learning_rate(5e-4, step, warm_up=100), criticised=True)
        if step % LESSONS == 0:
            words.step(stage.learning_rate(2e-4, step, warm_up=100))
        student.learnt(stage, step)
        if step % (5 * LESSONS) == 0:
            stage.log(step=step, colours=float(words.loss), **student.losses)
    student.finish(stage)
    stage.log(step=step, colours=float(words.loss), **student.losses)
    if stage.rank == 0:
        student.lesson.save_sheet(stage.work / "style.png")
        words.save_sheet(stage.work / "text.png")


class TextLesson:
    """One step towards tiles from words that have the colours of their recipes."""

    def __init__(self, student: Student, stage: Stage) -> None:
        self.objective, self.vae, self.mend = student.objective, student.parts.vae, student.mend
        self.config, self.device = stage.config, stage.device
        look, *_ = student.pool.scenes
        few = replace(self.config, pool=self.config.pool // 8)
        self.pool = Pool([look], student.parts, few, self.device, seed=7 + stage.seed)
        self.updates = adamw(student.groups, self.device, (0.9, 0.98))
        self.learning = [p for group in self.updates.param_groups for p in group["params"]]
        self.loss = torch.zeros(())

    def step(self, rate: float) -> None:
        for group in self.updates.param_groups:
            set_rate(group, rate)
        drawn = self.pool.draw(self.config.guided_batch)
        with half_precision(self.device):
            painted = decode(self.vae, self._paint(drawn.ids))
            with torch.no_grad():
                wanted = decode(self.vae, drawn.latents)
        loss = colour_distance(painted, wanted)
        self.updates.zero_grad(set_to_none=True)
        loss.backward()
        self.mend()
        nn.utils.clip_grad_norm_(self.learning, 1.0)
        self.updates.step()
        self.pool.refresh(len(drawn.ids))
        self.loss = loss.detach()

    def _paint(self, ids: Tensor) -> Tensor:
        """Latents of tiles, by the sampler of text mode at guidance 1."""
        words = self.objective.read(ids)
        scheduler = fresh_scheduler(build_scheduler(self.config).config)
        scheduler.set_timesteps(self.config.text_steps)
        side = self.config.field_px // self.config.downscale
        x = torch.randn(len(ids), self.config.latent_channels, side, side, device=self.device)
        first = round((1 - LEARNT) * len(scheduler.timesteps))
        for number, time in enumerate(scheduler.timesteps):
            times = torch.full((len(ids),), int(time), device=self.device)
            if number < first:  # with gradients that nobody asks for: without, it would be compiled once more
                velocity, x = self.objective.velocity(x, times, *words).detach(), x.detach()
            else:  # its inner states are computed again on the way back: those of all steps would fill the memory
                velocity = checkpoint(
                    self.objective.velocity, x, times, *words, use_reentrant=False, preserve_rng_state=False
                )
            x = scheduler.step(velocity.float(), time, x, return_dict=False)[0]
        return x

    @torch.no_grad()
    def save_sheet(self, path: Path, n: int = 4) -> None:
        """Tiles from words above, renders of the same captions below."""
        drawn = self.pool.draw(n)
        with half_precision(self.device), torch.compiler.set_stance("force_eager"):
            save_rows(path, *(decode(self.vae, part) for part in (self._paint(drawn.ids), drawn.latents)))


def colour_distance(painted: Tensor, wanted: Tensor) -> Tensor:
    """How far colours of pictures (B, 3, H, W) would have to move to be those of others, wherever they are.

    The sliced Wasserstein distance (Bonneel et al. 2015) between the colours of points of `POINT_PX`.
    """
    directions = functional.normalize(torch.randn(N_DIRECTIONS, 3, device=painted.device), dim=1)
    ours, theirs = (
        torch.einsum("dc,bcn->bdn", directions, functional.avg_pool2d(part, POINT_PX).flatten(2)).sort(-1).values
        for part in (painted, wanted)
    )
    return (ours - theirs).abs().mean()


if __name__ == "__main__":
    main()
