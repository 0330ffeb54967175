"""Scenes and their parts."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.scenes import recipes, scenes

from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import MAX_COLOURS
from plitka.core.scene import (
    MAX_ZONES,
    Coarseness,
    Granules,
    Lighting,
    Scene,
    Size,
    Surface,
    Zone,
    check_range,
    fraction_mm,
    naming_zone,
    overall_recipe,
    with_recipe,
)
from plitka.errors import InputError, RecipeError

RED = parse_recipe("60% red, 40% black").recipe
WHITE = parse_recipe("100% white").recipe
SIZE = Size(width_px=512, height_px=512)


def test_a_recipe_alone_is_a_plain_scene() -> None:
    """Also at a size of its own, but not with a field, another look or a second zone."""
    assert Scene.of(RED).is_plain
    assert Scene.of(RED, SIZE).is_plain
    assert not replace(Scene.of(RED, SIZE), field_mm=50).is_plain
    assert not replace(Scene.of(RED), surface=Surface.CUT).is_plain
    assert not Scene(zones=(Zone(RED), Zone(RED, "circle"))).is_plain


def test_the_colours_of_all_zones_stand_once() -> None:
    """In the order of first mention."""
    scene = Scene(zones=(Zone(RED), Zone(WHITE, "circle"), Zone(RED, "border:8%")))
    assert [colour.code for colour in scene.colours] == ["RED", "BLACK", "WHITE"]
    assert scene.recipe is RED


@pytest.mark.parametrize("masks", [(), ("circle",), (None, None), ("circle", None)])
def test_only_the_ground_has_no_mask(masks: tuple[str | None, ...]) -> None:
    """Another order is a mistake of ours, not of the caller."""
    with pytest.raises(ValueError, match="first zone"):
        Scene(zones=tuple(Zone(RED, mask) for mask in masks))


@pytest.mark.parametrize("kind", [Surface, Lighting])
def test_every_choice_is_described_wherever_it_can_be_made(kind: type[Surface] | type[Lighting]) -> None:
    """In the same words in docs/scenes.md; docs/overview.md has the option, docs/tile.md what it is in code."""
    scenes_page, overview, tile = (
        (Path(__file__).parents[2] / "docs" / name).read_text(encoding="utf-8")
        for name in ("scenes.md", "overview.md", "tile.md")
    )
    option = "surface" if kind is Surface else "light"
    choices = r"\|".join(kind)
    assert all(f"| `--{option} {choices}` |" in page for page in (scenes_page, overview))
    for member in kind:
        assert f"| `{member}` | {member.description}" in scenes_page
        assert f"`{member}`" in tile
        assert f"{member}: {member.description}" in kind.describe()
        assert f"{member}: {member.description.upper()}" in kind.describe(str.upper)
        assert kind(member.value) is member


def test_too_many_zones_and_colours_are_refused() -> None:
    """64 of each at most."""
    zones = (Zone(RED, "circle"),) * MAX_ZONES
    assert len(Scene(zones=(Zone(RED), *zones)).zones) == MAX_ZONES + 1
    with pytest.raises(InputError, match="at most 64 zones"):
        Scene(zones=(Zone(RED), Zone(RED, "circle"), *zones))
    mixes = [parse_recipe(", ".join(f"#{number:06X}" for number in range(n, n + 5))).recipe for n in range(0, 65, 5)]
    with pytest.raises(InputError, match="at most 64 different colours"):
        Scene(zones=(Zone(mixes[0]), *(Zone(mix, "circle") for mix in mixes[1:])))


def test_coarse_and_fine_are_colours_of_some_zone() -> None:
    """Any zone's; each has one coarseness."""
    scene = Scene(zones=(Zone(RED), Zone(WHITE, "circle")), granules=Granules(coarse=("WHITE",), fine=("RED",)))
    assert scene.coarseness_of(RED) == (Coarseness.FINE, Coarseness.USUAL)
    assert scene.coarseness_of(WHITE) == (Coarseness.COARSE,)
    with pytest.raises(InputError, match="BLUE is not in the recipe; fine takes some of RED, BLACK"):
        replace(Scene.of(RED), granules=Granules(fine=("BLUE",)))
    with pytest.raises(InputError, match="both coarse and fine"):
        Granules(coarse=("RED",), fine=("RED",))


@pytest.mark.parametrize("size_mm", [(0.1, 1), (1, 21), (4, 1), (float("nan"), 4)])
def test_granules_have_a_size_that_is_sold(size_mm: tuple[float, float]) -> None:
    """0.2 to 20 mm, the smallest first."""
    with pytest.raises(InputError, match=r"0\.2 to 20"):
        Granules(size_mm=size_mm)


def test_a_fraction_is_found_by_its_name() -> None:
    """Another one is refused with those that there are."""
    assert fraction_mm("0.5-1.5") == (0.5, 1.5)
    with pytest.raises(InputError, match=r"0\.5-1\.5, 1-3, 1-4, 2-4"):
        fraction_mm("3-5")


