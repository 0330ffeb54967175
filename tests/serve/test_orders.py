"""Orders, and the requests that they become."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from plitka.core.generation import MAX_SEED, RANDOM_SEED_LIMIT, Defaults, Mode
from plitka.core.language.translations import localise
from plitka.core.quality import Quality
from plitka.core.scene import FRACTIONS_MM, Coarseness, Lighting, Scene, Surface
from plitka.errors import InputError, RecipeError, TooLarge
from plitka.serve.orders import JobOrder, Order

RECIPE = "60% red, 40% black"
DEFAULTS = Defaults(width_px=512, height_px=256)
LOOK: dict[str, Any] = {
    "zones": [{"mask": "border:8%", "recipe": "50% blue, 50% white"}],
    "granules": "2-4",
    "coarse": ["red"],
    "fine": ["синий"],
    "surface": "cut",
    "light": "sun",
    "wet": True,
    "field_mm": 120.0,
    "words": ["matte finish"],
}


def request_of(**choices: Any) -> Any:  # noqa: ANN401
    """What an engine is asked for an order."""
    return Order.model_validate({"recipe": RECIPE, "seed": 7} | choices).request(DEFAULTS)


def test_a_bare_recipe_is_a_plain_scene() -> None:
    """One zone, every look as usual, the engine's own size."""
    scene = request_of().scene
    assert scene == Scene.of(scene.recipe)
    assert scene.recipe.percents == {"RED": 60.0, "BLACK": 40.0}


def test_every_choice_of_a_look_is_in_the_scene() -> None:
    """Zones, granules, surface, light, wetness and field."""
    scene = request_of(**LOOK).scene
    assert [zone.mask for zone in scene.zones] == [None, "border:8%"]
    assert scene.granules.size_mm == FRACTIONS_MM["2-4"]
    assert scene.granules.coarseness("RED") is Coarseness.COARSE
    assert scene.granules.coarseness("BLUE") is Coarseness.FINE
    assert (scene.surface, scene.light, scene.wet) == (Surface.CUT, Lighting.SUN, True)
    assert scene.size is not None
    assert scene.field_mm == 120


@pytest.mark.parametrize(
    ("choices", "size"),
    [
        ({}, None),
        ({"width_px": 128}, (128, 256)),
        ({"height_px": 128}, (512, 128)),
        ({"field_mm": 60.0}, (512, 256)),
        ({"width_px": 192, "height_px": 128}, (192, 128)),
    ],
)
def test_a_side_that_is_left_out_is_the_engines(choices: dict[str, Any], size: tuple[int, int] | None) -> None:
    """Nothing is asked for where nothing was said."""
    seen = request_of(**choices).scene.size
    assert (None if seen is None else (seen.width_px, seen.height_px)) == size


def test_what_is_kept_is_read_back_as_the_same_order() -> None:
    """The database has JSON, and the order of a look is whole in it."""
    order = Order(recipe=RECIPE, seed=7, **LOOK)
    kept = order.kept()
    assert kept["surface"] == "cut"
    assert {"tolerance", "quality"}.isdisjoint(kept)
    assert Order.model_validate(kept) == order


def test_quality_is_exact_unless_it_is_asked_for() -> None:
    """And kept in the database as it was chosen."""
    fast = Order.model_validate(Order(recipe=RECIPE, seed=7, quality=Quality.FAST).kept())
    assert request_of().quality is Quality.EXACT
    assert fast.request(Defaults()).quality is Quality.FAST


SVG = "data:image/svg+xml,<svg viewBox='0 0 2 2'><path d='M0 0H1V2H0z'/></svg>"


def test_masks_are_kept_as_scenes_have_them() -> None:
    """A drawing is read once, when it comes in; what is kept says the same whoever reads it."""
    zones = [{"mask": "Border: 8%", "recipe": "blue"}, {"mask": SVG, "recipe": "white"}]
    order = Order.model_validate({"recipe": RECIPE, "zones": zones}).with_masks()
    shape, drawing = [zone.mask for zone in order.zones or ()]
    assert shape == "border:8%"
    assert drawing.startswith("data:image/png;base64,")
    assert order.with_masks() == order


@pytest.mark.parametrize(
    ("mask", "recipe", "says"),
    [
        ("star", "red", r"^zone 2 \(star\): there is no mask"),
        ("star.png", "red", r"^zone 2 \(star.png\): there is no mask 'star.png'; choose one of .* or give a picture"),
        (SVG.replace("path", "text"), "red", r"^zone 2 \(data:image/svg\+xml\): the SVG has a <text>"),
        ("circle", "50% rde", r"^zone 2 \(circle\): "),
    ],
)
def test_an_error_names_its_zone(mask: str, recipe: str, says: str) -> None:
    """By its number and what was sent."""
    zones = [{"mask": "border:8%", "recipe": "white"}, {"mask": mask, "recipe": recipe}]
    with pytest.raises(InputError, match=says):
        Order.model_validate({"recipe": RECIPE, "zones": zones}).with_masks().with_seed().request(Defaults())


