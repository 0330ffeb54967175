"""The pictures of an answer to clients of the AUTOMATIC1111 web UI: those that were made, and looks at those stopped.

Front ends show the first picture of an answer, and so does the web UI itself with one that was interrupted: there is
what there was at its last step.
"""

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from plitka.core.files.infotext import SAMPLER
from plitka.core.files.picture import PARAMETERS, encode_png, infotext_of
from plitka.core.generation import Engine
from plitka.core.recipes.recipe import Notice
from plitka.serve.a1111_bodies import TextToImage
from plitka.serve.completion import picture_of
from plitka.serve.job_status import JobStatus, Snapshot
from plitka.serve.service import Service
from plitka.serve.store import Job, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One picture of an answer."""

    job: Job
    png: bytes
    infotext: str
    """That it carries."""
    size_px: tuple[int, int]


def shown_of(
    service: Service, asked: TextToImage, ended: Sequence[Job], statuses: Sequence[JobStatus | None]
) -> tuple[list[Shown], list[Notice]]:
    """The pictures of jobs that have ended, and what is to be told of those that were stopped.

    Raises:
        ServiceError: one failed.
        Gone: one's picture is lost.
    """
    shown: list[Shown] = []
    notices: list[Notice] = []
    for job, status in zip(ended, statuses, strict=True):
        if job.state is not State.CANCELLED:
            shown.append(_read(job, picture_of(service, job)))
        elif status is not None and status.snapshot.preview is not None:
            shown.append(_read(job, _last_look(asked, status, service.engine)))
            notices.append(_stopped(status.snapshot))
    if not shown:
        notices.append(Notice("stopped before anything was painted"))
    return shown, notices


def _read(job: Job, png: bytes) -> Shown:
    image = Image.open(io.BytesIO(png))
    return Shown(job=job, png=png, infotext=str(image.info.get(PARAMETERS, "")), size_px=image.size)


def _stopped(snapshot: Snapshot) -> Notice:
    step = snapshot.preview.step if snapshot.preview else 0
    return Notice("stopped at step {step} of {n_steps}: the picture is a preview, and is not kept",
                  {"step": step, "n_steps": snapshot.n_steps})  # fmt: skip


def _last_look(asked: TextToImage, status: JobStatus, engine: Engine | None) -> bytes:
    """The last preview of a job as a PNG, in the size of its picture where that is known."""
    preview, request = status.snapshot.preview, status.request
    assert preview is not None  # as the caller has looked
    image, fields = Image.open(io.BytesIO(preview.jpeg)).convert("RGB"), {}
    if request is not None:
        image = image.resize((request.size.width_px, request.size.height_px), Image.Resampling.BICUBIC)
        text = infotext_of(request, asked.prompt, engine.name if engine else "")
        fields = {PARAMETERS: f"{text}, Stopped at step: {preview.step}"}
    return encode_png(np.asarray(image), fields)


def info_of(
    engine: Engine | None, asked: TextToImage, shown: Sequence[Shown], warnings: Sequence[str]
) -> dict[str, Any]:
    """What is told of the pictures."""
    jobs = [one.job for one in shown]
    seeds = [job.request["seed"] for job in jobs]
    name, _, version = (engine.name if engine else "").partition("@")
    usual = engine.defaults if engine else None
    width_px, height_px = shown[0].size_px if shown else (0, 0)
    painted = next((str(job.result["prompt"]) for job in jobs if job.result and "prompt" in job.result), asked.prompt)
    return {
        "prompt": painted,
        "all_prompts": [painted] * len(jobs),
        "negative_prompt": asked.negative_prompt or "",
        "all_negative_prompts": [asked.negative_prompt or ""] * len(seeds),
        "seed": seeds[0] if seeds else -1,
        "all_seeds": seeds,
        "subseed": -1,
        "all_subseeds": [-1] * len(seeds),
        "subseed_strength": 0,
        "width": width_px,
        "height": height_px,
        "sampler_name": SAMPLER,
        "cfg_scale": asked.cfg_scale or (usual.guidance if usual else 0),
        "steps": asked.steps or (usual.steps if usual else 0),
        "batch_size": asked.batch_size or 1,
        "sd_model_name": name,
        "sd_model_hash": version,
        "sd_vae_name": None,
        "sd_vae_hash": None,
        "seed_resize_from_w": -1,
        "seed_resize_from_h": -1,
        "index_of_first_image": 0,
        "infotexts": [one.infotext for one in shown],
        "styles": [],
        "extra_generation_params": {},
        "restore_faces": False,
        "face_restoration_model": None,
        "is_using_inpainting_conditioning": False,
        "clip_skip": 1,
        "denoising_strength": None,
        "job_timestamp": time.strftime("%Y%m%d%H%M%S", time.gmtime(jobs[0].created_at if jobs else 0)),
        "warnings": list(warnings),
    }
