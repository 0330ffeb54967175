"""What each role may do, and that no key sees another's."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.serve.conftest import RECIPE, Running, wait_until

from plitka.core.files.mask_file import canonical_mask
from plitka.serve import orders, routes

DRAWING = (
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><rect width='4' height='8'/></svg>"
)
N_ORDERS = 48
"""More than there are threads."""


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


ZONES = [{"mask": DRAWING, "recipe": "white"}]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (routes.JOBS, {"recipe": RECIPE, "zones": ZONES}),
        (routes.IMAGES, {"prompt": RECIPE, "zones": ZONES}),
        (routes.PREDICTIONS, {"input": {"prompt": RECIPE, "zones": ZONES}}),
        (routes.PREDICT, {"inputs": RECIPE, "parameters": {"zones": ZONES}}),
    ],
)
def test_drawings_wait_for_their_turn_without_a_thread(
    server: Running, monkeypatch: pytest.MonkeyPatch, path: str, body: dict[str, Any]
) -> None:
    """While one is drawn for long, and many more wait, other keys are answered; no two are drawn at once."""
    may_end, client, other = threading.Event(), server.client(), server.client()
    counting, n_now, most = threading.Lock(), 0, 0
    draw = canonical_mask

    def slow(mask: str, label_form: str) -> str:
        nonlocal n_now, most
        if mask == DRAWING:
            with counting:
                n_now += 1
                most = max(most, n_now)
            may_end.wait(30)
            with counting:
                n_now -= 1
        return draw("circle" if mask == DRAWING else mask, label_form)

    monkeypatch.setattr(orders, "canonical_mask", slow)
    with ThreadPoolExecutor(N_ORDERS) as pool:
        asked = [pool.submit(client.post, path, json=body) for _ in range(N_ORDERS)]
        try:
            wait_until(lambda: server.service.requests._taken.total() == N_ORDERS)
            assert other.get(routes.COLOURS, timeout=20).status_code == 200
        finally:
            may_end.set()
        assert {one.result().status_code for one in asked} <= {200, 201, 202}
    assert most == 1
