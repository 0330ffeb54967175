"""A LoRA and the rows of its tokens learn captioned pictures, in one loop that goes on exactly where it was left.

Everything that is drawn (pictures, turns, timesteps, noise, dropped captions) comes from one generator on the CPU,
whose state a checkpoint keeps with the matrices and the optimizer's: a run that was cut short and one that was not
write the same bytes.

The loss is the mean squared error of what the base predicts, weighed by min-SNR (T. Hang et al., arXiv:2303.09556).
A prior, pictures of what the base knows already, may be learnt beside: there the answer is what the base itself said.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from plitka.core.recipes.recipe import PromptStyle
from plitka.errors import BadOutput, InputError
from plitka.model.adapter import Lora, TokenRows
from plitka.model.lesson import Drawn, Lesson
from plitka.model.noise import NoiseSchedule, Prediction
from plitka.model.pipeline import Pipeline
from plitka.model.train_config import TrainConfig, plain
from plitka.model.train_optimizer import build_optimizer, set_rates
from plitka.model.train_step import Given, RecordedStep
from plitka.model.train_words import TrainWords, Words
from plitka.model.train_workers import Workers

_JUDGED_AT_ONCE = 4
_COMPILED = "BasicTransformerBlock"
"""Class of the UNet's blocks that are compiled, once for all that are alike: 70 of SDXL's are of two kinds."""
_MOST_SHAPES = 64
"""In which such a block may come, with batches of several shapes; torch gives up after 8 otherwise."""
_READ, _SAID = ("first_ids", "second_ids"), ("states", "pooled")
"""Names of what both encoders read, and of what the network reads of them."""


@dataclass(frozen=True, slots=True)
class _Posed:
    """A batch with its noise: a question to the network, and the answer."""

    drawn: Drawn
    noisy: torch.Tensor
    times: torch.Tensor
    """(n,) timesteps."""
    answer: torch.Tensor
    weights: torch.Tensor
    """(n,) by which the losses count."""

    def given(self, device: torch.device) -> dict[str, torch.Tensor]:
        """The same as tensors on a device."""
        # As pictures are asked for: of a square that is drawn the network is told the whole picture's size.
        sizes = torch.tensor([[*size, 0, 0, *size] for size in self.drawn.sizes_px], dtype=torch.float32)
        told = {"noisy": self.noisy, "times": self.times, "sizes": sizes, "answer": self.answer}
        return {name: tensor.to(device) for name, tensor in {**told, "weights": self.weights}.items()}


def _nothing(_step: int, _loss: float) -> None:
    """Nobody watches."""


class Trainer:
    """A LoRA and tokens beside a frozen base, and how far they have learnt."""

    def __init__(
        self,
        pipe: Pipeline,
        schedule: NoiseSchedule,
        style: PromptStyle,
        config: TrainConfig,
        workers: Workers | None = None,
        *,
        names: Sequence[str] = (),
        cache: Path | None = None,
        key: str = "",
    ) -> None:
        """Attach them.

        Args:
            pipe: the base on its device, whatever LoRA it goes on from fused into it.
            schedule: of the base.
            style: the trigger and the tokens of the captions.
            config: of the run.
            workers: the processes that share it; None: this one alone.
            names: words that learn rows of their own beside the tokens, known to the tokenizers or not.
            cache: a folder in which is kept what the encoders say; None: nowhere.
            key: what else that depends on: the base's name.

        Raises:
            InputError: the optimizer is not installed, or no layer of the UNet has one of the names.
        """
        self.pipe, self.schedule, self.config = pipe, schedule, config
        self.workers = workers or Workers()
        self.trigger = f"{style.trigger} {''.join(style.tokens)}".strip()
        self.generator = torch.Generator().manual_seed(config.seed)
        for network in (pipe.unet, pipe.vae):
            network.requires_grad_(False)
        self.lora = Lora(
            pipe.unet,
            config.targets,
            rank=config.rank,
            alpha=config.alpha,
            generator=self.generator,
            is_dora=config.is_dora,
        )
        if not self.lora.names:
            raise InputError("no layer of the UNet is named {targets}", targets=", ".join(config.targets))
        encoders = ((pipe.text_encoder, pipe.tokenizer), (pipe.text_encoder_2, pipe.tokenizer_2))
        self.rows = nn.ModuleList(TokenRows(*each, (*style.tokens, *names), self.generator) for each in encoders)
        self.optimizer = build_optimizer(config, self.lora.parameters(), self.rows.parameters())
        self.n_done = 0
        self._average = _average(self.learning, config.ema_decay) if config.ema_decay else None
        self._words = TrainWords(pipe, self.rows, cache, key)
        _prepare(pipe.unet, config)

    def learn(
        self,
        lesson: Lesson,
        prior: Lesson | None = None,
        *,
        until: int | None = None,
        on_step: Callable[[int, float], None] = _nothing,
    ) -> None:
        """Go on to a step, the last one if none is named.

        Args:
            lesson: the same for all of a run.
            prior: what the base is to go on saying; None: nothing.
            until: steps that shall be done.
            on_step: called after each with its number and its loss, of all processes' parts of the batch.

        Raises:
            BadOutput: the loss is NaN; the error names the pictures.
        """
        last = self.config.steps if until is None else min(until, self.config.steps)
        while self.n_done < last:
            set_rates(self.optimizer, self.config, self.n_done)
            self.optimizer.zero_grad(set_to_none=True)
            posed, losses = self._learn_batch(lesson)
            if prior is not None:
                self._keep_batch(prior)
            if self.config.l1_penalty:
                self._penalise()
            if not self._are_tokens_learning:
                self.rows.zero_grad(set_to_none=True)  # optimizers pass over what has no gradient
            self.workers.average(parameter.grad for parameter in self.learning)
            if self.config.max_gradient:
                nn.utils.clip_grad_norm_(self.learning, self.config.max_gradient)
            # Only now, since a GPU has to be waited for; and before anything is spoilt.
            self._check_finite(losses, posed.drawn)
            self.optimizer.step()
            self.n_done += 1
            if self._average is not None:
                self._average.step(self.learning)
            loss = (losses * posed.weights.to(losses.device)).mean()
            self.workers.average([loss])
            on_step(self.n_done, float(loss))

    def _learn_batch(self, lesson: Lesson) -> tuple[_Posed, torch.Tensor]:
        """Gradients of a batch of the lesson; returns it, and what was missed of each picture."""
        posed = self._pose(lesson, self.config.batch, self.config.caption_dropout)
        given = posed.given(self.pipe.unet.device) | self._told(posed.drawn.captions)
        # Of a step that computes parts of itself anew torch looks at the state of its random numbers, which cannot
        # be recorded; and encoders that lie elsewhere are waited for.
        is_apart = self.config.is_checkpointed or any(each.device != self.pipe.unet.device for each in given.values())
        return posed, (self._compute if is_apart else self._step)(given)

    def _told(self, captions: Sequence[str]) -> dict[str, torch.Tensor]:
        """What the network is told of captions: while tokens learn what the encoders read, later what they said."""
        if self._are_tokens_learning:
            self._words.look_again()
            return dict(zip(_READ, self._words.token_ids(captions), strict=True))
        return dict(zip(_SAID, self._words.kept(captions), strict=True))

    @cached_property
    def _step(self) -> RecordedStep:
        return RecordedStep(self.pipe.unet.device, self.learning, self._compute)

    def _compute(self, given: Given) -> torch.Tensor:
        """(n,) losses of a batch; its gradients are added to those that there are."""
        read, said = ([given[name] for name in names if name in given] for names in (_READ, _SAID))
        states, pooled = said or self._words.said(read)
        losses = self._missed(given, (states, pooled))
        (losses * given["weights"]).mean().backward()  # type: ignore[no-untyped-call]
        return losses.detach()

    def _keep_batch(self, prior: Lesson) -> None:
        """Gradients of a batch of what the base is to go on saying."""
        posed = self._pose(prior, self.config.prior_batch or self.config.batch, 0.0)
        given, captions = posed.given(self.pipe.unet.device), posed.drawn.captions
        with torch.no_grad(), self.unlearnt():
            answer = self._predict(given, self._encode(captions))
        missed = functional.mse_loss(self._predict(given, self._encode(captions)), answer)
        (self.config.prior_weight * missed).backward()  # type: ignore[no-untyped-call]

    def _penalise(self) -> None:
        """Gradients of the matrices' mean size."""
        matrices = [parameter for pair in self.lora.pairs().values() for parameter in pair]
        total = torch.stack([matrix.abs().sum() for matrix in matrices]).sum()
        mean = total / sum(matrix.numel() for matrix in matrices)
        (self.config.l1_penalty * mean).backward()  # type: ignore[no-untyped-call]

    @property
    def learning(self) -> list[nn.Parameter]:
        return [*self.lora.parameters(), *self.rows.parameters()]

    @property
    def _are_tokens_learning(self) -> bool:
        return self.n_done < self.config.token_share * self.config.steps

    def token_rows(self) -> list[torch.Tensor]:
        """(n, width) of the first and of the second encoder."""
        return [each.get_parameter("rows").detach() for each in self.rows]

    def unlearnt(self) -> AbstractContextManager[None]:
        """While this is open the base is as it was."""
        return _all_open([self.lora.off(), *(rows.off() for rows in self.rows if isinstance(rows, TokenRows))])

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """While this is open what was learnt is the average over the last steps, if the run has one."""
        if self._average is None:
            yield
            return
        self._average.store(self.learning)
        self._average.copy_to(self.learning)
        self._words.look_again()
        try:
            yield
        finally:
            self._average.restore(self.learning)
            self._words.look_again()

    def rest(self) -> None:
        """Give back the memory of steps, which pictures may need; the next step takes it again."""
        self._step.forget()

    def save(self, path: Path, beside: dict[str, Any] | None = None) -> None:
        """Keep all that the next step depends on, and what is to be kept beside."""
        part = path.with_name(f".{path.name}.part")
        torch.save(self._state() | {"beside": beside or {}}, part)
        part.replace(path)

    def resume(self, path: Path) -> dict[str, Any]:
        """Go on from what `save` kept; returns what was kept beside.

        Raises:
            InputError: it cannot be read, or is of a run with another configuration.
        """
        try:
            state: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
        except Exception as error:  # torch raises anything for a damaged file
            raise InputError("{path} cannot be read: {reason}", path=path, reason=error) from error
        if state.get("config") != plain(self.config):
            raise InputError("{path} is of a run with another configuration; take another folder", path=path)
        self.lora.load_state_dict(state["lora"])
        self.rows.load_state_dict(state["rows"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])
        if self._average is not None:
            self._average.load_state_dict(state["average"])
            shadows = zip(self._average.shadow_params, self.learning, strict=True)
            self._average.shadow_params = [shadow.to(own.device) for shadow, own in shadows]
        self.n_done = state["n_done"]
        beside: dict[str, Any] = state["beside"]
        return beside

    def _state(self) -> dict[str, Any]:
        return {
            "config": plain(self.config),
            "n_done": self.n_done,
            "lora": self.lora.state_dict(),
            "rows": self.rows.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
            "average": None if self._average is None else self._average.state_dict(),
        }

    @torch.no_grad()
    def judge(self, lesson: Lesson, n_times: int = 8, on_picture: Callable[[], None] = lambda: None) -> float:
        """Mean loss of a lesson: each picture once at each of some even timesteps, with the same noise every time."""
        draw = torch.Generator().manual_seed(self.config.seed)
        n_trained = len(self.schedule.alphas_cumprod)
        losses = []
        for item in lesson.items:
            on_picture()
            latents, size_px = item.turned[0][None], _size_px(item.turned[0], lesson)
            words = self._encode((item.caption,))
            for first in range(0, n_times, _JUDGED_AT_ONCE):
                times = _even_times(n_trained, n_times)[first : first + _JUDGED_AT_ONCE]
                n = len(times)
                drawn = Drawn(latents.repeat(n, 1, 1, 1), (item.caption,) * n, (item.name,) * n, (size_px,) * n)
                noise = torch.randn(drawn.latents.shape, generator=draw)
                given = self._noised(drawn, noise, times).given(self.pipe.unet.device)
                missed = self._missed(given, _repeated(words, n))
                losses.append(missed.mean().cpu())
        return float(torch.stack(losses).mean())

    def _pose(self, lesson: Lesson, n: int, dropout: float) -> _Posed:
        """This process's part of a batch that all processes draw."""
        draw = self.generator
        drawn = lesson.draw(n, draw, self.config.crop_px)
        times = torch.randint(len(self.schedule.alphas_cumprod), (n,), generator=draw)
        is_dropped = (torch.rand(n, generator=draw) < dropout).tolist()
        noise = torch.randn(drawn.latents.shape, generator=draw)
        noise += self.config.noise_offset * torch.randn((*noise.shape[:2], 1, 1), generator=draw)
        said = zip(drawn.captions, is_dropped, strict=True)
        captions = tuple(self.trigger if dropped else caption for caption, dropped in said)
        first, last = self.workers.part(n)
        mine = Drawn(drawn.latents, captions, drawn.names, drawn.sizes_px).part(first, last)
        return self._noised(mine, noise[first:last], times[first:last])

    def _noised(self, drawn: Drawn, noise: torch.Tensor, times: torch.Tensor) -> _Posed:
        power = self.schedule.alphas_cumprod[times].reshape(-1, 1, 1, 1)
        signal, level = power**0.5, (1 - power) ** 0.5
        is_velocity = self.schedule.prediction is Prediction.VELOCITY
        answer = signal * noise - level * drawn.latents if is_velocity else noise
        weights = _weights(power.flatten(), self.config.snr_gamma, is_velocity=is_velocity)
        return _Posed(drawn, signal * drawn.latents + level * noise, times, answer, weights)

    def _missed(self, given: Given, words: Words) -> torch.Tensor:
        """(n,) mean squared errors of the answers."""
        return functional.mse_loss(self._predict(given, words), given["answer"], reduction="none").mean((1, 2, 3))

    def _predict(self, given: Given, words: Words) -> torch.Tensor:
        """(n, C, h, w) float32 of what the network says."""
        unet, (states, pooled) = self.pipe.unet, words
        predicted: torch.Tensor = unet(
            given["noisy"].to(unet.dtype),
            given["times"],
            encoder_hidden_states=states,
            added_cond_kwargs={"text_embeds": pooled, "time_ids": given["sizes"].to(states.dtype)},
            return_dict=False,
        )[0]
        return predicted.float()

    def _encode(self, captions: Sequence[str]) -> Words:
        """What the encoders say; what no longer changes is said once."""
        if self.lora.is_on and self._are_tokens_learning:
            return self._words.said(self._words.token_ids(captions))
        return self._words.kept(captions)

    def _check_finite(self, losses: torch.Tensor, drawn: Drawn) -> None:
        is_broken = (~losses.detach().isfinite()).tolist()
        names = sorted({name for name, broken in zip(drawn.names, is_broken, strict=True) if broken})
        if names:
            raise BadOutput(
                "the loss of {names} is no number at step {step}; take a smaller learning rate, and look at the files",
                names=", ".join(names),
                step=self.n_done,
            )


