"""Names of the parts of a tile in a text."""

from plitka.core.recipes.part_names import find_heads, find_shape, meant_together, small_letters


def test_words_of_one_part_are_one_name() -> None:
    """`Border around the edge` is one, `border` and `field` are two."""
    kinds = [head.kind for head in find_heads("border around the edge black, field red")]
    assert kinds == ["border", "field"]
    assert [head.kind for head in find_heads("кайма 5 см по краю, круг в центре")] == ["border", "circle"]
    assert meant_together("border", "field") == ""
    assert meant_together("line", "middle") == "line"


def test_small_letters_keep_their_places() -> None:
    """Also where a letter is longer in small."""
    text = "ПОЛЕ Чёрное, İ, red"
    assert len(small_letters(text)) == len(text)
    assert small_letters("Чёрное") == "черное"


def test_a_shape_is_found_with_its_mask() -> None:
    """The field and the middle are none."""
    assert find_shape("grey with a Frame") == (12, 17, "border:8%")
    assert find_shape("серая шахматка") == (6, 14, "checker:4")
    assert find_shape("the field is grey in the middle") is None
