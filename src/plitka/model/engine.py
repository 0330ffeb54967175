"""A bundle as an engine: its painter, and the closed loop over it."""

from dataclasses import dataclass, field

import torch

from plitka.core.correction import CorrectionConfig
from plitka.core.maker import Maker
from plitka.core.tile.granule_map import GuideConfig
from plitka.core.tile.map_pool import MapPool
from plitka.errors import InputError
from plitka.model.assembly import assemble
from plitka.model.bundle import Bundle
from plitka.model.painter import DiffusionPainter


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig:
    """Where and how an engine runs.

    Raises:
        InputError: a number below 1.
    """

    device: str = "auto"
    """auto, cpu, cuda (the GPU with the most memory) or cuda:N."""
    dtype: str = "auto"
    """auto, float32, float16 or bfloat16."""
    n_threads: int | None = None
    """Processor threads for torch in this process; None leaves torch's choice."""
    max_batch: int = 1
    """Pictures that are painted at once; a picture's bytes depend on how many there are beside it."""
    guide: GuideConfig = field(default_factory=GuideConfig)
    correction: CorrectionConfig = field(default_factory=CorrectionConfig)

    def __post_init__(self) -> None:
        for name, value in (("threads", self.n_threads), ("batch", self.max_batch)):
            if value is not None and value < 1:
                raise InputError("{name} must be at least {low}, not {value}", name=name, low=1, value=value)


def load_engine(
    bundle: Bundle, config: EngineConfig | None = None, maps: MapPool | None = None
) -> Maker[DiffusionPainter]:
    """An engine ready to make pictures; the bundle's files are verified before any of them is opened.

    Args:
        bundle: the model.
        config: where and how it runs.
        maps: lays granule maps, and may have begun with the first; its configuration is `config.guide`.

    Raises:
        BundleError: a file is missing, damaged or does not fit the others.
        DeviceUnavailable: the asked device or dtype is not here.
    """
    config = config or EngineConfig()
    if config.n_threads is not None:
        torch.set_num_threads(config.n_threads)
    painter = DiffusionPainter(assemble(bundle, config.device, config.dtype), max_batch=config.max_batch)
    return Maker(painter, maps or MapPool(config.guide), config.correction)
