"""General names, what modifiers do to colours, and names with a slip."""

from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plitka.core.colour.modifiers import MODIFIERS
from plitka.core.colour.naming import (
    MIN_TYPO,
    NEAR_DELTA_E,
    find_general,
    find_modifier,
    find_typo,
    general_names,
    hue_between,
    is_alike,
    is_lightness_denied,
    like_modifiers,
    like_names,
    longest_general,
    resolve,
)
from plitka.core.colour.palette import default_palette, load_palette
from plitka.core.colour.spaces import ciede2000, hex_to_lab_d65
from plitka.core.language.spelling import fold, forms_of, is_cyrillic, name_key, slips
from plitka.core.language.vocabulary import PLAIN_COLOURS

PALETTE = default_palette()
hexes = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06X}")
LONG_NAMES = sorted(name for name, _ in general_names() if len(name_key(name)) > MIN_TYPO and name_key(name).isalpha())


def test_every_general_name_is_found() -> None:
    """By its key, with the value of its row; there are hundreds in English and more than a hundred in Russian."""
    names = dict(reversed(general_names()))
    assert all(find_general(name_key(name)) is not None for name in names)
    assert sum(not name.isascii() for name in names) > 100 < sum(name.isascii() for name in names)
    assert longest_general() == max(len(name.replace("-", " ").split()) for name in names)


@given(hexes)
def test_a_colour_is_the_nearest_or_itself(value: str) -> None:
    """Near enough granules stand for it; else its own value does, and the nearest is still told."""
    lab = hex_to_lab_d65(value)
    found = resolve(lab, PALETTE)
    assert found.delta_e == pytest.approx(ciede2000(lab, found.nearest.lab_d65))
    if found.colour is found.nearest:
        assert found.delta_e <= NEAR_DELTA_E
    else:
        assert ciede2000(lab, found.colour.lab_d65) < 1


def test_a_makers_own_palette_is_asked_alone(tmp_path: Path) -> None:
    """What somebody cannot buy is not offered."""
    path = tmp_path / "maker.csv"
    path.write_text("code,name,hex\nMR-1,Rouge,#C74A3E\nMR-2,Noir,#202020\n", "utf-8")
    assert resolve(hex_to_lab_d65("#C54A3E"), load_palette(path)).colour.code == "MR-1"


@given(hexes, st.sampled_from(sorted(MODIFIERS)))
def test_modifiers_do_what_they_say(value: str, word: str) -> None:
    """Dark is not lighter, light not darker; nothing makes a grey colourful."""
    lightness, a, b = hex_to_lab_d65(value)
    new_lightness, new_a, new_b = MODIFIERS[word].of((lightness, a, b))
    assert (new_lightness - lightness) * (MODIFIERS[word].to_lightness - lightness) >= 0
    if max(abs(a), abs(b)) < 5:
        assert abs(new_a) <= abs(a)
        assert abs(new_b) <= abs(b)


@given(st.sampled_from(LONG_NAMES), st.data())
def test_one_wrong_letter_leads_to_one_name(name: str, data: st.DataObject) -> None:
    """A letter left out or doubled is read as a name that is one edit away, or not at all."""
    at = data.draw(st.integers(0, len(name) - 1))
    if not name[at].isalpha():
        return
    written = data.draw(st.sampled_from([name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:]]))
    found = find_typo(written, PALETTE)
    spelled = [(name_key(found), name_key(written)), (fold(found), fold(written))] if found is not None else []
    # A letter more in an ending leaves the whole of it in the key: «пурпурныйй».
    assert not spelled or any(abs(len(one) - len(other)) <= 1 for one, other in spelled)


def test_near_colours_in_one_word_are_one() -> None:
    """Halfway between them; those that are far apart are two."""
    sand, beige, black = (PALETTE.find(name) for name in ("sand", "beige", "black"))
    assert sand is not None
    assert beige is not None
    assert black is not None
    lab = hue_between(sand.lab_d65, beige.lab_d65)
    assert lab is not None
    assert ciede2000(lab, sand.lab_d65) < ciede2000(sand.lab_d65, beige.lab_d65)
    assert hue_between(sand.lab_d65, black.lab_d65) is None


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("чорный", "Чёрный"),
        ("бирюзавый", "Бирюзовый"),
        ("orrange", "orange"),
        ("burgandy", "burgundy"),
        ("yelow", "yellow"),
        ("balck", "black"),
        ("teel", None),
        ("reed", None),
        ("while", None),
        ("block", None),
        ("RAL 3021", None),
    ],
)
def test_slips(typed: str, name: str | None) -> None:
    """One edit of a long name, swapped or doubled letters of a short one; other short words may be other words."""
    assert find_typo(typed, PALETTE) == name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("blak", "black"),
        ("bleu", "blue"),
        ("gery", "gray"),
        ("чрный", "Чёрный"),
        ("желтй", "Жёлтый"),
        ("красынй", "Красный"),
        ("reed", None),
        ("teel", None),
        ("gren", "green"),
        ("grean", "green"),
        ("graen", "green"),
        ("blakk", "black"),
        ("whate", "white"),
        ("beege", "beige"),
        ("blown", None),
        ("crown", None),
        ("read brown", None),
        ("grin", None),
        ("rd", None),
    ],
)
def test_slips_in_short_names_beside_a_number(typed: str, name: str | None) -> None:
    """A letter is missing or two changed places, or one is wrong in the only plain colour that is near.

    Not where two names are near, nor in a word of its own.
    """
    assert find_typo(typed, PALETTE, has_number=True) == name


