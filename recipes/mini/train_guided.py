"""Stage 4: the UNet learns to light a noised flat map in one pass, as a critic demands it.

Stage 3 begins this by comparing latents. Here the step is trained on what it makes: pictures of flat maps and of tiles
come in pairs, so pixels are compared where they are determined, and a critic judges the rest (Isola et al. 2017). Text
mode goes on beside it: see `text_mode.py`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from config import MiniConfig
from critic import Critic, alikeness, hinge, judgements, pull_of_critic, unsteadiness
from networks import Parts, n_parameters
from PIL import Image
from prompts import training_colours
from scenes import Scenes
from stage import Average, Recorded, Stage, adamw, compiled, half_precision, set_rate
from text_mode import TextMode
from textures import Grain, Spectrum, Tails
from torch import Tensor, nn
from torch.nn import functional
from train_unet import Objective, Pool, save
from train_vae import lattice_loss, picture_losses

CRITIC_FROM = 0.3
"""Share of the training without a critic: one that has nothing to doubt yet only gets in the way."""
CRITIC_SHARE = 0.5
"""Length of the critic's pull on the pixels, where that towards the pair's pixels is 1."""
HEARD_STEPS = 200
"""In which the critic's pull grows to that: at first it knows little, in a run that goes on as well."""
STEADY_WEIGHT = 300.0
ALIKE_WEIGHT = 6.0
"""Of what the critic sees and the pair has not."""
LATENTS_WEIGHTS = (1.0, 0.1)
"""Of the distance between latents without and with a critic: it shows the way at first and blurs at last."""
SPECTRUM_WEIGHT = 0.15
TAILS_WEIGHT = 0.01
GRAIN_WEIGHT = 0.003
LATTICE_WEIGHT = 30.0
KINDS = (True, False)
"""Of scenes: two in three have the look of the photographs, so that the adapter has little to mend."""


def main() -> None:
    stage = Stage.from_command_line(__doc__)
    config, device = stage.config, stage.device
    scenes, parts = [Scenes.build(stage, training_colours(), style=style) for style in KINDS], Parts.load(stage)
    encoders, unet = parts.encoders.requires_grad_(False), parts.unet
    average = Average([unet], limit=0.998)
    pool = Pool([scenes[0], scenes[0], scenes[1]], parts, config, device, seed=4 + stage.seed)
    objective = Objective(compiled(unet, device), encoders, config, device)
    lesson = Lesson(objective, parts.vae, pool, config, device, [{"params": list(unet.parameters())}])
    lesson.critic_goes_on(stage.load("critic"))
    lesson.prepare(stage.begin)
    stage.log(stage="guided", critic=n_parameters(lesson.critic))
    stage.restart_clock()
    for step in stage.steps():
        lesson.step(stage.learning_rate(6e-4, step, warm_up=100), stage.position)
        stage.agree(lesson.all_parameters, step)
        average.update(step)
        pool.refresh(config.refresh)
        if step % 100 == 0:
            stage.log(step=step, **lesson.figures)
        if step % 300 == 299:
            keep(stage, average, unet, lesson)
    keep(stage, average, unet, lesson)
    stage.log(step=step, **lesson.figures)
    average.apply()
    if stage.rank == 0:
        lesson.save_sheet(stage.work / "guided.png")


def keep(stage: Stage, average: Average, unet: nn.Module, lesson: "Lesson") -> None:
    """Write what was learnt so far, and the critic, for a run that goes on."""
    save(stage, average, unet)
    stage.save("critic", lesson.critic.state_dict())


