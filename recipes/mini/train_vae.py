"""Stage 1: the autoencoder, on crops of rendered tiles. It must keep colours and edges.

A critic would take two decibels for a crispness that these latents have without it.
"""

import random

import torch
from config import MiniConfig
from networks import build_vae, n_parameters
from prompts import draw_sample, training_colours
from scenes import Scenes
from stage import Average, Recorded, Stage, adamw, half_precision, set_rate
from torch import Tensor, nn
from torch.nn import functional

FLAT_SHARE = 0.12
"""Of the pictures that are flat maps."""
RENEWAL_STEPS = 4
"""Between one look at the gallery and the next, when eight of its pictures are renewed: painting has its price."""
LATENT_NOISE = 0.05
"""Of a channel's deviation."""
LATTICE_PX = 8
LATTICE_WEIGHT = 300.0
BATCH_LATTICE = 10.0
"""How much more a lattice counts that a whole batch shares: there chance has the smallest part in it."""


def main() -> None:
    stage = Stage.from_command_line(__doc__)
    config, colours = stage.config, training_colours()
    vae = build_vae(config).to(stage.device, memory_format=torch.channels_last)
    if (weights := stage.load("vae")) is not None:
        # What a UNet has learnt of the latents stays true: the encoder is kept, and the decoder learns the last look.
        vae.load_state_dict(weights)
        vae.encoder.requires_grad_(False)
    scenes = Scenes.build(stage, colours, style=weights is not None)
    stage.log(stage="vae", fields=len(scenes.lit.ids), chips=scenes.areas.shape[1])
    gallery = Gallery(scenes, config, stage.seed)
    trainer = Trainer(vae, gallery, stage)
    average = Average([vae], limit=0.999)
    stage.restart_clock()
    stage.log(parameters=n_parameters(vae), decoder=n_parameters(vae.decoder))
    for step in stage.steps():
        trainer.step(step)
        stage.agree(trainer.parameters, step)
        if step % RENEWAL_STEPS == 0:
            gallery.refresh(8)
        average.update(step)
        if step % 200 == 0:
            stage.log(step=step, **{name: float(value) for name, value in trainer.losses.items()})
        if step % 2000 == 1999:
            with average.applied():
                stage.save("vae", vae.state_dict())
    average.apply()
    if weights is None:
        deviations = settle_scale(vae, gallery)
        stage.log(deviations=[round(float(one), 2) for one in deviations])
    stage.save("vae", vae.state_dict())
    stage.log(step=step, **{f"psnr_{name}_db": float(psnr(vae, x)) for name, x in gallery.examples().items()})


class Trainer:
    """The autoencoder's step, recorded once."""

    def __init__(self, vae: nn.Module, gallery: "Gallery", stage: Stage) -> None:
        self.vae, self.gallery, self.stage = vae, gallery, stage
        self.parameters = [p for p in vae.parameters() if p.requires_grad]
        self.updates = adamw([{"params": self.parameters}], stage.device, (0.9, 0.95))
        self.reconstruct = torch.compile(reconstruct) if stage.device.type == "cuda" else reconstruct
        self.losses: dict[str, Tensor] = {}
        # Compiled and recorded now: with a learning rate of 0 that teaches nothing, and is not on the clock.
        self.recorded = Recorded(self._step, stage.device)

    def step(self, step: int) -> None:
        set_rate(self.updates.param_groups[0], self.stage.learning_rate(1.2e-3, step))
        self.recorded()

    def _step(self) -> None:
        x = self.gallery.crops()
        with half_precision(self.stage.device):
            y = self.reconstruct(self.vae, x).float()
            losses = picture_losses(y, x) | {"lattice": LATTICE_WEIGHT * lattice_loss(y, x)}
        self.updates.zero_grad(set_to_none=True)
        sum(losses.values()).backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.updates.step()
        self.losses = {name: value.detach() for name, value in losses.items()}


def reconstruct(vae: nn.Module, x: Tensor) -> Tensor:
    """Through latents with a little noise, so that what a diffusion model says of them decodes as well."""
    latents = vae.encode(x).latent
    spread = latents.detach().float().std((0, 2, 3), keepdim=True)
    return vae.decode(latents + (LATENT_NOISE * spread * torch.randn_like(spread.expand_as(latents)))).sample


