"""What Cog builds of plitka, run by Cog's own server."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.serve.conftest import NO_ROOTS, free_port, picture, wait_until

from plitka.core.files.picture import read_fields

COG = Path(__file__).parents[2] / "deploy/cog"
RECIPE = "60% red, 40% black"
SMALL = {"width": 128, "height": 128, "num_inference_steps": 2, "mode": "text", "seed": 7}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Of the server, once the model is loaded."""
    pytest.importorskip("cog")
    port = free_port()
    environ = os.environ | {
        "PORT": str(port),
        "PLITKA_BUNDLE": "mini",
        "COG_PREDICT_TYPE_STUB": "predict.py:Predictor",
        "COG_LOG_LEVEL": "warning",
        # The server starts `python3` for the predictor, whichever comes first.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    words = [sys.executable, "-m", "cog.server.http", "--host", "127.0.0.1"]
    process = subprocess.Popen(words, cwd=COG, env=environ, stdout=subprocess.DEVNULL)

    def is_up() -> bool:
        assert process.poll() is None
        try:
            return is_ready(f"http://127.0.0.1:{port}")
        except httpx2.TransportError:
            return False

    try:
        wait_until(is_up, timeout_s=120)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def is_ready(url: str) -> bool:
    """Whether the server would take a prediction now."""
    told = httpx2.get(f"{url}/health-check", verify=NO_ROOTS).json()
    assert told["status"] != "SETUP_FAILED", told
    return bool(told["status"] == "READY")


def predict(url: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401  (as the contract has it)
    """A prediction that was waited for; its only slot is free again a moment after the answer to the last one."""
    wait_until(lambda: is_ready(url))
    answer = httpx2.post(f"{url}/predictions", json={"input": given}, timeout=120, verify=NO_ROOTS)
    told: dict[str, Any] = answer.json()
    return told


def test_a_prediction_is_a_picture_with_its_recipe(url: str, tmp_path: Path) -> None:
    """And a recipe that cannot be read is a prediction that failed, with the place."""
    made = predict(url, prompt=RECIPE, **SMALL)
    assert made["status"] == "succeeded", made
    content = base64.b64decode(made["output"].partition(",")[2])
    assert picture(content).size == (128, 128)
    (tmp_path / "tile.png").write_bytes(content)
    assert any("red" in text for text in read_fields(tmp_path / "tile.png").values())
    failed = predict(url, prompt="60% rde, 40% black", **SMALL)
    assert failed["status"] == "failed"
    assert "rde" in failed["error"]