def test_errors_speak_in_the_fields_of_the_order() -> None:
    """Not in options of the command line."""
    for choices in ({"granules": "1-3", "granule_mm": [1.0, 3.0]}, {"width_px": 512, "field_mm": 3.0}):
        with pytest.raises(InputError) as caught:
            Defaults().complete(request_of(**choices))
        told = localise(caught.value, "en")
        assert "_mm" in told
        assert "-mm" not in told


@settings(deadline=None)
@given(seed=st.none() | st.integers(-1, MAX_SEED))
def test_the_seed_is_settled_once(seed: int | None) -> None:
    """One that was chosen stays; a drawn one is below the limit, and settling again changes nothing."""
    order = Order(recipe=RECIPE, seed=seed)
    settled = order.with_seed()
    assert settled.seed is not None
    assert settled.has_seed
    assert settled.with_seed() == settled
    if order.has_seed:
        assert settled == order
    else:
        assert 0 <= settled.seed < RANDOM_SEED_LIMIT


@pytest.mark.parametrize(
    ("choices", "error"),
    [
        ({"recipe": "60% rde, 40% black"}, RecipeError),
        ({"recipe": "red, " * 300}, TooLarge),
        ({"zones": [{"mask": "circle", "recipe": "rde"}]}, RecipeError),
        ({"zones": [{"mask": "circle", "recipe": "red, " * 300}]}, TooLarge),
        ({"coarse": ["blue"]}, InputError),
        ({"coarse": ["red"], "fine": ["red"]}, InputError),
        ({"granules": "1-3", "granule_mm": [1, 3]}, InputError),
        ({"granule_mm": [3, 1]}, InputError),
        ({"mode": Mode.TEXT, "wet": True}, InputError),
        ({"mode": Mode.TEXT, "tolerance": 1.0}, InputError),
    ],
)
def test_what_contradicts_itself_is_refused(choices: dict[str, Any], error: type[InputError]) -> None:
    """In words, when the order is read."""
    with pytest.raises(error):
        request_of(**choices)


@pytest.mark.parametrize(
    "choices",
    [
        {"granules": "5-9"},
        {"granule_mm": [1]},
        {"granule_mm": [0.01, 3]},
        {"surface": "polished"},
        {"light": "moon"},
        {"wet": 1},
        {"field_mm": 0},
        {"zones": [{"mask": "circle"}]},
        {"zones": [{"mask": "circle", "recipe": "red"}] * 65},
        {"view": "side"},
    ],
)
def test_what_is_out_of_its_range_is_refused(choices: dict[str, Any]) -> None:
    """Before anything is read."""
    with pytest.raises(ValidationError):
        Order(recipe=RECIPE, **choices)


def test_the_terms_of_a_job_are_no_part_of_its_picture() -> None:
    """Priority and deadline are taken off."""
    order = JobOrder(recipe=RECIPE, priority=-1, deadline_s=5.0, wet=True).order()
    assert type(order) is Order
    assert order == Order(recipe=RECIPE, wet=True)


def test_a_recipe_may_say_the_look() -> None:
    """The order's own choices win; what is left of the words goes to the prompt, and the notices tell."""
    request = request_of(recipe=f"{RECIPE}, wet, sunny, large granules, matte finish", light="cold", granule_mm=[1, 3])
    scene = request.scene
    assert (scene.wet, scene.light, scene.words) == (True, Lighting.COLD, ("matte finish",))
    assert scene.granules.size_mm == (1.0, 3.0)
    assert any("matte finish" in str(notice) for notice in request.notices)


def test_a_recipe_may_tell_of_zones() -> None:
    """Which those of the order lie on; a prompt alone has none."""
    text = "inner circle yellow, outside 50/50 blue and black"
    request = request_of(recipe=text, zones=[{"mask": "border:8%", "recipe": "white"}])
    assert [zone.mask for zone in request.scene.zones] == [None, "circle", "border:8%"]
    assert request.scene.recipe.percents == {"BLUE": 50, "BLACK": 50}
    assert any("is read as the zone circle" in str(notice) for notice in request.notices)
    with pytest.raises(RecipeError, match="is a part of the tile"):
        request_of(recipe=text, mode="text")


def test_in_text_mode_all_words_go_to_the_prompt() -> None:
    """Nothing of the look is a choice there."""
    scene = request_of(recipe=f"{RECIPE}, wet, matte finish", mode="text").scene
    assert (scene.wet, scene.words) == (False, ("wet", "matte finish"))
