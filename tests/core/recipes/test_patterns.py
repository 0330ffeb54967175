"""Borders, stripes and letters that a text asks for beside its mix."""

import pytest

from plitka.core.language.looks import PATTERNS
from plitka.core.recipes.patterns import Patterned, find_patterns, words_beside
from plitka.core.tile.masks import is_shape


def told(found: Patterned | None) -> tuple[list[str] | None, list[tuple[str, list[str] | None]]]:
    """Colours of the ground, then mask and colours of each pattern."""
    assert found is not None

    def codes(recipe: object) -> list[str] | None:
        return None if recipe is None else list(recipe.percents)  # type: ignore[attr-defined]

    return codes(found.ground), [(one.mask, codes(one.recipe)) for one in found.patterns]


def test_what_is_said_of_the_look_beside_a_pattern_is_kept() -> None:
    """As the rest is read without the patterns."""
    found = find_patterns("red and black with a blue border, wet, sunny")
    assert found is not None
    assert found.beside is not None
    assert found.beside.look == {"wet": True, "light": "sun"}


@pytest.mark.parametrize(
    ("text", "ground", "patterns"),
    [
        ("red and black with a blue border", ["RED", "BLACK"], [("border:8%", ["BLUE"])]),
        ("50% red, 50% black, border white", ["RED", "BLACK"], [("border:8%", ["WHITE"])]),
        ("красный и чёрный с белой каймой 5%", ["RED", "BLACK"], [("border:5%", ["WHITE"])]),
        ("серый, по краю жёлтая полоса", ["GRAY"], [("border:8%", ["YELLOW"])]),
        ("red with a 50 mm blue border", ["RED"], [("border:10%", ["BLUE"])]),
        ("напиши СТАРТ", None, [("text:СТАРТ", None)]),
        ("red, write START in white", ["RED"], [("text:START", ["WHITE"])]),
        ("green with the word hello in yellow", ["GREEN"], [("text:hello", ["YELLOW"])]),
        ("зелёный, напиши «Школа 5» белым", ["GREEN"], [("text:Школа 5", ["WHITE"])]),
        (
            "красный с синей каймой и надписью СТАРТ белым",
            ["RED"],
            [("border:8%", ["BLUE"]), ("text:СТАРТ", ["WHITE"])],
        ),
        ("stripes of red and white", ["RED"], [("stripes:4", ["WHITE"])]),
        ("в клетку красный и чёрный", ["RED"], [("checker:4", ["BLACK"])]),
        ("black with text FC Meteor", ["BLACK"], [("text:FC Meteor", None)]),
        ("чёрный, надпись Динамо Москва", ["BLACK"], [("text:Динамо Москва", None)]),
        ("red with a circle of white in the middle", ["RED"], [("circle", ["WHITE"])]),
        ("кайма", None, [("border:8%", None)]),
        ("left red, right blue", ["RED"], [("half:right", ["BLUE"])]),
        ("left red right blue", ["RED"], [("half:right", ["BLUE"])]),
        ("left red 50% and right blue 50%", ["RED"], [("half:right", ["BLUE"])]),
        ("left 60% red, 40% black, right blue", ["RED", "BLACK"], [("half:right", ["BLUE"])]),
        ("red on the left, blue on the right", ["RED"], [("half:right", ["BLUE"])]),
        ("red and black, right half blue", ["RED", "BLACK"], [("half:right", ["BLUE"])]),
        ("слева красный, справа синий", ["RED"], [("half:right", ["BLUE"])]),
        (
            "левая половина красная, правая синяя с белой каймой",
            ["RED"],
            [("half:right", ["BLUE"]), ("border:8%", ["WHITE"])],
        ),
        ("сверху белый, снизу чёрный", ["WHITE"], [("half:bottom", ["BLACK"])]),
    ],
)
def test_a_pattern_is_told_from_the_ground(
    text: str, ground: list[str] | None, patterns: list[tuple[str, list[str] | None]]
) -> None:
    """In both languages; what is not said is left open."""
    found = find_patterns(text)
    assert told(found) == (ground, patterns)
    assert found is not None
    assert all(is_shape(one.mask) and one.words in text for one in found.patterns)


@pytest.mark.parametrize(
    "text",
    [
        "60% red, 40% black",
        "red, hopscotch",
        "",
        "logo in white on red",
        "rde with a blue border",
        "a" * 1000,
        "red with black on top",
        "green, left red, right blue",
        "left red, right blue, top white",
    ],
)
def test_what_is_no_pattern_or_no_mix_is_none(text: str) -> None:
    """Where the rest cannot be read, the pattern alone is of no use."""
    assert find_patterns(text) is None


def test_what_is_said_beside_patterns_is_told() -> None:
    """Where it is no mix, that is what is to blame, and not the pattern."""
    assert words_beside('dark tile with a white stripe along the edge and text "FC"') == "dark tile"
    assert words_beside("тёмная плитка с белой каймой") == "тёмная плитка"
    assert words_beside("60% red, 40% black") == ""


@pytest.mark.parametrize("mask", PATTERNS)
def test_every_word_of_the_vocabulary_is_found(mask: str) -> None:
    """But for a logo, which nobody can type."""
    words = [word.strip() for word in PATTERNS[mask].split(",") if "log" not in word and "логотип" not in word]
    missed = [word for word in words if find_patterns(f"red with white {word} START") is None]
    assert not missed
