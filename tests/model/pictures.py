"""One picture of an engine, as most tests want it."""

from plitka.core.generation import Engine, Request, Result, generate_one
from plitka.core.maker import Maker
from plitka.core.watch import OnProgress
from plitka.model.painter import DiffusionPainter

TinyEngine = Maker[DiffusionPainter]
"""What `load_engine` gives."""


def make(engine: Engine, request: Request, on_progress: OnProgress | None = None) -> Result:
    """The request completed by the engine, and made."""
    return generate_one(engine, engine.complete(request), on_progress)
