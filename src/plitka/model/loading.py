"""Load an engine in a process whose memory and threads are tuned for it, for command line, service and endpoint.

Nothing heavy is imported with this module: the process is tuned before torch is there.
"""

import ctypes
import logging
import os
import platform
import sys
from contextlib import nullcontext

from plitka.core.files.home import home_folder
from plitka.core.generation import Engine, Mode, Request
from plitka.model.engine_config import EngineConfig
from plitka.model.lean_imports import lean_imports
from plitka.model.library_imports import uncollected_imports

_MALLOC_CHOICES = {-1: 2**31 - 1, -2: 2**28, -3: 2**30}
"""glibc's M_TRIM_THRESHOLD, M_TOP_PAD and M_MMAP_THRESHOLD, in bytes (mallopt(3))."""


def load_tuned_engine(
    model: str, config: EngineConfig | None = None, first: Request | None = None, *, is_own_process: bool = False
) -> Engine:
    """The network of a bundle on this machine; the map of its first picture is laid meanwhile.

    Args:
        model: a bundle's name or folder.
        config: where and how it runs; None: as usual.
        first: the request that will come first, if it is known.
        is_own_process: nothing but plitka uses diffusers and transformers here, so parts of them can be left out.

    Raises:
        BundleError: there is no such model, or it is damaged.
        EngineError: it cannot run on that device.
    """
    config = config or EngineConfig()
    tune_process()
    with uncollected_imports():
        from plitka.core.tile.granule_map import GuideConfig, MapSpec  # noqa: PLC0415  (after tuning)
        from plitka.core.tile.map_pool import MapPool  # noqa: PLC0415
        from plitka.model.bundle import find_bundle  # noqa: PLC0415

    bundle = find_bundle(model)
    maps = MapPool(config.guide or GuideConfig())
    try:
        if first is not None and first.mode is Mode.GUIDED and first.guide is None:
            maps.lay_ahead(MapSpec.of(bundle.defaults.complete(first)))
        with uncollected_imports():
            from plitka.model.engine import load_engine  # noqa: PLC0415

        with lean_imports() if is_own_process else nullcontext():
            return load_engine(bundle, config, maps)
    except BaseException:
        maps.close()
        raise


def load_engine_for_program(model: str, config: EngineConfig | None = None, first: Request | None = None) -> Engine:
    """`load_tuned_engine` for a program whose stdout is its own: it hears warnings alone, on stderr.

    What the program has configured of structlog, or configures later, holds instead.

    Raises:
        BundleError: as `load_tuned_engine`.
        EngineError: as `load_tuned_engine`.
    """
    import structlog  # noqa: PLC0415  (nothing heavy comes with this module)

    if not structlog.is_configured():
        structlog.configure(
            wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
            logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        )
    return load_tuned_engine(model, config, first)


def tune_process() -> None:
    """Set what a process with a network needs, before torch and numpy are imported; a child process needs it too."""
    keep_freed_memory()
    let_waiting_threads_sleep()
    keep_kernels()


def keep_freed_memory() -> None:
    """Let torch reuse the memory of one layer for the next, in large pages.

    A page fault costs more than the arithmetic on a page. What a user has set is left alone; without glibc nothing
    happens.
    """
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # torch looks at it once, at its first tensor
    if not sys.platform.startswith("linux") or any(name.startswith("MALLOC_") for name in os.environ):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option, n_bytes in _MALLOC_CHOICES.items():
            mallopt(option, n_bytes)


def keep_kernels() -> None:
    """Let Triton keep what it compiles for a GPU with plitka's own files, so that the next start need not.

    It knows there what was compiled by GPU, compiler and source. What a user has set is left alone.
    """
    os.environ.setdefault("TRITON_CACHE_DIR", str(home_folder() / "kernels"))


def let_waiting_threads_sleep() -> None:
    """Share the processors with other programs: beside a busy one on two processors a picture takes half the time.

    Threads that wait by spinning take the processor from those that they wait for; on idle processors it gains nothing.
    numpy's products are too small for several threads, and its BLAS has no way to wait asleep; torch has its own BLAS,
    except on ARM. What a user has set is left alone.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if platform.machine() in ("x86_64", "AMD64"):
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
