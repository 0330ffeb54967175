"""Stage 1: the autoencoder, on crops of rendered tiles. It must keep colours and edges."""

import random

import torch
from config import MiniConfig
from networks import build_vae, n_parameters
from prompts import draw_sample, training_colours
from scenes import Scenes
from stage import Average, Stage
from torch import Tensor, nn
from torch.nn import functional

GAN_FROM = 0.55
GAN_WEIGHT = 0.03


def main() -> None:
    stage = Stage.from_command_line(__doc__)
    config, colours = stage.config, training_colours()
    scenes = Scenes.build(stage, colours, style=False)
    stage.log(stage="vae", fields=len(scenes.ids), chips=scenes.areas.shape[1])
    vae = build_vae(config).to(stage.device, memory_format=torch.channels_last)
    if (weights := stage.load("vae")) is not None:
        vae.load_state_dict(weights)
    critic = build_critic().to(stage.device, memory_format=torch.channels_last)
    average = Average([vae], limit=0.999)
    generator_steps = torch.optim.AdamW(vae.parameters(), 1e-3, betas=(0.9, 0.95), weight_decay=1e-3)
    critic_steps = torch.optim.AdamW(critic.parameters(), 3e-4, betas=(0.5, 0.9))
    forward = torch.compile(reconstruct) if stage.device == "cuda" else reconstruct
    gallery = Gallery(scenes, config)
    stage.restart_clock()
    stage.log(parameters=n_parameters(vae), decoder=n_parameters(vae.decoder))
    for step in stage.steps():
        for group in generator_steps.param_groups:
            group["lr"] = stage.learning_rate(8e-4, step)
        x = gallery.crops()
        gallery.refresh(2)
        adversarial = stage.begin + (stage.end - stage.begin) * stage.elapsed_share > GAN_FROM
        with torch.autocast(stage.device, torch.bfloat16):
            y, kl = forward(vae, x)
            losses = picture_losses(y.float(), x)
            loss = sum(losses.values()) + config.kl_weight * kl
            if adversarial:
                loss = loss - GAN_WEIGHT * critic(y).mean()
        generator_steps.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        generator_steps.step()
        if adversarial or stage.begin + (stage.end - stage.begin) * stage.elapsed_share > GAN_FROM - 0.03:
            train_critic(critic, critic_steps, x, y.detach(), stage.device)
        average.update(step)
        if step % 200 == 0:
            stage.log(step=step, **{name: float(value.detach()) for name, value in losses.items()})
    average.apply()
    whiten(vae, gallery)
    stage.save("vae", vae.state_dict())
    stage.log(step=step, psnr_db=float(psnr(vae, gallery)))


def reconstruct(vae: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    posterior = vae.encode(x).latent_dist
    return vae.decode(posterior.sample()).sample, posterior.kl().mean()


def build_critic() -> nn.Sequential:
    """A patch discriminator: is this texture rendered or decoded?"""
    layers: list[nn.Module] = []
    for before, after in ((3, 48), (48, 96), (96, 192)):
        layers += [nn.Conv2d(before, after, 4, 2, 1), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Conv2d(192, 1, 3, 1, 1))


def picture_losses(y: Tensor, x: Tensor) -> dict[str, Tensor]:
    """Differences of pixels, of block means (colour) and of steps between pixels (edges)."""
    across = (y.diff(dim=3) - x.diff(dim=3)).abs().mean() + (y.diff(dim=2) - x.diff(dim=2)).abs().mean()
    blocks = sum((functional.avg_pool2d(y, k) - functional.avg_pool2d(x, k)).abs().mean() for k in (2, 4, 16))
    pixels = (y - x).abs().mean() + 2 * (y - x).pow(2).mean()
    return {"pixels": pixels, "blocks": 0.5 * blocks, "edges": 0.7 * across}


def train_critic(critic: nn.Module, steps: torch.optim.Optimizer, x: Tensor, y: Tensor, device: str) -> None:
    with torch.autocast(device, torch.bfloat16):
        loss = functional.relu(1 - critic(x)).mean() + functional.relu(1 + critic(y)).mean()
    steps.zero_grad(set_to_none=True)
    loss.backward()
    steps.step()


class Gallery:
    """Painted pictures on the device, partly renewed at every step, to cut crops from."""

    def __init__(self, scenes: Scenes, config: MiniConfig) -> None:
        self.scenes, self.crop_px, self.batch = scenes, config.vae_crop_px, config.vae_batch
        self.rng, self.colours, self.next = random.Random(0), training_colours(), 0
        self.pictures = torch.cat([self._paint(4).half() for _ in range(config.gallery // 4)])

    def _paint(self, n: int) -> Tensor:
        return self.scenes.paint([draw_sample(self.rng, self.colours, n_catalogue=29) for _ in range(n)])

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


@torch.no_grad()
def whiten(vae: nn.Module, gallery: Gallery) -> None:
    """Fold each latent channel's mean and deviation into the 1x1 convolutions around the latents.

    SDXL has one scaling factor for all channels; after this it is 1 and every channel has unit variance.
    """
    moments = torch.cat([vae.encode(gallery.crops()).latent_dist.mean for _ in range(8)])
    mean, deviation = moments.mean((0, 2, 3)), moments.std((0, 2, 3))
    n = mean.numel()
    inner, outer = vae.quant_conv, vae.post_quant_conv
    outer.bias += outer.weight[:, :, 0, 0] @ mean
    outer.weight *= deviation[None, :, None, None]
    inner.weight[:n] /= deviation[:, None, None, None]
    inner.bias[:n] = (inner.bias[:n] - mean) / deviation
    inner.bias[n:] -= 2 * deviation.log()


@torch.no_grad()
def psnr(vae: nn.Module, gallery: Gallery) -> Tensor:
    x = gallery.crops()
    y = vae.decode(vae.encode(x).latent_dist.mean).sample.clamp(-1, 1)
    return -10 * torch.log10(((y - x) / 2).pow(2).mean())


if __name__ == "__main__":
    main()
