"""Stage 5d: the decoder learns to show what the UNet's latents stand for, as a critic demands it.

The autoencoder says a render almost to the pixel, and what it cannot say it leaves out: on the mean that is nearest. So
decoded pictures lack the finest grain, and edges and glints are a little rounder than a render's. All networks before
the decoder stay as they are, so what their latents mean does; the decoder is shown latents that the UNet has painted
over the engine's own maps, and the render of the same granules, at full size.
"""

import random
from pathlib import Path
from typing import NamedTuple

import torch
from config import MiniConfig
from critic import Critic, alikeness, judgements, pull_of_critic
from layers import OUTLINES_SHARE, Layers
from networks import Parts, n_parameters, tokenise
from prompts import draw_sample, training_colours
from safetensors.torch import load_file
from stage import Average, Recorded, Stage, adamw, half_precision, set_rate
from textures import Grain, Spectrum, Tails
from torch import Tensor, nn
from train_guided import ALIKE_WEIGHT, GRAIN_WEIGHT, HEARD_STEPS, LATTICE_WEIGHT, decode, save_rows, teach_critic
from train_style import add_tokens, fold, resume_tokens
from train_unet import Objective
from train_vae import lattice_loss, picture_losses

N_KEPT = 640
"""Fields on the device to cut crops from."""
RENEWAL_STEPS = 4
"""Between one renewal of `RENEWED` of them and the next."""
RENEWED = 4
CRITIC_FROM, CRITIC_UNTIL = 0.1, 0.8
"""Part of the training with a critic. It leaves a tint of a level or two, which goes in the last part."""
SETTLED_BLOCKS = 5.0
"""Weight of colours of squares in the last part, in which nothing asks for the pair's pixels."""
CRITIC_SHARE = 1.0
"""Length of the critic's pull on the pixels, where that towards the pair's pixels is 1."""
PIXELS_WEIGHT = 0.4
"""With a critic: what the pair has and the latents do not tell is chance, which plain differences would take off."""
SPECTRUM_WEIGHT = 0.3
TAILS_WEIGHT = 0.02
PLAIN_SHARE = 4
"""One crop in so many is of the autoencoder's own latents of a render, another one of a map's: they must decode too."""
PEAK = 6e-4


def main() -> None:
    stage = Stage.from_command_line(__doc__)
    config, device = stage.config, stage.device
    layers, parts = Layers.build(stage, training_colours()), Parts.load(stage)
    resume_tokens(add_tokens(parts.encoders, parts.tokenizer), stage.work)
    parts.encoders.requires_grad_(False)
    with torch.no_grad():
        fold(parts.unet, load_file(stage.work / "lora.safetensors"), config.lora_strength)
    parts.unet.requires_grad_(False)
    gallery = Gallery(layers, parts, config, device, stage.seed)
    lesson = Lesson(parts.vae, gallery, config, device)
    average = Average([parts.vae.decoder], limit=0.998)
    stage.log(stage="decoder", decoder=n_parameters(parts.vae.decoder))
    lesson.prepare(stage.begin)
    stage.restart_clock()
    for step in stage.steps():
        lesson.step(stage.learning_rate(PEAK, step, warm_up=100), stage.position)
        stage.agree(lesson.all_parameters, step)
        average.update(step)
        if step % RENEWAL_STEPS == 0:
            gallery.refresh(RENEWED)
        if step % 200 == 0:
            stage.log(step=step, **{name: float(value) for name, value in lesson.losses.items()})
    average.apply()
    stage.save("vae", parts.vae.state_dict())
    stage.log(step=step, **{name: float(value) for name, value in lesson.losses.items()})
    if stage.rank == 0:
        gallery.save_sheet(stage.work / "decoder.png")


class Crops(NamedTuple):
    """(B, C, h, w) latents and what they stand for."""

    latents: Tensor
    wanted: Tensor
    """(B, 3, H, W) in -1..1."""
    shown: Tensor
    """(B, 3, H, W) the map."""


