"""A bundle as a painter, and as an engine: the closed loop over that painter."""

from collections.abc import Callable, Mapping
from functools import partial

import torch

from plitka.core.maker import Maker
from plitka.core.measure.shares import MeasureShares, measure_shares
from plitka.core.tile.granule_map import GuideConfig
from plitka.core.tile.map_pool import MapPool
from plitka.errors import InputError
from plitka.model.assembly import Assembly, assemble
from plitka.model.autoencoder import FastAutoencoder, autoencoder_of
from plitka.model.bundle import Bundle
from plitka.model.device_sight import DeviceMeasure
from plitka.model.engine_config import EngineConfig
from plitka.model.fast import FastUnet
from plitka.model.painter import DiffusionPainter
from plitka.model.text_encoding import FastTextEncoders, TextEncoders
from plitka.model.unet import Network, guided_unet

NETWORKS: Mapping[str, Callable[[Assembly], Network]] = {
    "eager": lambda assembly: partial(guided_unet, assembly),
    "fast": FastUnet,
}
"""How an assembly's networks can be run, by the name in `EngineConfig.network`; each is made once for a painter.

eager: module by module, as diffusers has it. fast: lean and captured; the VAE as well. `AUTO` is fast on a GPU.
"""
AUTO = "auto"
_RECORDED = (FastUnet, FastAutoencoder, FastTextEncoders)


def load_painter(bundle: Bundle, config: EngineConfig | None = None) -> DiffusionPainter:
    """A bundle's networks ready to paint; its files are verified before any of them is opened.

    Raises:
        InputError: there is no network of that name.
        BundleError: a file is missing, damaged or does not fit the others.
        DeviceUnavailable: the asked device or dtype is not here.
    """
    config = config or EngineConfig()
    known = (AUTO, *NETWORKS)
    if config.network not in known:
        raise InputError(
            "there is no network {name!r}; expected one of {known}", name=config.network, known=", ".join(known)
        )
    if config.n_threads is not None:
        torch.set_num_threads(config.n_threads)
    assembly = assemble(bundle, config.device, config.dtype)
    return painter_of(assembly, config)


def painter_of(assembly: Assembly, config: EngineConfig) -> DiffusionPainter:
    """Modules that are assembled, ready to paint as the configuration says; its network is known."""
    device, dtype = assembly.placement.device, assembly.placement.dtype
    name = config.network
    if name == AUTO:
        name = "fast" if device.type == "cuda" else "eager"
    encoders = (FastTextEncoders if name == "fast" else TextEncoders)(assembly.pipe, device)
    network = NETWORKS[name](assembly)
    autoencoder = autoencoder_of(assembly.pipe.vae, device, dtype, is_fast=name == "fast")
    recorded = [one for one in (network, autoencoder, encoders) if isinstance(one, _RECORDED)]
    return DiffusionPainter(
        assembly,
        network=network,
        autoencoder=autoencoder,
        encoders=encoders,
        recordings=recorded,
        max_batch=config.max_batch,
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
