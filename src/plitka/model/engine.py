"""A bundle as a painter, and as an engine: the closed loop over that painter."""

from collections.abc import Callable, Mapping
from functools import partial

import torch

from plitka.core.maker import Maker
from plitka.core.tile.granule_map import GuideConfig
from plitka.core.tile.map_pool import MapPool
from plitka.errors import InputError
from plitka.model.assembly import Assembly, assemble
from plitka.model.bundle import Bundle
from plitka.model.engine_config import EngineConfig
from plitka.model.painter import DiffusionPainter
from plitka.model.unet import Network, guided_unet

NETWORKS: Mapping[str, Callable[[Assembly], Network]] = {"eager": lambda assembly: partial(guided_unet, assembly)}
"""How an assembly's UNet can be run, by the name in `EngineConfig.network`; each is made once for a painter.

eager: module by module, as diffusers has it.
"""


def load_painter(bundle: Bundle, config: EngineConfig | None = None) -> DiffusionPainter:
    """A bundle's networks ready to paint; its files are verified before any of them is opened.

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
    return DiffusionPainter(assembly, network=NETWORKS[config.network](assembly), max_batch=config.max_batch)


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
    return Maker(load_painter(bundle, config), maps or MapPool(config.guide or GuideConfig()), config.correction)