class Gallery:
    """Painted fields on the device, some of them renewed now and then, to cut crops from."""

    def __init__(self, layers: Layers, parts: Parts, config: MiniConfig, device: torch.device, seed: int) -> None:
        self.layers, self.parts, self.config, self.device = layers, parts, config, device
        self.objective = Objective(parts.unet, parts.encoders, config, device)
        self.rng, self.colours, self.next = random.Random(seed), training_colours(), 0
        self.size = min(N_KEPT, 2 * config.pool)
        side = config.field_px // config.downscale
        self.latents = torch.empty(
            self.size, 3, config.latent_channels, side, side, dtype=torch.bfloat16, device=device
        )
        self.pictures = torch.empty(
            self.size, 2, 3, config.field_px, config.field_px, dtype=torch.float16, device=device
        )
        while self.next < self.size:
            self.refresh(min(16, self.size - self.next))

    @torch.no_grad()
    def refresh(self, n: int) -> None:
        """So many fields anew, in the place of the oldest."""
        if self.next >= self.size:
            self.next = 0
        n = min(n, self.size - self.next)
        samples = [draw_sample(self.rng, self.colours, n_catalogue=29, style=True) for _ in range(n)]
        painted = self.layers.paint(samples, OUTLINES_SHARE)
        pictures = torch.cat([painted.lit, painted.flat]).contiguous(memory_format=torch.channels_last)
        ids = tokenise(self.parts.tokenizer, [sample.caption for sample in samples]).to(self.device)
        with half_precision(self.device):
            lit, flat = self.parts.vae.encode(pictures).latent.float().chunk(2)
            lighted = self.objective.light(flat, ids)
        rows = slice(self.next, self.next + n)
        self.latents[rows] = torch.stack([lighted, lit, flat], 1)
        self.pictures[rows] = torch.stack([painted.lit, painted.flat], 1)
        self.next += n

    def draw(self, n: int, size_px: int) -> Crops:
        """Random squares: of the UNet's latents, but for one in `PLAIN_SHARE` of a render's, and as many of a map's."""
        k = self.config.downscale
        size = size_px // k
        chosen, room = torch.randint(self.size, (n, 1, 1, 1), device=self.device), self.latents.shape[-1] - size
        tops, lefts = (torch.randint(room + 1, (n, 1, 1, 1), device=self.device) for _ in range(2))
        kinds = torch.zeros(n, dtype=torch.long, device=self.device)
        kinds[: n // PLAIN_SHARE], kinds[n // PLAIN_SHARE : 2 * (n // PLAIN_SHARE)] = 1, 2
        along, channels = (
            torch.arange(size, device=self.device),
            torch.arange(self.latents.shape[2], device=self.device),
        )
        kinds = kinds[:, None, None, None]
        latents = self.latents[chosen, kinds, channels[:, None, None], tops + along[:, None], lefts + along].float()
        wanted = self._pixels(chosen, (kinds == 2).long(), k * tops, k * lefts, size_px)
        return Crops(latents, wanted, self._pixels(chosen, torch.ones_like(kinds), k * tops, k * lefts, size_px))

    def _pixels(self, chosen: Tensor, kinds: Tensor, tops: Tensor, lefts: Tensor, size_px: int) -> Tensor:
        along, primaries = torch.arange(size_px, device=self.device), torch.arange(3, device=self.device)
        picked = self.pictures[chosen, kinds, primaries[:, None, None], tops + along[:, None], lefts + along]
        return picked.float().contiguous(memory_format=torch.channels_last)

    @torch.no_grad()
    def save_sheet(self, path: Path, n: int = 4) -> None:
        """Maps above, as decoded in the middle, renders below."""
        decoded = decode(self.parts.vae, self.latents[:n, 0].float())
        save_rows(path, self.pictures[:n, 1].float(), decoded, self.pictures[:n, 0].float())


class Lesson:
    """One step of the decoder and one of its critic, recorded together."""

    def __init__(self, vae: nn.Module, gallery: Gallery, config: MiniConfig, device: torch.device) -> None:
        self.vae, self.gallery, self.config, self.device = vae, gallery, config, device
        self.critic = Critic().to(device, memory_format=torch.channels_last)
        self.painter = [p.requires_grad_(True) for p in vae.decoder.parameters()]
        self.updates = adamw([{"params": self.painter}], device, (0.9, 0.99))
        self.critic_updates = adamw([{"params": list(self.critic.parameters())}], device, (0.0, 0.99))
        self.all_parameters = [*self.painter, *self.critic.parameters()]
        self.spectrum, self.tails, self.grain = Spectrum(device), Tails(device), Grain()
        self.losses: dict[str, Tensor] = {}
        self.criticised, self.settles = False, False
        self.heard, self.n_heard = torch.zeros((), device=device), 0
        self.recorded: Recorded | None = None

    def prepare(self, position: float) -> Recorded:
        """The step that is made somewhere in the whole training, 0..1, recorded if it was not yet."""
        criticised, settles = CRITIC_FROM <= position < CRITIC_UNTIL, position >= CRITIC_UNTIL
        if self.recorded is None or (criticised, settles) != (self.criticised, self.settles):
            self.criticised, self.settles = criticised, settles
            self.recorded = Recorded(self._step, self.device)
        return self.recorded

    def step(self, rate: float, position: float) -> None:
        """Learn at a rate."""
        recorded = self.prepare(position)
        for updates in (self.updates, self.critic_updates):
            set_rate(updates.param_groups[0], rate)
        self.n_heard += self.criticised
        self.heard.fill_(min(1.0, self.n_heard / HEARD_STEPS))
        recorded()

    def _step(self) -> None:
        crops = self.gallery.draw(max(PLAIN_SHARE, self.config.vae_batch), self.config.vae_crop_px)
        n_plain = 2 * (len(crops.latents) // PLAIN_SHARE)
        with half_precision(self.device):
            decoded = decode(self.vae, crops.latents)
            plain = sum(picture_losses(decoded[:n_plain], crops.wanted[:n_plain]).values())
            painted, wanted, shown = decoded[n_plain:], crops.wanted[n_plain:], crops.shown[n_plain:]
            losses = picture_losses(painted, wanted) | {"spectrum": self.spectrum.distance(painted, wanted)}
            losses["tails"] = self.tails.distance(painted, wanted)
            losses["grain"] = self.grain.distance(painted, wanted)
            losses["lattice"] = LATTICE_WEIGHT * lattice_loss(painted, wanted)
            pull = self._pull(painted, wanted, shown, losses)
        losses["plain"] = plain
        self.updates.zero_grad(set_to_none=True)
        ((painted * pull).sum() + plain * n_plain / len(decoded)).backward()
        nn.utils.clip_grad_norm_(self.painter, 1.0)
        self.updates.step()
        if self.criticised:
            losses |= teach_critic(self.critic, self.critic_updates, wanted, painted.detach(), shown)
        self.losses = {name: value.detach() for name, value in losses.items()}

    def _pull(self, painted: Tensor, wanted: Tensor, shown: Tensor, losses: dict[str, Tensor]) -> Tensor:
        """Where the painted pixels should go: to the pair's, and as far to where the critic doubts less."""
        kept = losses["blocks"] + SPECTRUM_WEIGHT * losses["spectrum"] + losses["lattice"]
        kept = kept + TAILS_WEIGHT * losses["tails"] + GRAIN_WEIGHT * losses["grain"]
        if self.settles:
            return torch.autograd.grad(kept + SETTLED_BLOCKS * losses["blocks"], painted, retain_graph=True)[0]
        if not self.criticised:
            return torch.autograd.grad(kept + losses["pixels"] + losses["edges"], painted, retain_graph=True)[0]
        kept = kept + PIXELS_WEIGHT * losses["pixels"]
        seen = self.critic.features(torch.cat([painted, shown], 1))
        with torch.no_grad():
            of_pair = self.critic.features(torch.cat([wanted, shown], 1))
        losses["alike"] = alikeness(seen, of_pair)
        (to_pair,) = torch.autograd.grad(kept + ALIKE_WEIGHT * losses["alike"], painted, retain_graph=True)
        return to_pair + CRITIC_SHARE * self.heard * pull_of_critic(judgements(seen), painted, to_pair)


if __name__ == "__main__":
    main()
