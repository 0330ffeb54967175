"""Names of the parts of a tile in a text."""

from plitka.core.recipes.part_names import (
    find_heads,
    find_shape,
    may_be_of_part,
    meant_together,
    part_with_number,
    small_letters,
)


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


def test_an_unknown_word_may_be_of_a_part() -> None:
    """As a name of one, or the direction of stripes; any other is no reason to look for parts."""
    assert may_be_of_part("field grey, border red", (0, 5))
    assert may_be_of_part("полосы по диагонали", (10, 19))
    assert not may_be_of_part("rde with a border", (0, 3))


def test_a_shape_is_found_with_its_mask() -> None:
    """The field and the middle are none."""
    assert find_shape("grey with a Frame") == (12, 17, "border:8%")
    assert find_shape("серая шахматка") == (6, 14, "checker:4")
    assert find_shape("the field is grey in the middle") is None


def test_a_percent_before_a_border_is_of_it() -> None:
    """Also where its colour stands behind."""
    assert part_with_number("10% border red, black") == (4, 10, "border:8%")
    assert part_with_number("90% black, 10% red") is None
