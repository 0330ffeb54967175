"""Our own API against a real server."""

import base64
import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image
from tests.serve.conftest import RECIPE, Running, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.core.tile.masks import encode_mask
from plitka.serve import job_lists
from plitka.serve.links import signed_path
from plitka.serve.store import State


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
    for kind in ("jpeg", "webp"):
        assert maker.get(done["image_url"], params={"format": kind}).headers["Content-Type"] == f"image/{kind}"
    assert maker.get(done["image_url"], params={"format": "gif"}).status_code == 422
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


def speckled() -> str:
    """A mask that is a picture, and as long as one may be."""
    rng = np.random.default_rng(7)
    return encode_mask(rng.random((1024, 1024)) < 0.5)


def test_lists_carry_no_masks(server: Running, maker: httpx2.Client) -> None:
    """A mask that is a picture is named in lists, and shown by its job, as it was ordered."""
    zones = [{"mask": speckled(), "recipe": "blue"}, {"mask": "border:8%", "recipe": "white"}]
    job = server.order(maker, zones=zones, width_px=192, height_px=192)
    assert server.ended(maker, job)["state"] == "succeeded"
    listed = maker.get("/v1/jobs", params={"limit": 1})
    assert len(listed.content) < 5_000
    told = listed.json()["jobs"][0]["request"]["zones"]
    length = len(zones[0]["mask"])
    assert told[0]["mask"] == f"sha256:{hashlib.sha256(zones[0]['mask'].encode()).hexdigest()};bytes={length}"
    assert told[1] == zones[1]
    shown = maker.get(f"/v1/jobs/{job['id']}").json()
    assert shown["request"]["zones"] == zones
    assert [zone["mask"] for zone in shown["result"]["zones"]][1:] == [zone["mask"] for zone in zones]


def test_a_page_of_long_jobs_is_shorter(server: Running) -> None:
    """However long the orders are, a page reads no more than its bytes, and all jobs are found in the end."""
    client = server.client()
    caller = client.headers["Authorization"].split("_")[1]
    job = server.service.store.find_job(server.order(client)["id"])
    assert job is not None
    long = [
        replace(job, id=f"{number:032x}", state=State.FAILED, error={"error": 300_000 * "x", "code": "service"})
        for number in range(7)
    ]
    server.service.store.add_jobs(long)
    pages, page = 0, job_lists.own_jobs(server.service.store, caller, state=None, before=None, limit=100)
    found = list(page.jobs)
    while not page.is_last:
        assert 1 <= len(page.jobs) <= 3
        pages += 1
        page = job_lists.own_jobs(server.service.store, caller, state=None, before=found[-1].number, limit=100)
        found += page.jobs
    assert [one.id for one in found] == [one.id for one in reversed(long)] + [job.id]
    assert len(client.get("/v1/jobs", params={"limit": 100}).json()["jobs"]) == 3


def test_recipes_colours_models(server: Running) -> None:
    """What a viewer may read."""
    client = server.client("viewer")
    read = client.post("/v1/recipes/parse", json={"recipe": RECIPE}).json()
    assert read["requested"] == {"RED": 60.0, "BLACK": 40.0}
    assert {"RED", "BLACK"} <= {colour["code"] for colour in client.get("/v1/colours").json()["colours"]}
    assert client.get("/v1/models").json()["data"][0]["id"] == "fast@000000000000"
    assert client.post("/v1/jobs", json={"recipe": RECIPE}).status_code == 403


def test_an_unreadable_recipe_is_told_with_its_place(maker: httpx2.Client) -> None:
    """400, a caret under the place, and in Russian to who reads Russian."""
    refused = maker.post("/v1/jobs", json={"recipe": "60% rde, 40% black"})
    assert refused.status_code == 400
    assert "~^" in refused.json()["details"]
    assert refused.json()["suggestions"]
    russian = maker.post("/v1/jobs", json={"recipe": "60% rde, 40% black"}, headers={"Accept-Language": "ru"})
    assert russian.json()["error"] != refused.json()["error"]


