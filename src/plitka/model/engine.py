"""The v45 recipe: a bundle's SDXL makes a tile from the words of a recipe, by themselves or over a granule map.

Six stages, as the system that this replaces had them: choose the device, load the base, fuse the LoRA,
insert the embeddings, build the scheduler, arrange the VAE's memory. The first four happen once in
`load_engine`; the scheduler is built anew for each attempt, because it carries state from step to step.

In text mode the prompt is painted from pure noise. In guided mode the same pipeline paints the same prompt from a
noised granule map (`plitka.model.guide`), and what is measured corrects the map until the shares are true. Where there
is no map, a swatch is painted over one, to learn from it how this model shows the colours that are to be measured.

The noise is drawn in float32 by a CPU generator and the sampler's state stays in float32, so a seed means
the same picture on every device up to rounding; on one machine with one setting it gives the same bytes.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
import torch

from plitka.core.generation import Accuracy, Defaults, Mode, OnProgress, Progress, Request, Result, Swatch
from plitka.core.measure.shares import measure_shares
from plitka.core.recipes.recipe import Recipe, format_prompt
from plitka.errors import BadOutput, EngineError, InputError, OutOfMemory
from plitka.model.bundle import Bundle
from plitka.model.device import Placement, choose_placement, is_out_of_memory, memory_bytes
from plitka.model.embeddings import refuse_forgotten_rows
from plitka.model.fusing import fuse_lora
from plitka.model.guide import GuideConfig, Plan, check_map, lay_map, paint_until_true, stretch_map
from plitka.model.latents import decode_latents, encode_picture, preview_latents
from plitka.model.pipeline import (
    Pipeline,
    import_libraries,
    load_base,
    load_controlnet,
    move,
    place,
    place_controlnet,
    quiet_libraries,
    set_tiling,
)
from plitka.model.prompt import check_length
from plitka.model.textual_inversion import insert_embeddings, prove_tokens_are_read

if TYPE_CHECKING:
    from plitka.core.generation import ColourIndex, RgbImage
    from plitka.model.ahead import MapAhead
    from plitka.model.guide import GranuleMap

log = structlog.get_logger(__name__)

_T = TypeVar("_T")
_TILING_ABOVE_PX = 1024
_SWATCH_PX = 512
"""Side of a swatch: some 2,500 chips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig:
    """Where and how an engine runs."""

    device: str = "auto"
    """auto, cpu, cuda (the GPU with the most memory) or cuda:N."""
    dtype: str = "auto"
    """auto, float32, float16 or bfloat16."""
    n_threads: int | None = None
    """Processor threads for torch in this process; None leaves torch's choice."""
    guide: GuideConfig = field(default_factory=GuideConfig)

    def __post_init__(self) -> None:
        if self.n_threads is not None and self.n_threads < 1:
            raise InputError("threads must be at least 1, not {n_threads}", n_threads=self.n_threads)


def load_engine(
    bundle: Bundle, config: EngineConfig | None = None, ahead: "MapAhead | None" = None
) -> "DiffusionEngine":
    """An engine ready to make pictures; the bundle's files are verified before any of them is opened.

    Args:
        ahead: the map of the picture that will be made first, if one is being laid.

    Raises:
        BundleError: a file is missing, damaged or does not fit the others.
        DeviceUnavailable: the asked device or dtype is not here.
    """
    return DiffusionEngine(bundle, config or EngineConfig(), ahead)


