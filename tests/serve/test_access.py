"""What each role may do, and that no key sees another's."""

from tests.serve.conftest import RECIPE, Running


def test_roles(server: Running) -> None:
    """Metrics are for operators, pictures for makers, and reading for all."""
    for role, metrics, order, colours in (
        ("viewer", 403, 403, 200),
        ("maker", 403, 202, 200),
        ("operator", 200, 202, 200),
    ):
        client = server.client(role)
        assert client.get("/metrics").status_code == metrics
        assert client.post("/v1/jobs", json={"recipe": RECIPE}).status_code == order
        assert client.get("/v1/colours").status_code == colours
