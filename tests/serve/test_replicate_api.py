"""What Replicate's clients ask for around their predictions."""

from tests.serve.conftest import Running

from plitka.serve import routes


def test_only_makers_have_a_webhook_secret(server: Running) -> None:
    """In the error's shape of the contract."""
    assert server.client().get(routes.WEBHOOK_KEY).json()["key"].startswith("whsec_")
    refused = server.client("viewer").get(routes.WEBHOOK_KEY)
    assert (refused.status_code, set(refused.json())) == (403, {"title", "detail", "status", "request_id"})
