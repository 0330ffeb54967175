"""The panel of the mix: words, sliders, colours and ready mixes."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.web.conftest import OpenWindow, Window, dragged, stepped_back

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.reading import parse_recipe


def percents(page: Page) -> list[float]:
    """What the rows of the mix say."""
    return [float(field.input_value()) for field in page.locator(".mix-rows .percent-field input").all()]


def test_words_are_read_as_they_are_typed(window_of: OpenWindow) -> None:
    """Russian ones too; what they say of the look is shown, and what cannot be read is marked and changes nothing."""
    window = window_of(locale="ru-RU")
    page = window.open()
    words = page.get_by_label("Словами")
    words.fill("70% синего, остальное жёлтый, мокрая")
    expect(page.locator(".chip-name")).to_have_text(["Синий", "Жёлтый"])
    fields = page.locator(".mix-rows .percent-field input")
    for field, percent in zip(fields.all(), ("70", "30"), strict=True):
        expect(field).to_have_value(percent)
    expect(page.locator(".right details.panel").last).to_contain_text("мокрая")
    assert window.order() == {"recipe": "70% blue, 30% yellow", "seed": 7, "wet": True}
    share = page.get_by_label("Синий, процент")
    for typed, shown in (("33,5", "33,5"), ("много", "33,5"), ("", "33,5"), ("70", "70")):
        share.fill(typed)
        share.blur()
        expect(share).to_have_value(shown)
    expect(page.get_by_label("Жёлтый, процент")).to_have_value("30")
    words.fill("70% синего, 30% жолтго")
    expect(page.locator(".refusal mark")).to_have_text("жолтго")
    expect(page.locator("#recipe-told")).to_contain_text("на ней по-прежнему 70% синий, 30% жёлтый")
    expect(words).to_have_attribute("aria-invalid", "true")
    assert percents(page) == [70, 30]
    words.fill("70% синего, 30% чернуй")
    page.get_by_role("button", name="Взять «чёрный»").click()
    expect(words).to_have_value("70% синего, 30% чёрный")
    expect(page.locator(".chip-name")).to_have_text(["Синий", "Чёрный"])
    words.fill("60% синий, 60% чёрный")
    page.get_by_role("button", name="Привести к 100 %: 50% синий, 50% чёрный").click()
    expect(words).to_have_value("50% синий, 50% чёрный")
    words.fill("синий и белый поровну")
    expect(page.locator(".refusal")).to_have_count(0)
    expect(page.locator(".chip-name")).to_have_text(["Синий", "Белый"])


def test_words_take_back_what_they_said_before(page: Page) -> None:
    """Of pattern and look, also after the field was emptied, which is not filled under the hand; no choice by hand."""
    words = page.get_by_label("In words")

    def typed(text: str, hash_end: str) -> None:
        words.fill(text)
        page.wait_for_function("end => decodeURIComponent(location.hash).endsWith(end)", arg=hash_end)

    typed("red and black with a blue border, wet, sunny", "|BLUE:100&light=sun&wet=1")
    expect(page.locator("#recipe-told")).to_contain_text("On the tile: Border (Blue).")
    expect(page.locator("#recipe-told")).to_contain_text("'sunny' is shown in the sun")
    words.fill("")
    page.wait_for_timeout(600)
    expect(words).to_have_value("")
    typed("2:1 red and black", "#mix=RED:66.7,BLACK:33.3")
    page.locator(".right details.panel").last.locator("summary").click()
    page.get_by_label("Wet").check()
    typed("2:1 red and black, overcast", "&light=overcast&wet=1")
    typed("2:1 red and green", "#mix=RED:66.7,GREEN:33.3&wet=1")
    words.fill("")
    words.blur()
    expect(words).to_have_value("66.7% red, 33.3% green RAL 6001")


def test_an_area_in_words_is_the_floors(window: Window) -> None:
    """Told as what it is; one that is given to the floor since then is not undone by more words."""
    page = window.open()
    words = page.get_by_label("In words")
    words.fill("for a playground of 40 m2, 60% blue, 40% gray")
    expect(page.locator("#recipe-told .remark", has_text="40 m2")).to_have_text(
        "“40 m2” is an area: “Materials and price” and the floor are of it."
    )
    page.get_by_role("button", name="Materials and price").click()
    area = page.get_by_label("Area of the floor")
    expect(area).to_have_value("40")
    area.fill("55")
    page.keyboard.press("Escape")
    words.fill("for a playground of 40 m2, 60% blue, 40% green")
    expect(page.locator(".chip-name").last).to_contain_text("Green")
    assert page.evaluate("location.hash").endswith(",55")
    words.fill("60% blue, 40% white, tile 500x500 mm")
    expect(page.locator("#recipe-told .remark")).to_contain_text("500x500 mm")
    expect(page.locator("#recipe-told")).not_to_contain_text("is an area")


def test_under_a_pattern_the_ground_is_to_blame(page: Page) -> None:
    """Where that alone cannot be read; and it can be mended with a press, pattern and all."""
    words = page.get_by_label("In words")
    words.fill("dark tile with a white stripe along the edge")
    expect(page.locator(".refusal mark")).to_have_text("dark tile")
    expect(page.locator(".refusal")).to_contain_text("No colour is named")
    words.fill("bblcak with a white border")
    page.get_by_role("button", name="Take “black”").click()
    expect(page.locator("#recipe-told")).to_contain_text("On the tile: Border (White).")


def test_the_example_of_a_refusal_can_be_taken(page: Page) -> None:
    """In the text's own colours; not where a pattern would go with it."""
    words = page.get_by_label("In words")
    words.fill("lots of red, some black")
    expect(page.locator(".refusal")).to_contain_text("leaves the number open")
    page.get_by_role("button", name="Take “90% red, 10% black”").click()
    expect(words).to_have_value("90% red, 10% black")
    expect(page.locator(".refusal")).to_be_hidden()
    expect(page.locator(".chip-name")).to_have_text(["Red", "Black"])
    assert percents(page) == [90, 10]


