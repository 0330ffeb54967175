"""The Russian names of makers' colours that are each one colour's own."""

from collections import defaultdict

from plitka.core.colour.maker_names import makers_own
from plitka.core.colour.palette import default_palette
from plitka.core.language.spelling import name_key
from plitka.core.recipes.reading import parse_recipe


def test_one_colour_has_such_a_name() -> None:
    """Also where another has it in brackets."""
    assert makers_own("Горчичный") == ("Горчичный",)
    assert not makers_own("Зелёный")
    found = default_palette().find("горчичный")
    assert found is not None
    assert found.code == "RH40"


def test_each_name_of_one_colour_is_that_colour() -> None:
    """In both languages; what is not says what it took."""
    owners = defaultdict(set)
    for colour in default_palette().colours:
        for name in {colour.name_ru, colour.caption_name, *colour.other_names}:
            owners[name_key(name)].add((colour.code, name))
    alone = [next(iter(named)) for named in owners.values() if len(named) == 1]
    assert len(alone) > 100
    for code, name in alone:
        reading = parse_recipe(f"{name} 100%")
        assert [part.colour.code for part in reading.recipe.parts] == [code] or reading.warnings, name
