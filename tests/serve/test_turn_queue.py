"""Turns as numbers: whoever takes the lowest first deals fairly."""

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.serve.turn_queue import TurnQueue

KEYS = st.sampled_from("abcd")
PRIORITIES = st.integers(-1, 1)


def filled(kinds: list[tuple[str, int]]) -> TurnQueue:
    """A queue of jobs that came in this order; each id begins with its key."""
    queue = TurnQueue()
    for number, (key, priority) in enumerate(kinds):
        queue.put(f"{key}{number}", key, priority, queue.next_turn(key, priority), number)
    return queue


@given(st.lists(st.tuples(KEYS, PRIORITIES), max_size=25))
@settings(max_examples=60, deadline=None)
def test_priority_then_keys_in_turn_then_age(kinds: list[tuple[str, int]]) -> None:
    """No key has two turns of a level while another waits there, and a position is what comes true."""
    queue = filled(kinds)
    waiting = {f"{key}{number}": (key, priority) for number, (key, priority) in enumerate(kinds)}
    places = {job_id: queue.position(job_id) for job_id in waiting}
    assert queue.upcoming(len(kinds)) == sorted(waiting, key=lambda job_id: places[job_id] or 0)
    taken: list[str] = []
    n_had: dict[tuple[int, str], int] = defaultdict(int)
    while (job_id := queue.take()) is not None:
        key, priority = waiting.pop(job_id)
        assert priority == max([priority, *(other for _, other in waiting.values())])
        n_had[priority, key] += 1
        others = {other for other, level in waiting.values() if level == priority}
        assert all(n_had[priority, key] <= n_had[priority, other] + 1 for other in others)
        assert places[job_id] == len(taken)
        taken.append(job_id)
    assert len(taken) == len(kinds)
    assert len(queue) == 0


def test_who_comes_late_does_not_wait_for_all_that_others_have() -> None:
    """The next turn is its own, however many a key has waiting; and what a key took back costs it nothing."""
    queue = filled([("a", 0)] * 10)
    for _ in range(3):
        queue.take()
    queue.put("b", "b", 0, queue.next_turn("b", 0), 99)
    assert queue.position("b") == 1
    for job_id in queue.upcoming(99):
        queue.remove(job_id)
    assert queue.next_turn("a") == 4


def test_a_job_that_waits_anew_has_its_turn() -> None:
    """Before whatever came later."""
    queue = filled([("a", 0), ("a", 0), ("b", 0)])
    assert queue.take() == "a0"
    queue.put("a0", "a", 0, 1, 0)
    assert queue.upcoming(9) == ["a0", "b2", "a1"]
    assert (queue.count("a"), queue.count("b"), "a0" in queue) == (2, 1, True)
