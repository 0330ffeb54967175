"""Stage 3: the UNet learns maps from noise and words, and to light them, together with the text encoders."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import torch
from config import MiniConfig
from networks import TIME_IDS, Parts, build_scheduler, n_parameters, tokenise
from prompts import NEGATIVE, Sample, draw_sample, training_colours
from scenes import FLAT_SHARE, PLAIN, Scenes, to_srgb
from stage import Average, Recorded, Stage, adamw, compiled, half_precision, set_rate
from torch import Tensor, nn
from torch.nn import functional

from plitka.model.noise import NoiseSchedule, Prediction, signal_and_noise
from plitka.model.sampler import sample

DROPPED = 0.1
"""Share of captions replaced by the empty or the negative prompt, for guidance."""
GUIDED = 0.25
"""Share of draws at the last timestep, which lights a map."""
COARSE = (4, 8, 32, 128)
"""Sides, in latent places, of squares whose mean is compared as well: shares are decided there, and of the error of
single places the mean is a part too small to be learnt from. The first is a granule, the last a whole field."""
CONTRAST_WEIGHT = 2.0
GRANULE = 4
"""Side of a granule in latent places."""
ALIKE = 0.2
"""Variance of latents below which colours of a recipe are not told apart: about that of one colour's own chips."""


def main() -> None:
    stage = Stage.from_command_line(__doc__)
    config, device = stage.config, stage.device
    scenes, parts = Scenes.build(stage, training_colours(), style=False), Parts.load(stage)
    encoders, unet = parts.encoders, parts.unet
    average = Average([unet, encoders], limit=0.9985)
    groups = [{"params": list(unet.parameters())}, {"params": list(encoders.parameters())}]
    trainer = adamw(groups, device, (0.9, 0.98))
    pool = Pool([scenes], parts, config, device, seed=2 + stage.seed)
    unconditional = tokenise(parts.tokenizer, ["", NEGATIVE]).to(device)
    objective = Objective(compiled(unet, device), encoders, config, device)
    seen = torch.zeros((), device=device)

    def learn() -> None:
        drawn = pool.draw(config.unet_batch)
        ids = drawn.ids
        dropped = torch.rand(len(ids), device=device) < DROPPED
        ids = torch.where(dropped[:, None], unconditional[torch.randint(2, (len(ids),), device=device)], ids)
        with half_precision(device):
            # Of a recipe that it is not told, the network cannot know what parts its colours.
            contrasts = drawn.contrasts * ~dropped[:, None, None]
            loss = objective(drawn._replace(ids=ids, contrasts=contrasts))
        trainer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(average.parameters, 1.0)
        trainer.step()
        seen.lerp_(loss.detach(), 0.01)

    recorded = Recorded(learn, device)
    stage.log(stage="unet", parameters=n_parameters(unet), pool=len(pool.latents))
    stage.restart_clock()
    for step in stage.steps():
        for group, share in zip(trainer.param_groups, (1.0, 0.2), strict=True):
            set_rate(group, share * stage.learning_rate(1.2e-3, step, warm_up=500))
        recorded()
        stage.agree(average.parameters, step)
        average.update(step if stage.begin == 0 else step + 5000)
        pool.refresh(config.refresh)
        if step % 500 == 0:
            stage.log(step=step, loss=float(seen))
        if step % 4000 == 3999:
            save(stage, average, unet, encoders)
    save(stage, average, unet, encoders)
    stage.log(step=step, loss=float(seen))


def save(stage: Stage, average: Average, unet: nn.Module, encoders: nn.Module | None = None) -> None:
    """Write the averages of the UNet, and of the text encoders where they learn too."""
    averaged = iter(average.shadow)
    for name, module in (("unet", unet), ("text", encoders)):
        if module is not None:
            stage.save(name, {key: next(averaged) for key, _ in module.named_parameters()})


