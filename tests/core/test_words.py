"""Words about the look that no scene shows."""

from dataclasses import replace

import pytest

from plitka.core.generation import Defaults, Request
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene
from plitka.core.words import settle_words

PLAIN = Request(scene=Scene.of(parse_recipe("60% red, 40% black").recipe), seed=7)


@pytest.mark.parametrize(
    ("are_read", "told"),
    [
        (
            False,
            ["understood, but not shown in this picture: matt", "not understood, and not shown in this picture: 8k"],
        ),
        (True, ["passed on to the model: matt", "not understood, and passed on to the model as they are: 8k"]),
    ],
)
def test_notices_tell_what_becomes_of_words(are_read: bool, told: list[str]) -> None:
    """They take the place of those that did not know the engine yet; without words nothing is said."""
    plain = Defaults().complete(PLAIN)
    assert settle_words(plain, are_read=are_read) is plain
    reading = parse_recipe("60% red, 40% black, matt, 8k")
    scene = replace(PLAIN.scene, words=reading.words)
    asked = Defaults().complete(replace(PLAIN, scene=scene, notices=reading.warnings))
    spoken = settle_words(asked, are_read=are_read)
    assert spoken.scene == (asked.scene if are_read else replace(asked.scene, words=()))
    assert [str(notice) for notice in spoken.notices] == told
