"""The packages that people already have, unmodified, against a running server with the shipped model."""

import base64
import importlib.util
import io
import json
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from huggingface_hub import InferenceClient
from PIL import Image
from replicate.client import Client
from replicate.exceptions import ReplicateError
from tests.serve.conftest import Running, running, wait_until

from plitka.core.generation import Engine

RECIPE = "60% red, 40% black"
SIZE_PX = 256
ROOT = Path(__file__).parents[2]
QUICK = {"num_inference_steps": 3, "mode": "text"}


def load_mini() -> Engine:
    """The shipped model, small by default."""
    import torch

    from plitka.model.bundle import find_bundle
    from plitka.model.engine import EngineConfig, load_engine

    torch.set_num_threads(1)
    mini = find_bundle("mini")
    small = replace(mini.defaults, width_px=SIZE_PX, height_px=SIZE_PX)
    return load_engine(replace(mini, defaults=small), EngineConfig(device="cpu"))


class Hook:
    """A client's own server, which is told of predictions."""

    def __init__(self) -> None:
        self.heard: queue.Queue[dict[str, Any]] = queue.Queue()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Keep what is told."""
                hook.heard.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quietly."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def hook() -> Iterator[Hook]:
    """A receiver of webhooks."""
    one = Hook()
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, hook: Hook) -> Iterator[Running]:
    """The service over the shipped model."""
    with running(tmp_path_factory.mktemp("mini"), load_mini, webhook_hosts=(hook.host,), preview_every=1) as one:
        yield one


def picture(content: bytes) -> Image.Image:
    """A picture that was sent."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


class TestOpenAI:
    """The `openai` package."""

    @pytest.fixture
    def client(self, server: Running) -> Iterator[openai.OpenAI]:
        """With its base URL set, as for any other provider."""
        with openai.OpenAI(base_url=f"{server.url}/v1", api_key=server.key(), max_retries=0) as client:
            yield client

    def test_pictures_as_base64(self, client: openai.OpenAI) -> None:
        """n pictures of the asked size, each of another seed, each with its recipe."""
        made = client.images.generate(
            model="gpt-image-1",
            prompt=RECIPE,
            n=2,
            size="256x256",
            response_format="b64_json",
            extra_body=QUICK,
        )
        assert made.data is not None
        images = [picture(base64.b64decode(one.b64_json or "")) for one in made.data]
        assert [image.size for image in images] == [(SIZE_PX, SIZE_PX)] * 2
        assert len({image.info["seed"] for image in images}) == 2
        assert images[0].info["recipe"] == RECIPE

    def test_a_link_needs_no_key(self, client: openai.OpenAI) -> None:
        """The URL is fetched as it is; with another job's signature it is not."""
        made = client.images.generate(prompt=RECIPE, size="256x256", response_format="url", extra_body=QUICK)
        assert made.data is not None
        url = made.data[0].url or ""
        assert picture(httpx2.get(url).content).size == (SIZE_PX, SIZE_PX)
        assert httpx2.get(url[:-1] + ("0" if url[-1] != "0" else "1")).status_code in (401, 404)

    def test_a_stream_shows_partial_pictures(self, client: openai.OpenAI) -> None:
        """Partial pictures while it is painted, the whole one last."""
        stream = client.images.generate(
            model="mini", prompt=RECIPE, size="256x256", stream=True, partial_images=2, extra_body=QUICK
        )
        kinds = []
        for event in stream:
            kinds.append(event.type)
            image = picture(base64.b64decode(event.b64_json))
        assert kinds[-1] == "image_generation.completed"
        assert kinds[0] == "image_generation.partial_image"
        assert image.size == (SIZE_PX, SIZE_PX)

    def test_errors_are_its_own(self, client: openai.OpenAI, server: Running) -> None:
        """Each failure is the exception that the package has for it."""
        with pytest.raises(openai.BadRequestError, match="rde"):
            client.images.generate(prompt="60% rde, 40% black")
        with pytest.raises(openai.UnprocessableEntityError):
            client.images.generate(prompt=RECIPE, size="100x100")
        stranger = client.with_options(api_key="wrong")
        with pytest.raises(openai.AuthenticationError):
            stranger.images.generate(prompt=RECIPE)
        hasty = client.with_options(api_key=server.key(per_minute=1))
        with pytest.raises(openai.RateLimitError) as refused:
            hasty.images.generate(prompt=RECIPE, n=2)
        assert int(refused.value.response.headers["Retry-After"]) > 0

    def test_models(self, client: openai.OpenAI) -> None:
        """The one that is served."""
        assert [model.id.partition("@")[0] for model in client.models.list()] == ["mini"]