def test_patterns_are_told_as_zones(server: Running) -> None:
    """To whoever may look; what an edge tells of them has no option of the command line in it."""
    client = server.client("viewer")
    found = client.post("/v1/recipes/patterns", json={"recipe": "red and black with a blue border"}).json()
    border = {"words": "blue border", "mask": "border:8%", "requested": {"BLUE": 100.0}}
    told = "no numbers are given, so the 2 colours have equal parts"
    assert found == {
        "ground": {"RED": 50.0, "BLACK": 50.0},
        "patterns": [border],
        "unread": "",
        "look": {},
        "warnings": [told],
    }
    wet = client.post("/v1/recipes/patterns", json={"recipe": "60% red, 40% black, with a blue border, wet"}).json()
    assert wet["look"] == {"wet": True}
    none = client.post("/v1/recipes/patterns", json={"recipe": RECIPE}).json()
    assert none == {"ground": None, "patterns": [], "unread": "", "look": {}, "warnings": []}
    unread = client.post("/v1/recipes/patterns", json={"recipe": "dark tile with a blue border"}).json()
    assert unread == none | {"unread": "dark tile"}
    refused = client.post("/v1/recipes/parse", json={"recipe": "red and black with a blue border"}).json()
    remarked = client.post("/v1/recipes/parse", json={"recipe": "stripes of red and white"}).json()
    assert "--zone" not in refused["error"] + "".join(remarked["warnings"])


def test_priority_is_for_operators(server: Running, maker: httpx2.Client) -> None:
    """A maker may only step back."""
    assert maker.post("/v1/jobs", json={"recipe": RECIPE, "priority": 1}).status_code == 403
    assert server.order(maker, priority=-1)["priority"] == -1
    assert server.order(server.client("operator"), priority=1)["priority"] == 1


def test_a_closed_event_stream_leaves_nothing_behind(server: Running, maker: httpx2.Client) -> None:
    """Who stops watching is no longer counted."""
    for _ in range(3):
        events(maker, server.order(maker)["id"])
    wait_until(lambda: server.service.metrics.registry.get_sample_value("plitka_event_streams") == 0)
    assert not server.service.jobs._statuses


LOOK: dict[str, Any] = {
    "zones": [{"mask": "border:8%", "recipe": "50% blue, 50% white"}],
    "granules": "2-4",
    "surface": "cut",
    "light": "sun",
    "wet": True,
}


def test_a_scene_is_told_as_it_was_asked_for(server: Running, maker: httpx2.Client) -> None:
    """In the job's request, in its result, and in the text of its picture."""
    done = server.ended(maker, server.order(maker, seed=7, coarse=["red"], width_px=192, height_px=192, **LOOK))
    assert done["state"] == "succeeded", done
    assert {name: done["request"][name] for name in LOOK} == LOOK
    told = done["result"]
    assert len(told["zones"]) == 2
    assert told["scene"]["coarse"] == ["RED"]
    assert (told["scene"]["surface"], told["scene"]["light"], told["scene"]["wet"]) == ("cut", "sun", True)
    image = Image.open(io.BytesIO(maker.get(done["image_url"]).content))
    assert json.loads(image.info["scene"])["zones"][0]["mask"] == "border:8%"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/predictions", {"input": {"prompt": RECIPE, "seed": 1, **LOOK}}),
        ("/", {"inputs": RECIPE, "parameters": {"seed": 1, **LOOK}}),
        ("/v1/images/generations", {"prompt": RECIPE, "seed": 1, **LOOK}),
    ],
)
def test_other_contracts_take_a_look_too(server: Running, path: str, body: dict[str, Any]) -> None:
    """By the same names, where their shape has room for them."""
    client = server.client()
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    assert client.get("/v1/jobs").json()["jobs"][0]["result"]["scene"]["light"] == "sun"


def test_an_impossible_scene_is_refused_in_words(maker: httpx2.Client) -> None:
    """A colour of no recipe, a mask that is none, and a look in text mode."""
    for order in ({"coarse": ["blue"]}, {"granules": "9-1"}, {"mode": "text", "wet": True}):
        refused = maker.post("/v1/jobs", json={"recipe": RECIPE} | order)
        assert refused.status_code == 422, refused.text
    assert maker.get("/v1/jobs").json()["jobs"] == []


