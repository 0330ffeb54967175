"""The same HTTP over many painters, by Ray Serve: `serve run plitka.ray_app:app`."""

from typing import Any


def __getattr__(name: str) -> Any:  # noqa: ANN401  (as modules have it)
    """`app`, with which Ray is imported: what only knows models needs none of it."""
    if name == "app":
        from plitka.ray_app.application import app  # noqa: PLC0415  (as above)

        return app
    raise AttributeError(name)