@pytest.mark.parametrize("word", ["grngrn", "chorny", "reed", "blak", "сений", "orang"])
def test_what_is_nearly_a_colour_is_like_one(word: str) -> None:
    """So that it never passes for a word about the look."""
    assert like_names(word, PALETTE)


@pytest.mark.parametrize("word", ["dramatic", "cinematic", "bokeh", "каталог", "qwrt", "texture"])
def test_other_words_are_like_none(word: str) -> None:
    """They may stand beside the colours."""
    assert not like_names(word, PALETTE)


def test_the_tables_are_in_order() -> None:
    """English names stand in order, so that each is found by eye; no name stands twice in one table."""
    english = [name for name, _ in general_names() if name.isascii()]
    assert all(first < second for first, second in pairwise(english))
    russian = [name for name, _ in general_names() if not name.isascii()]
    assert len(russian) == len(set(russian))


def test_no_grey_stands_for_a_colour() -> None:
    """Anthracite is near petrol in lightness, and has none of its hue."""
    petrol = find_general("petrol")
    assert petrol is not None
    found = resolve(petrol, PALETTE)
    assert (found.nearest.code, found.colour.source) == ("ANTHRACITE", "free")


def test_slips_of_a_letter_more_are_read() -> None:
    """A doubled letter, also in the ending, and one that is typed again."""
    for text, key in (("сининй", "син"), ("зеленныйй", "зелен"), ("серрый", "сер"), ("краснный", "красн")):
        name = find_typo(text, PALETTE, has_number=True)
        assert name is not None
        assert name_key(name) == key
    assert find_typo("серный", PALETTE, has_number=True) is None


def test_a_shade_that_is_joined_to_a_colour_may_have_any_slip() -> None:
    """Apart it may be another word; with two slips it is only proposed."""
    assert find_modifier("светлло", is_joined=True) == find_modifier("сведло", is_joined=True) == "light"
    assert find_modifier("сведло") is None
    assert like_modifiers("срытло") == ("светло",)
    assert like_modifiers("снова") == like_modifiers("slight") == ()


def test_colours_of_one_hue_are_alike() -> None:
    """Whatever their lightness, within limits."""
    red, brick, black, white = (hex_to_lab_d65(value) for value in ("#C0392B", "#8B2D22", "#101010", "#F5F5F5"))
    assert is_alike(red, brick)
    assert not is_alike(red, black)
    assert not is_alike(black, white)


def test_a_code_is_as_light_as_its_name_says() -> None:
    """It may be darker than what is called dark, but not much lighter."""
    gray, pale, black = (hex_to_lab_d65(value) for value in ("#51514D", "#D0D0CC", "#101010"))
    assert is_lightness_denied("dark grey", gray, pale)
    assert is_lightness_denied("светло-серый", pale, gray)
    assert not is_lightness_denied("тёмно-серый", gray, black)
    assert not is_lightness_denied("grey", gray, pale)


SLIPS = {
    "сений": "синий", "сеняя": "синяя", "сенюю": "синюю", "сирый": "серый", "сирая": "серая", "сивая": "синяя",
    "голубон": "голубой", "голубия": "голубая", "зеленобе": "зеленое", "сервй": "серый",
    "grean": "green", "blakc": "black", "bleu": "blue", "teall": "teal", "purpel": "purple",
}  # fmt: skip


def test_a_slip_is_read_as_the_name_with_the_fewest_changes() -> None:
    """Of two names that are near, the one whose form is spelled most alike is meant."""
    for typed, name in SLIPS.items():
        found = find_typo(typed, PALETTE, has_number=True)
        assert found is not None, typed
        assert PALETTE.find(found) == PALETTE.find(name), (typed, found)


def test_one_wrong_letter_never_leads_to_a_farther_name() -> None:
    """Every form of a plain Russian colour with one letter changed is read as no name that is spelled less like it."""
    for name in filter(is_cyrillic, PLAIN_COLOURS):
        for form, at, letter in product(sorted(forms_of(fold(name))), range(1, 4), "аеиоув"):
            typed = form[:at] + letter + form[at + 1 :]
            found = find_typo(typed, PALETTE, has_number=True)
            if found is not None and PALETTE.find(found) != PALETTE.find(name) and PALETTE.find(typed) is None:
                assert min(slips(typed, other) for other in forms_of(fold(found))) <= slips(typed, form), typed
