"""Signs of life in a silent stream."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.serve.conftest import RECIPE, running
from tests.serve.fast_engine import FastEngine

from plitka.serve import keep_alive
from plitka.serve.keep_alive import SIGN_EVERY_S, with_signs


def test_a_silent_stream_gives_signs() -> None:
    """Between its items and not in place of any; who goes early ends the iterator."""
    ended: list[str] = []
    seen: list[str] = []

    async def slow() -> AsyncIterator[str]:
        try:
            for n_signs, item in ((1, "first"), (2, "second")):
                while seen.count("sign") < n_signs:
                    await asyncio.sleep(0.001)
                yield item
            await asyncio.sleep(60)
        finally:
            ended.append("ended")

    async def read() -> None:
        async for item in (items := with_signs(slow(), "sign", every_s=0.02)):
            seen.append(item)
            if item == "second":
                break
        await items.aclose()  # type: ignore[attr-defined]  # a generator

    asyncio.run(read())
    assert [item for item in seen if item != "sign"] == ["first", "second"]
    assert seen.count("sign") >= 2
    assert ended == ["ended"]
    assert SIGN_EVERY_S == 10


def test_streams_of_events_give_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours and OpenAI's, as comments, which clients pass over."""
    monkeypatch.setattr(keep_alive.with_signs, "__defaults__", (0.05,))
    with running(tmp_path, lambda: FastEngine(step_s=0.4)) as server:
        client = server.client()
        job = server.order(client, steps=2)
        with client.stream("GET", f"/v1/jobs/{job['id']}/events") as stream:
            lines = list(stream.iter_lines())
        assert lines.count(": alive") >= 2
        assert "event: done" in lines
        body = {"prompt": RECIPE, "stream": True, "num_inference_steps": 2}
        with client.stream("POST", "/v1/images/generations", json=body) as stream:
            lines = list(stream.iter_lines())
        assert lines.count(": alive") >= 2
        assert "event: image_generation.completed" in lines
