"""The `huggingface_hub` package and curl with the old body, against the shipped model."""

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
        image = client.text_to_image(RECIPE, width=MINI_PX, height=MINI_PX, num_inference_steps=3, seed=3)
        assert image.size == (MINI_PX, MINI_PX)


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
