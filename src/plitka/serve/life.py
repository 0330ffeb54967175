"""What the service is doing: the one state that probes and callers see, of the states of its workers."""

from enum import StrEnum


class Life(StrEnum):
    """What the service, or one of its workers, is doing."""

    STARTING = "starting"
    """The engine is being loaded, or loaded anew."""
    READY = "ready"
    DRAINING = "draining"
    """What runs is finished, what waits is kept for the next start."""
    STOPPED = "stopped"
    FAILED = "failed"
    """The engine cannot be loaded, or its thread was ended by a defect."""

    @property
    def is_ending(self) -> bool:
        """Whether nothing more is begun."""
        return self in (Life.DRAINING, Life.STOPPED)


class Lives:
    """The states of the workers, by their names; not safe for threads by itself."""

    def __init__(self) -> None:
        self._by_worker: dict[str, Life] = {}
        self._is_draining = False

    def set(self, worker: str, life: Life | None) -> None:
        """A worker is in another state; None: it is gone, by which a service that stops has not begun to stop anew."""
        if life is None and self._is_draining and worker in self._by_worker:
            self._by_worker[worker] = Life.STOPPED
        elif life is None:
            self._by_worker.pop(worker, None)
        else:
            self._by_worker[worker] = life

    def drain(self) -> None:
        """The service begins to stop, and does not become ready again."""
        self._is_draining = True

    @property
    def overall(self) -> Life:
        """Ready as soon as one worker is; failed or stopped once all of them are."""
        lives = set(self._by_worker.values())
        if self._is_draining:
            return Life.STOPPED if lives and lives <= {Life.STOPPED, Life.FAILED} else Life.DRAINING
        if Life.READY in lives:
            return Life.READY
        return Life.FAILED if lives == {Life.FAILED} else Life.STARTING
