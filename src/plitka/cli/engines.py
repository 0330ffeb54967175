"""Where the command line gets its engines from."""

from collections.abc import Callable

from plitka.core.generation import Engine, Request
from plitka.model.engine_config import EngineConfig

DEFAULT_MODEL = "mini"

LoadEngine = Callable[[str, EngineConfig, Request | None], Engine]
"""(model name or folder, where and how it runs, the first request if it is known) -> engine; the caller closes it."""


def load_bundled_engine(
    model: str, config: EngineConfig, first: Request | None = None, *, is_own_process: bool = False
) -> Engine:
    """The network of a bundle on this machine.

    Args:
        model: its name or folder.
        config: where and how it runs.
        first: the first request, if it is known.
        is_own_process: as for `load_tuned_engine`.

    Raises:
        BundleError: there is no such model, or it is damaged.
        EngineError: it cannot run on that device.
    """
    from plitka.model.loading import load_tuned_engine

    return load_tuned_engine(model, config, first, is_own_process=is_own_process)
