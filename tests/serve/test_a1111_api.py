"""Pictures, as a client of the AUTOMATIC1111 web UI asks for them that was written by its published API alone."""

import base64
import io
import json
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.serve.conftest import RECIPE, Running, running, wait_until
from tests.serve.fast_engine import FastEngine
from tests.serve.web_ui import USUAL, WebUi


def image_of(text: str) -> Image.Image:
    """A picture of an answer."""
    return Image.open(io.BytesIO(base64.b64decode(text)))


def test_pictures_are_made(web_ui: WebUi) -> None:
    """As base64 of PNGs, of sides that the model makes, each with the next seed; 0 is without guidance."""
    told = web_ui.txt2img(seed=7, batch_size=2, n_iter=2, cfg_scale=0, width=100, height=60, send_images=None)
    pictures = [image_of(one) for one in told["images"]]
    assert [(one.format, one.size) for one in pictures] == [("PNG", (128, 64))] * 4
    info = told["info"]
    assert (info["seed"], info["all_seeds"]) == (7, [7, 8, 9, 10])
    assert (info["width"], info["height"], info["cfg_scale"]) == (128, 64, 1.0)
    assert len(info["infotexts"]) == len(info["all_prompts"]) == 4
    assert "Seed: 8," in info["infotexts"][1]
    assert info["infotexts"] == [one.info["parameters"] for one in pictures]
    assert info["all_negative_prompts"] == [""] * 4
    assert info["prompt"] == info["all_prompts"][0]
    assert {"version", "sd_vae_name", "face_restoration_model"} <= info.keys()
    assert told["parameters"]["prompt"] == RECIPE
    assert [len(web_ui.txt2img(send_images=wish)["images"]) for wish in (False, 0, True, 1)] == [0, 0, 1, 1]
    assert web_ui.txt2img(seed=7, steps=4)["images"] == web_ui.txt2img(seed=7, steps=4)["images"]


def test_progress_is_told_and_interrupted(tmp_path: Path) -> None:
    """With a preview; of one's own alone; what was made before stays, and the answer comes at once."""
    with running(tmp_path, FastEngine, preview_every=1) as server, server.fast.lingering():
        web_ui, other = WebUi(server.url, server.key()), WebUi(server.url, server.key())
        answers: list[dict[str, Any]] = []
        asking = threading.Thread(target=lambda: answers.append(web_ui.txt2img(steps=150, batch_size=3)))
        asking.start()
        wait_until(lambda: web_ui.get("/progress")["current_image"])
        told = web_ui.get("/progress")
        assert 0 < told["progress"] < 1
        assert (told["state"]["sampling_steps"], told["state"]["job_count"]) == (150, 3)
        assert image_of(told["current_image"]).size == (128, 64)
        assert web_ui.get("/progress?skip_current_image=true")["current_image"] is None
        assert other.get("/progress")["progress"] == 0
        assert other.http.post("/interrupt").json() == {}
        assert web_ui.get("/progress")["state"]["job_count"] == 3
        assert web_ui.http.post("/interrupt").status_code == 200
        asking.join(30)
        assert len(answers[0]["images"]) == 1  # of the others nothing has come about
        for client in (web_ui, other):
            client.http.close()


def test_progress_over_all_pictures_of_a_call_never_falls(tmp_path: Path) -> None:
    """Not when one of them is made, and pictures that are made count as such to the end."""
    with running(tmp_path, lambda: FastEngine(step_s=0.01)) as server:
        web_ui = WebUi(server.url, server.key())
        asking = threading.Thread(target=lambda: web_ui.txt2img(steps=20, batch_size=2, n_iter=2))
        with server.fast.lingering():
            asking.start()
            wait_until(lambda: web_ui.get("/progress")["state"]["job_count"])
            told = [web_ui.get("/progress")]
            while told[-1]["state"]["job_count"]:
                told.append(web_ui.get("/progress"))
                if server.fast.n_may_end < 1 and told[-1]["state"]["job_no"] == len(server.fast.made):
                    server.fast.n_may_end = 1  # each picture is seen
        asking.join(30)
        told = told[:-1]
        done = [one["progress"] for one in told]
        assert done == sorted(done)
        assert done[-1] > 0.5
        assert {one["state"]["job_count"] for one in told} == {4}
        assert [one["state"]["job_no"] for one in told] == sorted(one["state"]["job_no"] for one in told)
        assert told[-1]["state"]["job_no"] == 3
        web_ui.http.close()


