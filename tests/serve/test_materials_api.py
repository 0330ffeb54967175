"""Materials over HTTP."""

import io
import json
import re
import struct
import zipfile
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image
from tests.serve.conftest import RECIPE, Running

from plitka.core.material.formats import MaterialFormat
from plitka.serve import routes
from plitka.serve.materials_api import MaterialBody, accepted_format
from plitka.serve.previews import MAX_PX, Previews
from plitka.serve.settings import Settings

TILE: dict[str, Any] = {"recipe": RECIPE, "seed": 7, "size_px": 128}


def test_a_zip_is_the_usual_answer(maker: httpx2.Client) -> None:
    """With maps of so many bits, and the reader's README."""
    answer = maker.post(routes.MATERIALS, json=TILE | {"bits": 16}, headers={"Accept-Language": "ru"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == 'attachment; filename="tile.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        roughness = np.asarray(Image.open(archive.open("roughness.png")))
        text = archive.read("README.txt").decode()
    assert roughness.shape == (128, 128)
    assert roughness.dtype == np.uint16
    assert "повтор" in text.lower()


def test_gltf_is_what_accept_asks_for(maker: httpx2.Client) -> None:
    """A whole scene: zones, water, a length; the light of the picture is no part of it."""
    scene = {"zones": [{"mask": "border:20%", "recipe": "white"}], "wet": True, "field_mm": 20, "light": "sun"}
    answer = maker.post(routes.MATERIALS, json=TILE | scene, headers={"Accept": "model/gltf-binary"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "model/gltf-binary"
    length = struct.unpack_from("<I", answer.content, 12)[0]
    [material] = json.loads(answer.content[20 : 20 + length])["materials"]
    assert material["extras"]["side_m"] == pytest.approx(0.02)
    assert "white" in material["name"]


def test_it_counts_as_a_preview(server: Running) -> None:
    """One that is refused does not."""
    client = server.client("maker")
    first = client.post(routes.MATERIALS, json=TILE)
    assert client.post(routes.MATERIALS, json=TILE | {"field_mm": 2000}).status_code == 422
    second = client.post(routes.MATERIALS, json=TILE)
    left = [int(answer.headers["RateLimit-Remaining"]) for answer in (first, second)]
    assert left[0] - left[1] == 1


@pytest.mark.parametrize("wrong", [{"size_px": MAX_PX + 64}, {"size_px": 100}, {"bits": 12}, {"format": "obj"}])
def test_what_does_not_fit_is_refused(maker: httpx2.Client, wrong: dict[str, Any]) -> None:
    """Before anything is made."""
    assert maker.post(routes.MATERIALS, json=TILE | wrong).status_code == 422


def test_a_viewer_gets_none(server: Running) -> None:
    """Materials are made."""
    assert server.client("viewer").post(routes.MATERIALS, json=TILE).status_code == 403


def test_the_first_known_format_is_taken() -> None:
    """And a zip where none is named."""
    assert accepted_format("text/html, model/gltf-binary;q=0.9, application/zip") is MaterialFormat.GLB
    assert accepted_format("*/*") is MaterialFormat.ZIP


def test_the_contract_is_told() -> None:
    """docs/http-api.md names the path and every kind of answer."""
    text = (Path(__file__).parents[2] / "docs/http-api.md").read_text(encoding="utf-8")
    assert "`POST /v1/materials`" in text
    assert all(kind.media_type in text for kind in MaterialFormat)


def test_every_example_is_within_the_limits() -> None:
    """Those of the schema, and the one of docs/http-api.md."""
    text = (Path(__file__).parents[2] / "docs/http-api.md").read_text(encoding="utf-8")
    [told] = re.findall(r"/v1/materials -d '(.*?)'", text, re.DOTALL)
    examples = MaterialBody.model_json_schema()["examples"]
    assert examples
    for example in [json.loads(told), *examples]:
        Previews(Settings(), "0").check(MaterialBody.model_validate(example).request())