def lattice_loss(y: Tensor, x: Tensor) -> Tensor:
    """What parts the places of a lattice on the mean: of `LATTICE_PX` places in a row, which all stand for the same.

    A shuffled pixel has weights of its own, and differences of pixels hardly see that one in sixteen is a little
    lighter everywhere; nor do spectra of bands. An eye does. Means over many places see nothing else.
    """
    n, n_channels, height, width = y.shape
    k = LATTICE_PX
    places = (y - x).view(n, n_channels, height // k, k, width // k, k).mean((2, 4))
    places = places - places.mean((2, 3), keepdim=True)
    return places.square().mean() + BATCH_LATTICE * places.mean(0).square().mean()


def picture_losses(y: Tensor, x: Tensor) -> dict[str, Tensor]:
    """Differences of pixels, of block means (colour) and of steps between pixels (edges)."""
    across = (y.diff(dim=3) - x.diff(dim=3)).abs().mean() + (y.diff(dim=2) - x.diff(dim=2)).abs().mean()
    blocks = sum((functional.avg_pool2d(y, k) - functional.avg_pool2d(x, k)).abs().mean() for k in (2, 4, 16))
    pixels = (y - x).abs().mean() + 2 * (y - x).pow(2).mean()
    return {"pixels": pixels, "blocks": 0.5 * blocks, "edges": 0.7 * across}


class Gallery:
    """Painted pictures on the device, partly renewed at every step, to cut crops from."""

    def __init__(self, scenes: Scenes, config: MiniConfig, seed: int) -> None:
        self.scenes, self.crop_px, self.batch = scenes, config.vae_crop_px, config.vae_batch
        self.rng, self.colours, self.next = random.Random(seed), training_colours(), 0
        self.pictures = torch.cat([self._paint(4).half() for _ in range(config.gallery // 4)])

    def _paint(self, n: int) -> Tensor:
        """Most of them lit tiles, some flat maps, which the autoencoder must be able to carry as well."""
        lit, flat, *_ = self.scenes.paint([draw_sample(self.rng, self.colours, n_catalogue=29) for _ in range(n)])
        return flat if self.rng.random() < FLAT_SHARE else lit

    def refresh(self, n: int) -> None:
        n = min(n, len(self.pictures))
        rows = slice(self.next, self.next + n)
        self.pictures[rows] = self._paint(n).half()
        self.next = (self.next + n) % (len(self.pictures) - n + 1)

    def crops(self) -> Tensor:
        """(B, 3, crop, crop) at random places of random pictures."""
        device, (n, _, side, _) = self.pictures.device, self.pictures.shape
        chosen, tops, lefts = (
            torch.randint(limit, (self.batch, 1, 1, 1), device=device) for limit in (n, *[side - self.crop_px + 1] * 2)
        )
        offsets = torch.arange(self.crop_px, device=device)
        channels = torch.arange(3, device=device)[:, None, None]
        picked = self.pictures[chosen, channels, tops + offsets[:, None], lefts + offsets]
        return picked.float().contiguous(memory_format=torch.channels_last)

    def examples(self) -> dict[str, Tensor]:
        """A few whole pictures of both kinds."""
        lit, flat, *_ = self.scenes.paint([draw_sample(self.rng, self.colours, n_catalogue=29) for _ in range(8)])
        return {"lit": lit, "flat": flat}


def settle_scale(vae: nn.Module, gallery: Gallery) -> Tensor:
    """Give latents the scale of what they do to a picture, and return the deviation of each channel.

    Training leaves directions of all kinds at one scale, and a diffusion model would spend its care on the finest
    grain. A linear map, folded into the convolutions around the latents, turns them to their principal directions
    and makes a unit of noise in each of them the same noise in pixels; the mean variance of the channels is 1, so
    that SDXL's one scaling factor is 1 too. At the border the decoder then pads with the mean where it padded with
    0: the next run gets used to that.
    """
    with torch.no_grad():
        latents = torch.cat([vae.encode(gallery.crops()).latent for _ in range(8)])
    mean, covariance = latents.mean((0, 2, 3)), latents.transpose(0, 1).flatten(1).cov()
    lengths, axes = torch.linalg.eigh(pixel_metric(vae, latents[:8]))
    root = axes * lengths.clamp_min(1e-6 * lengths.max()).sqrt() @ axes.T
    variances, turn = torch.linalg.eigh(root @ covariance @ root)
    there = turn.flip(1).T @ root / variances.mean().sqrt()
    inner, outer = vae.encoder.conv_out, vae.decoder.conv_in
    with torch.no_grad():
        outer.bias += outer.weight.sum((2, 3)) @ mean
        outer.weight.copy_(torch.einsum("oihw,ij->ojhw", outer.weight, torch.linalg.inv(there)))
        inner.weight.copy_(torch.einsum("ij,jchw->ichw", there, inner.weight))
        inner.bias.copy_(there @ (inner.bias - mean))
    return (variances.flip(0) / variances.mean()).sqrt()


def pixel_metric(vae: nn.Module, latents: Tensor, n_draws: int = 24, step: float = 0.05) -> Tensor:
    """(C, C) mean of J'J over places, where J is the decoder's derivative: how far pixels move with the latents."""
    total = latents.new_zeros(latents.shape[1], latents.shape[1])
    for _ in range(n_draws):
        at = latents.clone().requires_grad_()
        picture, noise = vae.decode(at).sample, torch.randn_like(latents)
        with torch.no_grad():
            moved = (vae.decode(latents + step * noise).sample - picture) / step
        (pulled,) = torch.autograd.grad(picture, at, moved)
        total += torch.einsum("bihw,bjhw->ij", pulled, noise) / (n_draws * latents[:, 0].numel())
    return (total + total.T) / 2


@torch.no_grad()
def psnr(vae: nn.Module, x: Tensor) -> Tensor:
    y = vae.decode(vae.encode(x).latent).sample.clamp(-1, 1)
    return -10 * torch.log10(((y - x) / 2).pow(2).mean())


if __name__ == "__main__":
    main()
