"""When jobs that wait come to their deadlines: one thread keeps them all.

A timer and a thread for each would be as many as a client orders for one moment, and each would be kept until then,
also of jobs that ended long before.
"""

import heapq
import threading
import time
from collections.abc import Callable

import structlog

from plitka.errors import StorageAway
from plitka.serve.logs import frames

log = structlog.get_logger(__name__)

_RETRY_S = 2.0
"""Until a deadline that could not be written is tried again."""
_FEW = 64
"""So many that were dropped are not worth tidying."""


class Deadlines:
    """The deadlines of open jobs; safe to use from any thread."""

    def __init__(self, expire: Callable[[str], None], retry_s: float = _RETRY_S) -> None:
        """None yet.

        Args:
            expire: told of each job whose deadline has come; again, as long as it raises `StorageAway`.
            retry_s: after which it is told again.
        """
        self._expire = expire
        self._retry_s = retry_s
        self._changed = threading.Condition()
        self._at: dict[str, float] = {}
        """Job -> when, by the monotonic clock."""
        self._heap: list[tuple[float, str]] = []
        """The same, the earliest first, and such as were dropped."""
        self._thread: threading.Thread | None = None

    def __len__(self) -> int:
        return len(self._at)

    @property
    def n_kept(self) -> int:
        """How many take up memory."""
        return len(self._heap)

    def put(self, job_id: str, seconds: float) -> None:
        """A job's deadline comes in so many seconds."""
        with self._changed:
            self._at[job_id] = at = time.monotonic() + seconds
            heapq.heappush(self._heap, (at, job_id))
            self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()

    def drop(self, job_id: str) -> None:
        """The job waits no more."""
        with self._changed:
            self._at.pop(job_id, None)
            if len(self._heap) > 2 * len(self._at) + _FEW:
                self._heap = [(at, one) for one, at in self._at.items()]
                heapq.heapify(self._heap)

    def _run(self) -> None:
        while True:
            job_id = self._next()
            try:
                self._expire(job_id)
            except StorageAway:
                log.warning("deadline_not_kept", job_id=job_id)
                self.put(job_id, self._retry_s)
            except Exception as error:  # the others have theirs
                log.error("deadline_broke", job_id=job_id, error=type(error).__name__, frames=frames(error))  # noqa: TRY400  (no paths)

    def _next(self) -> str:
        """The job whose deadline comes next, once it has."""
        with self._changed:
            while True:
                now = time.monotonic()
                at, job_id = self._heap[0] if self._heap else (None, "")
                if at is not None and at <= now:
                    heapq.heappop(self._heap)
                    if self._at.get(job_id) == at:
                        del self._at[job_id]
                        return job_id
                else:
                    self._changed.wait(None if at is None else at - now)
