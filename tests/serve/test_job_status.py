"""Snapshots of a job, and those who wait for them."""

import asyncio
import threading
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.serve.job_status import JobStatus, Snapshot
from plitka.serve.store import Job, State


def new_status() -> JobStatus:
    """The status of a job that waits."""
    return JobStatus(Job(id="0" * 32, key_id="key", request={}, request_id="test", created_at=0.0))


@settings(deadline=None)
@given(n_steps=st.integers(1, 30), pauses=st.lists(st.booleans(), min_size=30, max_size=30))
def test_a_slow_listener_skips_updates_and_hears_the_last(n_steps: int, pauses: list[bool]) -> None:
    """Versions only grow, and the end is always told."""
    status = new_status()

    async def listen() -> list[Snapshot]:
        seen = []
        async for snapshot in status.snapshots(previews=True):
            seen.append(snapshot)
            if status.snapshot.step < n_steps:
                status.update(state=State.RUNNING, step=status.snapshot.step + 1)
                if pauses[snapshot.step % 30] and status.snapshot.step < n_steps:
                    status.update(step=status.snapshot.step + 1)
            else:
                status.update(state=State.SUCCEEDED)
        return seen

    seen = asyncio.run(listen())
    versions = [snapshot.version for snapshot in seen]
    assert versions == sorted(set(versions))
    assert seen[-1].state is State.SUCCEEDED
    assert status.n_watchers == 0


def test_how_far_a_job_has_come_never_falls() -> None:
    """A picture that is painted again counts its steps anew."""
    status = new_status()
    seen = []
    for step, attempt in ((0, 1), (1, 1), (2, 1), (0, 2), (1, 2), (4, 2)):
        status.update(state=State.RUNNING, step=step, n_steps=4, attempt=attempt)
        seen.append(status.furthest)
    assert seen == [0.0, 0.25, 0.5, 0.5, 0.5, 1.0]


def test_the_end_wakes_those_who_wait_for_it_alone() -> None:
    """Also from another thread; steps before it do not."""
    status = new_status()

    def work() -> None:
        for step in range(5):
            status.update(state=State.RUNNING, step=step)
            time.sleep(0.001)
        status.update(state=State.FAILED)

    async def wait() -> Snapshot:
        thread = threading.Thread(target=work)
        thread.start()
        last = await status.end()
        thread.join()
        return last

    assert asyncio.run(wait()).state is State.FAILED
    assert not status.is_watched


def test_a_stop_is_the_last_that_is_told() -> None:
    """The job itself waits on."""
    status = new_status()
    status.update(is_stopping=True)
    last = asyncio.run(status.end())
    assert last.is_last
    assert not last.state.is_final


def test_who_leaves_is_forgotten() -> None:
    """A watcher who goes away before the end leaves nothing behind."""
    status = new_status()

    async def leave() -> None:
        task = asyncio.create_task(status.newer(0))
        await asyncio.sleep(0)
        assert status.is_watched
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(leave())
    assert not status.is_watched