def test_sliders_are_linked_and_a_lock_holds(page: Page) -> None:
    """By keys and by the mouse; the sum stays 100, and undo goes back over a whole slide."""
    page.get_by_role("button", name="Keep the share of Black").press("Enter")
    red = page.get_by_role("slider", name="Red")
    for _ in range(5):
        red.press("ArrowRight")
    assert percents(page) == [65, 30, 5]
    red.press("End")
    assert percents(page) == [70, 30, 0]
    expect(page.get_by_role("slider", name="Black")).to_be_disabled()
    page.keyboard.press("Control+z")
    assert percents(page) == [60, 30, 10]
    page.keyboard.press("Control+Shift+Z")
    assert percents(page) == [70, 30, 0]
    expect(page.get_by_label("In words")).to_have_value("70% red, 30% black")
    with dragged(page, "Red", 0.7, 0.4):
        red_percent, black_percent, white_percent = percents(page)
        assert (black_percent, red_percent + white_percent) == (30, 70)
        assert 30 < red_percent < 50


def test_the_address_holds_the_design(window: Window, window_of: OpenWindow) -> None:
    """After a reload, and in a new profile."""
    page = window.open()
    page.get_by_label("White, percent").fill("12.5")
    page.get_by_label("White, percent").press("Enter")
    page.get_by_role("button", name="Keep the share of White").click()
    page.locator("summary", has_text="Granules and light").click()
    page.get_by_label("Sun").check(force=True)
    shown, order = percents(page), window.order()
    assert sum(shown) == 100
    address = page.evaluate("location.href").removeprefix(window.origin)
    page.reload()
    page.wait_for_selector(".mixer")
    assert percents(page) == shown
    other = window_of()
    other.open(address)
    assert percents(other.page) == shown
    assert other.order() == order
    expect(other.page.get_by_role("button", name="Keep the share of White")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_every_colour_is_read_back_by_its_words(window_of: OpenWindow, locale: str) -> None:
    """Those of the words, which are the name that its row shows, or its number; no English among Russian ones."""
    window = window_of(locale=locale)
    window.open()
    told = window.module(
        "colours.js",
        """const of = (code) => ({ code, word: m.wordOf(code), row: m.fullNameOf(m.colourOf(code)) });
        return given.map(of);""",
        [colour.code for colour in default_palette().colours],
    )
    read = {one["code"]: parse_recipe(f"60% {one['word']}, 40% #123456").recipe.colours[0].code for one in told}
    own = window.module(
        "colours.js", "return Object.fromEntries(given.map((one) => [one, m.ownCodeOf(one)]));", [*read]
    )
    assert {code: own[found] for code, found in read.items()} == own
    assert {own[colour.code] for colour in default_palette().colours if colour.source == "ral"}.isdisjoint(
        {colour.code for colour in default_palette().colours if colour.source == "ral"}
    )
    other = [one for one in told if one["word"].lower() != one["row"].lower()]
    makers = {colour.code for colour in default_palette().colours if colour.source == "maker"}
    assert {one["code"] for one in other} <= makers
    if locale == "ru-RU":
        assert {one["word"] for one in other} == {"RH01", "RH20", "RH10", "US-062", "US-064", "US-067"}
        page = window.open("/#mix=TRADE_BLUE:60,YELLOW:40")
        expect(page.get_by_label("Словами")).to_have_value("60% синий RAL 5005, 40% жёлтый")
        page.get_by_label("Словами").fill("60% RAL 5005, 40% жёлтый")
        expect(page.locator(".chip-name").first).to_have_text("Синий RAL 5005")
        page.get_by_label("Словами").fill("50% RAL 5005, 50% жёлтый")
        expect(page).to_have_url(re.compile("TRADE_BLUE:50"))


def test_a_colour_is_found_by_name_code_ral_and_hex(window: Window) -> None:
    """Each search leaves few; the chosen one joins the mix."""
    page = window.open()
    for text, name in (
        ("терракот", "Terracotta"),
        ("RH20", "RH20"),
        ("ral 5005", "Blue RAL 5005"),
        ("#a63d31", "#a63d31"),
    ):
        page.get_by_role("button", name="Add a colour").click()
        page.get_by_role("searchbox").fill(text)
        page.locator(".swatch:not(:disabled)").first.click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.locator(".chip-name").last).to_contain_text(name)
    assert sum(percents(page)) == 100
    assert "#a63d31" in window.order()["recipe"].lower()
    page.get_by_role("button", name="Add a colour").click()
    page.get_by_role("searchbox").fill("brick")
    page.keyboard.press("Enter")  # there is one
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".chip-name").last).to_contain_text("Brick red")
    page.get_by_role("button", name="Brick red RAL 3016: choose another colour").click()
    search, found = page.get_by_role("searchbox"), page.locator(".swatch-name")
    for slip, name in (("emrald", "Emerald"), ("terrakotta", "Terracotta"), ("оранжвый", "Orange"), ("blakc", "Black")):
        search.fill(slip)
        expect(found.first).to_have_text(name)
    search.fill("brikc red")
    expect(found).to_have_text(["Brick red"])
    search.fill("quantum")
    expect(found).to_have_count(0)
    page.get_by_role("searchbox").fill("gr")
    page.keyboard.press("Enter")
    expect(page.locator(".swatch:not(:disabled)").first).to_be_focused()


