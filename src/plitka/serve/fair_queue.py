"""A fair queue: the highest priority first, within it the keys in turn (round robin), and of one key the oldest job.

Not safe for threads by itself; `plitka.serve.jobs` holds its lock around it.
"""

from collections import OrderedDict, deque
from itertools import islice, zip_longest


class FairQueue:
    """Ids of jobs that wait."""

    def __init__(self) -> None:
        self._levels: dict[int, OrderedDict[str, deque[str]]] = {}
        """Priority -> key -> its jobs; the key whose turn it is stands first."""
        self._places: dict[str, tuple[int, str]] = {}

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._places

    def count(self, key_id: str) -> int:
        """Jobs of one key."""
        return sum(len(level.get(key_id, ())) for level in self._levels.values())

    def put(self, job_id: str, key_id: str, priority: int = 0) -> None:
        """Let a job wait behind those of its key."""
        self._levels.setdefault(priority, OrderedDict()).setdefault(key_id, deque()).append(job_id)
        self._places[job_id] = (priority, key_id)

    def peek(self) -> str | None:
        """The job that `take` would take; None: nobody waits."""
        if not self._levels:
            return None
        level = self._levels[max(self._levels)]
        return next(iter(level.values()))[0]

    def upcoming(self, n: int) -> list[str]:
        """The next jobs in the order in which they would be taken, at most `n`."""
        turns = (
            job_id
            for priority in sorted(self._levels, reverse=True)
            for turn in zip_longest(*self._levels[priority].values())
            for job_id in turn
            if job_id is not None
        )
        return list(islice(turns, n))

    def take(self) -> str | None:
        """The next job; its key's next turn comes after the other keys'. None: nobody waits."""
        if not self._levels:
            return None
        priority = max(self._levels)
        level = self._levels[priority]
        key_id = next(iter(level))
        job_id = level[key_id].popleft()
        level.move_to_end(key_id)
        del self._places[job_id]
        self._tidy(priority, key_id)
        return job_id

    def remove(self, job_id: str) -> bool:
        """The job waits no longer; False if it did not."""
        if job_id not in self._places:
            return False
        priority, key_id = self._places.pop(job_id)
        self._levels[priority][key_id].remove(job_id)
        self._tidy(priority, key_id)
        return True

    def position(self, job_id: str) -> int | None:
        """How many are before it, if nobody else comes; None if it does not wait."""
        if job_id not in self._places:
            return None
        priority, key_id = self._places[job_id]
        before = sum(len(jobs) for level, keys in self._levels.items() if level > priority for jobs in keys.values())
        turn = self._levels[priority][key_id].index(job_id)
        has_turn_first = True
        for other, jobs in self._levels[priority].items():
            if other == key_id:
                before += turn
                has_turn_first = False
            else:
                before += min(len(jobs), turn + has_turn_first)
        return before

    def _tidy(self, priority: int, key_id: str) -> None:
        """Forget keys and priorities that nobody waits under, so that they take up no memory."""
        if not self._levels[priority][key_id]:
            del self._levels[priority][key_id]
        if not self._levels[priority]:
            del self._levels[priority]
