"""A bundle's SDXL as a painter: the v45 recipe over a batch of canvases.

Words are encoded, noise is drawn or a start picture noised, the sampler runs the UNet, and the VAE decodes each
picture by itself. The noise is drawn in float32 by a CPU generator and the sampler's state stays in float32, so a seed
means the same picture on every device up to rounding; on one machine with one setting it gives the same bytes.
"""

import gc
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import structlog
import torch

from plitka.core.canvas_batch import CanvasBatch
from plitka.core.generation import Defaults
from plitka.core.painter import Canvas, Painted
from plitka.core.recipes.recipe import Recipe, format_prompt
from plitka.core.scene import Size
from plitka.core.watch import FollowOne, Watch, begin_stage
from plitka.errors import BadOutput, OutOfMemory, PlitkaError
from plitka.model.assembly import Assembly
from plitka.model.autoencoder import Autoencoder
from plitka.model.batch_size import fitting_batch
from plitka.model.device import Placement, held_bytes, on_device, translated_errors
from plitka.model.late_guidance import guided_early
from plitka.model.latents import preview_latents
from plitka.model.library_imports import quiet_libraries
from plitka.model.memory_ladder import free_bytes
from plitka.model.pace import paced
from plitka.model.pipeline import set_tiling
from plitka.model.prompt import check_length
from plitka.model.recordings import Recordings
from plitka.model.sampler import sample
from plitka.model.text_encoding import TextEncoders
from plitka.model.unet import Conditions, Network, Words, guided_unet

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage

log = structlog.get_logger(__name__)

_T = TypeVar("_T")
_TILING_ABOVE_PX = 1024
_WARM_UP_STEPS = 2
_IDLE_BYTES = 500_000_000
"""Memory of a GPU that torch may keep between pictures for the next one: to give it back and take it again takes some
milliseconds of each."""
_WORDS_KEPT = 16
"""Prompts whose encodings are kept: the attempts at a picture all have the same."""


