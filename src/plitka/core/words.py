"""Words about the look that are no part of a recipe, and what becomes of them.

Standard library only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plitka.core.recipes.look import is_finish
from plitka.core.recipes.recipe import Notice

if TYPE_CHECKING:
    from plitka.core.generation import CompleteRequest


_READ = (
    Notice("passed on to the model: {words}"),
    Notice("not understood, and passed on to the model as they are: {words}"),
)
_NOT_SHOWN = (
    Notice("understood, but not shown in this picture: {words}"),
    Notice("not understood, and not shown in this picture: {words}"),
)
"""Of a finish, and of other words."""


def settle_words(request: CompleteRequest, *, are_read: bool) -> CompleteRequest:
    """The request for an engine that reads words, or none; notices tell what becomes of them.

    They take the place of the notices of who read the recipe, without knowing the engine.
    """
    words = request.scene.words
    if not words:
        return request
    finishes = [word for word in words if is_finish(word)]
    unknown = [word for word in words if word not in finishes]
    told = [
        replace(message, values={"words": ", ".join(of)})
        for of, message in zip((finishes, unknown), _READ if are_read else _NOT_SHOWN, strict=True)
        if of
    ]
    kept = [notice for notice in request.notices if not notice.is_for_engine]
    scene = request.scene if are_read else replace(request.scene, words=())
    return replace(request, scene=scene, notices=(*kept, *told))
