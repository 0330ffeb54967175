"""Which models a cluster serves: known to the front by their manifests alone, loaded by the painters that need them."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from plitka.core.generation import Defaults, Engine
from plitka.errors import InputError
from plitka.serve.engine_words import DistantEngine


@dataclass(frozen=True, slots=True)
class Choices:
    """How painters run what they load."""

    device: str = "auto"
    guidance_device: str = "none"
    batch: int = 1
    n_threads: int | None = None


class Models(Protocol):
    """What knows models; `USUAL` does by their bundles."""

    def describe(self, reference: str) -> tuple[str, Defaults]:
        """The name with its version, and what the model uses where an order leaves the choice to it.

        Raises:
            BundleError: there is none under this name, or in this folder.
        """
        ...

    def load(self, reference: str, choices: Choices) -> Engine:
        """An engine; on the thread that owns it."""
        ...


class Bundles:
    """Models by the names of `plitka model list`, or by folders."""

    def describe(self, reference: str) -> tuple[str, Defaults]:
        """Read the manifest."""
        from plitka.model.bundle import find_bundle  # noqa: PLC0415  (reading this module shall cost nothing)

        bundle = find_bundle(reference)
        return bundle.label, bundle.defaults

    def load(self, reference: str, choices: Choices) -> Engine:
        """Load the network, in a process that is tuned for it."""
        from plitka.model.engine_config import EngineConfig  # noqa: PLC0415  (as above)
        from plitka.model.loading import load_tuned_engine  # noqa: PLC0415

        config = EngineConfig(
            device=choices.device,
            guidance_device=choices.guidance_device,
            max_batch=choices.batch,
            n_threads=choices.n_threads,
        )
        return load_tuned_engine(reference, config)


USUAL = "plitka.ray_app.bundles:Bundles"


def models_of(path: str) -> Models:
    """What `MODULE:NAME` names, called without arguments.

    Raises:
        InputError: there is nothing of that name.
    """
    module, _, name = path.partition(":")
    try:
        make: Callable[[], Models] = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError("there is no {path}; write MODULE:NAME of what knows models", path=path) from error
    return make()


@dataclass(frozen=True, slots=True)
class Served:
    """One model that is served."""

    reference: str
    """What it is loaded by."""
    name: str
    """With its version: painters keep it by this, so that a new version is another model."""
    defaults: Defaults

    @property
    def plain_name(self) -> str:
        """Without the version, as orders name it."""
        return self.name.partition("@")[0]


def read_served(models: Models, references: Sequence[str]) -> tuple[Served, ...]:
    """Those that are served, the first of which makes what names none.

    Raises:
        InputError: none, or two of one name.
        BundleError: there is none under one of these names.
    """
    served = tuple(Served(one, *models.describe(one)) for one in references)
    if not served:
        raise InputError("no model is to be served; name at least one")
    names = [one.plain_name for one in served]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError("two models are called {name}; orders name a model by it", name=twice)
    return served


def engine_of(served: Sequence[Served]) -> DistantEngine:
    """What the service knows of them."""
    first, *others = served
    rest = [DistantEngine(one.name, one.defaults) for one in others]
    return DistantEngine(first.name, first.defaults, others=rest)
