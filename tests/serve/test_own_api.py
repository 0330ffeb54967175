"""Our own API against a real server."""

import io
import json

import httpx2
import numpy as np
from PIL import Image

from tests.serve.conftest import RECIPE, Running


def events(client: httpx2.Client, job_id: str) -> list[tuple[str, dict]]:
    """Every event of a job to its end."""
    found, kind = [], ""
    with client.stream("GET", f"/v1/jobs/{job_id}/events") as stream:
        assert stream.status_code == 200
        for line in stream.iter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                found.append((kind, json.loads(line.removeprefix("data: "))))
    return found


def test_a_job_becomes_a_picture(server: Running, maker: httpx2.Client) -> None:
    """Accepted with 202 and a Location, it ends as a PNG that carries its recipe and seed."""
    answer = maker.post("/v1/jobs", json={"recipe": RECIPE, "seed": 7})
    assert answer.status_code == 202
    job = answer.json()
    assert answer.headers["Location"] == f"/v1/jobs/{job['id']}"
    done = server.ended(maker, job)
    assert done["state"] == "succeeded"
    assert done["result"]["requested"] == {"RED": 60.0, "BLACK": 40.0}
    picture = maker.get(done["image_url"])
    assert picture.headers["Content-Type"] == "image/png"
    image = Image.open(io.BytesIO(picture.content))
    assert image.size == (64, 64)
    assert image.text["seed"] == "7"
    assert image.text["recipe"] == RECIPE
