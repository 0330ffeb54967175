"""Where the command line gets its engines from."""

from collections.abc import Callable

from plitka.core.generation import Engine, Request
from plitka.model.engine_config import EngineConfig

DEFAULT_MODEL = "mini"

LoadEngine = Callable[[str, EngineConfig, Request | None], Engine]
"""(model name or folder, where and how it runs, the first request if it is known) -> engine; the caller closes it."""


def load_bundled_engine(model: str, config: EngineConfig, first: Request | None = None) -> Engine:
    """The network of a bundle on this machine.

    Raises:
        BundleError: there is no such model, or it is damaged.
        EngineError: it cannot run on that device.
    """
    from plitka.model.loading import load_tuned_engine

    return load_tuned_engine(model, config, first)
