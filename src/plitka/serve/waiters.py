"""How many wait for each open job that is wanted only as long as somebody waits for it."""

import threading


class Waiters:
    """Counts them; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._n: dict[str, int] = {}
        """Jobs that are ordered for later are not among them: nobody's going ends them."""

    def expect(self, job_id: str) -> None:
        """A new job is wanted by one, who waits."""
        with self._lock:
            self._n[job_id] = 1

    def join(self, job_id: str) -> None:
        """One more waits."""
        with self._lock:
            if job_id in self._n:
                self._n[job_id] += 1

    def leave(self, job_id: str) -> bool:
        """One has gone; whether that was the last one."""
        with self._lock:
            if job_id not in self._n:
                return False
            self._n[job_id] -= 1
            return self._n[job_id] <= 0

    def keep(self, job_id: str) -> None:
        """Somebody wants the job who does not wait."""
        self.forget(job_id)

    def forget(self, job_id: str) -> None:
        """The job has ended."""
        with self._lock:
            self._n.pop(job_id, None)
