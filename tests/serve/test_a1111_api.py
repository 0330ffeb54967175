"""A client of the AUTOMATIC1111 web UI, written by its published API alone."""

import base64
import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image
from tests.serve.conftest import NO_ROOTS, RECIPE, Running, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.errors import EngineError
from plitka.serve.life import Life

USUAL: dict[str, Any] = {
    "prompt": RECIPE,
    "negative_prompt": "",
    "styles": [],
    "seed": -1,
    "subseed": -1,
    "subseed_strength": 0,
    "sampler_name": "Euler a",
    "scheduler": "Automatic",
    "batch_size": 1,
    "n_iter": 1,
    "steps": 20,
    "cfg_scale": 7,
    "width": 100,
    "height": 60,
    "restore_faces": False,
    "tiling": False,
    "do_not_save_samples": True,
    "eta": None,
    "enable_hr": False,
    "denoising_strength": 0.7,
    "override_settings": {},
    "override_settings_restore_afterwards": True,
    "alwayson_scripts": {},
    "save_images": False,
    "send_images": True,
}
"""As front ends send it."""


class WebUi:
    """What a front end does."""

    def __init__(self, url: str, password: str) -> None:
        self.http = httpx2.Client(base_url=f"{url}/sdapi/v1", auth=("user", password), timeout=60, verify=NO_ROOTS)

    def txt2img(self, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
        """Pictures, and what was said of them."""
        answer = self.http.post("/txt2img", json=USUAL | changes)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told | {"info": json.loads(told["info"])}

    def get(self, name: str) -> Any:  # noqa: ANN401
        """What is at a path."""
        answer = self.http.get(name)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def web_ui(server: Running) -> Iterator[WebUi]:
    """With a key as its password."""
    one = WebUi(server.url, server.key())
    yield one
    one.http.close()


def test_pictures_are_made(web_ui: WebUi) -> None:
    """As base64 of PNGs, of sides that the model makes, each with the next seed; 0 is without guidance."""
    told = web_ui.txt2img(seed=7, batch_size=2, n_iter=2, cfg_scale=0, send_images=None)
    pictures = [Image.open(io.BytesIO(base64.b64decode(one))) for one in told["images"]]
    assert [(one.format, one.size) for one in pictures] == [("PNG", (128, 64))] * 4
    info = told["info"]
    assert (info["seed"], info["all_seeds"]) == (7, [7, 8, 9, 10])
    assert (info["width"], info["height"], info["cfg_scale"]) == (128, 64, 1.0)
    assert len(info["infotexts"]) == len(info["all_prompts"]) == 4
    assert "Seed: 8," in info["infotexts"][1]
    assert info["infotexts"] == [one.info["parameters"] for one in pictures]
    assert info["all_negative_prompts"] == [""] * 4
    assert told["parameters"]["prompt"] == RECIPE
    assert web_ui.txt2img(send_images=False)["images"] == []
    assert web_ui.txt2img(seed=7, steps=4)["images"] == web_ui.txt2img(seed=7, steps=4)["images"]


def test_a_front_end_finds_what_it_looks_for(web_ui: WebUi, server: Running) -> None:
    """The model by its title, name or hash, which it sends back; one sampler; and lists of what there is none of."""
    (model,) = web_ui.get("/sd-models")
    assert (model["model_name"], model["hash"]) == ("fast", "0" * 12)
    assert web_ui.get("/options")["sd_model_checkpoint"] == model["title"]
    for name in (model["title"], model["model_name"], model["hash"]):
        assert web_ui.http.post("/options", json={"sd_model_checkpoint": name, "other": 1}).status_code == 200
        assert web_ui.txt2img(override_settings={"sd_model_checkpoint": name})["info"]["sd_model_name"] == "fast"
    for path, body in (
        ("/options", {"sd_model_checkpoint": "v1-5-pruned.safetensors [6ce0161689]"}),
        ("/txt2img", USUAL | {"override_settings": {"sd_model_checkpoint": "other"}}),
    ):
        refused = web_ui.http.post(path, json=body)
        assert refused.status_code == 404
        assert set(refused.json()) == {"error", "detail", "body", "errors"}
    assert [one["name"] for one in web_ui.get("/samplers")] == ["plitka"]
    assert web_ui.get("/schedulers")
    assert [web_ui.get(f"/{name}") for name in ("loras", "upscalers", "sd-vae", "latent-upscale-modes")] == [
        [],
        [],
        [],
        [],
    ]
    assert web_ui.get("/cmd-flags") == {}
    assert web_ui.get("/embeddings") == {"loaded": {}, "skipped": {}}
    assert web_ui.get("/scripts") == {"txt2img": [], "img2img": []}
    assert web_ui.http.post("/refresh-checkpoints").status_code == 200
    idle = web_ui.get("/progress")
    assert (idle["progress"], idle["state"]["job_count"], idle["current_image"]) == (0.0, 0, None)
    stranger = WebUi(server.url, "wrong")
    refused = stranger.http.get("/options")
    assert (refused.status_code, refused.headers["www-authenticate"].split()[0]) == (401, "Basic")
    stranger.http.close()
    assert web_ui.http.post("/txt2img", json={"prompt": "60% rde"}).status_code == 400
    assert web_ui.http.post("/txt2img", json=USUAL | {"batch_size": 10, "n_iter": 2}).status_code == 422


def test_the_model_is_waited_for(tmp_path: Path) -> None:
    """A front end looks once, as soon as it is started, and keeps what it found."""
    may_load = threading.Event()

    def load() -> FastEngine:
        may_load.wait(30)
        return FastEngine()

    with running(tmp_path, load, awaited=(Life.STARTING,)) as server:
        web_ui = WebUi(server.url, server.key())
        threading.Timer(0.5, may_load.set).start()
        (model,) = web_ui.get("/sd-models")
        assert web_ui.get("/options")["sd_model_checkpoint"] == model["title"]
        web_ui.http.close()


def test_a_model_that_cannot_be_loaded_is_not_waited_for(tmp_path: Path) -> None:
    """The front end is told so at once."""

    def fail() -> FastEngine:
        raise EngineError("no such device")

    with running(tmp_path, fail) as server:
        web_ui = WebUi(server.url, server.key())
        refused = web_ui.http.get("/sd-models")
        assert (refused.status_code, "failed" in refused.text) == (503, True)
        web_ui.http.close()


def test_progress_is_told_and_interrupted(tmp_path: Path) -> None:
    """With a preview; of one's own alone; what was made before stays, and the answer comes at once."""
    with running(tmp_path, lambda: FastEngine(step_s=0.02), preview_every=1) as server:
        web_ui, other = WebUi(server.url, server.key()), WebUi(server.url, server.key())
        answers: list[dict[str, Any]] = []
        asking = threading.Thread(target=lambda: answers.append(web_ui.txt2img(steps=150, batch_size=3)))
        asking.start()
        wait_until(lambda: web_ui.get("/progress")["current_image"])
        told = web_ui.get("/progress")
        assert 0 < told["progress"] < 1
        assert (told["state"]["sampling_steps"], told["state"]["job_count"]) == (150, 3)
        assert Image.open(io.BytesIO(base64.b64decode(told["current_image"]))).size == (128, 64)
        assert web_ui.get("/progress?skip_current_image=true")["current_image"] is None
        assert other.get("/progress")["progress"] == 0
        assert other.http.post("/interrupt").json() == {}
        assert web_ui.get("/progress")["state"]["job_count"] == 3
        assert web_ui.http.post("/interrupt").status_code == 200
        asking.join(30)
        assert answers[0]["images"] == []
        for client in (web_ui, other):
            client.http.close()