def test_colours_lie_as_a_rainbow(window: Window) -> None:
    """Greys first, and greens beside each other, whatever the names are."""
    page = window.open()
    page.get_by_role("button", name="Add a colour").first.click()
    names = page.get_by_role("region", name="Photographed granules").locator(".swatch-name").all_inner_texts()
    assert names[0] == "Black"
    greens = [at for at, name in enumerate(names) if name.lower().endswith(("green", "apple"))]
    assert len(greens) == 6
    assert greens[-1] - greens[0] == len(greens) - 1, names


def test_makers_colours_have_russian_names(window_of: OpenWindow) -> None:
    """One that has none is the maker's, and marked as of another language."""
    page = window_of(locale="ru-RU").open()
    page.get_by_role("button", name="Добавить цвет").click()
    names = page.get_by_role("region", name="Производители крошки").locator(".swatch-name")
    expect(names.filter(has_text="Горчичный")).to_have_count(1)
    told = names.evaluate_all("all => all.map((one) => [one.textContent, one.lang])")
    assert [name for name, lang in told if lang] == [name for name, _ in told if name.isascii()] == ["Funky Pink"]


def test_a_makers_palette_is_text_whatever_is_in_it(window: Window, tmp_path: Path) -> None:
    """Markup in a name is shown, and runs nothing; the palette is there again after a reload."""
    file = tmp_path / "<i>own.csv"
    file.write_text("code,name,hex\nK-1,<img src=x onerror=alert(1)>,#123456\n", "utf-8")
    page = window.open()
    page.get_by_role("button", name="Add a colour").click()
    page.locator(".own-palette input[type=file]").set_input_files(file)
    expect(page.locator(".file-name")).to_have_text("<i>own.csv")
    page.locator(".swatch", has_text="K-1").click()
    expect(page.locator(".chip-name").last).to_have_text("<img src=x onerror=alert(1)> K-1")
    stepped_back(page).reload()
    page.wait_for_selector(".mixer")
    expect(page.locator(".chip-name").last).to_have_text("<img src=x onerror=alert(1)> K-1")
    assert "#123456" in window.order()["recipe"].lower()
    page.get_by_label("In words").fill("60% <b>red</b>, 40% black")
    expect(page.locator(".refusal")).to_contain_text("<b>")
    file.write_text("name\nx\n", "utf-8")
    page.get_by_role("button", name="Add a colour").click()
    page.locator(".own-palette input[type=file]").set_input_files(file)
    expect(page.locator(".dialog .refusal")).to_contain_text("code,name,hex")