def test_a_picture_is_skipped_and_the_next_one_is_made(tmp_path: Path) -> None:
    """With the seed that it would have had anyway; where nothing is made, nothing is skipped."""
    with running(tmp_path) as server:
        web_ui = WebUi(server.url, server.key())
        assert web_ui.http.post("/skip").json() is None
        answers: list[dict[str, Any]] = []
        asking = threading.Thread(target=lambda: answers.append(web_ui.txt2img(steps=50, n_iter=2, seed=7)))
        with server.fast.lingering():
            asking.start()
            wait_until(lambda: web_ui.get("/progress")["progress"])
            assert web_ui.http.post("/skip").json() is None
            wait_until(lambda: len(server.fast.batches) == 2)
        asking.join(30)
        assert answers[0]["info"]["all_seeds"] == [7, 8]
        assert [image_of(one).size for one in answers[0]["images"]] == [(128, 64)] * 2
        assert ["Stopped at step" in text for text in answers[0]["info"]["infotexts"]] == [True, False]
        web_ui.http.close()


def test_what_was_refused_before_it_was_made_is_told(web_ui: WebUi) -> None:
    """As the web UI tells errors."""
    assert web_ui.refused("/txt2img", prompt="60% rde")[0] == 400
    assert web_ui.refused("/txt2img", **USUAL | {"batch_size": 10, "n_iter": 2})[0] == 422


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_picture_is_shown_as_it_was(tmp_path: Path, workers: int) -> None:
    """Though nobody looked at it before: front ends show the first picture of an answer, whatever comes."""
    with running(tmp_path, partial(FastEngine, step_s=0.05), workers=workers, pulse_s=0.05) as server:
        web_ui = WebUi(server.url, server.key())
        answers: list[dict[str, Any]] = []
        asking = threading.Thread(target=lambda: answers.append(web_ui.txt2img(steps=150, seed=7)))
        asking.start()
        wait_until(lambda: 0.05 < web_ui.get("/progress?skip_current_image=true")["progress"] < 1)
        assert web_ui.http.post("/interrupt").json() == {}
        asking.join(30)
        (picture,), info = answers[0]["images"], answers[0]["info"]
        assert image_of(picture).size == (info["width"], info["height"]) == (128, 64)
        assert len(set(image_of(picture).convert("L").tobytes())) > 10
        assert info["infotexts"] == [image_of(picture).info["parameters"]]
        assert (info["seed"], "Stopped at step: " in info["infotexts"][0]) == (7, True)
        assert [warning.startswith("stopped at step") for warning in info["warnings"]] == [True]
        web_ui.http.close()


def test_what_waits_has_nothing_to_show(tmp_path: Path) -> None:
    """And the answer says why it is empty."""
    may_end = threading.Event()
    with running(tmp_path, lambda: FastEngine(may_end=may_end)) as server:
        first = server.order(server.client())
        web_ui = WebUi(server.url, server.key())
        answers: list[dict[str, Any]] = []
        asking = threading.Thread(target=lambda: answers.append(web_ui.txt2img()))
        asking.start()
        wait_until(lambda: web_ui.get("/progress")["state"]["job_count"])
        web_ui.http.post("/interrupt")
        asking.join(30)
        assert first["id"]
        assert (answers[0]["images"], answers[0]["info"]["warnings"]) == ([], ["stopped before anything was painted"])
        may_end.set()
        web_ui.http.close()


