"""What Replicate's clients ask for around their predictions."""

from collections.abc import Iterator
from typing import Any

import pytest
from replicate.client import Client
from replicate.exceptions import ReplicateError
from tests.serve.conftest import RECIPE, Running

from plitka.serve import routes


def test_only_makers_have_a_webhook_secret(server: Running) -> None:
    """In the error's shape of the contract."""
    assert server.client().get(routes.WEBHOOK_KEY).json()["key"].startswith("whsec_")
    refused = server.client("viewer").get(routes.WEBHOOK_KEY)
    assert (refused.status_code, set(refused.json())) == (403, {"title", "detail", "status", "request_id"})


@pytest.fixture
def client(server: Running) -> Iterator[Client]:
    """The `replicate` package, unmodified."""
    one = Client(api_token=server.key(), base_url=server.url)
    yield one
    one._client.close()


def test_predictions_are_listed_page_by_page(server: Running, client: Client) -> None:
    """The newest first, with links in place of megabytes."""
    own = server.client_of(client._api_token)
    made = [server.ended(own, server.order(own, seed=seed))["id"] for seed in range(23)]
    page = client.predictions.list()
    assert [one.id for one in page.results] == made[:2:-1]
    assert page.next is not None
    rest = client.predictions.list(page.next)
    assert [one.id for one in rest.results] == made[2::-1]
    assert rest.next is None
    link = str(page.results[0].output)
    assert server.client_of(None).get(link).headers["Content-Type"] == "image/png"
    assert own.get(routes.PREDICTIONS, params={"cursor": "0" * 32}).status_code == 404


def test_the_model_is_found_by_its_name(client: Client) -> None:
    """Whatever its owner's; with the version by which it is run."""
    for name in ("any/fast", "nauslava/rubber-tile-lora-v45"):
        model = client.models.get(name)
        assert model.id == name
        assert model.latest_version is not None
        assert model.latest_version.id == "0" * 12
    (listed,) = client.models.list().results
    assert listed.latest_version is not None
    assert (listed.id, listed.latest_version.id) == ("plitka/fast", "0" * 12)
    with pytest.raises(ReplicateError, match="not served"):
        client.models.get("any/other")


def test_inputs_that_mean_nothing_are_left_out(server: Running, client: Client) -> None:
    """The log says which; what is no model's input is refused as before."""
    ignorable = {"num_outputs": 1, "aspect_ratio": "1:1", "output_format": "webp", "scheduler": "K_EULER"}
    output: Any = client.run("any/fast", input={"prompt": RECIPE, "guidance_scale": 0, **ignorable})
    assert output.read()[:4] == b"\x89PNG"
    (told,) = server.told("fields_ignored")
    assert told["names"] == sorted(ignorable)
    with pytest.raises(ReplicateError):
        client.run("any/fast", input={"prompt": RECIPE, "colour": "red"})
