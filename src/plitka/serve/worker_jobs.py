"""Jobs as a worker sees them, whether the queue is this process's own or is shared through the database."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from plitka.core.generation import CompleteRequest
from plitka.serve.health import Health
from plitka.serve.job_status import JobStatus
from plitka.serve.life import Life
from plitka.serve.metrics import Metrics
from plitka.serve.picture_store import PictureStore
from plitka.serve.settings import Settings
from plitka.serve.store import Job, State, Store


class WorkerJobs(Protocol):
    """Where a worker's jobs come from and end: `plitka.serve.jobs` and `plitka.serve.leased_jobs`."""

    store: Store
    pictures: PictureStore
    settings: Settings
    metrics: Metrics
    health: Health
    drain_at: float | None
    on_change: Callable[[Job, str], None]
    on_kept: Callable[[], None]

    @property
    def must_put_back(self) -> bool: ...

    def set_life(self, life: Life, worker: str) -> None:
        """A worker moves on."""
        ...

    def await_turn(self, rest: Callable[[], None]) -> bool:
        """Wait until a job may wait, after `rest` where none does yet; False when the worker is to stop."""
        ...

    def take(self, limit: int = 1) -> list[Job]:
        """The next jobs, at most `limit`; perhaps none."""
        ...

    @property
    def may_wait(self) -> bool:
        """Whether another job may be waiting for this worker; False when it is to stop."""
        ...

    def upcoming(self, n: int) -> list[CompleteRequest]:
        """What will probably be taken next, as far as it is known."""
        ...

    def status(self, job_id: str) -> JobStatus | None:
        """Of a job that was taken and has not ended."""
        ...

    def note_ended(self, job: Job) -> None:
        """A job that was taken had ended before it was begun."""
        ...

    def put_back(self, job: Job) -> None:
        """It was interrupted by a stop."""
        ...

    def retry_alone(self, job: Job) -> None:
        """It was one of several when the engine broke."""
        ...

    def end(self, job: Job, state: State, error: Mapping[str, Any] | None = None) -> None:
        """The job ended."""
        ...

    def leave(self, job: Job) -> None:
        """It is left as it is, since the worker stops."""
        ...