class Pool:
    """Latents and captions of recent paintings of some scenes in turn, partly renewed at every step."""

    def __init__(
        self,
        scenes: Sequence[Scenes],
        parts: Parts,
        config: MiniConfig,
        device: torch.device,
        seed: int,
        flat_share: float = FLAT_SHARE,
    ) -> None:
        """`flat_share` of the maps are without relief."""
        self.scenes, self.vae, self.tokenizer, self.device = scenes, parts.vae, parts.tokenizer, device
        self.flat_share = flat_share
        self.rng, self.colours, self.next = random.Random(seed), training_colours(), 0
        side = config.field_px // config.downscale
        shape = (config.pool, config.latent_channels, side, side)
        self.latents, self.flat = (torch.empty(shape, dtype=torch.bfloat16, device=device) for _ in range(2))
        self.ids = torch.empty(config.pool, 77, dtype=torch.long, device=device)
        self.hinted = torch.empty(config.pool, dtype=torch.bool, device=device)
        self.deal = torch.empty(config.pool, 2, side, side, dtype=torch.bfloat16, device=device)
        self.tints = Tints(scenes[0], parts.vae)
        self.contrasts = torch.empty(config.pool, 3, config.latent_channels, device=device)
        while self.next < config.pool:
            self.refresh(min(32, config.pool - self.next))

    @torch.no_grad()
    def refresh(self, n: int) -> None:
        if self.next >= len(self.latents):
            self.next = 0
        n = min(n, len(self.latents) - self.next)
        scenes = self.rng.choice(self.scenes)
        samples = [draw_sample(self.rng, self.colours, n_catalogue=29, style=scenes.style) for _ in range(n)]
        # Before anything waits for the device.
        contrasts = torch.stack([self.tints.contrast(sample) for sample in samples])
        ids = tokenise(self.tokenizer, [sample.caption for sample in samples])
        painted = scenes.paint(samples, self.flat_share)
        pictures = torch.cat([painted.lit, painted.flat]).contiguous(memory_format=torch.channels_last)
        with half_precision(self.device):
            latents, flat = self.vae.encode(pictures).latent.chunk(2)
        rows = slice(self.next, self.next + n)
        self.latents[rows], self.flat[rows], self.hinted[rows] = latents, flat, painted.hinted
        self.deal[rows], self.contrasts[rows], self.ids[rows] = (
            part.to(self.device) for part in (painted.deal, contrasts, ids)
        )
        self.next += n

    def draw(self, n: int) -> "Drawn":
        chosen = torch.randint(len(self.latents), (n,), device=self.device)
        latents, flat, deal = (part[chosen].float() for part in (self.latents, self.flat, self.deal))
        return Drawn(latents, flat, self.ids[chosen], self.hinted[chosen], deal, self.contrasts[chosen])


class Drawn(NamedTuple):
    """What a step learns from."""

    latents: Tensor
    """Of lit pictures."""
    flat: Tensor
    """Of their maps."""
    ids: Tensor
    """(B, 77) of their captions."""
    hinted: Tensor
    """(B,) whether the map hints at relief."""
    deal: Tensor
    """(B, 2, h, w) the noise that tells the map's colours and tones."""
    contrasts: Tensor
    """(B, 3, C) what makes differences of latents comparable with those between the recipe's colours."""


class Posed(NamedTuple):
    """What the network is asked, and the answer."""

    noised: Tensor
    times: Tensor
    """(B,) timesteps."""
    ids: Tensor
    velocity: Tensor
    """The answer."""
    sigma: Tensor
    """(B, 1, 1, 1) of the noise."""
    begins: Tensor
    """(B, 1, 1, 1) whether a map is to be lit."""
    contrasts: Tensor
    """(B, 3, C) as drawn; 0 where they do not count."""


