"""How much fleck there is, said before the word that names its colour."""

from itertools import permutations, product

import pytest

from plitka.core.recipes.reading import parse_recipe
from plitka.errors import RecipeError

WORDS = (
    ("grey", ("on grey", "grey base"), "with", ("speckled", "flecks"), {"mustard": "RH40", "blue": "BLUE"}),
    ("серая", ("на сером", "на серой основе"), "с", ("крапом", "вкрапления"), {"желтым": "YELLOW", "синий": "BLUE"}),
)


@pytest.mark.parametrize(
    ("text", "percents"),
    [
        ("grey, flecked 10% with mustard", {"GRAY": 90, "RH40": 10}),
        ("grey, 10% speckled with mustard", {"GRAY": 90, "RH40": 10}),
        ("concrete grey, speckled 10% with mustard and 5% with blue", {"LTGRAY": 85, "RH40": 10, "BLUE": 5}),
        ("серая, 10% с крапом синим", {"GRAY": 90, "BLUE": 10}),
        ("серая, на 10% с крапом из жёлтого", {"GRAY": 90, "YELLOW": 10}),
        ("grey 90% speckled with blue", {"GRAY": 90, "BLUE": 10}),
        ("light grey not less than 90 per cent with black speckle", {"LTGRAY": 90, "BLACK": 10}),
    ],
)
def test_the_number_is_of_the_fleck(text: str, percents: dict[str, float]) -> None:
    """Unless there is too much of it for one."""
    assert parse_recipe(text).recipe.percents == percents


def test_the_ground_has_the_rest_in_every_order() -> None:
    """Of the ground, the word for the fleck, the number, `with` and the colour."""
    wrong: list[str] = []
    n_read = n_texts = 0
    for ground, grounds, joint, flecks, colours in WORDS:
        for fleck, (name, code), number in product(flecks, colours.items(), ("10%", "10")):
            for order in permutations((fleck, number, joint, name)):
                said = " ".join(order)
                behind = [f"{said} {told}" for told in grounds]
                for text in [f"{ground} {said}", f"{ground}, {said}", *behind] * (
                    order.index(joint) < order.index(name)
                ):
                    n_texts += 1
                    try:
                        read = parse_recipe(text).recipe.percents
                    except RecipeError:
                        continue
                    n_read += 1
                    wrong += [f"{text!r}: {read}"] if read != {"GRAY": 90, code: 10} else []
    assert not wrong
    assert n_read > 0.9 * n_texts
