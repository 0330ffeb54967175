"""A bundle as a painter, and as an engine: the closed loop over that painter."""

import torch

from plitka.core.maker import Maker
from plitka.core.measure.shares import MeasureShares, measure_shares
from plitka.core.tile.granule_map import GuideConfig
from plitka.core.tile.map_pool import MapPool
from plitka.errors import InputError
from plitka.model.assembly import Assembly, assemble
from plitka.model.autoencoder import autoencoder_of
from plitka.model.bundle import Bundle
from plitka.model.device_sight import DeviceMeasure
from plitka.model.engine_config import EngineConfig
from plitka.model.fast import FastUnet
from plitka.model.memory_ladder import Rung
from plitka.model.painter import DiffusionPainter
from plitka.model.recordings import Recordings
from plitka.model.text_encoding import FastTextEncoders

AUTO, EAGER, FAST = NETWORKS = ("auto", "eager", "fast")
"""How an assembly's networks can be run, as of `EngineConfig.network`.

eager: module by module, as diffusers has it. fast: lean and captured; the VAE as well. auto is fast on a GPU.
"""


def load_painter(bundle: Bundle, config: EngineConfig | None = None) -> DiffusionPainter:
    """A bundle's networks ready to paint; nothing is painted before its files are verified.

    Raises:
        InputError: there is no network of that name.
        BundleError: a file is missing, damaged or does not fit the others.
        DeviceUnavailable: the asked device or dtype is not here.
    """
    config = config or EngineConfig()
    if config.network not in NETWORKS:
        raise InputError(
            "there is no network {name!r}; expected one of {known}", name=config.network, known=", ".join(NETWORKS)
        )
    if config.n_threads is not None:
        torch.set_num_threads(config.n_threads)
    assembly = assemble(bundle, config.device, config.dtype)
    return painter_of(assembly, config)


def painter_of(assembly: Assembly, config: EngineConfig) -> DiffusionPainter:
    """Modules that are assembled, ready to paint as the configuration says; its network is known."""
    placement = assembly.placement
    device, dtype = placement.device, placement.dtype
    name = config.network
    if name == AUTO:
        name = FAST if device.type == "cuda" else EAGER
    if name == EAGER:
        return DiffusionPainter(assembly, max_batch=config.max_batch, batch_s=config.batch_s)
    recordings, rung = Recordings(device), placement.rung
    return DiffusionPainter(
        assembly,
        network=None if rung is Rung.STREAMED else FastUnet(assembly, recordings),
        autoencoder=autoencoder_of(assembly.pipe.vae, device, dtype, recordings),
        encoders=FastTextEncoders(assembly.pipe, placement, recordings) if rung is Rung.WHOLE else None,
        recordings=recordings,
        max_batch=config.max_batch,
        batch_s=config.batch_s,
    )


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
        DeviceUnavailable: the asked device or dtype is not here.
    """
    config = config or EngineConfig()
    painter = load_painter(bundle, config)
    maps = maps or MapPool(config.guide or GuideConfig())
    device = painter.placement.device
    return Maker(painter, maps, config.correction, measure_on(device), is_pipelined=device.type != "cpu")


def measure_on(device: torch.device) -> MeasureShares:
    """What measures pictures where they are painted; on a processor numpy is as quick as torch."""
    return measure_shares if device.type == "cpu" else DeviceMeasure(device)