class Lesson:
    """One step of the painter and one of its critic, recorded together."""

    def __init__(
        self,
        objective: Objective,
        vae: nn.Module,
        pool: Pool,
        config: MiniConfig,
        device: torch.device,
        groups: list[dict[str, object]],
        mend: Callable[[], None] = lambda: None,
        teacher: Sequence[Tensor] | None = None,
        text_pool: Pool | None = None,
        critic_from: float = CRITIC_FROM,
    ) -> None:
        """`groups` are AdamW's, of all that learns to paint; `mend` may change their gradients.

        `teacher` holds their parameters as they were when text mode was as it shall stay; without, it learns from maps:
        those of `text_pool`, or of the same pool.
        """
        self.objective, self.vae, self.pool, self.config, self.device = objective, vae, pool, config, device
        self.critic = Critic().to(device, memory_format=torch.channels_last)
        self.mend, self.painter_updates = mend, adamw(groups, device, (0.9, 0.99))
        self.painter = [p for group in self.painter_updates.param_groups for p in group["params"]]
        self.all_parameters = [*self.painter, *self.critic.parameters()]
        self.critic_updates = adamw([{"params": list(self.critic.parameters())}], device, (0.0, 0.99))
        self.spectrum, self.tails, self.grain = Spectrum(device), Tails(device), Grain()
        self.text_mode = TextMode(objective, text_pool or pool, config.guided_batch, device, self.painter, teacher)
        self.losses: dict[str, Tensor] = {}
        self.criticised, self.goes_on, self.critic_from = False, False, critic_from
        self.heard, self.n_heard = torch.zeros((), device=device), 0
        self.recorded: Recorded | None = None

    def critic_goes_on(self, weights: dict[str, Tensor] | None) -> None:
        """As a former run or stage left it, if there was one: then it is heard from the beginning."""
        if weights is not None:
            self.critic.load_state_dict(weights)
            self.goes_on = True

    def prepare(self, position: float) -> Recorded:
        """The step that is made somewhere in the whole training, 0..1, recorded if it was not yet."""
        criticised = self.goes_on or position > self.critic_from
        if self.recorded is None or criticised != self.criticised:
            self.criticised = criticised
            self.recorded = Recorded(self._step, self.device)
        return self.recorded

    def step(self, rate: float, position: float) -> None:
        """Learn at a rate."""
        recorded = self.prepare(position)
        for group in self.painter_updates.param_groups:
            set_rate(group, rate)
        set_rate(self.critic_updates.param_groups[0], rate)
        self.n_heard += self.criticised
        self.heard.fill_(min(1.0, self.n_heard / HEARD_STEPS))
        recorded()
        self.text_mode.weigh()

    def _step(self) -> None:
        self.painter_updates.zero_grad(set_to_none=True)
        self.text_mode.missed().backward()
        with half_precision(self.device):
            drawn = self.pool.draw(self.config.guided_batch)
            # The UNet sees whole fields: on crops it would learn nothing of places that are far from every border.
            latents = self.objective.light(drawn.flat, drawn.ids)
            latents, lit, flat = self._crops(latents, drawn.latents, drawn.flat)
            painted = decode(self.vae, latents)
            with torch.no_grad():
                wanted, shown = decode(self.vae, lit), decode(self.vae, flat)
            losses = picture_losses(painted, wanted) | {"spectrum": self.spectrum.distance(painted, wanted)}
            losses["tails"] = self.tails.distance(painted, wanted)
            losses["grain"] = self.grain.distance(painted, wanted)
            losses["lattice"] = LATTICE_WEIGHT * lattice_loss(painted, wanted)
            pull = self._pull(painted, wanted, shown, losses)
            losses["latents"] = functional.mse_loss(latents, lit)
        latents_weight = LATENTS_WEIGHTS[self.criticised]
        ((painted * pull).sum() + latents_weight * losses["latents"]).backward()
        self.mend()
        nn.utils.clip_grad_norm_(self.painter, 1.0)
        self.painter_updates.step()
        if self.criticised:
            seen = self._seen_part(wanted, painted.detach(), shown)
            losses |= teach_critic(self.critic, self.critic_updates, *seen)
        self.losses = {name: value.detach() for name, value in losses.items()}

    def _pull(self, painted: Tensor, wanted: Tensor, shown: Tensor, losses: dict[str, Tensor]) -> Tensor:
        """Where the painted pixels should go: to the pair's, and as far to where the critic doubts less."""
        # Differences of neighbours only punish grain that is not the pair's own: with a critic they go.
        kept = losses["pixels"] + losses["blocks"] + SPECTRUM_WEIGHT * losses["spectrum"] + losses["lattice"]
        kept = kept + TAILS_WEIGHT * losses["tails"] + GRAIN_WEIGHT * losses["grain"]
        if not self.criticised:
            return torch.autograd.grad(kept + losses["edges"], painted, retain_graph=True)[0]
        part, pair, its_map = self._seen_part(painted, wanted, shown)
        seen = self.critic.features(torch.cat([part, its_map], 1))
        with torch.no_grad():
            of_pair = self.critic.features(torch.cat([pair, its_map], 1))
        losses["alike"] = alikeness(seen, of_pair)
        (to_pair,) = torch.autograd.grad(kept + ALIKE_WEIGHT * losses["alike"], painted, retain_graph=True)
        return to_pair + CRITIC_SHARE * self.heard * pull_of_critic(judgements(seen), painted, to_pair)

    def _seen_part(self, *pictures: Tensor) -> list[Tensor]:
        """The squares of pictures that the critic sees in this step: others in each."""
        size, room = self.config.critic_crop_px, self.config.guided_crop_px - self.config.critic_crop_px
        top, left = (self.n_heard * step % (room + 1) for step in (37, 53))
        return [part[..., top : top + size, left : left + size] for part in pictures]

    def _crops(self, *maps: Tensor) -> list[Tensor]:
        """The same random squares of several maps of latents."""
        n, n_channels, side, _ = maps[0].shape
        crop = self.config.guided_crop_px // self.config.downscale
        # Beyond the borders too, and pushed back: the places there would else be seen least.
        begin, end = -(crop // 2), side - crop // 2
        tops, lefts = (torch.randint(begin, end, (n, 1, 1, 1), device=self.device) for _ in range(2))
        tops, lefts = (first.clamp(0, side - crop) for first in (tops, lefts))
        offsets = torch.arange(crop, device=self.device)
        rows = (tops + offsets[:, None]).expand(-1, n_channels, -1, side)
        columns = (lefts + offsets).expand(-1, n_channels, crop, -1)
        return [part.gather(2, rows).gather(3, columns) for part in maps]

    @property
    def figures(self) -> dict[str, float]:
        """What the log tells of a step."""
        figures = self.losses | self.text_mode.losses | {"text_weight": self.text_mode.weight}
        return {name: float(value) for name, value in figures.items()}

    @torch.no_grad()
    def save_sheet(self, path: Path, n: int = 4) -> None:
        """A picture of whole fields: flat maps above, as painted in the middle, their pairs below."""
        drawn = self.pool.draw(n)
        # No compilation for one call.
        with half_precision(self.device), torch.compiler.set_stance("force_eager"):
            painted = self.objective.light(drawn.flat, drawn.ids)
            save_rows(path, *(decode(self.vae, part) for part in (drawn.flat, painted, drawn.latents)))


def teach_critic(
    critic: Critic, updates: torch.optim.Optimizer, wanted: Tensor, painted: Tensor, shown: Tensor
) -> dict[str, Tensor]:
    """One step of a critic on pictures (B, 3, H, W), painted ones and their pairs, over their maps; its losses."""
    with half_precision(shown.device):
        pictures = torch.cat([torch.cat([part, shown], 1) for part in (wanted, painted)])
        judgement = critic(pictures)
        losses = {"judgement": hinge(judgement), "unsteady": unsteadiness(critic, pictures, judgement)}
    updates.zero_grad(set_to_none=True)
    (losses["judgement"] + STEADY_WEIGHT * losses["unsteady"]).backward()
    updates.step()
    return losses


def decode(vae: nn.Module, latents: Tensor) -> Tensor:
    """Pictures (B, 3, H, W) in -1..1."""
    return vae.decode(latents.contiguous(memory_format=torch.channels_last)).sample.float()


def save_rows(path: Path, *rows: Tensor) -> None:
    """One picture of batches (B, 3, H, W) in -1..1, each of which is a row."""
    sheet = torch.cat([torch.cat(list(row), 2) for row in rows], 1)
    Image.fromarray((sheet / 2 + 0.5).clamp(0, 1).mul(255).round().byte().permute(1, 2, 0).cpu().numpy()).save(path)


if __name__ == "__main__":
    main()
