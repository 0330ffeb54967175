"""The handler of a Hugging Face Inference Endpoint."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECIPE = "60% red, 40% black"


def test_the_handler_returns_a_picture() -> None:
    """Built with a folder, called with a body, it answers with a PIL image, and with words when it cannot."""
    spec = importlib.util.spec_from_file_location("handler", ROOT / "deploy/handler.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler = module.EndpointHandler(str(ROOT / "src/plitka/mini"))
    body = {"inputs": RECIPE, "parameters": {"width": 128, "height": 128, "num_inference_steps": 2, "seed": 1}}
    image = handler(body)
    assert image.size == (128, 128)
    assert image.tobytes() == handler(body).tobytes()
    with pytest.raises(ValueError, match="rde"):
        handler({"inputs": "60% rde, 40% black"})
    with pytest.raises(ValueError, match="parameters"):
        handler({"inputs": RECIPE, "parameters": {"steps": 3}})
