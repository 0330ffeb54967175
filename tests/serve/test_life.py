"""The state of a service of several workers."""

from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.serve.life import Life, Lives

STATES = st.sampled_from([Life.STARTING, Life.READY, Life.FAILED])


def test_nothing_has_started() -> None:
    """Before a worker says anything, it is starting."""
    assert Lives().overall is Life.STARTING


@settings(deadline=None)
@given(states=st.lists(STATES, min_size=1, max_size=4))
def test_one_ready_worker_is_enough(states: list[Life]) -> None:
    """Ready with any of them, failed only with all."""
    lives = Lives()
    for number, state in enumerate(states):
        lives.set(f"engine {number}", state)
    if Life.READY in states:
        assert lives.overall is Life.READY
    else:
        assert (lives.overall is Life.FAILED) == (set(states) == {Life.FAILED})


def test_a_stop_before_anything_has_started() -> None:
    """It has not stopped yet: a worker may be about to start."""
    lives = Lives()
    lives.drain()
    assert lives.overall is Life.DRAINING


def test_a_worker_that_is_gone_has_stopped() -> None:
    """A service whose workers' processes have ended during its stop has stopped, and stays so."""
    lives = Lives()
    for name in ("first", "second"):
        lives.set(name, Life.READY)
    lives.drain()
    lives.set("first", Life.STOPPED)
    lives.set("first", None)
    seen = [lives.overall]
    lives.set("second", None)
    assert [*seen, lives.overall] == [Life.DRAINING, Life.STOPPED]


@settings(deadline=None)
@given(states=st.lists(STATES, min_size=1, max_size=4))
def test_a_stop_is_not_taken_back(states: list[Life]) -> None:
    """Whatever a worker says after it, until all have ended."""
    lives = Lives()
    lives.set("first", Life.READY)
    lives.drain()
    for state in states:
        lives.set("second", state)
        assert lives.overall is Life.DRAINING
    lives.set("second", Life.STOPPED)
    lives.set("first", Life.STOPPED)
    assert lives.overall is Life.STOPPED
    assert lives.overall.is_ending