class TestReplicate:
    """The `replicate` package, and cog's own paths."""

    @pytest.fixture
    def client(self, server: Running) -> Iterator[Client]:
        """With its base URL set."""
        client = Client(api_token=server.key(), base_url=server.url)
        yield client
        client._client.close()

    @pytest.mark.parametrize("ref", ["nauslava/rubber-tile-lora-v45:3f0a4e8b", "any/mini"])
    def test_run(self, client: Client, ref: str) -> None:
        """A model by its version or by its name; the output is a file."""
        output: Any = client.run(ref, input={"prompt": RECIPE, "width": SIZE_PX, "height": SIZE_PX, **QUICK})
        assert picture(output.read()).size == (SIZE_PX, SIZE_PX)

    def test_a_prediction_is_followed_and_cancelled(self, client: Client, hook: Hook) -> None:
        """Created at once, seen while it runs, cancelled, and the webhook hears of it."""
        order = {"prompt": RECIPE, "width": 1024, "height": 1024, "num_inference_steps": 150, "mode": "text"}
        made = client.predictions.create(
            version="any",
            input=order,
            webhook=f"http://{hook.host}/told",
            webhook_events_filter=["start", "completed"],
        )
        assert made.status == "starting"
        wait_until(lambda: client.predictions.get(made.id).progress)
        progress = client.predictions.get(made.id).progress
        assert progress is not None
        assert progress.total == 150
        made.cancel()
        wait_until(lambda: client.predictions.get(made.id).status == "canceled")
        told = [hook.heard.get(timeout=20) for _ in range(2)]
        assert [one["status"] for one in told] == ["processing", "canceled"]
        assert {one["id"] for one in told} == {made.id}

    def test_a_failure_is_told(self, client: Client) -> None:
        """A prompt that cannot be read is refused; a webhook to elsewhere too."""
        with pytest.raises(ReplicateError, match="rde"):
            client.run("any/mini", input={"prompt": "60% rde, 40% black"})
        with pytest.raises(ReplicateError, match="webhook"):
            client.predictions.create(version="any", input={"prompt": RECIPE}, webhook="http://169.254.169.254/")

    def test_cog_puts_once(self, server: Running) -> None:
        """PUT of one id is one prediction; async it answers 202; another input under the id is refused."""
        client = server.client()
        body = {"input": {"prompt": RECIPE, "seed": 5, "width": SIZE_PX, "height": SIZE_PX, **QUICK}}
        first = client.put("/predictions/mine-1", json=body, headers={"Prefer": "respond-async"})
        assert (first.status_code, first.json()["status"]) == (202, "starting")
        again = client.put("/predictions/mine-1", json=body)
        assert (again.status_code, again.json()["status"]) == (200, "succeeded")
        assert again.json()["output"].startswith("data:image/png;base64,")
        assert len(client.get("/v1/jobs").json()["jobs"]) == 1
        other = client.put("/predictions/mine-1", json={"input": {"prompt": RECIPE, "seed": 6}})
        assert other.status_code == 409

    def test_health_and_schema(self, server: Running) -> None:
        """What cog's director reads."""
        assert httpx2.get(f"{server.url}/health-check").json()["status"] == "READY"
        schemas = httpx2.get(f"{server.url}/openapi.json").json()["components"]["schemas"]
        assert {"Input", "PredictionRequest", "PredictionResponse"} <= set(schemas)
        assert schemas["Input"]["required"] == ["prompt"]


class TestHuggingFace:
    """The `huggingface_hub` package, and the handler of an Inference Endpoint."""

    def test_text_to_image(self, server: Running) -> None:
        """The same call as against an Inference Endpoint."""
        client = InferenceClient(server.url, token=server.key())
        image = client.text_to_image(RECIPE, width=SIZE_PX, height=SIZE_PX, num_inference_steps=3, seed=3)
        assert image.size == (SIZE_PX, SIZE_PX)

    def test_the_handler_returns_a_picture(self) -> None:
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
