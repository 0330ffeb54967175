"""Where the command line gets its engines from."""

import ctypes
import os
import platform
import sys
from collections.abc import Callable

from plitka.core.generation import Engine, Request

DEFAULT_MODEL = "mini"

_MALLOC_CHOICES = {-1: 2**31 - 1, -2: 2**28, -3: 2**30}
"""glibc's M_TRIM_THRESHOLD, M_TOP_PAD and M_MMAP_THRESHOLD, in bytes (mallopt(3))."""

LoadEngine = Callable[[str, str | None, Request | None], Engine]
"""(model name or folder, device, the first request if it is known) -> engine; no device leaves it to the engine."""


def load_bundled_engine(model: str, device: str | None, first: Request | None = None) -> Engine:
    """The network of a bundle on this machine; the map of its first picture is laid meanwhile.

    Raises:
        BundleError: there is no such model, or it is damaged.
        EngineError: it cannot run on that device.
    """
    _keep_freed_memory()
    _let_waiting_threads_sleep()
    from plitka.model.library_imports import lasting_imports

    with lasting_imports():
        from plitka.model.ahead import lay_ahead
        from plitka.model.bundle import find_bundle
        from plitka.model.guide import GuideConfig

    bundle = find_bundle(model)
    ahead = lay_ahead(first, bundle.defaults, GuideConfig()) if first else None
    with lasting_imports():
        from plitka.model.engine import EngineConfig, load_engine

    return load_engine(bundle, EngineConfig(device=device) if device else EngineConfig(), ahead)


def _keep_freed_memory() -> None:
    """Let torch reuse the memory of one layer for the next, in large pages: a fresh page costs more than its sums.

    What a user has set is left alone. Without glibc nothing happens.
    """
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # torch looks at it once, at its first tensor
    if not sys.platform.startswith("linux") or any(name.startswith("MALLOC_") for name in os.environ):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option, n_bytes in _MALLOC_CHOICES.items():
            mallopt(option, n_bytes)


def _let_waiting_threads_sleep() -> None:
    """Share the processors with other programs: beside a busy one on two processors a picture takes half the time.

    Threads that wait by spinning take the processor from those that they wait for; on idle processors it gains nothing.
    numpy's products are too small for several threads, and its BLAS has no way to wait asleep; torch has its own BLAS,
    except on ARM. What a user has set is left alone.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if platform.machine() in ("x86_64", "AMD64"):
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
