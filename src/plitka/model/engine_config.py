"""Where and how an engine runs: what the edges pass on to `plitka.model.engine`, light enough to import anywhere."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plitka.errors import InputError

if TYPE_CHECKING:
    from plitka.core.correction import CorrectionConfig
    from plitka.core.tile.granule_map import GuideConfig


NO_DEVICE = "none"
"""For `EngineConfig.guidance_device`: both halves of guidance run where pictures are made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig:
    """Where and how an engine runs.

    Raises:
        InputError: a number below 1, or no time.
    """

    device: str = "auto"
    """auto, cpu, cuda (the GPU with the most memory) or cuda:N."""
    dtype: str = "auto"
    """auto, float32, float16 or bfloat16."""
    guidance_device: str = NO_DEVICE
    """A second GPU, which computes half of the guidance at the same time: none, auto (another one, if there is one) or
    cuda:N."""
    n_threads: int | None = None
    """Processor threads for torch in this process; None leaves torch's choice."""
    max_batch: int = 1
    """Pictures that are painted at once; a picture's bytes depend on how many there are beside it."""
    batch_s: float | None = None
    """Seconds that a batch may take, by which a painter on a warm GPU chooses how many; None: `max_batch`."""
    network: str = "auto"
    """How the networks are run: auto, or a name of `plitka.model.engine.NETWORKS`."""
    guide: "GuideConfig | None" = None
    """How granule maps are laid; None: as usual."""
    correction: "CorrectionConfig | None" = None
    """How a map is corrected by what was measured; None: as usual."""

    def __post_init__(self) -> None:
        for name, value in (("threads", self.n_threads), ("batch", self.max_batch)):
            if value is not None and value < 1:
                raise InputError("{name} must be at least {low}, not {value}", name=name, low=1, value=value)
        if self.batch_s is not None and not self.batch_s > 0:
            raise InputError("{name} must be above 0, not {value}", name="batch_s", value=self.batch_s)
