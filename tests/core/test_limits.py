"""How far a request may go from what a model was made for."""

from dataclasses import replace

import pytest

from plitka.core.generation import Defaults, GuidedDefaults, Request
from plitka.core.limits import check_limits, remark_unusual
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene_json import build_scene
from plitka.errors import InputError

USUAL = Defaults(steps=20, guidance=1.0, guided=GuidedDefaults(strength=0.05))


def request(**choices: float | str) -> Request:
    """For a plain tile."""
    return Request(scene=build_scene(parse_recipe("red").recipe)[0], seed=1, **choices)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("choices", "named"),
    [
        ({}, []),
        ({"steps": 20, "guidance": 1.0, "strength": 0.05}, []),
        ({"steps": 10, "guidance": 2.0, "strength": 0.1}, []),
        ({"steps": 150}, []),
        ({"steps": 9}, ["steps"]),
        ({"guidance": 7.0, "strength": 0.6}, ["guidance", "strength"]),
    ],
)
def test_a_choice_far_from_the_usual_is_told(choices: dict[str, float], named: list[str]) -> None:
    """More steps are only more work."""
    asked = request(**choices)
    usual = USUAL.complete(replace(asked, steps=None, guidance=None, strength=None))
    assert [notice.values["name"] for notice in remark_unusual(asked, usual)] == named


@pytest.mark.parametrize(
    ("choices", "is_told"),
    [
        ({"negative_prompt": "paper"}, True),
        ({"negative_prompt": "paper", "guidance": 1.0}, True),
        ({"negative_prompt": "paper", "guidance": 1.5}, False),
        ({"negative_prompt": ""}, False),
        ({"negative_prompt": USUAL.negative_prompt}, False),  # as a picture that is repeated carries it
        ({}, False),
    ],
)
def test_a_negative_prompt_that_nothing_is_guided_by_is_told(choices: dict[str, float | str], is_told: bool) -> None:
    """At guidance 1 a network is not asked what it says of it."""
    asked = request(**choices)
    told = list(remark_unusual(asked, USUAL.complete(replace(asked, guidance=None, negative_prompt=None))))
    assert any("negative prompt" in notice.message for notice in told) == is_told


def test_what_a_model_does_not_stand_is_refused() -> None:
    """Its range includes both ends; nothing is refused where no range is known."""
    guided = replace(USUAL.guided, strength_range=(0.05, 0.2))
    check_limits(USUAL.complete(request(strength=0.2, guidance=7.0)), guided)
    with pytest.raises(InputError, match=r"strength is 0\.21, .* outside of 0\.05 to"):
        check_limits(USUAL.complete(request(strength=0.21)), guided)
