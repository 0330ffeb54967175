"""What each key has used up of its day."""

import time
from pathlib import Path

import pytest
from tests.serve.conftest import RECIPE, Databases, running

from plitka.serve import day_uses
from plitka.serve.keys import make_key
from plitka.serve.settings import Settings
from plitka.serve.store import open_store


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_day_survives_a_restart(kind: str, tmp_path: Path, databases: Databases) -> None:
    """Without Redis a new start gives nobody a new day, and takes nothing back that was given back."""
    chosen = databases(kind)
    with running(tmp_path, **chosen) as server:
        key = server.key(daily=3)
        client = server.client_of(key)
        assert [client.post("/v1/jobs", json={"recipe": RECIPE}).status_code for _ in range(2)] == [202, 202]
        assert client.post("/v1/jobs", json={"recipe": "60% rde"}).status_code == 400
    with running(tmp_path, **chosen) as server:
        client = server.client_of(key)
        assert [client.post("/v1/jobs", json={"recipe": RECIPE}).status_code for _ in range(2)] == [202, 429]


def test_a_day_is_over_when_its_time_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted by what was left of it and how long nobody counted; a clock that was set back ends none sooner."""
    store = open_store(Settings(data=tmp_path), own=True)
    _, row = make_key(store, "shop")
    assert day_uses.find(store, row.id) == (0, 0.0)
    day_uses.keep(store, row.id, 7, 3600.0)
    now = time.time()
    for jump_s, left_s in ((-86_400, 3600), (600, 3000)):
        monkeypatch.setattr(time, "time", lambda jump_s=jump_s: now + jump_s)
        n, found_s = day_uses.find(store, row.id)
        assert n == 7
        assert found_s == pytest.approx(left_s, abs=5)
    monkeypatch.setattr(time, "time", lambda: now + 3700)
    assert day_uses.find(store, row.id) == (0, 0.0)
    store.close()
