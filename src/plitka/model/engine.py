"""A bundle as a painter, and as an engine: the closed loop over that painter."""

from functools import partial

import structlog
import torch

from plitka.core.maker import Maker
from plitka.core.measure.shares import MeasureShares, measure_shares
from plitka.core.tile.granule_map import GuideConfig
from plitka.core.tile.map_pool import MapPool
from plitka.errors import InputError
from plitka.model.assembly import Assembly, assemble
from plitka.model.autoencoder import autoencoder_of
from plitka.model.bundle import Bundle
from plitka.model.device import choose_guidance_device, choose_placement
from plitka.model.device_sight import DeviceMeasure
from plitka.model.engine_config import NO_DEVICE, EngineConfig
from plitka.model.fast import FastUnet
from plitka.model.memory_ladder import Rung
from plitka.model.painter import DiffusionPainter
from plitka.model.recordings import Recordings
from plitka.model.split_guidance import SplitGuidance, second_assembly
from plitka.model.text_encoding import FastTextEncoders, TextEncoders
from plitka.model.unet import Network, guided_unet

log = structlog.get_logger(__name__)

AUTO, EAGER, FAST = NETWORKS = ("auto", "eager", "fast")
"""How an assembly's networks can be run, as of `EngineConfig.network`.

eager: module by module, as diffusers has it. fast: lean and captured; the VAE as well. auto is fast on a GPU.
"""


def load_painter(bundle: Bundle, config: EngineConfig | None = None) -> DiffusionPainter:
    """A bundle's networks ready to paint; nothing is painted before its files are verified.

    Raises:
        InputError: there is no network of that name.
        BundleError: a file is missing, damaged or does not fit the others.
        DeviceUnavailable: an asked device or dtype is not here.
    """
    config = config or EngineConfig()
    if config.network not in NETWORKS:
        raise InputError(
            "there is no network {name!r}; expected one of {known}", name=config.network, known=", ".join(NETWORKS)
        )
    if config.n_threads is not None:
        torch.set_num_threads(config.n_threads)
    second = _second_device(config)
    return painter_of(assemble(bundle, config.device, config.dtype), config, second)


def _second_device(config: EngineConfig) -> torch.device | None:
    """As of `choose_guidance_device`, before anything is loaded."""
    first = choose_placement(config.device, config.dtype).device
    second = choose_guidance_device(config.guidance_device, first)
    if second is None and config.guidance_device != NO_DEVICE:
        log.info("guidance_not_split", device=config.guidance_device, reason="there is no other GPU")
    return second


def painter_of(assembly: Assembly, config: EngineConfig, second: torch.device | None = None) -> DiffusionPainter:
    """Modules that are assembled, ready to paint as the configuration says; its network is known.

    Args:
        assembly: the modules, which nothing has rearranged yet.
        config: how they are run.
        second: a device that is to compute half of the guidance, if it can.
    """
    placement = assembly.placement
    device, dtype = placement.device, placement.dtype
    name = config.network
    if name == AUTO:
        name = FAST if device.type == "cuda" else EAGER
    recordings = Recordings(device) if name == FAST else None
    other = None if second is None else second_assembly(assembly, second)
    network = _network(assembly, recordings)
    if other is not None:
        there = other.placement.device
        half = _network(other, None if recordings is None else recordings.elsewhere(there))
        network = SplitGuidance(network, half, other)
    return DiffusionPainter(
        assembly,
        network=network,
        autoencoder=None if recordings is None else autoencoder_of(assembly.pipe.vae, device, dtype, recordings),
        encoders=_encoders(assembly, recordings),
        recordings=recordings,
        second=None if other is None else other.placement.device,
        max_batch=config.max_batch,
        batch_s=config.batch_s,
    )


def _network(assembly: Assembly, recordings: Recordings | None) -> Network:
    """The UNet lean and captured, or module by module where nothing is recorded or its weights come and go."""
    if recordings is None or assembly.placement.rung is Rung.STREAMED:
        return partial(guided_unet, assembly)
    return FastUnet(assembly, recordings)


def _encoders(assembly: Assembly, recordings: Recordings | None) -> TextEncoders | None:
    if recordings is None or assembly.placement.rung is not Rung.WHOLE:
        return None
    return FastTextEncoders(assembly.pipe, assembly.placement, recordings)


def load_engine(
    bundle: Bundle, config: EngineConfig | None = None, maps: MapPool | None = None
) -> Maker[DiffusionPainter]:
    """An engine ready to make pictures.

    Args:
        bundle: the model.
        config: where and how it runs.
        maps: lays granule maps, and may have begun with the first; its configuration is `config.guide`. The engine
            closes it.

    Raises:
        InputError: there is no network of that name.
        BundleError: a file is missing, damaged or does not fit the others.
        DeviceUnavailable: an asked device or dtype is not here.
    """
    config = config or EngineConfig()
    painter = load_painter(bundle, config)
    maps = maps or MapPool(config.guide or GuideConfig())
    device = painter.placement.device
    return Maker(painter, maps, config.correction, measure_on(device), is_pipelined=device.type != "cpu")


def measure_on(device: torch.device) -> MeasureShares:
    """What measures pictures where they are painted; on a processor numpy is as quick as torch."""
    return measure_shares if device.type == "cpu" else DeviceMeasure(device)
