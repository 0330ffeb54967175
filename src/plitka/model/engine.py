"""The v45 recipe: a bundle's SDXL makes a tile from the words of a recipe.

Six stages, as the system that this replaces had them: choose the device, load the base, fuse the LoRA,
insert the embeddings, build the scheduler, arrange the VAE's memory. The first four happen once in
`load_engine`; the scheduler is built anew for each picture, because it carries state from step to step.

The noise is drawn in float32 by a CPU generator and the sampler's state stays in float32, so a seed means
the same picture on every device up to rounding; on one machine with one setting it gives the same bytes.
"""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import structlog
import torch

from plitka.core.generation import Defaults, Mode, OnProgress, Progress, Request, Result
from plitka.core.measure import measure
from plitka.core.recipe import Recipe, format_prompt
from plitka.errors import BadOutput, EngineError, InputError, OutOfMemory
from plitka.model.bundle import Bundle
from plitka.model.device import Placement, choose_placement, is_out_of_memory, memory_bytes
from plitka.model.embeddings import refuse_forgotten_rows
from plitka.model.fusing import fuse_lora
from plitka.model.insertion import insert_embeddings, prove_tokens_are_read
from plitka.model.pipeline import Pipeline, load_base, place, quiet_libraries, set_tiling
from plitka.model.prompt import check_length

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage

log = structlog.get_logger(__name__)

_T = TypeVar("_T")
_TILING_ABOVE_PX = 1024
_FLAT_LEVELS = 2
"""A picture whose levels differ by less than this in every channel shows nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig:
    """Where and how an engine runs."""

    device: str = "auto"
    """auto, cpu, cuda (the GPU with the most memory) or cuda:N."""
    dtype: str = "auto"
    """auto, float32, float16 or bfloat16."""
    n_threads: int | None = None
    """Processor threads for torch in this process; None leaves torch's choice."""

    def __post_init__(self) -> None:
        if self.n_threads is not None and self.n_threads < 1:
            raise InputError("threads must be at least 1, not {n_threads}", n_threads=self.n_threads)


def load_engine(bundle: Bundle, config: EngineConfig | None = None) -> "DiffusionEngine":
    """An engine ready to make pictures; the bundle's files are verified before any of them is opened.

    Raises:
        BundleError: a file is missing, damaged or does not fit the others.
        DeviceUnavailable: the asked device or dtype is not here.
    """
    return DiffusionEngine(bundle, config or EngineConfig())


