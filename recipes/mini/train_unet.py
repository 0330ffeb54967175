"""Stage 3: the UNet learns tiles from noise and words, together with the text encoders."""

import random

import torch
from config import MiniConfig
from networks import TIME_IDS, TextEncoders, build_scheduler, build_unet, build_vae, n_parameters, tokenise
from prompts import NEGATIVE, draw_sample, training_colours
from scenes import Scenes
from stage import Average, Stage
from torch import Tensor, nn
from torch.nn import functional
from transformers import CLIPTokenizer

DROPPED = 0.1
"""Share of captions replaced by the empty or the negative prompt, for guidance."""
NOISY_END = 0.3
"""Share of timesteps drawn from the noisiest third, where the colours are decided."""


def main() -> None:
    stage = Stage.from_command_line(__doc__)
    config, device = stage.config, stage.device
    tokenizer = CLIPTokenizer.from_pretrained(stage.work / "tokenizer")
    scenes = Scenes.build(stage, training_colours(), style=False)
    vae = build_vae(config).to(device, memory_format=torch.channels_last).eval().requires_grad_(False)
    vae.load_state_dict(stage.load("vae"))
    encoders, unet = TextEncoders(config, tokenizer).to(device), build_unet(config).to(device)
    encoders.load_state_dict(stage.load("text"))
    if (weights := stage.load("unet")) is not None:
        unet.load_state_dict(weights)
    unet = unet.to(memory_format=torch.channels_last)
    average = Average([unet, encoders], limit=0.998)
    steps = torch.optim.AdamW(
        [{"params": unet.parameters(), "share": 1.0}, {"params": encoders.parameters(), "share": 0.2}],
        betas=(0.9, 0.98), weight_decay=0.01,
    )  # fmt: skip
    forward = torch.compile(unet) if device == "cuda" else unet
    alphas = build_scheduler(config).alphas_cumprod.to(device)
    unconditional = tokenise(tokenizer, ["", NEGATIVE]).to(device)
    pool = Pool(scenes, vae, tokenizer, config, device, seed=2 + int(1000 * stage.begin))
    stage.log(stage="unet", parameters=n_parameters(unet), pool=len(pool.latents))
    stage.restart_clock()
    seen = None
    for step in stage.steps():
        for group in steps.param_groups:
            group["lr"] = group["share"] * stage.learning_rate(1e-3, step, warm_up=500)
        latents, ids = pool.draw(config.unet_batch)
        dropped = torch.rand(len(ids), device=device) < DROPPED
        ids = torch.where(dropped[:, None], unconditional[torch.randint(2, (len(ids),), device=device)], ids)
        with torch.autocast(device, torch.bfloat16):
            loss = velocity_loss(forward, encoders, latents, ids, alphas)
        steps.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([p for group in steps.param_groups for p in group["params"]], 1.0)
        steps.step()
        average.update(step if stage.begin == 0 else step + 5000)
        pool.refresh(config.refresh)
        if step % 50 == 0:
            seen = float(loss.detach()) if seen is None else 0.9 * seen + 0.1 * float(loss.detach())
        if step % 500 == 0:
            stage.log(step=step, loss=seen)
        if step % 2000 == 1999:
            save(stage, average, unet, encoders)
    save(stage, average, unet, encoders)
    stage.log(step=step, loss=seen)


def save(stage: Stage, average: Average, unet: nn.Module, encoders: nn.Module) -> None:
    averaged = iter(average.shadow)
    for name, module in (("unet", unet), ("text", encoders)):
        stage.save(name, {key: next(averaged) for key, _ in module.named_parameters()})


class Pool:
    """Latents and captions of recent paintings, partly renewed at every step."""

    def __init__(
        self,
        scenes: Scenes,
        vae: nn.Module,
        tokenizer: CLIPTokenizer,
        config: MiniConfig,
        device: str,
        seed: int,
        *,
        style: bool = False,
    ) -> None:
        self.scenes, self.vae, self.tokenizer, self.device, self.style = scenes, vae, tokenizer, device, style
        self.rng, self.colours, self.next = random.Random(seed), training_colours(), 0
        side = config.field_px // config.downscale
        shape = (config.pool, config.latent_channels, side, side)
        self.latents = torch.empty(shape, dtype=torch.bfloat16, device=device)
        self.ids = torch.empty(config.pool, 77, dtype=torch.long, device=device)
        while self.next < config.pool:
            self.refresh(min(32, config.pool - self.next))

    @torch.no_grad()
    def refresh(self, n: int) -> None:
        if self.next >= len(self.latents):
            self.next = 0
        n = min(n, len(self.latents) - self.next)
        samples = [draw_sample(self.rng, self.colours, n_catalogue=29, style=self.style) for _ in range(n)]
        pictures = self.scenes.paint(samples)
        with torch.autocast(self.device, torch.bfloat16):
            latents = self.vae.encode(pictures.contiguous(memory_format=torch.channels_last)).latent_dist.mean
        rows = slice(self.next, self.next + n)
        self.latents[rows] = latents
        self.ids[rows] = tokenise(self.tokenizer, [sample.caption for sample in samples]).to(self.device)
        self.next += n

    def draw(self, n: int) -> tuple[Tensor, Tensor]:
        chosen = torch.randint(len(self.latents), (n,), device=self.device)
        return self.latents[chosen].float(), self.ids[chosen]


def velocity_loss(unet: nn.Module, encoders: nn.Module, latents: Tensor, ids: Tensor, alphas: Tensor) -> Tensor:
    """v-prediction loss of Salimans and Ho (2022), section 4, with more of the noisy end."""
    n, device = len(latents), latents.device
    noise = torch.randn_like(latents)
    even, noisy = torch.randint(0, 1000, (n,), device=device), torch.randint(667, 1000, (n,), device=device)
    times = torch.where(torch.rand(n, device=device) < NOISY_END, noisy, even)
    alpha, sigma = (part.view(-1, 1, 1, 1) for part in (alphas[times].sqrt(), (1 - alphas[times]).sqrt()))
    states, pooled = encoders(ids)
    conditions = {"text_embeds": pooled, "time_ids": torch.tensor([TIME_IDS], device=device).float().expand(n, -1)}
    found = unet(
        alpha * latents + sigma * noise, times, encoder_hidden_states=states, added_cond_kwargs=conditions,
        return_dict=False,
    )[0]  # fmt: skip
    return functional.mse_loss(found.float(), alpha * noise - sigma * latents)


if __name__ == "__main__":
    main()
