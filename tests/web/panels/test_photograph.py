"""The panel of photographs: ordered, watched, cancelled, compared with what was asked, and taken home."""

import io
import json
import re
import shlex
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Page, expect
from tests.serve.conftest import Running
from tests.web.conftest import Window

ODD = "it's $HOME; `touch x`"


def test_a_photograph_is_made_and_measured(window: Window, server: Running) -> None:
    """Progress is told; then the picture, asked and measured percents, and seed stand there."""
    page = window.open("/#mix=RED:60,BLACK:40&seed=11")
    with server.fast.lingering():
        page.get_by_role("button", name="Make the picture").click()
        expect(page.locator("progress")).to_be_visible()
        expect(page.get_by_role("status")).to_contain_text("Painting, step")
    expect(page.locator(".picture")).to_have_attribute("src", "/v1/jobs/" + _job(page) + "/image")
    rows = page.locator(".shares tbody tr")
    expect(rows).to_have_count(2)
    assert [cell.inner_text() for cell in rows.first.locator("th, td").all()] == ["Red", "60\xa0%", "60\xa0%"]
    expect(page.locator(".photograph")).to_contain_text("Seed 11")
    for kind in ("PNG", "JPEG", "WEBP"):
        with page.expect_download() as downloaded:
            page.get_by_role("link", name=kind).click()
        image = Image.open(io.BytesIO(downloaded.value.path().read_bytes()))
        assert image.format == kind
    assert 11 in server.fast.made


def _job(page: Page) -> str:
    """The id of the job whose picture is shown, once there is one."""
    page.wait_for_selector('.picture[src*="/image"]')
    src = page.locator(".picture").get_attribute("src") or ""
    return src.split("/")[3]


def test_the_call_and_the_command_say_the_same(window: Window) -> None:
    """Copied, they are whole words to a shell, whatever the design has in it, and mean the design."""
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = window.open(
        f"/#mix=RED:60,BLACK:40&wet=1&light=sun&coarse=RED&zone=border:20%25|WHITE:100&word={quote(ODD)}"
    )
    page.get_by_role("button", name="Make the picture").click()
    page.locator("summary", has_text="For programs").click()
    page.get_by_role("button", name="Copy command").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    words = shlex.split(page.evaluate("navigator.clipboard.readText()"))
    assert words[:3] == ["plitka", "generate", f"60% red, 40% black, {ODD}"]
    assert words[words.index("--zone") + 1] == "border:20%=100% white"
    assert words[words.index("--light") + 1] == "sun"
    page.get_by_role("button", name="Copy API call").click()
    expect(page.get_by_role("button", name="Copy command")).to_be_visible()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    call = shlex.split(page.evaluate("navigator.clipboard.readText()").replace("\\\n", " "))
    assert json.loads(call[call.index("-d") + 1]) == window.order()


def test_one_is_cancelled(window: Window, server: Running) -> None:
    """It ends at its next step; the preview is shown again, nothing else is left of it, and the next can be ordered."""
    page = window.open("/#mix=RED:60,BLACK:40&seed=12")
    with server.fast.lingering():
        page.get_by_role("button", name="Make the picture").click()
        expect(page.get_by_role("status")).to_contain_text("Painting, step")
        expect(page.locator(".frame-told")).to_contain_text("Painting, step")
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator(".photograph [role=status]")).to_have_text("Cancelled; nothing was made.")
    expect(page.locator("progress")).to_have_count(0)
    expect(page.get_by_label("Preview", exact=True)).to_be_checked()
    expect(page.locator(".frame-told")).to_have_count(0)
    page.get_by_role("button", name="Make the picture").click()
    page.wait_for_selector('.picture[src*="/image"]')
    expect(page.locator(".thumb")).to_have_count(0)


def test_four_variations_are_seen_together_and_one_is_taken(window: Window, server: Running) -> None:
    """Made one after another, each with its seed and shares; the one that is taken is the design, and can be undone."""
    page = window.open("/#mix=RED:60,BLACK:40&seed=13013")
    page.get_by_role("button", name="Four variations").click()
    four = page.get_by_role("list", name="Variations of this mix").get_by_role("button")
    expect(four.locator('img[src*="/image"]')).to_have_count(4)
    expect(page.locator(".strip")).to_have_count(0)
    seeds = [int(text.removeprefix("Seed ")) for text in page.locator(".variation-seed").all_inner_texts()]
    assert seeds[0] == 13013
    assert len(set(seeds)) == 4
    assert [seed for seed in server.fast.made if seed in seeds] == seeds
    places = four.evaluate_all("all => all.map((one) => [one.offsetLeft, one.offsetTop])")
    assert [len(set(along)) for along in zip(*places, strict=True)] == [2, 2]
    last = page.get_by_role("button", name=f"Take variation 4: Seed {seeds[3]} Red 60\xa0% Black 40\xa0%")
    last.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="Picture")).to_be_focused()
    expect(page.locator(".frame-told")).to_have_count(0)
    expect(page.locator(".photograph")).to_contain_text(f"Seed {seeds[3]}")
    assert window.order()["seed"] == seeds[3]
    page.get_by_role("button", name="Undo").click()
    assert window.order()["seed"] == 13013


