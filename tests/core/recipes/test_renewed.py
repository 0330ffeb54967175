"""`with_renewed`: a share that another takes the place of."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.renewed import find_untold_shares, with_renewed
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source
from plitka.errors import RecipeError


def test_what_is_left_out_is_told() -> None:
    """Or which colour stands for which."""
    told = {
        "change 20% yellow to 20% orange, base 80% blue": (
            "'change 20% yellow to' is no part of the mix; it is left out"
        ),
        "60% red, 40% black. Change 40% black to 40% brown": (
            "'brown' stands for 'black' of the mix that is told, as asked"
        ),
    }
    for text, notice in told.items():
        assert notice in [str(warning) for warning in parse_recipe(text).warnings]


@pytest.mark.parametrize(
    ("text", "blamed"),
    [
        ("change 20% yellow to 20% orange, base 60% blue", "change 20% yellow to 20% orange"),
        ("red 70 black 30, swap 10% of the red for 10% white", "swap 10% of the red for 10% white"),
        ("замените 20% жёлтого на 20% оранжевого", "замените 20% жёлтого на 20% оранжевого"),
    ],
)
def test_a_share_of_an_unknown_mix_is_refused(text: str, blamed: str) -> None:
    """With the change."""
    with pytest.raises(RecipeError, match="changes") as caught:
        parse_recipe(text)
    assert text[slice(*caught.value.span)] == blamed


def test_other_texts_stay() -> None:
    """Where nothing is changed, or one colour of a mix comes for several."""
    for text in ("red 60, black 40", "swap blue for 60% green, 40% white", "substitute 20% red for 20% green"):
        source = Source(text)
        assert with_renewed(source, scan(source, default_palette())) is None
    source = Source("red 60, black 40")
    assert find_untold_shares(source, scan(source, default_palette())) is None
