"""Borders within a border."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.recipes.tables import check_each

from plitka.core.recipes.reading import parse_recipe, parse_tile
from plitka.core.tile.masks import label_masks
from plitka.errors import RecipeError

RINGS = [
    ("outer ring 40mm black, next ring 40mm red, centre grey", "grey", [("border:16%", "red"), ("border:8%", "black")]),
    ("по периметру чёрная полоса 4 см, затем красная 4 см, середина серая; плитка 500 на 500", "grey",
     [("border:16%", "red"), ("border:8%", "black")]),
    ("outer 40 mm ring black, inside: 80% beige 20% brown", "beige 80, brown 20", [("border:8%", "black")]),
    ("outer 40 mm ring black, inside 80% beige 20% brown", "beige 80, brown 20", [("border:8%", "black")]),
    ("grey tile, black border 4 cm, then red 2 cm", "grey", [("border:12%", "red"), ("border:8%", "black")]),
    ("black border 40 mm, then a red border 20 mm inside it, rest grey", "grey",
     [("border:12%", "red"), ("border:8%", "black")]),
    ("black border 40 mm, inner red border 20 mm, field 70% grey 30% white", "grey 70, white 30",
     [("border:12%", "red"), ("border:8%", "black")]),
    ("inner ring 40mm red, outer ring 40mm black, centre grey", "grey",
     [("border:16%", "red"), ("border:8%", "black")]),
    ("outer border 5 cm 60% black 40% grey, inner border 5 cm white, middle red", "red",
     [("border:20%", "white"), ("border:10%", "black 60, grey 40")]),
    ("border 50mm black; border 20mm white; field red; tile 1000x1000", "red",
     [("border:7%", "white"), ("border:5%", "black")]),
    ("tile with three borders: black 2 cm, white 2 cm, red 2 cm, centre grey", "grey",
     [("border:12%", "red"), ("border:8%", "white"), ("border:4%", "black")]),
    ("double border: 3 cm black outside, 3 cm white inside, field green", "green",
     [("border:12%", "white"), ("border:6%", "black")]),
    ("три каймы: чёрная 2 см, белая 2 см, красная 2 см, центр серый", "grey",
     [("border:12%", "red"), ("border:8%", "white"), ("border:4%", "black")]),
    ("двойная кайма: снаружи 3 см чёрная, внутри 3 см белая, поле зелёное", "green",
     [("border:12%", "white"), ("border:6%", "black")]),
    ("кайма чёрная 5 см, внутри неё белая кайма 2 см, остальное зелёное", "green",
     [("border:14%", "white"), ("border:10%", "black")]),
    ("внешняя рамка 3 см синяя, вторая рамка 3 см белая, внутри серый 80 чёрный 20", "grey 80, black 20",
     [("border:12%", "white"), ("border:6%", "blue")]),
    ("внешнее кольцо чёрное 4 см, следующее красное 4 см, центр серый", "grey",
     [("border:16%", "red"), ("border:8%", "black")]),
    ("рамка 5 см красная, потом 5 см белая, потом 5 см синяя, центр жёлтый", "yellow",
     [("border:30%", "blue"), ("border:20%", "white"), ("border:10%", "red")]),
    ("наружное кольцо 4 см чёрное, внутри бежевый 80, коричневый 20", "beige 80, brown 20", [("border:8%", "black")]),
]  # fmt: skip


def test_rings_lie_from_the_edge_inwards() -> None:
    """Each on top of the wider one within it."""

    def check(text: str, ground: str, zones: list[tuple[str, str]]) -> None:
        reading = parse_tile(text)
        assert reading.recipe == parse_recipe(ground).recipe
        assert [(mask, zone.recipe) for mask, zone in reading.zones] == [
            (mask, parse_recipe(mix).recipe) for mask, mix in zones
        ]

    check_each(RINGS, check)


@pytest.mark.parametrize(
    "text",
    [
        "black ring 10 cm on grey tile",
        "red ring 5 cm in the middle of a grey tile",
        "кольцо красное 10 см на сером",
        "black border 300 mm, then red 40 mm, centre grey",
        "outer ring 40mm black, next ring 40mm, centre grey",
        "outer ring 40mm black, next ring 40mm red",
    ],
)
def test_a_round_ring_and_rings_that_do_not_fit_are_refused(text: str) -> None:
    """As are those whose mix, or whose field, is not said."""
    with pytest.raises(RecipeError):
        parse_tile(text)


@given(widths=st.lists(st.integers(5, 60), min_size=2, max_size=3))
@settings(max_examples=30, deadline=None)
def test_each_ring_is_as_wide_as_is_said(widths: list[int]) -> None:
    """In the picture as well: of a tile of 500 mm, one a millimetre."""
    colours = ("black", "red", "white")
    rings = ", ".join(f"border {width} mm {name}" for width, name in zip(widths, colours, strict=False))
    masks = [mask for mask, _ in parse_tile(f"{rings}, field grey").zones]
    row = label_masks(masks, 500, 500)[250, :250]
    found = [int(np.count_nonzero(row == number)) for number in range(len(widths), 0, -1)]
    assert found == pytest.approx(widths, abs=1)
