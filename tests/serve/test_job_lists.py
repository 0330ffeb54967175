"""Lists of jobs for who operates the service."""

from pathlib import Path

from plitka.serve import job_lists
from plitka.serve.keys import make_key
from plitka.serve.settings import Settings
from plitka.serve.store import Job, State, open_store


def test_jobs_are_found_by_key_state_and_age(tmp_path: Path) -> None:
    """The newest first in a list, the oldest first where they are to be deleted."""
    store = open_store(Settings(data=tmp_path), own=True)
    shop, other = (make_key(store, name)[1].id for name in ("shop", "other"))
    states = (State.SUCCEEDED, State.QUEUED, State.FAILED, State.SUCCEEDED)
    store.add_jobs(
        [
            Job(id=f"{n:032x}", key_id=other if n == 3 else shop, request={}, request_id="r", created_at=n, state=state)
            for n, state in enumerate(states)
        ]
    )

    def listed(key_id: str | None = None, state: State | None = None, before: int | None = None) -> list[float]:
        rows = job_lists.known_jobs(store, key_id=key_id, state=state, before=before, limit=9)
        return [row.created_at for row in rows]

    assert listed() == [3, 2, 1, 0]
    assert listed(key_id=shop) == [2, 1, 0]
    assert listed(state=State.SUCCEEDED) == [3, 0]
    assert listed(before=3) == [1, 0]
    ended = job_lists.ended_jobs(store, shop, before=None, limit=9)
    assert [job.created_at for job in ended] == [0, 2]
    assert [job.created_at for job in job_lists.ended_jobs(store, shop, before=2, limit=9)] == [0]
    assert len(job_lists.ended_jobs(store, shop, before=None, limit=1)) == 1
    store.close()
