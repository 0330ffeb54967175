"""Where the command line gets its engines from."""

from collections.abc import Callable

from plitka.core.generation import Engine, Request

DEFAULT_MODEL = "mini"

LoadEngine = Callable[[str, str | None, Request | None], Engine]
"""(model name or folder, device, the first request if it is known) -> engine; no device leaves it to the engine."""


def load_bundled_engine(model: str, device: str | None, first: Request | None = None) -> Engine:
    """The network of a bundle on this machine.

    Raises:
        BundleError: there is no such model, or it is damaged.
        EngineError: it cannot run on that device.
    """
    from plitka.model.loading import load_tuned_engine

    return load_tuned_engine(model, device, first)
