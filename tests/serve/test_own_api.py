"""Our own API against a real server."""

import base64
import io
import json
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image
from tests.serve.conftest import RECIPE, Running, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.core.files.picture import encode_png


def events(client: httpx2.Client, job_id: str) -> list[tuple[str, dict[str, Any]]]:
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
    assert image.info["seed"] == "7"
    assert image.info["recipe"] == RECIPE


def test_events_tell_a_job_from_queue_to_end(server: Running, maker: httpx2.Client) -> None:
    """Steps in order, previews as JPEG, and the finished job last."""
    job = server.order(maker, steps=8)
    seen = events(maker, job["id"])
    assert seen[-1][0] == "done"
    assert seen[-1][1]["state"] == "succeeded"
    steps = [told["step"] for kind, told in seen if kind == "step"]
    assert steps == sorted(steps)


def test_a_preview_is_a_small_jpeg(tmp_path: Path) -> None:
    """While a job is watched, its picture is shown every few steps."""
    with running(tmp_path, partial(FastEngine, step_s=0.05)) as server:
        client = server.client()
        seen = events(client, server.order(client, steps=12)["id"])
        previews = [told for kind, told in seen if kind == "preview"]
        assert previews
        assert Image.open(io.BytesIO(base64.b64decode(previews[0]["jpeg_base64"]))).format == "JPEG"


def test_jobs_are_listed_in_pages(server: Running) -> None:
    """A key walks through its own jobs, the newest first, each once."""
    client = server.client()
    ids = [server.order(client, seed=seed)["id"] for seed in range(7)]
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get("/v1/jobs", params={"limit": 3, **cursor}).json()
        found += [job["id"] for job in page["jobs"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert found == ids[::-1]


def test_an_idempotency_key_makes_one_job(maker: httpx2.Client) -> None:
    """The same order again is the same job; another order under it is refused."""
    head = {"Idempotency-Key": "order-1"}
    first, again = (maker.post("/v1/jobs", json={"recipe": RECIPE}, headers=head).json() for _ in range(2))
    assert first["id"] == again["id"]
    other = maker.post("/v1/jobs", json={"recipe": RECIPE, "seed": 9_999}, headers=head)
    assert other.status_code == 409
    assert len(maker.get("/v1/jobs").json()["jobs"]) == 1


def test_a_waiting_job_and_a_running_job_can_be_cancelled(tmp_path: Path) -> None:
    """One ends at once, the other at its next step; neither has a picture."""
    with running(tmp_path, partial(FastEngine, step_s=0.05)) as server:
        client = server.client()
        runs, waits = (server.order(client, steps=150) for _ in range(2))
        wait_until(lambda: client.get(f"/v1/jobs/{runs['id']}").json()["state"] == "running")
        assert client.get(f"/v1/jobs/{waits['id']}").json()["position"] == 0
        assert client.post(f"/v1/jobs/{waits['id']}/cancel").json()["state"] == "cancelled"
        client.post(f"/v1/jobs/{runs['id']}/cancel")
        assert server.ended(client, runs)["state"] == "cancelled"
        assert client.get(f"/v1/jobs/{runs['id']}/image").status_code == 404


def test_a_deadline_ends_a_job_that_waits_and_one_that_runs(tmp_path: Path) -> None:
    """Both fail with the same code, soon after the deadline."""
    with running(tmp_path, partial(FastEngine, step_s=0.05)) as server:
        client = server.client()
        jobs = [server.order(client, steps=150, deadline_s=0.5) for _ in range(2)]
        for job in jobs:
            done = server.ended(client, job)
            assert (done["state"], done["error"]["code"]) == ("failed", "deadline")


def test_recipes_colours_models(server: Running) -> None:
    """What a viewer may read."""
    client = server.client("viewer")
    read = client.post("/v1/recipes/parse", json={"recipe": RECIPE}).json()
    assert read["requested"] == {"RED": 60.0, "BLACK": 40.0}
    assert {"RED", "BLACK"} <= {colour["code"] for colour in client.get("/v1/colours").json()["colours"]}
    assert client.get("/v1/models").json()["data"][0]["id"] == "fast@000000000000"
    assert client.post("/v1/jobs", json={"recipe": RECIPE}).status_code == 403


def test_an_upload_is_measured(maker: httpx2.Client) -> None:
    """The shares of a picture that was made of two colours are found on it."""
    pixels = np.zeros((128, 128, 3), np.uint8)
    pixels[:, :64] = (160, 40, 40)
    pixels[:, 64:] = (40, 40, 40)
    found = maker.post("/v1/measure", data={"recipe": "red, black"}, files={"image": ("a.png", encode_png(pixels))})
    assert found.status_code == 200, found.text
    assert sum(found.json()["shares"].values()) == pytest.approx(100)


def test_an_unreadable_recipe_is_told_with_its_place(maker: httpx2.Client) -> None:
    """400, a caret under the place, and in Russian to who reads Russian."""
    refused = maker.post("/v1/jobs", json={"recipe": "60% rde, 40% black"})
    assert refused.status_code == 400
    assert "~^" in refused.json()["details"]
    assert refused.json()["suggestions"]
    russian = maker.post("/v1/jobs", json={"recipe": "60% rde, 40% black"}, headers={"Accept-Language": "ru"})
    assert russian.json()["error"] != refused.json()["error"]


def test_priority_is_for_operators(server: Running, maker: httpx2.Client) -> None:
    """A maker may only step back."""
    assert maker.post("/v1/jobs", json={"recipe": RECIPE, "priority": 1}).status_code == 403
    assert server.order(maker, priority=-1)["priority"] == -1
    assert server.order(server.client("operator"), priority=1)["priority"] == 1


def test_keys_take_turns(tmp_path: Path) -> None:
    """A key with one job waits for one job of a key with many."""
    engine = FastEngine(step_s=0.02)
    with running(tmp_path, lambda: engine) as server:
        many, few = server.client(), server.client()
        server.order(many, steps=100, seed=50)  # everybody else waits for it
        jobs = [server.order(many, seed=seed) for seed in range(1, 6)]
        last = server.order(few, seed=100)
        for job in jobs:
            server.ended(many, job)
        server.ended(few, last)
    assert engine.made[-6:] == [1, 100, 2, 3, 4, 5]


def test_a_closed_event_stream_leaves_nothing_behind(server: Running, maker: httpx2.Client) -> None:
    """Who stops watching is no longer counted."""
    for _ in range(3):
        events(maker, server.order(maker)["id"])
    wait_until(lambda: server.service.metrics.registry.get_sample_value("plitka_event_streams") == 0)
    assert not server.service.jobs._watches
