"""Words about the look that are no part of a recipe, and what becomes of them.

Standard library only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plitka.core.recipes.recipe import Notice

if TYPE_CHECKING:
    from plitka.core.generation import CompleteRequest


def settle_words(request: CompleteRequest, *, are_read: bool) -> CompleteRequest:
    """The request for an engine that reads words, or none; one notice tells what becomes of them.

    It takes the place of the notice of who read the recipe, without knowing the engine.
    """
    words = request.scene.words
    if not words:
        return request
    told = Notice(
        "not understood, and passed on to the model as they are: {words}"
        if are_read
        else "not understood, and not shown in this picture: {words}",
        {"words": ", ".join(words)},
    )
    kept = [notice for notice in request.notices if not notice.is_for_engine]
    scene = request.scene if are_read else replace(request.scene, words=())
    return replace(request, scene=scene, notices=(*kept, told))
