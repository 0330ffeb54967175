"""A colour and another that says it better."""

from plitka.core.recipes.reading import parse_recipe


def test_the_better_name_is_taken() -> None:
    """With the words before it as its description, and the number behind it."""
    for text, percents in [
        ("коричневый потемнее, ближе к шоколадному 8017, процентов 65, и 35 бежевого", {"RAL 8017": 65, "BEIGE": 35}),
        ("brown, closer to RAL 8017, 65%, and 35 beige", {"RAL 8017": 65, "BEIGE": 35}),
        ("серый, ближе к антрациту 70, белый 30", {"ANTHRACITE": 70, "WHITE": 30}),
        ("grey, close to RAL 7016, 70%, white 30%", {"RAL 7016": 70, "WHITE": 30}),
        ("red closer to burgundy 60%, black 40%", {"BURGUNDY": 60, "BLACK": 40}),
    ]:
        reading = parse_recipe(text)
        assert reading.recipe.percents == percents, text
        assert any("is taken as the description of" in str(notice) for notice in reading.warnings), text


def test_two_colours_with_numbers_are_two() -> None:
    """Whatever stands between them."""
    assert parse_recipe("60% red, 40% black").recipe.percents == {"RED": 60, "BLACK": 40}
    assert len(parse_recipe("60% red, next to 40% black").recipe.parts) == 2