def _prepare(unet: Any, config: TrainConfig) -> None:
    """As fast, or in as little memory, as the run is told."""
    if config.is_checkpointed:
        unet.enable_gradient_checkpointing()
    if config.is_compiled:
        torch._dynamo.config.recompile_limit = _MOST_SHAPES  # noqa: SLF001
        for block in unet.modules():
            if type(block).__name__ == _COMPILED:
                block.compile(fullgraph=True, dynamic=False)


def _average(parameters: Sequence[nn.Parameter], decay: float) -> Any:
    """diffusers' moving average, which is near to the numbers themselves at first."""
    from diffusers.training_utils import EMAModel  # noqa: PLC0415

    return EMAModel(parameters, decay=decay)


@contextmanager
def _all_open(contexts: Sequence[AbstractContextManager[None]]) -> Iterator[None]:
    with ExitStack() as stack:
        for context in contexts:
            stack.enter_context(context)
        yield


def _weights(power: torch.Tensor, gamma: float, *, is_velocity: bool) -> torch.Tensor:
    """(n,) min-SNR weights at the powers of the signal, of what is missed of latents: min(SNR, gamma).

    A velocity is the latents themselves where there is only noise, and a weight of SNR would leave nothing of that: of
    it SNR counts as at least 1, the truncated SNR of T. Salimans and J. Ho, arXiv:2202.00512, section 4.
    """
    if not gamma:
        return torch.ones_like(power)
    snr = power / (1 - power).clamp(min=1e-8)
    if is_velocity:
        return snr.clamp(min=1.0, max=max(gamma, 1.0)) / (snr + 1)
    return (gamma / snr.clamp(min=1e-8)).clamp(max=1.0)


def _even_times(n_trained: int, n: int) -> torch.Tensor:
    """(n,) timesteps in the middles of as many equal parts."""
    return ((torch.arange(n) + 0.5) * n_trained / n).long()


def _repeated(words: Words, n: int) -> Words:
    states, pooled = words
    return states.repeat(n, 1, 1), pooled.repeat(n, 1)


def _size_px(latents: torch.Tensor, lesson: Lesson) -> tuple[int, int]:
    height, width = latents.shape[-2:]
    return height * lesson.cell_px, width * lesson.cell_px
