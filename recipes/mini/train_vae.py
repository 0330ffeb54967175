"""Stage 1: the autoencoder, on crops of rendered tiles. It must keep colours and edges.

A critic would take two decibels for a crispness that these latents have without it.
"""

import random

import torch
from config import MiniConfig
from networks import build_vae, n_parameters
from prompts import draw_sample, training_colours
from scenes import Scenes
from stage import Average, Recorded, Stage, adamw, set_rate
from torch import Tensor, nn
from torch.nn import functional

FLAT_SHARE = 0.12
"""Of the pictures that are flat maps."""
LATENT_NOISE = 0.05
"""Of a channel's deviation."""


def main() -> None:
    stage = Stage.from_command_line(__doc__)
    config, colours = stage.config, training_colours()
    scenes = Scenes.build(stage, colours, style=False)
    stage.log(stage="vae", fields=len(scenes.ids), chips=scenes.areas.shape[1])
    vae = build_vae(config).to(stage.device, memory_format=torch.channels_last)
    if (weights := stage.load("vae")) is not None:
        vae.load_state_dict(weights)
    gallery = Gallery(scenes, config, stage.seed)
    trainer = Trainer(vae, gallery, stage)
    average = Average([vae], limit=0.999)
    stage.restart_clock()
    stage.log(parameters=n_parameters(vae), decoder=n_parameters(vae.decoder))
    for step in stage.steps():
        trainer.step(step)
        stage.agree(trainer.parameters, step)
        gallery.refresh(3)
        average.update(step)
        if step % 200 == 0:
            stage.log(step=step, **{name: float(value) for name, value in trainer.losses.items()})
        if step % 2000 == 1999:
            stage.save("vae", dict(zip(dict(vae.named_parameters()), average.shadow, strict=True)))
    average.apply()
    whiten(vae, gallery)
    stage.save("vae", vae.state_dict())
    stage.log(step=step, **{f"psnr_{name}_db": float(psnr(vae, x)) for name, x in gallery.examples().items()})


class Trainer:
    """The autoencoder's step, recorded once."""

    def __init__(self, vae: nn.Module, gallery: "Gallery", stage: Stage) -> None:
        self.vae, self.gallery, self.stage = vae, gallery, stage
        self.parameters = list(vae.parameters())
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
        with torch.autocast(self.stage.device.type, torch.bfloat16):
            losses = picture_losses(self.reconstruct(self.vae, x).float(), x)
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
        lit, flat = self.scenes.paint([draw_sample(self.rng, self.colours, n_catalogue=29) for _ in range(n)])
        return flat if self.rng.random() < FLAT_SHARE else lit

    def refresh(self, n: int) -> None:
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
        lit, flat = self.scenes.paint([draw_sample(self.rng, self.colours, n_catalogue=29) for _ in range(8)])
        return {"lit": lit, "flat": flat}


@torch.no_grad()
def whiten(vae: nn.Module, gallery: Gallery) -> None:
    """Fold each latent channel's mean and deviation into the convolutions around the latents.

    SDXL has one scaling factor for all channels; after this it is 1 and every channel has unit variance. At the
    border the decoder then pads with the mean where it padded with 0: the next run gets used to that.
    """
    latents = torch.cat([vae.encode(gallery.crops()).latent for _ in range(8)])
    mean, deviation = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    inner, outer = vae.encoder.conv_out, vae.decoder.conv_in
    outer.bias += outer.weight.sum((2, 3)) @ mean
    outer.weight *= deviation[None, :, None, None]
    inner.weight /= deviation[:, None, None, None]
    inner.bias.copy_((inner.bias - mean) / deviation)


@torch.no_grad()
def psnr(vae: nn.Module, x: Tensor) -> Tensor:
    y = vae.decode(vae.encode(x).latent).sample.clamp(-1, 1)
    return -10 * torch.log10(((y - x) / 2).pow(2).mean())


if __name__ == "__main__":
    main()
