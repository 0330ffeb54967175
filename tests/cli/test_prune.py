"""`plitka prune`."""

import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.conftest import Run, RunJson

from plitka.serve.keys import make_key
from plitka.serve.picture_store import PictureStore, digest_of
from plitka.serve.settings import Settings
from plitka.serve.store import Job, State, open_store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A service's folder with ten pictures, one a day."""
    settings = Settings(data=tmp_path / "kept")
    with closing(open_store(settings, own=True)) as store:
        key_id, pictures = make_key(store, "shop")[1].id, PictureStore(settings.pictures)
        for n in range(10):
            png, at = bytes([n]) * 100, time.time() - (10 - n) * 86400
            pictures.write(png, digest_of(png))
            job = Job(id=f"{n:032x}", key_id=key_id, request={}, request_id="r", created_at=at, finished_at=at,
                      state=State.SUCCEEDED, picture=digest_of(png), n_bytes=100, is_favourite=n == 0)  # fmt: skip
            store.add_jobs([job])
    return settings.data


def test_old_pictures_are_deleted(run: Run, run_json: RunJson, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By age and by size; a dry run deletes nothing, favourites stay, and it is among the deeds."""
    words = ("prune", "--data", str(data))
    told = {"n_jobs": 5, "n_bytes": 500}
    assert run_json(*words, "--days", "4.5", "--dry-run") == told | {"is_dry_run": True}
    assert len(list(data.rglob("*.png"))) == 10
    assert run_json(*words, "--days", "4.5") == told | {"is_dry_run": False}
    assert run(*words, "--bytes", "250") == 0
    assert "jobs that were deleted: 3" in capsys.readouterr().out
    assert len(list(data.rglob("*.png"))) == 2
    deeds = run_json("keys", "audit", "--data", str(data))["deeds"]
    assert [deed["action"] for deed in deeds] == ["jobs.prune", "jobs.prune"]
    assert run_json("check", "--data", str(data))["is_well"]


def test_something_must_say_how_much_is_kept(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option, or the settings of the service."""
    assert run("prune", "--data", str(data)) == 2
    assert run("prune", "--days", "-1", "--data", str(data)) == 2
    monkeypatch.setenv("PLITKA_KEEP_DAYS", "5.5")
    assert run("prune", "--data", str(data)) == 0
    assert len(list(data.rglob("*.png"))) == 6
