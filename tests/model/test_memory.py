import gc
import sys
from pathlib import Path

import pytest
import torch

from plitka.model.bundle import Bundle
from plitka.model.engine import load_engine
from plitka.model.engine_config import EngineConfig

N_WARM, N_BUNDLES = 5, 15
MOST_GROWTH = 0.0004
"""Of what the process holds, for each bundle; one that stays is a hundredth."""
PAGES = Path("/proc/self/statm")


def resident_pages() -> int:
    """How much memory the process holds after Python and malloc gave back what they could."""
    import ctypes

    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(PAGES.read_text(encoding="ascii").split()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_bundles_one_after_the_other_leave_no_memory_behind(tiny_bundle: Bundle) -> None:
    """After a warm-up, loading and dropping a bundle again and again keeps what the process holds."""
    sizes = []
    gc.collect()
    gc.freeze()  # the libraries' million objects are there to stay: each round would go through them again
    for _ in range(N_WARM + N_BUNDLES):
        engine = load_engine(tiny_bundle, EngineConfig(device="cpu", dtype="float32"))
        assert isinstance(engine.painter._pipe.unet, torch.nn.Module)
        del engine
        sizes.append(resident_pages())
    assert sizes[-1] <= sizes[N_WARM] * (1 + MOST_GROWTH * N_BUNDLES)
