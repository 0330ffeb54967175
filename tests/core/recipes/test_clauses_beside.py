"""Clauses that name a colour beside a whole mix."""

from plitka.core.recipes.reading import parse_recipe


def test_what_is_left_out_is_told() -> None:
    """With the colour that it names, or the number that it says again."""
    for text, left_out in [
        ("Green 40, brown 40, remainder black, client hates yellow", "client hates yellow"),
        ("зелёный 40, чёрный 60, заказчик ненавидит жёлтый", "заказчик ненавидит жёлтый"),
        ("please cut white to 5%, so red 65, black 30, white 5", "cut white to 5%"),
    ]:
        assert f"'{left_out}' is no part of the mix" in " ".join(map(str, parse_recipe(text).warnings))