class DiffusionPainter:
    """A `Painter` over diffusers' modules."""

    def __init__(
        self,
        assembly: Assembly,
        *,
        network: Network | None = None,
        autoencoder: Autoencoder | None = None,
        encoders: TextEncoders | None = None,
        recordings: Recordings | None = None,
        second: torch.device | None = None,
        max_batch: int = 1,
        batch_s: float | None = None,
    ) -> None:
        """Prepare; nothing is run.

        Args:
            assembly: the modules.
            network: how the UNet is run; None: module by module.
            autoencoder: how the VAE is run; None: likewise.
            encoders: how the text encoders are run; None: likewise.
            recordings: of the three, given up where there is too little memory.
            second: another device that the network uses, if it does.
            max_batch: canvases that are painted at once.
            batch_s: seconds that these may take, by which their number is chosen when a GPU is warm; None: it stays.
        """
        self._assembly = assembly
        self._network = network or partial(guided_unet, assembly)
        self._pipe = assembly.pipe
        self._autoencoder = autoencoder or Autoencoder(assembly.pipe.vae)
        self._placement = assembly.placement
        self._devices = [self._placement.device, *([] if second is None else [second])]
        self._encoders = encoders or TextEncoders(assembly.pipe, assembly.placement)
        self._clock = assembly.clock
        self._recordings = recordings
        self._max_batch, self._batch_s = max_batch, batch_s
        self._schedule = assembly.schedule
        self._words: dict[tuple[str, str, bool], Words] = {}
        self._least_held_bytes = 0
        self._tokenizing = threading.Lock()  # tokenizers cannot be shared by threads

    @property
    def name(self) -> str:
        """The bundle's `name@digest`."""
        return self._assembly.bundle.label

    @property
    def defaults(self) -> Defaults:
        """The bundle's choices for what a request leaves open."""
        return self._assembly.bundle.defaults

    @property
    def max_batch(self) -> int:
        """Canvases that are painted at once."""
        return self._max_batch

    @property
    def placement(self) -> Placement:
        """The device and dtype that were chosen."""
        return self._placement

    @property
    def reads_words(self) -> bool:
        """Whether the bundle's network knows more words than those of recipes."""
        return self._assembly.bundle.style.reads_words

    def prompt(self, recipe: Recipe, words: Sequence[str] = ()) -> str:
        """The full prompt for a mix, with words of the look behind its colours.

        Raises:
            PromptTooLong: a text encoder would not see all of it.
        """
        text = format_prompt(recipe, self._assembly.bundle.style, words)
        self._check_length(
            text,
            "the prompt has {n_tokens} tokens and the text encoders read {limit}: they would not see {lost!r}; "
            "use fewer colours or words, or percents without decimals",
        )
        return text

    def check_negative(self, negative_prompt: str) -> None:
        """Refuse a negative prompt that a text encoder would not see all of.

        Raises:
            PromptTooLong: with what would be lost.
        """
        self._check_length(
            negative_prompt,
            "the negative prompt has {n_tokens} tokens and the text encoders read {limit}: "
            "they would not see {lost!r}; shorten it",
        )

    def _check_length(self, text: str, message: str) -> None:
        with self._tokenizing:
            check_length(text, (self._pipe.tokenizer, self._pipe.tokenizer_2), message)

    def warm_up(self, sizes: Sequence[Size]) -> None:
        """Paint a canvas from noise and one over a start, of each size.

        Raises:
            EngineError: the device failed, or nothing can be seen.
        """
        usual, guided = self.defaults, self.defaults.guided
        for size in sizes:
            shape = (size.height_px, size.width_px, 3)
            from_noise = Canvas(
                prompt="",
                negative_prompt="",
                seed=0,
                width_px=size.width_px,
                height_px=size.height_px,
                steps=_WARM_UP_STEPS,
                guidance=usual.guidance,
            )
            over_start = replace(
                from_noise,
                guidance=usual.guidance if guided.guidance is None else guided.guidance,
                start=np.random.default_rng(0).integers(0, 256, shape, np.uint8),
                strength=guided.strength,
            )
            for canvas in (from_noise, over_start):
                self._paint_unseen(canvas)
            if self._batch_s is not None and self._placement.device.type == "cuda":
                self._max_batch = self._fitting_batch(self._batch_s, from_noise)
        self.free()

    def _paint_unseen(self, canvas: Canvas) -> Mapping[str, float]:
        """Seconds of a canvas's stages."""
        # A stage at each step, so that whoever follows the stages can stop it within.
        (outcome,) = self.paint([canvas], FollowOne(lambda _progress: begin_stage("denoise")))
        if isinstance(outcome, PlitkaError):
            raise outcome
        return outcome.stage_seconds

    def _fitting_batch(self, batch_s: float, canvas: Canvas) -> int:
        """As `fitting_batch` has it for what a canvas, which was painted before, takes in all steps of a picture."""
        seconds = self._paint_unseen(canvas)
        picture_s = seconds["denoise"] * self.defaults.steps / canvas.steps + seconds["decode"]
        self._give_back()
        room = min(map(free_bytes, self._devices))
        n = fitting_batch(batch_s, picture_s, room, canvas.width_px * canvas.height_px)
        log.info("batch_chosen", n=n, batch_s=batch_s, picture_s=round(picture_s, 3), free_bytes=room)
        return n

    def paint(self, canvases: Sequence[Canvas], watch: Watch) -> Sequence[Painted | PlitkaError]:
        """Paint canvases of one kind in one batch, or in smaller ones if memory runs out.

        Raises:
            EngineError: the device failed; OutOfMemory: not even one canvas with tiled decoding fits.
        """
        self._clock.restart()
        with on_device(self._placement.device):
            outcomes = self._paint(CanvasBatch(canvases, watch))
        seconds = dict(self._clock.seconds)
        return [replace(one, stage_seconds=seconds) if isinstance(one, Painted) else one for one in outcomes]

    def _paint(self, batch: CanvasBatch) -> list[Painted | PlitkaError]:
        first = batch.first
        set_tiling(self._pipe, on=max(first.width_px, first.height_px) > _TILING_ABOVE_PX)
        can_be_halved = len(batch.canvases) > 1
        try:
            latents = self._with_retry(batch, lambda: self._denoise(batch), can_be_halved=can_be_halved)
        except OutOfMemory:
            if not can_be_halved:
                raise
            log.warning("out_of_memory", retry="smaller batches", n_canvases=len(batch.canvases))
            return [outcome for half in batch.halves() for outcome in self._paint(half)]
        return batch.outcomes(lambda place: self._finish(batch, latents[place : place + 1], place))

    def _finish(self, batch: CanvasBatch, latents: torch.Tensor, place: int) -> Painted | PlitkaError:
        """One picture of its latents."""
        canvas = batch.canvases[place]
        if not latents.isfinite().all():
            return BadOutput(
                "the network gave NaN in {n_steps} steps with seed {seed}; run it with --device cpu, "
                "and verify the model",
                n_steps=canvas.steps,
                seed=canvas.seed,
            )
        try:
            with self._clock.stage("decode"):
                return Painted(pixels=self._with_retry(batch, lambda: self._autoencoder.decode(latents)))
        except BadOutput as error:
            return error

    def _denoise(self, batch: CanvasBatch) -> torch.Tensor:
        """(N, C, H/f, W/f) float32 latents without noise."""
        first = batch.first
        steps = self._schedule.steps(first.steps, first.strength)
        noise = torch.cat([self._noise(canvas) for canvas in batch.canvases])
        start = [canvas.start for canvas in batch.canvases if canvas.start is not None]
        conditions = Conditions(
            words=self._encode_words(batch.canvases),
            size_px=(self.defaults.height_px, self.defaults.width_px),
            guidance=first.guidance,
            control=start if start and self._assembly.controlnet is not None else None,
            timesteps=steps.timesteps,
            is_exact=first.is_exact,
        )
        if start:
            with self._clock.stage("encode"):
                noise = steps.noised(torch.cat([self._autoencoder.encode(one).cpu() for one in start]), noise)
        with self._clock.stage("denoise"), quiet_libraries(), torch.no_grad():
            latents = noise.to(self._placement.device)
            denoise = self._network(conditions) if first.is_exact else guided_early(self._network, conditions)
            for step in paced(sample(denoise, latents, steps), self._placement.device):
                latents = step.latents
                if not batch.go_on(step.number, partial(self._preview, step.clean)):
                    break
        return latents

    def _preview(self, clean: torch.Tensor, place: int) -> "RgbImage":
        return preview_latents(self._pipe.vae, clean[place : place + 1])

    def _noise(self, canvas: Canvas) -> torch.Tensor:
        scale = self._pipe.vae_scale_factor
        shape = (1, self._pipe.unet.config.in_channels, canvas.height_px // scale, canvas.width_px // scale)
        return torch.randn(shape, generator=torch.Generator("cpu").manual_seed(canvas.seed), dtype=torch.float32)

    def _encode_words(self, canvases: Sequence[Canvas]) -> Words:
        """What the text encoders give for all canvases; known prompts are not encoded again."""
        each = []
        for canvas in canvases:
            key = (canvas.prompt, canvas.negative_prompt, canvas.guidance > 1)
            if key not in self._words:
                while len(self._words) >= _WORDS_KEPT:
                    del self._words[next(iter(self._words))]
                self._words[key] = self._encode(*key)
            each.append(self._words[key])
        return Words.stacked(each)

    def _encode(self, prompt: str, negative_prompt: str, is_guided: bool) -> Words:
        with self._clock.stage("encode_words"), quiet_libraries(), torch.no_grad(), self._tokenizing:
            return self._encoders.encode(prompt, negative_prompt, is_guided=is_guided)

    def _with_retry(self, batch: CanvasBatch, work: Callable[[], _T], *, can_be_halved: bool = False) -> _T:
        """Do the work; if memory ran out, do it again in tiles, and then without what is recorded.

        Tiles first: recordings of the UNet take little beside a picture that is decoded in one piece, and make twice
        the pictures. Nor are they given up for a batch that can be halved.
        """
        for retry, make_room in self._rooms(can_be_halved=can_be_halved):
            try:
                with translated_errors(self._placement.device, "making a picture"):
                    return work()
            except OutOfMemory:
                first = batch.first
                log.warning("out_of_memory", retry=retry, width_px=first.width_px, height_px=first.height_px)
            # Outside of the except clause, so that the error no longer holds the frames' tensors.
            make_room()
            gc.collect()
            self._give_back()
        with translated_errors(self._placement.device, "making a picture"):
            return work()

    def _rooms(self, *, can_be_halved: bool) -> Iterator[tuple[str, Callable[[], None]]]:
        """Ways to need less memory, one after the other, by their names in the log."""
        yield "tiling", partial(set_tiling, self._pipe, on=True)
        if self._recordings is not None and len(self._recordings) and not can_be_halved:
            yield "without recordings", self._recordings.give_up

    def free(self) -> None:
        """Give the GPU's memory back but for a little; on the CPU Python frees all by itself."""
        held = self.memory_bytes().get("reserved", 0)
        if held > self._least_held_bytes + _IDLE_BYTES:
            self._give_back()

    def _give_back(self) -> None:
        """All that torch keeps and nothing uses; without a GPU nothing happens."""
        torch.cuda.empty_cache()
        self._least_held_bytes = self.memory_bytes().get("reserved", 0)

    def memory_bytes(self) -> Mapping[str, int]:
        """What torch holds of its GPUs in this process; empty on the CPU."""
        each = [held_bytes(device) for device in self._devices]
        return {kind: sum(held[kind] for held in each) for kind in each[0]}

    def close(self) -> None:
        """Forget the words; there are neither processes nor threads, and the modules go with the last reference."""
        self._words.clear()
        self._give_back()