class Objective(nn.Module):
    """The v-prediction loss of Salimans and Ho (2022), section 4, of maps until the last step, which lights them.

    A map is far simpler than a lit tile: chips of even colours with a hint of relief. So text mode draws the map, and
    its last steps do what those of guided mode do, of which there may be one. Where they begin the network meets
    x = a F + s e of a map F and is to tell the lit tile L: that is the velocity (a x - L) / s. What it misses of it is
    weighed as the latents that it misses, s times as much. Before them it is to tell F, from noise that tells its
    colours: see `scenes.noise_of_values`.
    """

    def __init__(self, unet: nn.Module, encoders: nn.Module, config: MiniConfig, device: torch.device) -> None:
        super().__init__()
        self.unet, self.encoders = unet, encoders
        alphas = build_scheduler(config).alphas_cumprod.to(device)
        self.alpha, self.sigma = alphas.sqrt(), (1 - alphas).sqrt()
        steps = NoiseSchedule(alphas.cpu(), Prediction.VELOCITY).steps(config.guided_steps, config.guided_strength)
        # There already: a recorded step can fetch nothing.
        self.guided = replace(steps, timesteps=steps.timesteps.to(device))
        self.begun, self.begins_at = tuple(map(float, signal_and_noise(steps.sigmas[0]))), int(steps.timesteps[0])
        self.time_ids = torch.tensor([TIME_IDS], device=device).float()

    def forward(self, drawn: Drawn) -> Tensor:
        posed = self.pose(drawn)
        return self.weigh(posed, self.predict(posed.noised, posed.times, posed.ids))

    def pose(self, drawn: Drawn, lit_share: float = GUIDED) -> "Posed":
        """What the network is asked of some draws, `lit_share` of which it is to light."""
        n, flat = len(drawn.flat), drawn.flat
        # A map without relief is only lit: text mode is to draw the other kind.
        begins = (torch.rand(n, device=flat.device) < lit_share) | ~drawn.hinted
        times = torch.where(begins, self.begins_at, self.draw_times(n))
        begins = begins.view(-1, 1, 1, 1)
        alpha, sigma = (part[times].view(-1, 1, 1, 1) for part in (self.alpha, self.sigma))
        noise = torch.where(begins, torch.randn_like(flat), noise_with(drawn.deal, flat.shape[1]))
        noised = alpha * flat + sigma * noise
        wanted = torch.where(begins, drawn.latents, flat)
        # Lit tiles of the base vary in exposure, which nothing tells: maps alone are held to their contrasts.
        contrasts = drawn.contrasts * ~begins[:, 0]
        return Posed(noised, times, drawn.ids, (alpha * noised - wanted) / sigma, sigma, begins, contrasts)

    def weigh(self, posed: "Posed", velocity: Tensor) -> Tensor:
        """What of the velocities that were asked is missed."""
        missed = velocity.float() - posed.velocity
        missed_latents = posed.sigma * missed
        missed = torch.where(posed.begins, missed_latents, missed)
        coarse = sum(coarse_loss(missed, side) for side in COARSE)
        return missed.square().mean() + coarse + CONTRAST_WEIGHT * contrast_loss(missed_latents, posed.contrasts)

    def draw_times(self, n: int) -> Tensor:
        """Timesteps of text mode: more where granules get their edges, most where they get colours.

        Not those of guided mode: a network that is asked for the map and for the tile at one of them can tell neither.
        """
        first = self.begins_at + 1
        drawn = torch.rand(n, device=self.alpha.device).pow(1.5)
        return first + ((len(self.alpha) - first) * drawn).long()

    def light(self, flat: Tensor, ids: Tensor) -> Tensor:
        """Latents of a tile from those of a flat map: the steps of guided mode, of which there may be one."""
        words, (signal, level) = self.read(ids), self.begun
        noised = signal * flat + level * torch.randn_like(flat)

        def denoise(latents: Tensor, time: Tensor) -> Tensor:
            return self.velocity(latents, time.expand(len(latents)), *words).float()

        *_, last = sample(denoise, noised, self.guided)
        return last.clean

    def predict(self, noised: Tensor, times: Tensor, ids: Tensor) -> Tensor:
        """The velocity that the UNet sees in noised latents at (B,) timesteps."""
        return self.velocity(noised, times, *self.read(ids))

    def read(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """What the text encoders make of captions."""
        states, pooled = self.encoders(ids)
        return states, pooled

    def velocity(self, noised: Tensor, times: Tensor, states: Tensor, pooled: Tensor) -> Tensor:
        """The same of captions that were read."""
        conditions = {"text_embeds": pooled, "time_ids": self.time_ids.expand(len(noised), -1)}
        # Whether there is a gradient of it or not: so that one compiled graph serves all.
        noised = noised.contiguous().requires_grad_()
        return self.unet(noised, times, encoder_hidden_states=states, added_cond_kwargs=conditions, return_dict=False)[
            0
        ]


def noise_with(deal: Tensor, n_channels: int) -> Tensor:
    """(B, n_channels, h, w) white noise that is what tells a map (B, 2, h, w) along two directions of its channels."""
    even = torch.arange(n_channels, device=deal.device) % 2 == 0
    axes = torch.stack([torch.ones(n_channels, device=deal.device), torch.where(even, 1.0, -1.0)]) / n_channels**0.5
    noise = torch.randn(len(deal), n_channels, *deal.shape[2:], device=deal.device)
    along = torch.einsum("dc,bchw->bdhw", axes, noise)
    return noise + torch.einsum("dc,bdhw->bchw", axes, deal - along)


def contrast_loss(missed: Tensor, contrasts: Tensor) -> Tensor:
    """How much of what parts a recipe's colours is missed on the means of squares as wide as a granule.

    Red and orange are so near that a plain square hardly sees one taken for the other; but the recipe asks for both.
    A square in other units, which the caption tells, has its least at the same mean.
    """
    means = functional.avg_pool2d(missed, GRANULE).flatten(2)
    return (contrasts @ means).square().sum(1).mean()


class Tints:
    """Latents of maps of one colour, along the three axes in which colours differ."""

    @torch.no_grad()
    def __init__(self, scenes: Scenes, vae: nn.Module) -> None:
        shown = to_srgb(PLAIN.mean_of_lit * scenes.palette.float()) * 2 - 1
        latents = vae.encode(shown[:, :, None, None].expand(-1, -1, 64, 64).contiguous()).latent.float().cpu()
        middle = latents.shape[-1] // 2
        latents = latents[:, :, middle, middle]  # far from the border, where the encoder meets zeros
        self.axes = torch.linalg.svd(latents - latents.mean(0), full_matrices=False).Vh[:3]
        """(3, C)."""
        self.along_axes = latents @ self.axes.T
        """(n_colours, 3)."""

    def contrast(self, sample: Sample) -> Tensor:
        """(3, C) whose product with a difference of latents is as long as it is improbable among the colours.

        That length is Mahalanobis' distance, of the recipe's colours and the tones of each.
        """
        chosen, shares = self.along_axes[list(sample.colours)], torch.tensor(sample.shares)[:, None]
        apart = chosen - (shares * chosen).sum(0)
        covariance = apart.T @ (shares * apart) + ALIKE * torch.eye(3)
        return torch.linalg.solve_triangular(torch.linalg.cholesky(covariance), self.axes, upper=False)


def coarse_loss(missed: Tensor, side: int) -> Tensor:
    """The square of the mean over squares, `side` times, for it is far smaller than that of single places."""
    side = min(side, missed.shape[-1])
    return side * functional.avg_pool2d(missed, side).square().mean()


if __name__ == "__main__":
    main()