@pytest.mark.parametrize(
    "choices",
    [{"width_px": 100}, {"width_px": 0}, {"height_px": 2112}],
    ids=str,
)
def test_a_size_that_cannot_be_is_refused(choices: dict[str, int]) -> None:
    """Sides are multiples of 64 up to 2048."""
    with pytest.raises(InputError):
        replace(SIZE, **choices)
    assert Size(width_px=64, height_px=2048).longer_px == 2048


@pytest.mark.parametrize("field_mm", [0.0, -1.0, 2000.1, float("nan"), float("inf")])
def test_a_field_is_above_0(field_mm: float) -> None:
    """And the message says so."""
    with pytest.raises(InputError, match="field_mm must be above 0 and at most 2000, not"):
        replace(Scene.of(RED), field_mm=field_mm)


def test_sizes_of_granules_are_told_as_numbers() -> None:
    """Not as Python writes a pair of them."""
    with pytest.raises(InputError, match=r"0\.2 to 20 mm, the smallest first, not 3 and 1$"):
        Granules(size_mm=(3.0, 1.0))


def test_a_zone_has_the_name_that_it_was_given() -> None:
    """Else its mask's, a picture's by its kind; the name is no part of the scene."""
    recipe = Scene.of(RED).recipe
    assert Zone(recipe).title == "the ground"
    assert Zone(recipe, "border:8%").title == "border:8%"
    assert Zone(recipe, "text:" + 60 * "а").title == "text:" + 32 * "а" + "..."
    assert Zone(recipe, "data:image/png;base64,AAAA").title == "data:image/png"
    assert Zone(recipe, "data:image/png;base64,AAAA", "logo.png#3").title == "logo.png#3"
    assert Zone(recipe, "circle", "disc") == Zone(recipe, "circle")


def test_an_error_in_a_zone_names_it() -> None:
    """And one in its recipe keeps its place."""
    with pytest.raises(InputError, match=r"^zone 2 \(logo.png\): it is empty$"), naming_zone(2, "logo.png"):
        raise InputError("it is empty")
    with pytest.raises(RecipeError, match=r"^zone 1 \(circle\): ") as caught, naming_zone(1, "circle"):
        parse_recipe("50% teel")
    assert caught.value.source[slice(*caught.value.span)] == "teel"
    assert "TEAL" in " ".join(caught.value.suggestions).upper()


@pytest.mark.parametrize(
    ("granules", "field_mm", "match"),
    [(Granules(), 7.9, "field_mm must lie in 8"), (Granules(), 2001, "field_mm"), (Granules(), 200, "below 3 px"),
     (Granules(coarse=("RED",)), 12, "field_mm must lie in 12.8"), (Granules(fine=("RED",)), 100, "0.5 mm would be")],
)  # fmt: skip
def test_granules_have_to_be_laid_and_seen(granules: Granules, field_mm: float, match: str) -> None:
    """Of coarse and fine ones the sizes that they have count."""
    scene = replace(Scene.of(RED), granules=granules)
    scene.check_scale(SIZE, 50)
    with pytest.raises(InputError, match=match):
        scene.check_scale(SIZE, field_mm)


@given(scenes(), st.data())
def test_the_mix_of_a_whole_tile_is_that_of_its_zones(scene: Scene, data: st.DataObject) -> None:
    """At most 8 colours, each as large a part as its zones give it where none had to be left out."""
    weights = [data.draw(st.integers(1, 100)) for _ in scene.zones]
    areas = [weight / sum(weights) for weight in weights]
    overall = overall_recipe(scene.zones, areas)
    assert len(overall.parts) <= MAX_COLOURS
    assert sum(part.percent for part in overall.parts) == 100
    assert {part.colour.code for part in overall.parts} <= {colour.code for colour in scene.colours}
    if len(scene.zones) > 1 and len(scene.colours) <= MAX_COLOURS:
        for part in overall.parts:
            code = part.colour.code
            mixed = sum(area * zone.recipe.percents.get(code, 0) for zone, area in zip(scene.zones, areas, strict=True))
            assert float(part.percent) == pytest.approx(mixed, abs=0.1001)


@given(scenes(), recipes())
def test_another_mix_keeps_the_look(scene: Scene, recipe: object) -> None:
    """Only the ground changes."""
    plain = replace(scene, granules=Granules())
    changed = with_recipe(plain, recipe)  # type: ignore[arg-type]
    assert changed.recipe == recipe
    assert with_recipe(changed, plain.recipe) == plain


def test_one_zone_keeps_its_recipe() -> None:
    """To the hundredth."""
    recipe = parse_recipe("33.33% red, 66.67% black").recipe
    assert overall_recipe([Zone(recipe)], [1.0]) is recipe
    assert recipe.parts[0].percent == Decimal("33.33")


def test_a_range_takes_numbers_and_none() -> None:
    """None is no number; nan lies in no range."""
    check_range("steps", None, 1, 2)
    check_range("steps", 2, 1, 2)
    for value in (0.9, 2.1, float("nan")):
        with pytest.raises(InputError, match=r"steps must lie in 1\.\.2"):
            check_range("steps", value, 1, 2)
    with pytest.raises(InputError, match=r"not 200$"):
        check_range("tolerance", 200.0, 0, 100)
