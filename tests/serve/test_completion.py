"""Answers that carry the picture."""

from pathlib import Path

import httpx2
import pytest
from tests.serve.conftest import RECIPE, running, wait_until
from tests.serve.fast_engine import FastEngine


def test_a_caller_who_hangs_up_wants_no_picture(tmp_path: Path) -> None:
    """The job of an answer that nobody waits for any more is cancelled."""
    with running(tmp_path, lambda: FastEngine(step_s=0.1)) as server:
        client = server.client()
        with pytest.raises(httpx2.TimeoutException):
            client.post("/", json={"inputs": RECIPE, "parameters": {"num_inference_steps": 150}}, timeout=0.5)
        wait_until(lambda: client.get("/v1/jobs").json()["jobs"][0]["state"] == "cancelled")
