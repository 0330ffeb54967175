"""The text that a picture carries, as a client of the web UI asks for it."""

import base64
import io
import json

import httpx2
import pytest
from PIL import Image, PngImagePlugin
from tests.serve.web_ui import WebUi


def base64_of(image: Image.Image, kind: str = "PNG", **how: object) -> str:
    """A picture as a client sends it."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **how)
    return base64.b64encode(buffer.getvalue()).decode()


def png_info(web_ui: WebUi, image: str) -> dict[str, object]:
    """What is told of it."""
    answer = web_ui.http.post("/png-info", json={"image": image})
    assert answer.status_code == 200, answer.text[:500]
    told: dict[str, object] = answer.json()
    return told


@pytest.mark.parametrize("begin", ["", "data:image/png;base64,", "\n "])
def test_a_picture_says_how_it_was_made(web_ui: WebUi, begin: str) -> None:
    """In words, as settings, and with what only ours have."""
    made = web_ui.txt2img(seed=7)
    told = png_info(web_ui, begin + made["images"][0])
    assert told["info"] == made["info"]["infotexts"][0]
    parameters, items = told["parameters"], told["items"]
    assert isinstance(parameters, dict)
    assert isinstance(items, dict)
    assert (parameters["Seed"], parameters["Size-1"], parameters["Size-2"]) == ("7", "128", "64")
    assert parameters["Prompt"] == made["info"]["all_prompts"][0]
    assert (items["recipe"], "parameters" in items) == ("60% red, 40% black", False)


def test_a_large_picture_is_read(web_ui: WebUi) -> None:
    """It is larger than any other body may be, beside uploads."""
    noise = Image.effect_noise((600, 600), 90)
    assert len(base64_of(noise)) > 200_000
    assert png_info(web_ui, base64_of(noise)) == {"info": "", "items": {}, "parameters": {}}


def test_a_picture_of_the_web_ui_is_read(web_ui: WebUi) -> None:
    """Ours are not the only ones."""
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", "a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x768")
    info.add_text("note", "hello")
    told = png_info(web_ui, base64_of(Image.new("RGB", (8, 8)), pnginfo=info))
    assert told["items"] == {"note": "hello"}
    assert told["parameters"] == {
        "Prompt": "a cat", "Negative prompt": "", "Steps": "20", "Sampler": "Euler a", "CFG scale": "7", "Seed": "1",
        "Size-1": "512", "Size-2": "768",
    }  # fmt: skip


def test_halves_of_letters_are_answered(web_ui: WebUi) -> None:
    """Whatever a file has that says it is ours."""
    exif = Image.Exif()
    exif[0x010E] = json.dumps({"recipe": "\ud800"})
    assert png_info(web_ui, base64_of(Image.new("RGB", (8, 8)), "JPEG", exif=exif))["items"] == {"recipe": "?"}


def test_too_much_text_is_refused(web_ui: WebUi) -> None:
    """A small file may unfold into very much."""
    info = PngImagePlugin.PngInfo()
    for number in range(3):
        info.add_text(f"note {number}", "a" * 900_000, zip=True)
    image = base64_of(Image.new("RGB", (8, 8)), pnginfo=info)
    assert len(image) < 20_000
    assert web_ui.refused("/png-info", image=image)[0] == 422


@pytest.mark.parametrize("image", ["", "no base64!", "aGVsbG8=", "http://127.0.0.1/a.png", "data:image/png;base64"])
def test_what_is_no_picture_is_refused(web_ui: WebUi, image: str) -> None:
    """And nothing is fetched."""
    assert web_ui.refused("/png-info", image=image)[0] == 422


def test_a_body_of_many_parts_is_too_large(web_ui: WebUi) -> None:
    """Only a picture may be that large: small parts take memory and time."""
    answer: httpx2.Response = web_ui.http.post("/png-info", json={"image": "a", "other": [[]] * 10_000})
    assert answer.status_code == 413
