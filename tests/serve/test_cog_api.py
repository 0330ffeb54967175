"""The `replicate` package, unmodified, and cog's own paths, against the shipped model."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from replicate.client import Client
from replicate.exceptions import ReplicateError
from tests.serve.conftest import MINI_PX, QUICK, RECIPE, Running, picture, wait_until
from tests.serve.webhook_receiver import Hook


@pytest.fixture(scope="module")
def server(mini_server: Running) -> Running:
    """The service over the shipped model."""
    return mini_server


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
        output: Any = client.run(ref, input={"prompt": RECIPE, "width": MINI_PX, "height": MINI_PX, **QUICK})
        assert picture(output.read()).size == (MINI_PX, MINI_PX)

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
        body = {"input": {"prompt": RECIPE, "seed": 5, "width": MINI_PX, "height": MINI_PX, **QUICK}}
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
