"""Sizes of granules of single colours."""

from plitka.core.colour.palette import default_palette
from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.beside import Asides
from plitka.core.recipes.grain_sizes import is_said_again, of_both_sizes, with_bare_sizes
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.segments import split
from plitka.core.recipes.source import Source


def test_numbers_behind_a_word_for_a_size_are_its_own() -> None:
    """Where nothing follows them, and granules can be of that size."""

    def n_numbers(text: str) -> int:
        tokens = with_bare_sizes(scan(Source(text), default_palette()))
        return sum(token.kind is Kind.NUMBER for token in tokens)

    assert n_numbers("20% blue fine 0.5-1.5, 80% black") == 2
    assert n_numbers("fine 60-40 red, black") == 2
    assert n_numbers("fine 1-3 parts blue, black") == 2


def test_brackets_may_say_a_size_of_colours_outside() -> None:
    """And of no others."""

    def found(text: str) -> list[bool]:
        source = Source(text)
        segments = list(split(source, scan(source, default_palette())))
        return [is_said_again(segment, segments) for segment, _ in segments if segment]

    assert found("red 60, black 40 (coarse black)") == [False, False, True]
    assert found("red 60 (coarse black)") == [False, False]
    assert found("red 60, coarse black 40") == [False, False]


def test_a_colour_of_both_sizes_is_of_none() -> None:
    """Others keep theirs."""
    asides = Asides(look={"fine": ["BLUE", "RED"]})
    assert of_both_sizes(asides, "BLUE", "blue", "coarse")
    assert asides.look == {"fine": ["RED"]}
    assert str(asides.remarks[0]).startswith("'blue' is said to be both fine and coarse")
    assert not of_both_sizes(asides, "BLUE", "blue", "coarse")


def test_sizes_go_to_the_scene() -> None:
    """Behind the number of a colour, and in brackets behind the mix."""
    for text in ("black 20 coarse, beige 80 fine", "black 20, beige 80 (coarse black, fine beige)"):
        assert parse_recipe(text).look == {"coarse": ["BLACK"], "fine": ["BEIGE"]}


def test_a_word_beside_its_size_is_of_all_granules() -> None:
    """Behind a dash or at the end, and not of the last colour; sizes of single colours stay theirs."""
    for text in (
        "40% dark green, 40% light green, 20% beige - fine granules 0.5-1.5 mm",
        "40% dark green, 40% light green, 20% beige, 0.5-1.5 mm fine granules",
        "40% тёмно-зелёный, 40% светло-зелёный, 20% бежевый - мелкие гранулы 0.5-1.5 мм",
    ):
        assert parse_recipe(text).look == {"granule_mm": [0.5, 1.5]}
    apart = parse_recipe("black 1-4 mm 80, red fine granules 0.5-1.5 mm 20")
    assert apart.look == {"granule_mm": [1, 4], "fine": ["RED"]}


def test_a_range_behind_crumb_of_tyres_is_of_its_granules() -> None:
    """As behind other granules."""
    for text in (
        "6 kg black SBR 1-4, 1.5 kg EPDM RAL 6018, 0.5 kg EPDM white",
        "6 кг чёрный SBR 1-4, 1.5 кг EPDM RAL 6018, 0.5 кг EPDM белый",
    ):
        reading = parse_recipe(text)
        assert [*reading.recipe.percents] == ["BLACK", "RAL 6018", "WHITE"]
        assert reading.look == {"granule_mm": [1, 4]}


def test_words_between_a_size_and_its_name_make_it_of_no_colour() -> None:
    """`The fine stuff 0.5-1.5 mm` is said of all granules, as is `fine granules 0.5-1.5 mm`."""
    for text, granule_mm in (
        ("orange 33%, black 67% - customer wants the fine stuff 0.5-1.5mm", [0.5, 1.5]),
        ("black 60, red 40 - the coarse kind 2-4mm", [2, 4]),
        ("60% red, 40% black - coarse granulate size 2-4 mm", [2, 4]),
        ("чёрный 60, красный 40 - заказчик хочет мелкую крошечку 0,5-1,5 мм", [0.5, 1.5]),
        ("чёрный 60, красный 40 - крупную такую 3-5 мм", [3, 5]),
    ):
        assert parse_recipe(text).look == {"granule_mm": granule_mm}, text
    sized = parse_recipe("fine black 60, coarse red 40").look
    assert sized == {"fine": ["BLACK"], "coarse": ["RED"]}


def test_a_size_of_the_blend_is_of_all_granules() -> None:
    """Not of the colour that is named first."""
    for text in (
        "fine-grained blend of RAL 5015 (40%), RAL 5012 (40%) and white (20%)",
        "fine-grained mix of red 40% and white 60%",
        "fine mixture: red 40%, white 60%",
        "мелкозернистая смесь красного 40% и белого 60%",
        "мелкая смесь: красный 40, белый 60",
    ):
        assert parse_recipe(text).look == {"granules": "0.5-1.5"}, text
    assert parse_recipe("coarse mix of red 40% and white 60%").look == {"granules": "2-4"}
    assert parse_recipe("fine red 40%, white 60%").look == {"fine": ["RED"]}


def test_a_size_is_of_the_colour_whose_word_for_it_stands_beside() -> None:
    """Also behind the colour, where both words have one ending; else it is told that it is of the whole tile."""
    for text in (
        "всё чёрное кроме 10% белых крупных гранул 4-6мм",
        "чёрное 90%, белых крупных гранул 10%",
        "all black except 10% coarse white granules 4-6 mm",
    ):
        assert parse_recipe(text).look == {"coarse": ["WHITE"]}
    for text in ("10% white 4-6 mm, the rest black", "60% red, 40% black coarse granules"):
        assert any(str(warning).endswith(" mm on the whole tile") for warning in parse_recipe(text).warnings)
