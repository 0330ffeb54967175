"""A picture that is measured, and a mask that is made of a file."""

import io

import httpx2
import numpy as np
import pytest
from PIL import Image
from tests.core.measure.tile_pictures import tile
from tests.serve.conftest import Running

from plitka.core.files.picture import encode_png


def test_an_upload_is_measured(maker: httpx2.Client) -> None:
    """The shares of a picture that was made of two colours are found on it."""
    pixels = tile("70% red, 30% black")
    found = maker.post("/v1/measure", data={"recipe": "red, black"}, files={"image": ("a.png", encode_png(pixels))})
    assert found.status_code == 200, found.text
    assert sum(found.json()["shares"].values()) == pytest.approx(100)
    assert found.json()["shares"]["RED"] == pytest.approx(70, abs=3)
    assert all(value == round(value, 2) for value in found.json()["shares"].values())


def test_without_a_recipe_the_colours_are_found(maker: httpx2.Client) -> None:
    """With the mix in words; with one, there is none in the answer."""
    content = encode_png(tile("70% red, 30% black", side_px=384))
    found = maker.post("/v1/measure", files={"image": ("a.png", content)})
    assert found.status_code == 200, found.text
    assert found.json()["shares"] == pytest.approx({"RED": 70, "BLACK": 30}, abs=5)
    assert "% red" in found.json()["recipe"]
    named = maker.post("/v1/measure", data={"recipe": "red"}, files={"image": ("a.png", content)})
    assert "recipe" not in named.json()


def test_a_picture_of_something_else_is_said_to_be_none(maker: httpx2.Client) -> None:
    """A wall has no shares."""
    wall = encode_png(np.full((128, 128, 3), 190, np.uint8))
    answer = maker.post("/v1/measure", data={"recipe": "red"}, files={"image": ("a.png", wall)})
    assert answer.status_code == 422
    assert "no granules" in answer.text


def png(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    """Grey pixels as a file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def half(value: int) -> bytes:
    """A picture whose left half has this value."""
    pixels = np.zeros((64, 64), np.uint8)
    pixels[:, :32] = value
    return png(pixels)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0H1V2H0Z"/></svg>'


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (half(255), {}),
        (half(3), {"label": "3"}),
        (SVG, {}),
    ],
)
def test_a_file_becomes_a_mask_that_a_job_takes(server: Running, content: bytes, form: dict[str, str]) -> None:
    """Half of the tile is of the zone, whatever the file was; the job tells both zones."""
    client = server.client()
    made = client.post("/v1/masks", data=form, files={"image": ("mask", content)})
    assert made.status_code == 200, made.text
    mask = made.json()["mask"]
    job = server.order(client, zones=[{"mask": mask, "recipe": "50% blue, 50% white"}], seed=1)
    done = server.ended(client, job)
    assert done["state"] == "succeeded", done
    assert done["request"]["zones"] == [{"mask": mask, "recipe": "50% blue, 50% white"}]
    ground, zone = done["result"]["zones"]
    assert zone["area_percent"] == pytest.approx(50, abs=2)
    assert zone["requested"] == {"BLUE": 50.0, "WHITE": 50.0}
    assert ground["requested"] == {"RED": 60.0, "BLACK": 40.0}
    assert sum(done["result"]["requested"].values()) == pytest.approx(100)


@pytest.mark.parametrize("content", [b"", b"hello", half(255)[:60], half(0)])
def test_what_marks_no_zone_is_refused(maker: httpx2.Client, content: bytes) -> None:
    """No picture, half of one, or one without a zone."""
    refused = maker.post("/v1/masks", files={"image": ("mask.png", content)})
    assert refused.status_code == 422, refused.text
    assert refused.json()["error"]


@pytest.mark.parametrize(
    ("content", "form", "says"),
    [
        (half(3), {}, "name one, such as label=3"),
        (half(3), {"label": "5"}, "the upload has no pixel of number 5; it has 0, 3"),
        (half(255), {"label": ""}, "label: Input should be a valid integer"),
        (SVG, {"label": "5"}, "leave out the label"),
        (b"hello", {}, "a PNG of labels as label=3"),
        (SVG.replace(b"M0 0H1", b"M0 0A1e300 1e-300 0 1 1 1e-320 5"), {}, "the coordinate 1e300"),
        (SVG.replace(b"path", b"text"), {}, "<text>"),
        (SVG.decode().encode("utf-16"), {}, "save it in UTF-8"),
    ],
)
def test_a_refusal_speaks_of_the_form(maker: httpx2.Client, content: bytes, form: dict[str, str], says: str) -> None:
    """In the words of its fields; none breaks the service."""
    refused = maker.post("/v1/masks", data=form, files={"image": ("mask.png", content)})
    assert refused.status_code == 422, refused.text
    assert says in refused.json()["error"]


def test_a_palette_is_read(maker: httpx2.Client) -> None:
    """Names come back as they are, whatever is in them; a recipe takes each colour by its hex."""
    content = b"code,name,hex,ral\nK-1,<b>Brick</b>,#a63d30,RAL 3016\n"
    answer = maker.post("/v1/palettes", files={"palette": ("own.csv", content)})
    assert answer.status_code == 200, answer.text
    [colour] = answer.json()["colours"]
    assert (colour["code"], colour["name_ru"], colour["hex"], colour["ral"]) == (
        "K-1",
        "<b>Brick</b>",
        "#A63D30",
        "RAL 3016",
    )
    read = maker.post("/v1/recipes/parse", json={"recipe": f"60% {colour['hex']}, 40% black"})
    assert read.json()["requested"] == {"#A63D30": 60, "BLACK": 40}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the upload: the file is empty"),
        (b"code,name,hex\nK-1,Brick,#zz\n", "the upload, line 2"),
        (b"\xff\xfe", "UTF-8"),
        (b"x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_a_palette_that_cannot_be_read_is_refused(maker: httpx2.Client, content: bytes, says: str) -> None:
    """With the line, as on the command line."""
    refused = maker.post("/v1/palettes", files={"palette": ("own.csv", content)})
    assert refused.status_code == 422
    assert says in refused.json()["error"]
