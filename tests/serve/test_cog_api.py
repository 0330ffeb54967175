"""The `replicate` package, unmodified, and cog's own paths, against the shipped model."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from replicate.client import Client
from replicate.exceptions import ReplicateError
from tests.serve.conftest import MINI_PX, QUICK, RECIPE, Running, picture, running, wait_until
from tests.serve.fast_engine import FastEngine
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

    @pytest.mark.parametrize("ref", ["any/mini:VERSION", "any/mini", "nauslava/rubber-tile-lora-v45"])
    def test_run(self, server: Running, client: Client, ref: str) -> None:
        """A model by its version or by its name, that of the old system too; the output is a file."""
        engine = server.service.engine
        assert engine is not None
        ref = ref.replace("VERSION", engine.name.partition("@")[2])
        output: Any = client.run(ref, input={"prompt": RECIPE, "width": MINI_PX, "height": MINI_PX, **QUICK})
        assert picture(output.read()).size == (MINI_PX, MINI_PX)

    def test_a_prediction_is_followed_and_cancelled(self, client: Client, hook: Hook) -> None:
        """Created at once, seen while it runs, cancelled, and the webhook hears of it."""
        order = {"prompt": RECIPE, "width": 512, "height": 512, "num_inference_steps": 150, "mode": "text"}
        made = client.predictions.create(
            model="any/mini",
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
        told = [hook.heard.get(timeout=60) for _ in range(2)]
        assert [one["status"] for one in told] == ["processing", "canceled"]
        assert {one["id"] for one in told} == {made.id}

    def test_a_failure_is_told(self, client: Client) -> None:
        """A prompt that cannot be read is refused; a webhook to elsewhere too."""
        with pytest.raises(ReplicateError, match="rde"):
            client.run("any/mini", input={"prompt": "60% rde, 40% black"})
        with pytest.raises(ReplicateError, match="webhook"):
            client.predictions.create(model="any/mini", input={"prompt": RECIPE}, webhook="http://169.254.169.254/")

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

    def test_links_do_not_repeat_a_foreign_host(self, server: Running) -> None:
        """A prediction's links lead to where the client connected to."""
        answer = server.client().post(
            "/v1/predictions", json={"input": {"prompt": RECIPE}}, headers={"Host": "evil.example"}
        )
        assert answer.json()["urls"]["get"].startswith(f"{server.url}/v1/predictions/")

    def test_health_and_schema(self, server: Running) -> None:
        """What cog's director reads."""
        assert httpx2.get(f"{server.url}/health-check").json()["status"] == "READY"
        schemas = httpx2.get(f"{server.url}/openapi.json").json()["components"]["schemas"]
        assert {"Input", "PredictionRequest", "PredictionResponse"} <= set(schemas)
        assert schemas["Input"]["required"] == ["prompt"]


ELSE = "222222222222"


def named(version: str) -> Callable[[], FastEngine]:
    """What loads a model of this version."""
    return lambda: FastEngine(name=f"fast@{version}", step_s=0.02)


class TestVersions:
    """What was asked of one version is not painted by another."""

    @pytest.mark.parametrize("path", ["/predictions", "/v1/predictions"])
    def test_another_version_is_refused(self, tmp_path: Path, path: str) -> None:
        """The served one has several names; none at all is whichever is served."""
        with running(tmp_path, named("111111111111")) as server:
            client = server.client()
            for version in (None, "111111111111", "fast", "fast@111111111111", "any/fast", "any/fast:111111111111"):
                order: dict[str, Any] = {"input": {"prompt": RECIPE}, "version": version}
                answer = client.post(path, json=order, headers={"Prefer": "wait"})
                assert answer.json()["status"] == "succeeded", (version, answer.text)
                assert answer.json()["version"] == "111111111111"
            for version in (ELSE, f"fast@{ELSE}", "other", "fast:"):
                order = {"input": {"prompt": RECIPE}, "version": version}
                answer = client.post(path, json=order)
                assert answer.status_code == 404, version
                assert "fast@111111111111" in answer.json()["detail"]
            assert client.get(f"/v1/models/any/fast/versions/{ELSE}").status_code == 404
            assert client.get("/v1/models/any/fast/versions/111111111111").status_code == 200

    def test_a_prediction_is_not_made_by_the_next_version(self, tmp_path: Path) -> None:
        """After a start with another model those that named theirs fail, whatever way; others are made."""
        with running(tmp_path, named("111111111111"), drain_s=0.0) as server:
            key = server.key()
            client = server.client_of(key)
            done = client.post("/predictions", json={"input": {"prompt": RECIPE}, "version": "111111111111"}).json()
            server.order(client, steps=150)  # everybody else waits for it
            wait_until(lambda: server.service.metrics.registry.get_sample_value("plitka_running_jobs") == 1)
            asked, named_model, free = (
                client.post(path, json={"input": {"prompt": RECIPE}} | more).json()
                for path, more in (
                    ("/v1/predictions", {"version": "111111111111"}),
                    ("/v1/models/any/fast/predictions", {}),
                    ("/v1/predictions", {}),
                )
            )
            put = {"input": {"prompt": RECIPE, "seed": 1}, "version": "111111111111"}
            client.put("/predictions/mine", json=put, headers={"Prefer": "respond-async"})
        with running(tmp_path, lambda: FastEngine(name=f"slow@{ELSE}")) as server:
            client = server.client_of(key)
            ids = [asked["id"], named_model["id"], free["id"], "mine"]
            wait_until(lambda: all(client.get(f"/v1/predictions/{one}").json()["completed_at"] for one in ids))
            ends = {one: client.get(f"/v1/predictions/{one}").json() for one in ids}
            assert [end["status"] for end in ends.values()] == ["failed", "failed", "succeeded", "failed"]
            assert "111111111111" in ends[asked["id"]]["error"]
            assert ends[asked["id"]]["version"] == "111111111111"
            assert (ends[free["id"]]["model"], ends[free["id"]]["version"]) == ("slow", ELSE)
            before = client.get(f"/v1/predictions/{done['id']}").json()
            assert (before["model"], before["version"]) == ("fast", "111111111111")
            again = client.put("/predictions/mine", json=put | {"version": ELSE})
            assert again.status_code == 409


def test_few_predictions_are_on_their_way_with_their_pictures(server: Running) -> None:
    """Each is in memory until its client has taken it; others wait, and what has no picture yet does not."""
    key = server.key()
    client, key_id = server.client_of(key), key.split("_")[1]
    made = server.order(client)
    server.ended(client, made)
    with contextlib.ExitStack() as on_their_way:
        for _ in range(server.service.settings.carried_per_key):
            on_their_way.enter_context(server.service.carried.hold(key_id, "{limit}"))
        refused = client.get(f"/v1/predictions/{made['id']}")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
        assert client.post(f"/v1/predictions/{made['id']}/cancel").status_code == 429
        assert server.client().get("/v1/predictions/none").status_code == 404
    for _ in range(server.service.settings.carried_per_key + 1):
        assert client.get(f"/v1/predictions/{made['id']}").status_code == 200
