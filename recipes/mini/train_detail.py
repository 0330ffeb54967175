"""Stage 5b: the adapter of the UNet's last block learns what is finest in the look, on a processor.

Stage 5 leaves edges a little soft, and what the map does not tell it paints as the mean of what could be. All layers
before the last block stay as they are, so what they say of a picture is kept and read again and again. Beside the
pixels of the pair and the critic, the power of each band of detail is compared with the render's.
"""

import random
from dataclasses import dataclass, replace
from typing import Any

import torch
from config import MiniConfig
from critic import Critic, hinge, pull_of_critic, unsteadiness
from networks import Parts
from prompts import draw_sample, training_colours
from scenes import FLAT_SHARE, Scenes
from stage import Average, Stage
from textures import Grain, Spectrum, Tails
from torch import Tensor, nn
from torch.nn import functional
from train_guided import CRITIC_SHARE, GRAIN_WEIGHT, LATTICE_WEIGHT, STEADY_WEIGHT, decode
from train_style import adapt, resume, save
from train_unet import Objective, noise_with, tokenise
from train_vae import lattice_loss, picture_losses

DENOISED_SHARE = 0.3
"""Of what is kept: noised maps of text mode, for which the block must stay as good."""
CRITIC_ALONE = 150
"""Steps that the critic learns before it is heard."""
RENEWAL_STEPS = 3
"""Between one example of the kept ones and the next being renewed."""
SPECTRUM_WEIGHT = 0.3
TAILS_WEIGHT = 0.03


def main() -> None:
    stage = Stage.from_command_line(__doc__)
    config, device = stage.config, stage.device
    scenes, parts = Scenes.build(stage, training_colours(), style=True), Parts.load(stage)
    unet, tables = parts.unet, adapt(parts, config)
    resume(unet, tables, stage.work)
    unet.requires_grad_(False)
    adapter = [p for layer in last_layers(unet) for name, p in layer.named_parameters() if "lora" in name]
    for p in adapter:
        p.requires_grad_(True)
    lesson = Lesson(Kept(scenes, parts, config, device, seed=5 + stage.seed), parts, adapter, device)
    if (critic := stage.load("critic")) is not None:
        lesson.critic.load_state_dict(critic)
    average = Average([unet], limit=0.995)
    stage.restart_clock()
    stage.log(stage="detail", adapter=sum(p.numel() for p in adapter))
    for step in stage.steps():
        lesson.step(config.guided_batch, stage.learning_rate(6e-4, step, warm_up=50), criticised=step >= CRITIC_ALONE)
        stage.agree(lesson.all_parameters, step)
        average.update(step)
        if step % 50 == 0:
            stage.log(step=step, **lesson.seen)
        if step % 300 == 299:
            with average.applied():
                save(stage, unet, tables)
    average.apply()
    save(stage, unet, tables)
    stage.log(step=step, **lesson.seen)


def last_layers(unet: nn.Module) -> tuple[nn.Module, ...]:
    """The last block and what follows it."""
    return unet.up_blocks[-1], unet.conv_out


@dataclass(frozen=True, slots=True)
class Example:
    """What the last block is given, and what should come of it."""

    given: tuple[Tensor, ...]
    """Hidden states, skipped states and the embedded time."""
    noised: Tensor
    latents: Tensor
    alpha: Tensor
    sigma: Tensor
    wanted: Tensor | None = None
    """The lit picture (3, H, W), -1..1, as the autoencoder can say it; none for a noised map."""
    levels: Tensor | None = None
    """Its spectrum as it was rendered: some of the finest is lost between the encoder and the decoder."""
    tails: Tensor | None = None
    """The shares of gaps and glints as rendered."""
    shown: Tensor | None = None
    """The map."""


