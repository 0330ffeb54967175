"""What may be said in a log."""

import json
from pathlib import Path

from tests.serve.conftest import running


def test_what_is_logged(tmp_path: Path) -> None:
    """Each stage of a job with its ids, and neither key nor path."""
    with running(tmp_path) as server:
        key = server.key()
        client = server.client_of(key)
        job = server.order(client)
        server.ended(client, job)
        lines = [line for line in server.logs if line.get("job_id") == job["id"]]
        assert {"job_accepted", "job_started", "job_ended", "job_made"} <= {line["event"] for line in lines}
        assert len({line["request_id"] for line in lines}) == 1
        everything = json.dumps(server.logs, default=str)
        assert key.rpartition("_")[2] not in everything
        assert str(tmp_path) not in everything
