"""Worker processes: started, started anew, asked and stopped."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.serve.conftest import wait_until
from tests.serve.fast_engine import FastEngine
from tests.serve.test_engine_words import REQUEST
from tests.serve.test_foreman import fail_to_load

from plitka.errors import PromptTooLong
from plitka.serve import leases
from plitka.serve.crew import Crew
from plitka.serve.life import Life
from plitka.serve.settings import Settings
from plitka.serve.store import Store, open_store
from plitka.serve.worker import EngineLoader
from plitka.serve.worker_process import WorkerTerms


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A service's database."""
    one = open_store(Settings(data=tmp_path), own=True)
    yield one
    one.close()


def terms(tmp_path: Path, load: EngineLoader) -> WorkerTerms:
    """Of a worker of that service."""
    return WorkerTerms(settings=Settings(data=tmp_path, max_restarts=1), load_engine=load, version="0", warm_up_px=64)


def test_who_dies_is_replaced_and_who_cannot_work_is_not(tmp_path: Path, store: Store) -> None:
    """Each process is a worker of its own; a stop ends all."""
    crew = Crew([terms(tmp_path, FastEngine), terms(tmp_path, fail_to_load)])
    gone: list[str] = []

    def tended(n_failed: int, n_ready: int) -> bool:
        gone.extend(crew.tend())
        ready = [row for row in leases.workers(store) if row.life == "ready"]
        return list(crew.lives.values()).count(Life.FAILED) == n_failed and len(ready) == n_ready

    try:
        wait_until(lambda: tended(1, 1))
        (first,) = leases.workers(store)
        assert crew.pids == [first.pid]
        os.kill(first.pid, signal.SIGKILL)
        wait_until(lambda: first.id in gone or tended(9, 9))
        leases.part(store, first.id)
        wait_until(lambda: tended(1, 1))
        (second,) = leases.workers(store)
        assert second.id != first.id
        complete = crew.ask_of(second.id)
        assert complete(REQUEST) == FastEngine().complete(REQUEST)
        with pytest.raises(PromptTooLong):
            complete(replace(REQUEST, negative_prompt="x " * 100))
        assert crew.ask_of("nobody")(REQUEST) is None
        crew.stop()
        wait_until(lambda: tended(1, 0) and crew.is_over)
        assert complete(REQUEST) is None
        assert leases.workers(store) == []
    finally:
        crew.kill()


@pytest.mark.usefixtures("store")
def test_all_can_be_ended_at_once(tmp_path: Path) -> None:
    """Also before they are ready; none is started anew."""
    crew = Crew([terms(tmp_path, partial(FastEngine, step_s=1.0))] * 2)
    crew.tend()
    assert len(crew) == len(crew.pids) == 2
    crew.kill()
    assert len(crew.tend()) == 2
    assert crew.is_over
