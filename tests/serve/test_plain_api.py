"""The `huggingface_hub` package and curl with the old body, against the shipped model."""

import http.client
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import InferenceClient
from tests.serve.conftest import MINI_PX, RECIPE, Running, picture


@pytest.fixture(scope="module")
def server(mini_server: Running) -> Running:
    """The service over the shipped model."""
    return mini_server


class TestHuggingFace:
    """The `huggingface_hub` package."""

    def test_text_to_image(self, server: Running) -> None:
        """The same call as against an Inference Endpoint."""
        client = InferenceClient(server.url, token=server.key())
        image = client.text_to_image(
            RECIPE, negative_prompt="blurry", width=MINI_PX, height=MINI_PX, num_inference_steps=3, guidance_scale=0,
            scheduler="DPMSolverMultistep", seed=3, extra_body={"wet": True},
        )  # fmt: skip
        assert image.size == (MINI_PX, MINI_PX)

    def test_what_its_clients_send_beside_it(self, server: Running) -> None:
        """Options are left out, parameters may stand at the top, and a guidance of 0 is none."""
        client, small = server.client(), {"width": MINI_PX, "height": MINI_PX, "num_inference_steps": 2, "seed": 3}
        nested = {"inputs": RECIPE, "options": {"wait_for_model": True}, "parameters": small | {"guidance_scale": 0}}
        top = {"inputs": RECIPE, "guidance_scale": 1, **small}
        pictures = [client.post("/", json=body) for body in (nested, top)]
        assert [answer.status_code for answer in pictures] == [200, 200]
        assert picture(pictures[0].content).tobytes() == picture(pictures[1].content).tobytes()
        assert client.post("/", json={"inputs": RECIPE, "steps": 3}).status_code == 422


class TestCurl:
    """The body of the old system, sent by curl."""

    @staticmethod
    def curl(server: Running, folder: Path, body: dict[str, Any], *, key: bool = True) -> tuple[int, bytes]:
        """Status and content."""
        program = shutil.which("curl")
        assert program is not None
        out = folder / "out"
        words = [program, "-s", "-o", str(out), "-w", "%{http_code}", "-H", "Content-Type: application/json"]
        words += ["-H", f"Authorization: Bearer {server.key()}"] if key else []
        done = subprocess.run(
            [*words, "-d", json.dumps(body), f"{server.url}/"], capture_output=True, check=True, text=True
        )
        return int(done.stdout), out.read_bytes()

    def test_the_old_body_makes_a_picture(self, server: Running, tmp_path: Path) -> None:
        """A PNG of the model's own size; the same seed is the same file."""
        status, content = self.curl(server, tmp_path, {"prompt": RECIPE, "negative_prompt": "blurry", "seed": 7})
        assert status == 200
        assert picture(content).info["seed"] == "7"

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"prompt": "60% rde, 40% black"}, 400),
            ({"prompt": "red " * 300}, 413),
            ({"prompt": RECIPE, "view": "side"}, 422),
            ({"prompt": RECIPE, "seed": "seven"}, 422),
        ],
    )
    def test_the_old_errors(self, server: Running, tmp_path: Path, body: dict[str, Any], status: int) -> None:
        """The old codes, in the old shape."""
        seen, content = self.curl(server, tmp_path, body)
        assert seen == status
        assert {"error", "details"} <= set(json.loads(content))

    def test_no_key(self, server: Running, tmp_path: Path) -> None:
        """Once there is a key, none is let in without."""
        assert self.curl(server, tmp_path, {"prompt": RECIPE}, key=False)[0] == 401


def test_the_old_body_as_its_clients_send_it(server: Running) -> None:
    """Without a content type, and with the seed in quotes."""
    key = server.key()
    body = json.dumps({"prompt": RECIPE, "seed": "7"}).encode()
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
    connection.request("POST", "/predict", body, {"Authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    assert answer.status == 200
    assert picture(answer.read()).info["seed"] == "7"
    connection.close()
    refused = server.client_of(key).post("/predict", json={"prompt": RECIPE, "seed": "seven"})
    assert refused.status_code == 422


def test_a_wrong_name_is_told_as_the_body_that_was_meant_has_it(server: Running) -> None:
    """Of the two kinds of bodies that the path takes, and without the names of ours."""
    client = server.client()
    for body, place in (
        ({"prompt": "red", "width": 64}, "width"),
        ({"inputs": "red", "parameters": {"seed": "x"}}, "parameters.seed"),
    ):
        told = client.post("/", json=body).json()["error"]
        assert told.startswith(f"the request does not fit: {place}: "), told
        assert "Body" not in told
        assert "TextToImage" not in told