def test_another_checkpoint_is_painted_by_the_one_that_there_is(web_ui: WebUi) -> None:
    """As the web UI does, and it is told."""
    told = web_ui.txt2img(override_settings={"sd_model_checkpoint": "v1-5-pruned.safetensors [6ce0161689]"})
    assert len(told["images"]) == 1
    (warning,) = told["info"]["warnings"]
    assert "v1-5-pruned" in warning
    assert "fast@000000000000" in warning
    assert told["info"]["sd_model_name"] == "fast"


def test_what_is_not_obeyed_is_told(web_ui: WebUi, server: Running) -> None:
    """In the answer, in the caller's language, and in the log."""
    assert web_ui.txt2img()["info"]["warnings"] == []
    told = web_ui.txt2img(tiling=True, sampler_name="Euler a", alwayson_scripts={"ADetailer": {"args": [True]}})
    assert told["info"]["warnings"] == [
        "not obeyed, since no picture here depends on it: alwayson_scripts, sampler_name, tiling"
    ]
    assert server.told("fields_ignored", names=["alwayson_scripts", "sampler_name", "tiling"])
    answer = web_ui.http.post("/txt2img", json=USUAL | {"tiling": True}, headers={"Accept-Language": "ru"}).json()
    assert "не учтено" in json.loads(answer["info"])["warnings"][0]


def test_a_second_pass_is_painted_in_one(web_ui: WebUi) -> None:
    """A client gets the size that it counts on."""
    told = web_ui.txt2img(width=64, height=128, enable_hr=True, hr_scale=2)
    assert image_of(told["images"][0]).size == (128, 256)
    assert (told["info"]["width"], told["info"]["height"]) == (128, 256)


def test_all_that_was_sent_is_told_back(web_ui: WebUi) -> None:
    """Also what nothing here knows, and what no JSON could carry back."""
    told = web_ui.txt2img(other={"a": [1]})["parameters"]
    assert {name: told[name] for name in USUAL} == USUAL
    assert (told["other"], "seed" in told) == ({"a": [1]}, True)
    bare = web_ui.http.post("/txt2img", json={"prompt": "red", "batch_size": None}).json()["parameters"]
    assert (bare["seed"], bare["batch_size"], bare["n_iter"], bare["negative_prompt"]) == (-1, 1, 1, "")
    assert (bare["width"], bare["send_images"], bare["alwayson_scripts"]) == (64, True, {})
    assert bare["sampler_name"] == json.loads(web_ui.http.get("/samplers").text)[0]["name"]
    for sent, back in (
        ('"\\ud800"', "?"),
        ("NaN", None),
        ("1e999", None),
        ("[" * 15 + "]" * 15, json.loads("[" * 15 + "]" * 15)),
    ):
        body = f'{{"prompt": "red", "other": {sent}, "override_settings": {{"b": {sent}}}}}'
        answer = web_ui.http.post("/txt2img", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 200, answer.text[:500]
        told = answer.json()["parameters"]
        assert (told["other"], told["override_settings"]) == (back, {"b": back})


def test_large_seeds_stand_for_ours(web_ui: WebUi) -> None:
    """The same one for the same picture each time."""
    told = web_ui.txt2img(seed=2**32 + 7)
    assert (told["info"]["seed"], len(told["info"]["warnings"])) == (7, 1)
    assert told["images"] == web_ui.txt2img(seed=7)["images"]
    assert told["parameters"]["seed"] == 2**32 + 7
    assert web_ui.txt2img(seed=2**70 + 7)["images"] == told["images"]
    assert web_ui.refused("/txt2img", prompt="red", seed=-2)[0] == 422
    status, why = web_ui.refused("/txt2img", prompt="red", seed=2**32 - 1, n_iter=2)
    assert (status, str(2**32 - 2) in why) == (422, True)