def test_four_variations_can_be_ended_early(window: Window, server: Running) -> None:
    """Those that wait are told apart; once the first is done, the rest can be done without, and it stays."""
    page = window.open("/#mix=RED:60,BLACK:40&seed=13014&zone=border:20%25|WHITE:100")
    with server.fast.lingering():
        page.get_by_role("button", name="Four variations").click()
        shares = page.locator(".variation-shares")
        expect(shares.nth(3)).to_contain_text("Waiting")
        assert len([one for one in shares.all_inner_texts() if one == "Waiting; this one is next"]) <= 1
        server.fast.n_may_end = 1
        expect(page.locator('.variation img[src*="/image"]')).to_have_count(1)
        table = page.locator(".shares").first
        expect(table).to_contain_text("Measured on the ground")
        told = re.findall(r"[\d.]+\xa0%", shares.first.inner_text())
        assert told == [cell.split("\n")[-1].strip() for cell in table.locator("td:last-child").all_inner_texts()]
        expect(shares.first).to_contain_text("Ground:")
        page.get_by_role("button", name="Do without the rest").click()
        expect(page.get_by_text("Still in work")).to_have_count(0)
    expect(page.locator('.picture[src*="/image"], .variation img[src*="/image"]').first).to_be_visible()


def test_a_picture_in_work_outlives_a_reload(window: Window, server: Running) -> None:
    """It is told where it will be; the page goes on with it, and has it in the end."""
    page = window.open("/#mix=RED:60,BLACK:40&seed=13015")
    with server.fast.lingering():
        page.get_by_role("button", name="Make the picture").click()
        expect(page.get_by_role("status")).to_contain_text("Painting, step")
        expect(page.locator(".progress")).to_contain_text("will be under “My tiles”")
        page.reload()
        expect(page.locator(".progress")).to_contain_text("Painting")
        expect(page.get_by_role("radio", name="Picture")).to_be_checked()
    expect(page.locator(".shares")).to_be_visible()
    page.wait_for_selector('.picture[src*="/image"]')
    page.reload()
    page.wait_for_selector(".mixer")
    expect(page.locator(".progress, .shares")).to_have_count(0)  # its end was seen


def test_a_picture_that_is_there_is_the_first_of_four(window: Window, server: Running) -> None:
    """It is not made again."""
    page = window.open("/#mix=RED:60,BLACK:40&seed=13017")
    page.get_by_role("button", name="Make the picture").click()
    page.wait_for_selector('.picture[src*="/image"]')
    page.get_by_role("button", name="Four variations").click()
    four = page.get_by_role("list", name="Variations of this mix").get_by_role("button")
    expect(four.locator('img[src*="/image"]')).to_have_count(4)
    assert page.locator(".variation-seed").first.inner_text() == "Seed 13017"
    assert server.fast.made.count(13017) == 1


def test_variations_of_an_earlier_mix_leave_the_design_alone(window: Window) -> None:
    """What is looked at is told to be of an earlier design, and can be gone back to; they are seen together again."""
    page = window.open("/#mix=RED:60,BLACK:40&seed=14")
    page.get_by_role("button", name="Four variations").click()
    expect(page.locator('.variation img[src*="/image"]')).to_have_count(4)
    page.get_by_role("slider", name="Red").press("ArrowRight")
    page.get_by_role("radio", name="All four").check(force=True)
    page.locator(".variation").last.click()
    expect(page.locator(".frame-told")).to_have_text("This picture shows an earlier design.")
    assert window.order()["seed"] == 14
    page.get_by_role("button", name="Go back to it").click()
    assert window.order()["seed"] != 14
    page.get_by_role("radio", name="All four").check(force=True)
    expect(page.locator(".variation[aria-pressed=true]")).to_have_count(1)
    page.get_by_role("button", name="Make the picture").click()
    expect(page.locator(".thumb img")).to_have_count(5)
    expect(page.get_by_role("radio", name="All four")).to_have_count(0)  # it was ordered alone


def test_what_cannot_be_made_is_told(window: Window) -> None:
    """Once, by what the page has to choose from; another choice ends it."""
    page = window.open("/#mix=RED:60,BLACK:40&granules=0.2-0.3")
    expect(page.locator(".stage .refusal")).to_contain_text("Choose larger granules")
    page.get_by_role("button", name="Make the picture").click()
    expect(page.locator(".photograph .refusal")).to_contain_text("Choose larger granules")
    expect(page.locator(".refusal")).to_have_count(1)
    expect(page.locator(".refusal")).not_to_contain_text("field_mm")
    page.locator("summary", has_text="Granules and light").click()
    page.get_by_role("radio", name="1–3").check(force=True)
    expect(page.locator(".refusal")).to_have_count(0)
