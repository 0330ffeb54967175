"""What front ends of the AUTOMATIC1111 web UI look up and set."""

import threading
from pathlib import Path
from typing import Any

import pytest
from tests.serve.conftest import Running, running
from tests.serve.fast_engine import FastEngine
from tests.serve.web_ui import WebUi

from plitka.errors import EngineError
from plitka.serve.life import Life


def test_a_front_end_finds_what_it_looks_for(web_ui: WebUi, server: Running) -> None:
    """The model by its title, name or hash, which it sends back."""
    (model,) = web_ui.get("/sd-models")
    assert (model["model_name"], model["hash"]) == ("fast", "0" * 12)
    assert web_ui.get("/options")["sd_model_checkpoint"] == model["title"]
    for name in (model["title"], model["model_name"], model["hash"]):
        assert web_ui.http.post("/options", json={"sd_model_checkpoint": name, "other": 1}).status_code == 200
        assert web_ui.txt2img(override_settings={"sd_model_checkpoint": name})["info"]["sd_model_name"] == "fast"
    status, why = web_ui.refused("/options", sd_model_checkpoint="v1-5-pruned.safetensors [6ce0161689]")
    assert (status, "fast" in why) == (404, True)
    idle = web_ui.get("/progress")
    assert (idle["progress"], idle["state"]["job_count"], idle["current_image"]) == (0.0, 0, None)
    stranger = WebUi(server.url, "wrong")
    refused = stranger.http.get("/options")
    assert (refused.status_code, refused.headers["www-authenticate"].split()[0]) == (401, "Basic")
    stranger.http.close()


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


def test_the_sampler_is_the_one_that_pictures_name(web_ui: WebUi) -> None:
    """In the list, in what is told of a picture, and in its text."""
    (sampler,) = web_ui.get("/samplers")
    info = web_ui.txt2img(sampler_name=sampler["name"], scheduler="Karras")["info"]
    assert info["sampler_name"] == sampler["name"]
    assert f"Sampler: {sampler['name']}, " in info["infotexts"][0]
    assert info["warnings"] == []
    for one in web_ui.get("/schedulers"):
        assert web_ui.txt2img(scheduler=one["label"])["info"]["warnings"] == []


@pytest.mark.parametrize(
    "name",
    ["loras", "upscalers", "sd-vae", "latent-upscale-modes", "script-info", "prompt-styles", "extensions"],
)
def test_there_is_none_of_much(web_ui: WebUi, name: str) -> None:
    """Which is a list without members."""
    assert web_ui.get(f"/{name}") == []


def test_there_are_no_flags_embeddings_or_scripts(web_ui: WebUi) -> None:
    """In their own shapes."""
    assert web_ui.get("/cmd-flags") == {}
    assert web_ui.get("/embeddings") == {"loaded": {}, "skipped": {}}
    assert web_ui.get("/scripts") == {"txt2img": [], "img2img": []}


@pytest.mark.parametrize("name", ["checkpoints", "loras", "vae", "embeddings"])
def test_looking_anew_finds_the_same(web_ui: WebUi, name: str) -> None:
    """And is no mistake."""
    before = web_ui.get("/sd-models")
    answer = web_ui.http.post(f"/refresh-{name}")
    assert (answer.status_code, answer.json()) == (200, None)
    assert web_ui.get("/sd-models") == before


def test_the_model_stays(web_ui: WebUi) -> None:
    """Whoever wants it unloaded is told so, and goes on."""
    answer = web_ui.http.post("/unload-checkpoint", json="")
    assert (answer.status_code, "stays" in answer.json()["info"]) == (200, True)
    answer = web_ui.http.post("/reload-checkpoint", json="")
    assert (answer.status_code, answer.json()) == (200, {})
    assert len(web_ui.txt2img()["images"]) == 1


def test_memory_is_told(web_ui: WebUi, server: Running) -> None:
    """That of the machine and the process; of a GPU what was seen of it."""
    told = web_ui.get("/memory")
    ram = told["ram"]
    assert 0 < ram["used"] < ram["total"] == ram["used"] + ram["free"]
    assert told["cuda"] == {"error": "unavailable"}
    server.service.metrics.note_memory({"allocated": 3_000, "reserved": 4_000})
    assert web_ui.get("/memory")["cuda"] == {"allocated": {"current": 3_000}, "reserved": {"current": 4_000}}


@pytest.mark.parametrize("name", ["img2img", "interrogate", "extra-single-image", "train/embedding"])
def test_what_is_not_made_here_is_told(web_ui: WebUi, name: str) -> None:
    """And not that a picture is larger than a body may be."""
    body: dict[str, Any] = {"init_images": ["a" * 300_000], "image": "b" * 300_000}
    status, why = web_ui.refused(f"/{name}", **body)
    assert (status, "/sdapi/v1/txt2img" in why) == (422, True)
    assert web_ui.refused("/server-stop")[0] == 404
