"""Stage 5c: the base goes on with the adapter folded in, so that what learns is what will paint, in one network.

The adapter and the tokens stay as they are, and all of the base learns, of the look alone; what is written is the base
without the adapter. Text mode, its last step as well, is held to what a teacher says: the base and the adapter as
the first run found them. It goes on drawing plain maps and lighting them; guided mode learns to make renders of the
engine's own maps, which are light and matter already, so that neither is in the way of the other.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch
from layers import OUTLINES_SHARE, Layers
from networks import Parts, tokenise
from prompts import look_sample, training_colours
from safetensors.torch import load_file
from scenes import FLAT_SHARE, Painted, Scenes
from stage import Average, Stage, compiled, half_precision
from torch import Tensor, nn
from train_guided import Lesson, decode, save_rows
from train_style import add_tokens, fold, resume_tokens
from train_unet import Objective, Pool

LOOKED_AT = {
    "black_white": {"BLACK": 50, "WHITE": 50},
    "gray": {"GRAY": 100},
    "black": {"BLACK": 100},
    "white": {"WHITE": 100},
}
"""Recipes that show what is to be learnt: edges, gaps and glints, glints without hue, cream."""
NEVER = 2.0
"""Of the training: all that the pairs have is determined, so there is nothing for a critic to judge."""
PEAK = 3e-4
"""Of the rate: at more, chance alone makes text mode forget faster than its teacher can tell."""


def main() -> None:
    stage = Stage.from_command_line(__doc__)
    stage.config = config = replace(stage.config, guided_crop_px=stage.config.field_px)
    scenes, layers = Scenes.build(stage, training_colours(), style=True), Layers.build(stage, training_colours())
    parts = Parts.load(stage)
    lora = load_file(stage.work / "lora.safetensors")
    resume_tokens(add_tokens(parts.encoders, parts.tokenizer), stage.work)
    encoders, unet = parts.encoders.requires_grad_(False), parts.unet
    teacher = taught(stage, unet, lora)
    objective = Objective(compiled(unet, stage.device), encoders, config, stage.device)
    pools = [
        Pool([kind], parts, config, stage.device, seed=8 + stage.seed, flat_share=share)
        for kind, share in ((layers, OUTLINES_SHARE), (scenes, FLAT_SHARE))
    ]
    groups: list[dict[str, object]] = [{"params": list(unet.parameters())}]
    lesson = Lesson(
        objective,
        parts.vae,
        pools[0],
        config,
        stage.device,
        groups,
        teacher=teacher,
        text_pool=pools[1],
        critic_from=NEVER,
    )
    sight = Sight(layers, parts, objective, stage.device)
    average = Average([unet], limit=0.998)
    lesson.prepare(stage.begin)
    stage.log(stage="joint", **sight.apart())
    stage.restart_clock()
    for step in stage.steps():
        lesson.step(stage.learning_rate(PEAK, step, warm_up=100), stage.position)
        stage.agree(lesson.all_parameters, step)
        average.update(step)
        for pool in pools:
            pool.refresh(config.refresh)
        if step % 100 == 0:
            stage.log(step=step, **lesson.figures)
        if step % 300 == 299:
            keep(stage, average, unet, lora)
    keep(stage, average, unet, lora)
    average.apply()
    stage.log(step=step, **lesson.figures, **sight.apart())
    if stage.rank == 0:
        sight.save(stage.work / "guided.png")


def taught(stage: Stage, unet: nn.Module, lora: Mapping[str, Tensor]) -> list[Tensor]:
    """What the first run begins with, adapter and all, which is kept for those that follow; the UNet has its own."""
    own = {name: part.clone() for name, part in unet.state_dict().items()}
    if stage.begin == 0:
        stage.save("teacher", own)
    else:
        unet.load_state_dict(stage.load("teacher"))
    fold(unet, lora, stage.config.lora_strength)
    teacher = [p.detach().clone() for p in unet.parameters()]
    unet.load_state_dict(own)
    fold(unet, lora, stage.config.lora_strength)
    return teacher


def keep(stage: Stage, average: Average, unet: nn.Module, lora: Mapping[str, Tensor]) -> None:
    """Write the average of the base without the adapter."""
    with average.applied():
        fold(unet, lora, -stage.config.lora_strength)
        stage.save("unet", unet.state_dict())


class Sight:
    """The same few beds and recipes, to see before and after."""

    def __init__(self, layers: Layers, parts: Parts, objective: Objective, device: torch.device) -> None:
        self.vae, self.objective, self.device = parts.vae, objective, device
        samples = [look_sample(percents) for percents in LOOKED_AT.values()]
        self.ids = tokenise(parts.tokenizer, [sample.caption for sample in samples]).to(device)
        with always_alike():
            self.shown: Painted = layers.paint(samples, flat_share=0.0)

    @torch.no_grad()
    def painted(self) -> Tensor:
        """(B, 3, H, W) in -1..1 over the maps."""
        # No compilation for one call.
        with half_precision(self.device), torch.compiler.set_stance("force_eager"):
            flat = self.vae.encode(self.shown.flat.contiguous(memory_format=torch.channels_last)).latent.float()
            return decode(self.vae, self.objective.light(flat, self.ids))

    def apart(self) -> dict[str, float]:
        """By recipe, how far a painted pixel is from its pair's, of 2 from black to white."""
        apart = (self.painted() - self.shown.lit).abs().mean((1, 2, 3))
        return dict(zip(LOOKED_AT, apart.tolist(), strict=True))

    def save(self, path: Path) -> None:
        """Maps above, as painted in the middle, their pairs below."""
        save_rows(path, self.shown.flat, self.painted(), self.shown.lit)


@contextmanager
def always_alike() -> Iterator[None]:
    """What is drawn by chance is the same in every run, and what is drawn after it is as if nothing had been."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield


if __name__ == "__main__":
    main()
