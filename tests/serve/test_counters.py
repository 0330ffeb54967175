"""Counters in this process, as `limits` calls them."""

import threading

from limits import RateLimitItemPerSecond
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
from tests.serve.conftest import wait_until

from plitka.serve import counters
from plitka.serve.counters import Counters

ONE = RateLimitItemPerSecond(3)


def test_windows_end() -> None:
    """Of both kinds: what was used up is there again when its time is over."""
    storage = Counters()
    for counter in (FixedWindowRateLimiter(storage), MovingWindowRateLimiter(storage)):
        name = type(counter).__name__
        assert [counter.hit(ONE, name) for _ in range(4)] == [True, True, True, False]
        assert counter.get_window_stats(ONE, name).remaining == 0
        wait_until(lambda counter=counter, name=name: counter.get_window_stats(ONE, name).remaining == 3)  # type: ignore[misc]  # none of them changes
        assert counter.hit(ONE, name, cost=3)


def test_a_moving_window_refuses_all_of_what_is_too_much() -> None:
    """And counts nothing of it."""
    counter = MovingWindowRateLimiter(Counters())
    assert counter.hit(ONE, "a", cost=2)
    assert not counter.hit(ONE, "a", cost=2)
    assert counter.get_window_stats(ONE, "a").remaining == 1
    counter.clear(ONE, "a")
    assert counter.get_window_stats(ONE, "a").remaining == 3


def test_what_is_given_back_is_there_again() -> None:
    """The newest first, of both kinds, and never more than was used."""
    storage = Counters()
    for counter in (FixedWindowRateLimiter(storage), MovingWindowRateLimiter(storage)):
        name = type(counter).__name__
        assert counter.hit(ONE, name, cost=2)
        assert counter.hit(ONE, name)
        storage.give_back(ONE.key_for(name), 2)
        assert counter.get_window_stats(ONE, name).remaining == 2
        storage.give_back(ONE.key_for(name), 10)
        assert counter.get_window_stats(ONE, name).remaining == 3


def test_a_window_goes_on_in_another_process() -> None:
    """With what was left of it; one that has begun here already stays as it is."""
    storage, key = Counters(), ONE.key_for("a")
    storage.restore(key, 2, 60.0)
    storage.restore(key, 0, 60.0)
    n, left_s = storage.left(key)
    assert n == 2
    assert 59 < left_s <= 60
    assert storage.left("b") == (0, 0.0)


def test_many_threads_get_no_more_than_there_is() -> None:
    """Whoever is first."""
    counter = MovingWindowRateLimiter(Counters())
    allowed = []
    threads = [threading.Thread(target=lambda: allowed.append(counter.hit(ONE, "a"))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 3


def test_who_is_gone_is_forgotten() -> None:
    """As many addresses as a flood has take no memory afterwards."""
    storage = Counters()
    storage._tidied_at -= counters._TIDY_EVERY_S
    for counter in (FixedWindowRateLimiter(storage), MovingWindowRateLimiter(storage)):
        counter.hit(ONE, "gone")
    wait_until(lambda: MovingWindowRateLimiter(storage).get_window_stats(ONE, "gone").remaining == 3)
    wait_until(lambda: FixedWindowRateLimiter(storage).get_window_stats(ONE, "gone").remaining == 3)
    storage._tidied_at -= counters._TIDY_EVERY_S
    MovingWindowRateLimiter(storage).hit(ONE, "here")
    assert storage.reset() == 1