class DiffusionEngine:
    """An `Engine` that runs a bundle's SDXL; one thread owns it."""

    def __init__(self, bundle: Bundle, config: EngineConfig, ahead: "MapAhead | None") -> None:
        if config.n_threads is not None:
            torch.set_num_threads(config.n_threads)
        self._bundle = bundle
        self._guide = config.guide
        self._ahead = ahead
        self._placement = choose_placement(config.device, config.dtype)
        log.info("device_chosen", device=str(self._placement.device), reason=self._placement.reason)
        self._name = bundle.label
        self._stage_seconds: dict[str, float] = {}
        self._in_stage = False
        self._swatch: tuple[Request, Swatch] | None = None
        self._pipe = self._assemble()
        self._controlled: Pipeline = self._assemble_control() if bundle.controlnet else None
        self._scheduler_config = self._pipe.scheduler.config

    @property
    def name(self) -> str:
        """The bundle's `name@digest`."""
        return self._name

    @property
    def defaults(self) -> Defaults:
        """The bundle's choices for what a request leaves open."""
        return self._bundle.defaults

    @property
    def placement(self) -> Placement:
        """The device and dtype that were chosen."""
        return self._placement

    def prompt(self, recipe: Recipe) -> str:
        """The full prompt for a recipe.

        Raises:
            PromptTooLong: a text encoder would not see all of it.
        """
        text = format_prompt(recipe, self._bundle.style)
        check_length(
            text,
            (self._pipe.tokenizer, self._pipe.tokenizer_2),
            "the prompt has {n_tokens} tokens and the text encoders read {limit}: they would not see {lost!r}; "
            "use fewer colours, or percents without decimals",
        )
        return text

    def generate(self, request: Request, on_progress: OnProgress | None = None) -> Result:
        """Make one picture.

        Raises:
            InputError: the mode is not this engine's, or the prompt is too long.
            OutOfMemory: not even with tiled decoding.
            BadOutput: NaN, or nothing on the picture.
            Cancelled: `on_progress` raised it; the engine can be used again.
        """
        started = time.perf_counter()
        request = self._complete(request)
        prompt = self.prompt(request.recipe)
        self._stage_seconds = {}
        set_tiling(self._pipe, on=max(request.width_px or 0, request.height_px or 0) > _TILING_ABOVE_PX)
        work = _Work(request, on_progress)
        try:
            work.words = self._with_retry(request, lambda: self._encode_words(request, prompt))
            painted = self._paint_guided(work) if request.mode is Mode.GUIDED else self._paint(work)
        finally:
            self._free()
        return Result(
            pixels=painted.pixels,
            request=request,
            prompt=prompt,
            engine=self.name,
            measured=dict(zip(request.recipe.percents, (100 * share for share in painted.shares), strict=True)),
            laid=painted.laid,
            swatch=painted.swatch,
            attempts=painted.attempts,
            seconds=time.perf_counter() - started,
            stage_seconds=dict(self._stage_seconds),
        )

    def _paint(self, work: "_Work") -> "_Painted":
        """One picture from pure noise."""
        noise = self._noise(work.request)
        latents = self._with_retry(work.request, lambda: self._denoise(work, noise, self._scheduler(None), 1))
        pixels = self._decode(work, latents)
        # Only now: what the swatch needs, and how it may fail, changes no byte of the picture.
        swatch = self._find_swatch(work)
        return _Painted(pixels, self._measure(work, pixels, swatch=swatch), swatch=swatch)

    def _find_swatch(self, work: "_Work") -> Swatch | None:
        """One of the recipe's colours, kept for the next picture of it; None if it has one colour, or it failed."""
        request, recipe = work.request, work.request.recipe
        if len(recipe.parts) == 1:
            return None
        width_px, height_px = (min(side or 0, _SWATCH_PX) for side in (request.width_px, request.height_px))
        wanted = self.defaults.complete(
            Request(recipe=recipe, seed=0, mode=Mode.GUIDED, width_px=width_px, height_px=height_px)
        )
        if self._swatch is None or self._swatch[0] != wanted:
            try:
                with self._stage("swatch"):
                    self._swatch = wanted, self._paint_swatch(_Work(wanted, _repeat_last(work)))
            except EngineError as error:  # the picture is there; it is only measured less surely
                log.warning("swatch_failed", reason=str(error))
                return None
        return self._swatch[1]

    def _paint_swatch(self, work: "_Work") -> Swatch:
        """As much of each colour, in one attempt over a map."""
        set_tiling(self._pipe, on=False)  # whatever the picture needed, so that all have the same swatch
        request, n = work.request, len(work.request.recipe.parts)
        plan = Plan((1 / n,) * n, request.strength or 0)
        work.words = self._with_retry(request, lambda: self._encode_words(request, self.prompt(request.recipe)))
        granules, noise = self._lay_map(request), self._noise(request)
        flat = granules.paint(request.recipe, plan.quotas, request.seed, self._guide)
        latents = self._with_retry(request, lambda: self._denoise_map(work, flat, plan, noise, 1))
        return Swatch(self._decode(work, latents), granules.lay(plan.quotas, request.seed))

    def _paint_guided(self, work: "_Work") -> "_Painted":
        """The best of a few pictures over granule maps, each with its quotas corrected by those before it."""
        request = work.request
        with self._stage("map"):
            granules = self._lay_map(request)
        noise = self._noise(request)

        def paint(plan: Plan, number: int) -> "tuple[RgbImage, Sequence[float]]":
            flat = granules.paint(request.recipe, plan.quotas, request.seed, self._guide)
            latents = self._with_retry(request, lambda: self._denoise_map(work, flat, plan, noise, number))
            pixels = self._decode(work, latents)
            measured = self._measure(work, pixels, granules.lay(plan.quotas, request.seed))
            log.info("attempt_done", attempt=number, quotas=plan.quotas, strength=plan.strength, measured=measured)
            return pixels, measured

        asked, accuracy = request.recipe.shares, Accuracy(tolerance=request.tolerance or 0)
        best, attempts = paint_until_true(asked, request.strength or 0, accuracy, paint, self._guide)
        laid = granules.lay(best.plan.quotas, request.seed)
        return _Painted(best.pixels, best.measured, laid, attempts=attempts)

    def _lay_map(self, request: Request) -> "GranuleMap":
        assert request.width_px is not None
        assert request.height_px is not None
        if request.guide is None:
            asked = request.width_px, request.height_px, request.seed, self._guide
            ahead, self._ahead = self._ahead, None
            return (ahead and ahead.take(*asked)) or lay_map(*asked)
        granules = stretch_map(request.guide, request.width_px, request.height_px, self._guide)
        check_map(granules, request.recipe.shares, request.seed, request.tolerance or 0)
        return granules

    def _denoise_map(
        self, work: "_Work", flat: "RgbImage", plan: Plan, noise: torch.Tensor, number: int
    ) -> torch.Tensor:
        """Latents painted from a flat picture that is noised to the plan's strength."""
        from plitka.model.schedule import noise_to_start  # noqa: PLC0415  (after `load_base` quieted diffusers)

        with self._stage("encode"):
            clean = encode_picture(self._pipe.vae, flat).cpu()
        scheduler = self._scheduler(plan.strength)
        noised = noise_to_start(scheduler, work.request.steps or 1, clean, noise)
        control = flat if self._controlled is not None else None
        return self._denoise(work, noised, scheduler, number, control)

    def _measure(
        self, work: "_Work", pixels: "RgbImage", laid: "ColourIndex | None" = None, swatch: Swatch | None = None
    ) -> Sequence[float]:
        """The share of each colour, whose look is learnt from where it was laid, if that is known."""
        with self._stage("measure"):
            percents = measure_shares(pixels, work.request.recipe.colours, laid=laid, swatch=swatch)
        return tuple(percent / 100 for percent in percents.values())

    def _decode(self, work: "_Work", latents: torch.Tensor) -> "RgbImage":
        with self._stage("decode"):
            return self._with_retry(work.request, lambda: decode_latents(self._pipe.vae, latents))

    def _assemble(self) -> Pipeline:
        bundle = self._bundle
        with self._stage("verify"), ThreadPoolExecutor(1) as beside:
            verified = beside.submit(bundle.verify)
            import_libraries()  # seconds of one processor, while the large files are hashed on another
            verified.result()
        with self._stage("load_base"):
            pipe = load_base(bundle, self._placement)
        with self._stage("move"), self._translated_errors("moving to the device"):
            move(pipe, self._placement)
        if bundle.lora is not None:
            with self._stage("fuse_lora"), self._translated_errors("fusing the LoRA"):
                if bundle.embeddings is None:
                    refuse_forgotten_rows(bundle.file(bundle.lora.file))
                fuse_lora(pipe, bundle.file(bundle.lora.file), bundle.lora)
        if bundle.embeddings is not None:
            with self._stage("insert_embeddings"), self._translated_errors("inserting the tokens"):
                insert_embeddings(pipe, bundle.file(bundle.embeddings.file), bundle.embeddings)
        with self._stage("place"), self._translated_errors("moving to the device"):
            place(pipe, self._placement)
        if bundle.embeddings is not None:
            with self._stage("prove_tokens"), self._translated_errors("encoding a text"):
                path = bundle.file(bundle.embeddings.file)
                prove_tokens_are_read(
                    pipe, " ".join((bundle.style.trigger, *bundle.style.tokens)), bundle.embeddings, path
                )
        return pipe

    def _assemble_control(self) -> Pipeline:
        with self._stage("load_controlnet"):
            guided = load_controlnet(self._bundle, self._placement, self._pipe)
        with self._stage("place_controlnet"), self._translated_errors("moving to the device"):
            place_controlnet(guided, self._placement)
        return guided

    def _complete(self, request: Request) -> Request:
        """The request with every choice filled in and checked."""
        complete = self.defaults.complete(request)
        check_length(
            complete.negative_prompt or "",
            (self._pipe.tokenizer, self._pipe.tokenizer_2),
            "the negative prompt has {n_tokens} tokens and the text encoders read {limit}: "
            "they would not see {lost!r}; shorten it",
        )
        return complete

    def _encode_words(self, request: Request, prompt: str) -> dict[str, torch.Tensor]:
        """What the text encoders say, by the names of the pipeline's arguments."""
        names = ("prompt_embeds", "negative_prompt_embeds", "pooled_prompt_embeds", "negative_pooled_prompt_embeds")
        with self._stage("encode_words"), quiet_libraries(), torch.no_grad():
            spoken = self._pipe.encode_prompt(
                prompt,
                negative_prompt=request.negative_prompt,
                # As the pipeline itself decides it: without guidance there is no second half to pay for.
                do_classifier_free_guidance=(request.guidance or 0) > 1,
                device=self._placement.device,
            )
        return {name: words for name, words in zip(names, spoken, strict=True) if words is not None}

    def _denoise(
        self, work: "_Work", latents: torch.Tensor, scheduler: Any, number: int, control: "RgbImage | None" = None
    ) -> torch.Tensor:
        """(1, C, H/f, W/f) float32 latents without noise.

        Args:
            latents: noise, or what was noised to where the scheduler begins.
            control: (H, W, 3) uint8 for the ControlNet.
        """
        request = work.request
        pipe, choices = self._pipe, {}
        if control is not None:
            pipe, choices = self._controlled, self._control_choices(control)
        pipe.scheduler = scheduler
        tuned_px = (self.defaults.height_px, self.defaults.width_px)
        with self._stage("denoise"), quiet_libraries(), torch.no_grad():
            painted: torch.Tensor = pipe(
                **work.words,
                **choices,
                num_inference_steps=request.steps,
                guidance_scale=request.guidance,
                width=request.width_px,
                height=request.height_px,
                # SDXL is told a picture's size as a sign of its kind, and the bundle's network was tuned at one.
                original_size=tuned_px,
                target_size=tuned_px,
                latents=latents,
                output_type="latent",
                callback_on_step_end=_report_steps(work, number),
            ).images
        if not painted.isfinite().all():
            raise BadOutput(
                "the network gave NaN in {n_steps} steps with seed {seed}; run it with --device cpu, "
                "and verify the model",
                n_steps=request.steps,
                seed=request.seed,
            )
        return painted

    def _control_choices(self, control: "RgbImage") -> dict[str, Any]:
        assert self._bundle.controlnet is not None
        image = torch.from_numpy(control).permute(2, 0, 1)[None].float() / 255
        return {"image": image, "controlnet_conditioning_scale": self._bundle.controlnet.scale}

    def _noise(self, request: Request) -> torch.Tensor:
        scale = self._pipe.vae_scale_factor
        assert request.width_px is not None
        assert request.height_px is not None
        shape = (1, self._pipe.unet.config.in_channels, request.height_px // scale, request.width_px // scale)
        return torch.randn(shape, generator=torch.Generator("cpu").manual_seed(request.seed), dtype=torch.float32)

    def _scheduler(self, strength: float | None) -> Any:
        from plitka.model.schedule import fresh_scheduler  # noqa: PLC0415  (after `load_base` quieted diffusers)

        return fresh_scheduler(self._scheduler_config, strength)

    def _with_retry(self, request: Request, work: Callable[[], _T]) -> _T:
        """Do the work; if memory ran out, free it, decode in tiles and do the work once more."""
        try:
            with self._translated_errors("making a picture"):
                return work()
        except OutOfMemory:
            log.warning("out_of_memory", retry="tiling", width_px=request.width_px, height_px=request.height_px)
        # Outside of the except clause, so that the error no longer holds the frames' tensors.
        self._free()
        set_tiling(self._pipe, on=True)
        with self._translated_errors("making a picture"):
            return work()

    @contextmanager
    def _translated_errors(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (RuntimeError, MemoryError) as exc:
            device = str(self._placement.device)
            if is_out_of_memory(exc):
                raise OutOfMemory(
                    "{device} ran out of memory while {doing}; ask for a smaller picture or free memory",
                    device=device,
                    doing=doing,
                ) from exc
            raise EngineError(
                "{device} failed while {doing}: {reason}", device=device, doing=doing, reason=str(exc)
            ) from exc

    @contextmanager
    def _stage(self, stage: str) -> Iterator[None]:
        """Time and log a part of the work; one within another is logged, and counted as that one's time."""
        started, within = time.perf_counter(), self._in_stage
        self._in_stage = True
        try:
            yield
        finally:
            self._in_stage = within
        seconds = time.perf_counter() - started
        if not within:
            self._stage_seconds[stage] = self._stage_seconds.get(stage, 0.0) + seconds
        log.info("stage_done", stage=stage, seconds=round(seconds, 3), **memory_bytes(self._placement.device))

    def _free(self) -> None:
        """Give the GPU's memory back; on the CPU there is nothing that Python does not free by itself."""
        if self._placement.device.type == "cuda":
            gc.collect()
            torch.cuda.empty_cache()


@dataclass(frozen=True, slots=True)
class _Painted:
    """What came of a request."""

    pixels: "RgbImage"
    shares: Sequence[float]
    """Measured, 0..1, of each colour."""
    laid: "ColourIndex | None" = None
    swatch: Swatch | None = None
    attempts: int = 1


@dataclass(slots=True)
class _Work:
    """A complete request while it is worked on."""

    request: Request
    on_progress: OnProgress | None
    words: dict[str, torch.Tensor] = field(default_factory=dict)
    progress: Progress | None = None
    """The last that was reported."""


def _repeat_last(work: _Work) -> OnProgress | None:
    """Says again at each step how far the work was, so that whoever listens can still cancel."""
    if work.on_progress is None or work.progress is None:
        return None
    on_progress, progress = work.on_progress, replace(work.progress, preview=None)
    return lambda _: on_progress(progress)


def _report_steps(work: _Work, attempt: int) -> Callable[..., dict[str, Any]] | None:
    """A diffusers callback that counts the steps from 1; what `on_progress` raises goes through."""
    on_progress = work.on_progress
    if on_progress is None:
        return None

    def report(pipe: Pipeline, index: int, _timestep: object, tensors: dict[str, Any]) -> dict[str, Any]:
        preview = partial(preview_latents, pipe.vae, pipe.scheduler, tensors["latents"])
        work.progress = Progress(step=index + 1, n_steps=pipe.num_timesteps, attempt=attempt, preview=preview)
        on_progress(work.progress)
        return {}

    return report
