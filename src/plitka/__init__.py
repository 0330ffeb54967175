"""plitka shows what a mix of rubber granules will look like as a tile.

What `docs/python.md` shows can be imported from here. Each name is fetched when it is first used, so that importing
plitka costs next to nothing and torch is loaded by `load_engine` alone.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plitka.core.colour.palette import default_palette
    from plitka.core.files.photograph import read_photograph
    from plitka.core.generation import Request, generate_one
    from plitka.core.measure.identification import identify
    from plitka.core.measure.identification import measure_named as measure
    from plitka.core.recipes.reading import parse_recipe
    from plitka.core.render_engine import RenderEngine
    from plitka.core.scene import Scene, Size
    from plitka.errors import PlitkaError
    from plitka.model.loading import load_engine_for_program as load_engine

__all__ = [
    "PlitkaError",
    "RenderEngine",
    "Request",
    "Scene",
    "Size",
    "default_palette",
    "generate_one",
    "identify",
    "load_engine",
    "measure",
    "parse_recipe",
    "read_photograph",
]

_HOMES = {
    "PlitkaError": "plitka.errors:PlitkaError",
    "RenderEngine": "plitka.core.render_engine:RenderEngine",
    "Request": "plitka.core.generation:Request",
    "Scene": "plitka.core.scene:Scene",
    "Size": "plitka.core.scene:Size",
    "default_palette": "plitka.core.colour.palette:default_palette",
    "generate_one": "plitka.core.generation:generate_one",
    "identify": "plitka.core.measure.identification:identify",
    "load_engine": "plitka.model.loading:load_engine_for_program",
    "measure": "plitka.core.measure.identification:measure_named",
    "parse_recipe": "plitka.core.recipes.reading:parse_recipe",
    "read_photograph": "plitka.core.files.photograph:read_photograph",
}
"""Where each name lives, and what it is called there."""


def __getattr__(name: str) -> Any:  # noqa: ANN401  (as many kinds as there are names)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
