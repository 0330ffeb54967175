"""The application as Ray Serve runs it: one front, and as many painters as the queue needs."""

import os
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from ray import serve
from ray.serve import Application

from plitka.errors import InputError
from plitka.ray_app.bundles import USUAL, Choices
from plitka.ray_app.front import Front
from plitka.ray_app.painter import Painter, most_in_work
from plitka.serve.settings import read_settings

_FRONT_REQUESTS = 2000
"""That are answered at once; most of them are streams, or wait for a picture."""


class Arguments(BaseModel):
    """`args` of the application in Ray's configuration file; everything else is in `PLITKA_` variables."""

    model_config = ConfigDict(extra="forbid")

    models: list[str] = Field(default=["mini"], min_length=1)
    """Names or folders of bundles, at the same place on each node; the first makes what names none. Those in the
    `user_config` of the deployment Front win, and may be changed without anything being started anew."""
    gpus: float = Field(default=0, ge=0)
    """Of each painter: 0.5 has two share one."""
    cpus: float = Field(default=1, gt=0)
    """Of each painter."""
    device: str = "auto"
    guidance_device: str = "none"
    """Of each painter that has several GPUs (`gpus: 2`): auto, its other one."""
    batch: int = Field(default=1, ge=1)
    """Pictures that a painter makes at once."""
    n_threads: int | None = Field(default=None, ge=1)
    """Of a painter on a processor."""
    min_painters: int = Field(default=1, ge=0)
    max_painters: int = Field(default=4, ge=1)
    jobs_a_painter: float = Field(default=2, gt=0)
    """Open jobs for each painter, from which on there are to be more of them."""
    upscale_s: float = Field(default=5, ge=0)
    """For which there have to be that many."""
    downscale_s: float = Field(default=120, ge=0)
    warm_up_px: int | None = None
    drain_s: float = Field(default=60, ge=0)
    """How long a stop waits for the picture in work."""
    settings: dict[str, Any] = {}
    """Fields of `plitka.serve.settings.Settings`, in place of their variables; none that is a secret."""
    engines: str = USUAL
    """MODULE:NAME of what knows models."""


def app(given: Arguments) -> Application:
    """Front and painters.

    Raises:
        InputError: a variable or one of `settings` is not of its kind.
    """
    chosen = {f"PLITKA_{name.upper()}": str(value) for name, value in given.settings.items()}
    settings = read_settings({**os.environ, **chosen}, workers=0, drain_s=given.drain_s)
    if settings.open_loopback:
        raise InputError("all requests come from Ray's proxy, so nobody may come without a key; make one")
    choices = Choices(given.device, given.guidance_device, given.batch, given.n_threads)
    here = version("plitka")
    painter = _painter(given).bind(settings, given.engines, choices, here, given.warm_up_px)
    front = serve.deployment(
        name="Front",
        num_replicas=1,
        max_ongoing_requests=_FRONT_REQUESTS,
        graceful_shutdown_timeout_s=given.drain_s,
        health_check_period_s=5,
        user_config={"models": given.models},
    )(serve.ingress()(Front))
    return front.bind(settings, given.engines, here, painter)


def _painter(given: Arguments) -> serve.Deployment:
    return serve.deployment(
        name="Painter",
        ray_actor_options={"num_gpus": given.gpus, "num_cpus": given.cpus},
        max_ongoing_requests=most_in_work(given.batch),
        autoscaling_config={
            "min_replicas": given.min_painters,
            "initial_replicas": max(1, given.min_painters),
            "max_replicas": max(given.max_painters, given.min_painters),
            "target_ongoing_requests": given.jobs_a_painter,
            "upscale_delay_s": given.upscale_s,
            "downscale_delay_s": given.downscale_s,
        },
        graceful_shutdown_timeout_s=given.drain_s + 10,
        health_check_period_s=5,
    )(Painter)
