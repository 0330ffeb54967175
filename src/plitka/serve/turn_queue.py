"""The queue that several workers take from, as the service sees it: the same order as that in the database.

Priority first; within it each job has a turn. A key's next job has the turn after its last one, and a key that has none
waiting begins with the turn after the one that is now: so keys take turns, and workers on any machine need no more
than an order of numbers for it. Not safe for threads by itself; `plitka.serve.jobs` holds its lock around it.
"""

from bisect import bisect_left, insort
from collections import Counter

from plitka.serve.fair_queue import FairQueue


class TurnQueue(FairQueue):
    """Ids of jobs that wait, each with its turn."""

    def __init__(self) -> None:
        self._line: list[tuple[int, int, int, str]] = []
        """Minus the priority, turn, number, job; in the order in which they are taken."""
        self._spots: dict[str, tuple[int, int, int, str]] = {}
        self._keys: dict[str, str] = {}
        self._n_of_key: Counter[str] = Counter()
        self._last: dict[tuple[int, str], int] = {}
        """Priority and key -> the last turn that it was given."""
        self._now: Counter[int] = Counter()
        """Priority -> the latest turn that has come."""

    def __len__(self) -> int:
        return len(self._line)

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._spots

    def count(self, key_id: str) -> int:
        """Jobs of one key."""
        return self._n_of_key[key_id]

    def next_turn(self, key_id: str, priority: int = 0) -> int:
        """The turn of a new job, which is given to no other job of its key."""
        turn = max(self._now[priority], self._last.get((priority, key_id), 0)) + 1
        self._last[priority, key_id] = turn
        return turn

    def put(self, job_id: str, key_id: str, priority: int = 0, turn: int | None = None, number: int = 0) -> None:
        """Let a job wait; without a turn, behind those of its key."""
        self.remove(job_id)
        turn = self.next_turn(key_id, priority) if turn is None else turn
        place = (-priority, turn, number, job_id)
        insort(self._line, place)
        self._spots[job_id], self._keys[job_id] = place, key_id
        self._n_of_key[key_id] += 1
        self._last[priority, key_id] = max(turn, self._last.get((priority, key_id), 0))

    def peek(self) -> str | None:
        """The job that `take` would take; None: nobody waits."""
        return self._line[0][3] if self._line else None

    def upcoming(self, n: int) -> list[str]:
        """The next jobs in the order in which they would be taken, at most `n`."""
        return [place[3] for place in self._line[:n]]

    def take(self) -> str | None:
        """The next job; None: nobody waits."""
        job_id = self.peek()
        if job_id is not None:
            self.begin(job_id)
        return job_id

    def begin(self, job_id: str) -> None:
        """A job waits no longer, since it is made: its turn has come."""
        if job_id in self._spots:
            priority, turn = -self._spots[job_id][0], self._spots[job_id][1]
            self._now[priority] = max(turn, self._now[priority])
            self.remove(job_id)

    def remove(self, job_id: str) -> bool:
        """The job waits no longer; False if it did not."""
        if job_id not in self._spots:
            return False
        place, key_id = self._spots.pop(job_id), self._keys.pop(job_id)
        del self._line[bisect_left(self._line, place)]
        self._n_of_key[key_id] -= 1
        if not self._n_of_key[key_id]:
            del self._n_of_key[key_id]
            for level in [level for level in self._last if level[1] == key_id]:
                del self._last[level]  # what it had waiting and took back is no turn that it had
        return True

    def position(self, job_id: str) -> int | None:
        """How many are before it, if nobody else comes; None if it does not wait."""
        return bisect_left(self._line, self._spots[job_id]) if job_id in self._spots else None
