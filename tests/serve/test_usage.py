"""What each key has ordered on each day."""

from pathlib import Path
from typing import Any

import pytest
from tests.serve.conftest import Databases

from plitka.serve import deletions, usage
from plitka.serve.keys import make_key
from plitka.serve.picture_store import PictureStore
from plitka.serve.settings import Settings
from plitka.serve.store import Job, State, open_store

DAY_S = 86400


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_days_are_counted_by_key(kind: str, tmp_path: Path, databases: Databases) -> None:
    """In UTC, from the day of the moment on; a deleted job still counts."""
    settings = Settings(data=tmp_path, **databases(kind))
    store = open_store(settings, own=True)
    shop, other = (make_key(store, name)[1].id for name in ("shop", "other"))

    def job(key_id: str, at: float, state: State, **told: Any) -> Job:  # noqa: ANN401
        job_id = f"{len(kept):032x}"
        kept.append(job_id)
        return Job(id=job_id, key_id=key_id, request={}, request_id="r", created_at=at, state=state, **told)

    kept: list[str] = []
    made = {"started_at": 10.0, "finished_at": 12.5}
    jobs = [
        job(shop, 100 * DAY_S - 1, State.SUCCEEDED, **made),
        job(shop, 100 * DAY_S, State.SUCCEEDED, **made),
        job(shop, 101 * DAY_S - 1, State.FAILED, **made),
        job(shop, 100 * DAY_S + 5, State.CANCELLED),
        job(other, 101 * DAY_S, State.QUEUED),
    ]
    store.add_jobs(jobs)
    deletions.delete(store, PictureStore(settings.pictures), jobs[1])
    found = usage.by_day(store, since=100 * DAY_S + 50)
    assert [(day.key_id, day.day, day.n_orders) for day in found] == [(other, 101, 1), (shop, 100, 3)]
    assert (found[1].n_succeeded, found[1].n_failed, found[1].n_cancelled, found[1].seconds) == (1, 1, 1, 5.0)
    assert [day.day for day in usage.by_day(store, since=0, key_id=shop)] == [100, 99]
    store.close()
