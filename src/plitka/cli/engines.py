"""Where the command line gets its engines from."""

from collections.abc import Callable

from plitka.core.generation import Engine

DEFAULT_MODEL = "mini"

LoadEngine = Callable[[str, str | None], Engine]
"""(model name or folder, device) -> engine; no device leaves the choice to the engine."""


def load_bundled_engine(model: str, device: str | None) -> Engine:
    """The network of a bundle on this machine.

    Raises:
        BundleError: there is no such model, or it is damaged.
        EngineError: it cannot run on that device.
    """
    from plitka.model.bundle import find_bundle
    from plitka.model.engine import EngineConfig, load_engine

    bundle = find_bundle(model)
    return load_engine(bundle, EngineConfig(device=device) if device else EngineConfig())
