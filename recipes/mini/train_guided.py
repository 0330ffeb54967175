"""Stage 4: the UNet learns to light a noised flat map in one pass, as a critic demands it.

What the diffusion loss teaches of this it teaches for many small steps; guided mode would need a dozen of them.
Here the first of its two steps is trained as it is run: pictures of flat maps and of tiles come in pairs, so
pixels are compared where they are determined, and a critic judges the rest (Isola et al. 2017). The diffusion loss
goes on beside it, for text mode.
"""

from collections.abc import Callable

import torch
from config import MiniConfig
from networks import Parts, build_scheduler, n_parameters
from prompts import training_colours
from scenes import Scenes
from stage import Average, Recorded, Stage, adamw, set_rate
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm
from train_unet import Objective, Pool, save
from train_vae import picture_losses

from plitka.model.schedule import fresh_scheduler

CRITIC_FROM = 0.3
"""Share of the training without a critic: one that has nothing to doubt yet only gets in the way."""
CRITIC_WEIGHT = 0.05
DIFFUSION_WEIGHT = 0.5


def main() -> None:
    stage = Stage.from_command_line(__doc__)
    config, device = stage.config, stage.device
    scenes, parts = Scenes.build(stage, training_colours(), style=False), Parts.load(stage)
    encoders, unet = parts.encoders.requires_grad_(False), parts.unet
    average = Average([unet], limit=0.998)
    pool = Pool(scenes, parts, config, device, seed=4 + stage.seed)
    objective = Objective(torch.compile(unet) if device.type == "cuda" else unet, encoders, config, device)
    lesson = Lesson(objective, parts.vae, pool, config, device, [{"params": list(unet.parameters())}])
    stage.log(stage="guided", critic=n_parameters(lesson.critic), start=int(lesson.start))
    stage.restart_clock()
    for step in stage.steps():
        lesson.step(stage.learning_rate(8e-4, step, warm_up=100), criticised=stage.position > CRITIC_FROM)
        stage.agree(lesson.all_parameters, step)
        average.update(step)
        pool.refresh(config.refresh)
        if step % 100 == 0:
            stage.log(step=step, **{name: float(value) for name, value in lesson.losses.items()})
        if step % 1000 == 999:
            save(stage, average, unet)
    save(stage, average, unet)


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
    ) -> None:
        """`groups` are AdamW's, of all that learns to paint; `mend` may change their gradients."""
        self.objective, self.vae, self.pool, self.config, self.device = objective, vae, pool, config, device
        scheduler = fresh_scheduler(build_scheduler(config).config, config.guided_strength)
        scheduler.set_timesteps(config.guided_steps)
        self.start = scheduler.timesteps[0].to(device)
        self.critic = build_critic().to(device, memory_format=torch.channels_last)
        self.mend, self.painter_updates = mend, adamw(groups, device, (0.9, 0.99))
        self.painter = [p for group in self.painter_updates.param_groups for p in group["params"]]
        self.all_parameters = [*self.painter, *self.critic.parameters()]
        self.critic_updates = adamw([{"params": list(self.critic.parameters())}], device, (0.0, 0.99))
        self.losses: dict[str, Tensor] = {}
        self.criticised = False
        self.recorded = Recorded(self._step, device)

    def step(self, rate: float, *, criticised: bool) -> None:
        if criticised != self.criticised:
            self.criticised = criticised
            self.recorded = Recorded(self._step, self.device)
        for group in self.painter_updates.param_groups:
            set_rate(group, rate)
        set_rate(self.critic_updates.param_groups[0], rate / 2)
        self.recorded()

    def _step(self) -> None:
        latents, flat, ids = self.pool.draw(self.config.guided_batch)
        with torch.autocast(self.device.type, torch.bfloat16):
            diffusion = self.objective(latents, flat, ids)
            lit, flat = self._crops(latents, flat)
            latents = self.paint(flat, ids)
            painted = self._decode(latents)
            with torch.no_grad():
                wanted, shown = self._decode(lit), self._decode(flat)
            losses = picture_losses(painted, wanted)
            losses["latents"] = functional.mse_loss(latents, lit)
            losses["diffusion"] = DIFFUSION_WEIGHT * diffusion
            if self.criticised:
                losses["critic"] = -CRITIC_WEIGHT * self.critic(torch.cat([painted, shown], 1)).float().mean()
        self.painter_updates.zero_grad(set_to_none=True)
        sum(losses.values()).backward()
        self.mend()
        nn.utils.clip_grad_norm_(self.painter, 1.0)
        self.painter_updates.step()
        if self.criticised:
            losses["judgement"] = self._teach_critic(wanted, painted.detach(), shown)
        self.losses = {name: value.detach() for name, value in losses.items()}

    def paint(self, flat: Tensor, ids: Tensor) -> Tensor:
        """Latents of a tile from those of a flat map: one pass at the timestep where guided mode starts."""
        objective = self.objective
        times = self.start.expand(len(flat))
        alpha, sigma = objective.alpha[self.start], objective.sigma[self.start]
        noised = alpha * flat + sigma * torch.randn_like(flat)
        return alpha * noised - sigma * objective.predict(noised, times, ids).float()

    def _decode(self, latents: Tensor) -> Tensor:
        return self.vae.decode(latents.contiguous(memory_format=torch.channels_last)).sample.float()

    def _crops(self, *maps: Tensor) -> list[Tensor]:
        """The same random squares of several maps of latents."""
        n, _, side, _ = maps[0].shape
        crop = self.config.guided_crop_px // self.config.downscale
        tops, lefts = (torch.randint(side - crop + 1, (n, 1, 1, 1), device=self.device) for _ in range(2))
        offsets = torch.arange(crop, device=self.device)
        rows, channels = torch.arange(n, device=self.device)[:, None, None, None], slice(None)
        picked = [
            m.permute(0, 2, 3, 1)[rows[..., 0], tops[..., 0] + offsets[:, None], lefts[..., 0] + offsets, channels]
            for m in maps
        ]
        return [part.permute(0, 3, 1, 2) for part in picked]

    def _teach_critic(self, wanted: Tensor, painted: Tensor, shown: Tensor) -> Tensor:
        with torch.autocast(self.device.type, torch.bfloat16):
            real, made = (self.critic(torch.cat([part, shown], 1)).float() for part in (wanted, painted))
            loss = functional.relu(1 - real).mean() + functional.relu(1 + made).mean()
        self.critic_updates.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_updates.step()
        return loss


def build_critic() -> nn.Sequential:
    """Patches of about 46 px, two granules wide: is this how that flat map looks when it is lit?"""
    layers: list[nn.Module] = []
    for before, after in ((6, 48), (48, 96), (96, 192)):
        layers += [spectral_norm(nn.Conv2d(before, after, 4, 2, 1)), nn.LeakyReLU(0.2)]
    return nn.Sequential(
        *layers, spectral_norm(nn.Conv2d(192, 192, 3, 1, 1)), nn.LeakyReLU(0.2), nn.Conv2d(192, 1, 3, 1, 1)
    )


if __name__ == "__main__":
    main()
