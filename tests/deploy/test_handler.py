"""The handler of a Hugging Face Inference Endpoint."""

import importlib.util
import json
import shutil
import subprocess
import sys
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


def test_it_starts_as_an_endpoint_starts_it(tmp_path: Path) -> None:
    """In a process that knows no more than the repository's folder: the handler beside the bundle's own files."""
    shutil.copytree(ROOT / "src/plitka/mini", tmp_path, dirs_exist_ok=True)
    for name in ("handler.py", "requirements.txt"):
        shutil.copy(ROOT / "deploy" / name, tmp_path)
    code = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("handler", f"{sys.argv[1]}/handler.py")
module = importlib.util.module_from_spec(spec)
sys.modules["handler"] = module
spec.loader.exec_module(module)
handler = module.EndpointHandler(path=sys.argv[1])
for line in sys.stdin:
    try:
        print("answer", handler(json.loads(line)).size, flush=True)
    except ValueError as error:
        print("answer refused:", error, flush=True)
"""
    parameters = {"width": 128, "height": 128, "num_inference_steps": 2, "seed": 1}
    bodies = [
        {"inputs": RECIPE, "parameters": parameters},
        {"inputs": "60% rde"},
        {"inputs": RECIPE, "parameters": parameters},
    ]
    asked = "\n".join(map(json.dumps, bodies))
    words = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(words, input=asked, capture_output=True, text=True, check=True, cwd="/")
    first, refused, again = [line for line in done.stdout.splitlines() if line.startswith("answer")]  # logs are beside
    assert first == again == "answer (128, 128)"
    assert refused.startswith("answer refused")
    assert "rde" in refused