class Kept:
    """Examples as the frozen layers see them, some of them renewed at every step."""

    def __init__(self, scenes: Scenes, parts: Parts, config: MiniConfig, device: torch.device, seed: int) -> None:
        self.scenes, self.parts, self.device = scenes, parts, device
        self.objective = Objective(parts.unet, parts.encoders, config, device)
        self.rng, self.colours = random.Random(seed), training_colours()
        self.spectrum, self.tails, self.size = Spectrum(device), Tails(device), config.kept
        self.kinds: dict[bool, list[Example]] = {False: [], True: []}
        for _ in range(config.kept):
            self.refresh()

    @torch.no_grad()
    def refresh(self) -> None:
        """One more example; of a kind that is full, it takes the oldest one's place."""
        missing = [kind for kind, examples in self.kinds.items() if not examples]
        is_lit = missing[0] if missing else self.rng.random() >= DENOISED_SHARE
        sample = draw_sample(self.rng, self.colours, n_catalogue=29, style=True)
        painted = self.scenes.paint([sample], flat_share=FLAT_SHARE if is_lit else 0.0)
        latents, flat = self.parts.vae.encode(torch.cat([painted.lit, painted.flat])).latent.chunk(2)
        ids = tokenise(self.parts.tokenizer, [sample.caption]).to(self.device)
        o = self.objective
        time = 0 if is_lit else int(o.draw_times(1))
        noise = torch.randn_like(flat) if is_lit else noise_with(painted.deal, flat.shape[1])
        noised = o.alpha[time] * flat + o.sigma[time] * noise
        given = self._given(noised, torch.tensor([time], device=self.device), ids)
        example = Example(given, noised[0], (latents if is_lit else flat)[0], o.alpha[time], o.sigma[time])
        if is_lit:
            wanted, shown = (self.parts.vae.decode(part).sample.half()[0] for part in (latents, flat))
            levels, tails = (figure(painted.lit)[0] for figure in (self.spectrum.levels, self.tails.shares))
            example = replace(example, wanted=wanted, levels=levels, tails=tails, shown=shown)
        kind = self.kinds[is_lit]
        kind.append(example)
        share = 1 - DENOISED_SHARE if is_lit else DENOISED_SHARE
        if len(kind) > share * self.size:
            kind.pop(0)

    def _given(self, noised: Tensor, times: Tensor, ids: Tensor) -> tuple[Tensor, ...]:
        caught: list[Tensor] = []

        def catch(_block: nn.Module, _arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
            caught.extend((named["hidden_states"], *named["res_hidden_states_tuple"], named["temb"]))

        hook = last_layers(self.parts.unet)[0].register_forward_pre_hook(catch, with_kwargs=True)
        self.objective.predict(noised, times, ids)
        hook.remove()
        return tuple(part[0].half() for part in caught)

    def draw(self, n: int, *, lit: bool) -> list[Example]:
        return self.rng.choices(self.kinds[lit], k=n)


class Lesson:
    """One step of the last block and one of its critic."""

    def __init__(self, kept: Kept, parts: Parts, adapter: list[nn.Parameter], device: torch.device) -> None:
        self.kept, self.vae, self.unet, self.adapter = kept, parts.vae, parts.unet, adapter
        self.critic = Critic().to(device, memory_format=torch.channels_last)
        self.updates = torch.optim.AdamW(adapter, betas=(0.9, 0.99), weight_decay=0.0)
        self.critic_updates = torch.optim.AdamW(self.critic.parameters(), betas=(0.0, 0.99))
        self.all_parameters, self.n_steps = [*adapter, *self.critic.parameters()], 0
        self.seen: dict[str, float] = {}

    def step(self, n: int, rate: float, *, criticised: bool) -> None:
        for updates, each in ((self.updates, rate), (self.critic_updates, 3e-4)):
            updates.param_groups[0]["lr"] = each
        if self.n_steps % RENEWAL_STEPS == 0:
            self.kept.refresh()
        self.n_steps += 1
        lit, noised = self.kept.draw(n, lit=True), self.kept.draw(max(1, n // 3), lit=False)
        latents, diffusion = self._paint(lit), self._diffusion(noised)
        painted = decode(self.vae, latents)
        wanted, shown = (torch.stack(part).float() for part in zip(*((x.wanted, x.shown) for x in lit), strict=True))
        levels = torch.stack([x.levels for x in lit]) - self.kept.spectrum.levels(painted)
        tails = torch.stack([x.tails for x in lit]) - self.kept.tails.shares(painted)
        losses = picture_losses(painted, wanted) | {"spectrum": levels.square().mean(), "diffusion": diffusion}
        losses |= {"tails": tails.square().mean(), "grain": Grain().distance(painted, wanted)}
        losses["lattice"] = LATTICE_WEIGHT * lattice_loss(painted, wanted)
        pull = self._pull(painted, shown, losses, criticised=criticised)
        self.updates.zero_grad(set_to_none=True)
        ((painted * pull).sum() + losses["diffusion"]).backward()
        nn.utils.clip_grad_norm_(self.adapter, 1.0)
        self.updates.step()
        losses["judgement"] = self._teach_critic(wanted, painted.detach(), shown)
        for name, value in losses.items():
            now = float(value.detach())
            self.seen[name] = 0.95 * self.seen.get(name, now) + 0.05 * now

    def _velocity(self, examples: list[Example]) -> Tensor:
        hidden, *skipped, time = (torch.stack(part).float() for part in zip(*(x.given for x in examples), strict=True))
        block, _ = last_layers(self.unet)
        hidden = block(hidden_states=hidden, res_hidden_states_tuple=tuple(skipped), temb=time)
        velocity: Tensor = self.unet.conv_out(self.unet.conv_act(self.unet.conv_norm_out(hidden)))
        return velocity

    def _paint(self, examples: list[Example]) -> Tensor:
        noised, alpha, sigma, _ = together(examples)
        return alpha * noised - sigma * self._velocity(examples)

    def _diffusion(self, examples: list[Example]) -> Tensor:
        noised, alpha, sigma, latents = together(examples)
        return functional.mse_loss(self._velocity(examples), (alpha * noised - latents) / sigma)

    def _pull(self, painted: Tensor, shown: Tensor, losses: dict[str, Tensor], *, criticised: bool) -> Tensor:
        """Where the painted pixels should go: to the pair's, to its spectrum, and to where the critic doubts less."""
        kept = losses["pixels"] + losses["blocks"] + SPECTRUM_WEIGHT * losses["spectrum"] + losses["lattice"]
        kept = kept + TAILS_WEIGHT * losses["tails"] + GRAIN_WEIGHT * losses["grain"]
        (to_pair,) = torch.autograd.grad(kept, painted, retain_graph=True)
        if not criticised:
            return to_pair
        judgement = self.critic(self._part(torch.cat([painted, shown], 1)))
        return to_pair + CRITIC_SHARE * pull_of_critic(judgement, painted, to_pair)

    def _part(self, pictures: Tensor) -> Tensor:
        """A quarter of each picture, at a place of this step: the critic is the slowest of all."""
        side = pictures.shape[-1] // 2
        top, left = (self.n_steps * step % side for step in (37, 53))
        return pictures[..., top : top + side, left : left + side]

    def _teach_critic(self, wanted: Tensor, painted: Tensor, shown: Tensor) -> Tensor:
        pictures = self._part(torch.cat([torch.cat([part, shown], 1) for part in (wanted, painted)]))
        judgement = self.critic(pictures)
        loss = hinge(judgement)
        self.critic_updates.zero_grad(set_to_none=True)
        (loss + STEADY_WEIGHT * unsteadiness(self.critic, pictures, judgement)).backward()
        self.critic_updates.step()
        return loss.detach()


def together(examples: list[Example]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Noised latents, alpha, sigma and latents of a batch."""
    noised, alpha, sigma, latents = zip(*((x.noised, x.alpha, x.sigma, x.latents) for x in examples), strict=True)
    alphas, sigmas = (torch.stack(part)[:, None, None, None] for part in (alpha, sigma))
    return torch.stack(noised), alphas, sigmas, torch.stack(latents)


if __name__ == "__main__":
    main()
