"""A LoRA and the rows of its tokens learn captioned pictures, in one loop that goes on exactly where it was left.

Everything that is drawn (pictures, turns, timesteps, noise, dropped captions) comes from one generator on the CPU,
whose state a checkpoint keeps with the matrices and the optimizer's: a run that was cut short and one that was not
write the same bytes. A tile has no up, so that each picture is shown in all eight ways in which a square lies on
itself.

The loss is the mean squared error of what the base predicts, weighed by min-SNR (T. Hang et al., arXiv:2303.09556).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from plitka.core.recipes.recipe import PromptStyle
from plitka.errors import BadOutput, InputError
from plitka.model.adapter import (
    ATTENTION_AND_CONVOLUTIONS,
    Lora,
    TokenRows,
    embedding_tensors,
    kohya_tensors,
    write_tensors,
)
from plitka.model.latents import encode_picture
from plitka.model.noise import NoiseSchedule, Prediction
from plitka.model.pipeline import Pipeline

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage

MAX_TOKENS = 77
_HIDDEN = -2
"""Of the states of a text encoder, those that SDXL reads."""
_N_TURNS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """What decides every byte of the result, beside the base and the pictures.

    Raises:
        InputError: a number that makes no run.
    """

    steps: int
    """At least 1."""
    batch: int = 4
    """Pictures a step."""
    rank: int = 32
    alpha: float = 32
    targets: tuple[str, ...] = ATTENTION_AND_CONVOLUTIONS
    """Ends of the names of the UNet's layers that learn."""
    learning_rate: float = 2e-4
    token_learning_rate: float = 1e-3
    token_share: float = 0.7
    """Of the steps, 0..1: after it the tokens stay as they are."""
    weight_decay: float = 0.004
    snr_gamma: float = 5.0
    """Of min-SNR."""
    noise_offset: float = 0.02
    """Deviation of what each channel's noise is shifted by."""
    caption_dropout: float = 0.1
    """Share of captions, 0..1, of which the trigger alone is shown."""
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "rank"):
            if getattr(self, name) < 1:
                raise InputError("{name} must be at least 1, not {value}", name=name, value=getattr(self, name))
        for name in ("token_share", "caption_dropout"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError("{name} must lie in 0..1, not {value}", name=name, value=getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Captioned:
    """A picture to learn."""

    name: str
    """What errors call it."""
    caption: str
    pixels: "RgbImage"
    """(H, H, 3) sRGB."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a run learns."""

    latents: torch.Tensor
    """(n, 8, C, h, w) float32 of each picture in each turn."""
    captions: tuple[str, ...]
    """(n,)"""
    size_px: int
    """Side of the pictures."""

    @classmethod
    def of(cls, pipe: Pipeline, pictures: Sequence[Captioned]) -> "Lesson":
        """Encode pictures in every turn.

        Args:
            pipe: whose autoencoder does it.
            pictures: squares, all of one size.

        Raises:
            InputError: none, one that is no square, or of another size than the first.
            BadOutput: the autoencoder gives NaN.
        """
        sides = {each.pixels.shape[:2] for each in pictures}
        if len(sides) != 1 or any(height != width for height, width in sides):
            raise InputError("pictures to learn must be squares of one size; crop or shrink them first")
        latents = []
        for picture in pictures:
            turned = torch.cat([encode_picture(pipe.vae, each) for each in _turns(picture.pixels)])
            if not turned.isfinite().all():
                raise BadOutput(
                    "the autoencoder gives NaN for {name}; set force_upcast in its config.json", name=picture.name
                )
            latents.append(turned)
        captions = tuple(picture.caption for picture in pictures)
        return cls(torch.stack(latents).cpu(), captions, int(next(iter(sides))[0]))


def _nothing(_step: int, _loss: float) -> None:
    """Nobody watches."""


class Trainer:
    """A LoRA and tokens beside a frozen base, and how far they have learnt."""

    def __init__(self, pipe: Pipeline, schedule: NoiseSchedule, style: PromptStyle, config: TrainConfig) -> None:
        """Attach them.

        Args:
            pipe: the base alone, on its device.
            schedule: of the base.
            style: the trigger and the tokens of the captions.
            config: of the run.
        """
        self.pipe, self.schedule, self.config = pipe, schedule, config
        self.trigger = f"{style.trigger} {''.join(style.tokens)}".strip()
        self.generator = torch.Generator().manual_seed(config.seed)
        for network in (pipe.unet, pipe.vae):
            network.requires_grad_(False)
        self.lora = Lora(pipe.unet, config.targets, rank=config.rank, alpha=config.alpha, generator=self.generator)
        encoders = ((pipe.text_encoder, pipe.tokenizer), (pipe.text_encoder_2, pipe.tokenizer_2))
        self.rows = nn.ModuleList(TokenRows(*each, style.tokens, self.generator) for each in encoders)
        groups = [
            {"params": list(self.lora.parameters()), "lr": config.learning_rate, "weight_decay": config.weight_decay},
            {"params": list(self.rows.parameters()), "lr": config.token_learning_rate, "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups)
        self.n_done = 0

    def learn(
        self, lesson: Lesson, *, until: int | None = None, on_step: Callable[[int, float], None] = _nothing
    ) -> None:
        """Go on to a step, the last one if none is named.

        Args:
            lesson: the same for all of a run.
            until: steps that shall be done.
            on_step: called after each with its number and its loss.

        Raises:
            BadOutput: the loss is NaN.
        """
        last = self.config.steps if until is None else min(until, self.config.steps)
        while self.n_done < last:
            loss = self._loss(lesson, self.generator)
            value = float(loss.detach())
            if not np.isfinite(value):
                raise BadOutput(
                    "the loss is {value} at step {step}; take a smaller learning rate, or bfloat16 for float16",
                    value=value,
                    step=self.n_done,
                )
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            if self.n_done >= self.config.token_share * self.config.steps:
                self.rows.zero_grad(set_to_none=True)  # AdamW passes over what has no gradient
            self.optimizer.step()
            self.n_done += 1
            on_step(self.n_done, value)

    def write(self, lora: Path, embeddings: Path) -> None:
        """What was learnt, in the layout of rubber-tile-lora-v4, with the run's configuration in the headers."""
        facts = {
            "modelspec.architecture": "stable-diffusion-xl-v1-base/lora",
            "modelspec.trigger_phrase": self.trigger,
            "modelspec.prediction_type": self.schedule.prediction.value,
            "plitka.train": json.dumps(_plain(self.config)),
            "plitka.steps_done": str(self.n_done),
        }
        write_tensors(lora, kohya_tensors(self.lora.pairs(), self.lora.alpha), facts)
        rows = [each.get_parameter("rows") for each in self.rows]
        write_tensors(embeddings, embedding_tensors(rows), facts)

    def save(self, path: Path) -> None:
        """Keep all that the next step depends on."""
        part = path.with_name(f".{path.name}.part")
        torch.save(self._state(), part)
        part.replace(path)

    def resume(self, path: Path) -> None:
        """Go on from what `save` kept.

        Raises:
            InputError: it cannot be read, or is of a run with another configuration.
        """
        try:
            state: dict[str, Any] = torch.load(path, weights_only=True)
        except Exception as error:  # torch raises anything for a damaged file
            raise InputError("{path} cannot be read: {reason}", path=path, reason=error) from error
        if state.get("config") != _plain(self.config):
            raise InputError("{path} is of a run with another configuration; take another folder", path=path)
        self.lora.load_state_dict(state["lora"])
        self.rows.load_state_dict(state["rows"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])
        self.n_done = state["n_done"]

    def _state(self) -> dict[str, Any]:
        return {
            "config": _plain(self.config),
            "n_done": self.n_done,
            "lora": self.lora.state_dict(),
            "rows": self.rows.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
        }

    @torch.no_grad()
    def judge(self, lesson: Lesson, n_batches: int = 16) -> float:
        """Mean loss over the same pictures, timesteps and noise each time, which tells how far a run is."""
        draw = torch.Generator().manual_seed(self.config.seed)
        return float(torch.stack([self._loss(lesson, draw) for _ in range(n_batches)]).mean())

    def _loss(self, lesson: Lesson, draw: torch.Generator) -> torch.Tensor:
        """Of one batch."""
        n = self.config.batch
        chosen = torch.randint(len(lesson.captions), (n,), generator=draw)
        turns = torch.randint(_N_TURNS, (n,), generator=draw)
        times = torch.randint(len(self.schedule.alphas_cumprod), (n,), generator=draw)
        is_dropped = (torch.rand(n, generator=draw) < self.config.caption_dropout).tolist()
        clean = lesson.latents[chosen, turns]
        noise = torch.randn(clean.shape, generator=draw)
        noise += self.config.noise_offset * torch.randn((*clean.shape[:2], 1, 1), generator=draw)
        captions = [
            self.trigger if dropped else lesson.captions[place]
            for place, dropped in zip(chosen.tolist(), is_dropped, strict=True)
        ]
        power = self.schedule.alphas_cumprod[times].reshape(-1, 1, 1, 1)
        signal, level = power**0.5, (1 - power) ** 0.5
        is_velocity = self.schedule.prediction is Prediction.VELOCITY
        target = signal * noise - level * clean if is_velocity else noise
        predicted = self._predict(signal * clean + level * noise, times, captions, lesson.size_px)
        squared = functional.mse_loss(predicted, target.to(predicted.device), reduction="none").mean((1, 2, 3))
        return (squared * self._weights(power.flatten(), is_velocity=is_velocity).to(squared.device)).mean()

    def _weights(self, power: torch.Tensor, *, is_velocity: bool) -> torch.Tensor:
        """(n,) min-SNR weights at the powers of the signal."""
        snr = power / (1 - power).clamp(min=1e-8)
        capped = snr.clamp(max=self.config.snr_gamma)
        return capped / (snr + 1) if is_velocity else capped / snr.clamp(min=1e-8)

    def _predict(self, noisy: torch.Tensor, times: torch.Tensor, captions: Sequence[str], size_px: int) -> torch.Tensor:
        """(n, C, h, w) float32 of what the network says."""
        unet = self.pipe.unet
        states, pooled = self._encode(captions)
        sizes = torch.tensor([[size_px, size_px, 0, 0, size_px, size_px]], dtype=states.dtype)
        predicted: torch.Tensor = unet(
            noisy.to(unet.device, unet.dtype),
            times.to(unet.device),
            encoder_hidden_states=states,
            added_cond_kwargs={"text_embeds": pooled, "time_ids": sizes.repeat(len(noisy), 1).to(states.device)},
            return_dict=False,
        )[0].float()
        return predicted

    def _encode(self, captions: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """The words as the UNet reads them, and the second encoder's pooled ones."""
        said = []
        for encoder, tokenizer in (
            (self.pipe.text_encoder, self.pipe.tokenizer),
            (self.pipe.text_encoder_2, self.pipe.tokenizer_2),
        ):
            ids = tokenizer(
                list(captions), padding="max_length", max_length=MAX_TOKENS, truncation=True, return_tensors="pt"
            ).input_ids
            said.append(encoder(ids.to(encoder.device), output_hidden_states=True))
        states = torch.cat([each.hidden_states[_HIDDEN] for each in said], -1)
        return states, said[1].text_embeds


def _turns(pixels: "RgbImage") -> "list[RgbImage]":
    """A square in each way in which it lies on itself."""
    return [np.ascontiguousarray(np.rot90(side, quarter)) for side in (pixels, pixels[:, ::-1]) for quarter in range(4)]


def _plain(config: TrainConfig) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(config).items()}