@pytest.mark.parametrize("content", [None, b"", b"\x89PNG\r\n\x1a\n"])
def test_a_picture_that_is_lost_or_cut_is_gone(tmp_path: Path, content: bytes | None) -> None:
    """410 in every contract and by a link, a line in the log, and no byte of what is left of it."""
    with running(tmp_path) as server:
        client = server.client()
        job = server.ended(client, server.order(client))
        link = signed_path(job["id"], server.service.link_secret, 60)
        (path,) = tmp_path.rglob("*.png")
        path.unlink() if content is None else path.write_bytes(content)
        for answer in (client.get(job["image_url"]), server.client_of(None).get(link)):
            assert (answer.status_code, answer.json()["code"]) == (410, "gone")
        prediction = client.get(f"/v1/predictions/{job['id']}").json()
        assert prediction["output"] is None
        assert "no longer" in prediction["error"]
        assert client.get(f"/v1/jobs/{job['id']}").json()["state"] == "succeeded"
        assert [line["digest"] for line in server.logs if line["event"] == "picture_gone"] == [path.stem] * 3


def test_a_picture_that_the_client_has_is_not_sent_again(server: Running, maker: httpx2.Client) -> None:
    """304 by its tag, in each way that tags are written; whole else, and parts of it are not to be had."""
    url = server.ended(maker, server.order(maker))["image_url"]
    picture = maker.get(url, headers={"Range": "bytes=0-3"})
    assert (picture.status_code, picture.headers["Accept-Ranges"]) == (200, "none")
    tag = picture.headers["ETag"]
    for asked in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = maker.get(url, headers={"If-None-Match": asked})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
    assert maker.get(url, headers={"If-None-Match": '"x"'}).content == picture.content
    assert server.client().get(url, headers={"If-None-Match": tag}).status_code == 404


def test_head_is_answered_wherever_get_is(server: Running, maker: httpx2.Client) -> None:
    """With the same status and headers, and no body; but a stream has no head of its own."""
    job = server.ended(maker, server.order(maker))
    link = signed_path(job["id"], server.service.link_secret, 60)
    for path in (job["image_url"], link, f"/v1/jobs/{job['id']}", "/v1/jobs", "/v1/models", "/readyz", "/livez"):
        whole, head = maker.get(path), maker.head(path)
        assert (head.status_code, head.content) == (whole.status_code, b"") == (200, b"")
        assert head.headers["Content-Length"] == str(len(whole.content))
    assert maker.head(f"/v1/jobs/{job['id']}/events").status_code == 405
    assert maker.head("/v1/jobs/" + 32 * "0").status_code == 404
    assert "HEAD" in maker.put("/v1/models").headers["Allow"]


def test_an_order_whose_picture_is_lost_says_so_when_it_is_repeated(tmp_path: Path) -> None:
    """410 and what to do, instead of a job that has succeeded and shows nothing."""
    with running(tmp_path) as server:
        client = server.client()

        def order(name: str) -> httpx2.Response:
            return client.post("/v1/jobs", json={"recipe": RECIPE, "seed": 7}, headers={"Idempotency-Key": name})

        job = server.ended(client, order("one").json())
        assert order("one").json()["id"] == job["id"]
        (path,) = tmp_path.rglob("*.png")
        path.unlink()
        refused = order("one")
        assert (refused.status_code, refused.json()["code"]) == (410, "gone")
        assert server.ended(client, order("two").json())["result"]["sha256"] == job["result"]["sha256"]
        assert order("one").json()["id"] == job["id"]


def test_one_order_from_many_at_once_is_one_job(maker: httpx2.Client) -> None:
    """The same Idempotency-Key, twenty times in parallel."""

    def post(_: int) -> httpx2.Response:
        return maker.post("/v1/jobs", json={"recipe": RECIPE}, headers={"Idempotency-Key": "parallel"})

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(post, range(20)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