def test_every_ready_mix_can_be_ordered(window: Window) -> None:
    """Each is a recipe that is read as it is shown."""
    page = window.open()
    page.get_by_text("Ready mixes of the trade").click()
    blends = page.locator(".blend")
    assert blends.count() >= 8
    recipes = []
    for blend in blends.all():
        blend.click()
        recipes.append(window.order()["recipe"])
    assert len(set(recipes)) == len(recipes)
    answers = window.module(
        "api.js",
        """const sums = [];
        for (const recipe of given) {
            const read = await m.answerOf(m.client.POST("/v1/recipes/parse", { body: { recipe, strict: true } }));
            sums.push([read.warnings.length, Object.values(read.requested).reduce((a, b) => a + b)]);
        }
        return sums;""",
        recipes,
    )
    assert answers == [[0, 100]] * len(recipes)


def test_a_pattern_in_words_is_put_on_the_tile(window_of: OpenWindow) -> None:
    """As it is typed, in the page's words and not the command line's; it is told, and can be taken off.

    Zones that were there stay, but for those of the same shape, and one step back takes all of it away again.
    """
    window = window_of(locale="ru-RU")
    page = window.open()
    words = page.get_by_label("Словами")
    words.fill("красный и чёрный с синей каймой и надписью СТАРТ белым")
    expect(page.locator("#recipe-told")).to_contain_text("На плитке: Кайма (Синий); «СТАРТ» (Белый).")
    made = window.order()
    assert made["recipe"] == "50% red, 50% black"
    assert made["zones"] == [
        {"mask": "border:8%", "recipe": "100% blue"},
        {"mask": "text:СТАРТ", "recipe": "100% white"},
    ]
    expect(words).to_have_value("красный и чёрный с синей каймой и надписью СТАРТ белым")
    page.get_by_role("button", name="Отменить", exact=True).click()
    assert "zones" not in window.order()
    words.fill("напиши СТАРТ")
    expect(page.locator("#recipe-told")).to_contain_text("На плитке: «СТАРТ» (Жёлтый).")
    assert window.order()["recipe"] == "60% red, 30% black, 10% white"
    assert [zone["mask"] for zone in window.order()["zones"]] == ["text:СТАРТ"]
    page.get_by_role("button", name="Убрать рисунок").click()
    expect(page.locator("#recipe-told")).to_have_text("")
    assert "zones" not in window.order()
    page.get_by_role("button", name="Кайма").click()
    words.fill("слева красный, справа синий, надпись ДВОР белым")
    expect(page.locator("#recipe-told")).to_contain_text("На плитке: Правая половина (Синий); «ДВОР» (Белый).")
    assert [zone["mask"] for zone in window.order()["zones"]] == ["border:8%", "half:right", "text:ДВОР"]
    words.fill("зелёный")
    expect(page.locator(".mix-rows").first.locator(".chip-name")).to_have_text(["Зелёный RAL 6001"])
    assert [zone["mask"] for zone in window.order()["zones"]] == ["border:8%"]


def test_a_circle_in_words_has_the_usual_size(window: Window) -> None:
    """Its slider shows it; words that no preview shows are told in plain words."""
    page = window.open()
    page.get_by_label("In words").fill("red with a white circle")
    expect(page.locator("#recipe-told")).to_contain_text("On the tile: Circle (White).")
    assert [zone["mask"] for zone in window.order()["zones"]] == ["circle:60%"]
    page.get_by_label("In words").fill("red, autumn mood")
    expect(page.locator("#recipe-told .remark")).to_have_text(
        "“autumn mood” is neither a colour nor a look that the preview can show; the mix is without it."
    )


def test_no_error_line_is_wider_than_the_window(window_of: OpenWindow) -> None:
    """However long what was typed is, and whatever is said of it: it is no option of a command line."""
    page = window_of(viewport={"width": 360, "height": 800}).open()
    for text in ("60% red, 30% " + "qwerty " * 60, "zone A: red 50%, zone B: blue 50%", "x" * 300):
        page.get_by_label("In words").fill(text)
        expect(page.locator("#recipe-told .refusal")).to_be_visible()
        expect(page.locator("#recipe-told")).not_to_contain_text("--")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert page.locator(".panel").first.evaluate("panel => panel.scrollWidth - panel.clientWidth") <= 0


def test_what_was_guessed_is_told_beside_the_sliders(window: Window) -> None:
    """And the sliders have what was read."""
    page = window.open()
    page.get_by_label("In words").fill("green, a bit of yellow")
    expect(page.locator("#recipe-told .remark")).to_contain_text("leaves the number open")
    assert percents(page) == [90, 10]
