"""Who is next among those that wait."""

from collections import defaultdict
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.serve.fair_queue import FairQueue


class Waiting(NamedTuple):
    """A job that waits."""

    id: str
    key: str
    priority: int


KEYS = st.sampled_from("abcd")
PRIORITIES = st.integers(-1, 1)


@st.composite
def crowds(draw: st.DrawFn) -> list[Waiting]:
    """Jobs of a few keys, in the order in which they came."""
    kinds = draw(st.lists(st.tuples(KEYS, PRIORITIES), max_size=25))
    return [Waiting(f"job{number}", key, priority) for number, (key, priority) in enumerate(kinds)]


def filled(crowd: list[Waiting]) -> FairQueue:
    """A queue in which all of them wait."""
    queue = FairQueue()
    for job in crowd:
        queue.put(job.id, job.key, job.priority)
    return queue


def emptied(queue: FairQueue) -> list[str]:
    """Every job, in the order in which they are taken."""
    taken = []
    while (job_id := queue.take()) is not None:
        taken.append(job_id)
    return taken


@settings(deadline=None)
@given(crowd=crowds())
def test_each_is_taken_once_and_none_is_left(crowd: list[Waiting]) -> None:
    """What was put is what is taken, and an empty queue keeps nothing of it."""
    queue = filled(crowd)
    assert len(queue) == len(crowd)
    assert sorted(emptied(queue)) == sorted(job.id for job in crowd)
    assert len(queue) == 0
    assert queue.peek() is None
    assert not queue._levels


@settings(deadline=None)
@given(crowd=crowds())
def test_a_higher_priority_goes_first(crowd: list[Waiting]) -> None:
    """No job is taken while one of a higher priority waits."""
    priorities = {job.id: job.priority for job in crowd}
    taken = [priorities[job_id] for job_id in emptied(filled(crowd))]
    assert taken == sorted(taken, reverse=True)


@settings(deadline=None)
@given(crowd=crowds())
def test_of_one_key_and_priority_the_oldest_goes_first(crowd: list[Waiting]) -> None:
    """Jobs of a key keep their order."""
    number_of = {job.id: number for number, job in enumerate(crowd)}
    kinds = {job.id: (job.key, job.priority) for job in crowd}
    seen: dict[tuple[str, int], list[int]] = defaultdict(list)
    for job_id in emptied(filled(crowd)):
        seen[kinds[job_id]].append(number_of[job_id])
    assert all(numbers == sorted(numbers) for numbers in seen.values())


@settings(deadline=None)
@given(crowd=crowds())
def test_no_key_starves(crowd: list[Waiting]) -> None:
    """Between two turns of a key that waits, every other key of its priority has at most one."""
    queue, key_of = filled(crowd), {job.id: job.key for job in crowd}
    for priority in (1, 0, -1):
        waiting = [job for job in crowd if job.priority == priority]
        turns = [key_of[queue.take() or ""] for _ in waiting]
        for key in set(turns):
            own = [place for place, turn in enumerate(turns) if turn == key]
            for start, end in zip([-1, *own], own, strict=False):
                between = turns[start + 1 : end]
                assert len(between) == len(set(between))


@settings(deadline=None)
@given(crowd=crowds(), data=st.data())
def test_a_position_is_the_number_of_those_before(crowd: list[Waiting], data: st.DataObject) -> None:
    """Also after some were taken and some went away."""
    queue = filled(crowd)
    for _ in range(data.draw(st.integers(0, len(crowd)))):
        queue.take()
    for job in crowd:
        if data.draw(st.booleans()):
            was_waiting = job.id in queue
            assert queue.remove(job.id) is was_waiting
    told = {job.id: queue.position(job.id) for job in crowd}
    counts = {key: queue.count(key) for key in "abcd"}
    taken = emptied(queue)
    assert told == {job.id: taken.index(job.id) if job.id in taken else None for job in crowd}
    assert sum(counts.values()) == len(taken)


@settings(deadline=None)
@given(crowd=crowds())
def test_peek_is_what_is_taken(crowd: list[Waiting]) -> None:
    """Looking changes nothing."""
    queue = filled(crowd)
    for _ in crowd:
        assert queue.peek() == queue.take()


@settings(deadline=None)
@given(crowd=crowds(), n=st.integers(0, 30))
def test_upcoming_is_what_is_taken_next(crowd: list[Waiting], n: int) -> None:
    """In that order, and nothing is taken by looking."""
    queue = filled(crowd)
    coming = queue.upcoming(n)
    assert coming == emptied(queue)[:n]
