"""Assemble a bundle on a device: base, LoRA, learned tokens and ControlNet.

What runs on the assembled modules is in `plitka.model.sampler` and `plitka.model.painter`.
"""

from dataclasses import dataclass, replace
from typing import Any

import structlog

from plitka.model.base_facts import bundle_facts
from plitka.model.bundle import Bundle
from plitka.model.device import Placement, choose_placement, translated_errors
from plitka.model.embeddings import refuse_unlisted_embeddings
from plitka.model.fusing import fuse_lora
from plitka.model.memory_ladder import rung_for
from plitka.model.pipeline import (
    Pipeline,
    import_libraries,
    load_base,
    load_controlnet,
    move,
    place,
    place_controlnet,
)
from plitka.model.scheduler_config import Schedule
from plitka.model.stage_clock import StageClock
from plitka.model.textual_inversion import insert_embeddings, prove_tokens_are_read

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Assembly:
    """The modules of a bundle where they run."""

    bundle: Bundle
    placement: Placement
    pipe: Pipeline
    """diffusers' SDXL pipeline, which holds the modules and encodes prompts."""
    schedule: Schedule
    """What the UNet predicts and on which noise."""
    controlnet: Any
    """diffusers' ControlNetModel; None where the bundle has none."""
    clock: StageClock


def assemble(bundle: Bundle, device: str = "auto", dtype: str = "auto") -> Assembly:
    """Load and join a bundle's parts, of which none is given out before every file is verified.

    What loaders go by is verified before they begin; weights are hashed beside their loading, which takes as long.

    Args:
        bundle: what to load.
        device: auto, cpu, cuda (the GPU with the most memory) or cuda:N.
        dtype: auto, float32, float16 or bfloat16.

    Raises:
        BundleError: a file is missing, damaged or does not fit the others.
        DeviceUnavailable: the asked device or dtype is not here.
    """
    placement = choose_placement(device, dtype)
    log.info("device_chosen", device=str(placement.device), reason=str(placement.reason))
    clock = StageClock(placement.device)
    with bundle.verification() as verification:
        with clock.stage("verify"):
            import_libraries()  # seconds of one processor, while the files are hashed on others
            verification.finish_texts()
        assembly = _join(bundle, placement, clock)
        with clock.stage("verify_weights"):
            verification.finish()
    return assembly


def _join(bundle: Bundle, placement: Placement, clock: StageClock) -> Assembly:
    """The parts of a bundle, joined where they run."""
    pipe, schedule, placement = _load(bundle, placement, clock)
    _fuse(bundle, pipe, placement, clock)
    _insert(bundle, pipe, placement, clock)
    with clock.stage("place"), translated_errors(placement.device, "moving to the device"):
        place(pipe, placement)
    _prove(bundle, pipe, placement, clock)
    controlnet = _load_control(bundle, pipe, placement, clock) if bundle.controlnet else None
    return Assembly(bundle, placement, pipe, schedule, controlnet, clock)


def _load(bundle: Bundle, placement: Placement, clock: StageClock) -> tuple[Pipeline, Schedule, Placement]:
    """The base, and where it is to lie."""
    with clock.stage("load_base"):
        facts = bundle_facts(bundle)
        pipe = load_base(bundle, placement, facts)
    placement = replace(placement, rung=rung_for(pipe, placement.device, placement.dtype))
    with clock.stage("move"), translated_errors(placement.device, "moving to the device"):
        move(pipe, placement)
    return pipe, facts.schedule, placement


def _fuse(bundle: Bundle, pipe: Pipeline, placement: Placement, clock: StageClock) -> None:
    if bundle.lora is None:
        return
    path = bundle.file(bundle.lora.file)
    with clock.stage("fuse_lora"), translated_errors(placement.device, "fusing the LoRA"):
        if bundle.embeddings is None:
            refuse_unlisted_embeddings(path)
        fuse_lora(pipe, path, bundle.lora)


def _insert(bundle: Bundle, pipe: Pipeline, placement: Placement, clock: StageClock) -> None:
    if bundle.embeddings is not None:
        with clock.stage("insert_embeddings"), translated_errors(placement.device, "inserting the tokens"):
            insert_embeddings(pipe, bundle.file(bundle.embeddings.file), bundle.embeddings)


def _prove(bundle: Bundle, pipe: Pipeline, placement: Placement, clock: StageClock) -> None:
    if bundle.embeddings is not None:
        prompt = " ".join((bundle.style.trigger, *bundle.style.tokens))
        with clock.stage("prove_tokens"), translated_errors(placement.device, "encoding a text"):
            prove_tokens_are_read(pipe, prompt, bundle.embeddings, bundle.file(bundle.embeddings.file))


def _load_control(bundle: Bundle, pipe: Pipeline, placement: Placement, clock: StageClock) -> Any:
    with clock.stage("load_controlnet"):
        controlnet = load_controlnet(bundle, placement, pipe)
    with clock.stage("place_controlnet"), translated_errors(placement.device, "moving to the device"):
        place_controlnet(controlnet, placement)
    return controlnet
