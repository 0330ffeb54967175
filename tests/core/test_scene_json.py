"""Scenes as JSON, and of what people choose."""

import json
from typing import Any

import pytest
from hypothesis import given
from tests.core.scenes import scenes

from plitka.core.recipes.reading import parse_recipe, parse_tile
from plitka.core.scene import Granules, Lighting, Scene, Size, Surface
from plitka.core.scene_json import LOOK_NAMES, build_scene, from_json, read_choices, to_json, with_zones
from plitka.errors import InputError

RED = parse_recipe("60% red, 40% black").recipe
SIZE = Size(width_px=512, height_px=512)


@given(scenes())
def test_a_scene_is_read_back(scene: Scene) -> None:
    """With its ground's recipe and its size in pixels the JSON is the whole scene."""
    content = json.loads(json.dumps(to_json(scene)))
    assert from_json(scene.recipe, content, scene.size) == scene
    assert set(content) <= set(LOOK_NAMES)


@given(scenes())
def test_only_a_plain_scene_has_nothing_to_tell(scene: Scene) -> None:
    """But words for a prompt, which show nothing by themselves; whatever is usual is left out."""
    assert (set(to_json(scene)) <= {"words"}) is scene.is_plain
    assert to_json(Scene.of(scene.recipe)) == {}


def test_zones_of_a_text_lie_under_those_that_were_chosen() -> None:
    """A text that tells of none changes nothing."""
    tile = parse_tile("grey field, border 5 cm: 80% red, 20% black")
    told = [("border:10%", "80% red, 20% black")]
    assert with_zones({"wet": True}, tile) == {"wet": True, "zones": told, "zone_names": ["border:10%"]}
    chosen = with_zones({"zones": [("circle", "white")]}, tile)
    assert (chosen["zones"], chosen["zone_names"]) == ([*told, ("circle", "white")], ["border:10%", "circle"])
    named = with_zones({"zones": [("data:x", "white")], "zone_names": ["logo.png"]}, tile)
    assert named["zone_names"] == ["border:10%", "logo.png"]
    assert with_zones({"wet": True}, parse_tile("60% red, 40% black")) == {"wet": True}


def test_choices_make_a_scene() -> None:
    """Colours by any of their names, granules by their fraction; zones' recipes in words, with what was guessed."""
    scene, notices = build_scene(
        RED,
        zones=[("circle", "red, white")],
        granules="1-3",
        coarse=["красный", "RED"],
        fine=["white"],
        surface="cut",
        light="sun",
        wet=True,
        field_mm=40,
        size=SIZE,
    )
    assert [zone.mask for zone in scene.zones] == [None, "circle"]
    assert scene.zones[1].recipe.percents == {"RED": 50, "WHITE": 50}
    assert scene.granules == Granules(size_mm=(1, 3), coarse=("RED",), fine=("WHITE",))
    assert (scene.surface, scene.light, scene.wet) == (Surface.CUT, Lighting.SUN, True)
    assert (scene.size, scene.field_mm) == (SIZE, 40)
    assert len(notices) == 1
    assert str(notices[0]).startswith("zone 1 (")


def test_a_field_needs_no_size() -> None:
    """Both ways; the engine has a usual size."""
    scene = from_json(RED, {"field_mm": 40}, None)
    assert (scene.size, scene.field_mm, to_json(scene)) == (None, 40, {"field_mm": 40})


def test_no_choices_make_a_plain_scene() -> None:
    """Everything is as usual."""
    assert build_scene(RED) == (Scene.of(RED), ())


@pytest.mark.parametrize(
    ("choices", "match"),
    [
        ({"granules": "1-3", "granule_mm": (1, 3)}, "twice"),
        ({"granules": "3-5"}, "choose one of"),
        ({"surface": "wet"}, "there is no surface 'wet'; choose one of pressed, cut"),
        ({"light": "dark"}, "choose one of studio, sun"),
        ({"coarse": ["redd"]}, "try: red"),
        ({"field_mm": 0}, "field_mm must be above 0"),
        ({"zones": [("circle", "60% teel")]}, "teel"),
        ({"zones": [("circle", "60% red, 50% black")], "strict": True}, "add up to 110"),
    ],
    ids=str,
)
def test_what_contradicts_itself_is_refused(choices: dict[str, Any], match: str) -> None:
    """With what would be right."""
    with pytest.raises(InputError, match=match):
        build_scene(RED, **choices)


@pytest.mark.parametrize(
    "content",
    [
        {"lamp": "sun"}, {"zones": "circle"}, {"zones": ["circle"]}, {"zones": [{"mask": "circle"}]},
        {"zones": [{"mask": None, "recipe": "red"}]}, {"granule_mm": 4}, {"granule_mm": [1]}, {"granule_mm": [1, "4"]},
        {"coarse": "RED"}, {"coarse": [1]}, {"wet": "yes"}, {"wet": 1}, {"field_mm": "40"}, {"field_mm": True},
        {"surface": 1}, {"light": ["sun"]}, {"granules": 4},
    ],
    ids=str,
)  # fmt: skip
def test_json_of_another_form_is_refused(content: dict[str, Any]) -> None:
    """Nothing is taken for something like it."""
    with pytest.raises(InputError, match=r"cannot be read|a scene has no"):
        read_choices(content)


def test_null_is_no_choice() -> None:
    """As a form sends fields that were left empty."""
    assert read_choices(dict.fromkeys(LOOK_NAMES)) == {}
