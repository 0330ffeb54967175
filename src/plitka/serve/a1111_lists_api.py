"""The API of the AUTOMATIC1111 web UI, /sdapi/v1: what front ends look up and set, of which most is fixed here."""

import asyncio
import time
from typing import Any

import psutil
from fastapi import APIRouter, Request

from plitka.core.files.infotext import SAMPLER
from plitka.core.generation import Engine
from plitka.core.language.translations import localise
from plitka.core.recipes.recipe import Notice
from plitka.errors import Unavailable
from plitka.serve import routes
from plitka.serve.a1111_bodies import CHECKPOINT, faults
from plitka.serve.access import Maker, TheService, Viewer
from plitka.serve.error_responses import language_of
from plitka.serve.life import Life
from plitka.serve.served_model import settle_model
from plitka.serve.service import Service

router = APIRouter(tags=["AUTOMATIC1111"])

_LOADING_S = 60.0
"""For how long a model that is being loaded is waited for."""
_LOOK_S = 0.1
"""Between two looks whether it is there."""


@router.get(routes.SD_OPTIONS, responses=faults(503), summary="The settings")
async def get_options(service: TheService, _caller: Viewer) -> dict[str, Any]:
    """Those that clients look at."""
    engine = await _loaded(service)
    return {
        CHECKPOINT: _title(engine),
        "sd_checkpoint_hash": engine.name.partition("@")[2],
        "samples_format": "png",
        "CLIP_stop_at_last_layers": 1,
        "eta_noise_seed_delta": 0,
        "sd_vae": "None",
    }


@router.post(routes.SD_OPTIONS, responses=faults(400, 404, 413), summary="Change the settings")
async def set_options(options: dict[str, Any], service: TheService, _caller: Maker) -> None:
    """Nothing is changed; a checkpoint that is not served is refused, so that nobody gets another model's pictures."""
    model = options.get(CHECKPOINT)
    if isinstance(model, str) and model:
        settled(model, service.engine)


@router.get(routes.SD_MODELS, responses=faults(503), summary="The model that is served")
async def list_models(service: TheService, _caller: Viewer) -> list[dict[str, Any]]:
    """One; while it is loaded, it is waited for, since a front end asks once and keeps what it is told."""
    engine = await _loaded(service)
    name, _, version = engine.name.partition("@")
    told = {"title": _title(engine), "model_name": name, "hash": version, "sha256": None, "config": None}
    return [told | {"filename": name}]


@router.get(routes.SD_SAMPLERS, responses=faults(), summary="The samplers")
async def list_samplers(_caller: Viewer) -> list[dict[str, Any]]:
    """One: whichever a client names, it is used."""
    return [{"name": SAMPLER, "aliases": ["k_dpmpp_2m_ka"], "options": {"scheduler": "karras"}}]


@router.get(routes.SD_SCHEDULERS, responses=faults(), summary="The schedulers")
async def list_schedulers(_caller: Viewer) -> list[dict[str, Any]]:
    """One, under the two names that it has there."""
    told = {"aliases": None, "default_rho": -1.0, "need_inner_model": False}
    return [{"name": name, "label": name.capitalize()} | told for name in ("automatic", "karras")]


async def _change_nothing(_caller: Maker) -> None:
    """What is there is known, and does not change while the service runs."""


for _path in routes.SD_REFRESHES:
    router.add_api_route(_path, _change_nothing, methods=["POST"], responses=faults(), summary="Look anew")


@router.post(routes.SD_UNLOAD, responses=faults(), summary="Leave the model where it is")
async def unload(request: Request, _caller: Maker) -> dict[str, str]:
    """Others use it too; front ends that want its memory go on without."""
    notice = Notice("the model stays loaded, since it serves others too")
    return {"info": localise(notice, language_of(request.headers))}


@router.post(routes.SD_RELOAD, responses=faults(503), summary="Wait for the model")
async def reload(service: TheService, _caller: Maker) -> dict[str, str]:
    """It is loaded by the service itself."""
    await _loaded(service)
    return {}


@router.get(routes.SD_MEMORY, responses=faults(), summary="Memory")
def get_memory(service: TheService, _caller: Viewer) -> dict[str, Any]:
    """Bytes of the machine and of this process; of the GPU what the engine held after its last picture."""
    n_used, n_all = psutil.Process().memory_info().rss, psutil.virtual_memory().total
    held = service.metrics.device_bytes()
    gpu = {kind: {"current": n_bytes} for kind, n_bytes in held.items()}
    return {
        "ram": {"free": n_all - n_used, "used": n_used, "total": n_all},
        "cuda": gpu or {"error": "unavailable"},
    }


async def _list_nothing(_caller: Viewer) -> list[dict[str, Any]]:
    """What the web UI has and nothing here is."""
    return []


for _path in routes.SD_EMPTY_LISTS:
    router.add_api_route(_path, _list_nothing, responses=faults(), summary="An empty list")


@router.get(routes.SD_FLAGS, responses=faults(), summary="An empty object")
async def get_flags(_caller: Viewer) -> dict[str, Any]:
    """The web UI's command line, which there is none of; clients ask to see whether the API is there."""
    return {}


@router.get(routes.SD_EMBEDDINGS, responses=faults(), summary="No embeddings")
async def list_embeddings(_caller: Viewer) -> dict[str, dict[str, Any]]:
    """The model's own tokens are part of it."""
    return {"loaded": {}, "skipped": {}}


@router.get(routes.SD_SCRIPTS, responses=faults(), summary="No scripts")
async def list_scripts(_caller: Viewer) -> dict[str, list[str]]:
    """Those that are asked for are left out."""
    return {"txt2img": [], "img2img": []}


async def _loaded(service: Service) -> Engine:
    """The engine, which may still be loaded for a while.

    Raises:
        Unavailable: it was waited for in vain, or is not being loaded.
    """
    until = time.monotonic() + _LOADING_S
    while (engine := service.engine) is None:
        life = service.jobs.life
        if life is not Life.STARTING or time.monotonic() > until:
            raise Unavailable("the service is {state}", state=life.value)
        await asyncio.sleep(_LOOK_S)
    return engine


def _title(engine: Engine) -> str:
    """A model as front ends show it and send it back."""
    name, _, version = engine.name.partition("@")
    return f"{name} [{version}]"


def settled(model: str, engine: Engine | None) -> str | None:
    """The model of a checkpoint's title, name or hash.

    Raises:
        NotFound: another one is served.
        Unavailable: none is, yet.
    """
    if engine is None:
        raise Unavailable("the service is {state}", state="starting")
    name = model.removesuffix("]").partition(" [")[0].removesuffix(".safetensors").removesuffix(".ckpt")
    return settle_model(name, engine)
