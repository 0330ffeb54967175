"""What is known of an engine in another process."""

import json

import pytest
from tests.serve.fast_engine import FastEngine

from plitka.core.generation import Defaults, GuidedDefaults, Request
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene
from plitka.serve.engine_words import DistantEngine, defaults_as_json, read_defaults

REQUEST = Request(scene=Scene.of(parse_recipe("red").recipe), seed=1)


@pytest.mark.parametrize(
    "defaults",
    [Defaults(), Defaults(steps=7, guided=GuidedDefaults(strength=0.3, steps_range=(4, 40), guidance=3.5))],
)
def test_choices_cross_as_json(defaults: Defaults) -> None:
    """And are the same again."""
    assert read_defaults(json.loads(json.dumps(defaults_as_json(defaults)))) == defaults


def test_it_is_asked_where_it_answers_and_known_where_not() -> None:
    """Either way every choice is made; it paints nothing."""
    there = FastEngine()
    for engine in (DistantEngine("a@1", there.defaults, there.complete), DistantEngine("a@1", there.defaults)):
        assert engine.complete(REQUEST) == there.complete(REQUEST)
        assert engine.name == "a@1"
        assert engine.prompt(engine.complete(REQUEST)) == there.prompt(there.complete(REQUEST))
        with pytest.raises(NotImplementedError):
            engine.generate([])
