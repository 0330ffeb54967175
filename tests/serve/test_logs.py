"""What may be said in a log."""

import json
from pathlib import Path
from typing import Any

import structlog
from tests.serve.conftest import running

from plitka.serve.logs import LineLimit


def test_what_is_logged(tmp_path: Path) -> None:
    """Each stage of a job with its ids, and neither key nor path."""
    with running(tmp_path) as server:
        key = server.key()
        client = server.client_of(key)
        job = server.order(client)
        server.ended(client, job)
        server.told("job_made", job_id=job["id"])
        lines = [line for line in server.logs if line.get("job_id") == job["id"]]
        assert {"job_accepted", "job_started", "job_ended", "job_made"} <= {line["event"] for line in lines}
        assert len({line["request_id"] for line in lines}) == 1
        everything = json.dumps(server.logs, default=str)
        assert key.split("_", 2)[2] not in everything  # the secret, which may have underscores of its own
        assert str(tmp_path) not in everything


def test_a_flood_of_one_kind_is_counted_and_not_written() -> None:
    """The next line after it tells how many there were; other kinds, and what jobs say, are written."""
    now = [0.0]
    limit = LineLimit(3, clock=lambda: now[0])

    def log(**line: Any) -> dict[str, Any] | None:  # noqa: ANN401
        try:
            return dict(limit(None, "info", {"level": "info", **line}))
        except structlog.DropEvent:
            return None

    refused = [log(event=f"refused from port {number}", status="401") for number in range(10)]
    assert [line is not None for line in refused] == [True] * 3 + [False] * 7
    assert log(event="refused from port 1", status="429") is not None
    assert all(log(event="job_ended", job_id="x") for _ in range(10))
    now[0] = 11.0
    assert log(event="refused from port 11", status="401") == {
        "level": "info",
        "event": "refused from port 11",
        "status": "401",
        "n_left_out": 7,
    }
    assert "n_left_out" not in (log(event="refused from port 12", status="401") or {})


def test_kinds_that_an_attacker_invents_take_little_memory() -> None:
    """The oldest are forgotten."""
    limit = LineLimit(3)
    for number in range(5000):
        limit(None, "info", {"event": f"GET {'x' * number}"})
    assert len(limit._windows) <= 1001