class DiffusionEngine:
    """An `Engine` that runs a bundle's SDXL; one thread owns it."""

    def __init__(self, bundle: Bundle, config: EngineConfig) -> None:
        if config.n_threads is not None:
            torch.set_num_threads(config.n_threads)
        self._bundle = bundle
        self._placement = choose_placement(config.device, config.dtype)
        log.info("device_chosen", device=str(self._placement.device), reason=self._placement.reason)
        self._name = bundle.label
        self._stage_seconds: dict[str, float] = {}
        self._pipe = self._assemble()
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
        try:
            latents = self._with_retry(request, lambda: self._denoise(request, prompt, on_progress))
            pixels = self._with_retry(request, lambda: self._decode(latents))
        finally:
            self._free()
        with self._stage("measure"):
            measured = measure(pixels, request.recipe.colours).percents
        return Result(
            pixels=pixels,
            request=request,
            prompt=prompt,
            engine=self.name,
            measured=measured,
            seconds=time.perf_counter() - started,
            stage_seconds=dict(self._stage_seconds),
        )

    def _assemble(self) -> Pipeline:
        bundle = self._bundle
        with self._stage("verify"):
            bundle.verify()
        with self._stage("load_base"):
            pipe = load_base(bundle, self._placement)
        if bundle.lora is not None:
            with self._stage("fuse_lora"):
                if bundle.embeddings is None:
                    refuse_forgotten_rows(bundle.file(bundle.lora.file))
                fuse_lora(pipe, bundle.file(bundle.lora.file), bundle.lora)
        if bundle.embeddings is not None:
            with self._stage("insert_embeddings"):
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

    def _complete(self, request: Request) -> Request:
        """The request with every choice filled in and checked."""
        if request.mode is not Mode.TEXT:
            raise InputError(
                "{engine} makes pictures in the mode text only, not {mode}", engine=self.name, mode=request.mode
            )
        names = ("steps", "guidance", "width_px", "height_px", "negative_prompt")
        missing = {name: getattr(self.defaults, name) for name in names if getattr(request, name) is None}
        complete = replace(request, **missing)
        check_length(
            complete.negative_prompt or "",
            (self._pipe.tokenizer, self._pipe.tokenizer_2),
            "the negative prompt has {n_tokens} tokens and the text encoders read {limit}: "
            "they would not see {lost!r}; shorten it",
        )
        return complete

    def _denoise(self, request: Request, prompt: str, on_progress: OnProgress | None) -> torch.Tensor:
        """(1, C, H/f, W/f) float32 latents."""
        pipe = self._pipe
        pipe.scheduler = self._fresh_scheduler()
        tuned_px = (self.defaults.height_px, self.defaults.width_px)
        with self._stage("denoise"), quiet_libraries(), torch.no_grad():
            latents: torch.Tensor = pipe(
                prompt=prompt,
                negative_prompt=request.negative_prompt,
                num_inference_steps=request.steps,
                guidance_scale=request.guidance,
                width=request.width_px,
                height=request.height_px,
                # SDXL is told a picture's size as a sign of its kind, and the bundle's network was tuned at one.
                original_size=tuned_px,
                target_size=tuned_px,
                latents=self._noise(request),
                output_type="latent",
                callback_on_step_end=_report_steps(on_progress, request.steps or 0),
            ).images
        if not latents.isfinite().all():
            raise BadOutput(
                "the network gave NaN in {n_steps} steps with seed {seed}; run it with --device cpu, "
                "and verify the model",
                n_steps=request.steps,
                seed=request.seed,
            )
        return latents

    def _decode(self, latents: torch.Tensor) -> "RgbImage":
        """(H, W, 3) uint8 sRGB."""
        vae = self._pipe.vae
        with self._stage("decode"), torch.no_grad():
            latents = latents.float() / vae.config.scaling_factor
            if vae.config.latents_mean is not None and vae.config.latents_std is not None:
                shape = (1, -1, 1, 1)
                mean, std = (
                    latents.new_tensor(v).view(shape) for v in (vae.config.latents_mean, vae.config.latents_std)
                )
                latents = latents * std + mean
            image = vae.decode(latents.to(vae.dtype), return_dict=False)[0][0].float()  # (3, H, W) in -1..1
            if not image.isfinite().all():
                raise BadOutput(
                    "the VAE gave NaN in {dtype}; set force_upcast in its config.json", dtype=str(vae.dtype)
                )
            pixels = (image / 2 + 0.5).clamp(0, 1).mul(255).round().byte().permute(1, 2, 0).cpu().numpy()
        if np.ptp(pixels.reshape(-1, 3), axis=0).max() < _FLAT_LEVELS:
            raise BadOutput("the network made an empty picture of one colour; verify the model, try another seed")
        return np.ascontiguousarray(pixels)

    def _noise(self, request: Request) -> torch.Tensor:
        scale = self._pipe.vae_scale_factor
        assert request.width_px is not None
        assert request.height_px is not None
        shape = (1, self._pipe.unet.config.in_channels, request.height_px // scale, request.width_px // scale)
        return torch.randn(shape, generator=torch.Generator("cpu").manual_seed(request.seed), dtype=torch.float32)

    def _fresh_scheduler(self) -> Any:
        from diffusers.schedulers import DPMSolverMultistepScheduler  # noqa: PLC0415  (after `load_base` quieted its import)

        with quiet_libraries():
            return DPMSolverMultistepScheduler.from_config(  # type: ignore[no-untyped-call]
                self._scheduler_config,
                algorithm_type="dpmsolver++",
                solver_order=2,
                use_karras_sigmas=True,
                final_sigmas_type="zero",
            )

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
        started = time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        self._stage_seconds[stage] = seconds
        log.info("stage_done", stage=stage, seconds=round(seconds, 3), **memory_bytes(self._placement.device))

    def _free(self) -> None:
        """Give the GPU's memory back; on the CPU there is nothing that Python does not free by itself."""
        if self._placement.device.type == "cuda":
            gc.collect()
            torch.cuda.empty_cache()


def _report_steps(on_progress: OnProgress | None, n_steps: int) -> Callable[..., dict[str, Any]] | None:
    """A diffusers callback that counts the steps from 1; what `on_progress` raises goes through."""
    if on_progress is None:
        return None

    def report(_pipe: object, index: int, _timestep: object, _tensors: dict[str, Any]) -> dict[str, Any]:
        on_progress(Progress(step=index + 1, n_steps=n_steps))
        return {}

    return report
